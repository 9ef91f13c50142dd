"""`werkalliantie bench`: the project's own measurements, as JSON."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from werkalliantie.cli.options import AsJson, ModelName, StudyFolder, as_table, echo_json, tell
from werkalliantie.errors import MissingExtra, TranscriptError
from werkalliantie.study import Study

if TYPE_CHECKING:
    from werkalliantie.labeller import Question

app = typer.Typer(
    help="Measure speed and memory beside other ways to do the same.", no_args_is_help=True
)
N_UTTERANCES = 1024


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
    try:
        from werkalliantie_training.bench.inference import measure_inference
    except ModuleNotFoundError as error:
        raise MissingExtra("train", purpose="bench inference") from error
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
