"""The plots of the page: kappas, patterns of codes, the reliability curve, and growth."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from werkalliantie.agreement_report.document import Document
from werkalliantie.calibration import Calibration
from werkalliantie.report.drawing import CODES, GREY, HUMAN, MACHINE, MARKS, drawn
from werkalliantie.report.growth import Step
from werkalliantie.report.patterns import Pattern
from werkalliantie.report.words import Words

_SHORT = 6
"""Longer names of codes are written aslant above the columns."""


def forest(document: Document, words: Words) -> Markup:
    """Draw every code's kappas with intervals: the coders' and, under it, the model's."""
    codes = list(document["codes"])

    def draw(axes: list[Axes]) -> None:
        plot = axes[0]
        for place, code in enumerate(codes):
            _kappas(plot, document, code, -place, words)
        plot.axvline(0, color=GREY, linewidth=0.8)
        plot.set_yticks([-place for place in range(len(codes))], codes)
        plot.tick_params(axis="y", length=0)
        plot.set_ylim(-len(codes) + 0.45, 0.55)
        plot.set_xlim(*_from_to(document))
        plot.set_xlabel(words.kappa)
        plot.grid(axis="x", color="#dddddd", linewidth=0.6)
        _decimals(plot, words, x=True)
        _legend(plot)

    height = 0.9 + 0.65 * len(codes)
    return drawn(f"forest-{words.language}", words.kappa, (9.4, height), draw)


def heat(name: str, pattern: Pattern, rows: str, columns: str, words: Words) -> Markup:
    """Draw a pattern as a heat map, with its shares in the cells."""
    labels = [f"{code} (n={n})" for code, n in zip(pattern.names, pattern.counts, strict=True)]
    longest = max(map(len, pattern.names))

    def draw(axes: list[Axes]) -> None:
        plot = axes[0]
        _cells(plot, pattern, words)
        plot.set_xticks(range(len(labels)), pattern.names)
        plot.set_yticks(range(len(labels)), labels)
        plot.xaxis.tick_top()
        plot.xaxis.set_label_position("top")
        if longest > _SHORT:
            for name_of_code in plot.get_xticklabels():
                name_of_code.set(rotation=35, ha="left")
        plot.set_ylabel(rows)
        plot.set_xlabel(columns)
        plot.tick_params(length=0)
        for side in ("left", "bottom"):
            plot.spines[side].set_visible(False)

    cells = 0.47 * len(labels)
    width = cells + 0.35 + 0.085 * max(map(len, labels))
    height = cells + 0.55 + (0.055 * longest if longest > _SHORT else 0)
    return drawn(f"{name}-{words.language}", f"{rows} {columns}", (width, height), draw)


def _cells(plot: Axes, pattern: Pattern, words: Words) -> None:
    edges = np.arange(len(pattern.names) + 1) - 0.5
    plot.pcolormesh(edges, edges, np.nan_to_num(pattern.shares), cmap="Blues", vmin=0, vmax=1)
    plot.invert_yaxis()
    plot.set_aspect("equal")
    for (row, column), share in np.ndenumerate(pattern.shares):
        shown = "–" if np.isnan(share) else words.writing.number(float(share))
        ink = "white" if share > 0.62 else "black"
        plot.text(column, row, shown, ha="center", va="center", color=ink, fontsize=8.5)


def reliability(curves: Sequence[Calibration], words: Words) -> Markup:
    """Draw how often coders gave a code against the probability that the model gave it."""
    largest = max(one.n for curve in curves for one in curve.bins)

    def draw(axes: list[Axes]) -> None:
        plot = axes[0]
        plot.plot([0, 1], [0, 1], color=GREY, linewidth=0.8, linestyle="--", label=words.perfect)
        for place, curve in enumerate(curves):
            colour, mark = _look(place)
            said, given = [one.said for one in curve.bins], [one.given for one in curve.bins]
            plot.plot(said, given, color=colour, linewidth=1)
            sizes = [12 + 60 * one.n / largest for one in curve.bins]
            plot.scatter(
                said, given, s=sizes, color=colour, marker=mark, label=curve.code, clip_on=False
            )
        plot.set_xlim(0, 1)
        plot.set_ylim(0, 1)
        plot.set_aspect("equal")
        plot.set_xlabel(words.probability)
        plot.set_ylabel(words.share_of_coders)
        _decimals(plot, words, x=True, y=True)
        _legend(plot)

    title = f"{words.probability}; {words.share_of_coders}"
    return drawn(f"reliability-{words.language}", title, (5.2, 3.9), draw)


