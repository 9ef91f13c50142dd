"""The lines of a source text, each with its number and its place.

Numbers are those an editor shows: only a line feed ends a line (`decoding` makes every line end
one). A form feed or U+2028 inside a line breaks it in two pieces with the same number, because
there may be a speaker on either side.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BREAK_WITHIN = re.compile("[\f\v\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the source, or the piece of it up to a form feed or the like.

    Attributes:
        start: Offset of its first character in the source text, in code points.
        new_page: A form feed stands before it.
    """

    number: int
    start: int
    text: str
    new_page: bool = False

    @property
    def is_blank(self) -> bool:
        """Nothing but white space."""
        return not self.text.strip()

    def part(self, start: int, end: int | None = None) -> "Line":
        """Return the characters from `start` to `end` as a line in the same place."""
        return Line(
            number=self.number,
            start=self.start + start,
            text=self.text[start:end],
            new_page=self.new_page and start == 0,
        )


def lines_of(text: str) -> list[Line]:
    """Return the lines of a source text whose line ends are line feeds, blank ones included."""
    found: list[Line] = []
    offset, new_page = 0, False
    for number, whole in enumerate(text.split("\n"), start=1):
        for start, piece, breaks in _pieces(whole):
            new_page = new_page or breaks
            place = offset + start
            found.append(Line(number=number, start=place, text=piece, new_page=new_page))
            # A form feed may stand on a line of its own, above the page's first line.
            new_page = new_page and not piece.strip()
        offset += len(whole) + 1
    return found


def _pieces(whole: str) -> Iterator[tuple[int, str, bool]]:
    """Yield each piece of a line: where it starts, its text, and whether a form feed precedes."""
    start, breaks = 0, False
    for found in _BREAK_WITHIN.finditer(whole):
        yield start, whole[start : found.start()], breaks
        start, breaks = found.end(), found[0] == "\f"
    yield start, whole[start:], breaks
