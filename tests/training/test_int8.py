"""The int8 copy of a trained model of every family: what it says, whatever the company."""

import random

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from training.runs import Run

from werkalliantie import artefact
from werkalliantie.labeller import Labeller, Precision, Question, Scores
from werkalliantie_training.examples import Examples, read_examples
from werkalliantie_training.export import onnx_logits
from werkalliantie_training.parity import judge_int8

LONG = "dat moet ik de rechter melden, fijn dat je het plan zegt? " * 60
QUESTIONS = [
    Question(context="", text="plan"),
    Question(context="", text="Wat is de volgende stap in het plan?"),
    Question(context="C: Dat weet ik nog niet.", text="Fijn."),
    Question(context="C: Het was goed met mijn zoon.", text="Wat fijn, en de papieren?"),
    Question(context="C: Iets dat niemand kent: qwerty.", text="Ook dit onbekende: asdf."),
    Question(context=f"C: {LONG}", text="Ga zitten."),
    Question(context="", text=LONG),
    Question(context=f"C: {LONG}", text=LONG),
]


def scores(
    run: Run, questions: list[Question], *, threads: int = 1, batch_size: int = 16
) -> Scores:
    """Return what a newly loaded int8 labeller says."""
    labeller = Labeller(run.trained.model, threads=threads, batch_size=batch_size, precision="int8")
    return labeller.probabilities(questions)


def validation_of(run: Run) -> Examples:
    """Return the examples that the gate looks at."""
    with run.study.store() as store:
        return read_examples(store, run.study.codebook(), ["gesprek-02"])


def decisions(run: Run, precision: Precision) -> NDArray[np.bool_]:
    """Return what a labeller decides on the validation tape, `(n_utterances, n_codes)`."""
    with run.study.store() as store:
        tape, utterances = store.tape("gesprek-02"), store.utterances("gesprek-02")
    labeller = Labeller(run.trained.model, threads=1, precision=precision)
    predictions = labeller.label(tape, utterances)
    return np.array([[code in said.codes for code in labeller.model.codes] for said in predictions])


def test_a_trained_model_labels_in_int8(run: Run) -> None:
    """On the CPU without being asked; near fp32, and not the same, so it is another network."""
    chosen, exact = Labeller(run.trained.model), Labeller(run.trained.model, precision="fp32")

    logits, expected = chosen.logits(QUESTIONS), exact.logits(QUESTIONS)

    assert chosen.precision == "int8"
    assert run.trained.model.has_int8
    spread = np.ptp(expected, axis=0).max()
    assert 0 < np.abs(logits - expected).max() < 0.1 * spread


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_scores_do_not_depend_on_company(run: Run, threads: int) -> None:
    """The same bits alone, among others, in any order, and on any number of threads."""
    alone = np.vstack([scores(run, [question]) for question in QUESTIONS])
    asked = QUESTIONS * 3
    order = random.Random(threads).sample(range(len(asked)), len(asked))

    together = scores(run, asked, threads=threads, batch_size=4)
    shuffled = scores(run, [asked[place] for place in order], threads=threads)
    few = scores(run, asked[2:5], threads=threads)

    assert together.tobytes() == np.tile(alone, (3, 1)).tobytes()
    assert shuffled.tobytes() == together[order].tobytes()
    assert few.tobytes() == alone[2:5].tobytes()
    assert len(np.unique(alone, axis=0)) == len(QUESTIONS)


def test_the_gate_looks_at_what_will_run(run: Run) -> None:
    """The logits that are judged are those of a labeller, to the bit, in either precision."""
    model, examples = run.trained.model, validation_of(run)
    asked = [
        Question(context=context, text=text)
        for context, text in zip(examples.contexts, examples.texts, strict=True)
    ]
    files: dict[Precision, str] = {"fp32": artefact.ONNX, "int8": artefact.INT8}
    for precision, file in files.items():
        labeller = Labeller(model, threads=1, precision=precision)
        pairs = labeller._tokens.encode([(q.context, q.text) for q in asked])

        judged = onnx_logits(model.file(file), pairs, uses_types=model.input.uses_types)

        assert judged.tobytes() == labeller.logits(asked).tobytes()


def test_the_gates_figures_can_be_reproduced(run: Run) -> None:
    """They are in the manifest, and are what labellers of both precisions lead to."""
    said = run.trained.model.manifest["parity"]["int8"]

    figures = judge_int8(
        decisions(run, "fp32"),
        decisions(run, "int8"),
        validation_of(run).answers,
        run.trained.model.codes,
    )

    assert said == {
        "care": "usual",
        **figures,
        "passed": True,
        "reason": None,
        "check": said["check"],
    }
    assert said.keys() == {"care", "same_decisions", "kappa_loss", "n", "passed", "reason", "check"}
    assert said["kappa_loss"].keys() == {"DT", "ZBV", "HC"}
    assert said["n"] == len(validation_of(run)) == 13


def test_the_card_says_what_int8_costs(run: Run) -> None:
    """Beside what fp32 differs from torch."""
    parity = run.trained.model.manifest["parity"]
    card = run.trained.model.file(artefact.CARD).read_text(encoding="utf-8")

    losses = ", ".join(f"{c} {loss:+.3f}" for c, loss in parity["int8"]["kappa_loss"].items())
    assert (
        "## Parity\n\nOver 13 validation utterances the logits of fp32 ONNX and torch differ by at "
        f"most {parity['fp32']['max_logit_difference']:.1e} (limit 1e-04). On the CPU it computes "
        f"in int8, which gives the same decision as fp32 for "
        f"{parity['int8']['same_decisions']:.2%} of the pairs of utterance and code; kappa lost "
        f"by code: {losses}.\n"
    ) in card


def test_both_copies_say_the_same_of_themselves(run: Run) -> None:
    """Swapped, or left from another training, a copy would be seen through."""
    files = [run.trained.model.file(name) for name in (artefact.ONNX, artefact.INT8)]

    fp32, int8 = ({p.key: p.value for p in onnx.load(file).metadata_props} for file in files)

    assert fp32.keys() == {"codebook", "codes", "thresholds"}
    assert fp32.items() <= int8.items()
