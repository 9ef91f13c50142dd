import errno
from pathlib import Path

import pytest

from werkalliantie.refusals import as_mistake, check_writable

YOURS = "Ask for the right to write there, or work on a copy of the study that is yours."
ROOM = "Make room, and run it again."


@pytest.mark.parametrize(
    ("number", "reason", "hint"),
    [
        (errno.EACCES, "you may not read or write there", YOURS),
        (errno.EPERM, "you may not read or write there", YOURS),
        (errno.EROFS, "it lies on a disk that can only be read", YOURS),
        (errno.ENOSPC, "the disk is full", ROOM),
        (errno.EDQUOT, "your share of the disk is full", ROOM),
        (errno.EISDIR, "taken", "Look at what lies there, put it right, and run it again."),
    ],
)
def test_what_names_a_file_is_the_users_to_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, reason: str, hint: str
) -> None:
    """The file is named as seen from where one stands, with the reason in plain words."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "models" / "m1"

    mistake = as_mistake(OSError(number, "taken", str(path)))

    assert mistake is not None
    assert (mistake.message, mistake.hint) == (f"{Path('models/m1')}: {reason}.", hint)


def test_where_one_stands_may_be_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process removed it; that hides no reason."""
    (tmp_path / "weg").mkdir()
    monkeypatch.chdir(tmp_path / "weg")
    (tmp_path / "weg").rmdir()

    mistake = as_mistake(PermissionError(errno.EACCES, "Permission denied", "x"))

    assert mistake is not None
    assert mistake.message == "x: you may not read or write there."


def test_elsewhere_a_file_is_named_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that it can be found."""
    monkeypatch.chdir(tmp_path)

    mistake = as_mistake(PermissionError(errno.EACCES, "Permission denied", "/elders/x"))

    assert mistake is not None
    assert mistake.message == "/elders/x: you may not read or write there."


@pytest.mark.parametrize("error", [OSError("text"), OSError(errno.EBADF, "Bad file descriptor")])
def test_what_names_no_file_may_be_a_fault_of_ours(error: OSError) -> None:
    """Nobody could tell what to mend; a full disk is told without a file."""
    assert as_mistake(error) is None


@pytest.mark.parametrize(
    "said",
    [
        "Error while serializing: I/O error: No space left on device (os error 28)",
        "[enforce fail at inline_container.cc:672] . unexpected pos 576 vs 534",
        "(sqlite3.OperationalError) database or disk is full",
    ],
    ids=["safetensors", "torch", "SQLite"],
)
def test_libraries_have_their_own_words_for_a_full_disk(said: str) -> None:
    """Their errors aren't the system's; it is a full disk all the same."""
    mistake = as_mistake(RuntimeError(said))

    assert mistake is not None
    assert (mistake.message, mistake.hint) == ("the disk is full.", ROOM)
    assert as_mistake(RuntimeError("anders")) is None


def test_a_folder_to_write_in_is_made(tmp_path: Path) -> None:
    """And nothing is left in it."""
    check_writable(tmp_path / "een" / "twee")

    assert [path.name for path in tmp_path.rglob("*")] == ["een", "twee"]
