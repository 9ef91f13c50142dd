"""Labelling tapes of a study: predictions into the store, sheets for review."""

from werkalliantie.precoding.merging import merge
from werkalliantie.precoding.run import Precoded, precode
from werkalliantie.precoding.shard import Shard
from werkalliantie.precoding.sharing import InPart, precode_shard

__all__ = ["InPart", "Precoded", "Shard", "merge", "precode", "precode_shard"]
