"""What each line of a transcript is: header, a turn's first line, speech, or nothing that was said.

In the conversation a line without a label goes on with the turn before it, also behind a blank
line, unless it is a time, a line of the header, part of the page or has no letter or digit. One
that may be a turn itself is marked as doubtful.
"""

import re
from collections.abc import Set
from dataclasses import dataclass, replace
from itertools import pairwise

from werkalliantie.readers.clock import lone_time
from werkalliantie.readers.dashes import dashed_labels
from werkalliantie.readers.furniture import furniture_in
from werkalliantie.readers.grammar import Grammar, Head, Labelled, has_speech
from werkalliantie.readers.header import details_in, header_of, looks_like_turn
from werkalliantie.readers.naming import TapeDetails
from werkalliantie.readers.source import Line
from werkalliantie.readers.speakers import UnknownSpeaker
from werkalliantie.readers.unknown import (
    is_header_line,
    may_be_unknown,
    styles_in,
    unknown_in_body,
    unknown_in_header,
)
from werkalliantie.transcript import LineKind

_ONLY_BRACKETS = re.compile(r"\s*(?:(?:\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}|\*[^\s*][^*]*\*)[\s.]*)+")
_BRACKETED_QUESTION = re.compile(r"[(\[{]\s*\?+\s*[)\]}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line that isn't blank, and what it is.

    Attributes:
        head: How it opens a turn; None if it doesn't.
        kind: Why it isn't speech; None if it is, or if it opens a turn.
        is_doubtful: It is speech that goes on with the turn before it, but looks like a turn.
    """

    line: Line
    head: Head | None = None
    kind: LineKind | None = None
    is_doubtful: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """Every line that isn't blank, in order, and the speakers that nobody mapped.

    `details` are the pseudonyms that the header gives.
    """

    entries: tuple[Entry, ...]
    unknown: tuple[UnknownSpeaker, ...]
    details: TapeDetails


def outline(lines: list[Line], grammar: Grammar) -> Outline:
    """Say of every line what it is."""
    labelled = [grammar.labelled(line) for line in lines if not line.is_blank]
    dashed = dashed_labels(labelled, grammar)
    labelled = [item.without_dash(dashed) for item in labelled]
    after_blank = {lines[i].start for i in range(1, len(lines)) if lines[i - 1].is_blank}
    header = header_of(labelled, after_blank, grammar)
    above = labelled[: header.end]
    body = _separate_speakers(labelled[header.end :], dashed, grammar)
    furniture = furniture_in(body, above, after_blank, grammar)
    spoken = [item for i, item in enumerate(body) if i not in furniture]
    unknown = unknown_in_body(spoken, grammar)
    unknown = unknown_in_header(labelled, header, after_blank, unknown, grammar) + unknown
    spelled = {item.head.label for item in body if item.head is not None and item.opens_turn}
    styles = styles_in(body)
    entries = [_header_entry(item, spelled, grammar) for item in above]
    for i, item in enumerate(body):
        if i in furniture:
            entries.append(Entry(line=item.line, kind=LineKind.PAGE_FURNITURE))
        else:
            is_awaited = i > 0 and body[i - 1].is_label_only
            entry = _body_entry(item, spelled, grammar, is_awaited=is_awaited)
            is_doubtful = entry.is_doubtful or (
                entry.kind is None and may_be_unknown(item, styles, grammar)
            )
            entries.append(replace(entry, is_doubtful=is_doubtful))
    return Outline(
        entries=tuple(entries), unknown=tuple(unknown), details=details_in(above, grammar)
    )


def _separate_speakers(body: list[Labelled], dashed: Set[str], grammar: Grammar) -> list[Labelled]:
    """Break the lines in which a second speaker begins, where a line end was lost."""
    separated: list[Labelled] = []
    for item in body:
        cuts = grammar.lost_line_ends(item)
        bounds = [0, *cuts, len(item.line.text)]
        pieces = [item.line.part(*ends) for ends in pairwise(bounds)] if cuts else []
        separated += [grammar.labelled(piece).without_dash(dashed) for piece in pieces] or [item]
    return separated


def _header_entry(item: Labelled, spelled: Set[str], grammar: Grammar) -> Entry:
    text = item.line.text
    kind = LineKind.HEADER
    if lone_time(text) is not None:
        kind = LineKind.TIMESTAMP
    elif _ONLY_BRACKETS.fullmatch(text):
        kind = LineKind.STAGE_DIRECTION
    elif grammar.is_furniture(text):
        kind = LineKind.PAGE_FURNITURE
    elif not has_speech(text):
        kind = LineKind.NOT_UNDERSTOOD
    elif looks_like_turn(item, spelled, grammar):
        kind = LineKind.LOOKS_LIKE_TURN
    return Entry(line=item.line, kind=kind)


def _body_entry(item: Labelled, spelled: Set[str], grammar: Grammar, *, is_awaited: bool) -> Entry:
    """Return what a line of the conversation is.

    `spelled` are the labels with which its turns open. The line `is_awaited` if the one before it
    is a label and nothing else, so that this is its speech.
    """
    text = item.line.text
    if item.opens_turn:
        return Entry(line=item.line, head=item.head)
    if not has_speech(text) and not _BRACKETED_QUESTION.search(text):
        return Entry(line=item.line, kind=LineKind.NOT_UNDERSTOOD)
    if not is_awaited:
        if lone_time(text) is not None:
            return Entry(line=item.line, kind=LineKind.TIMESTAMP)
        if is_header_line(item, grammar):
            return Entry(line=item.line, kind=LineKind.HEADER)
    return Entry(line=item.line, is_doubtful=grammar.may_open_turn(text, spelled))
