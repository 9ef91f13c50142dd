"""Cross-validation by tape or by worker: what models say of utterances they didn't learn from.

Each fold's utterances are scored by a model trained on the other folds. Calibration and thresholds
may then be chosen on all training tapes, and no utterance is judged by a threshold that saw it. The
models themselves aren't lost: the mean of their weights is the model that comes of it.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from werkalliantie.duplicates import near_duplicates
from werkalliantie.errors import ConfigError
from werkalliantie_training import processes
from werkalliantie_training.coder import Fitted
from werkalliantie_training.decisions import Scaling, choose_thresholds, fit_scaling
from werkalliantie_training.encoders import Encoder
from werkalliantie_training.evaluation import average_precision
from werkalliantie_training.examples import Examples
from werkalliantie_training.floors import word_scores
from werkalliantie_training.scorers import Heads, Job, heads_of, scorers_of
from werkalliantie_training.settings import TrainSettings
from werkalliantie_training.workspace import Workspace

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfFold:
    """What was said of each utterance by a model that wasn't trained on its fold.

    Attributes:
        examples: The utterances, with the answers they are judged by.
        folds: Fold of each, from 0, `(n_utterances,)`.
        logits: Of the coder model, `(n_utterances, n_codes)`.
        words: Probabilities by the bag of words, `(n_utterances, n_codes)`.
    """

    examples: Examples
    folds: NDArray[np.int64]
    logits: Scores
    words: Scores

    @property
    def probabilities(self) -> Scores:
        """Calibrated probabilities, each fold's by a calibration fitted on the others."""
        said = np.empty_like(self.logits)
        for inside, outside in self._sides():
            said[inside] = self._scaling(outside).probabilities(self.logits[inside])
        return said

    @property
    def decided(self) -> NDArray[np.bool_]:
        """The model's decisions, each fold's by calibration and thresholds of the others."""
        return self._decided(self._scaled)

    @property
    def words_decided(self) -> NDArray[np.bool_]:
        """Those of the bag of words, each fold's by thresholds of the others."""
        return self._decided(lambda rows: (self.words, 0.5))

    def _scaling(self, rows: NDArray[np.bool_]) -> Scaling:
        return fit_scaling(self.logits[rows], self.examples.targets[rows])

    def _scaled(self, rows: NDArray[np.bool_]) -> tuple[Scores, Scores]:
        """Return probabilities of all utterances, scaled as fitted on some, and their prior."""
        scaling = self._scaling(rows)
        return scaling.probabilities(self.logits), scaling.prior

    def _decided(
        self, said_by: Callable[[NDArray[np.bool_]], tuple[Scores, float | Scores]]
    ) -> NDArray[np.bool_]:
        decided = np.zeros(self.logits.shape, dtype=bool)
        for inside, outside in self._sides():
            said, prior = said_by(outside)
            thresholds = choose_thresholds(
                said[outside],
                self.examples.answers[:, outside],
                n_tapes=len({*np.array(self.examples.tapes)[outside]}),
                prior=prior,
            )
            decided[inside] = said[inside] >= thresholds
        return decided

    def _sides(self) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
        for fold in np.unique(self.folds):
            yield self.folds == fold, self.folds != fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """What comes of a cross-validation: the scores, and one model of all the tapes.

    Attributes:
        out_of_fold: The scores of the kind of model that is kept.
        model: The mean of the fine-tuned models of the folds, or one more head on all tapes.
        kept: `fine-tuned` or `head`, whichever had the highest average precision out of fold.
        precision: Average precision of each kind that was tried.
        loan: How what was borrowed did; None where nothing was, or heads couldn't tell.
    """

    out_of_fold: OutOfFold
    model: Fitted
    kept: str
    precision: Mapping[str, float]
    loan: "LoanTried | None"

    @property
    def gave_back(self) -> bool:
        """Whether what was borrowed was found to do harm, and taught nothing."""
        return self.loan is not None and not self.loan.helps


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanTried:
    """Average precision out of fold of heads that learnt from a loan too, and of heads without."""

    with_it: float
    without: float

    @property
    def helps(self) -> bool:
        """Whether models are to learn from it."""
        return self.with_it >= self.without


def folds_of(
    judged: Examples,
    groups: Mapping[str, str],
    said: Mapping[str, Sequence[str]],
    n_folds: int,
    *,
    seed: int,
) -> dict[str, int]:
    """Divide tapes over folds of about as many utterances to judge on.

    Tapes of one group stay together, and so do near-duplicates. A group without such utterances is
    in no fold, so that all models learn from it.

    Args:
        judged: The utterances that models are judged on.
        groups: What each tape belongs to: itself, or its worker. Others are in no fold.
        said: What was said on each of these tapes, coded or not.
        n_folds: At most; fewer where there are fewer groups.
        seed: Of the order in which groups of the same size are taken.

    Raises:
        ConfigError: There is only one group to judge on.
    """
    texts = {tape: said[tape] for tape in groups}
    joined = dict(groups)
    for one, other in near_duplicates(texts, texts.items()):
        kept, lost = joined[one], joined[other]
        joined = {tape: kept if group == lost else group for tape, group in joined.items()}
    members: dict[str, list[str]] = {}
    for tape, group in sorted(joined.items()):
        members.setdefault(group, []).append(tape)
    sizes = Counter(judged.tapes)
    loads = {group: sum(sizes[tape] for tape in tapes) for group, tapes in members.items()}
    n_judged = sum(load > 0 for load in loads.values())
    if n_judged < 2:
        raise ConfigError(
            f"cross-validation needs at least two groups of tapes with utterances coded blind; "
            f"{len(texts)} coded tape(s) make {n_judged}.",
            hint="Code another tape, or leave cross-validation out with --folds 0.",
        )
    order = np.random.default_rng(seed).permutation(sorted(members)).tolist()
    order.sort(key=lambda group: -loads[group])
    filled = [0] * min(n_folds, n_judged)
    folds: dict[str, int] = {}
    for group in order[:n_judged]:
        fold = filled.index(min(filled))
        folds |= dict.fromkeys(members[group], fold)
        filled[fold] += loads[group]
    return folds


