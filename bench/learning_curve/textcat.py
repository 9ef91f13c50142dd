"""A peer: spaCy's `textcat_multilabel`, configured and trained by spaCy's own commands."""

import io
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import spacy
import spacy.about
from spacy.cli.init_config import init_config
from spacy.language import Language
from spacy.tokens import DocBin
from spacy.training.initialize import init_nlp
from spacy.training.loop import train as train_loop

from learning_curve.method import Decide
from werkalliantie_training.examples import Examples

_DEV_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class TextCat:
    """What `spacy init config` and `spacy train` make of the utterances; one half as threshold.

    The command's model is a bag of words; `ensemble` takes that which the pipe has by itself, which
    adds a convolution. One utterance in five, drawn with the seed, is the `dev` set that spaCy
    stops by.
    """

    language: str
    ensemble: bool = False

    @property
    def recipe(self) -> str:
        """The version of spaCy, whose defaults these are, and which model."""
        return f"{spacy.about.__version__}:{'ensemble' if self.ensemble else 'bag'}"

    def fit(self, train: Examples, *, seed: int) -> Decide:
        """Train until the score on the `dev` set rises no more, and keep the best."""
        order = np.random.default_rng(seed).permutation(len(train))
        n_dev = max(1, round(_DEV_SHARE * len(train)))
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            self._write(train, order[n_dev:], folder / "train.spacy")
            self._write(train, order[:n_dev], folder / "dev.spacy")
            nlp = self._trained(folder, seed)
        labels = [str(code) for code in range(train.answers.shape[2])]
        threshold = nlp.get_pipe("textcat_multilabel").cfg["threshold"]  # type: ignore[attr-defined]

        def decide(examples: Examples) -> np.ndarray:
            said = [[doc.cats[label] for label in labels] for doc in nlp.pipe(examples.texts)]
            return np.asarray(np.array(said) >= threshold, dtype=bool)

        return decide

    def _write(self, examples: Examples, rows: Iterable[int], path: Path) -> None:
        nlp = spacy.blank(self.language)
        found = DocBin()
        for row in rows:
            doc = nlp.make_doc(examples.texts[row])
            given = examples.decided[row]
            doc.cats = {str(code): float(yes) for code, yes in enumerate(given)}
            found.add(doc)
        found.to_disk(path)

    def _trained(self, folder: Path, seed: int) -> Language:
        config = init_config(
            lang=self.language,
            pipeline=["textcat_multilabel"],
            gpu=False,
            silent=True,
        )
        if self.ensemble:
            del config["components"]["textcat_multilabel"]["model"]
        config["paths"] |= {part: str(folder / f"{part}.spacy") for part in ("train", "dev")}
        config["system"]["seed"] = seed
        nlp = init_nlp(config, use_gpu=-1)
        silence = io.StringIO()
        (folder / "out").mkdir()
        train_loop(nlp, folder / "out", use_gpu=-1, stdout=silence, stderr=silence)
        return spacy.load(folder / "out" / "model-best")
