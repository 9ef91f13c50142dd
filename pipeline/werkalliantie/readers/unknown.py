"""Which unmapped labels are speakers, and which are speech with a colon in it.

In doubt a label is a speaker: the file stops with a message, and nothing that somebody else said
ends up in the turn before it.

    a: | X; | Mdw: | Mevrouw Jansen:      a speaker, even if it stands in the file once
    mdw: | Mevrouw Van den Berg:          a speaker, if it opens three lines or more
    Let op: | en toen zei hij:            speech: a word of `not_speakers`, or no label at all
    **A:** | #A: | [A] | A -              a speaker where mapped labels are marked so
"""

from collections.abc import Iterable, Sequence, Set

from werkalliantie.readers.grammar import LOOSE_STYLES, Grammar, Head, Labelled, Style
from werkalliantie.readers.header import Header, has_header_key, is_short
from werkalliantie.readers.speakers import UnknownSpeaker

_OFTEN = 3
_LONGEST_LABEL = 20
_LONGEST_INSERTED_LABEL = 4


def unknown_in_body(body: Iterable[Labelled], grammar: Grammar) -> list[UnknownSpeaker]:
    """Return the unknown speakers of a conversation, given its lines that aren't furniture."""
    lines = list(body)
    # A tab or a time ends a label only in a file that writes its known labels so.
    styles = styles_in(lines) | {Style.COLON, Style.SEMICOLON}
    groups: dict[str, list[Labelled]] = {}
    for item in lines:
        head = item.unmapped
        if head is not None and head.style in styles and not is_header_line(item, grammar):
            groups.setdefault(head.key, []).append(item)
    return [_named(group) for group in groups.values() if _is_speaker(group, grammar)]


def styles_in(lines: Iterable[Labelled]) -> frozenset[Style]:
    """Return what ends the labels of the turns in lines."""
    return frozenset(item.head.style for item in lines if item.head and item.opens_turn)


def may_be_unknown(item: Labelled, styles: Set[Style], grammar: Grammar) -> bool:
    """Say whether a line that goes on with a turn looks like one of a speaker nobody mapped.

    `styles` are those of the file's turns.
    """
    style = grammar.unmapped_style_of(item.line.text)
    if style is None or item.opens_turn:
        return False
    if item.head is not None and style is not Style.DASH:
        return style in styles or _must_be_speaker(item, item.head, grammar)
    return style in styles


def unknown_in_header(
    lines: Sequence[Labelled],
    header: Header,
    after_blank: Set[int],
    spoken_later: Iterable[UnknownSpeaker],
    grammar: Grammar,
) -> list[UnknownSpeaker]:
    """Return the unknown speakers above the first turn.

    `Project: werkalliantie` is a header line there if its label stands in the file once and it is
    above a line that can only be header, or short and in another paragraph than the first turn.
    """
    later = {one.label for one in spoken_later}
    joined = _start_of_paragraph(lines, header.end, after_blank)
    styles = (styles_in(lines[header.end :]) & LOOSE_STYLES) | {Style.COLON}
    groups: dict[str, list[Labelled]] = {}
    doubtful: set[str] = set()
    for i, item in enumerate(lines[: header.end]):
        head = item.unmapped
        if head is None or head.style not in styles or has_header_key(item.line.text, grammar):
            continue
        if _must_be_speaker(item, head, grammar):
            groups.setdefault(head.key, []).append(item)
            # `A - Stagiaire` explains a label.
            is_apart = i < joined or head.style is Style.DASH
            if i >= header.certain and not (is_apart and is_short(item.speech)):
                doubtful.add(head.key)
    return [
        _named(group, in_header=True)
        for key, group in groups.items()
        if len(group) > 1 or key in doubtful or _named(group).label in later
    ]


def is_header_line(item: Labelled, grammar: Grammar) -> bool:
    """Say whether a line of the conversation is metadata, such as `Transcribent: AB`."""
    text = item.line.text
    return not item.opens_turn and has_header_key(text, grammar) and text.lstrip()[0].isupper()


def may_be_inserted_speaker(label: str, grammar: Grammar) -> bool:
    """Say whether an unmapped label between brackets, as in `[M: ja]`, is a speaker."""
    is_label = len(label) <= _LONGEST_INSERTED_LABEL and label[0].isupper()
    return is_label and not grammar.is_no_speaker(label)


def _is_speaker(group: Sequence[Labelled], grammar: Grammar) -> bool:
    heads = [(item, item.head) for item in group if item.head]
    if any(_must_be_speaker(item, head, grammar) for item, head in heads):
        return True
    return len(heads) >= _OFTEN and all(_may_be_speaker(head, grammar) for _, head in heads)


def _must_be_speaker(item: Labelled, head: Head, grammar: Grammar) -> bool:
    words = head.label.split()
    if len(head.label) == 1:
        return True
    is_label = (
        head.style is not Style.SEMICOLON
        and len(words) <= 2
        and len(head.label) <= _LONGEST_LABEL
        and head.label[0].isupper()
    )
    # "Om 12:30" and "Http://" have a colon inside.
    is_inside = (head.label[-1].isdigit() and item.speech[:1].isdigit()) or item.speech[:2] == "//"
    return is_label and not is_inside and not any(map(grammar.is_no_speaker, words))


def _may_be_speaker(head: Head, grammar: Grammar) -> bool:
    first, *others = head.label.split()
    if head.style is Style.SEMICOLON or grammar.is_no_speaker(first):
        return False
    return head.label[0].isupper() or not others


def _start_of_paragraph(lines: Sequence[Labelled], i: int, after_blank: Set[int]) -> int:
    """Return the index of the first line of the paragraph in which line `i` stands."""
    if i == len(lines):
        return i
    while i > 0 and lines[i].line.start not in after_blank:
        i -= 1
    return i


def _named(group: Sequence[Labelled], *, in_header: bool = False) -> UnknownSpeaker:
    labels = [item.head.label for item in group if item.head]
    return UnknownSpeaker(
        label=labels[0], lines=tuple(item.line.number for item in group), in_header=in_header
    )
