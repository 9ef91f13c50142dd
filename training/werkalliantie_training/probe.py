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

from werkalliantie_training.fit import padded_batches
from werkalliantie_training.network import CoderNetwork

STRENGTH = 0.001
"""Inverse regularisation on standardised features; more overfits on few tapes."""


def start_head(network: CoderNetwork, train: Dataset, *, pad_id: int, bf16: bool) -> None:
    """Standardise the features on the training set, and set the head by logistic regression.

    Codes that every or no utterance carries start at zero.

    Args:
        train: Tokenised examples, as `as_dataset` gives them.
    """
    features = _features(network.eval(), train, pad_id=pad_id, bf16=bf16)
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    network.get_buffer("feature_mean").copy_(torch.from_numpy(mean))
    network.get_buffer("feature_scale").copy_(torch.from_numpy(scale))
    decided = np.asarray(train["labels"]) >= 0.5
    standardised = (features - mean) / scale
    with torch.no_grad():
        for code in range(decided.shape[1]):
            weights, bias = _regression(standardised, decided[:, code])
            network.head.weight[code] = torch.from_numpy(weights)
            network.head.bias[code] = bias


def _regression(
    features: NDArray[np.float32], yes: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], float]:
    if yes.all() or not yes.any():
        return np.zeros(features.shape[1], dtype=np.float32), 0.0
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1000)
    model.fit(features, yes)
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])


@torch.inference_mode()
def _features(
    network: CoderNetwork, examples: Dataset, *, pad_id: int, bf16: bool
) -> NDArray[np.float32]:
    """Return what the head reads, shape `(n_examples, in_features)`."""
    ids = [*examples["input_ids"]]
    types = [*examples["token_type_ids"]] if network.uses_types else None
    features = np.empty((len(examples), network.head.in_features), dtype=np.float32)
    for places, batch in padded_batches(ids, types, pad_id=pad_id):
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            features[places] = network.pool(**batch).float().numpy()
    return features
