import itertools
import sqlite3
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import a_tape, utterances_of

from werkalliantie.coding import Coding, Mode, Prediction, State, state_of
from werkalliantie.errors import StoreError
from werkalliantie.store import CodingCounts, Store, TapeSummary
from werkalliantie.transcript import Aside, LineKind, Role, Tape, Turn, Utterance

one_store = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
numbers = itertools.count()
spoken = st.text(min_size=1).filter(str.strip)
labels = st.none() | st.text(max_size=8)
times = st.none() | st.floats(min_value=0, allow_nan=False, allow_infinity=False)
asides = st.builds(
    Aside,
    kind=st.sampled_from(LineKind),
    text=st.text(),
    role=st.none() | st.sampled_from(Role),
)


@st.composite
def turns(draw: st.DrawFn, index: int) -> Turn:
    """Draw a turn with any text."""
    start = draw(st.integers(0, 1000))
    return Turn(
        index=index,
        role=draw(st.sampled_from(Role)),
        speaker=draw(st.text(max_size=8)),
        text=draw(spoken),
        line=draw(st.integers(1, 1000)),
        start=start,
        end=start + draw(st.integers(0, 1000)),
        time=draw(times),
        asides=tuple(draw(st.lists(asides, max_size=2))),
    )


@st.composite
def tapes(draw: st.DrawFn) -> Tape:
    """Draw a tape with any text, under a name that no other has."""
    return Tape(
        id=f"tape-{next(numbers)}",
        turns=tuple(draw(turns(index)) for index in range(draw(st.integers(0, 4)))),
        source_name=draw(st.text(max_size=8)),
        source_text=draw(st.text()),
        worker=draw(labels),
        client=draw(labels),
        unit=draw(labels),
    )


def test_what_was_said(store: Store) -> None:
    """The worker's utterances of every tape, in order; backchannels were said too."""
    first, silent = a_tape(id="a"), a_tape("C: Hallo?", id="b")
    second = a_tape("C: Dag.", "R: Hoi.", id="c")
    store.add([(tape, utterances_of(tape)) for tape in (second, first, silent)])

    assert store.said() == {
        "a": (
            "Goedemorgen, ga zitten.",
            "Hm hm.",
            "Als je er donderdag niet bent, moet ik dat melden.",
        ),
        "c": ("Hoi.",),
    }
    assert store.said(["c", "b"]) == {"c": ("Hoi.",)}


def a_coding(
    *codes: str,
    utterance: int = 0,
    tape: str = "gesprek-01",
    coder: str = "A",
    codebook: str = "proef-1",
    mode: Mode = Mode.BLIND,
    note: str | None = None,
) -> Coding:
    """Return a coding of the sample tape's first utterance by coder A, unless said otherwise."""
    return Coding(
        tape=tape,
        utterance=utterance,
        coder=coder,
        codebook=codebook,
        codes=frozenset(codes),
        mode=mode,
        note=note,
    )


def a_prediction(
    *codes: str, utterance: int = 0, tape: str = "gesprek-01", model: str = "m1"
) -> Prediction:
    """Return a prediction for the sample tape's first utterance, unless said otherwise."""
    return Prediction(
        tape=tape,
        utterance=utterance,
        model=model,
        codebook="proef-1",
        probabilities={"D": 0.1, "H": 2 / 3},
        codes=frozenset(codes),
    )


def fill(store: Store, *ids: str) -> None:
    """Add the sample conversation under each id, `gesprek-01` where none is given."""
    added = [a_tape(id=id) for id in ids or ("gesprek-01",)]
    store.add([(tape, utterances_of(tape)) for tape in added])


def dump(store: Store) -> list[str]:
    """Return everything in the database file as SQL."""
    with sqlite3.connect(store.path) as database:
        return [*database.iterdump()]


