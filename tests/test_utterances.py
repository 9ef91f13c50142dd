import re
import subprocess
import sys
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import a_tape, some_settings

from werkalliantie.configuration import load_study_settings
from werkalliantie.errors import ConfigError
from werkalliantie.resources import shipped
from werkalliantie.transcript import Tape, Utterance
from werkalliantie.utterances import Segmenter

NO_SPACY = """
import sys
from samples import a_tape, some_settings
from werkalliantie.utterances import Segmenter

assert Segmenter(some_settings()).utterances(a_tape())[1].backchannel
assert "spacy" not in sys.modules
"""

BACKCHANNELS = (
    "Ja.",
    "ja",
    "JA!",
    "Ja?!",
    "Hm hm.",
    "Hm-hm, ja.",
    "hm… hm",
    "Oké...",
    "Oké, ja, precies.",
    "Ja, ja, ja, ja.",
    "Nee hè?",
    "“Ja”",
    "'Ja'",
    "– Ja –",
    "ja (ja)",
    "Oh; oké.",
    "O.",
    "Tja: zo.",
    "Ja,ja",
    unicodedata.normalize("NFD", "Oké hè"),
)
OTHERS = (
    "Ja, ja, ja, ja, ja.",
    "Ja, dat weet ik.",
    "Da's goed.",
    "Zo'n ding.",
    "Jawoord",
    "hm2",
    "ja 2",
    "xxx",
    "Hm, xxx",
    "…",
    "?!",
    "-",
    "Nou ja.",
    "'s Avonds.",
)
words = st.text("abcdeéê", min_size=1, max_size=6)
# What a source may hold between two words of a turn.
gaps = st.sampled_from([" ", "\n", "  ", " (lacht) ", "\nPagina 3 van 9\n", " [C: Oh] ", "\u00a0"])


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Save a pipeline without sentences and give its path: to spaCy, a trained one by name."""
    import spacy

    folder = tmp_path_factory.mktemp("pijplijn") / "nl_proef"
    spacy.blank("nl").to_disk(folder)
    return str(folder)


@pytest.fixture(scope="module")
def by_sentence() -> Segmenter:
    """Give a segmenter that makes an utterance of each sentence."""
    return Segmenter(some_settings(utterance="sentence"))


def a_turn_in(source: str, text: str, *, before: str = "", behind: str = "") -> Tape:
    """Return a tape of one worker turn that the source writes in another way than its text."""
    tape = a_tape(f"R: {text}")
    turn = replace(
        tape.turns[0],
        line=before.count("\n") + 1,
        start=len(before),
        end=len(before) + len(source),
    )
    return replace(tape, turns=(turn,), source_text=before + source + behind)


def in_source(tape: Tape, utterances: tuple[Utterance, ...]) -> list[str]:
    """Return what stands in the source at the place of each utterance."""
    return [tape.source_text[unit.start : unit.end] for unit in utterances]


class TestTurns:
    def test_are_numbered_over_the_worker_turns(self) -> None:
        """Utterances count from 0, whatever the others say between."""
        tape = a_tape("C: Hoi.", "R: Dag.", "C: Ja.", "O: Nee.", "R: Hm.", "R: Ga zitten.")

        units = Segmenter(some_settings()).utterances(tape)
        assert [(unit.index, unit.turn, unit.line) for unit in units] == [
            (0, 1, 2),
            (1, 4, 5),
            (2, 5, 6),
        ]
        assert [unit.text for unit in units] == ["Dag.", "Hm.", "Ga zitten."]
        assert [unit.backchannel for unit in units] == [False, True, False]
        assert in_source(tape, units) == ["Dag.", "Hm.", "Ga zitten."]

    def test_are_whole(self) -> None:
        """A turn of two sentences is one utterance, with the turn's place and time."""
        tape = a_tape("R: Dag. Ga zitten.")
        tape = replace(tape, turns=(replace(tape.turns[0], time=3.5),))

        assert Segmenter(some_settings()).utterances(tape) == (
            Utterance(
                tape="gesprek-01",
                index=0,
                turn=0,
                text="Dag. Ga zitten.",
                line=1,
                start=3,
                end=18,
                time=3.5,
            ),
        )

    @pytest.mark.parametrize("unit", ["turn", "sentence"])
    @pytest.mark.parametrize("text", ["xxx", "…", "— …", "?"])
    def test_without_a_clear_word_are_still_utterances(self, unit: str, text: str) -> None:
        """An unclear turn is not lost, and is no encouragement."""
        tape = a_tape("R: Hoi.", f"R: {text}")

        units = Segmenter(some_settings(utterance=unit)).utterances(tape)
        assert [(one.text, one.backchannel) for one in units] == [("Hoi.", False), (text, False)]
        assert in_source(tape, units) == ["Hoi.", text]


