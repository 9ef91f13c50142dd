"""Where a dash behind a label opens a turn: in a file that writes its turns so.

Speech has dashes too, and a hard line end may put a label before one: `... een afspraak bij de` /
`Reclassering - Leger des Heils - en toen`. Where a dash opens nothing, the line goes on with the
turn before it, and is listed.
"""

from collections import Counter
from collections.abc import Sequence

from werkalliantie.readers.grammar import Grammar, Labelled, Style
from werkalliantie.readers.header import may_be_metadata
from werkalliantie.transcript import Role

# One turn in so many is a slip, or speech that looks like a turn.
_SELDOM = 10


def dashed_labels(lines: Sequence[Labelled], grammar: Grammar) -> frozenset[str]:
    """Return the labels behind which a dash opens a turn in this file, as written.

    There are none where turns open otherwise, but for a slip here and there. Of two labels for the
    worker, or two for the client, one that stands there once, or seldom, opens nothing.
    """
    opened = [(item, item.head) for item in lines if item.head is not None and item.opens_turn]
    dashed = Counter((head.role, head.label) for _, head in opened if head.style is Style.DASH)
    others = [(item, head) for item, head in opened if head.style is not Style.DASH]
    counts = Counter(head.key for _, head in others)
    n_turns = sum(counts[head.key] > 1 or not may_be_metadata(i, grammar) for i, head in others)
    if max(dashed.values(), default=0) < 2 or n_turns * _SELDOM > dashed.total():
        return frozenset()
    return frozenset(label for role, label in dashed if _is_turns(dashed, role, label))


def _is_turns(dashed: Counter[tuple[Role | None, str]], role: Role | None, label: str) -> bool:
    n = dashed[role, label]
    n_of_role = sum(count for (other, _), count in dashed.items() if other is role)
    return n == n_of_role or (n > 1 and n * _SELDOM >= n_of_role)
