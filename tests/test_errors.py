import pickle

import pytest

from werkalliantie.errors import (
    ConfigError,
    EncoderError,
    MissingExtra,
    ModelError,
    SheetError,
    StoreError,
    TranscriptError,
    WerkalliantieError,
    gather,
)


def test_no_faults_raise_nothing() -> None:
    """A place without faults passes."""
    try:
        gather("codes.csv", [], SheetError, "Verbeter het blad.")
    except WerkalliantieError:
        pytest.fail("raised without a fault")


def test_one_fault_is_the_message() -> None:
    """A single fault stands in the message itself, behind its place."""
    with pytest.raises(SheetError) as raised:
        gather("codes.csv", ['row 3: unknown code "XX"'], SheetError, "Mend the sheet.")

    assert raised.value.message == str(raised.value) == 'codes.csv: row 3: unknown code "XX"'
    assert raised.value.hint == "Mend the sheet."
    assert raised.value.faults == ('row 3: unknown code "XX"',)


def test_several_faults_are_counted_and_kept() -> None:
    """Of several faults the message gives the number, and the error keeps each one in order."""
    with pytest.raises(ConfigError) as raised:
        gather("study.toml", ["b", "a"], ConfigError, "Mend it.")

    assert raised.value.message == "study.toml: 2 faults."
    assert raised.value.faults == ("b", "a")


def test_a_missing_extra_is_named() -> None:
    """The message says what for, the hint how to install it."""
    error = MissingExtra("train", purpose="Training")

    assert error.message == 'Training needs the "train" extra, which is not installed.'
    assert error.hint == 'Install it with: pip install "werkalliantie[train]"'


@pytest.mark.parametrize(
    "kind",
    [ConfigError, TranscriptError, SheetError, StoreError, ModelError, EncoderError],
)
def test_every_error_is_one_of_ours(kind: type[WerkalliantieError]) -> None:
    """Who catches the root of the tree catches all users' mistakes."""
    with pytest.raises(WerkalliantieError, match=r"^fout$"):
        raise kind("fout")


@pytest.mark.parametrize(
    "error",
    [
        StoreError("geen band", hint="Importeer hem.", faults=["een", "twee"]),
        MissingExtra("train", purpose="Training"),
    ],
)
def test_errors_cross_processes(error: WerkalliantieError) -> None:
    """An error raised in a child process arrives whole in the parent."""
    arrived = pickle.loads(pickle.dumps(error))

    assert type(arrived) is type(error)
    assert (arrived.message, arrived.hint, arrived.faults) == (
        error.message,
        error.hint,
        error.faults,
    )
