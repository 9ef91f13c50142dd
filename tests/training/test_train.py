import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from tokenizers import Tokenizer
from training.runs import Run
from training.tiny import CODEBOOK, PLANTED

from werkalliantie import artefact
from werkalliantie.labeller import Labeller, Question
from werkalliantie.pairs import PairTokenizer
from werkalliantie.registry import Registry
from werkalliantie_training.evaluation import evaluate
from werkalliantie_training.examples import Examples, read_examples
from werkalliantie_training.export import torch_logits
from werkalliantie_training.network import CoderNetwork, load_network

LONG = "dat moet ik de rechter melden, fijn dat je het plan zegt? " * 60
QUESTIONS = (
    Question(context="", text="plan"),
    Question(context="", text="Wat is de volgende stap in het plan?"),
    Question(context="C: Dat weet ik nog niet.", text="Fijn."),
    Question(context="C: Iets dat niemand kent: qwerty.", text="Ook dit onbekende: asdf."),
    Question(context=f"C: {LONG}", text="Ga zitten."),
    Question(context="", text=LONG),
    Question(context=f"C: {LONG}", text=LONG),
)


def network_in(run: Run) -> CoderNetwork:
    """Return the network that the model folder's weights hold."""
    network = load_network(
        str(run.encoder),
        n_codes=3,
        dropout=0.0,
        wants_types=family(run) == "bert",
        seed=99,
        separator=tokens_of(run).separator,
    )
    network.load_state_dict(load_file(run.trained.model.file(artefact.WEIGHTS)))
    return network.eval()


def family(run: Run) -> str:
    """Return the family a run's encoder is of."""
    return run.encoder.name.removeprefix("tiny-")


def from_torch(run: Run, questions: tuple[Question, ...]) -> NDArray[np.float32]:
    """Return what the trained torch network says."""
    pairs = tokens_of(run).encode([(question.context, question.text) for question in questions])
    return torch_logits(network_in(run), pairs)


def tokens_of(run: Run) -> PairTokenizer:
    """Return what makes the model's input."""
    model = run.trained.model
    return PairTokenizer(
        Tokenizer.from_file(str(model.file(artefact.TOKENIZER))),
        max_context=model.input.max_context,
        max_utterance=model.input.max_utterance,
    )


def validation_of(run: Run) -> Examples:
    """Return the examples that thresholds were chosen on."""
    with run.study.store() as store:
        return read_examples(store, run.study.codebook(), ["gesprek-02"])


def texts_in(folder: Path) -> dict[str, str]:
    """Return a model's files as text, binary ones too, without its tokenizer."""
    return {
        path.name: path.read_bytes().decode("utf-8", errors="replace")
        for path in folder.iterdir()
        if path.name != artefact.TOKENIZER
    }


def test_the_folder_is_whole(run: Run) -> None:
    """The folder holds the files that a model consists of, and reads as what was returned."""
    folder = run.study.models / f"op-{family(run)}"

    assert artefact.read(folder) == run.trained.model
    assert {path.name for path in folder.iterdir()} == {
        *artefact.REQUIRED,
        artefact.FP16,
        artefact.INT8,
        artefact.MANIFEST,
        artefact.WEIGHTS,
    }
    assert run.trained.model.codes == ("DT", "ZBV", "HC")
    assert run.trained.model.input.uses_types is (family(run) == "bert")
    assert run.trained.model.input.pad_id == (1 if "roberta" in family(run) else 0)


def test_the_parity_gate_is_in_the_manifest(run: Run) -> None:
    """The manifest says over how many utterances ONNX and torch were compared, and how close."""
    fp32 = run.trained.model.manifest["parity"]["fp32"]

    assert run.trained.parity == run.trained.model.manifest["parity"]
    assert 0 <= fp32["max_logit_difference"] < 1e-4
    assert (fp32["tolerance"], fp32["n"]) == (1e-4, 13)


def test_onnx_says_what_torch_says(run: Run) -> None:
    """In fp32, for short and long inputs, with and without context, the logits are torch's."""
    labeller = Labeller(run.trained.model, threads=1, precision="fp32")

    logits = labeller.logits(QUESTIONS)

    np.testing.assert_allclose(logits, from_torch(run, QUESTIONS), atol=1e-4, rtol=0)
    assert np.ptp(logits, axis=0).min() > 1e-3, "logits that are all alike prove nothing"


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_batch_of_one(run: Run, question: Question) -> None:
    """An utterance scored by itself gets torch's logits too, and those it gets in company."""
    labeller = Labeller(run.trained.model, threads=1, precision="fp32")

    alone = labeller.logits([question])

    np.testing.assert_allclose(alone, from_torch(run, (question,)), atol=1e-4, rtol=0)
    in_company = labeller.logits(QUESTIONS)[[QUESTIONS.index(question)]]
    np.testing.assert_array_equal(alone, in_company)


