"""A small model: half the layers of a finished one, that answers much as it does in half the time.

Knowledge distillation (Hinton et al. 2015): the student learns the teacher's probabilities instead
of the coders' codes, so tapes that nobody has coded teach as well as those that were.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from werkalliantie.artefact import Artefact
from werkalliantie.configuration.study import Split
from werkalliantie.duplicates import near_duplicates
from werkalliantie.labeller import Labeller, Question, questions_of
from werkalliantie.registry import Registry
from werkalliantie.study import Study
from werkalliantie_training import processes
from werkalliantie_training.borrowing import Loan
from werkalliantie_training.coder import Fitted
from werkalliantie_training.data import TrainingData, read_training_data
from werkalliantie_training.decisions import decide_as, sigmoid
from werkalliantie_training.evaluation import Metrics, evaluate
from werkalliantie_training.examples import Examples, as_dataset
from werkalliantie_training.fewer_layers import halved
from werkalliantie_training.filing import file_model
from werkalliantie_training.fingerprint import fingerprint
from werkalliantie_training.fit import fit, precision_is_bf16
from werkalliantie_training.judging import Judged, judge_as
from werkalliantie_training.loaded import load_fitted
from werkalliantie_training.probe import start_head
from werkalliantie_training.reproducible import steady
from werkalliantie_training.settings import Fit, Holdout, Input, TrainSettings
from werkalliantie_training.split import held_back
from werkalliantie_training.train import Report, hush
from werkalliantie_training.workspace import Workspace, filing, workspace

MOST = 10_000
"""Most utterances to learn from; of a larger study so many are drawn."""
_FIT = Fit(epochs=5, learning_rate=2e-4, rare_code_weight=0.0)
_N_TIMED, _ROUNDS = 200, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What a small model was taught, and what it cost on tapes that were held back.

    Attributes:
        teacher: Name of the model it learnt from.
        layers: Layers it has.
        of: Layers that its teacher has.
        n_utterances: What it learnt from.
        n_tapes: Tapes that these are of.
        heard: Their ids: what its teacher says of them it has learnt.
        choices: What was chosen on the validation tapes in making its teacher.
        metrics: The teacher's, on the same held-out tapes.
        same_decisions: Share of decisions there that are the teacher's.
    """

    teacher: str
    layers: int
    of: int
    n_utterances: int
    n_tapes: int
    heard: tuple[str, ...]
    choices: tuple[str, ...]
    metrics: Metrics
    same_decisions: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Distilled:
    """A small model; `speeds` are utterances a second of it and its teacher, by name."""

    model: Artefact
    lesson: Lesson
    metrics: Metrics
    floors: Metrics
    parity: Metrics
    speeds: Mapping[str, float]
    seconds: float

    @property
    def held_out(self) -> Metrics:
        """The small model's metrics on the tapes that its teacher's in the lesson are of."""
        held_out: Metrics = self.metrics["test"] or self.metrics["validation"]
        return held_out

    @property
    def reason(self) -> str:
        """What becomes of it."""
        return (
            f"{self.model.name} isn't in use. To put it in use: "
            f"werkalliantie models promote {self.model.name}"
        )


def distil(
    study: Study,
    teacher: Artefact,
    *,
    name: str | None = None,
    threads: int = 0,
    report: Report = lambda stage: None,
    progress: bool = False,
) -> Distilled:
    """Teach half of a model's layers to answer as all of them do, and file them as a model.

    It hears every tape of the study but those that the teacher, or the study, holds back, coded or
    not. It takes its teacher's temperatures and thresholds, and isn't put in use.

    Args:
        teacher: A model of this study.
        name: Name of the small model; the next of `model-001` and so on if None.
        threads: To compute on; 0 for as many as the machine has.
        report: Told what begins, in a few words.
        progress: Whether to show a progress bar on stderr.

    Raises:
        ConfigError: Tapes that the teacher was trained or judged on have no codings here, or there
            are several processes.
        ModelError: The teacher can't be halved, the name is taken, or the parity gate failed.
    """
    started = time.monotonic()
    processes.refuse_several("distilling", hint="Distil without it: werkalliantie distil")
    hush()
    registry = Registry(study.models)
    registry.free_name(name)
    whole, settings = load_fitted(teacher), _settings(teacher, threads=threads)
    student = replace(whole, network=halved(whole.network, dropout=settings.fit.dropout))
    data, heard = _read(study, teacher, settings)
    key = fingerprint(data, settings, whole.encoder)
    with steady(threads), workspace(study.models, key) as folder:
        report(f"asking {teacher.name} about {len(heard)} utterances")
        said = sigmoid(whole.logits(heard)).astype(np.float32)
        taught = replace(heard, coders=(teacher.name,), answers=said[None])
        n_layers = student.network.n_layers
        report(f"teaching {n_layers} of its {whole.network.n_layers} layers to answer the same")
        place = Workspace(folder=folder, report=report, progress=progress)
        _learn(student, taught, settings, place)
        report("setting both side by side on held-out tapes")
        judged = _judge(student, teacher, data, seed=settings.seed)
        lesson = _lesson(teacher, whole, student, heard, data, judged)
        report("exporting to ONNX and comparing with torch")
        with filing(study.models):
            free = registry.free_name(name)
            model = file_model(
                registry, free, student, judged, data, settings, folder, lesson=lesson
            )
    report("timing both")
    return Distilled(
        model=model,
        lesson=lesson,
        metrics=judged.metrics,
        floors=judged.floors,
        parity=model.manifest["parity"],
        speeds=_speeds([teacher, model], heard),
        seconds=round(time.monotonic() - started, 1),
    )


