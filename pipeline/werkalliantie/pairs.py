"""The model's input: (preceding context, utterance) as token ids.

Training and labelling both come through here, so that a model is always asked what it was taught.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

Ids = NDArray[np.int64]
_NO_CHARACTER = re.compile("[\ud800-\udfff]")
"""Halves of a character: JSON can hold one alone, UTF-8 and so the tokenizer can't."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """One tokenised (context, utterance).

    Attributes:
        ids: Token ids, shape `(n_tokens,)`.
        types: Segment ids as the tokenizer's template gives them, shape `(n_tokens,)`.
    """

    ids: Ids
    types: Ids


def inputs_of(pairs: Sequence[TokenPair], *, uses_types: bool) -> dict[str, Ids]:
    """Return the ONNX model's inputs for pairs of equal length, each `(n_pairs, n_tokens)`."""
    ids = np.stack([pair.ids for pair in pairs])
    inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
    if uses_types:
        inputs["token_type_ids"] = np.stack([pair.types for pair in pairs])
    return inputs


class PairTokenizer:
    """Turns (context, utterance) texts into token ids of limited length.

    Args:
        tokenizer: The encoder's tokenizer, with its template for pairs.
        max_context: Longest context in tokens; cut from the left, so the nearest words stay.
        max_utterance: Longest utterance in tokens; cut from the right.

    Attributes:
        tokenizer: The same, set to neither pad nor cut.
    """

    def __init__(self, tokenizer: Tokenizer, *, max_context: int, max_utterance: int) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self.tokenizer = tokenizer
        self.max_context = max_context
        self.max_utterance = max_utterance

    @property
    def separator(self) -> int | None:
        """Token id that the tokenizer's template puts behind each text of a pair; None without."""
        pair = self.tokenizer.encode("a", "b")
        return pair.ids[-1] if pair.special_tokens_mask[-1] else None

    def encode(self, pairs: Sequence[tuple[str, str]]) -> list[TokenPair]:
        """Tokenise (context, utterance) pairs, in order."""
        # Far more characters than tokens can hold only cost time; a token is rarely over 16.
        n_before, n_own = 32 * self.max_context, 32 * self.max_utterance
        contexts = self._ids([context[max(0, len(context) - n_before) :] for context, _ in pairs])
        texts = self._ids([text[:n_own] for _, text in pairs])
        return [self._join(context, text) for context, text in zip(contexts, texts, strict=True)]

    def _ids(self, texts: list[str]) -> list[Encoding]:
        whole = [_NO_CHARACTER.sub("\ufffd", text) for text in texts]
        return list(self.tokenizer.encode_batch(whole, add_special_tokens=False))

    def _join(self, context: Encoding, text: Encoding) -> TokenPair:
        context.truncate(self.max_context, direction="left")
        text.truncate(self.max_utterance)
        pair = self.tokenizer.post_process(context, text, True)
        return TokenPair(
            ids=np.asarray(pair.ids, dtype=np.int64),
            types=np.asarray(pair.type_ids, dtype=np.int64),
        )
