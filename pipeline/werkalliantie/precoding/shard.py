"""A share of the tapes for one machine of several; the same share wherever it is worked out."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """Share `number`, from 1, of `of` shares."""

    number: int
    of: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.of:
            raise ValueError(f"there is no shard {self.number} of {self.of}")

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """Return the shard that a text such as `2/8` names.

        Raises:
            ValueError: It names none.
        """
        number, slash, of = text.partition("/")
        if not (slash and number.isascii() and number.isdigit() and of.isascii() and of.isdigit()):
            raise ValueError(f'"{text}" isn\'t a shard such as 2/8')
        return cls(number=int(number), of=int(of))

    def share(self, tapes: Iterable[str]) -> list[str]:
        """Return the tapes of this share by id; every tape falls to one share, by its id alone."""
        return sorted({tape for tape in tapes if self._has(tape)})

    def _has(self, tape: str) -> bool:
        number = int.from_bytes(hashlib.sha256(tape.encode()).digest()[:8], "big")
        return number % self.of == self.number - 1


def list_sha(tapes: Iterable[str]) -> str:
    """Return a hash of a set of tapes, in whatever order they are named."""
    return hashlib.sha256("\n".join(sorted(set(tapes))).encode()).hexdigest()
