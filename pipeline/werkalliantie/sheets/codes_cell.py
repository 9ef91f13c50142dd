"""What a coder wrote in a codes cell, and the codes it stands for."""

import re
from datetime import date, time, timedelta

from werkalliantie.codebook import Codebook
from werkalliantie.sheets.layout import NO_CODE
from werkalliantie.sheets.table import Cell, as_text

_NO_CODE_WORDS = frozenset({NO_CODE, "0", "none"})
_NO_CODE_PHRASES = frozenset({"geen code", "no code"})
NO_CODE_TEXTS = _NO_CODE_WORDS | _NO_CODE_PHRASES
"""What stands for *no code*, in small letters."""

# One coder writes it for "none applies", another for "skipped": to guess would make up a no.
_DASHES = frozenset("-–—")
_SEPARATORS = re.compile(r"[,;/+\s]+")
_DATE = re.compile(r"\d{1,4}[-/]\d{1,2}([-/]\d{1,4})?( .*)?|\d{1,2}-[a-z]{3,4}\.?(-\d{2,4})?", re.I)
_MOST_LISTED = 12
_MOST_QUOTED = 3
_LONGEST_QUOTED = 16


class Unanswerable(ValueError):
    """A codes cell that stands for nothing; its text says why and what was expected."""


def codes_in(cell: Cell, codebook: Codebook) -> frozenset[str] | None:
    """Return the codes of a cell: empty for *no code*, None for *not seen* (an empty cell).

    A list, as JSON has it, is taken as it is: an empty one is *no code*.

    Raises:
        Unanswerable: An unknown code, a dash, a date, or "geen" together with codes.
    """
    if isinstance(cell, (date, time, timedelta)):
        raise Unanswerable(_date_fault(str(cell)))
    if isinstance(cell, list):
        parts = [as_text(part) for part in cell]
        return _codes(parts, codebook) if parts else frozenset()
    text = as_text(cell)
    if not text:
        return None
    parts = _parts(text, codebook)
    if _DATE.fullmatch(text) and _unknown(parts, codebook):
        raise Unanswerable(_date_fault(text))
    return _codes(parts, codebook)


def expected(codebook: Codebook) -> str:
    """Return what a codes cell may hold, as messages say it."""
    codes = codebook.codes[:_MOST_LISTED]
    rest = len(codebook.codes) - len(codes)
    listed = ", ".join(codes) + (f" ({rest} more)" if rest else "")
    item = next((c.items[0].code for c in codebook.clusters if c.items), None)
    example = f" or an item such as {item}" if item else ""
    return f'Expected {listed}{example}, or "{NO_CODE}".'


def _parts(text: str, codebook: Codebook) -> list[str]:
    # A code may itself hold a separator.
    whole = _code(text, codebook) is not None or text.casefold() in _NO_CODE_PHRASES
    return [text] if whole else [part for part in _SEPARATORS.split(text) if part] or [text]


def _codes(parts: list[str], codebook: Codebook) -> frozenset[str]:
    unknown = _unknown(parts, codebook)
    if unknown and {*parts} <= _DASHES:
        raise Unanswerable(
            f'a dash, which may mean no code or not seen. Expected codes, "{NO_CODE}" where none '
            "applies, or an empty cell for not seen."
        )
    if unknown:
        raise Unanswerable(f"{_quoted(unknown)}. {expected(codebook)}")
    codes = [code for part in parts if (code := _code(part, codebook)) is not None]
    if codes and len(codes) < len(parts):
        given = ", ".join(dict.fromkeys(codes))
        raise Unanswerable(f'"{NO_CODE}" together with codes ({given}). Expected one or the other.')
    return frozenset(codes)


def _unknown(parts: list[str], codebook: Codebook) -> list[str]:
    return [p for p in parts if _code(p, codebook) is None and p.casefold() not in NO_CODE_TEXTS]


def _code(part: str, codebook: Codebook) -> str | None:
    by_folded = {code.casefold(): code for code in codebook.all_codes}
    return part if part in codebook.all_codes else by_folded.get(part.casefold())


def _quoted(unknown: list[str]) -> str:
    """Name the unknown codes, unless they look like speech in the wrong column."""
    if len(unknown) > _MOST_QUOTED or any(len(part) > _LONGEST_QUOTED for part in unknown):
        return "no codes but other text in the codes column"
    word = "code" if len(unknown) == 1 else "codes"
    return f"unknown {word} " + ", ".join(f'"{part}"' for part in unknown)


def _date_fault(text: str) -> str:
    return (
        f"a date ({text}) in the codes column: Excel made it of what was typed. Format the column "
        "as text (Celeigenschappen > Tekst) and type the codes again."
    )
