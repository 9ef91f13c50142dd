"""Tapes with the same words among those that are compared."""

from agreement_report.coded import N, code, document, material_of, notes_on
from samples import a_tape, utterances_of

from werkalliantie.agreement_report.note import dutch_of
from werkalliantie.store import Store


def copied(store: Store, name: str, *lines: str) -> None:
    """Add a tape that anna coded."""
    tape = a_tape(*lines, id=name)
    store.add([(tape, utterances_of(tape))])
    code(store, "anna", name, ["DT"])


def test_tapes_with_the_same_words_are_named(coded: Store) -> None:
    """Neither capitals nor where utterances were cut make them two conversations."""
    copied(coded, "nog", *(f"R: Dit is ZIN {line} van 1." for line in range(N)))
    copied(coded, "weer", f"R: {' '.join(f'Dit is zin {line} van 1.' for line in range(N))}")

    (note,) = [note for note in material_of(coded).notes if note.startswith("tapes: ")]
    assert note == (
        "tapes: nog, t1 and weer hold the same words but count as 3 tapes, so that intervals come "
        "out too narrow; keep one of them with --tapes"
    )
    assert dutch_of(note) == (
        "tapes: nog, t1 en weer bevatten dezelfde woorden maar tellen als 3 tapes, zodat "
        "intervallen te smal uitvallen; houd er een van over met --tapes"
    )


def test_only_of_the_tapes_compared(coded: Store) -> None:
    """One of the two alone is no matter."""
    copied(coded, "nog", *(f"R: Dit is zin {line} van 1." for line in range(N)))

    assert len(notes_on(document(coded), "tapes: ")) == 1
    assert notes_on(document(coded, tapes=["t1", "t2"]), "tapes: ") == []
