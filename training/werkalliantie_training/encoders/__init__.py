"""Encoders: pretrained transformers, embedded in a package, in a folder, or from the hub.

Needs no torch; `description` and `tokenizer` load it or transformers for older formats only.
"""

from werkalliantie_training.encoders.catalogue import Entry, entries, resolve
from werkalliantie_training.encoders.description import Description, describe
from werkalliantie_training.encoders.embedded import EMBEDDED, build
from werkalliantie_training.encoders.encoder import Encoder
from werkalliantie_training.encoders.hub import fetch
from werkalliantie_training.encoders.tokenizer import load_tokenizer

__all__ = [
    "EMBEDDED",
    "Description",
    "Encoder",
    "Entry",
    "build",
    "describe",
    "entries",
    "fetch",
    "load_tokenizer",
    "resolve",
]
