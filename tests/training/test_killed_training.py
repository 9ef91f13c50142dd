import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from werkalliantie.study import Study

N_KILLS = 15


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here to kill copies of")
def test_killed_training_goes_on_and_never_leaves_half_a_model(
    study: Study, encoders: Path
) -> None:
    """Killed at any moment, however often, `models/` holds whole models only.

    In the end there is a model with the weights of a run that wasn't disturbed.
    """
    script = Path(__file__).with_name("killing.py")
    arguments = [str(study.folder), str(encoders / "tiny-bert"), str(N_KILLS), "3"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, str(script), *arguments],
        capture_output=True,
        text=True,
        env=environment,
    )

    assert (done.returncode, done.stderr) == (0, "")
    tally = json.loads(done.stdout)
    assert tally["faults"] == []
    assert tally["killed"] >= N_KILLS
    assert tally["went_on"] > 0
