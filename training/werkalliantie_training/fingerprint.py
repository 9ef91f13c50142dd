"""What a training run is made from, as one hash: the same again would give the same model again."""

import hashlib
import json
from dataclasses import asdict
from typing import Any

import werkalliantie
from werkalliantie_training.data import TrainingData
from werkalliantie_training.encoders import Encoder
from werkalliantie_training.settings import TrainSettings


def fingerprint(data: TrainingData, settings: TrainSettings, encoder: Encoder) -> str:
    """Return a sha256 over the data and their split, codebook, settings, encoder and program.

    Where the encoder's folder lies doesn't matter, nor where a study is that lent codings; what is
    in them does.
    """
    said = {
        "data": data.hashes,
        "borrowed": [asdict(loan) for loan in data.borrowed.loans],
        "codebook": asdict(data.codebook),
        "settings": portable(settings, data, encoder),
        "encoder": encoder.sha256,
        "werkalliantie": werkalliantie.__version__,
    }
    if settings.evaluation.group == "worker":  # who is on a tape decides its fold
        said["workers"] = data.cross.workers
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def portable(settings: TrainSettings, data: TrainingData, encoder: Encoder) -> dict[str, Any]:
    """Return settings with names in place of folders, which are this machine's business."""
    named = {"encoder": encoder.name, "borrow": [loan.study for loan in data.borrowed.loans]}
    return settings.model_dump(mode="json") | named
