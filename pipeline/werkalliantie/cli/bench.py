"""`werkalliantie bench`: the project's own measurements, as JSON."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from werkalliantie.cli.options import AsJson, ModelName, StudyFolder, as_table, echo_json, tell
from werkalliantie.errors import TranscriptError, extra
from werkalliantie.study import Study

if TYPE_CHECKING:
    from werkalliantie.labeller import Question

app = typer.Typer(
    help="Measure speed and memory beside other ways to do the same.", no_args_is_help=True
)
N_UTTERANCES = 1024
N_STEPS = 20


@app.command("inference")
def inference(
    model: ModelName = None,
    transcripts: Annotated[
        Path | None, typer.Option(help="Folder of transcripts; the example corpus otherwise.")
    ] = None,
    utterances: Annotated[
        int, typer.Option(min=1, help="How many, spread evenly over the transcripts.")
    ] = N_UTTERANCES,
    rounds: Annotated[int, typer.Option(min=1, help="Times every run is done.")] = 1,
    study: StudyFolder = Path(),
    as_json: AsJson = False,
) -> None:
    """Label the same utterances in six ways: utterances per second, memory, decisions changed."""
    with extra("train", purpose="bench inference"):
        from werkalliantie_training.bench.inference import measure_inference
    from werkalliantie.registry import Registry

    opened = Study.open(study)
    document = measure_inference(
        Registry(opened.models).find(model),
        _questions(opened, transcripts, utterances),
        rounds=rounds,
        report=tell,
    )
    if as_json:
        echo_json(document)
        return
    typer.echo(_table(document))


@app.command("training")
def training(
    steps: Annotated[
        int | None,
        typer.Option(min=1, help="Only time so many steps; a whole run is timed otherwise too."),
    ] = None,
    study: StudyFolder = Path(),
    as_json: AsJson = False,
) -> None:
    """Time a training step beside a bare torch loop, and the training of a whole model."""
    with extra("train", purpose="bench training"):
        from werkalliantie_training.bench.training import measure_training
        from werkalliantie_training.settings import load_train_settings
    opened = Study.open(study)
    document = measure_training(
        opened,
        load_train_settings(opened.folder / "configs" / "train.toml"),
        steps=steps or N_STEPS,
        whole=steps is None,
        report=tell,
    )
    if as_json:
        echo_json(document)
        return
    typer.echo(_costs(document))


def _costs(document: dict[str, Any]) -> str:
    step = document["step"]
    said = (
        f"A step in {document['precision']} on {document['threads']} thread(s): "
        f"{step['ours_seconds']:.3f} s, bare {step['bare_seconds']:.3f} s, "
        f"{step['ratio']:.2f} times as long."
    )
    if document["retrain_seconds"] is None:
        return said
    return (
        f"{said}\nTraining on {document['n_utterances']} utterances: "
        f"{document['retrain_seconds']:.0f} s, at most {document['peak_rss_mb']:.0f} MB."
    )


def _questions(study: Study, folder: Path | None, n: int) -> Sequence["Question"]:
    from werkalliantie.example import ExampleCorpus
    from werkalliantie.intake import Origin, read_all
    from werkalliantie.labeller import questions_of
    from werkalliantie.utterances import Segmenter

    if folder is None:
        origins = ExampleCorpus.shipped().origins()
    else:
        mapping = study.mapping(None)
        files = sorted(path for path in folder.iterdir() if path.is_file())
        origins = [Origin(path=path, mapping=mapping) for path in files]
    segmenter = Segmenter(study.settings)
    tapes = [reading.tape for reading in read_all(origins)]
    every = [
        question for tape in tapes for question in questions_of(tape, segmenter.utterances(tape))
    ]
    if not every:
        raise TranscriptError(
            f"{folder}: no worker utterances in it.", hint="Name a folder of transcripts."
        )
    return [every[place * len(every) // n] for place in range(n)] if n < len(every) else every


def _table(document: dict[str, Any]) -> str:
    columns = ("utterances_per_second", "ratio", "gemm_share", "peak_rss_mb", "decisions_changed")
    rows = [("run", *(column.replace("_", " ") for column in columns))]
    for name, figures in document["runs"].items():
        cells = [figures[column] if figures else None for column in columns]
        rows.append((name, *("–" if cell is None else str(cell) for cell in cells)))
    head = f"{document['n_utterances']} utterances of {document['mean_tokens']} tokens on average"
    return f"{head}\n{as_table(rows)}\n{json.dumps(document['gemm'])}"
