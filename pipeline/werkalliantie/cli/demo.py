"""`werkalliantie demo`: the whole of the work on the example corpus."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from werkalliantie import study as studies
from werkalliantie.cli.options import AsJson, echo_json, tell
from werkalliantie.errors import ConfigError
from werkalliantie.study import Study

if TYPE_CHECKING:
    from werkalliantie.example import ExampleCorpus

_MARK = ".demo"


def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder of the new study.")] = Path(
        "data/demo"
    ),
    again: Annotated[
        bool, typer.Option("--again", help="Start afresh where an earlier demo was.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import the example corpus, train, pre-code the held-back tapes and measure agreement."""
    from werkalliantie.cli import agree, train
    from werkalliantie.example import ExampleCorpus
    from werkalliantie.precoding import precode
    from werkalliantie.sheets.layout import SheetFormat

    corpus = ExampleCorpus.shipped()
    study = _new_study(out, corpus, again=again)
    n_tapes = corpus.bring_into(study)
    tell(f"imported {n_tapes} tapes and {len(corpus.codings)} tables of codings")
    trained = train.run_training(study)
    tapes = trained.metrics["test"]["tapes"]
    tell(f"pre-coding the held-back tapes {', '.join(tapes)}")
    out_sheets = study.data / "precoded"
    done = list(precode(study, trained.model, tapes, out=out_sheets, format=SheetFormat.XLSX))
    document = agree.measure(study, tapes=tapes, model=trained.model.name).at("utterance")
    report = _report(study, trained.model.name)
    sheets = [str(one.sheet) for one in done]
    if as_json:
        result: dict[str, Any] = {"study": str(out), "tapes": n_tapes, "sheets": sheets}
        result |= {"train": train.document(trained), "agree": document, "report": str(report)}
        echo_json(result)
        return
    typer.echo(f"\n{train.summary(trained)}\n\n{agree.summary(document)}\n")
    typer.echo("Pre-coded sheets of the held-back tapes, to review and send back:")
    for sheet in sheets:
        typer.echo(f"  {sheet}")
    typer.echo(f"The agreement of the whole study, to look at, with each tape in time:\n  {report}")
    typer.echo(
        f"\nNext, your own tape: werkalliantie import TAPE.docx --study {out}\n"
        f"                     werkalliantie precode TAPE --study {out}"
    )


def _report(study: Study, model: str) -> Path:
    """Write the page on every coded tape, and return where it is."""
    from werkalliantie.cli import agree
    from werkalliantie.report import write_page

    path = study.data / "report.html"
    tell(f"writing {path.name}")
    write_page(path, agree.measure(study, model=model))
    return path


def _new_study(folder: Path, corpus: "ExampleCorpus", *, again: bool) -> Study:
    if (folder / "configs").exists() or (folder / _MARK).exists():
        if not (again and (folder / _MARK).exists()):
            raise ConfigError(
                f"{folder}: there is a study here already.",
                hint="Give another --out, or --again to start afresh where an earlier demo was.",
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).write_text("made by `werkalliantie demo`; `--again` removes it\n")
    studies.create(folder)
    shutil.copyfile(corpus.study_settings, folder / "configs" / "study.toml")
    shutil.copyfile(corpus.train_settings, folder / "configs" / "train.toml")
    return Study.open(folder)
