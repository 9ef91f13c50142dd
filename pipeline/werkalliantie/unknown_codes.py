"""Stored codings that hold codes which their codebook, edited since, no longer has."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from werkalliantie.codebook import Codebook
from werkalliantie.coding import Coding
from werkalliantie.errors import ConfigError
from werkalliantie.segment import SegmentCoding

Given = Coding | SegmentCoding


def refuse_unknown_codes(codings: Iterable[Given], codebook: Codebook) -> None:
    """Raise if any of the codings holds a code that the codebook doesn't have.

    Args:
        codings: Made under a codebook of this name and version.

    Raises:
        ConfigError: Some do; every such code is named, with who gave it and how often.
    """
    holding: dict[str, list[Given]] = defaultdict(list)
    for coding in codings:
        for code in codebook.unknown(coding.codes):
            holding[code].append(coding)
    if not holding:
        return
    named = ", ".join(f"{code} ({_by(holding[code])})" for code in sorted(holding))
    raise ConfigError(
        f"codings hold codes that the codebook {codebook.key} doesn't have: {named}.",
        hint=f"Put them back in configs/codebooks/{codebook.key}.toml. An edited codebook needs a "
        f'version, and so a file, of its own; [maps."{codebook.key}"] there says what each '
        "earlier code becomes.",
    )


def _by(codings: Sequence[Given]) -> str:
    n = len(codings)
    coders = ", ".join(sorted({coding.coder for coding in codings}))
    return f"{n} coding{'' if n == 1 else 's'}, by {coders}"
