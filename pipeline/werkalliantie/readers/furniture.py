"""Page furniture: headers, footers and page numbers in the middle of a conversation.

A line without a speaker belongs to the page if it is a page number, if it repeats a line of the
header, or if it stands at least three times in the file, apart from its digits, and looks like a
page's title: two words or more with a capital or a digit, or next to a page number or form feed.
Once is enough for a title over a page number if blank lines set the two apart.
"""

import re
from collections import Counter
from collections.abc import Sequence, Set

from werkalliantie.readers.grammar import Grammar, Labelled

_OFTEN = 3
_GOES_ON = (",", "?", "!", "…", "-")


def furniture_in(
    body: Sequence[Labelled],
    header: Sequence[Labelled],
    after_blank: Set[int],
    grammar: Grammar,
) -> set[int]:
    """Return the indices of the lines of the conversation that belong to the page.

    Args:
        body: The lines of the conversation, without the blank ones.
        header: Those above it.
        after_blank: Offsets of the lines that a blank one precedes.
        grammar: The grammar.
    """
    # Behind a label alone on its line comes the speech, were it only a number.
    awaited = {i + 1 for i, item in enumerate(body) if item.is_label_only}
    numbers = {i for i, item in enumerate(body) if i not in awaited and _is_number(item, grammar)}
    titles = {_signature(item) for item in header if len(item.line.text.split()) > 1}
    recurring = _recurring(body, header)
    found = set(numbers)
    for i, item in enumerate(body):
        signature = _signature(item)
        is_title = signature in recurring and (
            _looks_like_title(item.line.text) or _is_next_to_page_end(body, i, numbers)
        )
        is_title = is_title or _is_over_page_number(body, i, numbers, after_blank)
        if i not in awaited and (is_title or signature in titles):
            found.add(i)
    return found


def _is_number(item: Labelled, grammar: Grammar) -> bool:
    return not item.opens_turn and grammar.is_furniture(item.line.text)


def _signature(item: Labelled) -> str:
    plain = " ".join(item.line.text.casefold().split())
    # The digits of a turn are speech.
    return plain if item.opens_turn else re.sub(r"\d+", "0", plain)


def _recurring(body: Sequence[Labelled], header: Sequence[Labelled]) -> set[str]:
    """Return the lines that come back, without those that vary behind an unmapped label."""
    counts = Counter(_signature(item) for item in (*header, *body) if not item.opens_turn)
    by_label: dict[str, set[str]] = {}
    for item in body:
        if item.head is not None:
            by_label.setdefault(item.head.key, set()).add(_signature(item))
    varied = {line for lines in by_label.values() if len(lines) > 1 for line in lines}
    # "Mdw: ja" three times is an unknown speaker, not a page.
    short = {
        _signature(item) for item in body if item.head is not None and len(item.speech.split()) < 2
    }
    return {line for line, n in counts.items() if n >= _OFTEN} - varied - short


def _looks_like_title(text: str) -> bool:
    words = text.split()
    has_sign = text.lstrip()[:1].isupper() or any(c.isdigit() for c in text)
    return len(words) > 1 and has_sign and not text.rstrip().endswith(_GOES_ON)


def _is_over_page_number(
    body: Sequence[Labelled], i: int, numbers: set[int], after_blank: Set[int]
) -> bool:
    text = body[i].line.text.rstrip()
    if body[i].opens_turn or not _looks_like_title(text) or text.endswith("."):
        return False
    is_last = i + 2 >= len(body)
    ends = is_last or body[i + 2].line.start in after_blank
    return i + 1 in numbers and ends and body[i].line.start in after_blank


def _is_next_to_page_end(body: Sequence[Labelled], i: int, numbers: set[int]) -> bool:
    if body[i].line.new_page or i - 1 in numbers or i + 1 in numbers:
        return True
    return i + 1 < len(body) and body[i + 1].line.new_page
