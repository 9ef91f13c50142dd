"""The page: whole in itself, in two languages, and with what was said only when asked."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from agreement_report.coded import OLDER, code, predict
from models import tiny_model
from report.conftest import SAID, code_tapes, some_model
from report.ledgers import ledger_of

from werkalliantie.artefact import Artefact
from werkalliantie.coding import Mode
from werkalliantie.errors import ConfigError
from werkalliantie.report import page_of, write_page
from werkalliantie.store import Store

_VOID = {"meta", "input", "br", "hr", "img"}


class _Reader(HTMLParser):
    """Reads a page: what it asks for, its ids, and whether its elements close."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.ids: list[str] = []
        self.unnamed = 0
        self.open: list[str] = []
        self.faults: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.asked += [named[key] or "" for key in ("src", "href", "xlink:href") if key in named]
        self.ids += [named["id"] or ""] if "id" in named else []
        self.unnamed += tag == "svg" and not named.get("aria-label")
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the page with a model."""
    folder = tmp_path_factory.mktemp("pagina")
    with Store(folder / "werkalliantie.db") as store:
        code_tapes(store)
        model = some_model(store, folder)
        return page_of(ledger_of(store, model=model, versions=[model]))


def test_asks_nothing_of_any_network(page: str) -> None:
    """Every link leads into the page itself; no style, script or font is fetched."""
    read = _Reader(page)

    assert read.asked
    assert [link for link in read.asked if not link.startswith("#")] == []
    assert "@import" not in page
    assert "<script" not in page
    assert "<link" not in page
    assert {u for u in re.findall(r"url\(([^)]*)\)", page) if not u.startswith("#")} == set()
    names = re.findall(r'(\S+)="https?://[^"]*"', page)
    assert set(names) <= {"xmlns", "xmlns:xlink"}


def test_is_well_formed(page: str) -> None:
    """Elements close, ids are unique and lead somewhere, and every drawing has a name."""
    read = _Reader(page)

    assert (read.faults, read.open) == ([], [])
    assert len(read.ids) == len(set(read.ids))
    assert {link[1:] for link in read.asked} <= set(read.ids)
    assert {u[1:] for u in re.findall(r"url\((#[^)]*)\)", page)} <= set(read.ids)
    assert read.unnamed == 0


def test_says_everything_in_both_languages(page: str) -> None:
    """Dutch at first; the switch is a pair of radio buttons, so it needs no script."""
    assert '<html lang="nl">' in page
    assert page.count('class="nl"') == page.count('class="en"') > 50
    assert re.search(r'<input [^>]*id="nederlands"[^>]* checked>', page)
    assert "#english:checked ~ .page .nl { display: none; }" in page.replace(
        "#nederlands:checked ~ .page .en, ", ""
    )
    assert "Wat mag het model?" in page
    assert "What may the model do?" in page
    assert "Cohens kappa, met 95 %-interval over tapes" in page
    assert "Cohen's kappa, with 95 % interval over tapes" in page.replace("&#39;", "'")


def test_is_the_same_every_time(coded: Store, model: Artefact, page: str) -> None:
    """No date and nothing drawn at random: two pages can be compared."""
    assert page_of(ledger_of(coded, model=model, versions=[model])) == page


def test_holds_nothing_that_was_said_by_default(page: str) -> None:
    """Disputed utterances are listed by id."""
    assert "zin 1 van 2" not in page
    assert '<th scope="row">t2</th><td class="number">5</td>' in page


def test_shows_what_was_said_when_asked_and_escapes_it(coded: Store, model: Artefact) -> None:
    """Markup in a transcript is text here, as is the study's name."""
    page = page_of(ledger_of(coded, model=model), with_text=True)

    assert "Jan zei &lt;b&gt;nee&lt;/b&gt; &amp; ging weg, zin 1 van 2." in page
    assert SAID not in page
    assert "proef &amp; &lt;co&gt;" in page
    assert "<co>" not in page


