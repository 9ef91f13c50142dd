"""Whether parts belong together: all of one run, every shard there, no tape twice."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from werkalliantie.errors import StoreError, gather
from werkalliantie.labelling import Labelling, ModelVersion
from werkalliantie.precoding.part import Header, Part, open_part
from werkalliantie.precoding.plan import some
from werkalliantie.precoding.shard import Shard, list_sha
from werkalliantie.store import Store

_HINT = (
    "Make what is missing with --shard, and move parts of other runs out of the folder; nothing "
    "was stored."
)
T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """The parts of one run, complete: each tape once, with the text that the study has.

    Attributes:
        tapes: Every tape, by id.
    """

    parts: tuple[Part, ...]
    tapes: tuple[str, ...]

    def labellings(self) -> Iterator[Labelling]:
        """Read the tapes of all parts one at a time."""
        for part in self.parts:
            yield from part.labellings()


def join(folder: Path, version: ModelVersion, store: Store) -> Joined:
    """Check the parts in a folder against each other, the model and the study.

    Raises:
        StoreError: There are none, or they don't make one whole; every fault is named.
    """
    parts, faults = _opened(folder)
    faults += [
        f"{part.path.name} is of the model {part.header.model}, not {version}"
        for part in parts
        if part.header.model != version
    ]
    own = [part for part in parts if part.header.model == version]
    places = _places(own)
    faults += [*_other_runs(own), *_other_kinds(own), *_gaps(own), *_overlaps(places)]
    if not faults and list_sha(places) != own[0].header.list_sha:
        faults.append("together they don't hold the tapes that were divided")
    for part in own:
        faults += _other_texts(part, store)
    gather(str(folder), faults, StoreError, _HINT)
    return Joined(parts=tuple(own), tapes=tuple(sorted(places)))


def _opened(folder: Path) -> tuple[list[Part], list[str]]:
    paths = sorted(folder.glob("[!.]*.jsonl"))
    if not paths:
        raise StoreError(
            f"{folder}: no parts here.",
            hint="Make them with `werkalliantie precode TAPE... --shard i/n`, or name their folder "
            "with --out.",
        )
    parts, faults = [], []
    for path in paths:
        try:
            parts.append(open_part(path))
        except StoreError as error:
            faults.append(error.message)
    return parts, faults


def _other_runs(parts: Sequence[Part]) -> list[str]:
    if len({part.header.list_sha for part in parts}) < 2:
        return _differing(parts, lambda part: part.header.shard.of, "divided into {} shards")
    return _differing(parts, lambda part: part.header.list_sha[:12], "of the list of tapes {}")


def _other_kinds(parts: Sequence[Part]) -> list[str]:
    """Return the parts by what they were computed in and on; one without tapes fits any."""
    spoken = [part for part in parts if next(part.labellings(), None) is not None]
    return _differing(spoken, lambda part: _kind(part.header), "computed in {}")


def _kind(header: Header) -> str:
    return f"{header.precision or 'an unknown precision'} on {header.device}"


def _differing(parts: Sequence[Part], value: Callable[[Part], T], says: str) -> list[str]:
    groups: dict[T, list[str]] = defaultdict(list)
    for part in parts:
        groups[value(part)].append(part.path.name)
    if len(groups) < 2:
        return []
    return [f"{says.format(key)}: {', '.join(names)}" for key, names in groups.items()]


def _gaps(parts: Sequence[Part]) -> list[str]:
    there = {part.header.shard for part in parts}
    return [
        f"shard {number}/{of} is missing"
        for of in sorted({shard.of for shard in there})
        for number in range(1, of + 1)
        if Shard(number=number, of=of) not in there
    ]


def _places(parts: Sequence[Part]) -> dict[str, tuple[str, ...]]:
    """Return in which files each tape is."""
    places: dict[str, tuple[str, ...]] = {}
    for part in parts:
        for labelling in part.labellings():
            places[labelling.tape] = (*places.get(labelling.tape, ()), part.path.name)
    return places


def _overlaps(places: Mapping[str, tuple[str, ...]]) -> list[str]:
    tapes: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for tape, files in places.items():
        if len(files) > 1:
            tapes[files].append(tape)
    return [
        f"{' and '.join(files)} hold the same tapes: {some(held)}" for files, held in tapes.items()
    ]


def _other_texts(part: Part, store: Store) -> list[str]:
    other, unknown = [], []
    for labelling in part.labellings():
        try:
            if store.text_sha(labelling.tape) != labelling.text_sha:
                other.append(labelling.tape)
        except StoreError:
            unknown.append(labelling.tape)
    both = ((other, "with another text here"), (unknown, "not in this study"))
    return [f"{part.path.name}: {what}: {some(tapes)}" for tapes, what in both if tapes]
