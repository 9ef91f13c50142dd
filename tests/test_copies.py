"""Which tapes are copies of others, though they go by other names."""

import pytest

from werkalliantie import copies
from werkalliantie.copies import copies_of

LONG = tuple(f"vandaag spreken we over {word} en wat je daarmee doet" for word in "abcdefghij")
NEARLY = (*LONG[:-1], "en dan was er nog iets heel anders te doen")


def test_the_same_words_make_a_copy() -> None:
    """However few, in any case and however cut; of the tapes asked for and the study's."""
    said = {"a": ("Dag. Kom binnen.",), "b": ("dag.", "kom binnen."), "c": ("Dag.",), "d": ("Nee",)}

    assert copies_of(["b", "c"], said) == {"b": ("a",), "c": ()}


def test_nearly_the_same_words_do_too() -> None:
    """A tape that was corrected here and there is still the same session; new ones count too."""
    said = {"a": LONG, "b": NEARLY, "c": ("Iets heel anders.",), "d": LONG}

    assert copies_of(["b", "d"], said) == {"b": ("a", "d"), "d": ("a", "b")}


@pytest.mark.parametrize("bound", ["_MOST_TAPES", "_MOST_PAIRS"])
def test_in_large_studies_only_the_same_words_tell(
    monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    """Comparing every two tapes would take minutes there."""
    monkeypatch.setattr(copies, bound, 2)

    assert copies_of(["b"], {"a": LONG, "b": NEARLY, "c": NEARLY}) == {"b": ("c",)}


def test_a_tape_without_a_word_is_no_copy() -> None:
    """Such tapes are not among what was said."""
    assert copies_of(["b"], {"a": ("Dag.",)}) == {"b": ()}
