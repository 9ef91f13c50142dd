"""The gate's verdict as a sentence: what was done, why, and what would change it."""

from collections.abc import Callable

from werkalliantie.promotion.gate import Difference, Gate, Verdict, tapes_needed


def reason_for(gate: Gate, *, champion: str, challenger: str, tapes: str, caution: str = "") -> str:
    """Return why the challenger was put in use, or not; a command to type comes last.

    Args:
        gate: The verdict.
        champion: Name of the model in use before.
        challenger: Name of the new one.
        tapes: What they were compared on, such as `test tapes`.
        caution: Sentences on what to bear in mind about these tapes.
    """
    place = f"on {gate.n_tapes} {tapes}"
    if not gate.promoted:
        why = _too_few(gate, tapes) or _shortcomings(gate, place)
        said = (
            f"{champion} stays in use: {why}",
            caution,
            f"To put {challenger} in use all the same: werkalliantie models promote {challenger}",
        )
        return " ".join(filter(None, said))
    ruled_out = f"on no code a loss of {gate.rules.margin:g} kappa is possible"
    if gate.better:
        how = f"it is better than {champion} {place}"
    else:
        how = f"it is no worse than {champion} {place}, though not shown to be better"
    bound = f"{100 * gate.rules.confidence:g}% sure"
    why = f"{challenger} is put in use: {how}: {_mean(gate)}, and {ruled_out} ({bound})."
    return f"{why} {caution}".rstrip()


def _too_few(gate: Gate, tapes: str) -> str | None:
    n, least = gate.n_tapes, gate.rules.min_tapes
    if n >= least:
        return None
    those = tapes.removesuffix("s") if n == 1 else tapes
    return (
        f"{n} blind-coded {those} can't show which model is better; it takes at least {least} "
        f"({_mean(gate)}). Have more tapes coded blind, or hold more back (docs/configuration.md)."
    )


def _shortcomings(gate: Gate, place: str) -> str:
    said = [
        sentence(code, one, gate)
        for code, one in gate.codes.items()
        if (sentence := _ABOUT.get(one.verdict)) is not None
    ]
    lower = gate.mean.difference
    if lower is not None and lower < 0:
        said.append(f"the new model is lower on average: {_mean(gate)}")
    needed = [tapes_needed(one, gate.n_tapes, gate.rules.margin) for one in _unclear(gate)]
    return f"{place}, {'; '.join(said)}." + _advice(needed)


def _advice(needed: list[int | None]) -> str:
    if not needed:
        return ""
    known = [n for n in needed if n is not None]
    if len(known) < len(needed):
        return " More held-out tapes alone are not likely to change that."
    return f" Some {max(known)} held-out tapes would rule it out, if the difference stays."


def _unclear(gate: Gate) -> list[Difference]:
    return [one for one in gate.codes.values() if one.verdict is Verdict.UNCLEAR]


def _worse(code: str, one: Difference, gate: Gate) -> str:
    return f"{code} is worse: {_both(one)}, {_bounds(one)}"


def _may_be_worse(code: str, one: Difference, gate: Gate) -> str:
    return (
        f"{code} may be worse by {gate.rules.margin:g} kappa or more: {_both(one)}, {_bounds(one)}"
    )


def _unknown(code: str, one: Difference, gate: Gate) -> str:
    return f"{code} can't be compared: coders and models gave it on too few of the tapes"


_ABOUT: dict[Verdict, Callable[[str, Difference, Gate], str]] = {
    Verdict.WORSE: _worse,
    Verdict.UNCLEAR: _may_be_worse,
    Verdict.UNKNOWN: _unknown,
}


def _mean(gate: Gate) -> str:
    mean = gate.mean
    return f"mean kappa {_both(mean)}" + (f", {_bounds(mean)}" if mean.low is not None else "")


def _both(one: Difference) -> str:
    return f"{_number(one.challenger)} against {_number(one.champion)}"


def _bounds(one: Difference) -> str:
    if one.difference is None or one.interval is None:
        return "by how much isn't known"
    low, high = one.interval
    return f"{one.difference:+.3f} (at least {low:+.3f}, at most {high:+.3f})"


def _number(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3f}"
