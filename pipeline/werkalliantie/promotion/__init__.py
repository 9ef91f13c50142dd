"""Whether a newly trained model may take the place of the one in use.

Knows answers, decisions and tapes as arrays; nothing of model folders, the store or training.
"""

from werkalliantie.promotion.gate import Difference, Gate, Verdict, judge
from werkalliantie.promotion.heldout import HeldOut

__all__ = ["Difference", "Gate", "HeldOut", "Verdict", "judge"]
