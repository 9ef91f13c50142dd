"""The review-budget curve of a study: measured on tapes coded blind that no model has seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from werkalliantie.agreement.few_tapes import few_tapes
from werkalliantie.agreement.ratings import Place, ratings_of
from werkalliantie.agreement_report import Question, gather_material
from werkalliantie.agreement_report.material import Machine, Material
from werkalliantie.artefact import Artefact
from werkalliantie.configuration.study import OrderRules
from werkalliantie.errors import ModelError, StoreError
from werkalliantie.ordering import Point, places_in_order, review_curve
from werkalliantie.precoding.offering import other_models, pool_of, surprises_of
from werkalliantie.precoding.plan import codebook_for
from werkalliantie.registry import Registry
from werkalliantie.seen import seen_by
from werkalliantie.store import Store
from werkalliantie.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The curve, or None; and what the reader has to know of it."""

    points: tuple[Point, ...] | None
    notes: tuple[str, ...]


def review_budget(study: Study, model: Artefact) -> Budget:
    """Return what kappa to expect after so much review, from tapes that coders did code.

    The tapes are those on which `agree` measures the model. There the order is made as it would
    have been before they were coded: from the model's stored predictions, from those of other
    models that haven't seen these tapes either, and from how rare codes are on all other tapes.

    Raises:
        ConfigError: The model's codebook isn't one of the study's.
        ModelError: The model codes with other codes than the codebook has.
    """
    codebook = codebook_for(study, model)
    with study.store() as store:
        try:
            material = gather_material(store, codebook, Question(), model=model)
        except StoreError as error:  # there are no blind codings
            return _none(error.message)
        machine = material.machine
        if machine is None:
            return _none(*(_reason(note) for note in material.notes if _is_of_model(note)))
        return _measured(study, store, material, machine)


def _measured(study: Study, store: Store, material: Material, machine: Machine) -> Budget:
    wanted = [place for place in material.places if _reviewable(material, machine, place)]
    order = _order(study, store, material, machine, wanted, study.settings.order)
    turn = {place: rank for rank, place in enumerate(order)}
    places = sorted(order)
    answers = {**material.blind, machine.name: machine.codes}
    ratings = ratings_of(answers, places, material.codebook)
    ranks = np.array([turn[place] for place in places], dtype=np.int64)
    points = review_curve(ratings, model=machine.name, ranks=ranks)
    tapes = sorted({tape for tape, _ in places})
    if not points:
        coders = [name for name in ratings.coders if name != machine.name]
        seen = [name for name in coders if ratings.tapes_of(name)]
        return _none(
            "it takes two coders who coded the same utterances blind, on tapes that "
            f"{machine.artefact.name} labelled and wasn't trained on; there is only "
            f"{', '.join(seen) or 'nobody'}, on {', '.join(tapes) or 'no tape'}"
        )
    return Budget(points=points, notes=_notes(points, ratings.tapes, tapes))


def _reviewable(material: Material, machine: Machine, place: Place) -> bool:
    tape, index = place
    return place in machine.codes and not material.tapes[tape].utterances[index].backchannel


def _order(
    study: Study,
    store: Store,
    material: Material,
    machine: Machine,
    places: Sequence[Place],
    rules: OrderRules,
) -> tuple[Place, ...]:
    wanted, tapes = frozenset(places), sorted({tape for tape, _ in places})
    model = machine.artefact
    pool = pool_of(
        store,
        model,
        _fair(study, store, model, frozenset(tapes)),
        tapes,
        lambda utterance: (utterance.tape, utterance.index) in wanted,
    )
    codings = store.codings(codebook=material.codebook.key)
    elsewhere = [coding for coding in codings if coding.tape not in tapes]
    return places_in_order(
        pool,
        thresholds=[model.thresholds[code] for code in model.codes],
        surprises=surprises_of(elsewhere, material.codebook),
        rules=rules,
    )


def _fair(study: Study, store: Store, model: Artefact, tapes: frozenset[str]) -> list[str]:
    """Return the other models that are known not to have seen the coders' answers on the tapes."""
    registry = Registry(study.models)
    fair = []
    for name in other_models(store, model):
        try:
            seen = seen_by(registry.find(name), store, tapes)
        except ModelError:  # gone or broken: what it was trained on isn't known
            continue
        if not seen:
            fair.append(name)
    return fair


def _notes(
    points: Sequence[Point], of_units: Sequence[str], tapes: Sequence[str]
) -> tuple[str, ...]:
    notes = [
        f"review_curve: measured on {len(of_units)} utterances of {', '.join(tapes)}, coded blind"
    ]
    if (caution := few_tapes(len(tapes))) is not None:
        notes.append(f"review_curve: {caution.english}")
    reasons = dict.fromkeys(
        f"review_curve: {name} at {point.share:.0%} of the utterances: {interval.reason}"
        for point in points
        for name, interval in (("mean", point.mean), ("gain", point.gain))
        if interval.reason is not None
    )
    return (*notes, *reasons)


def _none(*reasons: str) -> Budget:
    return Budget(points=None, notes=tuple(f"review_curve is null: {one}" for one in reasons))


def _is_of_model(note: str) -> bool:
    return note.startswith("model_coder: ")


def _reason(note: str) -> str:
    return str(note).removeprefix("model_coder: ")
