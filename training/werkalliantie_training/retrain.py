"""Retraining: a challenger on all codings so far, set against the champion on held-out tapes."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from werkalliantie.artefact import Artefact
from werkalliantie.codebook import Codebook
from werkalliantie.coding import Mode
from werkalliantie.configuration.study import Split
from werkalliantie.duplicates import near_duplicates
from werkalliantie.errors import ModelError
from werkalliantie.labeller import Labeller
from werkalliantie.promotion import Gate, HeldOut, judge
from werkalliantie.promotion.sentences import reason_for
from werkalliantie.registry import Registry
from werkalliantie.seen import seen_by
from werkalliantie.store import Store
from werkalliantie.study import Study
from werkalliantie_training import processes
from werkalliantie_training.data import coded_tapes, read_training_data
from werkalliantie_training.encoders import resolve
from werkalliantie_training.evaluation import Metrics
from werkalliantie_training.examples import Examples, read_examples
from werkalliantie_training.fingerprint import fingerprint
from werkalliantie_training.settings import TrainSettings
from werkalliantie_training.split import TapeSplit, split_tapes
from werkalliantie_training.train import first_champion, train

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Both models on held-out tapes.

    Attributes:
        part: `test`, or `validation` where something was chosen on some of the tapes.
        n_flattered: Of these tapes, those on which that was only done for the challenger.
    """

    gate: Gate
    part: str
    tapes: tuple[str, ...]
    n_utterances: int
    n_flattered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrained:
    """What retraining brought.

    Attributes:
        model: The challenger, or the model that these data made before.
        champion: The model in use now.
        compared: None where there was nothing to compare, or with.
        unchanged: Whether nothing was trained, since nothing has changed; the model may be compared
            all the same.
    """

    model: Artefact
    champion: str | None
    promoted: bool
    reason: str
    compared: Compared | None
    seconds: float
    unchanged: bool

    @property
    def metrics(self) -> Metrics:
        """How the model did in training."""
        metrics: Metrics = self.model.metrics["metrics"]
        return metrics

    @property
    def floors(self) -> Metrics:
        """How the floors did there."""
        floors: Metrics = self.model.metrics["floors"]
        return floors


def retrain(
    study: Study,
    settings: TrainSettings,
    *,
    codebook: str | None = None,
    name: str | None = None,
    again: bool = False,
    report: Report = lambda stage: None,
    progress: bool = False,
) -> Retrained:
    """Train on every coded tape, and put the model in use if the promotion gate lets it through.

    Tapes that the champion had held back stay held back, so that the two can be compared. A model
    that the same data made before isn't trained again, but judged again unless it has been in use:
    it may never have been compared, with this champion or under these rules.

    Args:
        codebook: Key of the codebook; the study's own if None.
        name: Name of the model; the next one if None.
        again: Whether to train even if the same data made a model before.
        report: Told what begins, in a few words.
        progress: Whether to show a progress bar on stderr.

    Raises:
        ConfigError: Too few coded tapes, several processes, or settings that hold back what trained
            the champion.
        EncoderError: The encoder isn't here.
        ModelError: The champion can't be used, the name is taken, or the parity gate failed.
    """
    started = time.monotonic()
    processes.refuse_several(
        "retraining",
        hint="Retrain without it. Or launch `train`, and put what it makes in use with: "
        "werkalliantie models promote MODEL",
    )
    registry = Registry(study.models)
    book = study.codebook(codebook)
    earlier = registry.champion
    before = _champion(registry, earlier)
    rival = before if before is not None and _comparable(before, book) else None
    if rival is not None:
        if rival.manifest.get("borrowed") and not settings.borrow:
            report(f"{rival.name} borrowed from other studies; this one won't (see --borrow)")
        held, settings = _holding_back(study, settings, book, rival)
    else:
        held = study
    same = None if again else _made_before(registry, held, settings, book)
    if same is None:
        made = train(held, settings, codebook=book.key, name=name, report=report, progress=progress)
        model, promoted, reason = made.model, made.promoted, made.reason
    elif before is not None and _has_been_in_use(registry, same):
        return _nothing_changed(same, registry.champion, started)
    else:
        model = same
        promoted, reason = first_champion(registry, earlier, model)
    compared = None
    if rival is not None:
        report(f"comparing {model.name} with {rival.name} on held-out tapes")
        compared = _compare(study, book, rival, model)
        promoted, reason = _decide(registry, compared, rival, model)
    elif before is not None:
        reason = _not_comparable(before, model)
    if not promoted and registry.champion != earlier:
        reason = _overtaken(registry.champion, model)
    return Retrained(
        model=model,
        champion=registry.champion,
        promoted=promoted,
        reason=reason if same is None else f"{_same_as(same)} (--again trains it again); {reason}",
        compared=compared,
        seconds=round(time.monotonic() - started, 1),
        unchanged=same is not None,
    )