class TestBackchannels:
    @pytest.mark.parametrize("text", BACKCHANNELS)
    def test_are_only_minimal_encouragement(self, text: str) -> None:
        """Up to four of the study's words, however they are punctuated."""
        segmenter = Segmenter(load_study_settings(shipped("configs") / "study.toml"))

        assert segmenter.is_backchannel(text)

    @pytest.mark.parametrize("text", OTHERS)
    def test_say_nothing_else(self, text: str) -> None:
        """A fifth word, any other word, or no word at all makes it something else."""
        segmenter = Segmenter(load_study_settings(shipped("configs") / "study.toml"))

        assert not segmenter.is_backchannel(text)

    def test_are_the_same_by_spacys_words(self, trained: str) -> None:
        """A study that names a trained pipeline marks the same utterances."""
        settings = load_study_settings(shipped("configs") / "study.toml")
        by_spacy = Segmenter(settings.model_copy(update={"spacy": trained}))

        assert [text for text in BACKCHANNELS if not by_spacy.is_backchannel(text)] == []
        assert [text for text in OTHERS if by_spacy.is_backchannel(text)] == []

    def test_may_be_english(self) -> None:
        """The words are the study's own, hyphens, apostrophes and phrases included."""
        segmenter = Segmenter(
            some_settings(words=["yeah", "Okay", "mm-hmm", "that's right"], max_words=3)
        )

        for text in ("Yeah, okay.", "Mm-hmm.", "Mm hmm.", "That’s right!", "OKAY"):
            assert segmenter.is_backchannel(text)
        for text in ("That was right.", "Yeah yeah yeah yeah.", "ja"):
            assert not segmenter.is_backchannel(text)

    def test_may_be_switched_off(self) -> None:
        """With no words, or none allowed, nothing is a backchannel."""
        assert not Segmenter(some_settings(words=[])).is_backchannel("ja")
        assert not Segmenter(some_settings(max_words=0)).is_backchannel("ja")

    def test_need_no_spacy(self) -> None:
        """The default settings don't spend the seconds that importing spaCy takes."""
        run = subprocess.run(
            [sys.executable, "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{NO_SPACY}"],
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

        assert run.stderr == ""


class TestSentences:
    def test_are_numbered_over_the_turns(self, by_sentence: Segmenter) -> None:
        """Sentences count on from turn to turn, each with its turn's number and its own place."""
        tape = a_tape("R: Dag. Ga zitten!", "C: Ja. Nee.", "R: Hm hm. Hoe is het?")

        units = by_sentence.utterances(tape)
        assert [(unit.index, unit.turn, unit.text, unit.backchannel) for unit in units] == [
            (0, 0, "Dag.", False),
            (1, 0, "Ga zitten!", False),
            (2, 2, "Hm hm.", True),
            (3, 2, "Hoe is het?", False),
        ]
        assert in_source(tape, units) == [unit.text for unit in units]
        assert [unit.line for unit in units] == [1, 1, 3, 3]

    def test_of_marks_only_are_none(self, by_sentence: Segmenter) -> None:
        """Loose marks are no sentence; behind one they belong to it."""
        units = by_sentence.utterances(a_tape("R: ?! Dag… ! Ga zitten."))

        assert [unit.text for unit in units] == ["Dag… !", "Ga zitten."]

    def test_keep_out_what_was_not_said(self, by_sentence: Segmenter) -> None:
        """Asides between sentences belong to none; those within one stand within its place."""
        tape = a_turn_in(
            "Ik kom (zucht) morgen. [C: Oh] Dan bel\nik je. (lacht)",
            "Ik kom morgen. Dan bel ik je.",
        )

        assert in_source(tape, by_sentence.utterances(tape)) == [
            "Ik kom (zucht) morgen.",
            "Dan bel\nik je.",
        ]

    def test_know_their_line(self, by_sentence: Segmenter) -> None:
        """A sentence stands on the line on which its first word does."""
        tape = a_turn_in(
            "Ik kom\nmorgen. Dan\nPagina 2 van 9\nbel ik je.\nTot dan.",
            "Ik kom morgen. Dan bel ik je. Tot dan.",
            before="Datum: 3 mei\n\nR: ",
            behind="\nC: Tot dan.",
        )

        units = by_sentence.utterances(tape)
        assert [unit.line for unit in units] == [3, 4, 7]
        assert in_source(tape, units) == [
            "Ik kom\nmorgen.",
            "Dan\nPagina 2 van 9\nbel ik je.",
            "Tot dan.",
        ]

    def test_are_found_by_words_not_by_letters(self, by_sentence: Segmenter) -> None:
        """A short word isn't taken to be a part of a longer one in an aside."""
        tape = a_turn_in("(lacht alsof) Als ik. [C: ik ook] Ik ook.", "Als ik. Ik ook.")

        assert in_source(tape, by_sentence.utterances(tape)) == ["Als ik.", "Ik ook."]

    def test_are_not_led_astray_by_a_changed_word(self, by_sentence: Segmenter) -> None:
        """A word that the cleaning joined, and that comes back later, doesn't move the place."""
        tape = a_turn_in(
            "Hij belt. De werk-\ngever belt. Ik zie de werkgever. De werkgever is boos.",
            "Hij belt. De werkgever belt. Ik zie de werkgever. De werkgever is boos.",
        )

        assert in_source(tape, by_sentence.utterances(tape)) == [
            "Hij belt.",
            "De werk-\ngever belt.",
            "Ik zie de werkgever.",
            "De werkgever is boos.",
        ]

    def test_with_a_changed_word_at_an_end_hold_what_the_source_has(
        self, by_sentence: Segmenter
    ) -> None:
        """A first or last word that is written otherwise is all that stands in its stead."""
        tape = a_turn_in(
            "Dag. (niet te verstaan) komt naar werk-\ntijd. Goed.",
            "Dag. xxx komt naar werktijd. Goed.",
        )

        assert in_source(tape, by_sentence.utterances(tape)) == [
            "Dag.",
            "niet te verstaan) komt naar werk-\ntijd.",
            "Goed.",
        ]

    def test_see_through_soft_hyphens_and_accents(self, by_sentence: Segmenter) -> None:
        """Marks that don't show, and accents written apart, don't hide a word."""
        decomposed = unicodedata.normalize("NFD", "Oké.")
        parts = ["Re\u00adclas\u00adse\u200bring.", decomposed, "Ja\u00adwel."]
        tape = a_turn_in(" (zucht) ".join(parts), "Reclassering. Oké. Jawel.")

        assert in_source(tape, by_sentence.utterances(tape)) == parts

    def test_take_the_marks_around_them_along(self, by_sentence: Segmenter) -> None:
        """Quotes and full stops belong to their sentence."""
        tape = a_turn_in("“Kom\nmaar.” Zei hij ‘ja’?!", "“Kom maar.” Zei hij ‘ja’?!")

        assert in_source(tape, by_sentence.utterances(tape)) == ["“Kom\nmaar.”", "Zei hij ‘ja’?!"]

    @settings(max_examples=50)
    @given(
        said=st.lists(st.lists(words, min_size=1, max_size=5), min_size=1, max_size=5),
        between=st.lists(gaps, min_size=25, max_size=25),
    )
    def test_places_hold_the_words_in_order(
        self, by_sentence: Segmenter, said: list[list[str]], between: list[str]
    ) -> None:
        """Whatever stands between the words, a sentence's place holds all its words."""
        flat = [word for sentence in said for word in (*sentence[:-1], f"{sentence[-1]}.")]
        source = flat[0] + "".join(gap + word for gap, word in zip(between, flat[1:], strict=False))
        tape = a_turn_in(source, " ".join(flat), before="R: ", behind="\nC: Dag.")

        units = by_sentence.utterances(tape)
        for unit, place in zip(units, in_source(tape, units), strict=True):
            there = iter(re.findall(r"\w+", place))
            assert all(word in there for word in re.findall(r"\w+", unit.text))
        starts = [unit.start for unit in units]
        assert starts == sorted(starts)

    def test_of_very_long_turns_are_found(self, by_sentence: Segmenter) -> None:
        """A turn of half an hour, with an aside behind every sentence, is placed in a moment."""
        sentences = [f"Dit is zin nummer {n} van het verhaal." for n in range(500)]
        tape = a_turn_in(" (zucht)\n".join(sentences), " ".join(sentences))

        assert in_source(tape, by_sentence.utterances(tape)) == sentences

    def test_can_come_from_a_trained_pipeline(self, trained: str) -> None:
        """A pipeline without sentence boundaries gets simple ones."""
        units = Segmenter(some_settings(utterance="sentence", spacy=trained)).utterances(
            a_tape("R: Dag. Ga zitten.")
        )

        assert [unit.text for unit in units] == ["Dag.", "Ga zitten."]


@pytest.mark.parametrize("unit", ["turn", "sentence"])
def test_a_pipeline_that_is_not_installed(unit: str) -> None:
    """An unknown pipeline is a mistake in the settings, found before any tape is read."""
    with pytest.raises(ConfigError) as refused:
        Segmenter(some_settings(utterance=unit, spacy="nl_bestaat_niet"))

    assert refused.value.message == (
        'spacy = "nl_bestaat_niet": no such pipeline is installed. Expected "blank:nl" or the name '
        "of an installed one."
    )
    assert refused.value.hint == (
        "Install it as a Python package, or set spacy in configs/study.toml."
    )


def test_a_language_that_spacy_does_not_have() -> None:
    """A blank pipeline of an unknown language is the same mistake."""
    with pytest.raises(ConfigError, match=r'^spacy = "blank:zz": no such pipeline is installed'):
        Segmenter(some_settings(utterance="sentence", spacy="blank:zz"))


def test_an_empty_tape_has_no_utterances(by_sentence: Segmenter) -> None:
    """Where the worker says nothing there is nothing to code."""
    assert by_sentence.utterances(a_tape("C: Is daar iemand?")) == ()
