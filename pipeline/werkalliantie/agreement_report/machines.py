"""A model's stored answers on coded tapes, and the tapes on which it may not be measured."""

from collections.abc import Iterable, Sequence

from werkalliantie.agreement.ratings import Place
from werkalliantie.agreement_report.material import Machine
from werkalliantie.agreement_report.note import Note
from werkalliantie.agreement_report.question import Question
from werkalliantie.artefact import Artefact
from werkalliantie.codebook import Codebook
from werkalliantie.errors import ModelError
from werkalliantie.seen import seen_by
from werkalliantie.store import Store

# How a tape is marked that the model learnt from before it was here.
BORROWED, BORROWED_DUTCH = "borrowed from another study", "geleend van een andere studie"
NO_MODEL = Note("model_coder: no model is in use", "model: er is geen model in gebruik")
LEFT_OUT = Note(
    "model_coder: left out, as asked with --no-model",
    "model: weggelaten, zoals gevraagd met --no-model",
)


def unfit(model: Artefact, codebook: Codebook) -> Note:
    """Return the note that the model in use can't be measured under a codebook."""
    return Note(
        f"model_coder: {model.name} is in use, but doesn't give the codes of {codebook.key}",
        f"model: {model.name} is in gebruik, maar geeft niet de codes van {codebook.key}",
    )


def codes_under(model: Artefact, codebook: Codebook) -> bool:
    """Return whether a model gives the codes of a codebook, as it is now."""
    return model.codebook == codebook.key and {*model.codes} == {*codebook.codes}


def check_model(
    store: Store, model: Artefact | None, codebook: Codebook, question: Question
) -> None:
    """Refuse a model that can't be measured, or not on the tapes asked for."""
    if model is None:
        return
    if model.codebook != codebook.key:
        raise ModelError(
            f"{model.name} codes under {model.codebook}, not under {codebook.key}.",
            hint="Name a model of this codebook, or another --codebook.",
        )
    if not codes_under(model, codebook):
        raise ModelError(
            f"{model.name} gives {', '.join(model.codes)}, but {codebook.key} has "
            f"{', '.join(codebook.codes)}.",
            hint="Put the codebook that the model was trained under in configs/codebooks/, or add "
            "--no-model to compare only the coders.",
        )
    if (seen := seen_by(model, store, question.tapes or ())) and not question.force:
        raise ModelError(
            f"{model.name} was trained on tapes asked for: {_names(model, seen)}.",
            hint="Leave them out of --tapes, add --no-model to compare only the coders, or --force "
            "to measure the model on them all the same, which every output will say.",
        )


def machine_of(
    store: Store,
    model: Artefact | None,
    places: Sequence[Place],
    question: Question,
    notes: list[str],
    *,
    without: Note,
) -> Machine | None:
    """Return the model's answers on coded tapes that it may be measured on, or None and a note.

    Args:
        store: The study's.
        model: The model, or None.
        places: What was coded blind.
        question: Which tapes were asked for.
        notes: Gets what the reader has to know.
        without: The note where there is no model.
    """
    if model is None:
        notes.append(without)
        return None
    machine, seen = _read(store, model, places, question)
    if seen:
        notes.append(
            Note(
                f"model_coder: left out tapes that {model.name} was trained on: "
                f"{_names(model, seen)}",
                f"model: weggelaten zijn tapes waarop {model.name} is getraind: "
                f"{_names(model, seen, BORROWED_DUTCH)}",
            )
        )
    if machine is None:
        notes.append(_nothing_said(store, model, {tape for tape, _ in places}, question))
    elif machine.forced:
        notes.append(
            Note(
                f"model_coder: FORCED: {model.name} was trained on "
                f"{_names(model, machine.forced)}, so its figures flatter it",
                f"model: GEFORCEERD: {model.name} is op "
                f"{_names(model, machine.forced, BORROWED_DUTCH)} getraind; de cijfers vleien het",
            )
        )
    return machine


def _nothing_said(store: Store, model: Artefact, tapes: set[str], question: Question) -> Note:
    """Return what to do so that the model can be measured: label tapes, or have others coded."""
    forced = question.tapes if question.force else None
    if outside := sorted(tapes - (seen_by(model, store, tapes) - {*(forced or ())})):
        command = f"werkalliantie precode {' '.join(outside)} --model {model.name}"
        return Note(
            f"model_coder: {model.name} has no stored predictions on the blind-coded tapes that it "
            f"can be measured on; run `{command}`",
            f"model: van {model.name} zijn geen voorspellingen bewaard op de blind gecodeerde "
            f"tapes waarop het gemeten kan worden; draai `{command}`",
        )
    return Note(
        f"model_coder: no blind-coded tape lies outside the training of {model.name}; have another "
        "tape coded blind, or hold tapes back with `test` under [holdout] in configs/train.toml "
        "and train again",
        f"model: geen blind gecodeerde tape ligt buiten de training van {model.name}; laat nog een "
        "tape blind coderen, of houd tapes achter met `test` onder [holdout] in configs/train.toml "
        "en train opnieuw",
    )


def _names(model: Artefact, tapes: Iterable[str], borrowed: str = BORROWED) -> str:
    """Return tapes as a list to read, marked where it isn't by name that the model knows them."""
    return ", ".join(
        tape if tape in model.trained_on else f"{tape} ({borrowed})" for tape in sorted(tapes)
    )


def _read(
    store: Store, model: Artefact, places: Sequence[Place], question: Question
) -> tuple[Machine | None, list[str]]:
    """Return a model's answers, and the tapes that were left out since it was trained on them."""
    predictions = store.predictions(model.name, tapes=sorted({tape for tape, _ in places}))
    seen = seen_by(model, store, {prediction.tape for prediction in predictions})
    forced = seen & {*(question.tapes or ())} if question.force else frozenset()
    seen -= forced
    fit = {(p.tape, p.utterance): p for p in predictions if p.tape not in seen}
    left_out = sorted(seen)
    if not fit.keys() & {*places}:
        return None, left_out
    machine = Machine(
        name=f"model:{model.name}",
        artefact=model,
        codes={place: p.codes for place, p in fit.items()},
        probabilities={place: p.probabilities for place, p in fit.items()},
        forced=tuple(sorted({tape for tape, _ in fit} & forced)),
    )
    return machine, left_out


def versions_of(
    store: Store, models: Sequence[Artefact], places: Sequence[Place], question: Question
) -> tuple[Machine, ...]:
    """Return the answers of every model that has some on coded tapes."""
    read = (_read(store, model, places, question)[0] for model in models)
    return tuple(machine for machine in read if machine is not None)
