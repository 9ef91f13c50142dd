"""The coder network: a pretrained encoder, means of its layers, and a logit per code."""

from collections.abc import Mapping
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint
from transformers import AutoConfig, AutoModel
from transformers.utils import logging as transformers_logging

from werkalliantie.errors import EncoderError

transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]


HEAD = (
    "feature_mean",
    "feature_scale",
    "head.weight",
    "head.bias",
    "token_weights",
    "token_bias",
)
"""What of a network's state is the head, with what standardises its input."""
_ATTENTION_DROPOUT = ("attention_probs_dropout_prob", "attention_dropout")
"""What families call it. Without it torch computes attention in one go and holds no weights."""
# What loading raises where weights are cut off, or of another shape than was said.
_BAD_WEIGHTS = (SafetensorError, UnpicklingError, RuntimeError)
_POSITIONS_AFTER_PADDING = {"roberta", "xlm-roberta", "camembert", "xlm-roberta-xl"}


class CoderNetwork(nn.Module):
    """An encoder with a linear head on what several of its layers say of context and utterance.

    The head reads the standardised means of the utterance's token vectors in four layers, from the
    middle to the last, and of the context's in the last. Held apart, they tell what is said now
    from what came before; the middle layers keep what the last ones drop (Jawahar et al. 2019).
    Each token of the utterance adds to the logits besides, as the words themselves tell what an
    encoder passes over on few tapes (a wide part beside the deep one; Cheng et al. 2016). Not in
    training: they were weighed on the same answers, and would leave the encoder little to learn.

    Args:
        encoder: A transformers encoder.
        n_codes: Number of logits.
        dropout: On the pooled vectors, in training.
        uses_types: Whether the encoder is given segment ids.
        separator: Token id behind each part of a pair; None where the tokenizer sets none, and all
            tokens then count as utterance.
    """

    feature_mean: Tensor
    feature_scale: Tensor
    token_weights: Tensor
    token_bias: Tensor
    yes_weights: Tensor

    def __init__(
        self,
        encoder: nn.Module,
        *,
        n_codes: int,
        dropout: float,
        uses_types: bool,
        separator: int | None = None,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.layers = _spread(self.n_layers)
        hidden = int(encoder.config.hidden_size)  # type: ignore[union-attr,arg-type]
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden * (len(self.layers) + 1), n_codes)
        self.uses_types = uses_types
        self.separator = separator
        # What a yes weighs against a no in the loss, per code; `fit` sets it.
        self.register_buffer("yes_weights", torch.ones(n_codes), persistent=False)
        self.register_buffer("feature_mean", torch.zeros(self.head.in_features))
        self.register_buffer("feature_scale", torch.ones(self.head.in_features))
        self.register_buffer("token_weights", torch.zeros(self.n_tokens, n_codes))
        self.register_buffer("token_bias", torch.zeros(n_codes))

    @property
    def pad_id(self) -> int:
        """The token id that pads a batch; never looked at."""
        return int(getattr(self.encoder.config, "pad_token_id", None) or 0)

    @property
    def n_tokens(self) -> int:
        """Size of the encoder's vocabulary."""
        return int(self.encoder.config.vocab_size)  # type: ignore[union-attr,arg-type]

    @property
    def n_layers(self) -> int:
        """Layers of the encoder."""
        return int(self.encoder.config.num_hidden_layers)  # type: ignore[union-attr,arg-type]

    @property
    def n_heads(self) -> int:
        """Attention heads a layer; 1 where the encoder doesn't say."""
        return int(getattr(self.encoder.config, "num_attention_heads", None) or 1)

    @property
    def max_length(self) -> int | None:
        """Most tokens the encoder takes, or None where it has no such limit."""
        config: Any = self.encoder.config
        positions = getattr(config, "max_position_embeddings", None)
        if positions is None or not getattr(config, "position_biased_input", True):
            return None
        # RoBERTa and its kin count positions from behind the padding id.
        offset = self.pad_id + 1 if config.model_type in _POSITIONS_AFTER_PADDING else 0
        return int(positions) - offset

    def take_head(self, other: "CoderNetwork") -> None:
        """Take over the head of a network of the same shape."""
        own, given = self.state_dict(), other.state_dict()
        for name in HEAD:
            own[name].copy_(given[name])

    @torch.no_grad()
    def shift(self, offsets: NDArray[np.floating]) -> None:
        """Add to every logit of each code, `(n_codes,)`."""
        self.head.bias.add_(torch.from_numpy(offsets).to(self.head.bias.dtype))

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        token_type_ids: Tensor | None = None,
        at_once: int | None = None,
    ) -> Tensor:
        """Return logits, shape `(batch, n_codes)`, of ids and mask, shape `(batch, length)`.

        Args:
            at_once: Most rows whose activations are held in training; those of the others are
                computed again in the backward pass. All if None.
        """
        if at_once is None:
            pooled = self.pool(input_ids, attention_mask, token_type_ids)
        else:
            pooled = self._pool_in_parts(input_ids, attention_mask, token_type_ids, at_once)
        features = (pooled - self.feature_mean) / self.feature_scale
        logits: Tensor = self.head(self.dropout(features))
        if self.training:
            return logits
        said = self.utterance(input_ids, attention_mask).unsqueeze(-1).to(self.token_weights.dtype)
        of_tokens = nn.functional.embedding(input_ids, self.token_weights)
        return logits + (of_tokens * said).sum(dim=1) + self.token_bias

    def pool(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor | None = None
    ) -> Tensor:
        """Return what the head reads before it is standardised, shape `(batch, in_features)`."""
        extra = {"token_type_ids": token_type_ids} if self.uses_types else {}
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=True, **extra
        ).hidden_states
        context, utterance = self._parts(input_ids, attention_mask)
        means = [_mean(states[layer], utterance) for layer in self.layers]
        return torch.cat([*means, _mean(states[-1], context)], dim=-1)

    def _pool_in_parts(
        self, ids: Tensor, mask: Tensor, types: Tensor | None, at_once: int
    ) -> Tensor:
        pooled = []
        for start in range(0, len(ids), at_once):
            rows = slice(start, start + at_once)
            longest = int(mask[rows].sum(dim=1).max())
            part = [
                None if given is None else given[rows, :longest] for given in (ids, mask, types)
            ]
            pooled.append(checkpoint(self.pool, *part, use_reentrant=False))
        return torch.cat(pooled)

    def utterance(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Return 1 for the utterance's own tokens and 0 for the others, `(batch, length)`."""
        return self._parts(input_ids, attention_mask)[1]

    def _parts(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return which tokens are context and which utterance, each `(batch, length)`."""
        if self.separator is None:
            return attention_mask, attention_mask
        ends = (input_ids == self.separator).long() * attention_mask
        # Of the separators at or behind a token the utterance has one left, the context more.
        left = ends.sum(dim=1, keepdim=True) - ends.cumsum(dim=1) + ends
        inside = attention_mask * (1 - ends)
        return inside * (left > 1).long(), inside * (left == 1).long()

    def loss(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the mean binary cross-entropy against targets in 0..1."""
        return nn.functional.binary_cross_entropy_with_logits(
            logits.float(), targets.float(), pos_weight=self.get_buffer("yes_weights")
        )


def _spread(n_layers: int) -> list[int]:
    """Return four layers from the middle to the last, fewer where the encoder is shallow."""
    return sorted({max(1, round(n_layers * share)) for share in (1 / 2, 2 / 3, 5 / 6, 1)})


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    """Return the mean of the vectors under a mask, shape `(batch, hidden)`; 0 where it is empty."""
    weights = mask.unsqueeze(-1).to(states.dtype)
    mean: Tensor = (states * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1)
    return mean


def load_network(
    folder: str,
    *,
    n_codes: int,
    dropout: float,
    wants_types: bool,
    seed: int,
    separator: int | None = None,
) -> CoderNetwork:
    """Build a network on the encoder in a Hugging Face folder; the head starts from the seed.

    Raises:
        EncoderError: The folder holds no encoder that transformers can load.
    """
    torch.manual_seed(seed)
    encoder = _load_encoder(folder)
    n_types = int(getattr(encoder.config, "type_vocab_size", 0) or 0)
    return CoderNetwork(
        encoder,
        n_codes=n_codes,
        dropout=dropout,
        uses_types=wants_types and n_types > 1,
        separator=separator,
    )


def rebuild_network(
    config: Mapping[str, Any], *, n_codes: int, uses_types: bool, separator: int | None
) -> CoderNetwork:
    """Build a network of the shape that a model's manifest says, for its weights to be put in.

    Args:
        config: The encoder's configuration, as `encoder_config` gives it.
    """
    encoder = AutoModel.from_config(AutoConfig.for_model(**config))  # type: ignore[no-untyped-call]
    if getattr(encoder, "pooler", None) is not None:
        encoder.pooler = None
    return CoderNetwork(
        encoder, n_codes=n_codes, dropout=0.0, uses_types=uses_types, separator=separator
    )


def encoder_config(network: CoderNetwork) -> dict[str, Any]:
    """Return what the encoder is made like, without the place it was loaded from."""
    config: Any = network.encoder.config
    said = dict(config.to_dict())
    said.pop("_name_or_path", None)
    return said


def _load_encoder(folder: str) -> nn.Module:
    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True)
        if config.is_encoder_decoder:
            raise ValueError("an encoder-decoder")
        for name in _ATTENTION_DROPOUT:
            if hasattr(config, name):
                setattr(config, name, 0.0)
        # Without a pooler: the head has its own. `add_pooling_layer` isn't known to all families.
        encoder, loaded = AutoModel.from_pretrained(
            folder,
            config=config,
            local_files_only=True,
            dtype=torch.float32,
            output_loading_info=True,
        )
    except (OSError, ValueError, KeyError) as error:
        raise EncoderError(
            f"{folder}: transformers can't load an encoder from it ({type(error).__name__}).",
            hint="Expected a folder with config.json, weights and tokenizer of an encoder such as "
            "BERT, RoBERTa, XLM-R, DeBERTa or ModernBERT.",
        ) from None
    except _BAD_WEIGHTS as error:
        if isinstance(error, torch.OutOfMemoryError) or "allocate memory" in str(error):
            raise
        raise EncoderError(
            f"{folder}: its weights are damaged, or not those of its config.json "
            f"({type(error).__name__}).",
            hint="Copy the whole folder again from where it came.",
        ) from None
    # transformers draws what isn't there at random, and goes on.
    missing = sorted(name for name in loaded["missing_keys"] if not name.startswith("pooler."))
    if missing:
        raise EncoderError(
            f"{folder}: of the weights that its config.json asks for {len(missing)} aren't there, "
            f"such as {missing[0]}.",
            hint="Copy the whole folder again from where it came.",
        )
    if getattr(encoder, "pooler", None) is not None:
        encoder.pooler = None
    made: nn.Module = encoder
    return made
