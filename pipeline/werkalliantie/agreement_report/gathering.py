"""Reads from the store what the ledger is made of, and refuses what can't be measured."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from werkalliantie.agreement.ratings import Place
from werkalliantie.agreement_report.absent import absent
from werkalliantie.agreement_report.copies import copies_among
from werkalliantie.agreement_report.generations import pooled
from werkalliantie.agreement_report.machines import NO_MODEL, check_model, machine_of, versions_of
from werkalliantie.agreement_report.material import (
    Answers,
    CodedTape,
    Mapped,
    Material,
    by_coder,
)
from werkalliantie.agreement_report.note import Note
from werkalliantie.agreement_report.question import Question
from werkalliantie.artefact import Artefact
from werkalliantie.codebook import Codebook
from werkalliantie.coding import Coding, Mode
from werkalliantie.errors import StoreError
from werkalliantie.store import CodingEntry, Store
from werkalliantie.unknown_codes import refuse_unknown_codes


def gather_material(
    store: Store,
    codebook: Codebook,
    question: Question,
    *,
    model: Artefact | None = None,
    without: Note = NO_MODEL,
    versions: Sequence[Artefact] = (),
) -> Material:
    """Read the codings and predictions that a question is about.

    Args:
        store: The study's.
        codebook: Under which the codings were made.
        question: Which codings.
        model: Measured beside the coders.
        without: Why there is none, where there is none.
        versions: Models to compare with it over time.

    Raises:
        StoreError: No blind codings under this codebook, or a coder who gave none.
        ModelError: The model codes under another codebook, gives other codes than it has now, or
            was trained on tapes asked for.
        ConfigError: Codings hold codes that the codebook doesn't have, or those of another
            codebook can't be brought to this one.
    """
    every = store.codings(coders=_names(question), tapes=question.tapes)
    others = _other_books(every, codebook)
    own = [coding for coding in every if coding.codebook == codebook.key]
    refuse_unknown_codes(own, codebook)
    check_model(store, model, codebook, question)
    codings, mapped = pooled(own, others, codebook, question.mapped)
    blind = by_coder(codings, Mode.BLIND)
    _check_coders(store, blind, question, codebook)
    second = _taken_out(blind, question)
    places = tuple(sorted({place for given in blind.values() for place in given}))
    entries = store.coding_entries(codebook.key)
    tapes = _coded_tapes(store, places, entries)
    notes: list[str] = []
    machine = machine_of(store, model, places, question, notes, without=without)
    left = {key: list_ for key, list_ in others.items() if key not in question.mapped}
    return Material(
        codebook=codebook,
        question=question,
        tapes=tapes,
        places=places,
        blind=blind,
        assisted=by_coder(codings, Mode.ASSISTED),
        second=second,
        entries=entries,
        machine=machine,
        versions=versions_of(store, versions, places, question),
        mapped=mapped,
        other_books={
            key: tuple(c for c in codings if c.mode is Mode.BLIND) for key, codings in left.items()
        },
        excluded=_excluded(codings, blind, second, places, left),
        notes=(*_choices(mapped, left), *copies_among(tapes), *notes),
    )


def _names(question: Question) -> list[str] | None:
    """Return whose codings are read: the coders asked for and their second codings."""
    if question.coders is None:
        return None
    again = [name for name, coder in question.second.items() if coder in question.coders]
    return [*question.coders, *again]


def _other_books(codings: Sequence[Coding], codebook: Codebook) -> dict[str, list[Coding]]:
    others: dict[str, list[Coding]] = defaultdict(list)
    for coding in codings:
        if coding.codebook != codebook.key:
            others[coding.codebook].append(coding)
    return dict(sorted(others.items()))


def _taken_out(blind: dict[str, dict[Place, frozenset[str]]], question: Question) -> Answers:
    """Take second codings from among the coders', so that nobody is paired with themselves."""
    second: dict[str, dict[Place, frozenset[str]]] = defaultdict(dict)
    for name, coder in question.second.items():
        second[coder] |= blind.pop(name)
    return dict(second)


def _check_coders(store: Store, blind: Answers, question: Question, codebook: Codebook) -> None:
    books = (codebook.key, *question.mapped)
    if missing := [coder for coder in question.coders or () if coder not in blind]:
        raise absent(store, books, missing, hint="Correct --coders.")
    again = [name for pair in question.second.items() for name in pair if name not in blind]
    if again:
        hint = "Correct --second NAME=CODER, or --coders."
        raise absent(store, books, again, asked=_names(question), hint=hint)
    if not blind:
        raise StoreError(
            f"no blind codings under {codebook.key} here.",
            hint="Import coded sheets with `werkalliantie codes import FILE --coder ID`, or name "
            "another --codebook.",
        )


def _coded_tapes(
    store: Store, places: Sequence[Place], entries: Sequence[CodingEntry]
) -> dict[str, CodedTape]:
    """Return the coded tapes; those with only mapped codings have no entry and come last."""
    coded = {tape for tape, _ in places}
    entered: dict[str, str] = {}
    for entry in entries:
        if entry.tape in coded:
            entered.setdefault(entry.tape, entry.first_at.date().isoformat())
    order = {tape: rank for rank, tape in enumerate([*entered, *sorted(coded - entered.keys())])}
    return {
        summary.id: CodedTape(
            worker=summary.worker,
            unit=summary.unit,
            order=order[summary.id],
            entered=entered.get(summary.id, ""),
            utterances=store.utterances(summary.id),
        )
        for summary in store.summaries()
        if summary.id in coded
    }


def _choices(mapped: Sequence[Mapped], left: Mapping[str, Sequence[Coding]]) -> list[str]:
    notes: list[str] = [
        Note(
            f"codebook: MAPPED: {one.codings} codings were made under {one.source} and brought to "
            f"this codebook ({one.superseded} left out: the coder also answered under this one)",
            f"codeboek: OMGEZET: {one.codings} codes zijn gegeven onder {one.source} en naar dit "
            f"codeboek omgezet ({one.superseded} weggelaten: de codeur antwoordde ook onder dit)",
        )
        for one in mapped
    ]
    notes += [
        Note(
            f"codebook: {len(codings)} codings under {key} are not pooled with these; see "
            "generations",
            f"codeboek: {len(codings)} codes onder {key} tellen hier niet mee; zie generaties",
        )
        for key, codings in left.items()
    ]
    return notes


def _excluded(
    codings: Sequence[Coding],
    blind: Answers,
    second: Answers,
    places: Sequence[Place],
    left: Mapping[str, Sequence[Coding]],
) -> dict[str, int]:
    modes = [coding.mode for coding in codings]
    return {
        "assisted": modes.count(Mode.ASSISTED),
        "adjudicated": modes.count(Mode.ADJUDICATED),
        "not_seen": len(blind) * len(places) - sum(map(len, blind.values())),
        "second": sum(map(len, second.values())),
        "other_codebooks": sum(map(len, left.values())),
    }
