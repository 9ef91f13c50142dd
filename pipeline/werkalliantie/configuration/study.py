"""A study's own settings: `configs/study.toml`."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from werkalliantie.configuration.toml import Settings, load


class Backchannels(Settings):
    """When an utterance is only minimal encouragement.

    Attributes:
        words: Every word of a backchannel is one of these; letter case doesn't matter.
        max_words: A longer utterance is never a backchannel; 0 means that nothing is.
    """

    words: tuple[str, ...] = ()
    max_words: int = Field(default=4, ge=0, strict=True)


class Split(Settings):
    """Tapes held back from training, by tape id or by worker; the rest trains."""

    validation_tapes: tuple[str, ...] = ()
    validation_workers: tuple[str, ...] = ()
    test_tapes: tuple[str, ...] = ()
    test_workers: tuple[str, ...] = ()


class StudySettings(Settings):
    """What the whole study shares.

    Attributes:
        codebook: Key of the codebook in use, such as `werkalliantie-3`.
        utterance: The unit that is coded.
        spacy: A trained Dutch spaCy pipeline to split sentences with, or `blank:nl`.
    """

    name: str
    codebook: str
    utterance: Literal["turn", "sentence"] = "turn"
    spacy: str = "blank:nl"
    backchannels: Backchannels = Backchannels()
    split: Split = Split()


def load_study_settings(path: Path) -> StudySettings:
    """Read a study's settings.

    Raises:
        ConfigError: The file is missing, has unknown keys or wrong values; all of them named.
    """
    return load(path, StudySettings, what="study settings")
