from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from training.runs import settings_for
from training.tiny import CODEBOOK, coded_study

from werkalliantie.configuration.study import Split
from werkalliantie.errors import ConfigError
from werkalliantie.segment import SegmentCoding
from werkalliantie.store import Store
from werkalliantie.study import Study
from werkalliantie_training.coder import fit_coder
from werkalliantie_training.data import TrainingData, read_training_data
from werkalliantie_training.decisions import choose_thresholds, sigmoid
from werkalliantie_training.encoders import resolve
from werkalliantie_training.evaluation import evaluate
from werkalliantie_training.scorers import Job, heads_of, scorers_of
from werkalliantie_training.settings import TrainSettings
from werkalliantie_training.workspace import Workspace

N_TAPES, N_JUDGED, WINDOW = 10, 2, 3


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A study of which two tapes have coded utterances, and the others coded windows of three."""
    folder = tmp_path_factory.mktemp("vensters")
    coded = coded_study(folder / "uitingen", n_tapes=N_TAPES)
    study = coded_study(folder / "studie", n_tapes=N_JUDGED)
    with coded.store() as known, study.store() as store:
        tapes = [tape.id for tape in known.summaries()][N_JUDGED:]
        store.add([(known.tape(tape), known.utterances(tape)) for tape in tapes])
        store.add_answers([], [one for tape in tapes for one in _windows(known, tape)])
    split = Split(validation_tapes=("gesprek-01", "gesprek-02"))
    return replace(study, settings=study.settings.model_copy(update={"split": split}))


def _windows(store: Store, tape: str) -> Iterator[SegmentCoding]:
    codings = [c for c in store.codings(tapes=[tape]) if c.coder == "ann"]
    for start in range(0, len(codings), WINDOW):
        inside = codings[start : start + WINDOW]
        yield SegmentCoding(
            tape=tape,
            first=inside[0].utterance,
            last=inside[-1].utterance,
            coder="ann",
            codebook=CODEBOOK,
            codes=frozenset().union(*(coding.codes for coding in inside)),
        )


def data_of(study: Study, settings: TrainSettings) -> TrainingData:
    """Return the data of a training run."""
    return read_training_data(study, settings, tapes=None, codebook=None)


def test_stretches_alone_beat_always_no(study: Study, encoders: Path, tmp_path: Path) -> None:
    """Fine-tuned on coded windows only, a model finds the codes of single utterances."""
    settings = settings_for(encoders / "tiny-bert", epochs=6)
    data = data_of(study, settings)
    encoder = resolve(settings.encoder, study.encoders)

    # To the last epoch: the head alone ranks best here, but is too unsure to be decided by.
    fitted = fit_coder(data.train, None, encoder, settings, Workspace(folder=tmp_path / "work"))

    said = sigmoid(fitted.logits(data.validation))
    decided = said >= choose_thresholds(
        said, data.validation.answers, n_tapes=data.validation.n_tapes
    )
    codes = data.codebook.codes
    always_no = evaluate(data.validation, np.zeros_like(decided), codes)
    assert len(data.train) == 0
    assert len({*data.train.bags.tapes}) == N_TAPES - N_JUDGED
    assert evaluate(data.validation, decided, codes)["mean_kappa"] > 0.3
    assert always_no["mean_kappa"] == pytest.approx(0.0)


@pytest.mark.parametrize(("epochs", "kind"), [(0, "head"), (1, "fine-tuned")])
def test_with_stretches_one_kind_of_model_is_tried(
    study: Study, encoders: Path, tmp_path: Path, epochs: int, kind: str
) -> None:
    """By its name: without epochs it is a head, however it is fitted."""
    settings = settings_for(encoders / "tiny-bert", epochs=epochs)
    own = data_of(study, settings).own
    job = Job(
        own=own,
        lent=own.of_tapes(()),
        judged=own.of_tapes(()),
        encoder=resolve(settings.encoder, study.encoders),
        settings=settings,
        workspace=Workspace(folder=tmp_path),
    )

    assert [*scorers_of(job, heads_of(job))] == [kind]


def test_tapes_with_stretches_only_are_never_judged_on(study: Study, encoders: Path) -> None:
    """Where tapes are drawn, those without coded utterances train, however many there are."""
    settings = settings_for(encoders / "tiny-bert")
    unnamed = replace(study, settings=study.settings.model_copy(update={"split": Split()}))

    data = data_of(unnamed, settings)

    assert {*data.hashes["validation"]} <= {"gesprek-01", "gesprek-02"}
    assert len(data.hashes["train"]) == N_TAPES - len(data.hashes["validation"])


def test_what_the_study_holds_back_does_not_train(study: Study, encoders: Path) -> None:
    """A held-back tape with coded stretches only is left out: it can't train and can't judge."""
    split = Split(validation_tapes=("gesprek-01", "gesprek-02"), test_workers=("w5",))
    held = replace(study, settings=study.settings.model_copy(update={"split": split}))

    data = data_of(held, settings_for(encoders / "tiny-bert"))

    assert all("gesprek-05" not in tapes for tapes in data.hashes.values())


def test_another_answer_for_a_stretch_is_other_data(study: Study, encoders: Path) -> None:
    """The hash of a tape's content changes with the codes of its stretches."""
    settings = settings_for(encoders / "tiny-bert")
    before = data_of(study, settings).hashes["train"]
    with study.store() as store:
        (*_, last) = store.segment_codings(tapes=["gesprek-03"])
        store.add_answers([], [replace(last, codes=last.codes ^ {"HC"})])
    try:
        after = data_of(study, settings).hashes["train"]
    finally:
        with study.store() as store:
            store.add_answers([], [last])

    assert [tape for tape in before if before[tape] != after[tape]] == ["gesprek-03"]


def test_nothing_to_judge_on(study: Study, encoders: Path) -> None:
    """Without a single coded utterance there is no training, and the message says what it needs."""
    tapes = [f"gesprek-{number:02d}" for number in range(N_JUDGED + 1, N_TAPES + 1)]

    with pytest.raises(ConfigError) as refused:
        read_training_data(study, settings_for(encoders / "tiny-bert"), tapes=tapes, codebook=None)

    assert refused.value.message == (
        "no utterance was coded blind on any of the 8 coded tape(s); thresholds are chosen, and "
        "models judged, on blind codings of utterances only."
    )
