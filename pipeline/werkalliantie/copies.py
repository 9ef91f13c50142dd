"""Tapes of a study on which the worker says the same, or nearly the same, as on another."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import permutations

from werkalliantie.duplicates import near_duplicates
from werkalliantie.seen import texts_hash

# A second or two; beyond these only the same words tell, which takes no time.
_MOST_TAPES = 1_000
_MOST_PAIRS = 50_000


def copies_of(
    tapes: Collection[str], said: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """Return for each of some tapes the others of the study that are copies of it.

    Tapes with the same words are copies, and so are near-duplicates, which are looked for in
    studies of up to a thousand tapes and for not too many tapes at once.

    Args:
        tapes: The tapes asked for.
        said: What the worker says on every tape of the study, these included.
    """
    alike = same_words({tape: texts_hash(texts) for tape, texts in said.items()})
    pairs = {pair for group in alike for pair in permutations(group, 2) if pair[0] in tapes}
    asked = {tape: said[tape] for tape in tapes if tape in said}
    if len(said) <= _MOST_TAPES and len(asked) * len(said) <= _MOST_PAIRS:
        pairs |= {*near_duplicates(asked, said.items())}
    found: dict[str, tuple[str, ...]] = dict.fromkeys(tapes, ())
    for one, other in sorted(pairs):
        found[one] += (other,)
    return found


def same_words(hashes: Mapping[str, str]) -> list[list[str]]:
    """Return the groups of tapes, two or more and by name, whose words have one hash."""
    alike: dict[str, list[str]] = defaultdict(list)
    for tape in sorted(hashes):
        alike[hashes[tape]].append(tape)
    return [group for group in alike.values() if len(group) > 1]
