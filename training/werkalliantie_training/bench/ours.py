"""The labeller in fp32 and in int8; imports nothing of torch, so that its memory is its own."""

from werkalliantie import artefact
from werkalliantie.labeller import Device, Labeller, Precision
from werkalliantie_training.bench.job import Job, Timed, timed


def ours_fp32(job: Job) -> Timed:
    """The labeller, in fp32."""
    return _ours(job, "fp32")


def ours_int8(job: Job) -> Timed:
    """The labeller, in int8."""
    return _ours(job, "int8")


def ours_gpu(job: Job) -> Timed:
    """The labeller on a GPU, in fp16 where the model has such a copy."""
    return _ours(job, "auto", device="cuda")


def _ours(job: Job, precision: Precision, device: Device = "cpu") -> Timed:
    labeller = Labeller(artefact.read(job.model), precision=precision, device=device)
    return timed(labeller.logits, job.questions)
