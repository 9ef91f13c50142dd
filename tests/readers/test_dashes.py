"""A dash behind a label opens a turn where the file writes its turns so, and nowhere else."""

import pytest
from readers.hearing import passed_over, said

LISTED = "looks_like_turn"


@pytest.mark.parametrize(
    "line",
    [
        "Reclassering - Leger des Heils, op de Singel - en toen",
        "Werker - U dus - het ziet.",
        "K - Dat is de eerste",
        "W - Ik weet niet",
        "12. R - Dat",
    ],
)
def test_a_dash_opens_nothing_beside_colons(line: str) -> None:
    """The line goes on with the turn that a hard line end broke, and is listed."""
    lines = ("R: Waar was dat?", "C: Dat was bij de", line, line, "zei hij.", "R: Ja.")

    assert said(*lines)[1:] == [f"C: Dat was bij de {line} {line} zei hij.", "R: Ja."]
    assert passed_over(*lines) == [(3, LISTED), (4, LISTED)]


def test_nor_where_a_line_holds_two_speakers() -> None:
    """The first part of a line that is broken is read as any other line."""
    lines = ("R: Hoi.", "C: Dag.", "Werker - Ja dus. R: En?")

    assert said(*lines) == ["R: Hoi.", "C: Dag. Werker - Ja dus.", "R: En?"]
    assert passed_over(*lines) == [(3, LISTED)]


def test_a_label_that_stands_once_opens_nothing_beside_another_of_its_role() -> None:
    """In a file with `R -`, `Reclassering -` is speech; but `C -` may be all the client says."""
    lines = ("R - Waar?", "C - Bij de", "Reclassering - Leger des Heils.", "R - Goed.")

    assert said(*lines) == ["R: Waar?", "C: Bij de Reclassering - Leger des Heils.", "R: Goed."]
    assert passed_over(*lines) == [(3, LISTED)]


@pytest.mark.parametrize(("n_turns", "n_worker"), [(18, 20), (19, 19)])
def test_nor_does_one_that_stands_there_seldom(n_turns: int, n_worker: int) -> None:
    """A long tape may break its lines before `Reclassering -` twice, or have two workers."""
    lines = ("R - Waar?", "C - Bij de") * n_turns + ("Reclassering - Leger des Heils.",) * 2

    assert sum(turn.startswith("R:") for turn in said(*lines)) == n_worker


def test_a_slip_does_not_change_how_a_file_is_read() -> None:
    """One colon among many dashes is a turn too, and so is a header none."""
    lines = ("Werker: W07", *("R - Hoi.", "C - Dag.") * 5, "R: Ga zitten.", "C - Ja.")

    assert said(*lines) == [*("R: Hoi.", "C: Dag.") * 5, "R: Ga zitten.", "C: Ja."]
    assert passed_over(*lines) == [(1, "header")]


@pytest.mark.parametrize("turns", [("Werker - ", "Cliënt - "), ("R - ", "C - "), ("R: ", "C: ")])
@pytest.mark.parametrize("above", [(), ("Datum: 3 mei 2024",)])
def test_names_above_the_first_turn_are_header(
    turns: tuple[str, str], above: tuple[str, ...]
) -> None:
    """Who is on the tape stays out of the store, as behind a colon."""
    worker, client = turns
    header = (*above, "Werker - Annemarie", "Cliënt - Jan de Vries")
    body = (f"{worker}Hoi", f"{client}Dag", f"{worker}Ga zitten.", f"{client}Ja")
    lines = (*header, "", *body)

    assert said(*lines) == ["R: Hoi", "C: Dag", "R: Ga zitten.", "C: Ja"]
    assert passed_over(*lines) == [(n, "header") for n in range(1, len(header) + 1)]


def test_words_with_dashes_are_turns_without_a_blank_line_below() -> None:
    """Nothing tells `Werker - Hoi` from a header line there but that a label comes back."""
    assert said("Werker - Hoi", "Cliënt - Dag", "Werker - Ga zitten.", "Cliënt - Ja") == [
        "R: Hoi",
        "C: Dag",
        "R: Ga zitten.",
        "C: Ja",
    ]
