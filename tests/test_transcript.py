from dataclasses import replace

import pytest
from samples import a_tape, utterances_of

from werkalliantie.transcript import (
    Aside,
    LineKind,
    Role,
    Skipped,
    Tape,
    Turn,
    Utterance,
    context_of,
)

SECRET = "Mijn broer heet Sjors."


def a_turn(text: str = "Hoi.", *, index: int = 0, line: int = 1, start: int = 0) -> Turn:
    """Return a worker's turn of four characters' length in its source."""
    return Turn(
        index=index,
        role=Role.WORKER,
        speaker="R",
        text=text,
        line=line,
        start=start,
        end=start + 4,
    )


class TestRole:
    @pytest.mark.parametrize(
        ("role", "marker"), [(Role.WORKER, "R"), (Role.CLIENT, "C"), (Role.OTHER, "O")]
    )
    def test_has_a_marker(self, role: Role, marker: str) -> None:
        """Each role has its own letter."""
        assert role.marker == marker


class TestTurn:
    @pytest.mark.parametrize("text", ["", " ", "\n\t"])
    def test_without_speech_does_not_exist(self, text: str) -> None:
        """A turn says something."""
        with pytest.raises(ValueError, match=r"^turn 0 has no speech$"):
            a_turn(text)

    @pytest.mark.parametrize(("line", "start"), [(0, 0), (1, -1)])
    def test_has_a_place_in_its_source(self, line: int, start: int) -> None:
        """Lines count from 1 and offsets from 0."""
        with pytest.raises(ValueError, match=r"^turn 0 has an impossible place in its source$"):
            a_turn(line=line, start=start)

    def test_does_not_end_before_it_starts(self) -> None:
        """The end is not before the start."""
        with pytest.raises(ValueError, match=r"^turn 0 has an impossible place in its source$"):
            replace(a_turn(), start=5, end=4)


class TestTape:
    @pytest.mark.parametrize("id", ["gesprek-01", "W07 tweede", "bänd.3", "1"])
    def test_id_may_be_any_file_name(self, id: str) -> None:
        """Letters, digits, spaces within and dots behind are fine."""
        assert a_tape(id=id).id == id

    @pytest.mark.parametrize(
        "id", ["", " a", "a ", "a/b", "a\\b", "a:b", "a\nb", "a\tb", "a\x00b", "..", ".a", 'a"b']
    )
    def test_id_that_is_no_file_name_is_refused(self, id: str) -> None:
        """An id can be part of a file's name without leaving its folder or being hidden."""
        with pytest.raises(ValueError) as refused:
            a_tape(id=id)

        assert str(refused.value) == f"{id!r} can't be a tape id"

    def test_turns_are_numbered_from_zero(self) -> None:
        """A tape with a gap in its turns does not exist."""
        with pytest.raises(ValueError, match=r"^the turns of tape a are not numbered from 0$"):
            Tape(id="a", turns=(a_turn(index=1),), source_name="a.txt", source_text="Hoi.")

    def test_worker_turns_leave_the_others_out(self) -> None:
        """Only the worker's turns are coded."""
        tape = a_tape("R: Een.", "C: Twee.", "O: Drie.", "R: Vier.")

        assert [turn.text for turn in tape.worker_turns] == ["Een.", "Vier."]


class TestUtterance:
    def test_without_text_does_not_exist(self) -> None:
        """What is coded says something."""
        with pytest.raises(ValueError, match=r"^utterance 2 of tape a has no text$"):
            Utterance(tape="a", index=2, turn=0, text=" ", line=1, start=0, end=1)


class TestSkipped:
    def test_lines_count_from_one(self) -> None:
        """There is no line 0."""
        with pytest.raises(ValueError, match=r"^lines count from 1, not 0$"):
            Skipped(line=0, kind=LineKind.HEADER, n_characters=3)


class TestContext:
    def test_is_the_nearest_turn_that_is_not_the_workers(self) -> None:
        """The worker's own turns between are passed over, and the marker says who spoke."""
        tape = a_tape("C: Vroeger.", "O: Wacht even.", "R: Ja.", "R: Goed.", "C: Later.")

        assert [context_of(tape.turns, unit) for unit in utterances_of(tape)] == [
            "O: Wacht even.",
            "O: Wacht even.",
        ]

    def test_is_empty_at_the_start(self) -> None:
        """Before the client has said anything there is no context."""
        tape = a_tape("R: Hoi.", "C: Hoi.")

        assert context_of(tape.turns, utterances_of(tape)[0]) == ""


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (a_tape(f"R: {SECRET}"), "Tape(gesprek-01, 1 turns)"),
        (a_tape(f"R: {SECRET}").turns[0], "Turn(0, worker, 22 characters)"),
        (utterances_of(a_tape(f"R: {SECRET}"))[0], "Utterance(gesprek-01, 0, 22 characters)"),
        (Aside(kind=LineKind.INTERJECTION, text=SECRET), "Aside(interjection, 22 characters)"),
    ],
)
def test_reprs_hide_what_people_said(said: object, shown: str) -> None:
    """A repr shows ids and lengths, never words."""
    assert repr(said) == shown
