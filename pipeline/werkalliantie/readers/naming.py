"""Which tape a file is: its id and the pseudonyms that go with it."""

import re
import unicodedata
from dataclasses import dataclass

from werkalliantie.errors import TranscriptError
from werkalliantie.transcript import Tape, Turn

_NOT_IN_AN_ID = re.compile(r'[/\\:*?"<>|\s\x00-\x1f]+')


@dataclass(frozen=True, slots=True, kw_only=True)
class TapeDetails:
    """What the user or a file says of the tape in the file; None where it says nothing."""

    id: str | None = None
    worker: str | None = None
    client: str | None = None
    unit: str | None = None

    def completed_by(self, other: "TapeDetails") -> "TapeDetails":
        """Return these details, with those of `other` where nothing is said here."""
        return TapeDetails(
            id=other.id if self.id is None else self.id,
            worker=other.worker if self.worker is None else self.worker,
            client=other.client if self.client is None else self.client,
            unit=other.unit if self.unit is None else self.unit,
        )


def clean_id(name: str) -> str:
    """Return a tape id made of a file name or a table's cell; empty if nothing is left."""
    return _NOT_IN_AN_ID.sub("-", unicodedata.normalize("NFC", name)).strip("-. ")


def tape_of(
    turns: tuple[Turn, ...], details: TapeDetails, *, file: str, stem: str, source_text: str
) -> Tape:
    """Return the tape of one file; it goes by `stem` when `details` has no id.

    Raises:
        TranscriptError: The id can't be one.
    """
    try:
        return Tape(
            id=details.id if details.id is not None else clean_id(stem),
            turns=turns,
            source_name=file,
            source_text=source_text,
            worker=details.worker,
            client=details.client,
            unit=details.unit,
        )
    except ValueError as error:
        raise TranscriptError(
            f"{file}: {error}; expected a name without spaces around it and without "
            '/ \\ : * ? " < > |.',
            hint="Give the tape another id with --tape.",
        ) from None
