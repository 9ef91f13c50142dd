"""Where the header ends and the conversation starts.

Header lines can look like turns: `Werker: W07` and `Cliënt: c12` say who is on the tape. A line
with a speaker's label and a header key is part of the header if its value is metadata, if a line
that can only be header follows, or if it closes the paragraph of the header.
"""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

from werkalliantie.readers.grammar import Grammar, Labelled

_KEY = re.compile(r"\s*(?P<key>[^\s:\t][^:\t]{0,39}?)\s{0,9}[:\t]")
_METADATA = re.compile(
    r"(?:[^\W\d_]{0,12}[-_.]?|[^\W\d_]{1,3} )\d[\w.-]*(?:\s*[,;(].*)?"  # W07 | W 7 (vrouw)
    r"|\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}|\d{1,2} [^\W\d_]{3,10} \d{4}"  # 3-5-2024 | 3 mei 2024
    r"|\d+ (?:minuten|min\.?|uur|jaar)"
)
_BARE_NUMBER = re.compile(r"(?:[^\W\d_]{1,12} )?\d[\d., ]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The first lines of a transcript.

    Attributes:
        certain: How many lines there are up to the last that can only be header.
        end: Index of the first turn; the number of lines if there is none.
    """

    certain: int
    end: int


def header_of(lines: Sequence[Labelled], after_blank: Set[int], grammar: Grammar) -> Header:
    """Return where the header of a transcript ends.

    Args:
        lines: Without the blank ones.
        after_blank: Offsets of the lines that a blank one precedes.
        grammar: Knows the header keys.
    """
    certain = _n_certain(lines, grammar)
    begin = certain + _n_closing(lines, certain, after_blank, grammar)
    turns = (i for i in range(begin, len(lines)) if lines[i].opens_turn)
    return Header(certain=certain, end=next(turns, len(lines)))


def has_header_key(text: str, grammar: Grammar) -> bool:
    """Say whether a line begins with a header key, be it a speaker's label too."""
    found = _KEY.match(text)
    return found is not None and grammar.is_header_key(found["key"])


def is_short(value: str) -> bool:
    """Say whether the value behind a label is no sentence: four words at most, no closing mark."""
    return len(value.split()) <= 4 and not re.search(r"[.?!…,]\s*$|[?!]|, ", value)


def _can_only_be_header(text: str, grammar: Grammar) -> bool:
    found = _KEY.match(text)
    if found is None or not grammar.is_header_key(found["key"]):
        return False
    label, value = found["key"], text[found.end() :].strip()
    return grammar.role_of(label) is None or _is_metadata(label, value, grammar)


def _is_metadata(label: str, value: str, grammar: Grammar) -> bool:
    """Say whether what stands behind a speaker's label is an id, a date, or explains the label."""
    if _METADATA.fullmatch(value):
        # "C: 34" answers a question.
        return len(label) > 2 or _BARE_NUMBER.fullmatch(value) is None
    parts = (re.split("[:=]", part)[-1] for part in re.split(r"[,;/]|\ben\b", value))
    roles = [grammar.role_of(part) for part in parts]
    # The O of "C: o" is a label too, but not one for C.
    return all(roles) and roles[0] is grammar.role_of(label)


def _may_be_header(item: Labelled, grammar: Grammar) -> bool:
    return has_header_key(item.line.text, grammar) and is_short(item.speech)


def _n_certain(lines: Sequence[Labelled], grammar: Grammar) -> int:
    end, seen = 0, set[str]()
    for i, item in enumerate(lines):
        if _can_only_be_header(item.line.text, grammar):
            end = i + 1
        elif item.head is not None and item.opens_turn:
            # Who speaks twice is in a conversation, not in a header.
            if item.head.key in seen or not _may_be_header(item, grammar):
                return end
            seen.add(item.head.key)
    return end


def _n_closing(
    lines: Sequence[Labelled], begin: int, after_blank: Set[int], grammar: Grammar
) -> int:
    """Count the lines such as `Werker: Annemarie` that close the paragraph of the header.

    A label that comes back is a turn's, unless several whole words as labels stand together at the
    end of the paragraph: nobody opens two turns there and leaves a line blank.
    """
    run: list[Labelled] = []
    for item in lines[begin:]:
        if item.line.start in after_blank or not _may_be_header(item, grammar):
            break
        run.append(item)
    end = begin + len(run)
    keys = [item.head.key if item.head else "" for item in run]
    later = {item.head.key for item in lines[end:] if item.head and item.opens_turn}
    if begin == 0 or not later or len(set(keys)) < len(keys):
        return 0
    is_closed = len(run) > 1 and lines[end].line.start in after_blank
    for n, key in enumerate(keys):
        if key in later and not (is_closed and len(key) > 2):
            return n
    return len(run)
