"""A part: what one shard says of its tapes, as JSON Lines without a word of what was said.

The first line says what the part is, then comes a line a tape, by id, and the last line holds the
sha256 of all before it. The same shard of the same tapes has the same bytes whenever and however
often it is made. Knows the format of the file; knows nothing of the store.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from werkalliantie.coding import Prediction
from werkalliantie.errors import StoreError
from werkalliantie.labelling import Labelling, ModelVersion
from werkalliantie.precoding.shard import Shard

FORMAT = 1
_KINDS = (KeyError, TypeError, ValueError)


def file_name(model: ModelVersion, shard: Shard) -> str:
    """Return the name of a shard's part, which no other shard and no other model gives."""
    return f"{model.name}-{model.sha[:12]}.{shard.number}-of-{shard.of}.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a part is of.

    Attributes:
        codes: The codes, in the order of the probabilities.
        list_sha: The hash of all the tapes that were divided into shards.
        precision: What the tapes were computed in; None where there are none, or where it wasn't
            written down.
    """

    model: ModelVersion
    codes: tuple[str, ...]
    device: str
    shard: Shard
    list_sha: str
    precision: str | None = None

    @property
    def file_name(self) -> str:
        """The name of the part."""
        return file_name(self.model, self.shard)

    def line(self) -> bytes:
        """Return the first line of the part."""
        return _line({"format": FORMAT, **asdict(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part that is whole: its header is understood and its last line fits what is before it."""

    path: Path
    header: Header

    def labellings(self) -> Iterator[Labelling]:
        """Read the tapes of the part one at a time, in order."""
        with self.path.open("rb") as file:
            file.readline()
            for line in file:
                said = json.loads(line)
                if "sha256" not in said:
                    yield labelling_from(said, self.header)


def open_part(path: Path) -> Part:
    """Check that a file is a whole part.

    Raises:
        StoreError: It isn't one, is of another version, or was cut off or altered.
    """
    sha = hashlib.sha256()
    first = last = b""
    with path.open("rb") as file:
        for line in file:
            sha.update(last)
            first, last = first or line, line
    header = read_header(first, path)
    if last != last_line(sha.hexdigest()):
        raise StoreError(
            f"{path.name}: not whole: its last line doesn't fit what is before it.",
            hint="Copy it again, or make that shard again.",
        )
    return Part(path=path, header=header)


def read_header(line: bytes, path: Path) -> Header:
    """Return what the first line of a file says.

    Raises:
        StoreError: It isn't the first line of a part.
    """
    try:
        said = json.loads(line)
        if said["format"] != FORMAT:
            raise ValueError("of another version")
        return Header(
            model=ModelVersion(**said["model"]),
            codes=tuple(said["codes"]),
            device=said["device"],
            shard=Shard(**said["shard"]),
            list_sha=said["list_sha"],
            precision=said.get("precision"),
        )
    except _KINDS:
        raise StoreError(
            f"{path.name}: no part, or one of another version of werkalliantie.",
            hint="Move it away, or make that shard again with this version.",
        ) from None


def tape_line(labelling: Labelling, codes: tuple[str, ...]) -> bytes:
    """Return the line of a tape."""
    said = [
        [[p.probabilities[code] for code in codes], [code for code in codes if code in p.codes]]
        for p in labelling.predictions
    ]
    return _line({"tape": labelling.tape, "text_sha": labelling.text_sha, "said": said})


def last_line(sha: str) -> bytes:
    """Return the last line of a part whose other lines have this sha256."""
    return _line({"sha256": sha})


def labelling_from(said: dict[str, Any], header: Header) -> Labelling:
    """Return what the line of a tape says."""
    return Labelling(
        tape=said["tape"],
        model=header.model,
        text_sha=said["text_sha"],
        device=header.device,
        precision=header.precision,
        predictions=tuple(
            Prediction(
                tape=said["tape"],
                utterance=index,
                model=header.model.name,
                codebook=header.model.codebook,
                probabilities=dict(zip(header.codes, probabilities, strict=True)),
                codes=frozenset(codes),
            )
            for index, (probabilities, codes) in enumerate(said["said"])
        ),
    )


def _line(value: dict[str, Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode() + b"\n"
