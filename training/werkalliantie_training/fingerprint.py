"""What a training run is made from, as one hash: the same again would give the same model again."""

import hashlib
import json
from dataclasses import asdict

import werkalliantie
from werkalliantie_training.data import TrainingData
from werkalliantie_training.encoders import Encoder
from werkalliantie_training.settings import TrainSettings


def fingerprint(data: TrainingData, settings: TrainSettings, encoder: Encoder) -> str:
    """Return a sha256 over the data and their split, codebook, settings, encoder and program.

    Where the encoder's folder lies doesn't matter; what is in it does.
    """
    said = {
        "data": data.hashes,
        "codebook": asdict(data.codebook),
        "settings": settings.model_dump(mode="json") | {"encoder": encoder.name},
        "encoder": encoder.sha256,
        "werkalliantie": werkalliantie.__version__,
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