def _champion(registry: Registry, name: str | None) -> Artefact | None:
    if name is None:
        return None
    try:
        return registry.find(name)
    except ModelError as error:
        raise ModelError(
            f"the model in use can't be compared with: {error.message}",
            hint="Bring it back, put another one in use with `werkalliantie models promote MODEL`, "
            "or train without comparing: werkalliantie train",
        ) from None


def _comparable(champion: Artefact, book: Codebook) -> bool:
    return champion.codebook == book.key and champion.codes == book.codes


def _holding_back(
    study: Study, settings: TrainSettings, book: Codebook, rival: Artefact
) -> tuple[Study, TrainSettings]:
    """Return study and settings that name the champion's held-out tapes, and new ones, as such."""
    with study.store() as store:
        coded = coded_tapes(store, book, None)
    data, said = rival.manifest.get("data", {}), study.settings.split
    earlier = TapeSplit(
        train=tuple(data.get("train", ())),
        validation=tuple(data.get("validation", ())),
        test=tuple(data.get("test", ())),
    )
    split = split_tapes(coded, said, settings.holdout, seed=settings.seed, earlier=earlier)
    named = Split(
        validation_tapes=tuple(sorted({*split.validation, *said.validation_tapes})),
        validation_workers=said.validation_workers,
        test_tapes=tuple(sorted({*split.test, *said.test_tapes})),
        test_workers=said.test_workers,
    )
    if not split.test:  # else training would draw some, of tapes that the champion learnt from
        holdout = settings.holdout.model_copy(update={"test": 0.0})
        settings = settings.model_copy(update={"holdout": holdout})
    return replace(study, settings=study.settings.model_copy(update={"split": named})), settings


def _made_before(
    registry: Registry, study: Study, settings: TrainSettings, book: Codebook
) -> Artefact | None:
    """Return the model that the same data, codebook, settings and program made; the champion first.

    Folders that aren't whole don't count.
    """
    if not registry.names():
        return None
    data = read_training_data(study, settings, tapes=None, codebook=book.key)
    wanted = fingerprint(data, settings, resolve(settings.encoder, study.encoders))
    same = [
        one
        for one in registry.list()
        if one.model is not None and one.model.manifest.get("fingerprint") == wanted
    ]
    return max(same, key=lambda one: (one.champion, one.name)).model if same else None


def _has_been_in_use(registry: Registry, model: Artefact) -> bool:
    """Return whether a model is the champion or was: whoever replaced that one judged it."""
    return model.name in {registry.champion, *(one.model for one in registry.promotions())}


def _nothing_changed(model: Artefact, champion: str | None, started: float) -> Retrained:
    use = "it is in use" if model.name == champion else f"in use is {champion}"
    return Retrained(
        model=model,
        champion=champion,
        promoted=False,
        reason=f"{_same_as(model)} ({use}). To train all the same, add --again.",
        compared=None,
        seconds=round(time.monotonic() - started, 1),
        unchanged=True,
    )


def _same_as(model: Artefact) -> str:
    return (
        f"nothing has changed since {model.name} was made: the same codings, codebook, settings "
        "and program"
    )


