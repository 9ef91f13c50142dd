"""The models of a study, and which of them is the champion.

Each model is a folder. The champion is named by a small file, the pointer, that is replaced in one
step and holds the whole promotion; then that is added to a journal. Whenever the process is cut
off, the pointer is right, and what the journal still lacks is the pointer's own entry. Processes
that promote take turns.
"""

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from werkalliantie import artefact
from werkalliantie.artefact import Artefact
from werkalliantie.errors import ModelError, WerkalliantieError
from werkalliantie.written import replacing

if sys.platform != "win32":
    import fcntl

_POINTER = "champion.json"
_JOURNAL = "promotions.jsonl"
_OTHERS = {_POINTER, _JOURNAL, "encoders", "searches"}
"""What else lies beside the models, now or later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One line of the registry; `fault` says why a folder can't be used."""

    name: str
    champion: bool
    model: Artefact | None
    fault: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """That a model was put in use: when (UTC, ISO 8601), in whose place, and why."""

    model: str
    replaced: str | None
    at: str
    reason: str


class Registry:
    """The folder `models/` of a study."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def champion(self) -> str | None:
        """The name of the model in use, or None before the first."""
        try:
            pointer: Mapping[str, Any] = json.loads(
                (self.folder / _POINTER).read_text(encoding="utf-8")
            )
            return str(pointer["model"])
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):  # not JSON, not UTF-8, or of another shape
            raise ModelError(
                f"{self.folder / _POINTER}: doesn't name a model.",
                hint="Name one with: werkalliantie models promote MODEL",
            ) from None

    def names(self) -> list[str]:
        """Return the names of all model folders, whole or not."""
        if not self.folder.is_dir():
            return []
        return sorted(
            path.parent.name
            for path in self.folder.glob(f"*/{artefact.MANIFEST}")
            if not path.parent.name.startswith(".")
        )

    def list(self) -> list[Listing]:
        """Return every model folder, with what is wrong with those that can't be used."""
        champion = self.champion
        listings = []
        for name in self.names():
            try:
                model, fault = artefact.read(self.folder / name), None
            except WerkalliantieError as error:
                model, fault = None, error.message
            listings.append(Listing(name=name, champion=name == champion, model=model, fault=fault))
        return listings

    def find(self, model: str | None) -> Artefact:
        """Return a model by name or folder, or the champion.

        Raises:
            ModelError: There is no such model, no champion yet, or the folder isn't whole.
        """
        if model is None:
            model = self.champion
            if model is None:
                raise ModelError(
                    f"{self.folder}: no model is in use yet.",
                    hint="Train one with `werkalliantie train`, or give one with --model.",
                )
        folder = self.folder / model
        if not folder.is_dir() and Path(model).is_dir():
            folder = Path(model)
        if not folder.is_dir():
            known = ", ".join(self.names()) or "(none)"
            raise ModelError(
                f'no model "{model}". Expected one of {known}, or the path of a model folder.',
                hint="See `werkalliantie models` for what there is.",
            )
        return artefact.read(folder)

    def promote(self, name: str, *, reason: str) -> str | None:
        """Make a model of this registry the champion, whichever is in use now.

        Nothing is written where it is in use already.

        Returns:
            The model that was in use before, or None where there was none.

        Raises:
            ModelError: There is no such model here, or it isn't whole.
        """
        self._check(name)
        with self._alone():
            try:
                before = self.champion
            except ModelError:  # a pointer that names nothing is mended by this very promotion
                before = None
            if before != name:
                self._put_in_use(name, before, reason)
        return before

    def promote_over(self, champion: str | None, name: str, *, reason: str) -> bool:
        """Make a model the champion if the one in use is still the one that it was judged beside.

        Args:
            champion: The model that was in use then, or None where there was none.

        Returns:
            Whether it was so, and the model is in use.

        Raises:
            ModelError: There is no such model here, it isn't whole, or nothing says which is in
                use.
        """
        self._check(name)
        with self._alone():
            if self.champion != champion:
                return False
            self._put_in_use(name, champion, reason)
        return True

    def _check(self, name: str) -> None:
        if name not in self.names():
            known = ", ".join(self.names()) or "(none)"
            raise ModelError(
                f'no model "{name}" in {self.folder}. Expected one of {known}.',
                hint="See `werkalliantie models` for what there is.",
            )
        artefact.read(self.folder / name)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one process at a time promote."""
        with (self.folder / _JOURNAL).open("ab") as journal:
            if sys.platform != "win32":  # which has no lock that a killed process lets go of
                fcntl.flock(journal, fcntl.LOCK_EX)
            yield

    def _put_in_use(self, name: str, replaced: str | None, reason: str) -> None:
        self._complete_journal()
        entry = {
            "model": name,
            "replaced": replaced,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "reason": reason,
        }
        line = json.dumps(entry, ensure_ascii=False)
        _replace(self.folder / _POINTER, line + "\n")
        _append(self.folder / _JOURNAL, line)

    def promotions(self) -> tuple[Promotion, ...]:
        """Return every promotion, the oldest first; lines that aren't whole are passed over."""
        made = [promotion for line in self._journal() if (promotion := _promotion(line))]
        last = _promotion(self._pointer())
        return (*made, last) if last is not None and last not in made else (*made,)

    def _complete_journal(self) -> None:
        """Add the pointer's promotion if the process was cut off before the journal had it."""
        line = self._pointer()
        if _promotion(line) is not None and line not in self._journal():
            _append(self.folder / _JOURNAL, line)

    def _journal(self) -> Sequence[str]:
        try:
            text = (self.folder / _JOURNAL).read_bytes().decode("utf-8", errors="replace")
        except FileNotFoundError:
            return []
        return text.split("\n")

    def _pointer(self) -> str:
        try:
            return (self.folder / _POINTER).read_bytes().decode("utf-8", errors="replace").strip()
        except FileNotFoundError:
            return ""

    def free_name(self, wanted: str | None) -> str:
        """Return a name for a new model: the one wanted, or the next of `model-001` and so on.

        The name of a model that was in use is no other's, even where its folder is gone: the
        pointer and the journal would take the two for one.

        Raises:
            ModelError: The name is taken or can't be a folder's.
        """
        if wanted is None:
            taken = {path.name for path in self.folder.glob("model-*")} | self._names_used()
            numbers = [int(name[6:]) for name in taken if re.fullmatch(r"model-[0-9]+", name)]
            return f"model-{max(numbers, default=0) + 1:03d}"
        if not wanted or wanted.startswith(".") or set(wanted) & set('/\\:*?"<>| '):
            raise ModelError(
                f"{wanted!r} can't be a model's name.",
                hint="Use letters, digits, dots, dashes and underscores.",
            )
        if (self.folder / wanted).exists() or wanted in _OTHERS:
            raise ModelError(
                f'there is already something called "{wanted}" in {self.folder}.',
                hint="Give another --name: models are never overwritten.",
            )
        if wanted in self._names_used():
            raise ModelError(
                f'"{wanted}" is the name of a model that was in use, which is gone from '
                f"{self.folder}.",
                hint="Give another --name, so that nobody takes the new model for that one.",
            )
        return wanted

    def _names_used(self) -> set[str]:
        """Return the names of models that are or were in use, as far as that is on record."""
        used = {name for one in self.promotions() for name in (one.model, one.replaced) if name}
        with suppress(ModelError):  # a pointer that names nothing
            if (champion := self.champion) is not None:
                used.add(champion)
        return used


def _promotion(line: str) -> Promotion | None:
    """Return what a line of the journal says, or None where it isn't whole."""
    try:
        said: Mapping[str, Any] = json.loads(line)
        replaced = said["replaced"]
        return Promotion(
            model=str(said["model"]),
            replaced=None if replaced is None else str(replaced),
            at=str(said["at"]),
            reason=str(said["reason"]),
        )
    except (ValueError, KeyError, TypeError):  # not JSON, or of another shape
        return None


def _replace(path: Path, text: str) -> None:
    """Replace a file in one step; its text is on disk before its name is."""
    with replacing(path) as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
        Path(file.name).chmod(0o644)


def _append(path: Path, line: str) -> None:
    """Add a line to a file, on a line of its own even if the last one was cut off."""
    with path.open("ab+") as file:
        file.seek(0, os.SEEK_END)
        if file.tell():
            file.seek(-1, os.SEEK_END)
            torn = file.read(1) != b"\n"
        else:
            torn = False
        file.write(("\n" if torn else "").encode() + f"{line}\n".encode())
        file.flush()
        os.fsync(file.fileno())
