"""The grammar of one line of a transcript, shared by `.txt` and `.docx`.

    turn   = [bullet] [number] [time] [number] label [time | note] mark [time] speech
    label  = a speaker of [speakers], letter case free: R, C, K, Werker, Cliënt ...
    mark   = ":" | ";" | a tab instead of either | nothing, where a time stands behind the label
    number = 12. | 12) | 12
    time   = [00:03:12] | (03:12) | 00:03:12 | #00:03:12-5# | [00:03:12 - 00:03:20]
    note   = (lacht), and whatever else stands between brackets before the mark

    R: Goedemorgen.                  12. R: Goedemorgen.             [00:03:12] R: Goedemorgen.
    Cliënt : Hoi.                    C; Hoi.                         R [00:03:12]: Goedemorgen.

White space is any: tabs, non-breaking spaces, marks without width. `loose` knows labels that are
written otherwise. Nothing here looks at more than one line: `outline` says what each line of a file
is, with `header` and `furniture` for what isn't speech and `unknown` for labels that aren't mapped;
`markup` says what stands between brackets inside speech.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from enum import Enum

from werkalliantie.configuration.mapping import ImportMapping
from werkalliantie.readers.clock import CLOCK, LONG_CLOCK, STAMP, seconds_of
from werkalliantie.readers.loose import (
    LooseLabels,
    Opening,
    may_name_speaker,
    may_open_turn,
    must_name_speaker,
    opens_turn,
)
from werkalliantie.readers.source import Line
from werkalliantie.transcript import Role

# Bounded, as all repetition here, so that no line takes more than linear time.
_GAP = r"[\s\u200b\u200e\u200f\ufeff]{0,40}"
_MARGIN = re.compile(r"[\s\u200b\u200e\u200f\ufeff]*")
# Combining accents too: a Mac writes the ë of Cliënt as two characters.
_LETTERS = r"[\w.'\u2019/&\u0300-\u036f-]"
# Of "R 00:03:12" the label is R, not "R 00".
_NEXT_WORD = rf"[ \u00a0]{{1,4}}(?!{LONG_CLOCK}){_LETTERS}{{1,30}}"
_LABEL = rf"(?P<label>[^\W\d_]{_LETTERS}{{0,29}}(?:{_NEXT_WORD}){{0,3}})"
_FRONT = (
    rf"(?:[-–—•·]\s{{1,9}})?(?:\d{{1,5}}(?:[.)\]]{_GAP}|\s{{1,9}}))?"
    rf"(?:(?P<before>{STAMP}{_GAP}|{CLOCK}\s{{1,9}})(?:[-–]\s{{1,9}})?(?:\d{{1,5}}[.)\]]{_GAP})?)?"
)
_OPENING = _FRONT + _LABEL
_WITHIN = rf"(?:(?P<within>{STAMP}|{LONG_CLOCK})|(?P<note>[(\[{{][^()\[\]{{}}:]{{1,40}}[)\]}}]))"
_BEHIND = rf"(?:(?P<behind>{STAMP}|{LONG_CLOCK}(?!\S)){_GAP})?"
_WITH_MARK = re.compile(rf"{_OPENING}{_GAP}(?:{_WITHIN}{_GAP})?(?P<mark>[:;\uff1a]){_GAP}{_BEHIND}")
_WITH_TAB = re.compile(rf"{_OPENING}[ \u00a0]{{0,9}}\t{_GAP}{_BEHIND}")
_WITH_TIME = re.compile(rf"{_OPENING}{_GAP}(?P<within>{STAMP}|(?<=\s){LONG_CLOCK}(?!\S)){_GAP}")


class Style(Enum):
    """What ends the label of a turn."""

    COLON = "colon"
    SEMICOLON = "semicolon"
    TAB = "tab"
    TIME = "time"
    DASH = "dash"
    BRACKETS = "brackets"
    ASTERISKS = "asterisks"
    HASH = "hash"


# These end a label only in a file that writes its known labels so.
LOOSE_STYLES = frozenset({Style.DASH, Style.BRACKETS, Style.ASTERISKS, Style.HASH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The part of a line before the speech.

    Attributes:
        label: As the source writes it.
        role: None for a label that isn't mapped, which may be no speaker at all.
        speech: Position in the line at which the speech begins.
        note: What stands between brackets behind the label, where it is not a time.
    """

    label: str
    role: Role | None
    style: Style
    speech: int
    time: float | None = None
    note: str | None = None

    @property
    def key(self) -> str:
        """The label as labels are compared."""
        return fold(self.label)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A line that isn't blank, and how it opens a turn, if it does."""

    line: Line
    head: Head | None

    @property
    def opens_turn(self) -> bool:
        """It begins with the label of a speaker that is mapped."""
        return self.head is not None and self.head.role is not None

    @property
    def unmapped(self) -> Head | None:
        """What may be the label of a speaker that isn't mapped."""
        return None if self.opens_turn else self.head

    @property
    def speech(self) -> str:
        """What stands behind the label; the whole line where there is none."""
        return self.line.text[self.head.speech :] if self.head is not None else self.line.text

    @property
    def is_label_only(self) -> bool:
        """A speaker's label with nothing behind it: the speech is on the next line."""
        return self.opens_turn and not self.speech.strip()

    def without_dash(self, dashed: Set[str]) -> "Labelled":
        """Return it as it is in a file where only the labels `dashed` have a dash behind them."""
        if self.head is None or self.head.style is not Style.DASH:
            return self
        is_turn = self.head.label in dashed if self.opens_turn else bool(dashed)
        return self if is_turn else Labelled(self.line, None)


