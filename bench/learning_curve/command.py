"""What the bench's commands have in common: options, the run, and what is printed."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from learning_curve import methods
from learning_curve.corpus import Corpus
from learning_curve.drawing import draws
from learning_curve.grid import run
from learning_curve.method import Means
from learning_curve.plot import write_plot
from learning_curve.result import Journal
from learning_curve.summary import document
from learning_curve.table import table
from werkalliantie.errors import ConfigError, WerkalliantieError
from werkalliantie.resources import shipped
from werkalliantie_training.encoders import resolve
from werkalliantie_training.settings import load_train_settings

ROOT = Path(__file__).resolve().parents[2]


def parser(description: str | None, *, sizes: str, encoder: str) -> argparse.ArgumentParser:
    """Return the options of every learning curve."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--sizes", default=sizes, help="tapes to learn from, with commas")
    made.add_argument("--draws", type=int, default=5, help="training sets of each size")
    made.add_argument("--full-draws", type=int, default=1, help="runs on all tapes, by seed")
    made.add_argument("--seed", type=int, default=13)
    made.add_argument("--methods", help=f"some of {','.join(methods.NAMES)}")
    made.add_argument("--peers", action="store_true", help="the peers too (extra bench)")
    made.add_argument("--encoder", default=encoder)
    made.add_argument("--encoders", type=Path, default=ROOT / "models" / "encoders", help="folder")
    made.add_argument("--settings", type=Path, help="of our own training; the shipped train.toml")
    made.add_argument("--tag", default="", help="a name for a recipe that --settings can't tell")
    made.add_argument("--setfit-steps", type=int, default=500, help="most steps of SetFit")
    made.add_argument("--resume", type=Path, help="JSON Lines file that keeps each result")
    made.add_argument("--report", action="store_true", help="compute nothing, only put together")
    made.add_argument("--plot", type=Path, help="SVG file to draw the curve in")
    made.add_argument("--json", action="store_true", help="print one JSON document")
    return made


def measure(read: Callable[[], Corpus], asked: argparse.Namespace) -> int:
    """Run what was asked for and print it; return the exit status."""
    try:
        _measure(read(), asked)
    except WerkalliantieError as error:
        print(error.message, *error.faults, error.hint or "", sep="\n", file=sys.stderr)
        return 2
    return 0


def _measure(corpus: Corpus, asked: argparse.Namespace) -> None:
    means = _means(corpus, asked)
    chosen = {name: methods.make(name, means) for name in _names(asked)}
    wanted = draws(
        corpus, _sizes(asked), n_draws=asked.draws, n_full=asked.full_draws, seed=asked.seed
    )
    journal = Journal(asked.resume)
    if not asked.report:
        run(corpus, chosen, wanted, journal, lambda said: print(said, file=sys.stderr, flush=True))
    found = document(corpus, chosen, wanted, journal)
    if asked.plot:
        write_plot(found, asked.plot)
    print(json.dumps(found, indent=2) if asked.json else table(found))


def _means(corpus: Corpus, asked: argparse.Namespace) -> Means:
    settings = load_train_settings(asked.settings or shipped("configs") / "train.toml")
    return Means(
        encoder=resolve(asked.encoder, asked.encoders),
        settings=settings.model_copy(update={"encoder": asked.encoder}),
        language=corpus.language,
        codebook=corpus.codebook,
        tag=asked.tag,
        setfit_steps=asked.setfit_steps,
    )


def _names(asked: argparse.Namespace) -> list[str]:
    wanted: list[str] = asked.methods.split(",") if asked.methods else [*methods.OWN]
    if asked.peers:
        wanted += methods.PEERS
    if unknown := [name for name in wanted if name not in methods.NAMES]:
        raise ConfigError(
            f"no method {', '.join(unknown)}; expected some of {', '.join(methods.NAMES)}.",
            hint="Correct --methods.",
        )
    return list(dict.fromkeys(wanted))


def _sizes(asked: argparse.Namespace) -> list[int]:
    try:
        return [int(size) for size in asked.sizes.split(",")]
    except ValueError:
        raise ConfigError(
            f"--sizes {asked.sizes}: expected numbers with commas between.",
            hint="For example --sizes 2,4,8",
        ) from None
