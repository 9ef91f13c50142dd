from pathlib import Path

import pytest
from samples import written

from werkalliantie.configuration import StudySettings, load_study_settings
from werkalliantie.errors import ConfigError

WHOLE = """\
name = "proef"
codebook = "proef-1"
utterance = "sentence"
spacy = "nl_core_news_sm"

[backchannels]
max_words = 2
words = ["ja", "hm"]

[split]
validation_tapes = ["t1"]
validation_workers = ["W1"]
test_tapes = ["t2"]
test_workers = ["W2"]

[verdict]
min_tapes = 8
min_coder_kappa = 0.5
pre_code_share = 0.7
pre_code_low = 0.5
second_code_share = 0.95
second_code_low = 0.8
beat_floors = false
margin = 0.05

[promotion]
confidence = 0.9
margin = 0.04
min_tapes = 4

[order]
uncertainty = 0.5
disagreement = 2.0
rarity = 0.0
random_share = 0.3
tape_utterances = 10
seed = 4
"""


def read(folder: Path, text: str) -> StudySettings:
    """Write a settings file and read it."""
    return load_study_settings(written(folder / "study.toml", text))


def faults_of(folder: Path, text: str) -> tuple[str, ...]:
    """Return the faults for which settings are refused."""
    with pytest.raises(ConfigError) as refused:
        read(folder, text)
    return refused.value.faults


def test_every_key_is_read(tmp_path: Path) -> None:
    """A file with every key comes back key for key."""
    assert read(tmp_path, WHOLE).model_dump() == {
        "name": "proef",
        "codebook": "proef-1",
        "utterance": "sentence",
        "spacy": "nl_core_news_sm",
        "backchannels": {"words": ("ja", "hm"), "max_words": 2},
        "split": {
            "validation_tapes": ("t1",),
            "validation_workers": ("W1",),
            "test_tapes": ("t2",),
            "test_workers": ("W2",),
        },
        "verdict": {
            "min_tapes": 8,
            "min_coder_kappa": 0.5,
            "pre_code_share": 0.7,
            "pre_code_low": 0.5,
            "second_code_share": 0.95,
            "second_code_low": 0.8,
            "beat_floors": False,
            "margin": 0.05,
        },
        "promotion": {"confidence": 0.9, "margin": 0.04, "min_tapes": 4},
        "order": {
            "uncertainty": 0.5,
            "disagreement": 2.0,
            "rarity": 0.0,
            "random_share": 0.3,
            "tape_utterances": 10,
            "seed": 4,
        },
    }


def test_a_name_and_a_codebook_are_enough(tmp_path: Path) -> None:
    """Turns are coded, nothing is a backchannel and no tape is held back without a word of it."""
    settings = read(tmp_path, 'name = "proef"\ncodebook = "proef-1"\n')

    assert (settings.utterance, settings.spacy) == ("turn", "blank:nl")
    assert (settings.backchannels.words, settings.backchannels.max_words) == ((), 4)
    assert settings.split.test_tapes == settings.split.validation_workers == ()
    assert settings.verdict.model_dump() == {
        "min_tapes": 5,
        "min_coder_kappa": 0.4,
        "pre_code_share": 0.6,
        "pre_code_low": 0.4,
        "second_code_share": 0.9,
        "second_code_low": 0.75,
        "beat_floors": True,
        "margin": 0.1,
    }


@pytest.mark.parametrize(
    ("before", "key"),
    [
        ('name = "proef"', "onbekend"),
        ("[backchannels]", "backchannels.onbekend"),
        ("[split]", "split.onbekend"),
        ("[verdict]", "verdict.onbekend"),
        ("[order]", "order.onbekend"),
    ],
)
def test_unknown_keys_are_refused(tmp_path: Path, before: str, key: str) -> None:
    """A key that means nothing is a fault in every table."""
    text = WHOLE.replace(before, f"{before}\nonbekend = 1")

    assert faults_of(tmp_path, text) == (f'unknown key "{key}"',)


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        (
            'utterance = "sentence"',
            'utterance = "zin"',
            "utterance: Input should be 'turn' or 'sentence', not 'zin'",
        ),
        (
            "max_words = 2",
            "max_words = -1",
            "backchannels.max_words: Input should be greater than or equal to 0, not -1",
        ),
        (
            "max_words = 2",
            'max_words = "2"',
            "backchannels.max_words: Input should be a valid integer, not '2'",
        ),
        (
            "max_words = 2",
            "max_words = true",
            "backchannels.max_words: Input should be a valid integer, not True",
        ),
        (
            'test_tapes = ["t2"]',
            'test_tapes = "t2"',
            "split.test_tapes: Input should be a valid tuple, not 't2'",
        ),
        (
            "min_tapes = 8",
            "min_tapes = 0",
            "verdict.min_tapes: Input should be greater than or equal to 1, not 0",
        ),
        (
            "min_coder_kappa = 0.5",
            "min_coder_kappa = 1.5",
            "verdict.min_coder_kappa: Input should be less than or equal to 1, not 1.5",
        ),
        (
            "second_code_share = 0.95",
            "second_code_share = 0.65",
            "verdict: second_code_share (0.65) is below pre_code_share (0.7)",
        ),
        (
            "second_code_low = 0.8",
            "second_code_low = 0.4",
            "verdict: second_code_low (0.4) is below pre_code_low (0.5)",
        ),
        (
            "margin = 0.05",
            "margin = 0.0",
            "verdict.margin: Input should be greater than 0, not 0.0",
        ),
        (
            "random_share = 0.3",
            "random_share = 1.2",
            "order.random_share: Input should be less than or equal to 1, not 1.2",
        ),
        (
            "disagreement = 2.0",
            "disagreement = inf",
            "order.disagreement: Input should be a finite number, not inf",
        ),
        (
            "tape_utterances = 10",
            "tape_utterances = 0",
            "order.tape_utterances: Input should be greater than or equal to 1, not 0",
        ),
        (
            'words = ["ja", "hm"]',
            'words = ["ja", 5]',
            "backchannels.words.1: Input should be a valid string, not 5",
        ),
    ],
)
def test_wrong_values_are_named(tmp_path: Path, right: str, wrong: str, fault: str) -> None:
    """A fault names the key, what was expected and the value."""
    assert faults_of(tmp_path, WHOLE.replace(right, wrong)) == (fault,)
