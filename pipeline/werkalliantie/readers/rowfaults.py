"""Faults of a table: each said once with the rows that have it, all of them at the end."""

from collections.abc import Sequence

from werkalliantie.errors import TranscriptError
from werkalliantie.readers.speakers import join

_SHOWN = 10


class RowFaults:
    """Collects the faults of a table; `file` is for messages."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._rows: dict[str, list[int]] = {}
        self._hints: dict[str, None] = {}

    def add(self, row: int, text: str, hint: str) -> None:
        """Add a fault of one row, and what to do about it."""
        self._rows.setdefault(text, []).append(row)
        self._hints.setdefault(hint)

    def refuse(self) -> None:
        """Raise an error with every fault, or return if there are none."""
        faults = [f"{self.file}, {_named(rows)}: {text}" for text, rows in self._rows.items()]
        if not faults:
            return
        message = faults[0] if len(faults) == 1 else f"{self.file}: {len(faults)} faults."
        raise TranscriptError(message, hint=" ".join(self._hints), faults=faults)


def _named(rows: Sequence[int]) -> str:
    if len(rows) == 1:
        return f"row {rows[0]}"
    shown = [str(row) for row in rows[:_SHOWN]]
    if len(rows) > _SHOWN:
        shown.append(f"{len(rows) - _SHOWN} more")
    return f"rows {join(shown, 'and')}"
