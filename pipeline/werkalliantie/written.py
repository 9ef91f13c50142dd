"""Writing a file whole or not at all."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from werkalliantie.errors import ConfigError
from werkalliantie.refusals import reason_of


def write_whole(path: Path, text: str) -> None:
    """Write a UTF-8 file to a temporary name beside it, then put it in place.

    Raises:
        ConfigError: Nothing can be written there.
    """
    try:
        with replacing(path) as file:
            file.write(text.encode())
            Path(file.name).chmod(0o644)
    except OSError as error:
        raise ConfigError(
            f"{path}: can't be written ({reason_of(error)}).",
            hint="Name a file in a folder that is there and that you may write in.",
        ) from None


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Give a file beside `path` that takes its place at the end; where that fails, nothing is left.

    Raises:
        OSError: There can't be such a file.
    """
    with _beside(path) as file:
        partial = Path(file.name)
        try:
            yield file
            file.close()
            partial.replace(path)
        except BaseException:
            file.close()
            partial.unlink(missing_ok=True)
            raise


def _beside(path: Path) -> IO[bytes]:
    try:
        return tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}-", suffix=path.suffix, delete=False
        )
    except OSError as error:  # whoever reads it knows the file by its own name
        raise OSError(error.errno, error.strerror, str(path)) from None
