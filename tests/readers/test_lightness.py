"""What reading costs."""

import subprocess
import sys
import time

import pytest
from readers.hearing import heard

_HEAVY = ("docx2python", "lxml", "openpyxl", "python_calamine", "spacy", "torch")


def test_importing_the_readers_is_light() -> None:
    """A format's library loads when a file of that format is read, not before."""
    script = f"import sys, werkalliantie.readers; print([m for m in {_HEAVY} if m in sys.modules])"

    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "piece", ["nou (lacht)\n", "(lacht)\n", "nou (lacht ", "Oh. C: ja. R: nee. ", " ", "\u00ad\n"]
)
def test_time_grows_with_the_length_only(piece: str) -> None:
    """Ten times the text takes no hundred times the time, whatever it is made of."""
    # The shortest of three, since other work on the machine can only add to it.
    short = min(_seconds(piece * 2_000) for _ in range(3))
    long = min(_seconds(piece * 20_000) for _ in range(3))

    assert long < 40 * max(short, 0.01)


def _seconds(text: str) -> float:
    begin = time.process_time()
    heard("R: Goedemorgen.", text)
    return time.process_time() - begin
