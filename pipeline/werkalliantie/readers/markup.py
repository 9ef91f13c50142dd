"""What stands between brackets inside speech, and what remains when it is taken out.

    (lacht) [stilte] {telefoon gaat} *zucht*       stage directions: an aside, not speech
    [C: Oh] (K: ja)                                interjections of another speaker: likewise
    [00:03:12] #00:03:12-5#                        times: likewise
    (onverstaanbaar) [...] (xxx)                   unclear speech: `xxx` in the text
    (of hoe heet dat)                              speech like any other, brackets and all

Brackets that have a line to themselves are a stage direction whatever they say. Soft hyphens and
marks without width go; nothing else of the text is changed but its white space.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from werkalliantie.readers.clock import LONG_CLOCK, STAMP
from werkalliantie.readers.grammar import Grammar, has_speech
from werkalliantie.readers.unknown import may_be_inserted_speaker
from werkalliantie.transcript import Aside, LineKind

_MARKUP = re.compile(
    rf"(?P<time>{STAMP}|(?m:^){LONG_CLOCK}(?=\s))"
    r"|\((?P<round>[^()]{1,200})\)|\[(?P<square>[^\[\]]{1,200})\]|\{(?P<curly>[^{}]{1,200})\}"
    r"|\*(?P<star>[^*\s][^*\n]{0,60})\*"
)
_INSERTED = re.compile(
    r"\s*(?P<label>[^\W\d_][\w.'\u2019\u0300-\u036f]*)\s*[:;]\s*(?P<speech>\S.*)", re.DOTALL
)
_SOFT_LINE_END = re.compile(r"\u00ad\s*\n\s*")
_NO_WIDTH = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\x00-\x08\x0e-\x1b\x7f]")
_UNCLEAR = "xxx"
_CLOSING = tuple(",.;:?!")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A stretch of raw text to take out; without an aside it is unclear speech."""

    start: int
    end: int
    aside: Aside | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """What a raw stretch of a transcript says.

    Attributes:
        text: On one line, without asides; empty if nothing was said.
        start: Offset in the raw text of the first stretch of speech.
        end: Offset just behind the last.
        cuts: What is not in the text as it is in the raw text.
        unknown: Unmapped labels between brackets, with their offsets.
    """

    text: str
    start: int
    end: int
    cuts: tuple[Cut, ...]
    unknown: tuple[tuple[str, int], ...]

    @property
    def asides(self) -> tuple[Aside, ...]:
        """What was written but not said by the speaker, in order."""
        return tuple(cut.aside for cut in self.cuts if cut.aside is not None)


def speech_in(raw: str, grammar: Grammar, *, keep_lone_brackets: bool = False) -> Speech:
    """Take the asides out of a raw stretch of one speaker's lines.

    With `keep_lone_brackets`, brackets that have a line to themselves are speech, be it unclear.
    """
    lone = _lone_brackets(raw)
    cuts: list[Cut] = []
    unknown: list[tuple[str, int]] = []
    position = 0
    while found := _MARKUP.search(raw, position):
        is_lone = found.start() in lone
        cut = _cut(found, grammar, is_lone=is_lone)
        is_kept = is_lone and keep_lone_brackets and isinstance(cut, Cut) and cut.aside is not None
        if isinstance(cut, Cut) and not is_kept:
            cuts.append(cut)
            position = found.end()
            continue
        if isinstance(cut, str):
            unknown.append((cut, found.start()))
        # Brackets that are speech may hold others that aren't.
        position = found.start() + 1
    text, spans = _without(raw, cuts)
    is_said = has_speech(text) and bool(spans)
    return Speech(
        text=text if is_said else "",
        start=spans[0][0] if is_said else 0,
        end=spans[-1][1] if is_said else 0,
        cuts=tuple(cuts),
        unknown=tuple(unknown),
    )


def _lone_brackets(raw: str) -> set[int]:
    """Return the offsets of the brackets whose lines hold nothing else that was said."""
    outside = _MARKUP.sub(lambda found: "\0" * len(found[0]), raw)
    lone: set[int] = set()
    offset = 0
    for line in outside.split("\n"):
        if not has_speech(line):
            lone.update(range(offset, offset + len(line)))
        offset += len(line) + 1
    return lone


def _cut(found: re.Match[str], grammar: Grammar, *, is_lone: bool) -> Cut | str | None:
    """Return what to do with a pair of brackets.

    A cut; a label that isn't mapped; or None where the brackets are speech.
    """
    content = next(group for group in found.groups() if group is not None)
    tidy = _tidy(content)
    if found["time"] is not None:
        return _aside(found, LineKind.TIMESTAMP, tidy)
    if grammar.is_unclear(tidy):
        return Cut(start=found.start(), end=found.end(), aside=None)
    inserted = _INSERTED.fullmatch(content) if found["star"] is None else None
    if inserted is not None and (role := grammar.role_of(inserted["label"])):
        speech = _tidy(inserted["speech"])
        aside = Aside(kind=LineKind.INTERJECTION, text=speech, role=role)
        return Cut(start=found.start(), end=found.end(), aside=aside)
    if inserted is not None and may_be_inserted_speaker(inserted["label"], grammar):
        return inserted["label"]
    if grammar.is_direction(tidy) or is_lone:
        return _aside(found, LineKind.STAGE_DIRECTION, tidy)
    return None


def _aside(found: re.Match[str], kind: LineKind, text: str) -> Cut:
    return Cut(start=found.start(), end=found.end(), aside=Aside(kind=kind, text=text))


def _without(raw: str, cuts: Sequence[Cut]) -> tuple[str, list[tuple[int, int]]]:
    """Return the text that remains, and where in the raw text it comes from."""
    pieces: list[str] = []
    spans: list[tuple[int, int]] = []
    begin = 0
    for cut in cuts:
        pieces.append(raw[begin : cut.start])
        spans += _span(raw, begin, cut.start)
        begin = cut.end
        if cut.aside is None:
            pieces.append(_unclear(raw, cut))
            spans.append((cut.start, cut.end))
        elif raw[cut.end : cut.end + 1] in _CLOSING:
            _drop_white_space(pieces)
            # "(lacht). Ja" begins with "Ja"; the dots of "(lacht)... ja" are speech.
            begin += not pieces and raw[cut.end : cut.end + 2] != ".."
        else:
            pieces.append(" ")
    pieces.append(raw[begin:])
    spans += _span(raw, begin, len(raw))
    return _tidy("".join(pieces)), spans


def _drop_white_space(pieces: list[str]) -> None:
    while pieces and not pieces[-1].strip():
        pieces.pop()
    if pieces:
        pieces[-1] = pieces[-1].rstrip()


def _unclear(raw: str, cut: Cut) -> str:
    before, after = raw[cut.start - 1 : cut.start], raw[cut.end : cut.end + 1]
    return f"{' ' if before.isalnum() else ''}{_UNCLEAR}{' ' if after.isalnum() else ''}"


def _span(raw: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return where between two offsets there is speech; an empty list if nowhere."""
    piece = raw[start:end]
    if not has_speech(piece):
        return []
    stripped = piece.lstrip()
    first = start + len(piece) - len(stripped)
    return [(first, first + len(stripped.rstrip()))]


def _tidy(text: str) -> str:
    """Return a text on one line, without soft hyphens and characters without width."""
    return " ".join(_NO_WIDTH.sub("", _SOFT_LINE_END.sub("", text)).split())
