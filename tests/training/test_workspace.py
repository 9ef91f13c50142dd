"""A run's workspace: kept for the next run where it was cut off, one run at a time."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import BinaryIO

import pytest

from werkalliantie.errors import ModelError
from werkalliantie_training import workspace as workspaces
from werkalliantie_training.workspace import workspace

HOLD = """
import sys, time
from pathlib import Path
from werkalliantie_training.workspace import workspace
with workspace(Path(sys.argv[1]), "zelfde"):
    print("held", flush=True)
    time.sleep(600)
"""


class Cut(BaseException):
    """Stands for whatever ends a run."""


def cut_off(models: Path, name: str) -> Path:
    """Leave a workspace with a checkpoint in it."""
    with pytest.raises(Cut), workspace(models, name) as folder:
        (folder / "fit-1" / "checkpoint-3").mkdir(parents=True)
        (folder / "model.onnx").touch()
        raise Cut
    return folder


def test_it_is_removed_when_the_run_is_done(tmp_path: Path) -> None:
    """Nothing is left but the folder around it, where other runs may be."""
    with workspace(tmp_path, "een") as folder:
        (folder / "fit-1").mkdir()

    assert list(tmp_path.rglob("*")) == [tmp_path / ".training"]


def test_a_run_that_was_cut_off_finds_its_checkpoints(tmp_path: Path) -> None:
    """Checkpoints stay; half a model beside them doesn't."""
    left = cut_off(tmp_path, "een")

    with workspace(tmp_path, "een") as folder:
        found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))

    assert folder == left
    assert found == ["fit-1", "fit-1/checkpoint-3"]


def test_a_mistake_before_the_first_fit_leaves_nothing(tmp_path: Path) -> None:
    """There is nothing to go on from."""
    with pytest.raises(ModelError), workspace(tmp_path, "een") as folder:
        (folder / "fit-1").mkdir()
        raise ModelError("te lang")

    assert list(tmp_path.rglob("*")) == [tmp_path / ".training"]


def test_a_mistake_after_it_leaves_what_was_trained(tmp_path: Path) -> None:
    """When it is mended, the next run goes on from there."""
    with pytest.raises(ModelError), workspace(tmp_path, "een") as folder:
        (folder / "fit-1" / "checkpoint-3").mkdir(parents=True)
        raise ModelError("er is al een model met die naam")

    with workspace(tmp_path, "een") as again:
        assert (again / "fit-1" / "checkpoint-3").is_dir()


def test_stale_workspaces_are_removed(tmp_path: Path) -> None:
    """Nobody has worked in it for a week: it goes. One of yesterday stays."""
    old, young = cut_off(tmp_path, "oud"), cut_off(tmp_path, "jong")
    for folder, days in ((old, 8), (young, 1)):
        for path in (folder, *folder.rglob("*")):
            os.utime(path, (time.time() - days * 86400,) * 2)

    with workspace(tmp_path, "nieuw"):
        pass

    assert not old.exists()
    assert young.is_dir()


def test_what_another_run_removes_meanwhile_is_no_fault(tmp_path: Path) -> None:
    """A checkpoint that is listed may be gone when it is looked at."""
    other = cut_off(tmp_path, "ander")
    (other / "fit-1" / "weg").symlink_to("nergens")

    with workspace(tmp_path, "een"):
        pass

    assert other.is_dir()


def test_another_run_that_ends_takes_nothing_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may end at the very moment at which this one begins."""
    locked = workspaces._locked

    def after_another(path: Path) -> BinaryIO | None:
        monkeypatch.undo()
        with workspace(tmp_path, "ander"):
            pass
        return locked(path)

    monkeypatch.setattr(workspaces, "_locked", after_another)
    with workspace(tmp_path, "een") as folder:
        begun = folder.is_dir()

    assert begun


def test_a_run_that_goes_on_after_more_than_a_week_keeps_what_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another one may have found it stale a moment before."""
    old = cut_off(tmp_path, "oud")
    for path in (old, *old.rglob("*")):
        os.utime(path, (time.time() - 8 * 86400,) * 2)
    locked = workspaces._locked

    def after_it_went_on(path: Path) -> BinaryIO | None:
        if path.stem == "oud":
            os.utime(old)
        return locked(path)

    monkeypatch.setattr(workspaces, "_locked", after_it_went_on)
    with workspace(tmp_path, "nieuw"):
        pass

    assert old.is_dir()


@pytest.mark.skipif(sys.platform == "win32", reason="no locks there")
def test_one_run_at_a_time(tmp_path: Path) -> None:
    """The same run in two processes is refused; killing the first lets the second in."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, env=environment
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(ModelError) as refused, workspace(tmp_path, "zelfde"):
            pass
    finally:
        holder.kill()
        holder.communicate()
    with workspace(tmp_path, "zelfde") as folder:
        entered = folder.is_dir()

    assert refused.value.message == ("the same training is under way already, in another process.")
    assert refused.value.hint == (
        "Wait for it, or stop it; this command then goes on where it was."
    )
    assert entered
