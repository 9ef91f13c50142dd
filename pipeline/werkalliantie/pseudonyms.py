"""Worker, client and unit of a tape that a study has already: filled in, never changed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from werkalliantie.errors import StoreError, gather
from werkalliantie.readers.reading import Reading
from werkalliantie.store import TapeSummary

FIELDS = ("worker", "client", "unit")


def settled(readings: Sequence[Reading], stored: Iterable[TapeSummary]) -> list[Reading]:
    """Return what was read, with the pseudonyms that its tapes have once it is stored.

    What the user says of a tape fills in what the study doesn't know of it. What only the file
    says does so too, but gives way to what the study knows.

    Raises:
        StoreError: The user says something else than the study; every such pseudonym is named.
    """
    there = {summary.id: summary for summary in stored}
    faults = [
        f'tape "{reading.tape.id}" has {field} "{known}" in this study, not "{given}"'
        for reading in readings
        if reading.tape.id in there
        for field in FIELDS
        if (known := getattr(there[reading.tape.id], field)) is not None
        and (given := getattr(reading.given, field)) not in (None, known)
    ]
    gather(
        "import",
        faults,
        StoreError,
        "An import fills in what the study doesn't know of a tape, but changes nothing: leave the "
        "option out, or give the tape another name with --tape if it is another one.",
    )
    return [_settled(reading, there.get(reading.tape.id)) for reading in readings]


def filled_in(reading: Reading, stored: TapeSummary | None) -> tuple[str, ...]:
    """Return which pseudonyms a settled reading adds to a tape that is there."""
    if stored is None:
        return ()
    return tuple(
        field
        for field in FIELDS
        if getattr(stored, field) is None and getattr(reading.tape, field) is not None
    )


def _settled(reading: Reading, stored: TapeSummary | None) -> Reading:
    known = {field: getattr(stored, field, None) for field in FIELDS}
    told = {field: value for field, value in known.items() if value is not None}
    return replace(reading, tape=replace(reading.tape, **told))
