"""The order of review as a table beside the sheets, without a word of what was said.

It is in the form that Dutch Excel opens, as the sheets are: `;`, a decimal comma, a BOM.
"""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from werkalliantie.errors import SheetError
from werkalliantie.ordering import RankedUtterance
from werkalliantie.sheets.cells import guard
from werkalliantie.written import write_whole

FILE = "order.csv"
COLUMNS = (
    "rank", "tape", "index", "line", "score", "uncertainty", "disagreement", "rarity", "why",
)  # fmt: skip
_BOM = "\ufeff"


def write_order(folder: Path, utterances: Iterable[RankedUtterance]) -> Path:
    """Write the order into a folder, in place of an earlier one.

    Raises:
        SheetError: Something else of that name is there: the sheet of a tape called "order".
        ConfigError: Nothing can be written there.
    """
    path = folder / FILE
    refuse_other(path)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(COLUMNS)
    writer.writerows(_record(one) for one in utterances)
    write_whole(path, _BOM + text.getvalue())
    return path


def refuse_other(path: Path) -> None:
    """Raise if there is a file that is no order of review.

    Raises:
        SheetError: There is.
    """
    if not path.exists():
        return
    with path.open("rb") as file:
        if file.read(200).startswith((_BOM + ";".join(COLUMNS)).encode()):
            return
    raise SheetError(
        f"{path}: already there, and no order of review. It may hold a coder's work.",
        hint="Give another folder with --out, or move that file away.",
    )


def _record(one: RankedUtterance) -> list[str]:
    return [
        str(one.rank),
        guard(one.tape),
        str(one.utterance),
        str(one.line),
        _decimal(one.score),
        _decimal(one.uncertainty),
        "" if one.disagreement is None else _decimal(one.disagreement),
        _decimal(one.rarity),
        one.why.value,
    ]


def _decimal(number: float) -> str:
    return f"{number:.4f}".replace(".", ",")
