"""Fetching from the hub, with a downloader that copies from this machine."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from fnmatch import fnmatch
from pathlib import Path

import pytest

from werkalliantie.errors import EncoderError
from werkalliantie_training.encoders import describe, fetch, resolve
from werkalliantie_training.encoders.hub import is_id

ID = "organisatie/encoder"
REVISION = "0123456789abcdef0123456789abcdef01234567"

WriteFolder = Callable[[Path], Path]


class Shelf:
    """A stand-in for the hub: a folder with one encoder, and the number of downloads from it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.n_downloads = 0

    def __call__(self, id: str, folder: Path, patterns: Sequence[str]) -> str:
        """Copy the files that match, as a download would."""
        self.n_downloads += 1
        for path in self.folder.iterdir():
            if any(fnmatch(path.name, pattern) for pattern in patterns):
                shutil.copy(path, folder)
        return REVISION


@pytest.fixture
def shelf(write_folder: WriteFolder, tmp_path: Path) -> Shelf:
    """A hub that has an encoder with safetensors, pickled weights and things nobody asked for."""
    folder = write_folder(tmp_path / "hub")
    for name in ("pytorch_model.bin", "tf_model.h5", "README.md", "training_args.bin"):
        (folder / name).write_bytes(b"x")
    return Shelf(folder)


def test_only_what_is_needed_is_fetched(shelf: Shelf, tmp_path: Path) -> None:
    """Pickled weights stay where they are when there are safetensors."""
    encoder = fetch(ID, tmp_path / "encoders", download=shelf)

    assert encoder.folder == tmp_path / "encoders" / "organisatie--encoder"
    assert encoder.source == f"huggingface.co/{ID} at {REVISION}"
    assert sorted(path.name for path in encoder.folder.iterdir()) == [
        "ENCODER.json",
        "README.md",
        "config.json",
        "model.safetensors",
        "tokenizer.json",
    ]
    assert resolve(ID, tmp_path / "encoders") == encoder


def test_pickled_weights_are_fetched_where_there_are_no_others(
    shelf: Shelf, tmp_path: Path
) -> None:
    """An older encoder comes with its pickled weights, and they can be counted."""
    import torch

    (shelf.folder / "model.safetensors").unlink()
    torch.save({"weight": torch.zeros(3, 4)}, shelf.folder / "pytorch_model.bin")

    encoder = fetch(ID, tmp_path / "encoders", download=shelf)

    assert (encoder.folder / "pytorch_model.bin").is_file()
    assert describe(encoder).n_parameters == 12


def test_what_is_here_whole_is_not_fetched_again(shelf: Shelf, tmp_path: Path) -> None:
    """Fetching twice downloads once; a damaged encoder is fetched again."""
    encoder = fetch(ID, tmp_path / "encoders", download=shelf)
    fetch(ID, tmp_path / "encoders", download=shelf)
    n_when_whole = shelf.n_downloads
    (encoder.folder / "config.json").unlink()

    again = fetch(ID, tmp_path / "encoders", download=shelf)

    assert (n_when_whole, shelf.n_downloads) == (1, 2)
    assert again == encoder


def test_a_fetched_encoder_that_was_altered_is_refused(shelf: Shelf, tmp_path: Path) -> None:
    """What came from the hub is verified like what we built."""
    encoder = fetch(ID, tmp_path / "encoders", download=shelf)
    (encoder.folder / "tokenizer.json").write_text("{}", encoding="utf-8")

    with pytest.raises(EncoderError) as caught:
        resolve(ID, tmp_path / "encoders")

    assert caught.value.message == (
        f'encoder "{ID}" in {encoder.folder} is damaged: tokenizer.json was altered.'
    )
    assert caught.value.hint == f"Fetch it again: werkalliantie encoder fetch {ID}"


def test_what_is_no_encoder_on_the_hub_leaves_nothing(shelf: Shelf, tmp_path: Path) -> None:
    """A repository without a tokenizer is refused and its files are removed."""
    (shelf.folder / "tokenizer.json").unlink()

    with pytest.raises(EncoderError) as caught:
        fetch(ID, tmp_path / "encoders", download=shelf)

    assert caught.value.message == (
        f'encoder "{ID}" is not whole: huggingface.co/{ID} has no tokenizer (tokenizer.json, '
        "vocab.txt, vocab.json with merges.txt, sentencepiece.bpe.model, spm.model, spiece.model)."
    )
    assert list((tmp_path / "encoders").iterdir()) == []


def test_a_failing_network_keeps_the_damaged_encoder(shelf: Shelf, tmp_path: Path) -> None:
    """What is there is replaced only when its successor is whole."""
    encoder = fetch(ID, tmp_path / "encoders", download=shelf)
    (encoder.folder / "config.json").unlink()

    def unplugged(id: str, folder: Path, patterns: Sequence[str]) -> str:
        raise ConnectionResetError("the cable is out")

    with pytest.raises(EncoderError) as caught:
        fetch(ID, tmp_path / "encoders", download=unplugged)

    assert caught.value.message == (
        f'encoder "{ID}" could not be downloaded: ConnectionResetError.'
    )
    assert caught.value.hint == (
        f"Check the connection, or copy the encoder's folder to {encoder.folder}."
    )
    assert [path.name for path in (tmp_path / "encoders").iterdir()] == ["organisatie--encoder"]


def test_a_real_download_lifts_the_offline_setting_for_itself_only(tmp_path: Path) -> None:
    """With an address where nobody listens it fails by connecting, and is offline again."""
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from huggingface_hub import is_offline_mode\n"
        "from werkalliantie.errors import EncoderError\n"
        "from werkalliantie_training.encoders import fetch\n"
        "try:\n"
        "    fetch('organisatie/encoder', Path(sys.argv[1]))\n"
        "except EncoderError as error:\n"
        "    print(error.message, is_offline_mode())\n"
    )
    environment = {
        **os.environ,
        "HF_HUB_OFFLINE": "1",
        "HF_ENDPOINT": "http://127.0.0.1:9",
        "NO_PROXY": "127.0.0.1",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }

    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == (
        'encoder "organisatie/encoder" could not be downloaded: ConnectError. True\n'
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DTAI-KULeuven/robbert-2023-dutch-base", True),
        ("bert-base-multilingual-cased", True),
        ("a/b/c", False),
        ("./encoder", False),
        ("a..b/c", False),
        ("a--b/c", False),
        ("encoder.git", False),
        ("twee woorden", False),
        ("", False),
    ],
)
def test_ids_are_told_from_paths(text: str, expected: bool) -> None:
    """An id is one or two names, without what the hub forbids."""
    assert is_id(text) is expected


def test_what_is_no_id_is_not_asked_for(shelf: Shelf, tmp_path: Path) -> None:
    """A path given to fetch is refused before anything is downloaded."""
    with pytest.raises(EncoderError) as caught:
        fetch("./encoder", tmp_path / "encoders", download=shelf)

    assert caught.value.message == (
        '"./encoder" is not a Hugging Face id. Expected ORGANISATION/ENCODER.'
    )
    assert shelf.n_downloads == 0
