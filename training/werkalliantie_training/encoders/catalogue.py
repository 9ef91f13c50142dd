"""From the name a study gives an encoder to its folder on this machine. Never downloads."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from werkalliantie.errors import EncoderError
from werkalliantie_training.encoders import hub
from werkalliantie_training.encoders.embedded import EMBEDDED, build, rebuild_hint
from werkalliantie_training.encoders.encoder import Encoder, open_folder
from werkalliantie_training.encoders.seal import is_sealed, open_sealed, read_seal


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An encoder a study can name; `folder` is None as long as it must be built first."""

    name: str
    source: str
    folder: Path | None


def resolve(encoder: str, encoders_dir: Path, *, cache: Path | None = None) -> Encoder:
    """Return the encoder a study names, whole and hashed.

    Args:
        encoder: An embedded one (built on demand), a Hugging Face folder, or a hub id.
        encoders_dir: The study's folder of encoders.
        cache: The Hugging Face cache, if not the usual one.

    Raises:
        EncoderError: It isn't on this machine, isn't whole, or was altered.
        MissingExtra: An embedded encoder must be built and its package isn't installed.
    """
    if encoder in EMBEDDED:
        return _embedded(encoder, encoders_dir / encoder)
    folder = Path(encoder).expanduser()
    if encoder and folder.is_dir():
        return _folder(folder)
    if not hub.is_id(encoder):
        raise EncoderError(
            f'encoder "{encoder}" is not a folder. Expected {" or ".join(EMBEDDED)}, a Hugging '
            "Face folder or a Hugging Face id.",
            hint="Correct the path or the id.",
        )
    found = hub.find(encoder, encoders_dir, cache=cache)
    if found is None:
        raise EncoderError(
            f'encoder "{encoder}" is not on this machine. Expected it in '
            f"{encoders_dir / hub.folder_name(encoder)} or in the Hugging Face cache.",
            hint=f"Run: werkalliantie encoder fetch {encoder}, or copy its folder and give the "
            "path.",
        )
    return found


def entries(encoders_dir: Path) -> tuple[Entry, ...]:
    """Return the embedded encoders and those in the study's folder, without checking them."""
    return tuple(_entries(encoders_dir))


def _entries(encoders_dir: Path) -> Iterator[Entry]:
    for name in EMBEDDED:
        folder = encoders_dir / name
        yield Entry(
            name=name,
            source="made from an installed package",
            folder=folder if folder.is_dir() else None,
        )
    for folder in sorted(encoders_dir.iterdir()) if encoders_dir.is_dir() else ():
        if folder.is_dir() and not folder.name.startswith(".") and folder.name not in EMBEDDED:
            yield _entry(folder)


def _entry(folder: Path) -> Entry:
    name = hub.id_of(folder.name)
    if not is_sealed(folder):
        return Entry(name=name, source=f"folder {folder.name}", folder=folder)
    return Entry(
        name=name, source=read_seal(folder, hint=hub.fetch_hint(name)).source, folder=folder
    )


def _embedded(name: str, folder: Path) -> Encoder:
    if not folder.is_dir():
        return build(name, folder)
    if not is_sealed(folder):
        raise EncoderError(
            f'encoder "{name}" in {folder} is damaged: ENCODER.json is missing.',
            hint=rebuild_hint(name),
        )
    return open_sealed(folder, hint=rebuild_hint(name))


def _folder(folder: Path) -> Encoder:
    name = folder.resolve().name
    if not is_sealed(folder):
        return open_folder(folder, name=name, source=f"folder {name}")
    return open_sealed(folder, hint="Copy the folder again from where it came.")
