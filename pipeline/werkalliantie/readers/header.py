"""Where the header ends and the conversation starts.

Header lines can look like turns: `Werker: W07` and `Cliënt: c12` say who is on the tape. A line
with a speaker's label and a header key is part of the header if its value is metadata, if a line
that can only be header follows, or if it closes the paragraph of the header. An id behind a word
for the worker or the client is a pseudonym; a name isn't, nor is what may be an age or a date.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from werkalliantie.readers.grammar import Grammar, Labelled, Style
from werkalliantie.readers.naming import TapeDetails
from werkalliantie.transcript import Role

# Asterisks stand around a key where bold letters were saved as text.
_KEY = re.compile(r"[\s#*]*(?P<key>[^\s:\t#*][^:\t]{0,39}?)\*{0,3}\s{0,9}[:\t]\*{0,3}")
_METADATA = re.compile(
    r"(?:[^\W\d_]{0,12}[-_.]?|[^\W\d_]{1,3} )\d[\w.-]*(?:\s*[,;(].*)?"  # W07 | W 7 (vrouw)
    r"|\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}|\d{1,2} [^\W\d_]{3,10} \d{4}"  # 3-5-2024 | 3 mei 2024
    r"|\d+ (?:minuten|min\.?|uur|jaar)"
)
_PSEUDONYM = re.compile(
    r"(?P<id>[^\W\d_]{1,12}[-_.]?\d(?:[\w.-]*[^\W_])?)\.?(?:\s*[,;(].*)?"  # W07 | W07. | c12 (v)
)
# Letters and digits that say when or how old, not who: m34, vrouw-34, ca.35, mei-2024, vr.3-5-2024.
_NO_PSEUDONYM = re.compile(
    r"(?:m|v|f|man|vrouw|jongen|meisje|leeftijd|ca|circa)[-_.]?[1-9]\d(?:jr?|jaar)?"
    r"|(?:jan|feb|mrt|maart|apr|mei|may|jun|jul|aug|sep|okt|oct|nov|dec)[^\W\d_]*[-_.]?\d.*"
    r"|[^\W\d_]+[-_.]?\d{1,2}[-_.]\d{1,2}[-_.]\d{4}",
    re.IGNORECASE,
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
    explained = _explained(lines)
    certain = _n_certain(lines, explained, grammar)
    begin = certain + _n_closing(lines, certain, after_blank, grammar)
    turns = (
        i
        for i in range(begin, len(lines))
        if lines[i].opens_turn and lines[i].line.start not in explained
    )
    return Header(certain=certain, end=next(turns, len(lines)))


def details_in(header: Iterable[Labelled], grammar: Grammar) -> TapeDetails:
    """Return the pseudonyms of worker, client and unit in the lines above the first turn.

    One that is said twice in two ways isn't taken.
    """
    found: dict[str, set[str]] = {"worker": set(), "client": set(), "unit": set()}
    for item in header:
        if (key := _KEY.match(item.line.text)) and grammar.is_header_key(key["key"]):
            label, value = key["key"], item.line.text[key.end() :].strip()
            role = grammar.role_of(label)
            pseudonym = _pseudonym_in(value)
            if grammar.is_unit_key(label) and value and is_short(value):
                found["unit"].add(value)
            elif role in (Role.WORKER, Role.CLIENT) and len(label) > 2 and pseudonym:
                found[role.value].add(pseudonym)
    said = {field: [*values] for field, values in found.items()}
    return TapeDetails(**{field: one[0] for field, one in said.items() if len(one) == 1})


def _pseudonym_in(value: str) -> str | None:
    found = _PSEUDONYM.fullmatch(value)
    if found is None or _NO_PSEUDONYM.fullmatch(found["id"]):
        return None
    return found["id"]


def looks_like_turn(item: Labelled, spelled: Set[str], grammar: Grammar) -> bool:
    """Say whether a line above the first turn may be a turn that isn't marked as one.

    `spelled` are the labels with which turns of the file open.
    """
    text = item.line.text
    if has_header_key(text, grammar) or _can_only_be_header(item, grammar):
        return False
    opening = grammar.opening_of(text)
    if opening is not None and opening.is_dashed_word and is_short(text[opening.speech :]):
        return False
    if opening is not None and opening.is_bare_word and opening.label not in spelled:
        # "Reclassering Nederland" is a letterhead.
        return not is_short(text[opening.speech :]) and grammar.may_open_turn(text, spelled)
    return item.opens_turn or grammar.may_open_turn(text, spelled)


def has_header_key(text: str, grammar: Grammar) -> bool:
    """Say whether a line begins with a header key, be it a speaker's label too."""
    found = _KEY.match(text)
    return found is not None and grammar.is_header_key(found["key"])


