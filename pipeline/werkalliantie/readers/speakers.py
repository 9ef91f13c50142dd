"""Speakers that the mapping doesn't know, and what to tell the user about them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from werkalliantie.configuration.mapping import ImportMapping
from werkalliantie.errors import TranscriptError

_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownSpeaker:
    """A label that isn't mapped, and the lines (or rows) that it begins."""

    label: str
    lines: tuple[int, ...]
    in_header: bool = False


def merged(unknown: Iterable[UnknownSpeaker]) -> list[UnknownSpeaker]:
    """Return each label once, with all its lines, in the order of the file."""
    lines: dict[str, set[int]] = {}
    in_header: dict[str, bool] = {}
    for one in unknown:
        lines.setdefault(one.label, set()).update(one.lines)
        in_header[one.label] = in_header.get(one.label, True) and one.in_header
    found = [
        UnknownSpeaker(label=label, lines=tuple(sorted(at)), in_header=in_header[label])
        for label, at in lines.items()
    ]
    return sorted(found, key=lambda one: one.lines[0])


def refuse_unknown(
    unknown: Sequence[UnknownSpeaker], mapping: ImportMapping, *, file: str, unit: str = "line"
) -> None:
    """Raise an error that names every unknown speaker, or return if there are none.

    `unit` is what the numbers count: "line" or "row".
    """
    if not unknown:
        return
    expected = f"Expected {expected_labels(mapping)}."
    faults = [f'{file}, {unit} {one.lines[0]}: unknown speaker "{one.label}"' for one in unknown]
    if len(unknown) == 1:
        message = f"{faults[0]}. {expected}"
    else:
        named = [f'"{one.label}" ({unit} {one.lines[0]})' for one in unknown[:_SHOWN]]
        more = len(unknown) - _SHOWN
        if more > 0:
            named.append(f"{more} more")
        message = f"{file}: unknown speakers {join(named, 'and')}. {expected}"
    what = "it" if len(unknown) == 1 else "them"
    place = f"in {mapping.source}."
    hint = f"Map {what} under [speakers] {place}"
    if all(one.in_header for one in unknown):
        hint = f"Map {what} under [speakers], or name {what} in header_keys, {place}"
    raise TranscriptError(message, hint=hint, faults=faults)


def no_speaker(mapping: ImportMapping, *, file: str) -> TranscriptError:
    """Return the error for a text in which nobody speaks."""
    return TranscriptError(
        f"{file}: no speaker found. "
        f"Expected lines that begin with {expected_labels(mapping, end=':')}.",
        hint="Put the speaker before each turn, or map your labels under [speakers] "
        f"in {mapping.source}.",
    )


def no_worker(mapping: ImportMapping, *, file: str) -> TranscriptError:
    """Return the error for a transcript in which the worker doesn't speak."""
    labels = [f"{label}:" for label in mapping.speakers.worker[:2]]
    return TranscriptError(
        f"{file}: no turn of the worker. Expected lines that begin with {join(labels, 'or')}.",
        hint=f"Map the worker's label under [speakers] in {mapping.source}.",
    )


def expected_labels(mapping: ImportMapping, *, end: str = "") -> str:
    """Return the first labels of worker and client, letters before words."""
    labels = (*mapping.speakers.worker[:2], *mapping.speakers.client[:3])
    ordered = sorted(labels, key=lambda label: len(label) > 2)
    return join([f"{label}{end}" for label in ordered], "or")


def join(words: Sequence[str], last: str) -> str:
    """Return words as in a sentence: "R, C or K"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
