"""Where the sentences of a turn stand in the source text.

A turn's text is its source without asides, line ends, page furniture and soft hyphens, so a
sentence is found by its words: the two are aligned word by word.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from werkalliantie.transcript import Turn

# Invisible marks inside a word, and accents that are characters of their own, belong to it.
_WORD = re.compile(r"\w[\w\u00ad\u0300-\u036f\u200b-\u200f\u2060\ufeff]*")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a text, in code points; `end` is just behind it."""

    start: int
    end: int


def places_of(source: str, turn: Turn, sentences: Sequence[Place]) -> list[Place]:
    """Return where in `source` each sentence stands, given where it stands in `turn.text`.

    A place runs from the sentence's first word to its last, with the marks around them, whatever
    the source holds between. A first or last word that the source writes otherwise is taken to be
    all that stands between its neighbours.
    """
    spoken = [*_WORD.finditer(turn.text)]
    starts = [word.start() for word in spoken]
    words = _aligned(source, turn, spoken)
    found = []
    for sentence in sentences:
        first = bisect_left(starts, sentence.start)
        last = bisect_left(starts, sentence.end) - 1
        head = turn.text[sentence.start : spoken[first].start()]
        tail = turn.text[spoken[last].end() : sentence.end]
        place = Place(words[first].start, words[last].end)
        found.append(_with_marks(source, turn, place, head, tail))
    return found


def _aligned(source: str, turn: Turn, spoken: Sequence[re.Match[str]]) -> list[Place]:
    """Return the place in the source of each spoken word."""
    written = [*_WORD.finditer(source, turn.start, turn.end)]
    numbers = _matched([*map(_key, written)], [*map(_key, spoken)])
    places: list[Place] = []
    end = turn.start
    for number, word in sorted(numbers.items()):
        place = Place(*written[word].span())
        places += [_gap(source, end, place.start)] * (number - len(places))
        places.append(place)
        end = place.end
    return places + [_gap(source, end, turn.end)] * (len(spoken) - len(places))


def _matched(written: Sequence[str], spoken: Sequence[str]) -> dict[int, int]:
    """Return which written word each spoken word is; those that are written otherwise are left out.

    Long stretches are matched first, which keeps to the right one of equal words. Among many equal
    words that may pass over some, even if all are written: then each is the next one of its kind.
    """
    blocks = SequenceMatcher(None, written, spoken).get_matching_blocks()
    numbers = {block.b + n: block.a + n for block in blocks for n in range(block.size)}
    if len(numbers) == len(spoken):
        return numbers
    rest = enumerate(written)
    following = [next((n for n, key in rest if key == word), None) for word in spoken]
    if None in following:
        return numbers
    return {number: n for number, n in enumerate(following) if n is not None}


def _gap(source: str, start: int, end: int) -> Place:
    word = _WORD.search(source, start, end)
    start = word.start() if word else start
    return Place(start, start + len(source[start:end].rstrip()))


def _with_marks(source: str, turn: Turn, place: Place, head: str, tail: str) -> Place:
    """Widen a place by the marks before and behind the words, as far as the source has them."""
    start, end = place.start, place.end
    for mark in reversed(head):
        if start == turn.start or source[start - 1] != mark:
            break
        start -= 1
    for mark in tail:
        if end == turn.end or source[end] != mark:
            break
        end += 1
    return Place(start, end)


def _key(word: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", word[0]))
