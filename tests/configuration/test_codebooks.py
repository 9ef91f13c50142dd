from pathlib import Path

import pytest
from samples import written

from werkalliantie.codebook import Cluster, Codebook, Item
from werkalliantie.configuration import load_codebook
from werkalliantie.errors import ConfigError

WHOLE = """\
name = "proef"
version = "2"
title = "Proefcodeboek"
language = "nl"
note = "Alleen voor de proef."

[[clusters]]
code = "D"
label = "Doel"
definition = "Praat over doelen."
examples = ["Wat wil je bereiken?"]
counter_examples = ["Hoe is het?"]

[[clusters.items]]
code = "D1"
label = "Doel noemen"
definition = "Noemt een doel."
examples = ["Een eigen huis dus."]
counter_examples = ["Mooi huis."]

[[clusters]]
code = "H"
label = "Helder"
definition = "Is helder."

[maps.proef-1]
oud = "D"
ouder = "D1"
"""


def refusal(path: Path) -> ConfigError:
    """Return the error with which a codebook is refused."""
    with pytest.raises(ConfigError) as refused:
        load_codebook(path)
    return refused.value


def test_every_key_is_read(tmp_path: Path) -> None:
    """A file with every key comes back key for key; the note is for its readers."""
    assert load_codebook(written(tmp_path / "c.toml", WHOLE)) == Codebook(
        name="proef",
        version="2",
        title="Proefcodeboek",
        language="nl",
        clusters=(
            Cluster(
                code="D",
                label="Doel",
                definition="Praat over doelen.",
                examples=("Wat wil je bereiken?",),
                counter_examples=("Hoe is het?",),
                items=(
                    Item(
                        code="D1",
                        label="Doel noemen",
                        definition="Noemt een doel.",
                        examples=("Een eigen huis dus.",),
                        counter_examples=("Mooi huis.",),
                    ),
                ),
            ),
            Cluster(code="H", label="Helder", definition="Is helder."),
        ),
        maps=(("proef-1", (("oud", "D"), ("ouder", "D1"))),),
    )


@pytest.mark.parametrize(
    ("before", "key"),
    [
        ('name = "proef"', "onbekend"),
        ('label = "Helder"', "clusters.1.onbekend"),
        ('label = "Doel noemen"', "clusters.0.items.0.onbekend"),
    ],
)
def test_unknown_keys_are_refused(tmp_path: Path, before: str, key: str) -> None:
    """A key that means nothing is a fault in every table."""
    path = written(tmp_path / "c.toml", WHOLE.replace(before, f"{before}\nonbekend = 1"))

    assert refusal(path).message == f'{path}: unknown key "{key}"'


def test_contradictions_come_at_once(tmp_path: Path) -> None:
    """A code given twice and maps to codes that aren't there are named in one message."""
    text = WHOLE.replace('code = "H"', 'code = "D1"').replace('oud = "D"', 'oud = "Q"')
    path = written(tmp_path / "c.toml", text)

    error = refusal(path)
    assert error.message == (
        f"{path}: codebook proef-2 uses a code twice: D1 and maps proef-1 to unknown codes: Q."
    )
    assert error.hint == "Give each code once, and map only to codes of this codebook."


@pytest.mark.parametrize("code", ["", "D 1", "D;H", "D,H"])
def test_a_code_is_one_word(tmp_path: Path, code: str) -> None:
    """Sheets list codes in one cell, so a code holds nothing that separates them."""
    path = written(tmp_path / "c.toml", WHOLE.replace('code = "H"', f'code = "{code}"'))

    assert refusal(path).message == (
        f'{path}: clusters.1.code: "{code}" is empty or holds a space, a comma or a semicolon'
    )


def test_there_are_codes(tmp_path: Path) -> None:
    """A codebook without a cluster is refused."""
    text = 'name = "leeg"\nversion = "1"\ntitle = "Leeg"\nclusters = []\n'
    path = written(tmp_path / "c.toml", text)

    assert refusal(path).message == (
        f"{path}: clusters: Tuple should have at least 1 item after validation, not 0"
    )
