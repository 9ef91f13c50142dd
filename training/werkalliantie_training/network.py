"""The coder network: a pretrained encoder, mean pooling, and a logit per code."""

from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel
from transformers.utils import logging as transformers_logging

from werkalliantie.errors import EncoderError

transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]


_POSITIONS_AFTER_PADDING = {"roberta", "xlm-roberta", "camembert", "xlm-roberta-xl"}


class CoderNetwork(nn.Module):
    """An encoder with a linear head on the standardised mean of its token vectors.

    Args:
        encoder: A transformers encoder.
        n_codes: Number of logits.
        dropout: On the pooled vector, in training.
        uses_types: Whether the encoder is given segment ids.
        yes_weights: What a yes weighs against a no in the loss, per code; `(n_codes,)`.
    """

    feature_mean: Tensor
    feature_scale: Tensor
    yes_weights: Tensor

    def __init__(
        self, encoder: nn.Module, *, n_codes: int, dropout: float, uses_types: bool
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(int(encoder.config.hidden_size), n_codes)  # type: ignore[union-attr,arg-type]
        self.uses_types = uses_types
        self.register_buffer("yes_weights", torch.ones(n_codes), persistent=False)
        self.register_buffer("feature_mean", torch.zeros(self.head.in_features))
        self.register_buffer("feature_scale", torch.ones(self.head.in_features))

    @property
    def pad_id(self) -> int:
        """The token id that pads a batch; never looked at."""
        return int(getattr(self.encoder.config, "pad_token_id", None) or 0)

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

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor | None = None
    ) -> Tensor:
        """Return logits, shape `(batch, n_codes)`, of ids and mask, shape `(batch, length)`."""
        pooled = self.pool(input_ids, attention_mask, token_type_ids)
        features = (pooled - self.feature_mean) / self.feature_scale
        logits: Tensor = self.head(self.dropout(features))
        return logits

    def pool(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor | None = None
    ) -> Tensor:
        """Return the mean of the token vectors, shape `(batch, hidden)`."""
        extra = {"token_type_ids": token_type_ids} if self.uses_types else {}
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, **extra
        ).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        pooled: Tensor = (states * mask).sum(dim=1) / mask.sum(dim=1)
        return pooled

    def loss(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the mean binary cross-entropy against targets in 0..1."""
        return nn.functional.binary_cross_entropy_with_logits(
            logits.float(), targets.float(), pos_weight=self.get_buffer("yes_weights")
        )


def load_network(
    folder: str, *, n_codes: int, dropout: float, wants_types: bool, seed: int
) -> CoderNetwork:
    """Build a network on the encoder in a Hugging Face folder; the head starts from the seed.

    Raises:
        EncoderError: The folder holds no encoder that transformers can load.
    """
    torch.manual_seed(seed)
    encoder = _load_encoder(folder)
    n_types = int(getattr(encoder.config, "type_vocab_size", 0) or 0)
    return CoderNetwork(
        encoder, n_codes=n_codes, dropout=dropout, uses_types=wants_types and n_types > 1
    )


def _load_encoder(folder: str) -> nn.Module:
    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True)
        if config.is_encoder_decoder:
            raise ValueError("an encoder-decoder")
        # Without a pooler: the head has its own. `add_pooling_layer` isn't known to all families.
        encoder: nn.Module = AutoModel.from_pretrained(
            folder, config=config, local_files_only=True, dtype=torch.float32
        )
    except (OSError, ValueError, KeyError) as error:
        raise EncoderError(
            f"{folder}: transformers can't load an encoder from it ({type(error).__name__}).",
            hint="Expected a folder with config.json, weights and tokenizer of an encoder such as "
            "BERT, RoBERTa, XLM-R, DeBERTa or ModernBERT.",
        ) from None
    if getattr(encoder, "pooler", None) is not None:
        encoder.pooler = None  # type: ignore[assignment]
    return encoder
