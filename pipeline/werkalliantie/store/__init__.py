"""The study's database: tapes, utterances, codings and predictions."""

from werkalliantie.store.changes import CodingCounts
from werkalliantie.store.database import open_engine
from werkalliantie.store.store import CodingEntry, Store, TapeSummary

__all__ = ["CodingCounts", "CodingEntry", "Store", "TapeSummary", "open_engine"]
