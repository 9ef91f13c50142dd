"""The AnnoMI set as a corpus: tapes with one coder to learn from, those that all coded to judge."""

import tempfile
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from learning_curve.corpus import Corpus, Division
from werkalliantie.configuration.mapping import load_mapping
from werkalliantie.errors import ConfigError
from werkalliantie.intake import Origin, take_in
from werkalliantie.resources import shipped
from werkalliantie.store import Store
from werkalliantie.study import Study, create
from werkalliantie_training.examples import read_examples

CODEBOOK = "annomi-1"


def read_annomi(path: Path) -> Corpus:
    """Read the set through the import, into a study that is gone again afterwards.

    Raises:
        TranscriptError: The file can't be read.
        ConfigError: It has no tapes with one coder, or none that all coders coded.
    """
    with tempfile.TemporaryDirectory() as folder:
        study = _study(Path(folder) / "study")
        mapping = load_mapping(shipped("configs") / "imports" / "annomi.toml")
        take_in(study, [Origin(path=path, mapping=mapping)])
        with study.store() as store:
            return _corpus(study, store, path.name)


def _study(folder: Path) -> Study:
    study = create(folder)
    changed = {"codebook": CODEBOOK, "spacy": "blank:en", "utterance": "turn"}
    return replace(study, settings=study.settings.model_copy(update=changed))


def _corpus(study: Study, store: Store, name: str) -> Corpus:
    book = study.codebook()
    coders: dict[str, set[str]] = defaultdict(set)
    for coding in store.codings(codebook=book.key):
        coders[coding.tape].add(coding.coder)
    everybody = set().union(*coders.values())
    by_one = tuple(sorted(tape for tape, who in coders.items() if len(who) == 1))
    by_all = tuple(sorted(tape for tape, who in coders.items() if who == everybody))
    if not by_one or not by_all or len(everybody) < 2:
        raise ConfigError(
            f"{name}: {len(by_one)} tapes with one coder and {len(by_all)} that all "
            f"{len(everybody)} coders coded; the curve needs some of both.",
            hint="Give the whole of AnnoMI-full.csv.",
        )
    return Corpus(
        name="annomi",
        language="en",
        codebook=book,
        learnt=read_examples(store, book, by_one),
        judged=read_examples(store, book, by_all),
        divisions=(Division(pool=by_one, judged=by_all),),
    )
