"""What an encoder is: its kind, its size and where it comes from."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from pathlib import Path

from safetensors import safe_open

from werkalliantie.errors import extra
from werkalliantie_training.encoders.encoder import (
    Encoder,
    essential_files,
    read_config,
    weight_files,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """An encoder's properties; None where its configuration doesn't say.

    Attributes:
        n_parameters: Weights in its files, heads of its pretraining included.
        n_bytes: Of configuration, weights and tokenizer together.
    """

    name: str
    source: str
    folder: Path
    sha256: str
    architecture: str
    layers: int | None
    hidden: int | None
    vocabulary: int | None
    n_parameters: int
    n_bytes: int


def describe(encoder: Encoder) -> Description:
    """Return the encoder's properties as its files state them, without loading the weights."""
    config = read_config(encoder.folder)
    architectures = config.get("architectures") or [config["model_type"]]
    weights = [path for path in weight_files(encoder.folder) if path.suffix != ".json"]
    return Description(
        name=encoder.name,
        source=encoder.source,
        folder=encoder.folder,
        sha256=encoder.sha256,
        architecture=str(architectures[0]),
        # DistilBERT and its kin use the second name.
        layers=config.get("num_hidden_layers", config.get("n_layers")),
        hidden=config.get("hidden_size", config.get("dim")),
        vocabulary=config.get("vocab_size"),
        n_parameters=sum(prod(shape) for path in weights for shape in _shapes(path)),
        n_bytes=sum(path.stat().st_size for path in essential_files(encoder.folder)),
    )


def _shapes(weights: Path) -> Iterable[tuple[int, ...]]:
    """Return the shape of each tensor in a file of weights."""
    if weights.suffix == ".safetensors":
        with safe_open(weights, "numpy") as file:
            return [tuple(file.get_slice(name).get_shape()) for name in file.keys()]  # noqa: SIM118
    with extra("train", purpose="Reading pickled weights"):
        import torch  # 1.4 s, and only pickled weights need it

    tensors = torch.load(weights, map_location="meta", weights_only=True).values()
    return [tuple(tensor.shape) for tensor in tensors if isinstance(tensor, torch.Tensor)]
