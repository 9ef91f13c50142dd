"""Tapes that hold the same words, and all the same count as several."""

from collections.abc import Mapping

from werkalliantie.agreement_report.material import CodedTape
from werkalliantie.agreement_report.note import Note
from werkalliantie.copies import same_words
from werkalliantie.seen import words_hash


def copies_among(tapes: Mapping[str, CodedTape]) -> list[str]:
    """Return a note on all tapes that hold the same words, however cut into utterances."""
    hashes = {name: words_hash(tape.utterances) for name, tape in tapes.items()}
    return [_note(names) for names in same_words(hashes)]


def _note(names: list[str]) -> Note:
    n, first, last = len(names), ", ".join(names[:-1]), names[-1]
    return Note(
        f"tapes: {first} and {last} hold the same words but count as {n} tapes, so that intervals "
        "come out too narrow; keep one of them with --tapes",
        f"tapes: {first} en {last} bevatten dezelfde woorden maar tellen als {n} tapes, zodat "
        "intervallen te smal uitvallen; houd er een van over met --tapes",
    )