def cross_validate(
    learnt: Examples,
    judged: Examples,
    folds: Mapping[str, int],
    encoder: Encoder,
    settings: TrainSettings,
    workspace: Workspace,
    *,
    lent: Examples | None = None,
) -> Crossing:
    """Score each fold's utterances by models trained on the other folds.

    Every fold runs all its epochs: the fold held out may not choose among them. What was lent goes
    back before that, where heads do better without it.

    Args:
        learnt: What the models learn from, of every mode; all of them from what is in no fold.
        judged: What they are judged on: those of the coded utterances in `learnt` that were coded
            blind.
        folds: Fold of each tape.
        encoder: What to start from.
        settings: Those of the model that is cross-validated.
        workspace: Told which fold begins.
        lent: Utterances of other studies, to learn from in every fold.
    """
    job = Job(
        own=learnt,
        lent=learnt.of_tapes(()) if lent is None else lent,
        judged=judged,
        encoder=encoder,
        settings=settings,
        workspace=workspace,
    )
    heads, sides, loan = heads_of(job), _sides_of(job, folds), None
    if heads is not None and len(job.lent):
        job, loan = _settled(job, heads, sides)
    scorers = scorers_of(job, heads)
    fold_of_row = np.array([folds[tape] for tape in judged.tapes], dtype=np.int64)
    shape, taught = (len(judged), judged.answers.shape[2]), job.learnt
    logits, words = {kind: np.zeros(shape) for kind in scorers}, np.zeros(shape)
    for number, side in enumerate(sides, start=1):
        workspace.report(f"cross-validating: fold {number} of {len(sides)}")
        for kind, scorer in scorers.items():
            logits[kind][side.rows] = scorer.score(side.others, side.inside)
        said = [judged.texts[row] for row in side.rows]
        words[side.rows] = word_scores(taught.of_tapes(side.others), said, settings.seed)
    precision = {kind: average_precision(judged.decided, logits[kind]) for kind in scorers}
    kept = processes.of_first(max(scorers, key=lambda kind: precision[kind]))
    return Crossing(
        out_of_fold=OutOfFold(examples=judged, folds=fold_of_row, logits=logits[kept], words=words),
        model=scorers[kept].whole(),
        kept=kept,
        precision=precision,
        loan=loan,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """A fold: its tapes, those of the others, and the rows that are judged."""

    inside: set[str]
    others: set[str]
    rows: NDArray[np.int64]


def _sides_of(job: Job, folds: Mapping[str, int]) -> list[_Side]:
    known = {*job.own.tapes, *job.own.bags.tapes, *job.lent.tapes}
    sides = []
    for fold in sorted(set(folds.values())):
        inside = {tape for tape, of in folds.items() if of == fold}
        rows = np.flatnonzero([tape in inside for tape in job.judged.tapes])
        sides.append(_Side(inside=inside, others=known - inside, rows=rows))
    return sides


def _settled(job: Job, heads: Heads, sides: Sequence[_Side]) -> tuple[Job, LoanTried]:
    """Return the job without its loan where heads do better so, and how they did."""
    tried = processes.of_first(
        LoanTried(
            with_it=_precision(job, heads, sides),
            without=_precision(job.without_loan, heads, sides),
        )
    )
    if not tried.helps:
        job.workspace.report("leaving out what was borrowed: heads do better without it")
        job = job.without_loan
    heads.learn_from(job.learnt)
    return job, tried


def _precision(job: Job, heads: Heads, sides: Sequence[_Side]) -> float:
    heads.learn_from(job.learnt)
    logits = np.zeros((len(job.judged), job.judged.answers.shape[2]))
    for side in sides:
        logits[side.rows] = heads.score(side.others, side.inside)
    return average_precision(job.judged.decided, logits)


def out_of_fold_lines(found: OutOfFold, codes: Sequence[str]) -> list[str]:
    """Return a line of JSON an utterance: where it is, its fold, and what was said of it."""
    said, decided, rows = found.probabilities, found.decided, found.examples
    return [
        json.dumps(
            {
                "tape": tape,
                "utterance": index,
                "fold": int(fold),
                "probabilities": {
                    code: round(float(p), 6) for code, p in zip(codes, ps, strict=True)
                },
                "codes": [code for code, given in zip(codes, yes, strict=True) if given],
            }
        )
        + "\n"
        for tape, index, fold, ps, yes in zip(
            rows.tapes, rows.indices, found.folds, said, decided, strict=True
        )
    ]
