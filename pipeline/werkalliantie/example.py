"""The example corpus that ships with the product: its files, and what is known of each."""

import csv
from dataclasses import dataclass
from pathlib import Path

from werkalliantie.configuration.mapping import load_mapping
from werkalliantie.intake import Origin
from werkalliantie.resources import shipped


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleCorpus:
    """The folder `data/voorbeeld`."""

    folder: Path

    @classmethod
    def shipped(cls) -> "ExampleCorpus":
        """Return the corpus of this installation."""
        return cls(folder=shipped("data/voorbeeld"))

    @property
    def study_settings(self) -> Path:
        """The settings of a study on this corpus, with its fixed split."""
        return self.folder / "study.toml"

    @property
    def train_settings(self) -> Path:
        """How a model is trained on it."""
        return self.folder / "train.toml"

    @property
    def codings(self) -> list[Path]:
        """A table of codings per coder."""
        return sorted((self.folder / "codings").glob("*.csv"))

    def origins(self) -> list[Origin]:
        """Return every transcript with its pseudonyms and the mapping that reads it."""
        with (self.folder / "transcripts.csv").open(encoding="utf-8", newline="") as file:
            return [
                Origin(
                    path=self.folder / "transcripts" / row["file"],
                    mapping=load_mapping(self._mapping(row["mapping"])),
                    tape=row["tape"],
                    worker=row["worker"],
                    client=row["client"],
                    unit=row["unit"],
                )
                for row in csv.DictReader(file)
            ]

    def _mapping(self, name: str) -> Path:
        own = self.folder / "imports" / f"{name}.toml"
        return own if own.is_file() else shipped("configs") / "imports" / f"{name}.toml"
