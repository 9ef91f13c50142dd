"""The head before fine-tuning: a logistic regression on what the encoder already knows.

A head that starts at random drags the encoder along while it learns, which on a few hundred
utterances destroys more than it teaches. Fitting it first on the frozen encoder and fine-tuning
from there keeps what was pretrained (linear probing, then fine-tuning; Kumar et al. 2022).

The words themselves are weighed by a regression of their own, on how often each token was said.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from datasets import Dataset
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack
from sklearn.linear_model import LogisticRegression

from werkalliantie_training.bag_regression import fit_bag_regression
from werkalliantie_training.fit import apart, padded_batches
from werkalliantie_training.network import HEAD, CoderNetwork
from werkalliantie_training.shelf import Shelf

NO_SHELF = Shelf()
STRENGTH = 0.001
"""Inverse regularisation on standardised features; more overfits on few tapes."""
TOKEN_STRENGTH = 0.1
"""Inverse regularisation on the counts of tokens."""
TOKEN_SHARE = 0.4
"""How much the words' logits count beside the encoder's; about the best from 2 tapes to 126."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """What the head reads of some utterances while the encoder is as it came.

    Attributes:
        pooled: Means of the encoder's layers, `(n_utterances, in_features)`.
        counts: How often each token was said, `(n_utterances, n_tokens)`.
    """

    pooled: NDArray[np.float32]
    counts: csr_array

    def __getitem__(self, rows: NDArray[np.int64]) -> "Frozen":
        """Return some of the utterances."""
        return Frozen(pooled=self.pooled[rows], counts=self.counts[rows])

    @classmethod
    def stacked(cls, parts: "Sequence[Frozen]") -> "Frozen":
        """Return the utterances of several parts, one behind the other."""
        counts = csr_array(vstack([part.counts for part in parts]))
        return cls(pooled=np.concatenate([part.pooled for part in parts]), counts=counts)


def start_head(
    network: CoderNetwork, train: Dataset, *, bf16: bool, shelf: Shelf = NO_SHELF
) -> None:
    """Standardise the features on the training set, and set the head by logistic regression.

    Codes that every or no utterance carries start at zero.

    Args:
        train: Tokenised examples, as `as_dataset` gives them.
        bf16: Whether the encoder computes in bf16.
        shelf: Where features are kept.
    """
    features = frozen_features(network, train, bf16=bf16, shelf=shelf)
    bags = np.array(apart(train)[2]) if "sizes" in train.column_names else None
    set_head(network, features, np.asarray(train["labels"], dtype=np.float32), bags)


def set_head(
    network: CoderNetwork,
    features: Frozen,
    targets: NDArray[np.float32],
    bags: NDArray[np.int64] | None = None,
) -> None:
    """Set the head, and what standardises its input, by features and targets of the same rows.

    Args:
        features: What the head reads of each utterance.
        targets: Shares of coders who gave each code, `(n_examples, n_codes)`.
        bags: The example of each utterance, `(n_utterances,)`; None if each is one of its own.
    """
    pooled = features.pooled
    mean, scale = pooled.mean(axis=0), pooled.std(axis=0) + 1e-6
    network.get_buffer("feature_mean").copy_(torch.from_numpy(mean))
    network.get_buffer("feature_scale").copy_(torch.from_numpy(scale))
    standardised = (pooled - mean) / scale
    said = np.unique(features.counts.indices)
    counts, decided = features.counts[:, said], targets >= 0.5
    with torch.no_grad():
        network.token_weights.zero_()
        for code in range(decided.shape[1]):
            yes = decided[:, code]
            weights, bias = _regression(standardised, bags, yes, STRENGTH)
            network.head.weight[code] = torch.from_numpy(weights)
            network.head.bias[code] = bias
            weights, _ = _regression(counts, bags, yes, TOKEN_STRENGTH)
            weights *= TOKEN_SHARE
            network.token_weights[said, code] = torch.from_numpy(weights)
            # How often a code is given is the head's to say: on average words add nothing.
            network.token_bias[code] = -float((counts @ weights).mean())


def head_logits(network: CoderNetwork, features: Frozen) -> NDArray[np.float32]:
    """Return what the head says of features, `(n_utterances, n_codes)`."""
    whole = network.state_dict()
    state = {name: whole[name].numpy() for name in HEAD}
    standardised = (features.pooled - state["feature_mean"]) / state["feature_scale"]
    deep = standardised @ state["head.weight"].T + state["head.bias"]
    return np.asarray(deep + features.counts @ state["token_weights"] + state["token_bias"])


def _regression(
    features: NDArray[np.float32] | csr_array,
    bags: NDArray[np.int64] | None,
    yes: NDArray[np.bool_],
    strength: float,
) -> tuple[NDArray[np.float32], float]:
    if yes.all() or not yes.any():
        return np.zeros(features.shape[1], dtype=np.float32), 0.0
    if bags is not None:
        return fit_bag_regression(features, bags, yes, strength=strength)
    model = LogisticRegression(C=strength, class_weight="balanced", max_iter=1000)
    model.fit(features, yes)
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])


def frozen_features(
    network: CoderNetwork, examples: Dataset, *, bf16: bool, shelf: Shelf = NO_SHELF
) -> Frozen:
    """Return what the head reads.

    A tape is read by itself: its utterances are padded to each other, and what comes of them is the
    same to the bit whatever else is learnt. Where examples are bags of utterances there is a row
    for each of these.
    """
    network.eval()
    return Frozen.stacked(
        [_features_of(network, tape, bf16, shelf) for tape in _tape_by_tape(examples)]
    )


def _tape_by_tape(examples: Dataset) -> Iterator[Dataset]:
    start = 0
    for _, rows in itertools.groupby(examples["tape"]):
        yield examples.select(range(start, start := start + len([*rows])))


@torch.inference_mode()
def _features_of(network: CoderNetwork, tape: Dataset, bf16: bool, shelf: Shelf) -> Frozen:
    ids, said_types, _ = apart(tape)
    types = said_types if network.uses_types else None
    batches = [*padded_batches(ids, types, pad_id=network.pad_id)]

    def pooled() -> NDArray[np.float32]:
        """Return what the encoder makes of the tape."""
        made = np.empty((len(ids), network.head.in_features), dtype=np.float32)
        for places, batch in batches:
            with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
                made[places] = network.pool(**batch).float().numpy()
        return made

    rows, tokens = [], []
    for places, batch in batches:
        said = network.utterance(batch["input_ids"], batch["attention_mask"]) > 0
        rows.append(np.array(places)[said.nonzero()[:, 0].numpy()])
        tokens.append(batch["input_ids"][said].numpy())
    where = (np.concatenate([*rows]), np.concatenate([*tokens]))
    counts = csr_array(
        (np.ones(len(where[0]), dtype=np.float32), where), shape=(len(ids), network.n_tokens)
    )
    return Frozen(pooled=shelf.kept([ids, types], pooled), counts=counts)
