from collections.abc import Set
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sheets.desk import PROBE

from werkalliantie.codebook import Cluster, Codebook, Item
from werkalliantie.sheets.codes_cell import Unanswerable, codes_in
from werkalliantie.sheets.layout import listed

BOOK = Codebook(
    name="werkalliantie",
    version="3",
    title="Proef",
    language="nl",
    clusters=tuple(
        Cluster(
            code=code,
            label=code,
            definition=code,
            items=(Item(code=f"{code}1", label=code, definition=code),),
        )
        for code in ("DT", "ZBV", "HC")
    ),
)
NUMBERS = Codebook(
    name="cijfers",
    version="1",
    title="Cijfers",
    language="nl",
    clusters=tuple(Cluster(code=code, label=code, definition=code) for code in "012345"),
)


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("DT", {"DT"}),
        ("dt1", {"DT1"}),
        (" HC , dt ", {"HC", "DT"}),
        ("HC;DT", {"HC", "DT"}),
        ("HC/DT+zbv", {"HC", "DT", "ZBV"}),
        ("HC\nDT\u00a0ZBV", {"HC", "DT", "ZBV"}),
        ("DT,,DT,", {"DT"}),
        (["HC", "DT1"], {"HC", "DT1"}),
    ],
)
def test_codes_are_read_however_they_are_parted(cell: object, codes: Set[str]) -> None:
    """Separators and letter case don't matter; clusters and items both count."""
    assert codes_in(cell, BOOK) == codes


@pytest.mark.parametrize("cell", ["geen", "Geen", "geen code", "no code", "0", 0.0, "none"])
def test_no_code_is_an_answer(cell: object) -> None:
    """Seen, and none applies: an empty set, not None."""
    assert codes_in(cell, BOOK) == frozenset()


@pytest.mark.parametrize("cell", ["-", " – ", "—", "- -", ["-"]])
def test_a_dash_is_no_answer(cell: object) -> None:
    """It may mean "none applies" or "skipped", which are never confused."""
    with pytest.raises(Unanswerable) as raised:
        codes_in(cell, BOOK)

    assert str(raised.value) == (
        'a dash, which may mean no code or not seen. Expected codes, "geen" where none applies, or '
        "an empty cell for not seen."
    )


def test_an_empty_list_is_no_code() -> None:
    """In JSON an empty list says that none applies."""
    assert codes_in([], BOOK) == frozenset()


@pytest.mark.parametrize("cell", ["", "  ", "\n", None])
def test_an_empty_cell_is_not_seen(cell: object) -> None:
    """Nothing written is no answer."""
    assert codes_in(cell, BOOK) is None


@pytest.mark.parametrize(
    ("cell", "codes"), [(5.0, {"5"}), (5, {"5"}), ("0", {"0"}), ("4/5", {"4", "5"})]
)
def test_numeric_codes_come_as_excel_has_them(cell: object, codes: Set[str]) -> None:
    """5.0 is the code 5; a code that looks like "no code" or a date is still a code."""
    assert codes_in(cell, NUMBERS) == codes


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("DTT", 'unknown code "DTT". Expected DT, ZBV, HC or an item such as DT1, or "geen".'),
        (
            "HC, x, DT9",
            'unknown codes "x", "DT9". Expected DT, ZBV, HC or an item such as DT1, or "geen".',
        ),
        (",", 'unknown code ",". Expected DT, ZBV, HC or an item such as DT1, or "geen".'),
        (True, 'unknown code "True". Expected DT, ZBV, HC or an item such as DT1, or "geen".'),
        ("DT - HC", 'unknown code "-". Expected DT, ZBV, HC or an item such as DT1, or "geen".'),
        ("geen, HC", '"geen" together with codes (HC). Expected one or the other.'),
        (["DT", "geen"], '"geen" together with codes (DT). Expected one or the other.'),
        (
            date(2026, 5, 4),
            "a date (2026-05-04) in the codes column: Excel made it of what was typed. Format the "
            "column as text (Celeigenschappen > Tekst) and type the codes again.",
        ),
        (
            time(4, 5),
            "a date (04:05:00) in the codes column: Excel made it of what was typed. Format the "
            "column as text (Celeigenschappen > Tekst) and type the codes again.",
        ),
        (
            "4-mei",
            "a date (4-mei) in the codes column: Excel made it of what was typed. Format the "
            "column as text (Celeigenschappen > Tekst) and type the codes again.",
        ),
        (
            "04-05-2026",
            "a date (04-05-2026) in the codes column: Excel made it of what was typed. Format the "
            "column as text (Celeigenschappen > Tekst) and type the codes again.",
        ),
    ],
)
def test_what_stands_for_nothing_is_refused(cell: object, message: str) -> None:
    """The message says what was found and what was expected."""
    with pytest.raises(Unanswerable) as raised:
        codes_in(cell, BOOK)

    assert str(raised.value) == message


@pytest.mark.parametrize("cell", ["Dat moet ik dan melden", "Goedemorgenallemaalsamen"])
def test_speech_in_the_codes_column_is_not_repeated(cell: str) -> None:
    """If columns slid, the message doesn't quote what people said."""
    with pytest.raises(Unanswerable) as raised:
        codes_in(cell, BOOK)

    assert str(raised.value) == (
        "no codes but other text in the codes column. "
        'Expected DT, ZBV, HC or an item such as DT1, or "geen".'
    )


def test_a_codebook_without_items_expects_its_codes() -> None:
    """No item is named where there are none."""
    with pytest.raises(Unanswerable) as raised:
        codes_in("B", PROBE)

    assert str(raised.value) == 'unknown code "B". Expected A, or "geen".'


@given(st.frozensets(st.sampled_from(BOOK.all_codes)))
def test_listed_codes_are_read_back(codes: frozenset[str]) -> None:
    """What a sheet or table shows of codes means the same codes."""
    assert codes_in(listed(codes, BOOK), BOOK) == codes


def test_codes_are_listed_in_the_codebooks_order() -> None:
    """Clusters and items stand as the codebook has them; others behind them."""
    assert listed({"HC", "x", "ZBV1", "DT"}, BOOK) == "DT, ZBV1, HC, x"
