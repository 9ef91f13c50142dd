"""A tape's windows in a row, for each code and each coder, the model among them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from werkalliantie.agreement_report.drift import tapes_in_order
from werkalliantie.agreement_report.levels import Level, has_times, level_of
from werkalliantie.agreement_report.material import Material
from werkalliantie.agreement_report.question import WINDOW_UTTERANCES

LEFT, TOP, ROW, GAP = 130, 18, 15, 9
WIDTH, WIDEST = 560, 56
"""Of all windows together, and of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """How often one coder gave one code in one window; None where not seen."""

    x: float
    count: int | None
    weight: float
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One coder's windows for one code; `label` names the code, on the first row of it only."""

    y: int
    rater: str
    label: str | None
    machine: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """One tape, drawn as rows of cells.

    Attributes:
        ticks: Where each window begins, and how it is called.
        by_clock: Whether windows are minutes, rather than numbers of utterances.
    """

    tape: str
    width: float
    height: int
    cell: float
    ticks: tuple[tuple[float, str], ...]
    rows: tuple[Row, ...]
    by_clock: bool
    n_raters: int


def timelines_of(material: Material) -> list[Timeline]:
    """Return the tapes that two or more raters have coded, the model being one.

    Those with the most raters come first; otherwise they are in order of entry.
    """
    level = level_of(material, "window")
    drawn = (_timeline(material, level, tape) for tape in tapes_in_order(material))
    return sorted((one for one in drawn if one is not None), key=lambda one: -one.n_raters)


def _timeline(material: Material, level: Level, tape: str) -> Timeline | None:
    columns = [i for i, (name, _) in enumerate(level.groups) if name == tape]
    counts = level.counts[:, columns] if level.counts is not None else np.empty((0, 0, 0))
    raters = [i for i in range(len(counts)) if not np.isnan(counts[i]).all()]
    if len(raters) < 2:
        return None
    windows = [level.groups[column][1] for column in columns]
    by_clock = has_times(material.tapes[tape].utterances)
    names = [_name(window, material.question.window_seconds, by_clock) for window in windows]
    cell = min(WIDEST, WIDTH / len(windows))
    rows = _rows(material, level, counts, raters, names, cell)
    return Timeline(
        tape=tape,
        width=LEFT + cell * len(windows) + 2,
        height=rows[-1].y + ROW + 4,
        cell=cell,
        ticks=tuple((LEFT + cell * i, name) for i, name in enumerate(names)),
        rows=tuple(rows),
        by_clock=by_clock,
        n_raters=len(raters),
    )


def _rows(
    material: Material,
    level: Level,
    counts: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    raters: Sequence[int],
    names: Sequence[str],
    cell: float,
) -> list[Row]:
    rows = []
    for number, code in enumerate(material.codebook.codes):
        most = max(1.0, float(np.nanmax(counts[raters, :, number])))
        for place, rater in enumerate(raters):
            name = level.ratings.coders[rater]
            given = counts[rater, :, number]
            rows.append(
                Row(
                    y=TOP + number * (ROW * len(raters) + GAP) + place * ROW,
                    rater=name.removeprefix("model:"),
                    label=code if place == 0 else None,
                    machine=name.startswith("model:"),
                    cells=tuple(
                        Cell(
                            x=LEFT + cell * i,
                            count=None if np.isnan(n) else int(n),
                            weight=0.0 if np.isnan(n) else round(float(n) / most, 2),
                            title=f"{name}, {code}, {names[i]}",
                        )
                        for i, n in enumerate(given)
                    ),
                )
            )
    return rows


def _name(window: int, seconds: float, by_clock: bool) -> str:
    if by_clock:
        return f"{window * seconds / 60:g}–{(window + 1) * seconds / 60:g}"
    return f"{window * WINDOW_UTTERANCES + 1}–{(window + 1) * WINDOW_UTTERANCES}"
