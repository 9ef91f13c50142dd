"""What reading costs."""

import subprocess
import sys

_HEAVY = ("docx2python", "lxml", "openpyxl", "python_calamine", "spacy", "torch")


def test_importing_the_readers_is_light() -> None:
    """A format's library loads when a file of that format is read, not before."""
    script = f"import sys, werkalliantie.readers; print([m for m in {_HEAVY} if m in sys.modules])"

    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert found.stdout.strip() == "[]"