def test_has_every_part(coded: Store, tmp_path: Path) -> None:
    """With all there can be: assisted, second and mapped codings, and a forced model."""
    model = tiny_model(tmp_path / "m1", trained_on=["t1"])
    for tape in ("t1", "t2"):
        predict(coded, model, tape, ["DT", "", "HC", "", "", ""])
        code(coded, "cleo", tape, ["DT", "", "HC", "", "", ""], Mode.ASSISTED)
    code(coded, "anna", "t3", ["TD"], book=OLDER.key)
    code(coded, "dirk", "t3", ["TD"], book=OLDER.key)
    code(coded, "anna-2", "t1", ["DT", "", "HC", "", "ZBV", ""])
    page = page_of(
        ledger_of(
            coded,
            model=model,
            versions=[model],
            tapes=["t1", "t2", "t3"],
            force=True,
            mapped=["werkalliantie-4"],
            second={"anna-2": "anna"},
        )
    )

    for part in ("verdict", "kappa", "icc", "equal", "anchoring", "codes", "timeline", "drift",
                 "reliability", "disputed", "paper", "notes"):  # fmt: skip
        assert f'id="s-{part}"' in page
    assert page.count('<p class="warning" role="note">') == 2
    assert "GEFORCEERD: m1 is op t1 getraind" in page
    assert "FORCED: m1 was trained on t1" in page
    assert "codeboek: OMGEZET: 1 codes zijn gegeven onder werkalliantie-4" in page
    assert "tweede keer naast de eerste" in page


def test_without_a_model_leaves_its_parts_out(coded: Store) -> None:
    """And is whole all the same."""
    page = page_of(ledger_of(coded), unit="window")
    read = _Reader(page)

    assert (read.faults, read.open) == ([], [])
    assert {"s-kappa", "s-icc", "s-codes", "s-timeline", "s-drift"} <= set(read.ids)
    assert not {"s-verdict", "s-equal", "s-alt", "s-anchoring", "s-reliability"} & set(read.ids)
    assert "venster van 300 s" in page
    assert "window of 300 s" in page


@pytest.mark.parametrize("coders", [["anna"], ["cleo"]])
def test_of_one_coder_is_a_page_too(coded: Store, coders: list[str]) -> None:
    """With dashes, and the reasons among the notes."""
    page = page_of(ledger_of(coded, coders=coders))

    assert "DT: codeurs: er is maar één codeur" in page
    assert "DT: coder_coder needs two coders" in page
    assert "Nergens zijn twee codeurs het oneens." in page


def test_the_iccs_of_the_page_are_not_asked_for(coded: Store, page: str) -> None:
    """They are there, so that only `agree` without the page says how to come by them."""
    assert any("--unit window" in note for note in ledger_of(coded).at("utterance")["notes"])
    assert "--unit window" not in page


@pytest.mark.parametrize(
    ("coders", "tapes", "said"),
    [
        (["anna"], None, ["Er is maar één codeur;", "There is only one coder;"]),
        (None, ["t1"], ["Er is maar één tape;", "There is only one tape;"]),
        (["anna", "bram"], None, []),
    ],
)
def test_a_table_of_dashes_says_why(
    coded: Store, coders: list[str] | None, tapes: list[str] | None, said: list[str]
) -> None:
    """One coder, or one tape, has no ICC; where there is one, nothing is said."""
    code(coded, "anna", "t2", ["", "", "HC", "", "", "HC"])
    page = page_of(ledger_of(coded, coders=coders, tapes=tapes))

    assert re.findall(r"(?:Er is maar|There is only) [^<]*;", page) == said


def test_is_written_whole(coded: Store, tmp_path: Path) -> None:
    """In place of the one that was there, with nothing left beside it."""
    folder = tmp_path / "uit"
    folder.mkdir()
    path = folder / "report.html"
    path.write_text("oud", encoding="utf-8")
    ledger = ledger_of(coded, coders=["anna"])
    write_page(path, ledger)

    assert path.read_text(encoding="utf-8") == page_of(ledger)
    assert [*folder.iterdir()] == [path]


def test_where_nothing_can_be_written_is_a_mistake(coded: Store, tmp_path: Path) -> None:
    """A folder of that name, for one, and no rest is left."""
    path = tmp_path / "map"
    (path / "in").mkdir(parents=True)

    with pytest.raises(ConfigError) as refused:
        write_page(path, ledger_of(coded, coders=["anna"]))
    assert refused.value.message == f"{path}: can't be written (Is a directory)."
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".map")] == []
