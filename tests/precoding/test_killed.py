import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from models import tiny_model
from samples import a_tape, utterances_of

from werkalliantie.study import create

N_KILLS = 52


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here to kill copies of")
def test_a_killed_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Killed at any moment, however often: nothing is labelled twice, left out or half written.

    At the end there is one prediction for each utterance, and the sheets and parts have the bytes
    of a run that wasn't disturbed.
    """
    study = create(tmp_path / "studie")
    tiny_model(study.models / "m1")
    tapes = [
        a_tape(f"R: Ik moet {n}.", "C: Ja.", "R: Hm hm.", *["R: Dat was er."] * (n % 4), id=f"t{n}")
        for n in range(12)
    ]
    with study.store() as store:
        store.add([(tape, utterances_of(tape)) for tape in tapes])

    script = Path(__file__).with_name("killing.py")
    arguments = [str(study.folder), str(tmp_path / "werk"), str(N_KILLS), "7"]
    done = subprocess.run(
        [sys.executable, str(script), *arguments],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert (done.returncode, done.stderr) == (0, "")
    tallies = json.loads(done.stdout)
    assert [tally["faults"] for tally in tallies.values()] == [[], [], []]
    assert tallies["store"]["killed"] >= 50
    assert all(tally["partly_done"] > 0 for tally in tallies.values())
