"""Scoring in batches on a GPU, through buffers that stay on the device.

Sequences of like length are padded to one length and scored together. Padding, company and fp16
change the last digits; on a GPU a probability may differ by 1e-3 for that. On the CPU, where
nothing may, sequences run alone instead. Knows a session and token ids, not folders or texts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from werkalliantie.pairs import TokenPair

MOST_TOKENS = 16_384
"""Tokens in a batch, padding included."""
_STEP = 8
"""Products on a GPU are fastest where lengths are multiples of this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Sequences that are scored together.

    Attributes:
        places: Where they stand among all.
        length: What each is padded to.
    """

    places: tuple[int, ...]
    length: int


def buckets(lengths: Sequence[int], *, most_tokens: int, most: int) -> list[Bucket]:
    """Divide sequences into batches of like length, the shortest first.

    Args:
        lengths: In tokens, of each sequence.
        most_tokens: Tokens in a batch, padding included; a longer sequence has one to itself.
        most: Sequences in a batch.
    """
    found: list[Bucket] = []
    places: list[int] = []
    padded = 0
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        own = -(-lengths[place] // _STEP) * _STEP
        if places and (len(places) == most or (len(places) + 1) * own > most_tokens):
            found.append(Bucket(places=tuple(places), length=padded))
            places = []
        places.append(place)
        padded = own
    if places:
        found.append(Bucket(places=tuple(places), length=padded))
    return found


class Batches:
    """Scores token pairs in batches; not for several threads at once.

    Args:
        session: A network whose attention heeds the mask.
        device: Where the session computes.
        most: Sequences in a batch.
        longest: The longest sequence, in tokens.
    """

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        *,
        device: Literal["cpu", "cuda"],
        n_codes: int,
        pad_id: int,
        uses_types: bool,
        most: int,
        most_tokens: int = MOST_TOKENS,
        longest: int = 512,
    ) -> None:
        self._session = session
        self._device = device
        self._n_codes = n_codes
        self._pad_id = pad_id
        self._most = most
        self._most_tokens = max(most_tokens, longest)
        names = ["input_ids", "attention_mask"] + ["token_type_ids"] * uses_types
        # Ours and the device's: a batch is laid out in the first and copied to the second.
        self._here = {name: np.zeros(self._most_tokens, dtype=np.int64) for name in names}
        self._there = {name: self._on_device(array) for name, array in self._here.items()}
        n_scores = min(most, self._most_tokens // _STEP) * n_codes
        self._scores = self._on_device(np.zeros(n_scores, dtype=np.float32))

    def logits(self, pairs: Sequence[TokenPair]) -> NDArray[np.float32]:
        """Return the logits, shape `(n_pairs, n_codes)`, in the order given."""
        scores = np.empty((len(pairs), self._n_codes), dtype=np.float32)
        lengths = [len(pair.ids) for pair in pairs]
        for bucket in buckets(lengths, most_tokens=self._most_tokens, most=self._most):
            own = [pairs[place] for place in bucket.places]
            scores[[*bucket.places]] = self._run(own, bucket.length)
        return scores

    def _run(self, pairs: Sequence[TokenPair], length: int) -> NDArray[np.float32]:
        shape = (len(pairs), length)
        self._lay(pairs, shape)
        binding = self._session.io_binding()
        for name, buffer in self._there.items():
            buffer.update_inplace(self._here[name])
            binding.bind_input(name, self._device, 0, np.int64, shape, buffer.data_ptr())
        result = (len(pairs), self._n_codes)
        binding.bind_output("logits", self._device, 0, np.float32, result, self._scores.data_ptr())
        binding.synchronize_inputs()
        self._session.run_with_iobinding(binding)
        binding.synchronize_outputs()
        said = self._scores.numpy()[: len(pairs) * self._n_codes]
        return np.asarray(said.reshape(result), dtype=np.float32)

    def _lay(self, pairs: Sequence[TokenPair], shape: tuple[int, int]) -> None:
        blank = {"input_ids": self._pad_id, "attention_mask": 0, "token_type_ids": 0}
        n = shape[0] * shape[1]
        rows = {name: array[:n].reshape(shape) for name, array in self._here.items()}
        for name, values in rows.items():
            values[:] = blank[name]
        for row, pair in enumerate(pairs):
            end = len(pair.ids)
            rows["input_ids"][row, :end] = pair.ids
            rows["attention_mask"][row, :end] = 1
            if "token_type_ids" in rows:
                rows["token_type_ids"][row, :end] = pair.types

    def _on_device(self, array: NDArray[np.generic]) -> onnxruntime.OrtValue:
        return onnxruntime.OrtValue.ortvalue_from_numpy(array, self._device, 0)
