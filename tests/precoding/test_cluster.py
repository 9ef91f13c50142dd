"""Pre-coding on a Ray cluster of two nodes on this machine; skipped where Ray isn't installed."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from models import tiny_model
from samples import a_tape, utterances_of

from werkalliantie import artefact
from werkalliantie.artefact import Artefact
from werkalliantie.errors import MissingExtra, ModelError
from werkalliantie.precoding import Precoded, Shard, precode, precode_shard
from werkalliantie.precoding.cluster import RayEngine, _n_workers, ray_engine
from werkalliantie.precoding.engine import Engine
from werkalliantie.sheets import SheetFormat
from werkalliantie.study import Study, create

TAPES = tuple(f"t{number:02}" for number in range(12))


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Give a study with twelve tapes of some utterances and one on which the worker is silent."""
    made = create(tmp_path / "studie")
    tapes = [
        a_tape(f"R: Ik moet {tape}.", "C: Ja.", *["R: Dat was er wel."] * (number % 5), id=tape)
        for number, tape in enumerate(TAPES)
    ]
    with made.store() as store:
        store.add([(tape, utterances_of(tape)) for tape in tapes])
        store.add([(a_tape("C: Is daar iemand?", id="stil"), ())])
    return made


@pytest.fixture
def model(study: Study) -> Artefact:
    """Give a tiny model of the study."""
    return tiny_model(study.models / "m1")


def precoded(
    study: Study,
    model: Artefact,
    engine: Callable[[], Engine] | None,
    *,
    tapes: Sequence[str] = (*TAPES, "stil"),
) -> list[Precoded]:
    """Label tapes anew and write the sheets anew."""
    out, format = study.data / "uit", SheetFormat.CSV
    done = precode(
        study, model, tapes, out=out, format=format, force=True, again=True, engine=engine
    )
    return [*done]


def test_the_command_starts_a_cluster_of_its_own(study: Study, model: Artefact) -> None:
    """Where none is there; stdout holds the document alone, and a part has the same bytes."""
    pytest.importorskip("ray", reason="the ray extra isn't installed")
    words = ["precode", *TAPES[:6], "--shard", "1/1", "--engine", "ray"]
    options = ["--model", "m1", "--study", str(study.folder), "--json"]

    done = subprocess.run(
        [sys.executable, "-m", "werkalliantie", *words, *options], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert [one["tape"] for one in document["tapes"]] == [*TAPES[:6]]
    shard, folder = Shard(number=1, of=1), study.data / "hier"
    assert [*precode_shard(study, model, TAPES[:6], shard=shard, folder=folder)]
    (local,) = folder.iterdir()
    assert Path(document["part"]).read_bytes() == local.read_bytes()


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    """Start a cluster of two nodes of two cores each."""
    ray = pytest.importorskip("ray", reason="the ray extra isn't installed")
    from ray.cluster_utils import Cluster

    size = {"num_cpus": 2, "object_store_memory": 100 * 2**20}
    nodes = Cluster(initialize_head=True, head_node_args={**size, "include_dashboard": False})
    try:
        nodes.add_node(True, **size)
        ray.init(address=nodes.address, log_to_driver=False, logging_level="ERROR")
        assert len(ray.nodes()) == 2
        yield
    finally:
        ray.shutdown()
        nodes.shutdown()  # type: ignore[no-untyped-call]


@pytest.mark.filterwarnings("ignore::DeprecationWarning:ray.data.context")  # of its own making
@pytest.mark.usefixtures("cluster")
class TestOnTwoNodes:
    def test_scores_are_those_of_one_machine(self, study: Study, model: Artefact) -> None:
        """To the last bit, in the same order, with the same sheets."""
        local = precoded(study, model, None)
        sheets = [one.sheet.read_bytes() for one in local]

        assert _n_workers("cpu") == 3  # so that both nodes work, and one core stays free
        done = precoded(study, model, ray_engine(model, "cpu"))
        assert done == local
        assert [one.sheet.read_bytes() for one in done] == sheets

    def test_a_model_that_is_not_everywhere_is_named(
        self, study: Study, model: Artefact, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """The workers' own error comes through; none of Ray's traces does."""
        model.file(artefact.ONNX).unlink()

        with pytest.raises(ModelError) as refused:
            precoded(study, model, lambda: RayEngine(model, precision="fp32"), tapes=TAPES[:1])
        assert refused.value.message == (
            f"{model.folder}: not a whole model: model.onnx is missing."
        )
        assert "Traceback" not in "".join(capfd.readouterr())

    def test_a_gpu_that_is_not_there_is_not_waited_for(self, study: Study, model: Artefact) -> None:
        """A cluster without one would never begin."""
        with pytest.raises(ModelError) as refused:
            precoded(study, model, ray_engine(model, "cuda"))
        assert refused.value.message == "device cuda: no machine of the Ray cluster has a GPU."
        assert refused.value.hint == "Leave --device out to run on the CPUs."

    def test_nothing_is_reported_to_anybody(self, model: Artefact) -> None:
        """Ray's usage statistics are off."""
        from ray._common.usage.usage_lib import usage_stats_enabled

        RayEngine(model)
        assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
        assert not usage_stats_enabled()


def test_without_ray_the_extra_is_named(model: Artefact, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line, before anything is done."""
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.delitem(sys.modules, "ray.data", raising=False)

    with pytest.raises(MissingExtra) as refused:
        ray_engine(model, "cpu")
    assert refused.value.message == ('--engine ray needs the "ray" extra, which is not installed.')
    assert refused.value.hint == 'Install it with: pip install "werkalliantie[ray]"'