class TestTapes:
    @one_store
    @given(tape=tapes())
    def test_come_back_as_they_went_in(self, store: Store, tape: Tape) -> None:
        """Any text, label, aside and time of a tape survives storing."""
        units = tuple(
            Utterance(
                tape=tape.id,
                index=index,
                turn=turn.index,
                text=turn.text,
                line=turn.line,
                start=turn.start,
                end=turn.end,
                backchannel=index % 2 == 1,
                time=turn.time,
            )
            for index, turn in enumerate(tape.worker_turns)
        )

        assert store.add([(tape, units)]) == {tape.id}
        assert store.tape(tape.id) == tape
        assert store.utterances(tape.id) == units

    def test_are_still_there_after_opening_again(self, store: Store) -> None:
        """What one process wrote, another reads."""
        fill(store)

        with Store(store.path) as again:
            assert again.tape("gesprek-01") == a_tape()

    def test_added_twice_are_written_once(self, store: Store) -> None:
        """Adding the same tape again changes nothing in the file."""
        fill(store)
        before = dump(store)

        assert store.add([(a_tape(), utterances_of(a_tape()))]) == frozenset()
        assert dump(store) == before

    def test_given_twice_in_one_change_are_written_once(self, store: Store) -> None:
        """Two copies of one file in an import are one tape."""
        entry = (a_tape(), utterances_of(a_tape()))

        assert store.add([entry, entry]) == {"gesprek-01"}
        assert store.tape("gesprek-01") == a_tape()

    def test_with_another_text_are_refused(self, store: Store) -> None:
        """A stored text is never replaced, and nothing of the change is kept."""
        fill(store)
        before = dump(store)
        other, new = a_tape("R: Een ander gesprek."), a_tape(id="gesprek-02")

        with pytest.raises(StoreError) as refused:
            store.add([(tape, utterances_of(tape)) for tape in (new, other)])
        assert refused.value.message == (
            'tape "gesprek-01" is already in this study, with another text or other utterances.'
        )
        assert refused.value.hint == (
            "Give this one another name with --tape, or correct the file: codings refer to the "
            "stored text, so it is never overwritten."
        )
        assert dump(store) == before

    def test_with_other_utterances_are_refused(self, store: Store) -> None:
        """The same text cut another way would move the codings to other words."""
        fill(store)

        with pytest.raises(StoreError, match="with another text or other utterances"):
            store.add([(a_tape(), utterances_of(a_tape())[:-1])])

    def test_are_summed_up_by_id(self, store: Store) -> None:
        """Summaries count utterances and backchannels, and keep the pseudonyms."""
        known = a_tape(id="b", worker="W1", client="K1", unit="Noord")
        silent = a_tape("C: Is daar iemand?", id="a")
        store.add([(tape, utterances_of(tape)) for tape in (known, silent)])

        assert store.summaries() == (
            TapeSummary(
                id="a", worker=None, client=None, unit=None, n_utterances=0, n_backchannels=0
            ),
            TapeSummary(
                id="b", worker="W1", client="K1", unit="Noord", n_utterances=3, n_backchannels=1
            ),
        )

    def test_without_a_word_of_the_worker_have_no_utterances(self, store: Store) -> None:
        """A tape on which the worker is silent is there all the same."""
        silent = a_tape("C: Is daar iemand?")
        store.add([(silent, ())])

        assert store.utterances("gesprek-01") == ()

    @pytest.mark.parametrize(
        ("n_tapes", "expected"),
        [
            (0, "(none yet)"),
            (2, "t00, t01"),
            (12, "t00, t01, t02, t03, t04, t05, t06, t07, t08, t09 and 2 more"),
        ],
    )
    def test_that_are_not_there(self, store: Store, n_tapes: int, expected: str) -> None:
        """Asking for an unknown tape names those that there are."""
        if n_tapes:
            fill(store, *(f"t{number:02}" for number in range(n_tapes)))

        for ask in (store.tape, store.utterances):
            with pytest.raises(StoreError) as refused:
                ask("t99")
            assert refused.value.message == (
                f'no tape "t99" in this study. Expected one of: {expected}.'
            )
            assert refused.value.hint == "Import it first with: werkalliantie import FILE"


