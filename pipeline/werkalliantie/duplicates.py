"""Text that is nearly the same in two places: on two sides of a split it would flatter a model."""

import re
from collections.abc import Iterable, Mapping, Sequence

_LENGTH = 5
_SHARE = 0.5
# Of a tape with fewer runs, shared ones are no more than standing phrases.
_FEWEST = 30
_WORD = re.compile(r"\w+")


def near_duplicates(
    texts: Mapping[str, Sequence[str]], others: Iterable[tuple[str, Sequence[str]]]
) -> list[tuple[str, str]]:
    """Return the pairs of a tape and another one that share much of their wording.

    Of the runs of five words within utterances (Broder 1997) half or more of the smaller tape's
    are on the other, so that a part of a tape counts as its near-duplicate too.

    Args:
        texts: Utterances by tape, coded or not: of a copy other utterances may be coded.
        others: Tapes with their utterances, of which one is held at a time; a tape isn't compared
            with itself.
    """
    runs = {tape: _runs(said) for tape, said in texts.items()}
    found = []
    for other, said in others:
        against = _runs(said)
        found += [
            (one, other) for one in runs if one != other and _overlap(runs[one], against) >= _SHARE
        ]
    return sorted(found)


def quoted(texts: Sequence[str], tapes: Iterable[Sequence[str]]) -> set[str]:
    """Return which texts are quotes: half or more of their runs of five words are on one tape.

    A text of fewer words is no more than a standing phrase.
    """
    runs = {text: found for text in texts if (found := _runs([text]))}
    return {
        text
        for said in tapes
        for against in [_runs(said)]
        for text, found in runs.items()
        if len(found & against) >= _SHARE * len(found)
    }


def _runs(said: Sequence[str]) -> set[tuple[str, ...]]:
    found = set()
    for text in said:
        words = _WORD.findall(text.casefold())
        found |= {tuple(words[i : i + _LENGTH]) for i in range(len(words) - _LENGTH + 1)}
    return found


def _overlap(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> float:
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller >= _FEWEST else 0.0
