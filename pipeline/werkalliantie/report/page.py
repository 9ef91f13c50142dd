"""Makes the page: gathers what it shows, and fills in the template."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import werkalliantie
from werkalliantie.agreement_report.counting import ASK
from werkalliantie.agreement_report.document import Document
from werkalliantie.agreement_report.ledger import Ledger
from werkalliantie.agreement_report.note import dutch_of
from werkalliantie.agreement_report.question import Unit
from werkalliantie.agreement_report.sentences import sentences_on
from werkalliantie.report.calibration import calibration_of
from werkalliantie.report.disputed import most_disputed
from werkalliantie.report.pictures import pictures_of
from werkalliantie.report.timeline import timelines_of
from werkalliantie.report.words import VERDICTS, both, interval, number
from werkalliantie.written import write_whole

_TEMPLATE = "page.html"


def write_page(
    path: Path, ledger: Ledger, *, unit: Unit = "utterance", with_text: bool = False
) -> None:
    """Write the page to a file, whole or not at all.

    Args:
        path: The file.
        ledger: What it shows.
        unit: The scale of the kappas; ICCs are shown for windows and tapes whatever it is.
        with_text: Whether the most disputed utterances are shown with what was said.

    Raises:
        ConfigError: Nothing can be written there.
    """
    write_whole(path, page_of(ledger, unit=unit, with_text=with_text))


def page_of(ledger: Ledger, *, unit: Unit = "utterance", with_text: bool = False) -> str:
    """Return the page: one HTML file that asks nothing of any network."""
    document = ledger.at(unit)
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(t=both, num=number, ends=interval, dutch_of=dutch_of)
    return environment.get_template(_TEMPLATE).render(_shown(ledger, document, with_text=with_text))


def _shown(ledger: Ledger, document: Document, *, with_text: bool) -> Mapping[str, Any]:
    """Return everything that the template names."""
    material = ledger.material
    curves = calibration_of(material)
    iccs = _iccs(ledger, document)
    return {
        "version": werkalliantie.__version__,
        "study": ledger.study,
        "document": document,
        "labels": {cluster.code: cluster.label for cluster in material.codebook.clusters},
        "verdicts": VERDICTS,
        "iccs": iccs,
        "no_icc": _no_icc(document, iccs),
        # Windows and tapes have their ICCs here whatever the scale.
        "notes": [note for note in document["notes"] if note != ASK],
        "sentences": sentences_on(ledger, document),
        "marks": [note for note in document["notes"] if "FORCED:" in note or "MAPPED:" in note],
        "timelines": timelines_of(material),
        "disputed": most_disputed(material, with_text=with_text),
        "with_text": with_text,
        "calibration": curves,
        "plots": pictures_of(material, document, curves),
    }


def _iccs(ledger: Ledger, document: Document) -> dict[str, Any]:
    """Return the ICCs of windows and of tapes."""
    return {
        unit: document["icc"] if unit == document["unit"] else ledger.icc_at(unit)
        for unit in ("window", "tape")
    }


def _no_icc(document: Document, iccs: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return why there is no ICC at all, in Dutch and in English, where one would expect some."""
    tables = [table for icc in iccs.values() for table in (icc, icc["with_model"]) if table]
    if any(value is not None for table in tables for value in table["codes"].values()):
        return None
    if len(document["coders"]) == 1:
        return (
            "Er is maar één codeur; een ICC zegt hoe ver codeurs hetzelfde tellen.",
            "There is only one coder; an ICC says how far coders count alike.",
        )
    if document["n_tapes"] == 1 and iccs["window"]["n_units"] < 2:
        return (
            "Er is maar één tape; een ICC vergelijkt de aantallen van meer tapes of vensters.",
            "There is only one tape; an ICC compares the counts of several tapes or windows.",
        )
    return None