def _settings(teacher: Artefact, *, threads: int = 0) -> TrainSettings:
    return TrainSettings(
        encoder=teacher.manifest["encoder"]["name"],
        seed=teacher.manifest["seed"],
        input=Input(
            max_context=teacher.input.max_context, max_utterance=teacher.input.max_utterance
        ),
        fit=_FIT.model_copy(update={"threads": threads}),
        holdout=Holdout(test=0.0),
    )


def _read(
    study: Study, teacher: Artefact, settings: TrainSettings
) -> tuple[TrainingData, Examples]:
    """Return the teacher's data, and every utterance that may be learnt from, without answers."""
    said = teacher.manifest["data"]
    split = Split(validation_tapes=(*said["validation"],), test_tapes=(*said["test"],))
    kept = study.settings.model_copy(update={"split": split})
    data = read_training_data(
        replace(study, settings=kept),
        settings,
        tapes=sorted({tape for tapes in said.values() for tape in tapes}),
        codebook=teacher.codebook,
    )
    lent = tuple(Loan(**loan) for loan in teacher.manifest.get("borrowed", ()))
    data = replace(data, borrowed=replace(data.borrowed, loans=lent))
    return data, _heard(study, data, seed=settings.seed)


def _heard(study: Study, data: TrainingData, *, seed: int) -> Examples:
    judged = {
        tape: data.said[tape] for part in ("validation", "test") for tape in data.hashes[part]
    }
    rows: list[tuple[str, int, Question]] = []
    with study.store() as store:
        known = {tape.id: tape.worker for tape in store.summaries()}
        free = sorted(known.keys() - judged.keys() - held_back(known, study.settings.split))
        for tape in np.random.default_rng(seed).permutation(free).tolist():
            spoken = [one for one in store.utterances(tape) if not one.backchannel]
            if near_duplicates({tape: [one.text for one in spoken]}, judged.items()):
                continue
            asked = questions_of(store.tape(tape), spoken)
            rows += [(tape, one.index, q) for one, q in zip(spoken, asked, strict=True)]
            if len(rows) >= MOST:
                break
    rows = rows[:MOST]
    return Examples(
        tapes=tuple(tape for tape, _, _ in rows),
        indices=tuple(index for _, index, _ in rows),
        contexts=tuple(question.context for _, _, question in rows),
        texts=tuple(question.text for _, _, question in rows),
        coders=(),
        answers=np.empty((0, len(rows), len(data.codebook.codes)), dtype=np.float32),
    )


def _learn(student: Fitted, taught: Examples, settings: TrainSettings, place: Workspace) -> None:
    rows = as_dataset(taught, student.tokens)
    bf16 = precision_is_bf16(settings.fit.precision)
    start_head(student.network, rows, bf16=bf16)
    # What the words add to its teacher's scores it learns with the rest of them.
    student.network.token_weights.zero_()
    student.network.token_bias.zero_()
    fit(student.network, rows, None, settings.fit, place, seed=settings.seed)


def _judge(student: Fitted, teacher: Artefact, data: TrainingData, *, seed: int) -> Judged:
    """Judge the student by its teacher's temperatures and thresholds."""
    return judge_as(
        student,
        data,
        np.array([teacher.temperatures[code] for code in teacher.codes]),
        np.array([teacher.thresholds[code] for code in teacher.codes]),
        student.logits(data.validation),
        seed=seed,
    )


def _lesson(
    teacher: Artefact,
    whole: Fitted,
    student: Fitted,
    heard: Examples,
    data: TrainingData,
    judged: Judged,
) -> Lesson:
    """Return what was taught, and set the student beside its teacher."""
    codes, held_out = data.codebook.codes, data.held_out
    decided = decide_as(teacher, whole.logits(held_out), codes)
    same = decided == decide_as(judged, student.logits(held_out), codes)
    return Lesson(
        teacher=teacher.name,
        layers=student.network.n_layers,
        of=whole.network.n_layers,
        n_utterances=len(heard),
        n_tapes=heard.n_tapes,
        heard=tuple(sorted({*heard.tapes})),
        choices=teacher.choices,
        metrics=evaluate(held_out, decided, codes),
        same_decisions=float(same.mean()),
    )


def _speeds(models: Sequence[Artefact], heard: Examples) -> dict[str, float]:
    """Return utterances a second of each model, as it labels; the fastest of some rounds."""
    asked = [
        Question(context=context, text=text)
        for context, text in zip(heard.contexts[:_N_TIMED], heard.texts[:_N_TIMED], strict=True)
    ]
    seconds: dict[str, list[float]] = {model.name: [] for model in models}
    labellers = [Labeller(model) for model in models]
    for _ in range(_ROUNDS):
        for labeller in labellers:
            started = time.perf_counter()
            labeller.logits(asked)
            seconds[labeller.model.name].append(time.perf_counter() - started)
    return {name: round(len(asked) / min(took), 1) for name, took in seconds.items()}
