"""Sheets of a small study that a coder has worked on."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from samples import CONVERSATION, a_tape, utterances_of

from werkalliantie.codebook import Cluster, Codebook
from werkalliantie.coding import Prediction
from werkalliantie.sheets import Row, SheetFormat, rows_of, write_sheet
from werkalliantie.store import Store
from werkalliantie.study import Study, create
from werkalliantie.transcript import Role

Records = list[dict[str, str]]
Change = Callable[[Records], Records]


PROBE = Codebook(
    name="proef",
    version="1",
    title="Proef",
    language="nl",
    clusters=(Cluster(code="A", label="Aandacht", definition="Let op."),),
)


def one_row(text: str) -> Row:
    """Return a worker's row with a text."""
    return Row(
        tape="t03", index=0, line=1, time=None, role=Role.WORKER, speaker="R", text=text
    )  # fmt: skip


class Desk:
    """Where a coder works: a study with two tapes and the sheets made of them."""

    def __init__(self, study: Study, store: Store, folder: Path) -> None:
        self.study = study
        self.store = store
        self.folder = folder

    def rows(self, *tapes: str, suggested: str | None = None) -> list[Row]:
        """Return the rows of tapes in blocks, with one code suggested everywhere if wanted."""
        rows = []
        for tape in tapes:
            utterances = self.store.utterances(tape)
            predictions = {
                utterance.index: Prediction(
                    tape=tape,
                    utterance=utterance.index,
                    model="model-1",
                    codebook="werkalliantie-3",
                    probabilities={"DT": 0.1, "ZBV": 0.25, "HC": 0.5, str(suggested): 0.9},
                    codes=frozenset({str(suggested)}),
                )
                for utterance in utterances
            }
            rows += rows_of(self.store.tape(tape), utterances, predictions if suggested else None)
        return rows

    def sheet(
        self,
        format: SheetFormat,
        *tapes: str,
        suggested: str | None = None,
        name: str = "gesprek-01",
    ) -> Path:
        """Write a sheet of tapes, the first one if none is named; return its path."""
        path = self.folder / f"{name}.{format}"
        codebook = self.study.codebook()
        write_sheet(
            path,
            self.rows(*(tapes or ("gesprek-01",)), suggested=suggested),
            codebook=codebook,
            model="model-1" if suggested else None,
            codes=codebook.codes if suggested else (),
        )
        return path

    def csv(self, change: Change, *tapes: str, suggested: str | None = None) -> Path:
        """Write a CSV sheet and change its records as a coder or an accident would."""
        path = self.sheet(SheetFormat.CSV, *tapes, suggested=suggested)
        with path.open(encoding="utf-8-sig", newline="") as file:
            records = list(csv.DictReader(file, delimiter=";"))
        return write_records(path, change(records))


def write_records(path: Path, records: Records) -> Path:
    """Write records as CSV, the columns as in the first of them."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(records[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(records)
    return path


def codes(by_row: dict[int, str]) -> Change:
    """Return a change that writes codes on rows, numbered as a spreadsheet does."""

    def change(records: Records) -> Records:
        for number, text in by_row.items():
            records[number - 2]["codes"] = text
        return records

    return change


@contextmanager
def opened_desk(folder: Path) -> Iterator[Desk]:
    """Open a desk with the tapes gesprek-01 (utterance 1 is a backchannel) and gesprek-02."""
    study = create(folder / "studie")
    with study.store() as store:
        tapes = [
            a_tape(*CONVERSATION, id="gesprek-01"),
            a_tape("R: Hoe was je weekend?", "C: Rustig.", "R: Fijn voor je.", id="gesprek-02"),
        ]
        store.add([(tape, utterances_of(tape)) for tape in tapes])
        yield Desk(study, store, folder)
