"""The example corpus that ships with the product: its files, and what is known of each."""

import csv
from dataclasses import dataclass, replace
from pathlib import Path

from werkalliantie.configuration.mapping import load_mapping
from werkalliantie.configuration.study import load_study_settings
from werkalliantie.intake import Origin, take_in
from werkalliantie.resources import shipped
from werkalliantie.sheets.reading import read_codings
from werkalliantie.study import Study, create


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

    def bring_into(self, study: Study) -> int:
        """Take the tapes and all of their codings into a study; return how many tapes there are."""
        taken = take_in(study, self.origins())
        with study.store() as store:
            for path in self.codings:
                store.add_codings(read_codings(path, study=study, store=store).codings)
        return len(taken)

    def as_study(self, folder: Path) -> Study:
        """Make a study of the corpus, with its own settings, in a folder that isn't there yet."""
        study = replace(create(folder), settings=load_study_settings(self.study_settings))
        self.bring_into(study)
        return study

    def _mapping(self, name: str) -> Path:
        own = self.folder / "imports" / f"{name}.toml"
        return own if own.is_file() else shipped("configs") / "imports" / f"{name}.toml"
