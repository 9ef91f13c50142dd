"""That one version of a model labelled one tape, and what it said of each utterance.

A model's name and a tape's name can come to stand for something else; their hashes can't. Knows
nothing of files, SQL or ONNX.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from werkalliantie.coding import Prediction
from werkalliantie.transcript import Role, Tape, Utterance


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelVersion:
    """A coder model that can't be taken for another.

    Attributes:
        sha: The sha256 of its manifest, which holds those of all its files.
    """

    name: str
    sha: str
    codebook: str

    def __str__(self) -> str:
        return f"{self.name} ({self.sha[:12]})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelling:
    """A model version's answers for every utterance of a tape.

    Attributes:
        text_sha: What `text_sha` gives for the tape that was labelled.
        device: Where it was computed, such as `cpu`; other devices differ in the last digits.
        precision: What it was computed in, such as `int8`; None where that wasn't written down.
        predictions: One for each utterance, in order.
    """

    tape: str
    model: ModelVersion
    text_sha: str
    device: str
    precision: str | None
    predictions: tuple[Prediction, ...]

    def __post_init__(self) -> None:
        said = (self.tape, self.model.name, self.model.codebook)
        if any((p.tape, p.model, p.codebook) != said for p in self.predictions):
            raise ValueError(f"predictions that aren't {self.model}'s of tape {self.tape}")
        if [p.utterance for p in self.predictions] != list(range(len(self.predictions))):
            raise ValueError(f"predictions of tape {self.tape} that aren't one an utterance")


def text_sha(tape: Tape, utterances: Iterable[Utterance]) -> str:
    """Return a hash of all that decides what a model is asked about a tape.

    Another word, speaker, order, or way to cut turns into utterances gives another hash; names of
    files and people, times and line numbers don't.
    """
    return sha_of(
        [(turn.role, turn.text) for turn in tape.turns],
        [(utterance.turn, utterance.text, utterance.backchannel) for utterance in utterances],
    )


def sha_of(turns: Iterable[tuple[Role, str]], units: Iterable[tuple[int, str, bool]]) -> str:
    """Return `text_sha` of a tape, from the few things of it that matter.

    Args:
        turns: Of every turn in order, who speaks and the words.
        units: Of every utterance in order, its turn, the words, and whether it's a backchannel.
    """
    said = [[(role.marker, text) for role, text in turns], [*units]]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
