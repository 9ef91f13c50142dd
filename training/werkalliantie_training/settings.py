"""How coder models are trained: `configs/train.toml`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from werkalliantie.configuration.toml import Settings, load
from werkalliantie_training.encoders import EMBEDDED

EXAMPLE_CORPUS = "voorbeeld"
"""By this name the example corpus lends, which comes with the program."""

Value = str | int | tuple[str, ...]


class Input(Settings):
    """Longest parts of the model's input, in tokens."""

    max_context: int = Field(default=48, ge=0, le=400)
    max_utterance: int = Field(default=128, ge=8, le=400)


class Fit(Settings):
    """The fine-tuning itself.

    Attributes:
        epochs: 0 leaves the encoder as it is and fits the head only. With folds all of them are
            run; without, at most so many, and the best one on the validation tapes is kept.
        patience: Without folds: epochs without a better validation score before training stops.
        warmup: Share of the steps over which the learning rate rises.
        rare_code_weight: 0 weighs every answer the same; 1 weighs the yeses of a code as much as
            its noes together.
        threads: To compute on; 0 for as many as the machine has. On one thread the same data, seed
            and machine give the same files bit for bit.
    """

    epochs: int = Field(default=2, ge=0)
    patience: int = Field(default=2, ge=1)
    batch_size: int = Field(default=16, ge=1)
    learning_rate: float = Field(default=1e-4, gt=0, allow_inf_nan=False)
    weight_decay: float = Field(default=0.01, ge=0, allow_inf_nan=False)
    warmup: float = Field(default=0.1, ge=0, lt=1)
    dropout: float = Field(default=0.1, ge=0, lt=1)
    rare_code_weight: float = Field(default=0.5, ge=0, le=1)
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    threads: int = Field(default=0, ge=0)


class Holdout(Settings):
    """Shares of the coded tapes held back where the study names no tapes."""

    validation: float = Field(default=0.2, gt=0, lt=1)
    test: float = Field(default=0.0, ge=0, lt=1)


class Evaluation(Settings):
    """How a model is judged on tapes it learns from: by cross-validation.

    Attributes:
        folds: Number of parts; a model is trained without each, judged on it, and the mean of
            these models is kept. With 0 one model is trained on all.
        group: What stays together: a tape, or all tapes of a worker.
    """

    folds: int = Field(default=3, ge=0, le=50)
    group: Literal["tape", "worker"] = "tape"

    @field_validator("folds")
    @classmethod
    def _divides(cls, folds: int) -> int:
        if folds == 1:
            raise ValueError("one fold divides nothing: 0 is none, 2 or more are folds")
        return folds


class TrainSettings(Settings):
    """Everything a training run needs beside the study.

    Attributes:
        borrow: Other studies to learn from too: folders, seen from the study's, or `voorbeeld`.
        seed: Below 2**32, as some of the libraries that draw take no larger one.
    """

    encoder: str = "embedded-nl"
    borrow: tuple[str, ...] = ()
    seed: int = Field(default=13, ge=0, lt=2**32)
    input: Input = Input()
    fit: Fit = Fit()
    holdout: Holdout = Holdout()
    evaluation: Evaluation = Evaluation()

    def changed(
        self,
        *,
        encoder: str | None = None,
        borrow: Sequence[str] | None = None,
        seed: int | None = None,
        quick: bool = False,
        threads: int | None = None,
        folds: int | None = None,
        group: str | None = None,
    ) -> "TrainSettings":
        """Return these settings with what a command line asks for; None leaves a value alone.

        Folders, of an encoder or to borrow from, are seen from where one stands.
        """
        lenders = None if borrow is None else tuple(map(_lender, borrow))
        return self.model_copy(
            update={
                **_given(encoder=encoder, borrow=lenders, seed=seed),
                "fit": self.fit.model_copy(
                    update=_given(threads=threads, epochs=0 if quick else None)
                ),
                "evaluation": self.evaluation.model_copy(update=_given(folds=folds, group=group)),
            }
        )


def _lender(name: str) -> str:
    return name if name == EXAMPLE_CORPUS else str(Path(name).resolve())


def _given(**values: Value | None) -> dict[str, Value]:
    return {name: value for name, value in values.items() if value is not None}


def load_train_settings(path: Path) -> TrainSettings:
    """Read a study's `configs/train.toml`; the defaults where there is no such file.

    An encoder's folder is seen from the study's.

    Raises:
        ConfigError: Unknown keys or wrong values; all of them named.
    """
    if not path.is_file():
        return TrainSettings()
    settings = load(path, TrainSettings, what="training settings")
    folder = path.parent.parent / settings.encoder
    if settings.encoder in EMBEDDED or not folder.is_dir():  # a name, or an id of the hub
        return settings
    return settings.changed(encoder=str(folder))
