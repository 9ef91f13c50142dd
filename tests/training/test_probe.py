from pathlib import Path

import numpy as np
import pytest
import torch
from datasets import Dataset

from werkalliantie_training.fit import padded
from werkalliantie_training.network import CoderNetwork, load_network
from werkalliantie_training.probe import start_head

# Half of the rows hold this token, and these carry the first code.
TOKEN = 30


@pytest.fixture(scope="module")
def rows() -> Dataset:
    """Rows of several lengths; all of them carry the second code, none the third."""
    random = np.random.default_rng(8)
    ids = [random.integers(4, 29, size=3 + place % 5).tolist() for place in range(40)]
    for row in ids[::2]:
        row[1] = TOKEN
    return Dataset.from_dict(
        {
            "input_ids": ids,
            "token_type_ids": [[0] * len(row) for row in ids],
            "labels": [[float(TOKEN in row), 1.0, 0.0] for row in ids],
        }
    )


@pytest.fixture(scope="module")
def started(encoders: Path, rows: Dataset) -> CoderNetwork:
    """A network whose head was started on the rows."""
    folder = str(encoders / "tiny-bert")
    network = load_network(folder, n_codes=3, dropout=0.1, wants_types=True, seed=1)
    start_head(network, rows, pad_id=0, bf16=False)
    return network.eval()


def test_features_are_standardised(started: CoderNetwork, rows: Dataset) -> None:
    """Over the training rows each feature has mean 0 and deviation 1, whatever their order."""
    with torch.inference_mode():
        pooled = started.pool(**padded(rows["input_ids"], rows["token_type_ids"], pad_id=0))
    features = ((pooled - started.feature_mean) / started.feature_scale).numpy()

    np.testing.assert_allclose(features.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(features.std(axis=0), 1, atol=1e-3)


def test_the_head_tells_what_the_encoder_tells(started: CoderNetwork, rows: Dataset) -> None:
    """A code that hangs on one token is ranked right before any fine-tuning."""
    with torch.inference_mode():
        logits = started(**padded(rows["input_ids"], rows["token_type_ids"], pad_id=0))[:, 0]

    truth = torch.tensor(rows["labels"])[:, 0] == 1
    above = (logits[truth][:, None] > logits[~truth][None]).float().mean()
    assert above > 0.95


def test_a_code_that_does_not_vary_starts_at_zero(started: CoderNetwork) -> None:
    """Carried by every or by no row, a code has nothing to start from."""
    assert not started.head.weight[1:].any()
    assert not started.head.bias[1:].any()
    assert started.head.weight[0].any()
