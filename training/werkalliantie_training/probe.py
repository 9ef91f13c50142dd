"""The head before fine-tuning: a logistic regression on what the encoder already knows.

A head that starts at random drags the encoder along while it learns, which on a few hundred
utterances destroys more than it teaches. Fitting it first on the frozen encoder and fine-tuning
from there keeps what was pretrained (linear probing, then fine-tuning; Kumar et al. 2022).
"""

import numpy as np
import torch
from datasets import Dataset
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from werkalliantie_training.bag_regression import fit_bag_regression
from werkalliantie_training.fit import apart, padded_batches
from werkalliantie_training.network import CoderNetwork

STRENGTH = 0.001
"""Inverse regularisation on standardised features; more overfits on few tapes."""


def start_head(network: CoderNetwork, train: Dataset, *, pad_id: int, bf16: bool) -> None:
    """Standardise the features on the training set, and set the head by logistic regression.

    Codes that every or no utterance carries start at zero.

    Args:
        train: Tokenised examples, as `as_dataset` gives them.
    """
    features = frozen_features(network, train, pad_id=pad_id, bf16=bf16)
    bags = np.array(apart(train)[2]) if "sizes" in train.column_names else None
    set_head(network, features, np.asarray(train["labels"], dtype=np.float32), bags)


def set_head(
    network: CoderNetwork,
    features: NDArray[np.float32],
    targets: NDArray[np.float32],
    bags: NDArray[np.int64] | None = None,
) -> None:
    """Set the head, and what standardises its input, by features and targets of the same rows.

    Args:
        features: What the head reads of each utterance, `(n_utterances, in_features)`.
        targets: Shares of coders who gave each code, `(n_examples, n_codes)`.
        bags: The example of each utterance, `(n_utterances,)`; None if each is one of its own.
    """
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    network.get_buffer("feature_mean").copy_(torch.from_numpy(mean))
    network.get_buffer("feature_scale").copy_(torch.from_numpy(scale))
    decided = targets >= 0.5
    standardised = (features - mean) / scale
    with torch.no_grad():
        for code in range(decided.shape[1]):
            weights, bias = _regression(standardised, bags, decided[:, code])
            network.head.weight[code] = torch.from_numpy(weights)
            network.head.bias[code] = bias


def _regression(
    features: NDArray[np.float32], bags: NDArray[np.int64] | None, yes: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], float]:
    if yes.all() or not yes.any():
        return np.zeros(features.shape[1], dtype=np.float32), 0.0
    if bags is not None:
        return fit_bag_regression(features, bags, yes, strength=STRENGTH)
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1000)
    model.fit(features, yes)
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])


@torch.inference_mode()
def frozen_features(
    network: CoderNetwork, examples: Dataset, *, pad_id: int, bf16: bool
) -> NDArray[np.float32]:
    """Return what the head reads, shape `(n_examples, in_features)`.

    Where examples are bags of utterances there is a row for each of these.
    """
    network.eval()
    ids, types, _ = apart(examples)
    features = np.empty((len(ids), network.head.in_features), dtype=np.float32)
    for places, batch in padded_batches(ids, types if network.uses_types else None, pad_id=pad_id):
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            features[places] = network.pool(**batch).float().numpy()
    return features
