"""What one line can be, where a whole transcript doesn't show it."""

from itertools import pairwise

import pytest
from readers.hearing import GRAMMAR

from werkalliantie.readers.grammar import Style
from werkalliantie.readers.source import Line


@pytest.mark.parametrize("line", ["partner; die was weg", "moeder; nou ja"])
def test_a_semicolon_behind_a_word_is_punctuation(line: str) -> None:
    """Only behind a letter, or a name for worker or client, is a semicolon a slip for a colon."""
    assert GRAMMAR.head_of(line) is None


def test_unmapped_labels_have_no_role() -> None:
    """What may be a label is found, so that it can be asked whether it is a speaker."""
    head = GRAMMAR.head_of("Mdw: Hoi")

    assert head is not None
    assert (head.label, head.role, head.style) == ("Mdw", None, Style.COLON)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("R: Hoi. C: Dag. R: Ga zitten.", ["R: Hoi. ", "C: Dag. ", "R: Ga zitten."]),
        ("R: Hoi\t\tC: Dag", ["R: Hoi\t\t", "C: Dag"]),
        ("R: Hoi    Cliënt: Dag", ["R: Hoi    ", "Cliënt: Dag"]),
        ("R: C: Dag", ["R: ", "C: Dag"]),
        ("en zo. C: Dag", ["en zo. ", "C: Dag"]),
        ("R: plan C: weggaan", ["R: plan C: weggaan"]),
        ("R: hij zei. c: niks", ["R: hij zei. c: niks"]),
        ("R: dat is zo (zei hij. C: Oh) hoor", ["R: dat is zo (zei hij. C: Oh) hoor"]),
        ("12. R: Hoi", ["12. R: Hoi"]),
    ],
)
def test_lost_line_ends(text: str, pieces: list[str]) -> None:
    """A second speaker on a line begins a turn, but a letter in the middle of speech doesn't."""
    cuts = GRAMMAR.lost_line_ends(GRAMMAR.labelled(Line(number=1, start=0, text=text)))

    bounds = [0, *cuts, len(text)]
    assert [text[a:b] for a, b in pairwise(bounds)] == pieces
