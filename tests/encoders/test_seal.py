"""Folders that are whole or aren't there."""

from pathlib import Path

import pytest

from werkalliantie_training.encoders.seal import staged


def test_a_folder_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    """While it is being filled, nothing has its name."""
    folder = tmp_path / "encoders" / "nieuw"

    with staged(folder) as staging:
        (staging / "config.json").write_text("{}", encoding="utf-8")
        there_meanwhile = folder.exists()

    assert not there_meanwhile
    assert [path.name for path in folder.parent.iterdir()] == ["nieuw"]
    assert [path.name for path in folder.iterdir()] == ["config.json"]


def test_a_failure_keeps_the_former_folder(tmp_path: Path) -> None:
    """What was there stays as it was, and half-made work is removed."""
    folder = tmp_path / "encoder"
    folder.mkdir()
    (folder / "oud").touch()

    with pytest.raises(OSError, match="schijf vol"), staged(folder) as staging:
        (staging / "nieuw").touch()
        raise OSError("schijf vol")

    assert [path.name for path in tmp_path.iterdir()] == ["encoder"]
    assert [path.name for path in folder.iterdir()] == ["oud"]


def test_a_former_folder_is_replaced_whole(tmp_path: Path) -> None:
    """Nothing of the former folder mixes with the new one."""
    folder = tmp_path / "encoder"
    folder.mkdir()
    (folder / "oud").touch()

    with staged(folder) as staging:
        (staging / "nieuw").touch()

    assert [path.name for path in tmp_path.iterdir()] == ["encoder"]
    assert [path.name for path in folder.iterdir()] == ["nieuw"]
