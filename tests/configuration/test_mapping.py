from pathlib import Path

import pytest
from samples import written

from werkalliantie.configuration import ImportMapping, load_mapping
from werkalliantie.errors import ConfigError
from werkalliantie.transcript import Role

WHOLE = r"""
[speakers]
worker = ["R", "Werker"]
client = ["C", "Cliënt"]
other = ["Tolk"]
not_speakers = ["Dus"]

[lines]
header_keys = ["Datum"]
unit_keys = ["Unit"]
stage_directions = ["lacht( .*)?"]
unclear = ["x{2,}"]
page_furniture = ["pagina \\d+"]

[table]
coder = "A"
sheet = "Blad1"
delimiter = ";"

[table.columns]
speaker = "spreker"
text = "tekst"
tape = "band"
order = "nr"
time = "tijd"
coder = "codeur"
worker = "werker"
client = "client"
unit = "unit"

[table.codes]
codebook = "proef-1"
column = "codes"
separator = ","
yes = ["1"]
no = ["0"]
not_applicable = ["nvt"]
no_code = ["geen"]
"""


def read(folder: Path, text: str) -> ImportMapping:
    """Write a mapping and read it."""
    return load_mapping(written(folder / "m.toml", text))


def faults_of(folder: Path, text: str) -> tuple[str, ...]:
    """Return the faults for which a mapping is refused."""
    with pytest.raises(ConfigError) as refused:
        read(folder, text)
    return refused.value.faults


def test_every_key_is_read(tmp_path: Path) -> None:
    """A file with every key comes back key for key."""
    assert read(tmp_path, WHOLE).model_dump() == {
        "speakers": {
            "worker": ("R", "Werker"),
            "client": ("C", "Cliënt"),
            "other": ("Tolk",),
            "not_speakers": ("Dus",),
        },
        "lines": {
            "header_keys": ("Datum",),
            "unit_keys": ("Unit",),
            "stage_directions": ("lacht( .*)?",),
            "unclear": ("x{2,}",),
            "page_furniture": (r"pagina \d+",),
        },
        "table": {
            "coder": "A",
            "sheet": "Blad1",
            "delimiter": ";",
            "columns": {
                "speaker": "spreker",
                "text": "tekst",
                "tape": "band",
                "order": "nr",
                "time": "tijd",
                "coder": "codeur",
                "worker": "werker",
                "client": "client",
                "unit": "unit",
            },
            "codes": {
                "codebook": "proef-1",
                "columns": {},
                "column": "codes",
                "separator": ",",
                "yes": ("1",),
                "no": ("0",),
                "not_applicable": ("nvt",),
                "no_code": ("geen",),
            },
        },
    }


@pytest.mark.parametrize("table", ["speakers", "lines", "table", "table.columns", "table.codes"])
def test_unknown_keys_are_refused(tmp_path: Path, table: str) -> None:
    """A key that means nothing is a fault in every table."""
    text = WHOLE.replace(f"[{table}]", f"[{table}]\nonbekend = 1")

    assert faults_of(tmp_path, text) == (f'unknown key "{table}.onbekend"',)


def test_faults_of_several_tables_come_at_once(tmp_path: Path) -> None:
    """One run names what is wrong in every table."""
    text = (
        WHOLE.replace('"Werker"', '"C"')
        .replace('"lacht( .*)?"', '"lacht(", "*"')
        .replace('delimiter = ";"', 'delimiter = "|"')
        .replace('codebook = "proef-1"', "")
    )

    assert faults_of(tmp_path, text) == (
        "speakers: a speaker has two roles: c",
        'lines.stage_directions: "lacht(" is not a regular expression: missing ), unterminated '
        'subpattern at position 5; "*" is not a regular expression: nothing to repeat at position '
        "0",
        "table.codes.codebook: Field required",
        "table.delimiter: Input should be ',', ';' or '\\t', not '|'",
    )


class TestSpeakers:
    def test_roles_are_found_whatever_the_letter_case(self, tmp_path: Path) -> None:
        """Labels are compared without case and without the space around them."""
        speakers = read(tmp_path, WHOLE).speakers

        assert [speakers.role_of(label) for label in ("WERKER", " cliënt ", "tolk", "Mdw")] == [
            Role.WORKER,
            Role.CLIENT,
            Role.OTHER,
            None,
        ]

    def test_a_label_has_one_role(self, tmp_path: Path) -> None:
        """Labels that differ only in case, or in the space around them, are the same label."""
        text = WHOLE.replace('"Tolk"', '"r", " CLIËNT"')

        assert faults_of(tmp_path, text) == ("speakers: a speaker has two roles: cliënt, r",)

    def test_a_label_may_be_given_twice_in_one_role(self, tmp_path: Path) -> None:
        """Saying the same thing twice contradicts nothing."""
        speakers = read(tmp_path, WHOLE.replace('"Werker"', '"Werker", "werker"')).speakers

        assert speakers.role_of("Werker") is Role.WORKER

    def test_somebody_is_the_worker(self, tmp_path: Path) -> None:
        """Without a label for the worker there would be nothing to code."""
        assert faults_of(tmp_path, WHOLE.replace('["R", "Werker"]', "[]")) == (
            "speakers.worker: Tuple should have at least 1 item after validation, not 0",
        )


class TestPatterns:
    @pytest.mark.parametrize("key", ["stage_directions", "unclear", "page_furniture"])
    def test_are_regular_expressions(self, tmp_path: Path, key: str) -> None:
        """A pattern that isn't one is named with what is wrong with it."""
        text = f'[speakers]\nworker = ["R"]\nclient = ["C"]\n[lines]\n{key} = ["ok", "[a"]\n'

        assert faults_of(tmp_path, text) == (
            f'lines.{key}: "[a" is not a regular expression: unterminated character set at '
            "position 0",
        )

    def test_work_beside_each_other(self, tmp_path: Path) -> None:
        """Readers join the patterns of a list, so a mark for the whole expression is a fault."""
        text = WHOLE.replace('"x{2,}"', '"x{2,}", "(?s)z+"')

        assert faults_of(tmp_path, text) == (
            "lines.unclear: the patterns can't be joined by |: global flags not at the start of "
            "the expression at position 13",
        )


class TestTableCodes:
    @pytest.mark.parametrize(
        "codes",
        ["", 'column = "codes"\ncolumns = { D = "taak" }'],
        ids=["neither", "both"],
    )
    def test_stand_in_one_form(self, tmp_path: Path, codes: str) -> None:
        """One column that lists codes, or a column for each code: never both, never neither."""
        text = WHOLE.replace('column = "codes"', codes)

        assert faults_of(tmp_path, text) == (
            "table.codes: codes stand either in `column` or in `columns`",
        )

    def test_a_value_means_one_thing(self, tmp_path: Path) -> None:
        """A value can't be yes and no at once, whatever its letter case."""
        text = WHOLE.replace('no = ["0"]', 'no = ["1", "NVT"]')

        assert faults_of(tmp_path, text) == (
            'table.codes: a value stands in two of `yes`, `no` and `not_applicable`: "1", "nvt"',
        )

    def test_are_separated_by_something(self, tmp_path: Path) -> None:
        """An empty separator separates nothing."""
        assert faults_of(tmp_path, WHOLE.replace('separator = ","', 'separator = ""')) == (
            "table.codes.separator: String should have at least 1 character, not ''",
        )
