"""Faults of a file, each with its rows; the same fault on many rows is said once."""

from collections.abc import Iterable


class Faults:
    """Collects faults while a file is judged.

    Args:
        place: What a row is called, such as `row`.
    """

    def __init__(self, place: str) -> None:
        self.place = place
        self._by_text: dict[str, list[int]] = {}
        self._whole: list[tuple[int, str]] = []

    def add(self, number: int, text: str) -> None:
        """Add a fault of one row."""
        self._by_text.setdefault(text, []).append(number)

    def add_whole(self, number: int, text: str) -> None:
        """Add a fault that says its own place; `number` only orders it among the others."""
        self._whole.append((number, text))

    def lines(self) -> list[str]:
        """Return every fault as one line, in the order of the file."""
        placed = [
            (numbers[0], f"{self._named(numbers)}: {text}")
            for text, numbers in self._by_text.items()
        ]
        return [line for _, line in sorted([*placed, *self._whole], key=lambda entry: entry[0])]

    def _named(self, numbers: list[int]) -> str:
        return f"{self.place}{'s' if len(numbers) > 1 else ''} {ranges(numbers)}"


def ranges(numbers: Iterable[int]) -> str:
    """Return numbers as `2-5, 9`."""
    spans: list[list[int]] = []
    for number in sorted(set(numbers)):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)
