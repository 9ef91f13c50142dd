"""A small study with codings and predictions, written with a few words."""

import json
from collections.abc import Iterable
from typing import Any

from werkalliantie.agreement_report import Question, document_of, gather_material
from werkalliantie.agreement_report.document import Document
from werkalliantie.agreement_report.material import Material
from werkalliantie.artefact import Artefact
from werkalliantie.codebook import Codebook
from werkalliantie.coding import Coding, Mode, Prediction
from werkalliantie.configuration.codebooks import load_codebook
from werkalliantie.resources import shipped
from werkalliantie.store import Store

BOOKS = shipped("configs") / "codebooks"
BOOK = load_codebook(BOOKS / "werkalliantie-3.toml")
OLDER = load_codebook(BOOKS / "werkalliantie-4.toml")
N = 6


def code(
    store: Store,
    coder: str,
    tape: str,
    given: Iterable[str | None],
    mode: Mode = Mode.BLIND,
    book: str = BOOK.key,
) -> None:
    """Store codes of the first utterances of a tape: "DT HC", "" for no code, None for not seen."""
    store.add_codings(
        Coding(
            tape=tape,
            utterance=index,
            coder=coder,
            codebook=book,
            codes=frozenset(codes.split()),
            mode=mode,
        )
        for index, codes in enumerate(given)
        if codes is not None
    )


def predict(
    store: Store, model: Artefact, tape: str, given: Iterable[str], chance: float = 0.5
) -> None:
    """Store what a model gave to the first utterances of a tape."""
    store.add_predictions(
        Prediction(
            tape=tape,
            utterance=index,
            model=model.name,
            codebook=model.codebook,
            probabilities=dict.fromkeys(model.codes, chance),
            codes=frozenset(codes.split()),
        )
        for index, codes in enumerate(given)
    )


def material_of(
    store: Store,
    codebook: Codebook = BOOK,
    *,
    model: Artefact | None = None,
    versions: Iterable[Artefact] = (),
    **asked: Any,  # noqa: ANN401
) -> Material:
    """Return what the ledger of a store is made of."""
    fixed: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in asked.items()}
    question = Question(**fixed)
    return gather_material(store, codebook, question, model=model, versions=tuple(versions))


def document(
    store: Store,
    codebook: Codebook = BOOK,
    *,
    unit: Any = "utterance",  # noqa: ANN401
    books: Iterable[Codebook] = (),
    **asked: Any,  # noqa: ANN401
) -> Document:
    """Return the agreement document, which must survive strict JSON."""
    material = material_of(store, codebook, **asked)
    made = document_of(material, unit, books={book.key: book for book in books})
    again: Document = json.loads(json.dumps(made, allow_nan=False))
    assert again == made
    return made


def notes_on(made: Document, start: str) -> list[str]:
    """Return the notes that begin in some way."""
    return [note for note in made["notes"] if note.startswith(start)]
