"""The models of a study, and which of them is the champion.

Each model is a folder; the champion is named by a small file that is replaced in one step, and
every promotion is added to a journal.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from werkalliantie import artefact
from werkalliantie.artefact import Artefact
from werkalliantie.errors import ModelError, WerkalliantieError

_POINTER = "champion.json"
_JOURNAL = "promotions.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One line of the registry; `fault` says why a folder can't be used."""

    name: str
    champion: bool
    model: Artefact | None
    fault: str | None = None


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
        """Make a model of this registry the champion.

        Returns:
            The model it replaces, or None where there was none.

        Raises:
            ModelError: There is no such model here, or it isn't whole.
        """
        if name not in self.names():
            known = ", ".join(self.names()) or "(none)"
            raise ModelError(
                f'no model "{name}" in {self.folder}. Expected one of {known}.',
                hint="See `werkalliantie models` for what there is.",
            )
        artefact.read(self.folder / name)
        try:
            replaced = self.champion
        except ModelError:  # a pointer that names nothing is mended by this very promotion
            replaced = None
        entry = {
            "model": name,
            "replaced": replaced,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "reason": reason,
        }
        line = json.dumps(entry, ensure_ascii=False)
        with (self.folder / _JOURNAL).open("a", encoding="utf-8") as journal:
            journal.write(line + "\n")
        partial = self.folder / f".{_POINTER}"
        partial.write_text(line + "\n", encoding="utf-8")
        partial.replace(self.folder / _POINTER)
        return replaced

    def free_name(self, wanted: str | None) -> str:
        """Return a name for a new model: the one wanted, or the next of `model-001` and so on.

        Raises:
            ModelError: The name is taken or can't be a folder's.
        """
        if wanted is None:
            taken = [path.name for path in self.folder.glob("model-*")]
            numbers = [int(name[6:]) for name in taken if name[6:].isdigit()]
            return f"model-{max(numbers, default=0) + 1:03d}"
        if not wanted or wanted.startswith(".") or set(wanted) & set('/\\:*?"<>| '):
            raise ModelError(
                f"{wanted!r} can't be a model's name.",
                hint="Use letters, digits, dots, dashes and underscores.",
            )
        if (self.folder / wanted).exists():
            raise ModelError(
                f'there is already something called "{wanted}" in {self.folder}.',
                hint="Give another --name: models are never overwritten.",
            )
        return wanted
