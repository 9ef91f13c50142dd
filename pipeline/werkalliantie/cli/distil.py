"""`werkalliantie distil`: a small model that answers as a finished one does, in half the time."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from werkalliantie.cli.options import (
    AsJson,
    StudyFolder,
    as_table,
    echo_json,
    on_a_terminal,
    shown,
    tell,
)
from werkalliantie.errors import extra
from werkalliantie.refusals import check_writable
from werkalliantie.registry import Registry
from werkalliantie.study import Study

if TYPE_CHECKING:
    from werkalliantie_training.distil import Distilled


def distil(
    model: Annotated[
        str | None, typer.Argument(help="Model to learn from; the one in use if left out.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the small model.")] = None,
    study: StudyFolder = Path(),
    as_json: AsJson = False,
) -> None:
    """Make a model of half the layers that answers as another does: less good, twice as fast."""
    opened = Study.open(study)
    teacher = Registry(opened.models).find(model)
    check_writable(opened.models)
    tell("starting: loading the training libraries")
    with extra("train", purpose="Distilling"):
        from werkalliantie_training.distil import distil as distil_model
        from werkalliantie_training.settings import load_train_settings
    settings = load_train_settings(opened.folder / "configs" / "train.toml")
    distilled = distil_model(
        opened,
        teacher,
        name=name,
        threads=settings.fit.threads,
        report=tell,
        progress=on_a_terminal(),
    )
    if as_json:
        echo_json(document(distilled))
        return
    typer.echo(summary(distilled))


def document(distilled: "Distilled") -> dict[str, Any]:
    """Return what `distil --json` prints."""
    lesson = distilled.lesson
    return {
        "model": distilled.model.name,
        "teacher": lesson.teacher,
        "layers": lesson.layers,
        "teacher_layers": lesson.of,
        "n_utterances": lesson.n_utterances,
        "n_tapes": lesson.n_tapes,
        "same_decisions": lesson.same_decisions,
        "metrics": distilled.metrics,
        "teacher_metrics": lesson.metrics,
        "floors": distilled.floors,
        "parity": distilled.parity,
        "utterances_per_second": dict(distilled.speeds),
        "reason": distilled.reason,
        "seconds": distilled.seconds,
    }


def summary(distilled: "Distilled") -> str:
    """Return the result for people: what the speed costs in kappa."""
    name, lesson = distilled.model.name, distilled.lesson
    rows = [("code", lesson.teacher, name, "coder-coder")]
    for code, numbers in lesson.metrics["codes"].items():
        own = distilled.held_out["codes"][code]["kappa"]
        rows.append((code, *map(shown, (numbers["kappa"], own, numbers["coder_coder"]))))
    small, large = (distilled.speeds[one] for one in (name, lesson.teacher))
    return (
        f"Model {name}, {lesson.layers} of the {lesson.of} layers of {lesson.teacher}, taught by "
        f"its answers to {lesson.n_utterances} utterances of {lesson.n_tapes} tapes, made in "
        f"{distilled.seconds:.0f} s.\n"
        f"Cohen's kappa with the coders on {lesson.metrics['n_utterances']} utterances of tapes "
        f"held back:\n{as_table(rows)}\n"
        f"It decides as {lesson.teacher} does {lesson.same_decisions:.0%} of the time, and labels "
        f"{small:.0f} utterances a second here against {large:.0f}.\n{distilled.reason}"
    )
