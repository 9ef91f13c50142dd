"""Whose codes a row of a file holds, under which codebook, and whether suggestions were shown."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from werkalliantie.codebook import Codebook
from werkalliantie.coding import Mode
from werkalliantie.errors import SheetError
from werkalliantie.sheets.faults import Faults
from werkalliantie.sheets.layout import is_suggestion
from werkalliantie.sheets.table import FileRow, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the user says of a file; it goes before what the file says of itself."""

    coder: str | None = None
    codebook: str | None = None
    mode: Mode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Who answered, under which codebook, and how.

    Attributes:
        said: The mode by the file's own account, where it has one.
    """

    coder: str
    codebook: Codebook
    mode: Mode
    said: Mode


class Attributor:
    """Attributes the rows of one file.

    Args:
        codebook_of: Returns the codebook of a key; of None, the study's.
    """

    def __init__(
        self, table: Table, given: Given, codebook_of: Callable[[str | None], Codebook]
    ) -> None:
        self._table = table
        self._given = given
        self._codebook_of = codebook_of
        self._codebooks: dict[str, Codebook] = {}
        self._assisted = showed_suggestions(table)

    def of(self, row: FileRow, faults: Faults) -> Attribution | None:
        """Return the attribution of a row, or add a fault and return None."""
        coder = self._given.coder or row.text("coder")
        if not coder:
            faults.add(row.number, "the coder is missing. Expected an id, or --coder.")
        said = self._said(row, faults)
        if not coder or said is None:
            return None
        return Attribution(
            coder=coder,
            codebook=self.codebook(row.text("codebook")),
            mode=self._given.mode or said,
            said=said,
        )

    def codebook(self, key: str = "") -> Codebook:
        """Return the codebook of a row that names `key`, or nothing."""
        key = self._given.codebook or key or self._table.codebook or ""
        if key not in self._codebooks:
            self._codebooks[key] = self._codebook_of(key or None)
        return self._codebooks[key]

    def _said(self, row: FileRow, faults: Faults) -> Mode | None:
        text = row.text("mode").casefold()
        if not text:
            return Mode.ASSISTED if self._assisted else Mode.BLIND
        try:
            return Mode(text)
        except ValueError:
            faults.add(row.number, f"unknown mode. Expected {', '.join(Mode)}.")
            return None


def showed_suggestions(table: Table) -> bool:
    """Return whether the coder could see what a model thinks."""
    return (
        bool(table.model)
        or any(map(is_suggestion, table.columns))
        or any(row.text("model") for row in table.rows)
    )


def rows_of_coder(table: Table, coder: str | None) -> Table:
    """Return the table with only the rows of a coder, if it says whose its rows are.

    Raises:
        SheetError: Nobody says whose codes these are, or the coder has no rows.
    """
    if "coder" not in table.columns:
        if coder is None:
            raise SheetError(
                f"{table.file}: it doesn't say whose codes these are.", hint="Add --coder ID."
            )
        return table
    if coder is None:
        return table
    rows = tuple(row for row in table.rows if row.text("coder") in ("", coder))
    if table.rows and not rows:
        there = ", ".join(sorted({row.text("coder") for row in table.rows}))
        raise SheetError(
            f'{table.file}: no rows of coder "{coder}". Expected one of: {there}.',
            hint="Correct --coder, or leave it out to import the rows of every coder.",
        )
    return replace(table, rows=rows)
