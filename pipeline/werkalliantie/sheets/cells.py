"""What one cell of a sheet can hold, whichever program opens it; and the check of a row.

Knows nothing of files. Spreadsheets take some texts for something else: one that begins with `=`
for a formula, one that is too long or holds control characters for a broken file.
"""

import hashlib
import re
import unicodedata

MAX_UNITS = 32_767
"""Longest text of an Excel cell, in UTF-16 code units."""

CUT_MARK = " … [afgekapt / cut]"

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
# Letters only: a spreadsheet can't take the check for a number, a date or a word it knows.
_LETTERS = str.maketrans("0123456789abcdef", "bcdfghjkmnpqrstv")


def fit(text: str) -> str:
    """Return `text` as any spreadsheet can hold it.

    Control characters, which XML can't hold, become U+FFFD; what is over Excel's limit is cut off
    behind a visible mark.
    """
    text = _UNFIT.sub("\ufffd", text)
    if _n_units(text) <= MAX_UNITS:
        return text
    room = MAX_UNITS - _n_units(CUT_MARK)
    kept = text.encode("utf-16-le")[: 2 * room].decode("utf-16-le", "ignore")
    return kept + CUT_MARK


def guard(text: str) -> str:
    """Return `text` behind an apostrophe where a spreadsheet would take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguard(text: str) -> str:
    """Return the text that `guard` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def escape_xml(text: str) -> str:
    """Return `text` so that Excel doesn't read `_x0041_` in it as an escaped letter."""
    return _ESCAPE.sub("_x005F_", text)


def check_of(tape: str, index: int | None, text: str) -> str:
    """Return the check of a row: ten letters that change with its tape, index or words.

    White space, letter case and apostrophes in front don't count: spreadsheets change those by
    themselves, and so does `guard`.
    """
    words = " ".join(unicodedata.normalize("NFC", fit(text).casefold()).split()).lstrip("' ")
    content = f"{tape}\n{'' if index is None else index}\n{words}"
    return hashlib.sha256(content.encode()).hexdigest()[:10].translate(_LETTERS)


def lossy(text: str) -> str:
    """Return `text` as a program leaves it that saves in Windows' own encoding, cp1252."""
    return text.encode("cp1252", "replace").decode("cp1252")


def clock(seconds: float | None) -> str:
    """Return a time on the tape as `0:03:12`, or nothing where it isn't known."""
    if seconds is None:
        return ""
    minutes, second = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{second:02}"


def _n_units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
