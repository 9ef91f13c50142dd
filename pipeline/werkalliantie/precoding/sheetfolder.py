"""Where the sheets of pre-coded tapes are laid, each whole or not at all."""

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from werkalliantie.artefact import Artefact
from werkalliantie.codebook import Codebook
from werkalliantie.coding import Prediction
from werkalliantie.precoding.asking import Asked
from werkalliantie.sheets.conversation import rows_of
from werkalliantie.sheets.layout import SheetFormat
from werkalliantie.sheets.writing import write_sheets

_STALE = 3600.0  # seconds; writing a sheet takes less than one


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFolder:
    """A folder of sheets that show one model's suggestions.

    Attributes:
        force: Write over sheets that are there.
    """

    folder: Path
    format: SheetFormat
    codebook: Codebook
    model: Artefact
    force: bool = False

    def path(self, tape: str) -> Path:
        """Return where a tape's sheet is, or would be."""
        return self.folder / f"{tape}.{self.format.value}"

    def lay(self, asked: Asked, predictions: Iterable[Prediction]) -> Path:
        """Write a tape's sheet, in place of what is there."""
        rows = rows_of(asked.tape, asked.utterances, {p.utterance: p for p in predictions})
        paths = write_sheets(
            self.folder,
            {asked.tape.id: rows},
            format=self.format,
            codebook=self.codebook,
            model=self.model.name,
            codes=self.model.codes,
            force=True,
        )
        return paths[asked.tape.id]

    def sweep(self) -> None:
        """Take away what runs that were stopped long ago left half written."""
        for partial in self.folder.glob(f".*.{self.format.value}.*.part"):
            with suppress(FileNotFoundError):  # another run has just finished it
                if time.time() - partial.stat().st_mtime > _STALE:
                    partial.unlink()
