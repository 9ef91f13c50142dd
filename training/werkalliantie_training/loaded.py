"""A model folder as the network that it was exported from."""

from safetensors.torch import load_file

from werkalliantie import artefact
from werkalliantie.artefact import Artefact
from werkalliantie.errors import ModelError
from werkalliantie.labeller import tokens_of
from werkalliantie_training.coder import Fitted
from werkalliantie_training.encoders import Encoder
from werkalliantie_training.network import rebuild_network


def load_fitted(model: Artefact) -> Fitted:
    """Return a coder model's network with what goes with it; the model is what it started from.

    Raises:
        ModelError: The folder holds no weights, or its tokenizer can't be loaded.
    """
    check_weights(model)
    tokens = tokens_of(model)
    network = rebuild_network(
        model.manifest["encoder"]["config"],
        n_codes=len(model.codes),
        uses_types=model.input.uses_types,
        separator=tokens.separator,
    )
    # Models were made in which tokens add nothing by themselves; these hold no such weights.
    network.load_state_dict(network.state_dict() | load_file(model.file(artefact.WEIGHTS)))
    return Fitted(
        encoder=Encoder(
            name=model.manifest["encoder"]["name"],
            folder=model.folder,
            sha256=model.manifest["files"][artefact.WEIGHTS],
            source=model.name,
        ),
        tokenizer=tokens.tokenizer,
        tokens=tokens,
        network=network.eval(),
    )


def check_weights(model: Artefact) -> None:
    """See that a model's folder holds what torch needs.

    Raises:
        ModelError: It doesn't.
    """
    if not model.file(artefact.WEIGHTS).is_file():
        raise ModelError(
            f"{model.folder}: no {artefact.WEIGHTS}, which torch needs.",
            hint="Name a model whose folder is whole.",
        )
