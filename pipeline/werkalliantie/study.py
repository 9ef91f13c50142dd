"""A study: one folder with `configs/`, `data/` and `models/`."""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from werkalliantie.codebook import Codebook
from werkalliantie.configuration.codebooks import load_codebook
from werkalliantie.configuration.mapping import ImportMapping, load_mapping
from werkalliantie.configuration.study import StudySettings, load_study_settings
from werkalliantie.errors import ConfigError
from werkalliantie.refusals import reason_of
from werkalliantie.resources import shipped

if TYPE_CHECKING:
    from werkalliantie.store import Store

_NAME = re.compile(r"^name = .*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A study's folder and its checked settings."""

    folder: Path
    settings: StudySettings

    @classmethod
    def open(cls, folder: Path) -> "Study":
        """Open the study in `folder`.

        Raises:
            ConfigError: There is none, or its settings are wrong.
        """
        path = folder / "configs" / "study.toml"
        if not path.is_file():
            raise ConfigError(
                f"{folder}: no study here. Expected the file configs/study.toml.",
                hint="Make one with `werkalliantie init DIR`, or name it with --study DIR.",
            )
        return cls(folder=folder, settings=load_study_settings(path))

    @property
    def data(self) -> Path:
        """Where the study's own data lies."""
        return self.folder / "data"

    @property
    def database(self) -> Path:
        """The file that holds tapes and codings; made by the first import."""
        return self.data / "werkalliantie.db"

    @property
    def features(self) -> Path:
        """Where training keeps what an encoder made of the tapes; it may be removed."""
        return self.data / "features"

    @property
    def models(self) -> Path:
        """Where model folders and the champion pointer lie."""
        return self.folder / "models"

    @property
    def encoders(self) -> Path:
        """Where encoders lie."""
        return self.models / "encoders"

    def codebook(self, key: str | None = None) -> Codebook:
        """Return the study's codebook, or another one of `configs/codebooks/`.

        Raises:
            ConfigError: There is no such codebook, it is faulty or it goes by another name.
        """
        key = key or self.settings.codebook
        for folder in (self.folder / "configs", shipped("configs")):
            path = folder / "codebooks" / f"{key}.toml"
            if path.is_file():
                return _named(load_codebook(path), path)
        raise ConfigError(
            f'no codebook "{key}". Expected the file configs/codebooks/{key}.toml.',
            hint="Add it there, or correct `codebook` in configs/study.toml.",
        )

    def mapping(self, path: Path | None = None) -> ImportMapping:
        """Return the import mapping at `path`, or the study's default one.

        Raises:
            ConfigError: There is no such file, or it is faulty.
        """
        if path is None:
            path = self.folder / "configs" / "imports" / "default.toml"
            if not path.is_file():
                path = shipped("configs") / "imports" / "default.toml"
        return load_mapping(path)

    def store(self) -> "Store":
        """Open the study's database, made when it isn't there yet."""
        from werkalliantie.store import Store

        self.data.mkdir(parents=True, exist_ok=True)
        return Store(self.database)


def create(folder: Path) -> Study:
    """Make a new, empty study with the default configs, named after its folder.

    Files that are there already stay.

    Raises:
        ConfigError: There is a study already, or no folder can be made there.
    """
    if (folder / "configs" / "study.toml").exists():
        raise ConfigError(
            f"{folder}: there is a study here already.", hint="Give a new or empty folder."
        )
    try:
        for name in ("data", "models"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        _copy_new(shipped("configs"), folder / "configs")
        # The settings come last: a study that is there is whole.
        settings = (shipped("configs") / "study.toml").read_text(encoding="utf-8")
        quoted = json.dumps(folder.resolve().name, ensure_ascii=False)
        named = _NAME.sub(lambda _: f"name = {quoted}", settings, 1)
        (folder / "configs" / "study.toml").write_text(named, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"{folder}: no study can be made here ({reason_of(error)}).",
            hint="Give a new or empty folder that you may write in.",
        ) from None
    return Study.open(folder)


def _copy_new(source: Path, target: Path) -> None:
    for path in source.rglob("*"):
        copy = target / path.relative_to(source)
        if path.is_file() and path.name != "study.toml" and not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)


def _named(codebook: Codebook, path: Path) -> Codebook:
    # Codings carry the key that the file says; under another file name nobody would find them.
    if codebook.key != path.stem:
        raise ConfigError(
            f'{path}: `name` and `version` make "{codebook.key}", but the file is named '
            f'"{path.stem}".',
            hint="Correct `name` and `version`, or name the file after them.",
        )
    return codebook
