"""How the coders' kappa, and what is known of it, changes with the number of tapes coded."""

from dataclasses import dataclass

from werkalliantie.agreement.ledger import coder_pairs, mean_kappa_interval, pair_counts
from werkalliantie.agreement.ratings import ratings_of
from werkalliantie.agreement_report.drift import tapes_in_order
from werkalliantie.agreement_report.material import Material


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Kappa over the first tapes that two coders share, with its interval where it has one."""

    n_tapes: int
    kappa: float
    interval: tuple[float, float] | None


def growth_of(material: Material) -> dict[str, list[Step]]:
    """Return, per code, a step for each number of tapes, in the order in which they were coded."""
    ratings = ratings_of(material.blind, material.places, material.codebook)
    numbers = {tape: number for number, tape in enumerate(sorted(set(ratings.tapes)))}
    order = [numbers[tape] for tape in tapes_in_order(material)]
    pairs = coder_pairs(material.coders)
    codes = material.codebook.codes
    counts = [pair_counts(ratings, column, pairs)[:, order] for column in range(len(codes))]
    shared = counts[0].sum(axis=(0, 2)) > 0
    steps: dict[str, list[Step]] = {code: [] for code in codes}
    for n_tapes in range(1, int(shared.sum()) + 1):  # the codes within: they share their draws
        for code, of_code in zip(codes, counts, strict=True):
            found = mean_kappa_interval(of_code[:, shared][:, :n_tapes])
            if found.estimate is not None:
                step = Step(n_tapes=n_tapes, kappa=found.estimate, interval=found.limits)
                steps[code].append(step)
    return steps
