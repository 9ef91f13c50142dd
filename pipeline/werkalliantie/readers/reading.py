"""What a reader returns: a tape, every line that isn't speech, and the codes it carried."""

from dataclasses import dataclass

from werkalliantie.coding import Coding
from werkalliantie.readers.naming import TapeDetails
from werkalliantie.transcript import Skipped, Tape


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One tape as read from a file.

    Attributes:
        file: Name of the file, without its folder.
        skipped: Every source line, or part of one, that did not become speech, in order.
        given: What the user said of it, which goes before what the file says.
        codings: Codes that a table carried; `Coding.utterance` counts the worker turns from 0.
        unread_columns: Columns of its table that hold something and that the mapping doesn't name.
    """

    file: str
    tape: Tape
    skipped: tuple[Skipped, ...]
    given: TapeDetails
    codings: tuple[Coding, ...] = ()
    unread_columns: tuple[str, ...] = ()
