"""Faults of a table's rows, gathered so that the same fault on many rows is one line."""

from werkalliantie.errors import TranscriptError, gather

_SHOWN = 10


class RowFaults:
    """Faults with the rows they are on; raised all at once."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._rows: dict[str, list[int]] = {}

    def add(self, row: int, fault: str) -> None:
        """Note a fault on a row."""
        self._rows.setdefault(fault, []).append(row)

    def refuse(self, hint: str) -> None:
        """Raise an error with every fault noted, or return if there are none.

        Raises:
            TranscriptError: With at most ten rows a fault, then a count.
        """
        faults = [f"{_places(rows)}: {fault}" for fault, rows in self._rows.items()]
        gather(self._file, faults, TranscriptError, hint)


def _places(rows: list[int]) -> str:
    shown = ", ".join(map(str, rows[:_SHOWN]))
    more = f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else ""
    return f"row{'s' if len(rows) > 1 else ''} {shown}{more}"
