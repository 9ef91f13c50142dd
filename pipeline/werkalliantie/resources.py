"""Where the files that ship with the product lie: default configs and the example corpus.

In a wheel they are packed beside the code; in a checkout they are the folders of the repository.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """Return the shipped folder or file, such as `configs` or `data/voorbeeld`.

    Raises:
        FileNotFoundError: The installation is incomplete.
    """
    for root in (_PACKAGE / "shipped", _PACKAGE.parents[1]):
        if (root / name).exists():
            return root / name
    raise FileNotFoundError(f"{name} is missing from this installation of werkalliantie")
