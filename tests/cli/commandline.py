"""The command line as a user meets it: its exit code and what it says."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

TRANSCRIPT = (
    "R: Goedemorgen, ga zitten.\n"
    "C: Ik was er wel, maar de deur zat dicht.\n"
    "R: Hm hm.\n"
    "(stilte)\n"
    "C: Dus ben ik weer naar huis gegaan.\n"
    "R: =Als je er donderdag niet bent, moet ik dat melden.\n"
)
OTHER = "R: Hoe was je weekend?\nC: Rustig.\nR: Fijn voor je.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command leaves: its exit code and what it said."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:  # noqa: ANN401 - JSON
        """The one JSON document on stdout."""
        assert self.code == 0, self.err
        return json.loads(self.out, parse_constant=pytest.fail)


Run = Callable[..., Outcome]
