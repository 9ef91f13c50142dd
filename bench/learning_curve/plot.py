"""The learning curve as a drawing: share of human by the number of tapes, a line a method."""

from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from learning_curve.methods import NAMES
from learning_curve.summary import Document

_COLOURS = ("#b84300", "#d98e00", "#5c5c5c", "#005a9c", "#00735c", "#8a3f7c", "#c58bb9")
_MARKS = ("o", "s", "x", "^", "D", "v", "P")
_STYLE: Any = {
    "svg.fonttype": "none",  # letters stay letters, so that they can be searched
    "svg.hashsalt": "learning curve",  # ids are otherwise drawn at random
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def write_plot(document: Document, path: Path) -> None:
    """Draw the mean over codes, and each code, as SVG; the same document gives the same file."""
    codes = document["codes"]
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(3.6 * (len(codes) + 1), 3.8), layout="constrained")
        FigureCanvasSVG(figure)
        panels = figure.subplots(1, len(codes) + 1, sharey=True)
        _panel(panels[0], document, None)
        panels[0].set_ylabel("share of human (1 = as coders agree)")
        for plot, code in zip(panels[1:], codes, strict=True):
            _panel(plot, document, code)
        lines, names = panels[0].get_legend_handles_labels()
        figure.legend(lines, names, loc="outside lower center", ncols=max(1, len(names)))
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, format="svg", metadata={"Date": None})


def _panel(plot: Axes, document: Document, code: str | None) -> None:
    sizes = [int(size) for size in document["sizes"]]
    for place, name in enumerate(NAMES):
        found = [
            (int(size), *_point(of_size["methods"][name], code))
            for size, of_size in document["sizes"].items()
            if name in of_size["methods"]
        ]
        known = [(size, mean, sd or 0.0) for size, mean, sd in found if mean is not None]
        if known:
            x, y, sd = zip(*known, strict=True)
            nudged = [size * 1.02 ** (place - len(NAMES) / 2) for size in x]
            colour, mark = _COLOURS[place], _MARKS[place]
            plot.errorbar(
                nudged, y, sd, label=name, color=colour, marker=mark, ms=4, lw=1.2, elinewidth=0.7
            )
    plot.axhline(1, color="#333333", linewidth=0.8, linestyle="--")
    plot.set_xscale("log", base=2)
    plot.set_xticks(sizes, [str(size) for size in sizes])
    plot.set_title("mean over codes" if code is None else code)
    plot.set_xlabel("tapes to learn from")
    plot.grid(axis="y", color="#dddddd", linewidth=0.6)


def _point(figures: Document, code: str | None) -> tuple[float | None, float | None]:
    if code is None:
        return figures["mean_share"], figures["mean_sd"]
    return figures["share_of_human"][code], figures["sd"][code]
