"""Scores tapes on a Ray cluster: one labeller for each core or GPU, fed by Ray Data.

The tapes are read from the store on this machine and travel as bytes through Ray's object store;
the model folder has to be on every machine at the same path. Where no cluster is named (as Ray
does, by RAY_ADDRESS), one is started on this machine alone and stopped at the end.
"""

import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from werkalliantie import artefact
from werkalliantie.artefact import Artefact
from werkalliantie.errors import ModelError, WerkalliantieError, extra
from werkalliantie.labeller import Computed, Device, Labeller, Precision, Question, precision_for
from werkalliantie.precoding.asking import Asked, Scored, read
from werkalliantie.precoding.deciding import version_of
from werkalliantie.store import Store

if TYPE_CHECKING:
    from ray.data import Dataset

_TAPES_AT_ONCE = 4
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal"}

Batch = dict[str, Any]
"""Columns by name, each as long as the others."""


class RayEngine:
    """Scores on a Ray cluster.

    Raises:
        MissingExtra: Ray isn't installed.
    """

    def __init__(
        self, model: Artefact, *, device: Device = "cpu", precision: Precision = "auto"
    ) -> None:
        os.environ.update(_QUIET)
        with extra("ray", purpose="--engine ray"):
            import ray.data  # noqa: F401
        self.device: Device = device
        self._model = model
        self._wanted = precision

    @cached_property
    def precision(self) -> Computed:
        """What every machine computes in: what this one would.

        Left to each of them, a tape's scores would depend on where it happened to go.
        """
        if self.device == "cpu" and self._wanted == "auto":
            return Labeller(self._model, threads=1, precision=self._wanted).precision
        return precision_for(self._model, self.device, self._wanted)

    def scored(self, store: Store, tapes: Iterable[str]) -> Iterator[Scored]:
        """Yield each tape with its scores, in order."""
        from ray.exceptions import RayError

        n_codes = len(self._model.codes)
        with _cluster():
            try:
                for row in self._dataset(store.path, [*tapes]).iter_rows():
                    if row["fault"]:
                        raise _fault(*json.loads(row["fault"]))
                    asked = read(store, row["tape"])
                    scores = np.frombuffer(row["scores"], dtype=np.float32)
                    yield Scored(asked=asked, scores=scores.reshape(-1, n_codes))
            except RayError as error:
                raise _fault(type(error).__name__, None) from None

    def _dataset(self, store: Path, tapes: list[str]) -> "Dataset":
        import ray
        from ray.data import ActorPoolStrategy, from_items

        here = ray.get_runtime_context().get_node_id()
        n_blocks = -(-len(tapes) // _TAPES_AT_ONCE)
        names = from_items([{"tape": tape} for tape in tapes], override_num_blocks=n_blocks)
        asked = names.map_batches(
            _Reader,
            fn_constructor_args=(str(store.resolve()),),
            compute=ActorPoolStrategy(size=1),
            batch_size=_TAPES_AT_ONCE,
            num_cpus=0,
            label_selector={"ray.io/node-id": here},
        )
        on_gpu = self.device == "cuda"
        return asked.map_batches(
            _Scorer,
            fn_constructor_args=(
                str(self._model.folder.resolve()),
                version_of(self._model).sha,
                self.device,
                self.precision,
            ),
            compute=ActorPoolStrategy(size=min(n_blocks, _n_workers(self.device))),
            batch_size=_TAPES_AT_ONCE,
            num_cpus=None if on_gpu else 1,
            num_gpus=1 if on_gpu else None,
        )


class _Reader:
    """Reads tapes from the store, on the machine where that is."""

    def __init__(self, store: str) -> None:
        self._store = Store(Path(store))

    def __call__(self, batch: Batch) -> Batch:
        asked = (read(self._store, str(tape)) for tape in batch["tape"])
        return {"tape": batch["tape"], "asked": [_packed(one) for one in asked]}


class _Scorer:
    """One labeller on one core or GPU.

    What goes wrong is told in the answer: Ray would print an exception of its own accord, with a
    trace, wherever it likes.
    """

    def __init__(self, folder: str, sha: str, device: Device, precision: Computed) -> None:
        self._fault: str | None = None
        try:
            self._labeller = _labeller(Path(folder), sha, device, precision)
        except WerkalliantieError as error:
            self._fault = json.dumps([error.message, error.hint])
        except Exception as error:
            self._fault = json.dumps([type(error).__name__, None])

    def __call__(self, batch: Batch) -> Batch:
        fault, rows = self._fault, [b""] * len(batch["tape"])
        if fault is None:
            try:
                rows = self._scored([_unpacked(asked) for asked in batch["asked"]])
            except Exception as error:
                fault = json.dumps([type(error).__name__, None])
        return {"tape": batch["tape"], "scores": rows, "fault": [fault or ""] * len(rows)}

    def _scored(self, tapes: list[list[Question]]) -> list[bytes]:
        scores = self._labeller.probabilities([*chain.from_iterable(tapes)])
        ends = np.cumsum([len(questions) for questions in tapes])
        return [own.tobytes() for own in np.split(scores, ends[:-1])]


def _labeller(folder: Path, sha: str, device: Device, precision: Computed) -> Labeller:
    model = artefact.read(folder)
    if version_of(model).sha != sha:
        raise ModelError(
            f"{folder}: another model on one of the machines than on this one.",
            hint="Copy the model folder to every machine of the cluster, at the same path.",
        )
    return Labeller(model, device=device, threads=1, precision=precision)


def _packed(asked: Asked) -> bytes:
    return json.dumps([(question.context, question.text) for question in asked.questions]).encode()


def _unpacked(asked: bytes) -> list[Question]:
    return [Question(context=context, text=text) for context, text in json.loads(asked)]


@contextmanager
def _cluster() -> Iterator[None]:
    """Join the cluster that is there, or start one here for as long as it is needed."""
    import ray
    from ray.data import DataContext

    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    context.execution_options.preserve_order = True
    joined = ray.is_initialized()
    if not joined:
        ray.init(include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    try:
        yield
    finally:
        if not joined:
            ray.shutdown()


def _n_workers(device: Device) -> int:
    """Return how many labellers there are: one a GPU, or one a core but one.

    Where every core has a labeller, reading waits for a core that never comes free.
    """
    import ray

    resources = ray.cluster_resources()  # type: ignore[no-untyped-call]
    if device == "cuda":
        n_gpus = int(resources.get("GPU", 0))
        if not n_gpus:
            raise ModelError(
                "device cuda: no machine of the Ray cluster has a GPU.",
                hint="Leave --device out to run on the CPUs.",
            )
        return n_gpus
    return max(1, int(resources.get("CPU", 1)) - 1)


def _fault(message: str, hint: str | None) -> ModelError:
    """Return what went wrong on a worker: an error of ours, or the kind of another.

    The words of another could hold what was labelled.
    """
    if hint is not None:
        return ModelError(message, hint=hint)
    return ModelError(
        f"--engine ray: a worker failed ({message}).",
        hint="Try --engine local on one tape; if that works, look at the cluster's memory and "
        "versions.",
    )


def ray_engine(model: Artefact, device: Device) -> Callable[[], RayEngine]:
    """Return what makes the engine; that Ray is there is checked at once."""
    engine = RayEngine(model, device=device)
    return lambda: engine
