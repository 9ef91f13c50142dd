import errno
from pathlib import Path

import pytest

from werkalliantie.errors import ConfigError
from werkalliantie.written import replacing, write_whole


def test_what_is_written_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    """To the letter, line ends included, and for all to read."""
    path = tmp_path / "uit.csv"
    path.write_text("oud")

    write_whole(path, "één\r\n")

    assert path.read_bytes() == "één\r\n".encode()
    assert path.stat().st_mode & 0o777 == 0o644
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt()])
def test_nothing_is_left_of_what_was_cut_off(tmp_path: Path, error: BaseException) -> None:
    """What was there before stays."""
    path = tmp_path / "uit.csv"
    path.write_text("oud")

    with pytest.raises(type(error)), replacing(path) as file:
        file.write(b"half")
        raise error
    assert path.read_text() == "oud"
    assert [*tmp_path.iterdir()] == [path]


def test_where_nothing_can_be_written_the_file_is_named(tmp_path: Path) -> None:
    """By its own name, and not by that of what would have taken its place."""
    path = tmp_path / "nergens" / "uit.csv"

    with pytest.raises(FileNotFoundError) as refused, replacing(path):
        pass
    assert refused.value.filename == str(path)


def test_a_full_disk_is_a_mistake_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However late it shows."""

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)

    with pytest.raises(ConfigError) as refused:
        write_whole(tmp_path / "uit.csv", "nieuw")
    assert refused.value.message == f"{tmp_path / 'uit.csv'}: can't be written (the disk is full)."
    assert [*tmp_path.iterdir()] == []
