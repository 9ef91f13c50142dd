from samples import a_tape, some_settings, utterances_of

from werkalliantie.coding import Prediction
from werkalliantie.sheets import Row, rows_of
from werkalliantie.transcript import Aside, LineKind, Role, Tape, Turn
from werkalliantie.utterances import Segmenter


def with_asides(tape: Tape, turn: int, *asides: Aside) -> Tape:
    """Return the tape with asides in one of its turns."""
    from dataclasses import replace

    turns = list(tape.turns)
    turns[turn] = replace(turns[turn], asides=asides)
    return replace(tape, turns=tuple(turns))


def said(utterance: int, code: str) -> Prediction:
    """Return a prediction of one code."""
    return Prediction(
        tape="gesprek-01",
        utterance=utterance,
        model="model-1",
        codebook="werkalliantie-3",
        probabilities={code: 0.8},
        codes=frozenset({code}),
    )


def test_every_turn_is_shown_in_order_and_only_the_workers_are_numbered() -> None:
    """Rows follow the conversation; context has no index, the worker's utterances count from 0."""
    tape = a_tape()

    rows = rows_of(tape, utterances_of(tape))

    assert [(row.speaker, row.index, row.line) for row in rows] == [
        ("R", 0, 1),
        ("C", None, 2),
        ("R", 1, 3),
        ("C", None, 4),
        ("R", 2, 5),
    ]
    assert [row.role for row in rows[:2]] == [Role.WORKER, Role.CLIENT]
    assert rows[1].text == "Ik was er wel, maar de deur zat dicht."


def test_a_backchannel_is_marked_and_not_offered() -> None:
    """The worker's "Hm hm." keeps its index, but the coder isn't asked about it."""
    tape = a_tape()

    rows = rows_of(tape, utterances_of(tape))

    assert [row.backchannel for row in rows] == [False, False, True, False, False]
    assert [row.offered for row in rows] == [True, False, False, False, True]


def test_a_turn_gives_a_row_for_each_of_its_sentences() -> None:
    """In sentence unit a worker turn takes several rows, each with its own index."""
    tape = a_tape("R: Fijn dat je er bent. Hoe gaat het met je rug?", "C: Gaat wel.")
    utterances = Segmenter(some_settings(utterance="sentence")).utterances(tape)

    rows = rows_of(tape, utterances)

    assert [(row.index, row.text) for row in rows] == [
        (0, "Fijn dat je er bent."),
        (1, "Hoe gaat het met je rug?"),
        (None, "Gaat wel."),
    ]


def test_a_worker_turn_without_utterances_is_shown_as_context() -> None:
    """A worker turn in which nothing can be coded stays visible, without an index."""
    tape = a_tape("R: ...", "C: Zeg dat wel.")

    rows = rows_of(tape, [])

    assert [(row.role, row.index, row.text) for row in rows] == [
        (Role.WORKER, None, "..."),
        (Role.CLIENT, None, "Zeg dat wel."),
    ]


def test_asides_are_shown_in_brackets_behind_the_words() -> None:
    """Stage directions and interjections are visible as written; page furniture is not."""
    tape = with_asides(
        a_tape(),
        4,
        Aside(kind=LineKind.STAGE_DIRECTION, text="lacht"),
        Aside(kind=LineKind.INTERJECTION, text="Oh", role=Role.CLIENT),
        Aside(kind=LineKind.STAGE_DIRECTION, text="(stilte)"),
        Aside(kind=LineKind.PAGE_FURNITURE, text="pagina 3"),
    )

    rows = rows_of(tape, utterances_of(tape))

    expected = "Als je er donderdag niet bent, moet ik dat melden. (lacht) [C: Oh] (stilte)"
    assert rows[4].text == expected


def test_asides_of_a_turn_with_several_sentences_stand_behind_the_last() -> None:
    """Where an aside stood within its turn isn't known, so it is shown once, at the end."""
    tape = a_tape("R: Fijn dat je er bent. Ga zitten.")
    tape = with_asides(tape, 0, Aside(kind=LineKind.STAGE_DIRECTION, text="lacht"))
    utterances = Segmenter(some_settings(utterance="sentence")).utterances(tape)

    rows = rows_of(tape, utterances)

    assert [row.text for row in rows] == ["Fijn dat je er bent.", "Ga zitten. (lacht)"]


def test_predictions_are_suggested_except_on_backchannels() -> None:
    """The model's codes stand beside its utterance; a backchannel shows none."""
    tape = a_tape()
    predictions = {index: said(index, "HC") for index in range(3)}

    rows = rows_of(tape, utterances_of(tape), predictions)

    assert [row.suggested for row in rows] == [{"HC"}, None, None, None, {"HC"}]
    assert [row.probabilities for row in rows] == [{"HC": 0.8}, None, None, None, {"HC": 0.8}]


def test_a_row_keeps_what_was_said_out_of_its_repr() -> None:
    """Rows can be logged: only ids and lengths show."""
    tape = a_tape("R: Geheim.")

    (row,) = rows_of(tape, utterances_of(tape))

    assert repr(row) == "Row(gesprek-01, 0, worker, 7 characters)"


def test_equal_words_elsewhere_have_another_check() -> None:
    """The check depends on tape, index and words, and on nothing else."""
    turn = Turn(index=0, role=Role.CLIENT, speaker="C", text="Ja.", line=1, start=0, end=3)
    tapes = [Tape(id=id, turns=(turn,), source_name="x.txt", source_text="Ja.") for id in "ab"]

    checks = {row.check for tape in tapes for row in rows_of(tape, [])}

    assert len(checks) == 2
    assert Row(
        tape="a", index=None, line=9, time=4.0, role=Role.OTHER, speaker="O", text="ja. "
    ).check in checks  # fmt: skip