class Grammar:
    """The grammar under one import mapping: its speakers, and its patterns for the rest."""

    def __init__(self, mapping: ImportMapping) -> None:
        labels = [(name, role) for role in Role for name in getattr(mapping.speakers, role.value)]
        self._roles = {fold(name): role for name, role in labels}
        self._not_speakers = {fold(word) for word in mapping.speakers.not_speakers}
        self._header_keys = {fold(key) for key in mapping.lines.header_keys}
        self._unit_keys = {fold(key) for key in mapping.lines.unit_keys}
        self._directions = _any_of(mapping.lines.stage_directions)
        self._unclear = _any_of(mapping.lines.unclear)
        self._furniture = _any_of(mapping.lines.page_furniture)
        self._loose = LooseLabels(labels, _FRONT)
        names = "|".join(re.escape(name) for name, _ in sorted(labels, key=_longest_first))
        known = (
            rf"(?:#?(?:{names}) ?:"
            rf"|(?P<stars>\*{{1,3}})(?:{names})(?:(?P=stars) ?:| ?:(?P=stars)))\s"
        )
        self._known = re.compile(known)
        self._known_later = re.compile(
            rf"(?:(?<=[.?!…\"\u201d\u2019)\]}}])\s{{1,20}}|\s{{3,20}}|\t)(?={known})"
        )

    def labelled(self, line: Line) -> Labelled:
        """Return a line with its head."""
        return Labelled(line, self.head_of(line.text))

    def head_of(self, text: str) -> Head | None:
        """Return how a line opens a turn; None if nothing in it looks like a label."""
        begin = _margin(text)
        head = self._plain_head(text, begin)
        if head is not None and head.role is not None:
            return head
        return self._loose_head(text, begin) or head or self._unmapped_head(text, begin)

    def may_open_turn(self, text: str, spelled: Set[str]) -> bool:
        """Say whether a line that opens no turn looks as if it did, such as `R Goedemorgen`.

        `spelled` are the labels with which turns of the same file open.
        """
        opening = self.opening_of(text)
        if opening is None:
            return False
        return may_open_turn(opening, text[opening.speech :].strip(), spelled)

    def opening_of(self, text: str) -> Opening | None:
        """Return how a line begins with the label of a speaker, however it is marked."""
        return self._loose.opening_of(text, _margin(text))

    def _loose_head(self, text: str, begin: int) -> Head | None:
        opening = self._loose.opening_of(text, begin)
        if opening is None or not opens_turn(opening, text[opening.speech :].strip()):
            return None
        return _head_of(opening)

    def _unmapped_head(self, text: str, begin: int) -> Head | None:
        opening = self._unmapped_opening(text, begin)
        if opening is None or not must_name_speaker(opening, text[opening.speech :].strip()):
            return None
        return _head_of(opening)

    def _unmapped_opening(self, text: str, begin: int) -> Opening | None:
        opening = self._loose.unmapped_opening_of(text, begin)
        if opening is None or not may_name_speaker(opening, text[opening.speech :].strip()):
            return None
        label = opening.label
        is_aside = self.is_direction(label) or self.is_unclear(label)
        return None if is_aside or any(map(self.is_no_speaker, label.split())) else opening

    def unmapped_style_of(self, text: str) -> Style | None:
        """Return how a word is marked that may be the label of a speaker nobody mapped."""
        opening = self._unmapped_opening(text, _margin(text))
        return _style_of(opening) if opening is not None else None

    def _plain_head(self, text: str, begin: int) -> Head | None:
        if found := _WITH_MARK.match(text, begin):
            style = Style.SEMICOLON if found["mark"] == ";" else Style.COLON
            head = self._head(found, style, found["within"] or found["behind"], found["note"])
            return head if _may_end_so(head) else None
        if found := _WITH_TAB.match(text, begin):
            return self._head(found, Style.TAB, found["behind"])
        if found := _WITH_TIME.match(text, begin):
            return self._head(found, Style.TIME, found["within"])
        return None

    def _head(
        self, found: re.Match[str], style: Style, stamp: str | None, note: str | None = None
    ) -> Head:
        stamp = found["before"] or stamp
        return Head(
            label=found["label"],
            role=self.role_of(found["label"]),
            style=style,
            speech=found.end(),
            time=seconds_of(stamp) if stamp else None,
            note=note,
        )

    def role_of(self, label: str) -> Role | None:
        """Return the role of a label, or None if the mapping has no such speaker."""
        key = fold(label)
        return self._roles.get(key) or self._roles.get(key.rstrip("."))

    def lost_line_ends(self, item: Labelled) -> list[int]:
        """Return where in a line another speaker begins.

        Only a label written as in the mapping counts, with a colon behind it, after the end of a
        sentence or a wide gap, and not between brackets.
        """
        text = item.line.text
        begin = item.head.speech if item.head is not None and item.opens_turn else 0
        first = len(text) - len(text.lstrip())
        cuts = [found.end() for found in self._known_later.finditer(text, begin)]
        if begin and self._known.match(text, begin):
            cuts.insert(0, begin)
        return [cut for cut in _outside_brackets(text, cuts) if cut > first]

    def is_no_speaker(self, word: str) -> bool:
        """Say whether a word before a colon is speech, such as `Dus`."""
        return fold(word).strip(".'\u2019") in self._not_speakers

    def is_header_key(self, key: str) -> bool:
        """Say whether a word or two before a colon belong to a header, such as `Datum`."""
        return fold(key) in self._header_keys

    def is_unit_key(self, key: str) -> bool:
        """Say whether the unit stands behind a header key, as behind `Unit`."""
        return fold(key) in self._unit_keys

    def is_direction(self, content: str) -> bool:
        """Say whether what stands between brackets is a stage direction, such as `lacht`."""
        return _matches(self._directions, content)

    def is_unclear(self, content: str) -> bool:
        """Say whether what stands between brackets marks unclear speech."""
        return _matches(self._unclear, content)

    def is_furniture(self, text: str) -> bool:
        """Say whether a whole line belongs to the page, such as `Pagina 3 van 12`."""
        return bool(self._furniture and self._furniture.fullmatch(" ".join(text.split())))


