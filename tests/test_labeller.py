import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from models import CODES, WORDS, tiny_model
from samples import a_tape, utterances_of

from werkalliantie import artefact
from werkalliantie.artefact import Artefact
from werkalliantie.errors import ModelError
from werkalliantie.labeller import Labeller, Precision, Question, onnx_metadata, questions_of

AGAIN = "Copy the model folder again from where it came, or train the model again."
PRECISIONS = [("fp32", "model.onnx"), ("int8", "model.int8.onnx"), ("auto", "model.int8.onnx")]
spoken = st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)
questions = st.builds(Question, context=spoken, text=spoken)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Artefact:
    """Give a tiny model that really runs, with an int8 copy."""
    return tiny_model(tmp_path_factory.mktemp("models") / "m1", int8=True)


@pytest.fixture(scope="module", params=["fp32", "int8"])
def labeller(request: pytest.FixtureRequest, model: Artefact) -> Labeller:
    """Give the tiny model, loaded, in either precision."""
    return Labeller(model, threads=1, precision=request.param)


def some_questions(n: int) -> list[Question]:
    """Return questions of many lengths, some of them alike."""
    pick = random.Random(3)
    return [
        Question(
            context=" ".join(pick.choices(WORDS, k=pick.randint(0, 12))),
            text=" ".join(pick.choices(WORDS, k=pick.randint(1, 12))),
        )
        for _ in range(n)
    ]


def replaced(model: Artefact, name: str, content: bytes) -> None:
    """Put other content in a file and make the manifest agree with it."""
    model.file(name).write_bytes(content)
    manifest = json.loads(model.file(artefact.MANIFEST).read_text())
    manifest["files"][name] = artefact.sha256(model.file(name))
    model.file(artefact.MANIFEST).write_text(json.dumps(manifest))


class TestScores:
    @pytest.mark.parametrize("batch_size", [1, 3, 16, 500])
    @pytest.mark.parametrize("threads", [1, 2, 4])
    def test_do_not_depend_on_company(
        self, model: Artefact, labeller: Labeller, batch_size: int, threads: int
    ) -> None:
        """The same bits whatever the batch size and the number of threads."""
        asked = some_questions(200)
        alone = np.vstack([labeller.logits([question]) for question in asked])

        other = Labeller(
            model, threads=threads, batch_size=batch_size, precision=labeller.precision
        )
        together = other.logits(asked)
        assert together.dtype == np.float32
        assert together.tobytes() == alone.tobytes()
        assert len(np.unique(alone, axis=0)) > 100

    def test_do_not_depend_on_the_order(self, labeller: Labeller) -> None:
        """Each question gets its own scores back, wherever it stands; probabilities too."""
        asked = some_questions(60)
        order = random.Random(5).sample(range(len(asked)), len(asked))

        scores = labeller.probabilities(asked)
        shuffled = labeller.probabilities([asked[place] for place in order])
        assert shuffled.tobytes() == scores[order].tobytes()

    @given(st.lists(questions, min_size=1, max_size=8), st.integers(min_value=0))
    def test_of_one_among_others_are_those_of_one_alone(
        self, labeller: Labeller, asked: list[Question], number: int
    ) -> None:
        """Whatever else is asked at the same time."""
        place = number % len(asked)

        assert (
            labeller.logits(asked)[place].tobytes() == labeller.logits([asked[place]])[0].tobytes()
        )

    def test_of_nothing_are_nothing(self, labeller: Labeller) -> None:
        """No questions, no rows; the columns are still the codes."""
        assert labeller.logits([]).shape == (0, 3)
        assert labeller.probabilities([]).shape == (0, 3)

    def test_heed_the_context(self, labeller: Labeller) -> None:
        """The same words after other words are another question."""
        one, other = labeller.logits(
            [
                Question(context="C : ik was er wel", text="dat moet"),
                Question(context="", text="dat moet"),
            ]
        )

        assert one.tobytes() != other.tobytes()

    def test_a_temperature_divides_the_logit(self, tmp_path: Path, labeller: Labeller) -> None:
        """A probability is the sigmoid of the logit over the temperature."""
        other = tiny_model(tmp_path / "warm", temperature=2.0, int8=True)
        warm = Labeller(other, precision=labeller.precision)
        asked = some_questions(5)

        expected = 1 / (1 + np.exp(-labeller.logits(asked).astype(float) / 2))
        assert warm.probabilities(asked) == pytest.approx(expected, abs=1e-6)

    @pytest.mark.parametrize(
        "text", ["", " ", "😀👍🏽", "\u00ad", "é" * 50, "x" * 100_000, "ik moet dat " * 9_000]
    )
    def test_exist_for_any_text(self, labeller: Labeller, text: str) -> None:
        """Nothing, emoji, an invisible mark or 100,000 characters: always probabilities."""
        for question in (
            Question(context="", text=text),
            Question(context=f"C: {text}", text="ik moet dat"),
        ):
            (scores,) = labeller.probabilities([question])
            assert ((scores > 0) & (scores < 1)).all()

    def test_a_long_utterance_is_read_from_its_start(self, labeller: Labeller) -> None:
        """What comes after the longest input changes nothing."""
        start = "ik moet dat melden " * 8
        one, other = labeller.logits(
            [Question(context="", text=start), Question(context="", text=start + "de deur " * 900)]
        )

        assert one.tobytes() == other.tobytes()