class TestCodings:
    @one_store
    @given(
        coder=spoken,
        codebook=st.text(),
        codes=st.frozensets(st.text()),
        mode=st.sampled_from(Mode),
        note=st.none() | st.text(),
    )
    def test_come_back_as_they_went_in(
        self,
        store: Store,
        coder: str,
        codebook: str,
        codes: frozenset[str],
        mode: Mode,
        note: str | None,
    ) -> None:
        """Any coder, code and remark survives storing."""
        tape = a_tape(id=f"tape-{next(numbers)}")
        coding = a_coding(
            *codes, tape=tape.id, coder=coder, codebook=codebook, mode=mode, note=note
        )
        store.add([(tape, utterances_of(tape))], [coding])

        assert store.codings(tapes=[tape.id]) == (coding,)

    def test_keep_the_three_states_apart(self, store: Store) -> None:
        """Coded, seen without a code and not seen are different after storing."""
        fill(store)
        store.add_codings([a_coding("D", utterance=0), a_coding(utterance=1)])

        by_utterance = {coding.utterance: coding for coding in store.codings()}
        assert [state_of(by_utterance.get(index)) for index in range(3)] == [
            State.CODED,
            State.NO_CODE,
            State.NOT_SEEN,
        ]

    def test_the_newest_answer_counts(self, store: Store) -> None:
        """A coder who changes an answer, even back to the first, is taken at the last word."""
        fill(store)

        for answer in (a_coding("D"), a_coding("H"), a_coding(), a_coding("D", "H")):
            store.add_codings([answer])
            assert store.codings() == (answer,)
        store.add_codings([a_coding("D")])
        assert store.codings() == (a_coding("D"),)

    def test_a_changed_remark_is_a_new_answer(self, store: Store) -> None:
        """The remark belongs to the answer."""
        fill(store)
        store.add_codings([a_coding("D")])

        assert store.add_codings([a_coding("D", note="twijfel")]) == CodingCounts(
            added=0, changed=1, unchanged=0
        )
        assert store.codings() == (a_coding("D", note="twijfel"),)

    def test_of_one_change_the_last_counts(self, store: Store) -> None:
        """A sheet that answers twice says what its last row says."""
        fill(store)

        counts = store.add_codings([a_coding("D"), a_coding("H")])
        assert counts == CodingCounts(added=1, changed=0, unchanged=0)
        assert store.codings() == (a_coding("H"),)

    def test_are_counted_as_added_changed_or_unchanged(self, store: Store) -> None:
        """Importing a sheet again writes only what is new or different."""
        fill(store)
        store.add_codings([a_coding("D"), a_coding("H", utterance=1)])

        counts = store.add_codings(
            [a_coding("D"), a_coding("D", utterance=1), a_coding(utterance=2)]
        )
        assert counts == CodingCounts(added=1, changed=1, unchanged=1)
        assert sum('INSERT INTO "codings"' in line for line in dump(store)) == 4

    def test_of_each_coder_codebook_and_mode_are_kept_apart(self, store: Store) -> None:
        """An answer replaces only that of the same coder, under the same codebook and mode."""
        fill(store)
        apart = {
            a_coding("D"),
            a_coding("H", coder="B"),
            a_coding("X", codebook="ander-2"),
            a_coding("D", "H", mode=Mode.ASSISTED),
            a_coding(mode=Mode.ADJUDICATED, note="samen besloten"),
        }

        assert store.add_codings(apart) == CodingCounts(added=5, changed=0, unchanged=0)
        assert {*store.codings()} == apart
        assert store.codings(codebook="ander-2") == (a_coding("X", codebook="ander-2"),)

    def test_are_found_by_tape_and_coder(self, store: Store) -> None:
        """The codings of some tapes or coders leave the others out."""
        fill(store, "t1", "t2")
        first, second = a_coding("D", tape="t1"), a_coding("H", tape="t2", coder="B")
        store.add_codings([first, second])

        assert store.codings(tapes=["t2"]) == (second,)
        assert store.codings(coders=["A"]) == (first,)
        assert store.codings(tapes=["t2"], coders=["A"]) == ()
        assert store.codings(tapes=[]) == ()
        assert store.codings(codebook="niet-1") == ()

    def test_of_thousands_of_tapes(self, store: Store) -> None:
        """A list of tapes may be far longer than a study."""
        fill(store)
        store.add_codings([a_coding("D")])

        names = [f"t{number}" for number in range(20_000)]
        assert store.codings(tapes=[*names, "gesprek-01"]) == (a_coding("D"),)

    def test_for_an_utterance_that_is_not_there_are_refused(self, store: Store) -> None:
        """One bad coding among good ones keeps all of them out."""
        fill(store)
        before = dump(store)

        with pytest.raises(StoreError) as refused:
            store.add_codings([a_coding("D"), a_coding("D", utterance=3)])
        assert refused.value.message == 'codings: no utterance 3 on tape "gesprek-01"'
        assert refused.value.hint == "Import the tape first, with the same utterance unit."
        assert dump(store) == before

    def test_all_bad_ones_are_named(self, store: Store) -> None:
        """Every utterance that isn't there is a fault of its own."""
        fill(store)

        with pytest.raises(StoreError) as refused:
            store.add_codings([a_coding(tape="t9"), a_coding(utterance=7), a_coding("D")])
        assert refused.value.message == "codings: 2 faults."
        assert refused.value.faults == (
            'no utterance 7 on tape "gesprek-01"',
            'no utterance 0 on tape "t9"',
        )

    def test_that_are_bad_keep_their_tape_out(self, store: Store) -> None:
        """A tape whose codings don't fit is not half imported."""
        before = dump(store)

        with pytest.raises(StoreError, match="no utterance 3 on tape"):
            store.add([(a_tape(), utterances_of(a_tape()))], [a_coding("D", utterance=3)])
        assert dump(store) == before


