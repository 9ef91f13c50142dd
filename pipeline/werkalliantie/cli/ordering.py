"""What `precode --order` and `--budget` say, for people and as JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkalliantie.artefact import Artefact
from werkalliantie.cli.options import as_table, shown
from werkalliantie.study import Study

if TYPE_CHECKING:
    from werkalliantie.ordering import Order, Point
    from werkalliantie.precoding.budget import Budget
    from werkalliantie.precoding.offering import Offer

_SHOWN = 20
"""How many utterances the JSON document lists; the file has them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """An order that was written, with what was offered and, if asked for, the curve."""

    order: "Order"
    offer: "Offer"
    file: Path
    model: Artefact
    random_share: float
    budget: "Budget | None"

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader has to know."""
        return (*_notes(self), *(() if self.budget is None else self.budget.notes))


def ordered(
    study: Study, model: Artefact, tapes: Sequence[str], *, folder: Path, budget: bool
) -> Ordered:
    """Rank what can be reviewed of labelled tapes, write the order, and measure the curve."""
    from werkalliantie.ordering import ranked
    from werkalliantie.precoding.budget import review_budget
    from werkalliantie.precoding.offering import offer
    from werkalliantie.precoding.orderfile import write_order

    rules = study.settings.order
    with study.store() as store:
        offered = offer(store, model, study.codebook(model.codebook), tapes)
    order = ranked(
        offered.pool,
        thresholds=[model.thresholds[code] for code in model.codes],
        surprises=offered.surprises,
        rules=rules,
    )
    return Ordered(
        order=order,
        offer=offered,
        file=write_order(folder, order.utterances),
        model=model,
        random_share=rules.random_share,
        budget=review_budget(study, model) if budget else None,
    )


def document(ordered: Ordered) -> dict[str, Any]:
    """Return the keys that go into the JSON document."""
    order = ordered.order
    said: dict[str, Any] = {
        "order": {
            "tapes": _tapes(ordered),
            "utterances": [asdict(one) for one in order.utterances[:_SHOWN]],
            "file": str(ordered.file),
            "n_utterances": len(order.utterances),
            "n_coded": sum(ordered.offer.n_coded.values()),
            "random_share": ordered.random_share,
            "models": [ordered.model.name, *ordered.offer.models],
        }
    }
    if ordered.budget is not None:
        points = ordered.budget.points
        codes = ordered.model.codes
        said["review_curve"] = None if points is None else [_point(one, codes) for one in points]
    return said | {"notes": [*ordered.notes]}


def summary(ordered: Ordered) -> str:
    """Return the order of the tapes, and the curve, for people."""
    heading = ("rank", "tape", "score", "why", "to review", "coded already")
    lines = [as_table([heading, *map(_row, _tapes(ordered))])]
    if ordered.budget is not None and ordered.budget.points is not None:
        lines += ["", _curve(ordered.budget.points, ordered.model.codes)]
    lines += [f"note: {note}" for note in ordered.notes]
    return "\n".join([*lines, f"written: {ordered.file}"])


def _tapes(ordered: Ordered) -> list[dict[str, Any]]:
    """Return every tape, those without anything on offer last and without a rank."""
    n_coded = ordered.offer.n_coded
    ranked = {tape.tape: asdict(tape) for tape in ordered.order.tapes}
    nothing = {"rank": None, "score": None, "why": None, "n_offered": 0}
    rest = {tape: {"tape": tape, **nothing} for tape in n_coded if tape not in ranked}
    return [tape | {"n_coded": n_coded[name]} for name, tape in (ranked | rest).items()]


def _row(tape: dict[str, Any]) -> tuple[str, ...]:
    return (
        "–" if tape["rank"] is None else str(tape["rank"]),
        tape["tape"],
        shown(tape["score"]),
        tape["why"] or "–",
        str(tape["n_offered"]),
        str(tape["n_coded"]),
    )


def _notes(ordered: Ordered) -> list[str]:
    offer, model = ordered.offer, ordered.model
    if not offer.pool.places:
        return ["order: nothing to review; whatever isn't a backchannel has been coded"]
    if not offer.models:
        return [
            f"disagreement: null; no other model under {model.codebook} has labelled these tapes. "
            "Train one with another seed, and label them with `werkalliantie precode TAPE --model "
            "NAME --out DIR`"
        ]
    if offer.alone:
        return [f"disagreement: null on {', '.join(offer.alone)}: no other model labelled them"]
    return []


def _point(point: "Point", codes: Sequence[str]) -> dict[str, Any]:
    return {
        "share": point.share,
        "n_utterances": point.n_utterances,
        "kappa": dict(zip(codes, point.kappa, strict=True)),
        "mean": point.mean.estimate,
        "ci": _ends(point.mean.limits),
        "random_mean": point.random.estimate,
        "random_ci": _ends(point.random.limits),
        "gain": point.gain.estimate,
        "gain_ci": _ends(point.gain.limits),
    }


def _ends(limits: tuple[float, float] | None) -> list[float] | None:
    return None if limits is None else [*limits]


def _curve(points: Sequence["Point"], codes: Sequence[str]) -> str:
    first = ("reviewed", "utterances", *codes)
    heading = (*first, "mean", "95 % interval", "in random order", "gain", "95 % interval")
    rows = [
        (
            f"{point.share:.0%}",
            str(point.n_utterances),
            *map(shown, point.kappa),
            shown(point.mean.estimate),
            _interval(point.mean.limits),
            shown(point.random.estimate),
            shown(point.gain.estimate),
            _interval(point.gain.limits),
        )
        for point in points
    ]
    return as_table([heading, *rows])


def _interval(limits: tuple[float, float] | None) -> str:
    return "–" if limits is None else f"{shown(limits[0])} to {shown(limits[1])}"