def _compare(study: Study, book: Codebook, champion: Artefact, challenger: Artefact) -> Compared:
    """Label the held-out tapes with both model folders, as they would be used, and judge."""
    rules = study.settings.promotion
    with study.store() as store:
        coded = coded_tapes(store, book, None).judging
        before, now = (seen_by(model, store, coded) for model in (champion, challenger))
        learnt = (before - champion.chosen_on) | (now - challenger.chosen_on)
        examples = read_examples(store, book, sorted(coded.keys() - learnt), [Mode.BLIND])
        unseen = {*examples.tapes} - before - now
        part = "test" if len(unseen) >= rules.min_tapes else "validation"
        used = unseen if part == "test" else {*examples.tapes}
        examples = examples.of_tapes(used - _copies(store, used))
        held_out = HeldOut(
            codes=book.codes,
            tapes=examples.tapes,
            answers=examples.answers.astype(float),
            champion=_decisions(store, champion, examples),
            challenger=_decisions(store, challenger, examples),
        )
    tapes = {*examples.tapes}
    return Compared(
        gate=judge(held_out, rules),
        part=part,
        tapes=tuple(sorted(tapes)),
        n_utterances=len(examples),
        n_flattered=len(tapes & now - before),
    )


def _copies(store: Store, tapes: Collection[str]) -> set[str]:
    """Return those of some tapes that nearly equal an earlier one: one session counts once."""
    said = store.said(tapes)
    return {max(pair) for pair in near_duplicates(said, said.items())}


def _decisions(store: Store, model: Artefact, examples: Examples) -> NDArray[np.bool_]:
    labeller = Labeller(model)
    given: dict[tuple[str, int], frozenset[str]] = {}
    for tape in sorted({*examples.tapes}):
        said = labeller.label(store.tape(tape), store.utterances(tape))
        given |= {(tape, one.utterance): one.codes for one in said}
    places = zip(examples.tapes, examples.indices, strict=True)
    rows: Sequence[list[bool]] = [
        [code in given[place] for code in model.codes] for place in places
    ]
    return np.array(rows, dtype=bool).reshape(len(examples), len(model.codes))


def _decide(
    registry: Registry, compared: Compared, champion: Artefact, challenger: Artefact
) -> tuple[bool, str]:
    gate = compared.gate
    tested = {*compared.tapes} <= {*challenger.manifest["data"]["test"]}
    reason = reason_for(
        gate,
        champion=champion.name,
        challenger=challenger.name,
        tapes="test tapes" if tested else "held-out tapes",
        caution=_caution(compared, champion, challenger),
    )
    promoted = gate.promoted and registry.promote_over(
        champion.folder.name, challenger.name, reason=reason
    )
    return promoted, reason


def _caution(compared: Compared, champion: Artefact, challenger: Artefact) -> str:
    """Return what was chosen on the tapes that the models were compared on; nothing is best."""
    used = {*compared.tapes}
    chosen = [
        choice for one in (champion, challenger) if one.chosen_on & used for choice in one.choices
    ]
    if not chosen:
        return ""
    *most, last = sorted({*chosen})
    listed = f"{', '.join(most)} and {last}" if most else last
    said = f"{listed.capitalize()} were chosen on some of these tapes, which flatters the figures"
    if compared.n_flattered:
        n, of = compared.n_flattered, len(compared.tapes)
        said += f"; on {n} of {of} only those of the new model, which favours it"
    return f"{said}. Test tapes avoid that: see `test` under [holdout] in configs/train.toml."


def _not_comparable(champion: Artefact, challenger: Artefact) -> str:
    if champion.codebook == challenger.codebook:
        why = (
            f"it and {challenger.name} don't give the same codes of {champion.codebook} "
            f"({_differing(champion, challenger)}), so they"
        )
    else:
        why = (
            f"it codes under {champion.codebook} and {challenger.name} under "
            f"{challenger.codebook}, which"
        )
    return (
        f"{champion.name} stays in use: {why} can't be compared. To put the new one in use: "
        f"werkalliantie models promote {challenger.name}"
    )


def _differing(champion: Artefact, challenger: Artefact) -> str:
    gone = [code for code in champion.codes if code not in challenger.codes]
    new = [code for code in challenger.codes if code not in champion.codes]
    only = [
        f"only {name} gives {', '.join(codes)}"
        for name, codes in ((champion.name, gone), (challenger.name, new))
        if codes
    ]
    return "; ".join(only) or "they stand in another order"


def _overtaken(champion: str | None, challenger: Artefact) -> str:
    said = (
        "another process changed meanwhile what is in use, which is left as it is: "
        f"{champion or 'no model'}."
    )
    if champion == challenger.name:
        return said
    return f"{said} To compare {challenger.name} with that: werkalliantie retrain"
