"""Drawings that are the same every time and need nothing from outside the page."""

import io
import re
from collections.abc import Callable
from typing import Any

import matplotlib
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.typing import RcKeyType

HUMAN, MACHINE, GREY = "#005a9c", "#b84300", "#5c5c5c"
CODES = ("#005a9c", "#b84300", "#00735c", "#8a3f7c", "#7a6000", "#3d3d3d")
MARKS = ("o", "s", "^", "D", "v", "P")
_PARTS = re.compile(r'(\bid="|url\(#|href="#)')
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


_STYLE: dict[RcKeyType, Any] = {
    "svg.fonttype": "none",  # letters stay letters, so that they can be read and searched
    "svg.hashsalt": "werkalliantie",  # ids of parts are otherwise drawn at random
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.titlesize": 9,
}


def drawn(
    name: str,
    title: str,
    size: tuple[float, float],
    draw: Callable[[list[Axes]], None],
    *,
    n_axes: int = 1,
) -> Markup:
    """Return a drawing as SVG to put in a page.

    Args:
        name: Unique on the page; the ids of its parts begin with it.
        title: What it shows, for who can't see it.
        size: In inches.
        draw: Draws on its axes.
        n_axes: How many of them, side by side.
    """
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasSVG(figure)
        draw([figure.add_subplot(1, n_axes, place + 1) for place in range(n_axes)])
        text = io.StringIO()
        figure.savefig(text, format="svg", transparent=True, metadata=_NO_METADATA)
    return _embedded(text.getvalue(), name, title)


def _embedded(svg: str, name: str, title: str) -> Markup:
    """Take an SVG file's head off, name it, and make its ids unique on the page."""
    inner = _PARTS.sub(rf"\g<1>{name}-", svg[svg.index("<svg") :])
    label = escape(title)
    opening = f'<svg role="img" aria-label="{label}" '
    return Markup(inner.replace("<svg ", opening, 1))
