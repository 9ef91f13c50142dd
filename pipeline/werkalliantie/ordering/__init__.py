"""What to code next: utterances and tapes ranked for review, and what reviewing brings.

Knows nothing of files and SQL.
"""

from werkalliantie.ordering.curve import BUDGETS, Point, review_curve
from werkalliantie.ordering.order import (
    Order,
    RankedTape,
    RankedUtterance,
    Why,
    places_in_order,
    ranked,
)
from werkalliantie.ordering.pool import Pool

__all__ = [
    "BUDGETS",
    "Order",
    "Point",
    "Pool",
    "RankedTape",
    "RankedUtterance",
    "Why",
    "places_in_order",
    "ranked",
    "review_curve",
]
