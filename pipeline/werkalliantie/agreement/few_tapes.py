"""What has to be said beside figures of few tapes."""

from dataclasses import dataclass

FEW_TAPES = 10
"""From this many on, intervals hold the truth as often as they say."""

_HELD = {2: (92, 98, 47, 55), 3: (91, 97, 71, 78), 4: (92, 98, 75, 82), 5: (92, 97, 80, 86)}
"""In how many of 100 simulated studies of so many tapes a 95 % interval held the truth.

The least and the most over kinds of study and figures, for the intervals given and for those of
plain percentiles; `bench/agreement.py --coverage`.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """The same remark in both languages."""

    dutch: str
    english: str


def few_tapes(n_tapes: int) -> Caution | None:
    """Return what a reader of intervals over so many tapes has to know; None if they are enough."""
    if n_tapes == 0 or n_tapes >= FEW_TAPES:
        return None
    if n_tapes == 1:
        return Caution(
            dutch="Eén tape laat niet zien hoe tapes verschillen: er zijn geen intervallen.",
            english="A single tape doesn't show how tapes differ: there are no intervals.",
        )
    like = min(n_tapes, max(_HELD))
    low, high, low_plain, high_plain = _HELD[like]
    return Caution(
        dutch=f"{n_tapes} tapes zijn er weinig. In nagebootste onderzoeken met {like} tapes "
        f"bevatte het 95 %-interval in {low} tot {high} van de 100 gevallen de ware waarde, het "
        "minst bij een zeldzame code of sterk verschillende tapes; met gewone "
        f"bootstrap-percentielen was dat {low_plain} tot {high_plain}. Het interval is breed.",
        english=f"{n_tapes} tapes are few. In simulated studies of {like} tapes the 95 % interval "
        f"held the true value in {low} to {high} of 100 cases, least where a code is rare or tapes "
        f"differ much; with plain bootstrap percentiles that was {low_plain} to {high_plain}. "
        "The interval is wide.",
    )