def _head_of(opening: Opening) -> Head:
    return Head(
        label=opening.label,
        role=opening.role,
        style=_style_of(opening),
        speech=opening.speech,
        time=seconds_of(opening.stamp) if opening.stamp else None,
    )


def _style_of(opening: Opening) -> Style:
    if opening.is_dashed:
        return Style.DASH
    if not opening.before:
        return Style.COLON
    if opening.before[0] in "*_":
        return Style.ASTERISKS
    return Style.HASH if opening.before[0] in "#>" else Style.BRACKETS


def _margin(text: str) -> int:
    margin = _MARGIN.match(text)
    return margin.end() if margin else 0


def fold(label: str) -> str:
    """Return a label or word as it is compared: composed accents, no capitals, single spaces."""
    return " ".join(unicodedata.normalize("NFC", label).casefold().split())


def has_speech(text: str) -> bool:
    """Say whether a text has a letter or digit, or the dots that stand for unclear speech."""
    return any(character.isalnum() for character in text) or "…" in text or "..." in text


def _may_end_so(head: Head) -> bool:
    # A semicolon is a slip for the colon only behind a letter or two, or a name of the two.
    if head.style is Style.COLON or len(head.label) <= 2:
        return True
    return head.role in (Role.WORKER, Role.CLIENT) and head.label[0].isupper()


def _outside_brackets(text: str, positions: Iterable[int]) -> Iterator[int]:
    n_open = dict.fromkeys("([{", 0)
    begin = 0
    for position in positions:
        for left, right in ("()", "[]", "{}"):
            n_open[left] += text.count(left, begin, position) - text.count(right, begin, position)
        begin = position
        if max(n_open.values()) <= 0:
            yield position


def _longest_first(label: tuple[str, Role]) -> int:
    return -len(label[0])


def _any_of(patterns: Iterable[str]) -> re.Pattern[str] | None:
    joined = "|".join(f"(?:{pattern})" for pattern in patterns)
    return re.compile(joined, re.IGNORECASE) if joined else None


def _matches(pattern: re.Pattern[str] | None, content: str) -> bool:
    whole = " ".join(content.split())
    if pattern is None or not whole:
        return False
    # Of "lacht, zucht" the first word tells what the brackets are for.
    candidates = (whole, whole.rstrip(".!"), re.split("[,;/]", whole)[0].strip())
    return any(pattern.fullmatch(candidate) for candidate in candidates)