def may_be_metadata(item: Labelled, grammar: Grammar) -> bool:
    """Say whether a line that looks like a turn may tell who is on the tape, as `Werker: Jan`."""
    if _can_only_be_header(item, grammar):
        return True
    is_word = item.head is not None and len(item.head.key) > 2
    return is_word and _may_be_header(item, grammar)


def is_short(value: str) -> bool:
    """Say whether the value behind a label is no sentence: four words at most, no closing mark."""
    return len(value.split()) <= 4 and not re.search(r"[.?!…,]\s*$|[?!]|, ", value)


def _can_only_be_header(item: Labelled, grammar: Grammar) -> bool:
    text = item.line.text
    found = _KEY.match(text)
    if found is None or not grammar.is_header_key(found["key"]):
        return _is_loose_metadata(item, grammar)
    label, value = found["key"], text[found.end() :].strip()
    return grammar.role_of(label) is None or _is_metadata(label, value, grammar)


def _is_loose_metadata(item: Labelled, grammar: Grammar) -> bool:
    """Say whether a line such as `Werker - W07` or `O - Tolk` says who is on the tape."""
    opening = grammar.opening_of(item.line.text)
    if opening is None:
        return False
    value = item.line.text[opening.speech :].strip()
    if grammar.is_header_key(opening.label):
        return _is_metadata(opening.label, value, grammar)
    # "W: o", "O Moeder" and "Moeder: Partner" may have been said.
    is_marked = opening.has_colon or opening.is_dashed or opening.mark == "="
    is_legend = opening.is_letter and is_marked and len(value) > 2
    return is_legend and _explains(opening.label, value, grammar)


def _explained(lines: Sequence[Labelled]) -> set[int]:
    """Return the offsets of the lines that may explain a label, as `[R] Annemarie` does.

    A bracket that comes back around the label marks turns.
    """
    loose = [
        (item, item.head)
        for item in lines
        if item.head is not None and item.head.style is Style.BRACKETS
    ]
    counts = Counter(head.key for _, head in loose)
    return {
        item.line.start for item, head in loose if counts[head.key] == 1 and is_short(item.speech)
    }


def _is_metadata(label: str, value: str, grammar: Grammar) -> bool:
    """Say whether what stands behind a speaker's label is an id, a date, or explains the label."""
    if _METADATA.fullmatch(value):
        # "C: 34" answers a question.
        return len(label) > 2 or _BARE_NUMBER.fullmatch(value) is None
    return _explains(label, value, grammar)


def _explains(label: str, value: str, grammar: Grammar) -> bool:
    """Say whether a label of the same role stands behind one, as in `R: werker, C: cliënt`."""
    parts = (re.split("[:=]", part)[-1] for part in re.split(r"[,;/]|\ben\b", value))
    roles = [grammar.role_of(part) for part in parts]
    # The O of "C: o" is a label too, but not one for C.
    return all(roles) and roles[0] is grammar.role_of(label)


def _may_be_header(item: Labelled, grammar: Grammar) -> bool:
    is_key = has_header_key(item.line.text, grammar) or _is_dashed_word(item)
    return is_key and is_short(item.speech)


def _is_dashed_word(item: Labelled) -> bool:
    return item.head is not None and item.head.style is Style.DASH and len(item.head.key) > 2


def _n_certain(lines: Sequence[Labelled], explained: Set[int], grammar: Grammar) -> int:
    end, seen = 0, set[str]()
    for i, item in enumerate(lines):
        if _can_only_be_header(item, grammar):
            end = i + 1
        elif item.head is not None and item.opens_turn and item.line.start not in explained:
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
        if (run or begin) and item.line.start in after_blank:
            break
        if not _may_be_header(item, grammar):
            break
        run.append(item)
    end = begin + len(run)
    keys = [item.head.key if item.head else "" for item in run]
    later = {item.head.key for item in lines[end:] if item.head and item.opens_turn}
    if not (begin or all(map(_is_dashed_word, run))) or not later or len(set(keys)) < len(keys):
        return 0
    is_closed = len(run) > 1 and lines[end].line.start in after_blank
    for n, key in enumerate(keys):
        if key in later and not (is_closed and len(key) > 2):
            return n
    return len(run)
