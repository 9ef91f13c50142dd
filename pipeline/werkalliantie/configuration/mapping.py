"""How a kind of transcript or table is read: `configs/imports/NAME.toml`."""

import re
from collections import Counter
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, PrivateAttr, field_validator, model_validator

from werkalliantie.configuration.toml import Settings, load
from werkalliantie.transcript import Role


class Speakers(Settings):
    """Which labels stand for which role; letter case doesn't matter.

    Attributes:
        not_speakers: Words that may stand before a colon at the start of a line without being a
            speaker, such as "Dus".
    """

    worker: tuple[str, ...] = Field(min_length=1)
    client: tuple[str, ...]
    other: tuple[str, ...] = ()
    not_speakers: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_role_each(self) -> Self:
        twice = _in_several(self.worker, self.client, self.other)
        if twice:
            raise ValueError(f"a speaker has two roles: {', '.join(twice)}")
        return self

    def role_of(self, label: str) -> Role | None:
        """Return the role of a speaker label, or None if it isn't mapped."""
        wanted = _plain(label)
        for role in Role:
            if wanted in map(_plain, getattr(self, role.value)):
                return role
        return None


class Lines(Settings):
    """What in a text transcript isn't speech.

    Attributes:
        header_keys: Words before a colon in the block above the first turn.
        unit_keys: Those of them behind which the unit of the tape stands.
        stage_directions: Regular expressions for what stands between brackets, such as `lacht`.
        unclear: Regular expressions for bracketed marks of unclear speech, kept as `xxx`.
        page_furniture: Regular expressions for whole lines that belong to the page.
    """

    header_keys: tuple[str, ...] = ()
    unit_keys: tuple[str, ...] = ()
    stage_directions: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    page_furniture: tuple[str, ...] = ()

    @field_validator("stage_directions", "unclear", "page_furniture")
    @classmethod
    def _patterns(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [
            f'"{pattern}" is not a regular expression: {fault}'
            for pattern in patterns
            if (fault := _fault_of(pattern))
        ]
        if not wrong and (fault := _fault_of("|".join(f"(?:{pattern})" for pattern in patterns))):
            wrong = [f"the patterns can't be joined by |: {fault}"]
        if wrong:
            raise ValueError("; ".join(wrong))
        return patterns


class Columns(Settings):
    """Names of a table's columns; only speaker and text are needed.

    Without `tape` the whole table is one tape; without `order` the rows are in order.
    """

    speaker: str
    text: str
    tape: str | None = None
    order: str | None = None
    time: str | None = None
    coder: str | None = None
    worker: str | None = None
    client: str | None = None
    unit: str | None = None


class TableCodes(Settings):
    """Codes that a table already carries.

    Either `columns` (one column a code: code -> column name, its values read by `yes`, `no` and
    `not_applicable`) or `column` (one column that lists codes). A row in which every code cell is
    blank was not seen, also where a blank cell beside a filled one means no.
    """

    codebook: str
    columns: dict[str, str] = Field(default_factory=dict)
    column: str | None = None
    separator: str = Field(default=";", min_length=1)
    yes: tuple[str, ...] = ("1", "true", "ja", "x")
    no: tuple[str, ...] = ("0", "false", "nee", "")
    not_applicable: tuple[str, ...] = ()
    no_code: tuple[str, ...] = ("geen", "-")

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if bool(self.columns) == bool(self.column):
            raise ValueError("codes stand either in `column` or in `columns`")
        twice = _in_several(self.yes, self.no, self.not_applicable)
        if twice:
            raise ValueError(
                "a value stands in two of `yes`, `no` and `not_applicable`: "
                + ", ".join(f'"{value}"' for value in twice)
            )
        return self


class Table(Settings):
    """How a `.csv` or `.xlsx` table is laid out."""

    columns: Columns
    codes: TableCodes | None = None
    coder: str | None = None
    sheet: str | None = None
    delimiter: Literal[",", ";", "\t"] | None = None


class ImportMapping(Settings):
    """One import mapping: speakers, what isn't speech, and the layout of tables."""

    speakers: Speakers
    lines: Lines = Lines()
    table: Table | None = None
    _source: str = PrivateAttr("configs/imports/default.toml")

    @property
    def source(self) -> str:
        """The file this mapping came from, for messages; from `configs/` on where it has that."""
        return self._source


def load_mapping(path: Path) -> ImportMapping:
    """Read an import mapping.

    Raises:
        ConfigError: The file is missing, has unknown keys or wrong values; all of them named.
    """
    mapping = load(path, ImportMapping, what="import mapping")
    mapping._source = _shown(path)
    return mapping


def _shown(path: Path) -> str:
    in_study = path.parts[-3:-1] == ("configs", "imports")
    return "/".join(path.parts[-3:]) if in_study else str(path)


def _plain(label: str) -> str:
    return label.strip().casefold()


def _in_several(*lists: tuple[str, ...]) -> list[str]:
    counted = Counter(value for values in lists for value in {*map(_plain, values)})
    return sorted(value for value, n in counted.items() if n > 1)


def _fault_of(pattern: str) -> str | None:
    try:
        re.compile(pattern)
    except re.error as error:
        return str(error)
    return None
