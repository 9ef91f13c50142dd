"""Every figure of the ledger in one long table, for a statistics program to read."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from werkalliantie.agreement.ledger import Figures
from werkalliantie.agreement_report.document import Document
from werkalliantie.agreement_report.ledger import Ledger
from werkalliantie.agreement_report.question import UNITS
from werkalliantie.sheets.cells import guard
from werkalliantie.written import write_whole

EVERY_CODE = "(all)"
_FIGURES = (
    "observed", "alpha", "fleiss", "ac1", "pabak", "positive", "negative",
    "prevalence", "prevalence_index", "bias_index",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRow:
    """One figure, at one scale; empty where it is undefined or has no interval."""

    level: str
    code: str
    statistic: str
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    notes: str = ""


def write_table(path: Path, ledger: Ledger) -> None:
    """Write the table as CSV: a comma between columns, a point in numbers."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([field.name for field in fields(RawRow)])
    for row in rows_of([ledger.at(unit) for unit in UNITS]):
        writer.writerow([_cell(value) for value in astuple(row)])
    write_whole(path, text.getvalue())


def rows_of(documents: Sequence[Document]) -> list[RawRow]:
    """Return every figure of documents at several scales; what has no scale comes once."""
    rows = []
    for document in documents:
        noted = _Noted(document)
        rows += [noted.row(*figure) for figure in _figures_of(document)]
    noted = _Noted({**documents[0], "unit": "utterance"})
    return rows + [noted.row(*figure) for figure in _figures_once(documents[0])]


_Found = tuple[str, str, float | None, Sequence[float] | None, int | None]
"""A code, a statistic, its value, its interval, and the number of units it rests on."""


class _Noted:
    """Makes rows of one document, with the remarks that go with each."""

    def __init__(self, document: Document) -> None:
        self._level = document["unit"]
        self._notes = document["notes"]
        self._marks = [note for note in self._notes if "MAPPED:" in note]
        self._forced = [note for note in self._notes if "FORCED:" in note]

    def row(
        self,
        code: str,
        statistic: str,
        value: float | None,
        interval: Sequence[float] | None,
        n: int | None,
    ) -> RawRow:
        low, high = interval or (None, None)
        about_model = any(word in statistic for word in _OF_MODEL)
        notes = self._marks + (self._forced if about_model else [])
        if value is None:
            notes = notes + [note for note in self._notes if note.startswith(f"{code}: ")]
        return RawRow(
            level=self._level,
            code=code,
            statistic=statistic,
            value=value,
            low=low,
            high=high,
            n=n,
            notes="; ".join(notes),
        )


_OF_MODEL = ("model", "share", "same_tapes", "equivalence", "alt_test", "bag_of_words", "anchoring")


def _figures_of(document: Document) -> Iterator[_Found]:
    """Return what one scale holds."""
    for code, entry in document["codes"].items():
        yield from _of_kind(code, "coder_coder", entry["coder_coder"])
        yield from _of_kind(code, "model_coder", entry["model_coder"])
        share, interval = entry["share_of_human"], entry["share_of_human_ci"]
        yield code, "share_of_human", share, interval, None
        yield from _same_tapes(code, entry)
        for name, value in entry["floors"].items():
            yield code, f"floor.{name}", value, None, None
        for name, value in entry["ceiling"].items():
            yield code, f"ceiling.{name}", value, None, None
    for pair in document["pairs"]:
        who = f"[{pair['first']},{pair['second']}]"
        for name in ("kappa", "observed", "positive", "negative"):
            interval = pair["ci"] if name == "kappa" else None
            yield pair["code"], f"{pair['kind']}.{name}{who}", pair[name], interval, pair["n"]
    for kind, figures in document["sets"].items():
        for name, value in (figures or {}).items():
            yield EVERY_CODE, f"{kind}.{name}", value, None, None
    yield from _iccs(document["icc"])
    yield from _alternative(document["alt_test"])


def _of_kind(code: str, kind: str, figures: Figures | None) -> Iterator[_Found]:
    if figures is None:
        return
    yield code, f"{kind}.kappa", figures["kappa"], figures["ci"], figures["n"]
    for name in _FIGURES:
        yield code, f"{kind}.{name}", figures[name], None, figures["n"]


def _same_tapes(code: str, entry: Figures) -> Iterator[_Found]:
    beside, tests = entry["same_tapes"], entry["equivalence"]
    if beside is not None:
        for kind in ("coder_coder", "model_coder"):
            yield code, f"same_tapes.{kind}.kappa", beside[kind], None, None
        yield code, "same_tapes.difference", beside["difference"], beside["difference_ci"], None
    if tests is not None:
        for name in ("p_lower", "p_upper"):
            yield code, f"equivalence.{name}", tests[name], None, None


def _iccs(icc: Figures | None) -> Iterator[_Found]:
    if icc is None:
        return
    yield from _of_raters("coder_coder", icc)
    if icc["with_model"] is not None:
        yield from _of_raters("with_model", icc["with_model"])
        yield from _of_raters("model_tapes.coder_coder", icc["with_model"]["without"])


def _of_raters(prefix: str, icc: Figures) -> Iterator[_Found]:
    for code, value in icc["codes"].items():
        name = f"{prefix}.ICC(2,1) over tapes"
        yield code, name, value, icc["intervals"][code], icc["n_units"]
        for form, found in icc["forms"][code].items():
            yield code, f"{prefix}.{form}", found["value"], found["ci"], found["n_units"]


def _alternative(test: Figures | None) -> Iterator[_Found]:
    if test is None:
        return
    for name in ("winning_rate", "advantage"):
        yield EVERY_CODE, f"alt_test.{name}", test[name], None, None
    for point in test["curve"]:
        name = f"alt_test.winning_rate[epsilon={point['epsilon']:.2f}]"
        yield EVERY_CODE, name, point["winning_rate"], None, None


def _figures_once(document: Document) -> Iterator[_Found]:
    """Return what is measured on utterances, whatever the scale asked for."""
    anchoring = document["anchoring"]
    if anchoring is not None:
        parts = {"": anchoring, **{f"[{k}]": v for k, v in anchoring["coders"].items()}}
        for who, part in parts.items():
            for code, found in part["codes"].items():
                for name in ("assisted", "blind"):
                    yield code, f"anchoring.{name}{who}", found[name], None, part[f"n_{name}"]
                difference, interval = found["difference"], found["ci"]
                yield code, f"anchoring.difference{who}", difference, interval, None
    yield from _drift(document["drift"])


def _drift(drift: Figures) -> Iterator[_Found]:
    for number, block in enumerate(drift["time"]["blocks"], start=1):
        yield from _both(f"drift.time[{number}]", block["codes"])
    for coder, found in drift["coders"].items():
        yield from _both(f"drift.coders[{coder}]", found["codes"])
        for code, again in (found["second"] or {}).items():
            name = f"drift.second[{coder}].kappa"
            yield code, name, again["kappa"], again["ci"], again["n"]
    for kind in ("workers", "units", "phases"):
        for part, codes in drift[kind].items():
            yield from _both(f"drift.{kind}[{part}]", codes)
    for model, found in drift["models"].items():
        for code, one in found["codes"].items():
            name = f"drift.models[{model}].model_coder.kappa"
            yield code, name, one["kappa"], one["ci"], one["n"]


def _both(prefix: str, codes: Figures) -> Iterator[_Found]:
    for code, kinds in codes.items():
        for kind, one in kinds.items():
            if one is not None:
                yield code, f"{prefix}.{kind}.kappa", one["kappa"], one["ci"], one["n"]


def _cell(value: object) -> object:
    return guard(value) if isinstance(value, str) else value
