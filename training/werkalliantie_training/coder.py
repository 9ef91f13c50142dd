"""The recipe: from coded utterances and an encoder to a fine-tuned network, and its logits.

Training, cross-validation and the benchmarks all fit with it. It knows nothing of studies, splits
or model folders.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from werkalliantie.errors import ConfigError
from werkalliantie.pairs import PairTokenizer, TokenPair
from werkalliantie_training.bags import NO_BAGS
from werkalliantie_training.encoders import Encoder, load_tokenizer
from werkalliantie_training.epochs import Watch
from werkalliantie_training.examples import Examples, as_dataset
from werkalliantie_training.export import torch_logits
from werkalliantie_training.fit import fit, precision_is_bf16
from werkalliantie_training.network import CoderNetwork, load_network
from werkalliantie_training.probe import frozen_features, head_logits, start_head
from werkalliantie_training.settings import TrainSettings
from werkalliantie_training.shelf import Shelf, shelf_in
from werkalliantie_training.workspace import Workspace

# Room for the special tokens of a pair, at most `<s> </s></s> </s>`.
_N_SPECIAL = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A fine-tuned network with what goes with it on the way to its folder.

    Attributes:
        shelf: Where features are kept while the network's encoder is as it came; else None.
    """

    encoder: Encoder
    tokenizer: Tokenizer
    tokens: PairTokenizer
    network: CoderNetwork
    shelf: Shelf | None = None

    def pairs(self, examples: Examples) -> list[TokenPair]:
        """Return the tokenised inputs of some examples."""
        return self.tokens.encode(list(zip(examples.contexts, examples.texts, strict=True)))

    def logits(self, examples: Examples) -> NDArray[np.float32]:
        """Return fp32 logits, shape `(n_utterances, n_codes)`."""
        if self.shelf is None:
            return torch_logits(self.network, self.pairs(examples))
        rows = as_dataset(replace(examples, bags=NO_BAGS), self.tokens)
        read = frozen_features(self.network, rows, bf16=False, shelf=self.shelf)
        return head_logits(self.network, read)

    def with_head_only(self, workspace: Workspace) -> "Fitted":
        """Return the same, known to have learnt with its head alone: what it reads may be kept."""
        shelf = shelf_in(workspace.features, encoder=self.encoder.sha256, bf16=False)
        return replace(self, shelf=shelf)


def prepare(encoder: Encoder, settings: TrainSettings, *, n_codes: int) -> Fitted:
    """Return the network before it has learnt anything: encoder, and a head that knows nothing.

    Raises:
        ConfigError: The settings ask for more tokens than the encoder takes.
        EncoderError: transformers can't load the encoder.
    """
    tokenizer = load_tokenizer(encoder.folder)
    tokens = PairTokenizer(
        tokenizer,
        max_context=settings.input.max_context,
        max_utterance=settings.input.max_utterance,
    )
    (probe,) = tokens.encode([("C: a", "b")])
    network = load_network(
        str(encoder.folder),
        n_codes=n_codes,
        dropout=settings.fit.dropout,
        wants_types=bool(probe.types.any()),
        seed=settings.seed,
        separator=tokens.separator,
    )
    _check_length(network, settings)
    return Fitted(
        encoder=encoder,
        tokenizer=tokenizer,
        tokens=tokens,
        network=network,
    )


def fit_coder(
    train: Examples,
    validation: Examples | None,
    encoder: Encoder,
    settings: TrainSettings,
    workspace: Workspace,
    *,
    watch: Watch | None = None,
    head: CoderNetwork | None = None,
) -> Fitted:
    """Fit the head on the frozen encoder, then fine-tune both.

    Args:
        validation: Chooses the best epoch; without it the last one stays.
        workspace: The same fit goes on from what is there; another one takes no notice of it.
        watch: Told of each epoch's score on the validation set; epoch 0 is the head alone.
        head: A network whose head was fitted on the same already.

    Raises:
        ConfigError: The settings ask for more tokens than the encoder takes.
        EncoderError: transformers can't load the encoder.
    """
    fitted = prepare(encoder, settings, n_codes=train.answers.shape[2])
    taught = as_dataset(train, fitted.tokens)
    if head is None:
        bf16 = precision_is_bf16(settings.fit.precision)
        shelf = shelf_in(workspace.features, encoder=encoder.sha256, bf16=bf16)
        start_head(fitted.network, taught, bf16=bf16, shelf=shelf)
    else:
        fitted.network.take_head(head)
    judged = None if validation is None else as_dataset(validation, fitted.tokens)
    fit(fitted.network, taught, judged, settings.fit, workspace, seed=settings.seed, watch=watch)
    return fitted if settings.fit.epochs else fitted.with_head_only(workspace)


def _check_length(network: CoderNetwork, settings: TrainSettings) -> None:
    wanted = settings.input.max_context + settings.input.max_utterance + _N_SPECIAL
    if network.max_length is not None and wanted > network.max_length:
        raise ConfigError(
            f"configs/train.toml: max_context and max_utterance ask for {wanted} tokens with the "
            f"special ones; {settings.encoder} takes {network.max_length}.",
            hint="Lower one of them under [input].",
        )
