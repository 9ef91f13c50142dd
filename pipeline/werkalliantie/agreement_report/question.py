"""What is asked of a study's codings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from werkalliantie.errors import StoreError

Unit = Literal["utterance", "window", "tape"]
UNITS: tuple[Unit, ...] = ("utterance", "window", "tape")
WINDOW_SECONDS = 300.0
WINDOW_UTTERANCES = 25
"""A window where a tape has no times: some five minutes of worker utterances."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which codings are measured, and how they are cut.

    Attributes:
        coders: Only these; None for all.
        tapes: Only these; None for all.
        window_seconds: Length of a window on tapes that have times.
        mapped: Other codebooks whose codings are brought to the one in use.
        second: Names under which a coder coded tapes again, and whose they are.
        force: Whether tapes that were asked for count for a model that was trained on them.
    """

    coders: tuple[str, ...] | None = None
    tapes: tuple[str, ...] | None = None
    window_seconds: float = WINDOW_SECONDS
    mapped: tuple[str, ...] = ()
    second: Mapping[str, str] = field(default_factory=dict)
    force: bool = False

    def __post_init__(self) -> None:
        if not self.window_seconds > 0:
            raise StoreError(
                f"a window of {self.window_seconds:g} seconds. Expected more than 0.",
                hint="Correct --window.",
            )
        if self_coded := [name for name, coder in self.second.items() if name == coder]:
            raise StoreError(
                f"{self_coded[0]} can't be the second coding of {self_coded[0]}.",
                hint="Import the second coding with another --coder, and name it as "
                "--second NAME=CODER.",
            )
