"""`ENCODER.json`: what an encoder folder that we made is, and the sha256 of each of its files.

Written last into a folder under a temporary name, so a folder that has one was whole.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from werkalliantie.errors import EncoderError
from werkalliantie_training.encoders.encoder import Encoder, digest, essential_files, sha256_of

FILE_NAME: Final = "ENCODER.json"


class Seal(BaseModel):
    """The contents of `ENCODER.json`.

    Attributes:
        source_sha256: Of the file the encoder was made from, where there is one.
        vocabulary_sha256: Of the kept pieces (see `vocabulary.fingerprint`), where reduced.
        files: The sha256 of every other file in the folder, by name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    source: str
    source_sha256: str | None = None
    vocabulary_sha256: str | None = None
    files: dict[str, str]


@contextlib.contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """Give an empty folder to fill; it takes the place of `folder` when all went well."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = folder.parent / f".{folder.name}.{os.getpid()}.new"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    try:
        yield staging
        _put_in_place(staging, folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _put_in_place(staging: Path, folder: Path) -> None:
    if not folder.exists():
        staging.rename(folder)
        return
    replaced = staging.with_suffix(".old")
    folder.rename(replaced)
    try:
        staging.rename(folder)
    except OSError:
        replaced.rename(folder)
        raise
    shutil.rmtree(replaced, ignore_errors=True)


def seal(
    folder: Path,
    *,
    name: str,
    source: str,
    source_sha256: str | None = None,
    vocabulary_sha256: str | None = None,
) -> None:
    """Write down every file of a finished folder."""
    files = {path.name: sha256_of(path) for path in sorted(folder.iterdir()) if path.is_file()}
    contents = Seal(
        name=name,
        source=source,
        source_sha256=source_sha256,
        vocabulary_sha256=vocabulary_sha256,
        files=files,
    )
    text = contents.model_dump_json(indent=2, exclude_none=True)
    (folder / FILE_NAME).write_text(text + "\n", encoding="utf-8")


def is_sealed(folder: Path) -> bool:
    """Tell whether a folder is one that we made."""
    return (folder / FILE_NAME).is_file()


def read_seal(folder: Path, *, hint: str) -> Seal:
    """Return what a sealed folder says of itself, without checking its files.

    Raises:
        EncoderError: `ENCODER.json` isn't what we wrote.
    """
    try:
        return Seal.model_validate_json((folder / FILE_NAME).read_bytes())
    except ValidationError as error:
        raise EncoderError(f"{folder / FILE_NAME} was altered.", hint=hint) from error


def open_sealed(folder: Path, *, hint: str) -> Encoder:
    """Return the encoder in a sealed folder.

    Raises:
        EncoderError: A file is missing or altered since it was sealed, all of them named.
    """
    contents = read_seal(folder, hint=hint)
    found = {name: sha256_of(folder / name) for name in contents.files if (folder / name).is_file()}
    faults = [
        f"{name} was altered" if name in found else f"{name} is missing"
        for name, sha256 in sorted(contents.files.items())
        if found.get(name) != sha256
    ]
    if faults:
        raise EncoderError(
            f'encoder "{contents.name}" in {folder} is damaged: {", ".join(faults)}.', hint=hint
        )
    essential = {p.name: found.get(p.name) or sha256_of(p) for p in essential_files(folder)}
    return Encoder(
        name=contents.name, folder=folder, sha256=digest(essential), source=contents.source
    )