def test_the_figures_can_be_reproduced(run: Run) -> None:
    """The decisions of the model folder agree with the coders as its metrics say."""
    labeller = Labeller(run.trained.model, threads=1, precision="fp32")
    with run.study.store() as store:
        tape, utterances = store.tape("gesprek-02"), store.utterances("gesprek-02")

    predictions = labeller.label(tape, utterances)

    again = Labeller(run.trained.model, threads=1, precision="fp32")
    assert predictions == again.label(tape, utterances)
    codes = run.trained.model.codes
    decided = np.array([[code in said.codes for code in codes] for said in predictions])
    metrics = evaluate(validation_of(run), decided, codes)
    assert metrics == run.trained.metrics["validation"]
    assert metrics == run.trained.model.metrics["metrics"]["validation"]
    assert run.trained.metrics["test"] is None


def test_probabilities_are_right_on_average(run: Run) -> None:
    """Over the utterances it was calibrated on a code is as likely as it was given, by Platt."""
    labeller = Labeller(run.trained.model, threads=1, precision="fp32")
    with run.study.store() as store:
        predictions = labeller.label(store.tape("gesprek-02"), store.utterances("gesprek-02"))

    targets = validation_of(run).targets
    yes, no = targets.sum(axis=0), (1 - targets).sum(axis=0)
    drawn_in = (yes * (yes + 1) / (yes + 2) + no / (no + 2)) / len(targets)
    codes = run.trained.model.codes
    said = np.array([[one.probabilities[code] for code in codes] for one in predictions])
    np.testing.assert_allclose(said.mean(axis=0), drawn_in, atol=1e-3)


def test_the_manifest_says_what_it_was_made_from(run: Run) -> None:
    """Encoder, tapes with hashes, coders, seed, settings and versions are all there."""
    manifest: Any = run.trained.model.manifest

    assert manifest["encoder"]["name"] == run.encoder.name
    assert re.fullmatch("[0-9a-f]{64}", manifest["encoder"]["sha256"])
    assert list(manifest["data"]["train"]) == ["gesprek-01", "gesprek-03", "gesprek-04"]
    assert list(manifest["data"]["validation"]) == ["gesprek-02"]
    assert manifest["data"]["test"] == {}
    hashes = [*manifest["data"]["train"].values(), *manifest["data"]["validation"].values()]
    assert len(set(hashes)) == 4
    assert all(re.fullmatch("[0-9a-f]{64}", tape) for tape in hashes)
    assert (manifest["seed"], manifest["coders"]) == (13, ["ann", "bo"])
    assert (manifest["codebook"], manifest["precision"]) == (CODEBOOK, "fp32")
    expected = run.settings.model_copy(update={"encoder": run.encoder.name})
    assert manifest["settings"] == expected.model_dump(mode="json")
    assert manifest["versions"]["torch"].split("+")[0] == torch.__version__.split("+")[0]
    assert {"werkalliantie", "transformers", "onnx", "onnxruntime"} <= manifest["versions"].keys()


def test_nothing_that_was_said_is_in_the_folder(run: Run) -> None:
    """No word of a transcript is in any file, and no two words of it follow each other."""
    with run.study.store() as store:
        said = [
            turn.text.lower() for tape in store.summaries() for turn in store.tape(tape.id).turns
        ]
    phrases = {" ".join(text.split()[:3]) for text in said if len(text.split()) > 2}

    texts = {name: text.lower() for name, text in texts_in(run.trained.model.folder).items()}

    assert all(any(word in text for text in said) for word in PLANTED)
    found = [(file, w) for file, text in texts.items() for w in (*PLANTED, *phrases) if w in text]
    assert found == []


def test_no_path_of_this_machine_is_in_the_folder(run: Run) -> None:
    """Where study, encoder and libraries lie is nobody's business, in the ONNX file neither."""
    places = {str(run.study.folder), str(run.encoder.parent), str(Path.cwd()), "site-packages"}

    texts = texts_in(run.trained.model.folder)

    assert [
        (file, place) for file, text in texts.items() for place in places if place in text
    ] == []


def test_a_model_that_does_not_beat_the_floors_is_not_put_in_use(run: Run) -> None:
    """The first model waits if a floor does as well, and the reason says what to do."""
    name = f"op-{family(run)}"
    mean = run.trained.metrics["validation"]["mean_kappa"]

    assert not run.trained.promoted
    assert Registry(run.study.models).champion is None
    assert run.trained.reason == (
        f"not put in use: mean kappa {mean:.3f} on the validation tapes against 1.000 for the "
        "floors. Code more tapes, or put it in use all the same with: werkalliantie models promote "
        f"{name}"
    )


def test_the_card_names_the_model_and_its_figures(run: Run) -> None:
    """The card has the encoder, the tapes by purpose, and a row of figures for every code."""
    card = run.trained.model.file(artefact.CARD).read_text(encoding="utf-8")

    assert card.startswith(f"# Coder model op-{family(run)}\n")
    assert f"Encoder `{run.encoder.name}`" in card
    assert "- validation tapes: gesprek-02." in card
    for code, numbers in run.trained.metrics["validation"]["codes"].items():
        assert f"| {code} | {numbers['kappa']:.2f} | {numbers['coder_coder']:.2f} | 1.00 |" in card


def test_the_manifest_is_plain_json(run: Run) -> None:
    """What is undefined is null: a strict reader finds neither NaN nor infinity."""

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    for path in run.trained.model.folder.glob("*.json"):
        json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)
