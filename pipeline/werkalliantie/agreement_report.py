"""From a study's stored codings and predictions to the agreement document of `agree --json`."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from werkalliantie.agreement.ledger import (
    Figures,
    PairAgreement,
    agreement_on,
    always_no,
    coder_pairs,
)
from werkalliantie.agreement.ratings import Place, Ratings, grouped, ratings_of
from werkalliantie.agreement.reliability import icc_2_1
from werkalliantie.artefact import Artefact
from werkalliantie.codebook import Codebook
from werkalliantie.coding import Coding, Mode
from werkalliantie.errors import ModelError, StoreError
from werkalliantie.store import Store
from werkalliantie.transcript import Utterance

Unit = Literal["utterance", "window", "tape"]
WINDOW_SECONDS = 300.0
WINDOW_UTTERANCES = 25
"""A window where a tape has no times: some five minutes of worker utterances."""

Answers = Mapping[str, Mapping[Place, frozenset[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """The ratings of one question, with what was left out and why."""

    ratings: Ratings
    counts: np.ndarray[Any, np.dtype[np.float64]] | None
    model: str | None
    notes: list[str]


def agreement_document(
    store: Store,
    codebook: Codebook,
    *,
    coders: Sequence[str] | None = None,
    tapes: Sequence[str] | None = None,
    unit: Unit = "utterance",
    model: Artefact | None = None,
) -> dict[str, Any]:
    """Measure agreement between coders, and between the model and the coders.

    Only blind codings count; what was left out is counted. The model is measured on tapes that its
    training hasn't seen, from its stored predictions.

    Raises:
        StoreError: No blind codings under this codebook, or a coder who gave none.
        ModelError: The model codes under another codebook.
    """
    codings = store.codings(codebook=codebook.key, coders=coders, tapes=tapes)
    blind = [coding for coding in codings if coding.mode is Mode.BLIND]
    answers = _by_coder(blind)
    _check(answers, coders, codebook)
    places = sorted({place for given in answers.values() for place in given})
    notes: list[str] = []
    if model is not None and model.codebook != codebook.key:
        raise ModelError(
            f"{model.name} codes under {model.codebook}, not under {codebook.key}.",
            hint="Name a model of this codebook, or another --codebook.",
        )
    predicted, name = _predicted(store, model, places, notes)
    ratings = ratings_of({**answers, **predicted}, places, codebook)
    counts = None
    if unit != "utterance":
        ratings, counts = grouped(ratings, _groups(store, places, unit, notes))
    layout = _Layout(ratings=ratings, counts=counts, model=name, notes=notes)
    codes, pairs = _codes(layout, tuple(answers), codebook, model)
    return {
        "unit": unit,
        "codebook": codebook.key,
        "model": name,
        "n_tapes": len({tape for tape, _ in places}),
        "n_utterances": len(places),
        "codes": codes,
        "icc": _icc(layout, tuple(answers), codebook),
        "alt_test": None,
        "pairs": pairs,
        "excluded": _excluded(codings, answers, places),
        "notes": [*notes, "alt_test: not computed by this version"],
    }


def _by_coder(codings: Sequence[Coding]) -> dict[str, dict[Place, frozenset[str]]]:
    answers: dict[str, dict[Place, frozenset[str]]] = defaultdict(dict)
    for coding in codings:
        answers[coding.coder][coding.tape, coding.utterance] = coding.codes
    return dict(sorted(answers.items()))


def _check(answers: Answers, wanted: Sequence[str] | None, codebook: Codebook) -> None:
    if not answers:
        raise StoreError(
            f"no blind codings under {codebook.key} here.",
            hint="Import coded sheets with `werkalliantie codes import FILE --coder ID`, or name "
            "another --codebook.",
        )
    if missing := [coder for coder in wanted or () if coder not in answers]:
        raise StoreError(
            f"no blind codings by {', '.join(missing)}. Coders here: {', '.join(answers)}.",
            hint="Correct --coders.",
        )


def _predicted(
    store: Store, model: Artefact | None, places: Sequence[Place], notes: list[str]
) -> tuple[Answers, str | None]:
    if model is None:
        notes.append("model_coder: no model is in use")
        return {}, None
    name = f"model:{model.name}"
    predictions = store.predictions(model.name, tapes=sorted({tape for tape, _ in places}))
    if seen := sorted({p.tape for p in predictions} & model.trained_on):
        notes.append(
            f"model_coder: left out tapes that {model.name} was trained on: {', '.join(seen)}"
        )
    given = {(p.tape, p.utterance): p.codes for p in predictions if p.tape not in model.trained_on}
    if not given.keys() & set(places):
        notes.append(
            f"model_coder: {model.name} has no stored predictions on coded tapes outside its "
            "training; run `werkalliantie precode` on them"
        )
        return {}, None
    return {name: given}, name


def _groups(store: Store, places: Sequence[Place], unit: Unit, notes: list[str]) -> list[int]:
    """Number the windows or tapes that the places fall in, in order."""
    keys: list[tuple[str, int]] = []
    by_tape: dict[str, tuple[Utterance, ...]] = {}
    for tape, index in places:
        if tape not in by_tape:
            by_tape[tape] = store.utterances(tape)
            if unit == "window" and any(u.time is None for u in by_tape[tape]):
                notes.append(f"{tape}: no times; a window is {WINDOW_UTTERANCES} worker utterances")
        keys.append((tape, 0 if unit == "tape" else _window(by_tape[tape], index)))
    order = {key: number for number, key in enumerate(sorted(set(keys)))}
    return [order[key] for key in keys]


def _window(utterances: Sequence[Utterance], index: int) -> int:
    time = utterances[index].time
    if time is None or any(u.time is None for u in utterances):
        return index // WINDOW_UTTERANCES
    return int(time // WINDOW_SECONDS)


def _codes(
    layout: _Layout, coders: tuple[str, ...], codebook: Codebook, model: Artefact | None
) -> tuple[Figures, list[Figures]]:
    codes: Figures = {}
    pairs: list[Figures] = []
    for column, code in enumerate(codebook.codes):
        human, between = agreement_on(layout.ratings, column, coder_pairs(coders))
        machine, beside = _beside(layout, column, coders)
        codes[code] = {
            "coder_coder": human,
            "model_coder": machine,
            "share_of_human": _share(machine, human),
            "floors": {
                "always_no": always_no(layout.ratings.of(coders), column),
                "bag_of_words": _bag_of_words(layout, model, code),
            },
            "verdict": None,
        }
        pairs += [_pair(code, "coder_coder", pair) for pair in between]
        pairs += [_pair(code, "model_coder", pair) for pair in beside]
        _explain(layout.notes, code, human, machine, len(coders))
    if any(figures["floors"]["bag_of_words"] is None for figures in codes.values()):
        layout.notes.append(
            "bag_of_words: known only per utterance, on just the tapes that training tested on"
        )
    layout.notes.append("verdict: this version sets no rules for it")
    return codes, pairs


def _beside(
    layout: _Layout, column: int, coders: tuple[str, ...]
) -> tuple[Figures | None, list[PairAgreement]]:
    """Return how the model agrees with each coder on one code; nothing without a model."""
    if layout.model is None:
        return None, []
    return agreement_on(layout.ratings, column, [(layout.model, coder) for coder in coders])


def _share(machine: Figures | None, human: Figures) -> float | None:
    if machine is None or machine["kappa"] is None or human["kappa"] is None:
        return None
    if human["kappa"] <= 0:  # a share of no agreement, or of less, means nothing
        return None
    return float(machine["kappa"] / human["kappa"])


def _bag_of_words(layout: _Layout, model: Artefact | None, code: str) -> float | None:
    """Return the floor that training measured, where it did so on just these tapes."""
    floors = model.metrics["floors"]["test"] if model is not None else None
    if layout.model is None or layout.counts is not None or floors is None:
        return None
    column = layout.ratings.answers[layout.ratings.coders.index(layout.model)]
    tapes = {t for t, row in zip(layout.ratings.tapes, column, strict=True) if not np.isnan(row[0])}
    bag: Figures = floors["bag_of_words"]
    if tapes != set(bag["tapes"]):
        return None
    kappa: float | None = bag["codes"][code]["kappa"]
    return kappa


def _explain(
    notes: list[str], code: str, human: Figures, machine: Figures | None, n_coders: int
) -> None:
    if n_coders < 2:
        notes.append(f"{code}: coder_coder needs two coders")
    for name, figures in (("coder_coder", human), ("model_coder", machine)):
        if figures is None or (name == "coder_coder" and n_coders < 2):
            continue
        if figures["n_pairs"] == 0:
            notes.append(f"{code}: {name} is null: no pair has utterances in common")
        elif figures["kappa"] is None:
            notes.append(f"{code}: {name} kappa is undefined: the code was never, or always, given")
        elif figures["ci"] is None:
            notes.append(f"{code}: {name} has no interval: it needs two tapes or more")
    if machine is not None and human["kappa"] is not None and human["kappa"] <= 0:
        notes.append(f"{code}: share_of_human is null: coders agree no more than chance")


def _pair(code: str, kind: str, pair: PairAgreement) -> Figures:
    return {
        "code": code,
        "kind": kind,
        "first": pair.first,
        "second": pair.second,
        "kappa": pair.kappa,
        "n": pair.n,
        "n_tapes": int((pair.counts.sum(axis=1) > 0).sum()),
    }


def _icc(layout: _Layout, coders: tuple[str, ...], codebook: Codebook) -> Figures | None:
    if layout.counts is None:
        layout.notes.append("icc: counts per utterance have none; ask for --unit window or tape")
        return None
    rows = [layout.ratings.coders.index(coder) for coder in coders]
    values = {
        code: icc_2_1(layout.counts[rows, :, column]) for column, code in enumerate(codebook.codes)
    }
    layout.notes.extend(
        f"{code}: icc is undefined: fewer than two coders, two units, or no variation"
        for code, value in values.items()
        if value is None
    )
    return {"kind": "ICC(2,1)", "of": "counts", "coders": list(coders), "codes": values}


def _excluded(
    codings: Sequence[Coding], answers: Answers, places: Sequence[Place]
) -> dict[str, int]:
    n_seen = sum(map(len, answers.values()))
    modes = [coding.mode for coding in codings]
    return {
        "assisted": modes.count(Mode.ASSISTED),
        "adjudicated": modes.count(Mode.ADJUDICATED),
        "not_seen": len(answers) * len(places) - n_seen,
    }
