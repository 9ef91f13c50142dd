import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from datasets import Dataset

from werkalliantie_training.fit import padded
from werkalliantie_training.network import CoderNetwork, load_network
from werkalliantie_training.probe import frozen_features, head_logits, set_head, start_head

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
            "tape": ["een"] * 15 + ["twee"] * 25,
        }
    )


@pytest.fixture(scope="module")
def started(encoders: Path, rows: Dataset) -> CoderNetwork:
    """A network whose head was started on the rows."""
    folder = str(encoders / "tiny-bert")
    network = load_network(folder, n_codes=3, dropout=0.1, wants_types=True, seed=1)
    start_head(network, rows, bf16=False)
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


def test_the_word_that_tells_weighs_the_most(started: CoderNetwork) -> None:
    """The first code hangs on one token; what was never said adds nothing, to no code."""
    weights = started.token_weights

    assert weights[:, 0].argmax() == TOKEN
    assert weights[TOKEN, 0] > 3 * weights[:TOKEN, 0].abs().max()
    assert not weights[:4].any()
    assert not weights[TOKEN + 1 :].any()
    assert not weights[:, 1:].any()
    assert not started.token_bias[1:].any()


def test_features_tell_what_the_network_does(started: CoderNetwork, rows: Dataset) -> None:
    """The head's logits of the features are the network's of the tokens."""
    features = frozen_features(started, rows, bf16=False)
    with torch.inference_mode():
        logits = started(**padded(rows["input_ids"], rows["token_type_ids"], pad_id=0))

    np.testing.assert_allclose(head_logits(started, features), logits, atol=1e-4)


def test_a_tape_is_read_as_if_alone(started: CoderNetwork, rows: Dataset) -> None:
    """To the bit, though rows of a batch are padded to each other."""
    both = frozen_features(started, rows, bf16=False)
    alone = frozen_features(started, rows.select(range(15, 40)), bf16=False)

    np.testing.assert_array_equal(both.pooled[15:], alone.pooled)
    np.testing.assert_array_equal(both.counts[np.arange(15, 40)].toarray(), alone.counts.toarray())


def test_tokens_are_counted_where_they_were_said(started: CoderNetwork, rows: Dataset) -> None:
    """Each row has its own tokens, as often as it has them."""
    features = frozen_features(started, rows, bf16=False)

    for row, ids in enumerate(rows["input_ids"]):
        expected = np.bincount(ids, minlength=features.counts.shape[1])
        np.testing.assert_array_equal(features.counts[[row]].toarray()[0], expected)


def test_on_average_words_add_nothing(started: CoderNetwork, rows: Dataset) -> None:
    """How often a code is given is the head's to say."""
    counts = frozen_features(started, rows, bf16=False).counts

    added = counts @ started.token_weights.numpy() + started.token_bias.numpy()

    assert added[:, 0].std() > 0.1
    np.testing.assert_allclose(added.mean(axis=0), 0, atol=1e-5)


def test_a_head_that_is_set_again_forgets_the_words_before(
    started: CoderNetwork, rows: Dataset
) -> None:
    """What was said on other tapes only has no say any more."""
    features = frozen_features(started, rows, bf16=False)
    targets = np.asarray(rows["labels"], dtype=np.float32)
    some = np.arange(4)
    said = {*features.counts[some].indices}
    network = copy.deepcopy(started)

    set_head(network, features[some], targets[some])

    weighed = {*network.token_weights[:, 0].nonzero()[:, 0].tolist()}
    assert weighed
    assert weighed <= said


def test_words_of_stretches_are_weighed_too(started: CoderNetwork, rows: Dataset) -> None:
    """From answers for pairs of rows, the token that tells still comes first."""
    features = frozen_features(started, rows, bf16=False)
    order = np.random.default_rng(1).permutation(len(rows))
    bags = order // 2
    targets = np.zeros((len(rows) // 2, 3), dtype=np.float32)
    np.maximum.at(targets, bags, np.asarray(rows["labels"], dtype=np.float32))
    network = copy.deepcopy(started)

    set_head(network, features, targets, bags)

    assert network.token_weights[:, 0].argmax() == TOKEN
