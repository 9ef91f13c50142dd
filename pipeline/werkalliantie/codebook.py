"""A codebook: clusters of items, each with a definition and examples.

Knows nothing of files; `configuration` reads codebooks from TOML.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One observable behaviour within a cluster."""

    code: str
    label: str
    definition: str
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A code the model predicts, with the items it is made of."""

    code: str
    label: str
    definition: str
    items: tuple[Item, ...] = ()
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Codebook:
    """A named, versioned set of codes.

    Attributes:
        maps: Per older or other codebook key, its codes and the code here that each becomes.
    """

    name: str
    version: str
    title: str
    language: str
    clusters: tuple[Cluster, ...]
    maps: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()

    def __post_init__(self) -> None:
        if not self.clusters:
            raise ValueError(f"codebook {self.key} has no codes")
        faults = []
        twice = sorted(code for code, n in Counter(self.all_codes).items() if n > 1)
        if twice:
            faults.append(f"uses a code twice: {', '.join(twice)}")
        for source, pairs in self.maps:
            if unknown := self.unknown(to for _, to in pairs):
                faults.append(f"maps {source} to unknown codes: {', '.join(unknown)}")
        if faults:
            raise ValueError(f"codebook {self.key} {' and '.join(faults)}")

    @property
    def key(self) -> str:
        """Name and version, such as `werkalliantie-3`."""
        return f"{self.name}-{self.version}"

    @property
    def codes(self) -> tuple[str, ...]:
        """The cluster codes, in the codebook's order: what models predict."""
        return tuple(cluster.code for cluster in self.clusters)

    @property
    def all_codes(self) -> tuple[str, ...]:
        """Every code a coder may give: each cluster followed by its items."""
        return tuple(code for cluster in self.clusters for code in _codes_in(cluster))

    def unknown(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Return the codes that this codebook doesn't have, sorted."""
        return tuple(sorted(set(codes) - set(self.all_codes)))

    def clusters_of(self, codes: Iterable[str]) -> frozenset[str]:
        """Return the clusters that the given cluster and item codes stand for.

        Raises:
            KeyError: A code this codebook doesn't have.
        """
        owner = {code: c.code for c in self.clusters for code in _codes_in(c)}
        return frozenset(owner[code] for code in codes)


def _codes_in(cluster: Cluster) -> tuple[str, ...]:
    return (cluster.code, *(item.code for item in cluster.items))