class TestPredictions:
    def test_come_back_as_they_went_in(self, store: Store) -> None:
        """Probabilities come back to the last bit, in the order of the utterances."""
        fill(store)
        predictions = (a_prediction("H"), replace(a_prediction(), utterance=1))

        assert store.add_predictions(reversed(predictions)) == 2
        assert store.predictions("m1") == predictions

    def test_are_replaced_per_model_and_tape(self, store: Store) -> None:
        """What a model says anew of a tape takes the place of all it said of that tape."""
        fill(store, "t1", "t2")
        other_tape = a_prediction("H", tape="t2")
        other_model = a_prediction("H", tape="t1", model="m2")
        old = [a_prediction("H", tape="t1", utterance=index) for index in range(3)]
        store.add_predictions([*old, other_tape, other_model])

        assert store.add_predictions([a_prediction("D", tape="t1")]) == 1
        assert store.predictions("m1") == (a_prediction("D", tape="t1"), other_tape)
        assert store.predictions("m2") == (other_model,)

    def test_are_found_by_tape(self, store: Store) -> None:
        """The predictions of some tapes leave the others out."""
        fill(store, "t1", "t2")
        store.add_predictions([a_prediction(tape="t1"), a_prediction(tape="t2")])

        assert store.predictions("m1", tapes=["t2"]) == (a_prediction(tape="t2"),)
        assert store.predictions("m1", tapes=[]) == ()
        assert store.predictions("m9") == ()

    def test_for_an_utterance_that_is_not_there_are_refused(self, store: Store) -> None:
        """One bad prediction leaves what the model said before as it was."""
        fill(store)
        store.add_predictions([a_prediction("H")])
        before = dump(store)

        with pytest.raises(StoreError) as refused:
            store.add_predictions([a_prediction("D"), a_prediction("D", utterance=3)])
        assert refused.value.message == 'predictions: no utterance 3 on tape "gesprek-01"'
        assert dump(store) == before
