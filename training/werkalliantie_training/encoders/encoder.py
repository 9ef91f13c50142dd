"""An encoder on this machine: a Hugging Face folder that is known to be whole.

The only module that knows which files such a folder holds.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from werkalliantie.errors import EncoderError

CONFIG: Final = "config.json"
SAFETENSORS: Final = ("model.safetensors", "model.safetensors.index.json")
PICKLED: Final = ("pytorch_model.bin", "pytorch_model.bin.index.json")
SENTENCEPIECE: Final = ("sentencepiece.bpe.model", "spm.model", "spiece.model")
# Any one of these sets of files is a tokenizer.
TOKENIZERS: Final = (
    ("tokenizer.json",),
    ("vocab.txt",),
    ("vocab.json", "merges.txt"),
    *((name,) for name in SENTENCEPIECE),
)
TOKENIZER_SETTINGS: Final = (
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
)

_HINT: Final = (
    "Copy the whole folder: config.json, model.safetensors and the tokenizer's files; or give the "
    "id of an encoder on the Hugging Face hub."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoder:
    """A pretrained transformer and its tokenizer.

    Attributes:
        name: `embedded-nl`, a hub id, or the name of a folder.
        folder: What transformers and tokenizers load it from.
        sha256: Over the configuration, the weights and the tokenizer (see `digest`).
        source: Where it comes from, with the revision where there is one.
    """

    name: str
    folder: Path
    sha256: str
    source: str


def open_folder(folder: Path, *, name: str, source: str) -> Encoder:
    """Return the encoder in a Hugging Face folder.

    Raises:
        EncoderError: Something is missing, all of it named, or the configuration can't be read.
    """
    check(folder, name=name, place=str(folder))
    hashes = {path.name: sha256_of(path) for path in essential_files(folder)}
    return Encoder(name=name, folder=folder, sha256=digest(hashes), source=source)


def check(folder: Path, *, name: str, place: str) -> None:
    """Check that a folder holds an encoder; `place` is what a message calls the folder.

    Raises:
        EncoderError: Something is missing, all of it named, or the configuration can't be read.
    """
    absent = list(_absent(folder))
    if absent:
        raise EncoderError(
            f'encoder "{name}" is not whole: {place} has no {", no ".join(absent)}.', hint=_HINT
        )
    read_config(folder)


def read_config(folder: Path) -> Mapping[str, Any]:
    """Return the encoder's configuration as Hugging Face writes it.

    Raises:
        EncoderError: It isn't JSON, or names no kind of model.
    """
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except ValueError as error:
        raise EncoderError(f"{folder / CONFIG} is not JSON.", hint=_HINT) from error
    if not isinstance(config, dict) or not isinstance(config.get("model_type"), str):
        raise EncoderError(f'{folder / CONFIG} has no "model_type".', hint=_HINT)
    return config


def weight_files(folder: Path) -> tuple[Path, ...]:
    """Return the files with the weights: safetensors where there are any, else pickled ones.

    For weights in parts this is their index and every part it names, whether there or not.
    """
    for name in (*SAFETENSORS, *PICKLED):
        path = folder / name
        if path.is_file():
            return (path, *_parts(path)) if path.suffix == ".json" else (path,)
    return ()


def essential_files(folder: Path) -> tuple[Path, ...]:
    """Return the files that decide what the encoder does: configuration, weights, tokenizer."""
    names = {name for files in TOKENIZERS for name in files} | {*TOKENIZER_SETTINGS, CONFIG}
    found = {folder / name for name in names if (folder / name).is_file()}
    return tuple(sorted(found | set(weight_files(folder)), key=lambda path: path.name))


def digest(hashes: Mapping[str, str]) -> str:
    """Return one sha256 for several files, given each one's: over `HASH  NAME` lines by name."""
    lines = "".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes))
    return hashlib.sha256(lines.encode()).hexdigest()


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _absent(folder: Path) -> Iterator[str]:
    if not (folder / CONFIG).is_file():
        yield CONFIG
    weights = weight_files(folder)
    if not weights:
        yield f"weights ({SAFETENSORS[0]} or {PICKLED[0]})"
    yield from (path.name for path in weights if not path.is_file())
    if not any(all((folder / name).is_file() for name in files) for files in TOKENIZERS):
        yield f"tokenizer ({', '.join(' with '.join(files) for files in TOKENIZERS)})"


def _parts(index: Path) -> list[Path]:
    try:
        names = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise EncoderError(f"{index} is not an index of weights.", hint=_HINT) from error
    return [index.parent / Path(str(name)).name for name in sorted(names)]
