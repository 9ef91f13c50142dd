"""A study's ledger: what was asked, read once from the store, and measured at any scale."""

from collections.abc import Mapping
from dataclasses import dataclass

from werkalliantie.agreement.ledger import Figures
from werkalliantie.agreement_report.counting import icc_of
from werkalliantie.agreement_report.document import Document, document_of
from werkalliantie.agreement_report.gathering import gather_material
from werkalliantie.agreement_report.levels import level_of
from werkalliantie.agreement_report.machines import LEFT_OUT, NO_MODEL, codes_under, unfit
from werkalliantie.agreement_report.material import Material
from werkalliantie.agreement_report.note import Note
from werkalliantie.agreement_report.question import Question, Unit
from werkalliantie.artefact import Artefact
from werkalliantie.codebook import Codebook
from werkalliantie.configuration.study import VerdictRules
from werkalliantie.errors import ConfigError, ModelError
from werkalliantie.registry import Registry
from werkalliantie.store import Store
from werkalliantie.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What the figures are computed from, and the rules they are judged by.

    Attributes:
        study: The study's name.
        books: The other codebooks that codings were made under, by key.
    """

    study: str
    material: Material
    rules: VerdictRules
    books: Mapping[str, Codebook]

    def at(self, unit: Unit) -> Document:
        """Return the agreement document at one scale."""
        return document_of(self.material, unit, rules=self.rules, books=self.books)

    def icc_at(self, unit: Unit) -> Figures | None:
        """Return only the ICCs of one scale; None for utterances."""
        return icc_of(self.material, level_of(self.material, unit), [])


def open_ledger(
    study: Study,
    question: Question,
    *,
    codebook: str | None = None,
    model: str | None = None,
    with_model: bool = True,
) -> Ledger:
    """Read the ledger of a study.

    Args:
        study: The study.
        question: Which codings count.
        codebook: Key of the codebook; the study's if left out.
        model: Name or folder of the model; the one in use if left out, where it gives the codes
            of this codebook.
        with_model: Whether any model is measured.

    Raises:
        WerkalliantieError: What `gather_material` refuses, or there is no such model or codebook.
    """
    book = study.codebook(codebook)
    registry = Registry(study.models)
    used, without = _model(registry, model, book) if with_model else (None, LEFT_OUT)
    with study.store() as store:
        versions = _versions(store, registry, book, used) if with_model else []
        material = gather_material(
            store, book, question, model=used, without=without, versions=versions
        )
    return Ledger(
        study=study.settings.name,
        material=material,
        rules=study.settings.verdict,
        books=_books(study, material),
    )


def _model(registry: Registry, name: str | None, book: Codebook) -> tuple[Artefact | None, Note]:
    """Return the model to measure, or None; and the note that says why there is none."""
    if not name and not registry.champion:
        return None, NO_MODEL
    used = registry.find(name)
    if not name and not codes_under(used, book):
        return None, unfit(used, book)
    return used, NO_MODEL


def _versions(
    store: Store, registry: Registry, book: Codebook, used: Artefact | None
) -> list[Artefact]:
    """Return the whole models of this codebook that have stored predictions."""
    versions = {} if used is None else {used.name: used}
    for name in store.predicting_models(book.key):
        if name in versions or name not in registry.names():
            continue
        try:
            found = registry.find(name)
        except ModelError:  # a folder that isn't whole says nothing of its training tapes
            continue
        if codes_under(found, book):
            versions[name] = found
    return [versions[name] for name in sorted(versions)]


def _books(study: Study, material: Material) -> dict[str, Codebook]:
    books = {}
    for key in material.other_books:
        try:
            books[key] = study.codebook(key)
        except ConfigError:  # the document says that it is missing
            continue
    return books
