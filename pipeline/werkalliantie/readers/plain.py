"""Plain text transcripts: `.txt`."""

from pathlib import Path

from werkalliantie.configuration.mapping import ImportMapping
from werkalliantie.readers.decoding import read_text_file
from werkalliantie.readers.naming import TapeDetails, tape_of
from werkalliantie.readers.reading import Reading
from werkalliantie.readers.turns import conversation_in


def read_plain(path: Path, mapping: ImportMapping, details: TapeDetails) -> tuple[Reading, ...]:
    """Read a text file as one tape.

    Raises:
        TranscriptError: Not text, or not understood.
    """
    text = read_text_file(path)
    conversation = conversation_in(text, mapping, file=path.name)
    told = details.completed_by(conversation.details)
    tape = tape_of(conversation.turns, told, file=path.name, stem=path.stem, source_text=text)
    skipped = conversation.skipped
    return (Reading(file=path.name, tape=tape, skipped=skipped, given=details),)
