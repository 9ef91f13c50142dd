"""Writing a text file whole or not at all."""

import tempfile
from pathlib import Path

from werkalliantie.errors import ConfigError
from werkalliantie.refusals import reason_of


def write_whole(path: Path, text: str) -> None:
    """Write a UTF-8 file to a temporary name beside it, then put it in place.

    Raises:
        ConfigError: Nothing can be written there.
    """
    try:
        with tempfile.NamedTemporaryFile(
            "w",
            dir=path.parent,
            prefix=f".{path.name}-",
            encoding="utf-8",
            newline="",
            delete=False,
        ) as file:
            partial = Path(file.name)
            file.write(text)
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        partial.chmod(0o644)
        partial.replace(path)
    except OSError as error:
        partial.unlink()
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"{path}: can't be written ({reason_of(error)}).",
        hint="Name a file in a folder that is there and that you may write in.",
    )