class TestPrecision:
    @pytest.fixture
    def plain(self, tmp_path: Path) -> Artefact:
        """Give the same model without an int8 copy."""
        return tiny_model(tmp_path / "m2")

    def test_is_int8_where_there_is_a_copy(self, model: Artefact) -> None:
        """Without a choice the CPU takes the copy, whose scores are near those of fp32."""
        asked = some_questions(40)
        chosen, exact = Labeller(model), Labeller(model, precision="fp32")

        logits = chosen.logits(asked)
        assert (chosen.precision, exact.precision) == ("int8", "fp32")
        assert logits.tobytes() == Labeller(model, precision="int8").logits(asked).tobytes()
        assert 0 < np.abs(logits - exact.logits(asked)).max() < 0.1

    def test_is_fp32_where_there_is_no_copy(self, model: Artefact, plain: Artefact) -> None:
        """Then both ask the same network, so the scores are those of fp32 to the bit."""
        asked = some_questions(40)
        chosen = Labeller(plain)

        assert chosen.precision == "fp32"
        expected = Labeller(model, precision="fp32").logits(asked)
        assert chosen.logits(asked).tobytes() == expected.tobytes()

    def test_int8_without_a_copy_is_refused(self, plain: Artefact) -> None:
        """Never quietly fp32 instead; the card says why there is none."""
        with pytest.raises(ModelError) as refused:
            Labeller(plain, precision="int8")

        assert refused.value.message == "m2 has no int8 copy; its model card says why."
        assert refused.value.hint == "Leave the precision out to compute in fp32."

    def test_fp16_is_refused_on_the_cpu_and_without_a_copy(self, model: Artefact) -> None:
        """Never quietly fp32 instead."""
        with pytest.raises(ModelError) as refused:
            Labeller(model, precision="fp16")
        assert refused.value.message == "fp16 is for a GPU."
        assert refused.value.hint == "Leave the precision out, or ask for fp32."

        with pytest.raises(ModelError) as refused:
            Labeller(model, device="cuda", precision="fp16")
        assert refused.value.message == "m1 has no fp16 copy."
        assert refused.value.hint == (
            "Leave the precision out to compute in fp32, or train the model again."
        )

    def test_int8_on_a_gpu_is_refused(self, model: Artefact) -> None:
        """Also where the model has a copy, and whether or not there is a GPU."""
        with pytest.raises(ModelError) as refused:
            Labeller(model, device="cuda", precision="int8")

        assert refused.value.message == "int8 is for the CPU."
        assert refused.value.hint == "Leave --device out, or ask for fp32."

    def test_a_gpu_takes_fp32_without_a_choice(
        self, model: Artefact, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The int8 copy is never opened there."""
        opened: list[str] = []

        def refuse(file: str, *_: object, **__: object) -> None:
            opened.append(file)
            raise RuntimeError

        monkeypatch.setattr(
            onnxruntime, "get_available_providers", lambda: ["CUDAExecutionProvider"]
        )
        monkeypatch.setattr(onnxruntime, "InferenceSession", refuse)
        with pytest.raises(ModelError, match="ONNX Runtime can't load it"):
            Labeller(model, device="cuda")

        assert opened == [str(model.file("model.onnx"))]


class TestLabel:
    def test_gives_a_prediction_for_every_utterance(self, labeller: Labeller) -> None:
        """In order, with the model's name and codebook, and codes by the thresholds."""
        tape = a_tape()
        predictions = labeller.label(tape, utterances_of(tape))

        assert [p.utterance for p in predictions] == [0, 1, 2]
        for prediction in predictions:
            assert (prediction.tape, prediction.model) == ("gesprek-01", "m1")
            assert prediction.codebook == "werkalliantie-3"
            assert tuple(prediction.probabilities) == CODES
        for prediction in (predictions[0], predictions[2]):
            above = {code for code, p in prediction.probabilities.items() if p >= 0.5}
            assert prediction.codes == above

    def test_backchannels_get_no_codes(self, tmp_path: Path) -> None:
        """They have scores like any other, but are never coded."""
        eager = Labeller(tiny_model(tmp_path / "eager", threshold=0.0))
        tape = a_tape()
        predictions = eager.label(tape, utterances_of(tape))

        assert [p.codes for p in predictions] == [frozenset(CODES), frozenset(), frozenset(CODES)]
        assert predictions[1].probabilities.keys() == set(CODES)

    def test_a_probability_at_the_threshold_is_given(self, tmp_path: Path) -> None:
        """A threshold is the probability from which a code is given."""
        tape = a_tape("R: Ik moet dat melden.")
        units = utterances_of(tape)
        (first,) = Labeller(tiny_model(tmp_path / "a")).label(tape, units)
        score = first.probabilities["DT"]

        (at,) = Labeller(tiny_model(tmp_path / "b", threshold=score)).label(tape, units)
        above = float(np.nextafter(np.float32(score), np.float32(1)))
        (below,) = Labeller(tiny_model(tmp_path / "c", threshold=above)).label(tape, units)
        assert "DT" in at.codes
        assert "DT" not in below.codes

    def test_a_tape_without_worker_has_no_predictions(self, labeller: Labeller) -> None:
        """Nobody to code."""
        assert labeller.label(a_tape("C: Hallo?"), ()) == []


def test_questions_are_asked_with_what_came_before() -> None:
    """The context is the nearest earlier turn of somebody else."""
    tape = a_tape()

    asked = questions_of(tape, utterances_of(tape))
    assert [question.context for question in asked] == [
        "",
        "C: Ik was er wel, maar de deur zat dicht.",
        "C: Dus ben ik weer naar huis gegaan.",
    ]
    assert asked[1].text == "Hm hm."


def test_a_tape_typed_in_capitals_is_asked_in_small_letters() -> None:
    """Words in capitals are strange ones to an encoder; a name or a role marker stays one."""
    tape = a_tape("C: IK WAS ER WEL.", "R: EN HÉ, WAAROM?", "C: Ik was bij de DJI.", "R: Oké, DJI.")

    assert questions_of(tape, utterances_of(tape)) == [
        Question(context="C: ik was er wel.", text="en hé, waarom?"),
        Question(context="C: Ik was bij de DJI.", text="Oké, DJI."),
    ]


def test_a_question_shows_no_words() -> None:
    """A repr can end up in a trace."""
    assert repr(Question(context="C: Nee.", text="Waarom?")) == "Question(7 + 7 characters)"


class TestRefused:
    @pytest.mark.parametrize(
        ("said", "named"),
        [
            ({"codebook": "werkalliantie-4"}, "codebook"),
            ({"codes": json.dumps(["HC", "ZBV", "DT"])}, "codes"),
            ({"thresholds": json.dumps([0.5, 0.5, 0.6])}, "thresholds"),
            ({"codebook": "x", "thresholds": ""}, "codebook, thresholds"),
        ],
    )
    def test_metadata_that_differ(self, tmp_path: Path, said: dict[str, str], named: str) -> None:
        """An ONNX file of another model would give its scores other names."""
        model = tiny_model(tmp_path / "m1", onnx_says=said)

        with pytest.raises(ModelError) as refused:
            Labeller(model)
        assert refused.value.message == (
            f"{tmp_path / 'm1'}: {named} in model.onnx differ from the folder's."
        )
        assert refused.value.hint == AGAIN

    def test_metadata_that_are_missing(self, tmp_path: Path) -> None:
        """A network that says nothing of itself isn't believed."""
        model = tiny_model(tmp_path / "m1")
        network = onnx.load_model_from_string(model.file("model.onnx").read_bytes())
        del network.metadata_props[:]
        replaced(model, "model.onnx", network.SerializeToString())

        with pytest.raises(ModelError) as refused:
            Labeller(artefact.read(model.folder))
        assert refused.value.message == (
            f"{tmp_path / 'm1'}: codebook, codes, thresholds in model.onnx differ from the "
            "folder's."
        )

    @pytest.mark.parametrize("content", [b"", b"geen netwerk", b"\x08\x0a\x12"])
    def test_a_corrupt_network(self, tmp_path: Path, content: bytes) -> None:
        """What ONNX Runtime can't read is the model's fault, said in a line."""
        model = tiny_model(tmp_path / "m1")
        replaced(model, "model.onnx", content)

        with pytest.raises(ModelError) as refused:
            Labeller(artefact.read(model.folder))
        start, end = f"{tmp_path / 'm1' / 'model.onnx'}: ONNX Runtime can't load it (", ")."
        assert refused.value.message.startswith(start)
        assert refused.value.message.endswith(end)
        assert refused.value.message[len(start) : -len(end)].isidentifier()
        assert refused.value.hint == AGAIN

    @pytest.mark.parametrize(("precision", "file"), PRECISIONS)
    def test_metadata_of_the_file_that_is_used(
        self, tmp_path: Path, precision: Precision, file: str
    ) -> None:
        """Either copy has to be this model's own."""
        model = tiny_model(tmp_path / "m1", onnx_says={"codes": "[]"}, int8=True)

        with pytest.raises(ModelError) as refused:
            Labeller(model, precision=precision)
        assert refused.value.message == (
            f"{tmp_path / 'm1'}: codes in {file} differ from the folder's."
        )

    @pytest.mark.parametrize(("precision", "file"), PRECISIONS)
    def test_a_corrupt_network_of_the_precision_asked_for(
        self, tmp_path: Path, precision: Precision, file: str
    ) -> None:
        """The other copy is no way out."""
        model = tiny_model(tmp_path / "m1", int8=True)
        replaced(model, file, b"geen netwerk")

        with pytest.raises(ModelError) as refused:
            Labeller(artefact.read(model.folder), precision=precision)
        assert refused.value.message.startswith(
            f"{tmp_path / 'm1' / file}: ONNX Runtime can't load it ("
        )
        assert refused.value.hint == AGAIN

    def test_a_device_that_is_not_there(
        self, model: Artefact, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Never quietly the CPU instead."""
        monkeypatch.setattr(
            onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"]
        )

        with pytest.raises(ModelError) as refused:
            Labeller(model, device="cuda")
        assert refused.value.message == (
            "device cuda: ONNX Runtime has no working CUDAExecutionProvider here."
        )
        assert refused.value.hint == (
            "Leave --device out to run on the CPU. On a machine with a GPU and its driver, put the "
            "package onnxruntime-gpu[cuda,cudnn] in the place of onnxruntime: side by side they "
            "don't work."
        )

    def test_a_device_that_fails_to_start(
        self,
        model: Artefact,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """ONNX Runtime falls back on the CPU by itself; that is refused as well."""

        class FallenBack:
            def __init__(
                self,
                *_: object,
                providers: Sequence[tuple[str, dict[str, str]]],
                disabled_optimizers: object,
                enable_fallback: bool,
            ) -> None:
                assert providers == [("CUDAExecutionProvider", {"use_tf32": "0"})]
                assert disabled_optimizers is None
                assert enable_fallback

            def get_providers(self) -> list[str]:
                return ["CPUExecutionProvider"]

        monkeypatch.setattr(
            onnxruntime,
            "get_available_providers",
            lambda: ["CUDAExecutionProvider", "CPUExecutionProvider"],
        )
        monkeypatch.setattr(onnxruntime, "preload_dlls", lambda: sys.stdout.write("Failed\n"))
        monkeypatch.setattr(onnxruntime, "InferenceSession", FallenBack)

        with pytest.raises(ModelError) as refused:
            Labeller(model, device="cuda")
        assert refused.value.message == (
            "device cuda: ONNX Runtime has no working CUDAExecutionProvider here."
        )
        # Which library is missing is said, but not where programs read JSON.
        assert capsys.readouterr() == ("", "Failed\n")


def test_metadata_follow_the_order_of_the_codes() -> None:
    """Thresholds are in the order of the logits, whatever the order they were given in."""
    assert onnx_metadata("proef-1", ("A", "B"), {"B": 0.2, "A": 0.1}) == {
        "codebook": "proef-1",
        "codes": '["A", "B"]',
        "thresholds": "[0.1, 0.2]",
    }
