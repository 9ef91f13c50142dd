from dataclasses import replace

import pytest
from samples import a_tape, utterances_of

from werkalliantie.coding import Prediction
from werkalliantie.labelling import Labelling, ModelVersion, text_sha

M1 = ModelVersion(name="m1", sha="0123456789abcdef" * 4, codebook="proef-1")


def a_prediction(
    *, utterance: int = 0, tape: str = "t1", model: str = "m1", codebook: str = "proef-1"
) -> Prediction:
    """Return a prediction by m1 for the first utterance of t1, unless said otherwise."""
    return Prediction(
        tape=tape,
        utterance=utterance,
        model=model,
        codebook=codebook,
        probabilities={"D": 0.5},
        codes=frozenset(),
    )


def a_labelling(*predictions: Prediction) -> Labelling:
    """Return a labelling of t1 by m1."""
    return Labelling(
        tape="t1", model=M1, text_sha="", device="cpu", precision="int8", predictions=predictions
    )


class TestLabelling:
    def test_holds_a_prediction_for_each_utterance(self) -> None:
        """Any number, in order; none for a silent tape."""
        assert len(a_labelling(a_prediction(), a_prediction(utterance=1)).predictions) == 2
        assert a_labelling().predictions == ()

    @pytest.mark.parametrize(
        "predictions",
        [
            [a_prediction(utterance=1)],
            [a_prediction(), a_prediction()],
            [a_prediction(utterance=1), a_prediction()],
            [a_prediction(), a_prediction(utterance=2)],
        ],
    )
    def test_is_never_in_part(self, predictions: list[Prediction]) -> None:
        """None left out, none twice, none out of order."""
        with pytest.raises(ValueError, match=r"^predictions of tape t1 that aren't one an"):
            a_labelling(*predictions)

    @pytest.mark.parametrize(
        "other",
        [a_prediction(tape="t2"), a_prediction(model="m2"), a_prediction(codebook="x-1")],
    )
    def test_is_of_one_model_and_tape(self, other: Prediction) -> None:
        """Nothing of another slips in."""
        message = r"^predictions that aren't m1 \(0123456789ab\)'s of tape t1$"
        with pytest.raises(ValueError, match=message):
            a_labelling(other)


class TestTextHash:
    def test_is_that_of_what_is_asked(self) -> None:
        """The same words give the same hash wherever they come from, today and in ten years."""
        tape = a_tape("R: Hé.", "C: Ja.")
        renamed = replace(tape, source_name="x", source_text="anders", worker="W1", unit="Noord")

        sha = text_sha(tape, utterances_of(tape))
        assert sha == "5755445488bb842b9b3a39dcfab0653b44640df792cda5e055a9a4b133fc59e1"
        assert text_sha(renamed, utterances_of(tape)) == sha

    def test_differs_for_whatever_else_is_asked(self) -> None:
        """Words of the worker or client, who speaks, the order, the cut, what is offered."""
        tape = a_tape("R: Ja.", "C: Nee.", "R: Toch wel.")
        units = utterances_of(tape)
        others = [
            a_tape("R: Ja!", "C: Nee.", "R: Toch wel."),
            a_tape("R: Ja.", "C: Nee!", "R: Toch wel."),
            a_tape("R: Ja.", "O: Nee.", "R: Toch wel."),
            a_tape("R: Toch wel.", "C: Nee.", "R: Ja."),
            a_tape("R: Ja.", "C: Nee.", "R: Toch wel.", "C: Ja."),
        ]
        cuts = [
            units[:1],
            (units[0], replace(units[1], text="Toch")),
            (units[0], replace(units[1], backchannel=True)),
            (units[0], replace(units[1], turn=0)),
        ]

        hashes = [text_sha(other, utterances_of(other)) for other in others]
        hashes += [text_sha(tape, cut) for cut in cuts]
        assert len({text_sha(tape, units), *hashes}) == 10
