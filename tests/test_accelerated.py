from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from models import tiny_model

from werkalliantie import artefact
from werkalliantie.accelerated import Batches, Bucket, buckets
from werkalliantie.artefact import Artefact
from werkalliantie.labeller import Labeller, Question, open_session
from werkalliantie.pairs import TokenPair, inputs_of

lengths_of_any = st.lists(st.integers(1, 512), max_size=60)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Artefact:
    """Give a tiny model that really runs."""
    return tiny_model(tmp_path_factory.mktemp("models") / "m1")


def some_pairs(lengths: Sequence[int]) -> list[TokenPair]:
    """Return random tokens, so many a pair."""
    random = np.random.default_rng(5)
    ids = [random.integers(1, 20, length) for length in lengths]
    return [TokenPair(ids=own, types=np.zeros_like(own)) for own in ids]


def batches(model: Artefact, *, most: int = 256, most_tokens: int = 16_384) -> Batches:
    """Return what scores on a GPU, on the CPU."""
    return Batches(
        open_session(model.file(artefact.ONNX)),
        device="cpu",
        n_codes=3,
        pad_id=0,
        uses_types=False,
        most=most,
        most_tokens=most_tokens,
        longest=128,
    )


class TestBuckets:
    @given(lengths_of_any, st.integers(512, 4096), st.integers(1, 20))
    def test_hold_each_sequence_once(self, lengths: list[int], most_tokens: int, most: int) -> None:
        """None is left out and none is in two."""
        found = buckets(lengths, most_tokens=most_tokens, most=most)

        places = [place for bucket in found for place in bucket.places]
        assert sorted(places) == [*range(len(lengths))]

    @given(lengths_of_any, st.integers(512, 4096), st.integers(1, 20))
    def test_stay_within_bounds(self, lengths: list[int], most_tokens: int, most: int) -> None:
        """In sequences and in tokens, with the padding; a length is the least multiple of 8."""
        for bucket in buckets(lengths, most_tokens=most_tokens, most=most):
            assert 1 <= len(bucket.places) <= most
            assert len(bucket.places) * bucket.length <= most_tokens
            longest = max(lengths[place] for place in bucket.places)
            assert bucket.length % 8 == 0
            assert bucket.length - 8 < longest <= bucket.length

    @given(lengths_of_any)
    def test_go_from_short_to_long(self, lengths: list[int]) -> None:
        """So that little is padded."""
        found = buckets(lengths, most_tokens=1024, most=8)

        in_order = [lengths[place] for bucket in found for place in bucket.places]
        assert in_order == sorted(lengths)

    def test_give_a_longer_sequence_one_to_itself(self) -> None:
        """Rather than leave it out."""
        assert buckets([9, 100, 8], most_tokens=16, most=4) == [
            Bucket(places=(2,), length=8),
            Bucket(places=(0,), length=16),
            Bucket(places=(1,), length=104),
        ]


class TestBatches:
    @pytest.mark.parametrize(("most", "most_tokens"), [(1, 128), (7, 128), (256, 512)])
    def test_give_what_each_gives_alone(self, model: Artefact, most: int, most_tokens: int) -> None:
        """Whatever the padding and the company, and in the order asked."""
        pairs = some_pairs([5, 60, 8, 1, 33, 128, 5, 9, 17, 64] * 4)
        session = open_session(model.file(artefact.ONNX))
        alone = [session.run(["logits"], inputs_of([p], uses_types=False))[0] for p in pairs]

        together = batches(model, most=most, most_tokens=most_tokens).logits(pairs)
        assert together.dtype == np.float32
        np.testing.assert_allclose(together, np.concatenate(alone), atol=1e-4, rtol=0)

    def test_leave_nothing_behind(self, model: Artefact) -> None:
        """The buffers are used again; what was in them before changes nothing."""
        scored = batches(model)
        short = some_pairs([3, 4])
        before = scored.logits(short)

        scored.logits(some_pairs([128] * 40))
        assert scored.logits(short).tobytes() == before.tobytes()

    def test_of_nothing_are_nothing(self, model: Artefact) -> None:
        """No pairs, no rows."""
        assert batches(model).logits([]).shape == (0, 3)


@pytest.mark.skipif(
    "CUDAExecutionProvider" not in onnxruntime.get_available_providers()
    or not torch.cuda.is_available(),
    reason="no GPU, or onnxruntime without its CUDA provider",
)
def test_a_gpu_says_what_the_cpu_says(tmp_path: Path) -> None:
    """To 1e-3 of a probability."""
    model = tiny_model(tmp_path / "m1")
    asked = [Question(context="C : ik was er", text="dat moet je " * n) for n in range(1, 60)]

    expected = Labeller(model, precision="fp32").probabilities(asked)
    found = Labeller(model, device="cuda").probabilities(asked)
    np.testing.assert_allclose(found, expected, atol=1e-3, rtol=0)
