"""Tapes of a study on which the worker says the same, or nearly the same, as on another."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

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
    pairs = {(one, other) for one, other in _same_words(said) if one in tapes}
    asked = {tape: said[tape] for tape in tapes if tape in said}
    if len(said) <= _MOST_TAPES and len(asked) * len(said) <= _MOST_PAIRS:
        pairs |= {*near_duplicates(asked, said.items())}
    found: dict[str, tuple[str, ...]] = dict.fromkeys(tapes, ())
    for one, other in sorted(pairs):
        found[one] += (other,)
    return found


def _same_words(said: Mapping[str, Sequence[str]]) -> set[tuple[str, str]]:
    by_words: dict[str, list[str]] = defaultdict(list)
    for tape, texts in said.items():
        by_words[texts_hash(texts)].append(tape)
    return {
        (one, other)
        for group in by_words.values()
        for one in group
        for other in group
        if one != other
    }
