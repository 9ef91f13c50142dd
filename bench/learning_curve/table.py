"""The document as a table for people."""

from learning_curve.summary import Document


def table(document: Document) -> str:
    """Return a line a size and method: share of human per code, its mean, and seconds."""
    codes = document["codes"]
    width = max(len(code) for code in codes) + 2
    head = f"{'tapes':>5}  {'method':<17}" + "".join(f"{code:>{width}}" for code in codes)
    lines = [f"{head}{'mean':>8}{'sd':>7}{'draws':>7}{'seconds':>9}"]
    for size, of_size in document["sizes"].items():
        for name, one in of_size["methods"].items():
            shares = "".join(f"{_number(one['share_of_human'][c]):>{width}}" for c in codes)
            mean, sd = _number(one["mean_share"]), _number(one["mean_sd"])
            counts = f"{len(one['draws']):>7}{one['seconds']:>9.1f}"
            lines.append(f"{size:>5}  {name:<17}{shares}{mean:>8}{sd:>7}{counts}")
    human = "".join(f"{_number(document['coder_coder'][c]):>{width}}" for c in codes)
    lines.append(f"{'':>5}  {'coders, kappa':<17}{human}")
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
