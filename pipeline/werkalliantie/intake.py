"""Bringing transcripts into a study: read, cut into utterances, store; all of it or nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from werkalliantie.coding import Coding
from werkalliantie.configuration.mapping import ImportMapping
from werkalliantie.copies import copies_of
from werkalliantie.errors import SheetError, TranscriptError, WerkalliantieError, gather
from werkalliantie.pseudonyms import filled_in, settled
from werkalliantie.readers import read_transcript
from werkalliantie.readers.reading import Reading
from werkalliantie.study import Study
from werkalliantie.transcript import Utterance
from werkalliantie.utterances import Segmenter


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A transcript file and what is known of it; what is None comes from the file itself."""

    path: Path
    mapping: ImportMapping
    tape: str | None = None
    worker: str | None = None
    client: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One tape that was brought in.

    Attributes:
        reading: As read; its tape has the pseudonyms that the study has for it.
        utterances: As cut.
        new: The study didn't have it yet.
        same_as: Other tapes of the study on which the worker says the same, or nearly; for a new
            tape only.
        filled_in: Which of worker, client and unit the study didn't know of a tape it had.
    """

    reading: Reading
    utterances: tuple[Utterance, ...]
    new: bool
    same_as: tuple[str, ...] = ()
    filled_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What became of several files: the tapes that were read, and what is wrong with the rest."""

    readings: tuple[Reading, ...]
    failures: tuple[WerkalliantieError, ...]

    def refuse_failures(self, what: str) -> None:
        """Raise if there is anything that couldn't be read.

        Args:
            what: What was to be done with the files, for the message.

        Raises:
            TranscriptError: Naming all of it; what is wrong with one file is raised as it is.
        """
        if len(self.failures) == 1:
            raise self.failures[0]
        faults = [fault for error in self.failures for fault in (error.faults or (error.message,))]
        gather(what, faults, TranscriptError, (self.failures and self.failures[0].hint) or "")


def read_readable(origins: Iterable[Origin]) -> Read:
    """Read the files that can be read; of two that hold a tape of the same name, the first."""
    readings: list[Reading] = []
    files: dict[str, Path] = {}
    failures: list[WerkalliantieError] = []
    for origin in origins:
        try:
            found = read_transcript(
                origin.path,
                origin.mapping,
                tape=origin.tape,
                worker=origin.worker,
                client=origin.client,
                unit=origin.unit,
            )
            _check_names(found, files, origin.path)
        except WerkalliantieError as error:
            failures.append(error)
        else:
            readings += found
            files |= {reading.tape.id: origin.path for reading in found}
    return Read(readings=tuple(readings), failures=tuple(failures))


def read_all(origins: Iterable[Origin]) -> list[Reading]:
    """Read every file, and name every file that can't be read.

    Raises:
        TranscriptError: One or more files can't be read, or two hold a tape of the same name.
    """
    read = read_readable(origins)
    read.refuse_failures("import")
    return [*read.readings]


def take_in(study: Study, origins: Iterable[Origin]) -> list[Taken]:
    """Bring transcript files into the study's database, with the codes that tables carry.

    Raises:
        TranscriptError: A file can't be read; every such file is named and nothing is stored.
        ConfigError: The study's settings or the codebook of a table are wrong.
        SheetError: Codes that the codebook doesn't have, or codes a turn with a sentence unit.
        StoreError: A tape of the same name with another text is there already, or one that has
            another worker, client or unit than the user says.
    """
    readings = read_all(origins)
    codings = [coding for reading in readings for coding in reading.codings]
    _check_codings(study, codings)
    segmenter = Segmenter(study.settings)
    with study.store() as store:  # made here where there is none, so not before all is in order
        there = {summary.id: summary for summary in store.summaries()}
        readings = settled(readings, there.values())
        cut = [(reading, segmenter.utterances(reading.tape)) for reading in readings]
        new = store.add([(reading.tape, units) for reading, units in cut], codings)
        same = copies_of(new, store.said()) if new else {}
    return [
        Taken(
            reading=reading,
            utterances=units,
            new=reading.tape.id in new,
            same_as=same.get(reading.tape.id, ()),
            filled_in=filled_in(reading, there.get(reading.tape.id)),
        )
        for reading, units in cut
    ]


def _check_names(readings: Sequence[Reading], files: Mapping[str, Path], path: Path) -> None:
    faults = [
        f'tape "{reading.tape.id}" is in {files[reading.tape.id]} and in {path}'
        for reading in readings
        if reading.tape.id in files
    ]
    gather("import", faults, TranscriptError, "Import one of them with another --tape.")


def _check_codings(study: Study, codings: Sequence[Coding]) -> None:
    if codings and study.settings.utterance != "turn":
        raise SheetError(
            "the table codes whole turns, but this study codes sentences.",
            hint='Set utterance = "turn" in configs/study.toml, or leave out [table.codes].',
        )
    faults = []
    for key in sorted({coding.codebook for coding in codings}):
        book = study.codebook(key)
        used = {code for coding in codings if coding.codebook == key for code in coding.codes}
        faults += [
            f'unknown code "{code}"; expected one of {", ".join(book.all_codes)}'
            for code in book.unknown(used)
        ]
    gather("import", faults, SheetError, "Correct [table.codes] in the import mapping.")
