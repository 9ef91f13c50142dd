"""A study's own settings: `configs/study.toml`."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from werkalliantie.configuration.toml import Settings, load


class Backchannels(Settings):
    """When an utterance is only minimal encouragement.

    Attributes:
        words: Every word of a backchannel is one of these; letter case doesn't matter.
        max_words: A longer utterance is never a backchannel; 0 means that nothing is.
    """

    words: tuple[str, ...] = ()
    max_words: int = Field(default=4, ge=0, strict=True)


class Split(Settings):
    """Tapes held back from training, by tape id or by worker; the rest trains."""

    validation_tapes: tuple[str, ...] = ()
    validation_workers: tuple[str, ...] = ()
    test_tapes: tuple[str, ...] = ()
    test_workers: tuple[str, ...] = ()


class VerdictRules(Settings):
    """What a model has to show, per code, before it may help with that code.

    A share is the model's mean kappa with the coders, divided by that between the coders, on the
    same tapes.

    Attributes:
        min_tapes: Blind-coded tapes, outside its training, that it was measured on.
        min_coder_kappa: The coders' own agreement there: below it there is nothing to measure by.
        pre_code_share: For *pre-code*: the least share.
        pre_code_low: For *pre-code*: the least lower end of the share's 95 % interval.
        second_code_share: For *second-code*: the least share.
        second_code_low: For *second-code*: the least lower end of the share's interval.
        beat_floors: Whether its kappa has to be above those of always-no and of a bag of words.
        margin: Smallest difference in kappa that matters, for the test that the model's agreement
            with the coders equals their own; it decides no verdict.
    """

    min_tapes: int = Field(default=5, ge=1, strict=True)
    min_coder_kappa: float = Field(default=0.4, ge=0, le=1)
    pre_code_share: float = Field(default=0.6, ge=0)
    pre_code_low: float = Field(default=0.4, ge=0)
    second_code_share: float = Field(default=0.9, ge=0)
    second_code_low: float = Field(default=0.75, ge=0)
    beat_floors: bool = True
    margin: float = Field(default=0.1, gt=0)

    @model_validator(mode="after")
    def _second_asks_more(self) -> Self:
        for end in ("share", "low"):
            pre, second = getattr(self, f"pre_code_{end}"), getattr(self, f"second_code_{end}")
            if second < pre:
                raise ValueError(f"second_code_{end} ({second}) is below pre_code_{end} ({pre})")
        return self


class OrderRules(Settings):
    """What `precode --order` puts first.

    An utterance's score is the sum of three parts, each between 0 and 1 and times its weight.

    Attributes:
        uncertainty: Weight of how near the model's probabilities are to its thresholds.
        disagreement: Weight of how far the study's models differ.
        rarity: Weight of how rare the rarest code is that the model gives.
        random_share: Share of every beginning of the order that is drawn by lot.
        tape_utterances: A tape's score is the mean of its so many highest.
        seed: Of the lots.
    """

    uncertainty: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    disagreement: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    rarity: float = Field(default=0.5, ge=0, allow_inf_nan=False)
    random_share: float = Field(default=0.2, ge=0, le=1)
    tape_utterances: int = Field(default=20, ge=1, strict=True)
    seed: int = Field(default=13, strict=True)


class PromotionRules(Settings):
    """When `retrain` puts a challenger in the place of the champion.

    Attributes:
        margin: A loss of so much kappa on any code has to be ruled out.
        min_tapes: With fewer blind-coded held-out tapes the champion stays.
        confidence: Of each one-sided bound on a difference in kappa.
    """

    margin: float = Field(default=0.05, gt=0, le=1)
    min_tapes: int = Field(default=3, ge=2, strict=True)
    confidence: float = Field(default=0.975, gt=0.5, lt=1)


class StudySettings(Settings):
    """What the whole study shares.

    Attributes:
        codebook: Key of the codebook in use, such as `werkalliantie-3`.
        utterance: The unit that is coded.
        spacy: A trained Dutch spaCy pipeline to split sentences with, or `blank:nl`.
    """

    name: str
    codebook: str
    utterance: Literal["turn", "sentence"] = "turn"
    spacy: str = "blank:nl"
    backchannels: Backchannels = Backchannels()
    split: Split = Split()
    verdict: VerdictRules = VerdictRules()
    order: OrderRules = OrderRules()
    promotion: PromotionRules = PromotionRules()


def load_study_settings(path: Path) -> StudySettings:
    """Read a study's settings.

    Raises:
        ConfigError: The file is missing, has unknown keys or wrong values; all of them named.
    """
    return load(path, StudySettings, what="study settings")
