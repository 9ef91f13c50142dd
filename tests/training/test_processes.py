"""Two processes that train one model, as `accelerate launch` starts them; gloo, on the CPU."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from samples import written
from training.tiny import coded_study, tiny_encoder

from werkalliantie import artefact
from werkalliantie.registry import Registry
from werkalliantie.study import Study

Weights = dict[str, torch.Tensor]
WORDLESS = """
import sys
from werkalliantie.cli import main
from werkalliantie_training import probe

probe.TOKEN_SHARE = 0.0
sys.exit(main())
"""
"""The command, but for the words: they tell all in a study this small, and a head would be kept."""
LAUNCH = ["-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2"]


def free_port() -> str:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


def trained(study: Study, encoder: Path, before: list[str], *, batch_size: int) -> str:
    """Train through the command line, and return what it printed on stdout."""
    settings = f'''
encoder = "{encoder}"
[evaluation]
folds = 2
[fit]
threads = 1
epochs = 5
batch_size = {batch_size}
precision = "fp32"
learning_rate = 2e-3
dropout = 0.0
'''
    written(study.folder / "configs" / "train.toml", settings)
    script = str(written(study.folder / "wordless.py", WORDLESS))
    command = [*before, script, "train", "--json", "--study", str(study.folder)]
    paths = {"PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, env=os.environ | paths
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stderr.count("reading the coded tapes") == 1
    return done.stdout


def test_two_processes_make_one_model(tmp_path: Path) -> None:
    """One whole folder, one document, and the weights of one process with batches of twice."""
    still = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    encoder = tiny_encoder(tmp_path / "tiny-bert", "bert", **still)
    together = coded_study(tmp_path / "samen")
    alone = Study.open(shutil.copytree(together.folder, tmp_path / "alleen"))

    port = ["--num_machines", "1", "--main_process_port", free_port()]
    printed = trained(together, encoder, [*LAUNCH, *port], batch_size=4)
    trained(alone, encoder, [], batch_size=8)

    assert json.loads(printed)["model"] == "model-001"
    assert Registry(together.models).names() == ["model-001"]
    assert [path.name for path in (together.models / ".training").iterdir()] == [".filing"]
    models = [artefact.read(study.models / "model-001") for study in (together, alone)]
    assert [model.manifest["reproducible"]["processes"] for model in models] == [2, 1]
    one, other = (load_file(model.file(artefact.WEIGHTS)) for model in models)
    start = load_file(encoder / "model.safetensors")
    own = {f"encoder.{name}": weights for name, weights in start.items()}
    trained_on = [name for name in other if name in own]
    moved = _apart(other, own, trained_on)
    assert moved > 0
    # Sums in another order are other sums, and steps carry the difference on.
    assert _apart(one, other, trained_on) < moved / 3


def _apart(one: Weights, other: Weights, names: list[str]) -> float:
    """Return the root of the summed squares of what two sets of weights differ."""
    gaps = torch.stack([(one[name] - other[name]).square().sum() for name in names])
    return float(gaps.sum().sqrt())
