"""A study, and a way to run commands on it."""

import sys
from pathlib import Path

import pytest
from cli.commandline import OTHER, TRANSCRIPT, Outcome, Run
from models import tiny_model
from samples import written

from werkalliantie import cli


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Give a function that runs the command line as the console script does."""

    def run(*words: str | Path) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["werkalliantie", *map(str, words)])
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = 0 if end.code is None else int(end.code)
        said = capsys.readouterr()
        return Outcome(code=code, out=said.out, err=said.err)

    return run


@pytest.fixture
def study(tmp_path: Path, run: Run) -> Path:
    """Make a study with the model m1 in use and the tapes g1 (one backchannel) and g2."""
    folder = tmp_path / "studie"
    assert run("init", folder).code == 0
    tiny_model(folder / "models" / "m1", trained_on=["t99"])
    files = [written(tmp_path / "g1.txt", TRANSCRIPT), written(tmp_path / "g2.txt", OTHER)]
    assert run("import", *files, "--study", folder).code == 0
    assert run("models", "promote", "m1", "--study", folder).code == 0
    return folder
