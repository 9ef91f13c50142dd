"""Times as transcripts write them: `00:03:12`, `03:12`, `[00:03:12 - 00:03:20]`, `#00:03:12-5#`.

The parts are regular expressions for the grammars of lines and of brackets to build on.
"""

import re

CLOCK = r"(?:\d{1,3}:)?\d{1,3}:[0-5]\d(?:[.,-]\d{1,3}(?![\d:]))?"
LONG_CLOCK = r"\d{1,3}:[0-5]\d:[0-5]\d(?:[.,-]\d{1,3}(?![\d:]))?"
STAMP = rf"[\[({{<#]\s{{0,4}}{CLOCK}(?:\s{{0,4}}(?:-+>?|–|tot)\s{{0,4}}{CLOCK})?\s{{0,4}}[\])}}>#]"

_CLOCK = re.compile(CLOCK)
_LONE = re.compile(rf"{STAMP}|{CLOCK}")


def seconds_of(text: str) -> float:
    """Return the seconds of the first time in a text that has one.

    Raises:
        ValueError: It has none.
    """
    found = _CLOCK.search(text)
    if found is None:
        raise ValueError("no time in this text")
    whole, _, fraction = re.sub("[,-]", ".", found[0]).partition(".")
    total = 0
    for part in whole.split(":"):
        total = total * 60 + int(part)
    return total + float(f"0.{fraction or 0}")


def lone_time(text: str) -> float | None:
    """Return the seconds of a line that holds a time and nothing else."""
    stripped = text.strip()
    return seconds_of(stripped) if _LONE.fullmatch(stripped) else None