def growth(steps: dict[str, list[Step]], words: Words) -> Markup:
    """Draw each code's kappa over the tapes coded so far, with its interval."""
    codes = list(steps)

    def draw(axes: list[Axes]) -> None:
        for place, (plot, code) in enumerate(zip(axes, codes, strict=True)):
            colour, _ = _look(place)
            _grown(plot, steps[code], colour)
            plot.set_title(code)
            plot.set_ylim(min(0, *(step.kappa for step in steps[code] or [])), 1.02)
            plot.grid(axis="y", color="#dddddd", linewidth=0.6)
            plot.set_xlabel(words.n_tapes if place == len(codes) // 2 else "")
            _decimals(plot, words, y=True)
            if place:
                plot.tick_params(axis="y", labelleft=False)

    title = f"{words.kappa}; {words.n_tapes}"
    size = (2.0 + 2.4 * len(codes), 2.4)
    return drawn(f"growth-{words.language}", title, size, draw, n_axes=len(codes))


def _kappas(plot: Axes, document: Document, code: str, y: float, words: Words) -> None:
    """Draw one code's rows."""
    figures = document["codes"][code]
    kinds = (
        ("coder_coder", 0.16, HUMAN, "o", words.coders),
        ("model_coder", -0.16, MACHINE, "s", words.model),
    )
    for kind, up, colour, mark, label in kinds:
        found = figures[kind]
        if found is None or found["kappa"] is None:
            continue
        pairs = [p for p in document["pairs"] if p["code"] == code and p["kind"] == kind]
        each = [pair["kappa"] for pair in pairs if pair["kappa"] is not None]
        plot.plot(each, [y + up] * len(each), "|", color=colour, alpha=0.55, markersize=8)
        if found["ci"] is not None:
            plot.plot(found["ci"], [y + up] * 2, color=colour, linewidth=2)
        plot.plot(found["kappa"], y + up, mark, color=colour, markersize=7, label=label)
    _marks(plot, figures, y, words)


def _marks(plot: Axes, figures: Document, y: float, words: Words) -> None:
    """Draw the floor and the ceiling of one code."""
    floor = figures["floors"]["bag_of_words"]
    if floor is not None:
        plot.plot(floor, y - 0.16, "x", color="black", markersize=6, label=words.floor)
    ceiling = figures["ceiling"]["majority_of_others"]
    if ceiling is not None:
        plot.plot(
            ceiling,
            y + 0.16,
            "D",
            color=HUMAN,
            fillstyle="none",
            markersize=6,
            label=words.ceiling,
        )


def _from_to(document: Document) -> tuple[float, float]:
    ends = [
        end
        for figures in document["codes"].values()
        for kind in ("coder_coder", "model_coder")
        if figures[kind] is not None
        for end in (figures[kind]["ci"] or [figures[kind]["kappa"] or 0])
    ]
    return min(-0.05, *(end - 0.05 for end in ends)), 1.04


def _grown(plot: Axes, steps: Sequence[Step], colour: str) -> None:
    plot.plot([s.n_tapes for s in steps], [s.kappa for s in steps], color=colour, linewidth=1.6)
    known = [(s.n_tapes, *s.interval) for s in steps if s.interval is not None]
    if known:
        n_tapes, low, high = zip(*known, strict=True)
        plot.fill_between(n_tapes, low, high, color=colour, alpha=0.18, linewidth=0)


def _look(place: int) -> tuple[str, str]:
    return CODES[place % len(CODES)], MARKS[place % len(MARKS)]


def _legend(plot: Axes) -> None:
    """Explain each mark once, beside the plot."""
    handles, labels = plot.get_legend_handles_labels()
    once = dict(zip(labels, handles, strict=True))
    if once:
        plot.legend(
            once.values(),
            once.keys(),
            frameon=False,
            loc="upper left",
            bbox_to_anchor=(1.01, 1),
            borderaxespad=0,
        )


def _decimals(plot: Axes, words: Words, *, x: bool = False, y: bool = False) -> None:
    written = FuncFormatter(
        lambda value, _: words.writing.number(round(value, 10)).removesuffix("0")
    )
    if x:
        plot.xaxis.set_major_formatter(written)
    if y:
        plot.yaxis.set_major_formatter(written)
