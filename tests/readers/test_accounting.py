"""Whatever a file holds: every line is accounted for, and every turn stands where it says."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from readers.sources import DEFAULT, saved

from werkalliantie.errors import TranscriptError
from werkalliantie.readers import Reading, read_transcript
from werkalliantie.readers.turns import Conversation, conversation_in

LABELS = (
    "R:",
    "C:",
    "K:",
    "C;",
    "l:",
    "Werker:",
    "Cliënt:",
    "12. R:",
    "[00:03:12] C:",
    "R (lacht):",
)
WORDS = (
    "ja", "Nou", "werk", "cliënt", "12", "xxx", "…", "Let op:", "zei: dus", "toe\u00adzicht", "’t",
    "(lacht)", "(stilte)", "[C: Oh]", "(of zo)", "(onverstaanbaar)", "[...]", "*zucht*", "(", "]",
    "00:04:10", "(00:04:10)", "-", "!", "C: hoi", "\f", "\u200b", "(lacht", "en weg)",
)  # fmt: skip
LINES = ("", " ", "Pagina 3", "- 4 -", "Datum: 3 mei 2024", "Werker: W07", "[00:01:00]", "---")

# Behind a soft hyphen a word goes on on the next line, whatever ends the line.
_NOT_SEEN = re.compile("\u00ad(\\s*[\n\f\u2028]\\s*)?|\u200b")

_speech = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
_line = st.one_of(
    st.builds("{} {}".format, st.sampled_from(LABELS), _speech), _speech, st.sampled_from(LINES)
)
transcripts = st.lists(_line, max_size=12).map("\n".join)
any_text = st.text(st.sampled_from("RCKl:;[]()*.…0123 \n\t\f\u00ad\u2028äX-#–”'{"), max_size=60)


def words_of(text: str) -> list[str]:
    """Return the words of a text, without the marks that nobody sees."""
    return re.findall(r"\w+", _NOT_SEEN.sub("", text))


def check(text: str, turns_and_rest: Conversation) -> None:
    """Assert what must be true of every conversation."""
    turns, listed = turns_and_rest.turns, {one.line for one in turns_and_rest.skipped}
    for turn in turns:
        # A turn's first line may be its label alone, above the span.
        listed |= {*range(turn.line, text.count("\n", 0, turn.end) + 2)}
    lines = {n for n, line in enumerate(text.split("\n"), start=1) if line.strip()}
    assert lines <= listed
    places = [place for turn in turns for place in (turn.start, turn.end)]
    assert places == sorted(places)
    assert [turn.line for turn in turns] == sorted(turn.line for turn in turns)
    for turn in turns:
        in_place = iter(words_of(text[turn.start : turn.end]))
        # Bracketed marks of unclear speech are the only words that the source has not.
        lost = [word for word in words_of(turn.text) if word != "xxx" and word not in in_place]
        assert not lost


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(transcripts)
@example("R: (lacht\n(stilte)")
@example("R:\n\nC:\n12\nR: ja")
def test_every_line_of_a_transcript_is_accounted_for(text: str) -> None:
    """Every line that isn't blank is in a turn or listed; turns are in order and in place."""
    try:
        conversation = conversation_in(f"R: Goedemorgen.\n{text}", DEFAULT, file="x.txt")
    except TranscriptError:
        return

    check(f"R: Goedemorgen.\n{text}", conversation)


@settings(max_examples=300)
@given(any_text)
@example("R: 0\u00ad\u2028C")
def test_every_line_of_any_text_is_accounted_for(text: str) -> None:
    """The same of text that no transcript looks like."""
    try:
        conversation = conversation_in(text, DEFAULT, file="x.txt")
    except TranscriptError:
        return

    check(text, conversation)


@settings(max_examples=150)
@given(st.one_of(st.binary(max_size=80), st.text(max_size=40).map(str.encode)))
@example(b"\xff\xfeR")
@example(b"\xfe\xff\xd8\x00")
@example(b"PK\x03\x04")
def test_no_bytes_crash_a_reader(data: bytes) -> None:
    """Every kind of file is read or refused with a `TranscriptError`, whatever is in it."""
    for name in ("a.txt", "a.docx", "a.csv", "a.xlsx"):
        with TemporaryDirectory() as folder:
            readings = read_or_refuse(saved(Path(folder), data, name=name))

        assert all(reading.tape.turns for reading in readings)


def read_or_refuse(path: Path) -> tuple[Reading, ...]:
    """Read a file; nothing where it is refused."""
    try:
        return read_transcript(path, DEFAULT)
    except TranscriptError as error:
        assert error.message.startswith(path.name)
        assert error.hint
        return ()
