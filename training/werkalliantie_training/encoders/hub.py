"""Encoders of the Hugging Face hub: found in its cache on this machine, or fetched on request.

`fetch` is the only function of the product that reaches the network.
"""

import contextlib
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from huggingface_hub import HfApi, constants, snapshot_download, try_to_load_from_cache
from huggingface_hub.errors import RepositoryNotFoundError

from werkalliantie.errors import EncoderError
from werkalliantie_training.encoders.encoder import (
    CONFIG,
    PICKLED,
    SAFETENSORS,
    TOKENIZER_SETTINGS,
    TOKENIZERS,
    Encoder,
    check,
    open_folder,
    weight_files,
)
from werkalliantie_training.encoders.seal import is_sealed, open_sealed, seal, staged

Downloader = Callable[[str, Path, Sequence[str]], str]
"""Puts the files of a hub id that match the patterns into a folder; returns the revision."""

# The hub allows neither "--" nor ".." in an id, nor ".git" at its end.
_ID: Final = re.compile(r"(?!.*(--|\.\.))(\w[\w.-]*/)?\w[\w.-]*(?<!\.git)", re.ASCII)
_TOKENIZER_FILES: Final = tuple(name for files in TOKENIZERS for name in files)
_PAPERS: Final = ("README.md", "LICENSE", "LICENSE.txt", "LICENSE.md")
_WANTED: Final = (
    CONFIG,
    *SAFETENSORS,
    "model-?????-of-?????.safetensors",
    *_TOKENIZER_FILES,
    *TOKENIZER_SETTINGS,
    *_PAPERS,
)
_PICKLED_PARTS: Final = (*PICKLED, "pytorch_model-?????-of-?????.bin")


def is_id(text: str) -> bool:
    """Tell whether a text has the form of a hub id, such as `organisation/encoder`."""
    return _ID.fullmatch(text) is not None


def folder_name(id: str) -> str:
    """Return the name of the folder in which a hub id is kept."""
    return id.replace("/", "--")


def id_of(folder_name: str) -> str:
    """Return the hub id that is kept in a folder of this name."""
    return folder_name.replace("--", "/")


def fetch_hint(id: str) -> str:
    """Return what to do about a damaged encoder that came from the hub."""
    return f"Fetch it again: werkalliantie encoder fetch {id}"


def find(id: str, encoders_dir: Path, *, cache: Path | None = None) -> Encoder | None:
    """Return the encoder `id` from the study's encoders or the Hugging Face cache, if there.

    Raises:
        EncoderError: It is there, but damaged or not whole.
    """
    kept = encoders_dir / folder_name(id)
    if kept.is_dir():
        return _open_kept(kept, id)
    config = try_to_load_from_cache(id, CONFIG, cache_dir=cache)
    if not isinstance(config, str):
        return None
    snapshot = Path(config).parent
    return open_folder(snapshot, name=id, source=_source(id, snapshot.name))


def fetch(id: str, encoders_dir: Path, *, download: Downloader | None = None) -> Encoder:
    """Download an encoder into the study, unless it is there whole.

    Weights come as safetensors; only where an encoder has none, as pickled weights.

    Raises:
        EncoderError: No hub id, not on the hub, not whole there, or the network failed.
    """
    if not is_id(id):
        raise EncoderError(
            f'"{id}" is not a Hugging Face id. Expected ORGANISATION/ENCODER.',
            hint="Copy the id from the encoder's page on the Hugging Face hub.",
        )
    folder = encoders_dir / folder_name(id)
    with contextlib.suppress(EncoderError):  # a damaged one is fetched again
        if folder.is_dir():
            return _open_kept(folder, id)
    with staged(folder) as staging:
        revision = _download(id, staging, folder, download or from_hub)
        check(staging, name=id, place=f"huggingface.co/{id}")
        seal(staging, name=id, source=_source(id, revision))
    return _open_kept(folder, id)


def from_hub(id: str, folder: Path, patterns: Sequence[str]) -> str:
    """Download with the Hugging Face library, which is offline otherwise."""
    with _online():
        revision = HfApi().model_info(id).sha or "main"
        snapshot_download(id, revision=revision, local_dir=folder, allow_patterns=list(patterns))
    shutil.rmtree(folder / ".cache", ignore_errors=True)
    return revision


def _download(id: str, staging: Path, folder: Path, download: Downloader) -> str:
    try:
        revision = download(id, staging, _WANTED)
        if not weight_files(staging):
            revision = download(id, staging, _PICKLED_PARTS)
    except RepositoryNotFoundError as error:
        raise EncoderError(
            f'the Hugging Face hub has no public encoder "{id}".',
            hint="Check the id. For one behind a login, download its folder and give the path.",
        ) from error
    except Exception as error:  # each version of the library raises those of its HTTP library
        raise EncoderError(
            f'encoder "{id}" could not be downloaded: {type(error).__name__}.',
            hint=f"Check the connection, or copy the encoder's folder to {folder}.",
        ) from error
    return revision


def _open_kept(folder: Path, id: str) -> Encoder:
    if is_sealed(folder):
        return open_sealed(folder, hint=fetch_hint(id))
    return open_folder(folder, name=id, source=f"folder {folder.name}")


def _source(id: str, revision: str) -> str:
    return f"huggingface.co/{id} at {revision}"


@contextlib.contextmanager
def _online() -> Iterator[None]:
    """Lift the offline setting of this process for one download."""
    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = False
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before
