"""What the operating system refuses, in plain words and with what to do about it."""

import errno
import tempfile
from pathlib import Path

from werkalliantie.errors import ConfigError, WerkalliantieError

_FORBIDDEN = {
    errno.EACCES: "you may not read or write there",
    errno.EPERM: "you may not read or write there",
    errno.EROFS: "it lies on a disk that can only be read",
}
_NO_ROOM = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your share of the disk is full",
}
# What safetensors, torch and SQLite say of a full disk, in errors of their own kinds.
_FULL_TO_LIBRARIES = ("No space left on device", "unexpected pos", "database or disk is full")


def reason_of(error: OSError) -> str:
    """Return why the system refused, in plain words where there are any, else in its own."""
    known = _FORBIDDEN | _NO_ROOM
    return known.get(error.errno or 0) or error.strerror or type(error).__name__


def as_mistake(error: Exception) -> WerkalliantieError | None:
    """Return what the system refused as something to mend; None where it may be a fault of ours.

    What names a file is for the user to mend, and so is a full disk.
    """
    if not isinstance(error, OSError):
        if not any(said in str(error) for said in _FULL_TO_LIBRARIES):
            return None
        error = OSError(errno.ENOSPC, "")
    if error.filename is None and error.errno not in _NO_ROOM:
        return None
    place = "" if error.filename is None else f"{_seen_from_here(Path(str(error.filename)))}: "
    return ConfigError(f"{place}{reason_of(error)}.", hint=_hint(error))


def check_writable(folder: Path) -> None:
    """Make a folder where it isn't there, and try whether files can be made in it.

    Raises:
        ConfigError: They can't.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ConfigError(
            f"{folder}: nothing can be written here ({reason_of(error)}).", hint=_hint(error)
        ) from None


def _hint(error: OSError) -> str:
    if error.errno in _NO_ROOM:
        return "Make room, and run it again."
    if error.errno in _FORBIDDEN:
        return "Ask for the right to write there, or work on a copy of the study that is yours."
    return "Look at what lies there, put it right, and run it again."


def _seen_from_here(path: Path) -> Path:
    try:
        here = Path.cwd()
    except OSError:  # the folder that one stands in is gone
        return path
    return path.relative_to(here) if path.is_relative_to(here) else path
