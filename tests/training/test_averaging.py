"""The mean of several networks."""

from pathlib import Path

import pytest
import torch

from werkalliantie_training.averaging import WeightMean
from werkalliantie_training.fit import padded
from werkalliantie_training.network import CoderNetwork, load_network

ROWS = padded([[2, 5, 6, 3, 7, 8, 3], [2, 9, 3, 10, 3]], None, pad_id=0)


def network(folder: Path, seed: int) -> CoderNetwork:
    """Return a tiny network whose head is drawn, for features standardised in a way of its own."""
    made = load_network(str(folder), n_codes=2, dropout=0.1, wants_types=False, seed=seed)
    torch.manual_seed(seed)
    made.feature_mean.copy_(torch.randn_like(made.feature_mean))
    made.feature_scale.copy_(1 + torch.rand_like(made.feature_scale))
    made.token_weights.copy_(torch.randn_like(made.token_weights))
    made.token_bias.copy_(torch.randn_like(made.token_bias))
    return made.eval()


@pytest.fixture(scope="module")
def networks(encoders: Path) -> list[CoderNetwork]:
    """Three networks on one encoder with heads of their own."""
    return [network(encoders / "tiny-bert", seed) for seed in (1, 2, 3)]


def test_heads_on_one_encoder_average_to_the_mean_of_their_logits(
    networks: list[CoderNetwork], encoders: Path
) -> None:
    """A head is linear, so however each standardised its features, the mean predicts the mean."""
    mean, target = WeightMean(), network(encoders / "tiny-bert", 4)
    for one in networks:
        mean.add(one)

    mean.put_into(target)

    with torch.inference_mode():
        expected = torch.stack([one(**ROWS) for one in networks]).mean(dim=0)
        torch.testing.assert_close(target(**ROWS), expected, atol=1e-4, rtol=1e-4)


def test_a_mean_of_one_is_that_one(networks: list[CoderNetwork], encoders: Path) -> None:
    """Its encoder, its standardisation and its head come back."""
    mean, target = WeightMean(), network(encoders / "tiny-bert", 4)
    mean.add(networks[0])

    mean.put_into(target)

    for name, value in networks[0].state_dict().items():
        torch.testing.assert_close(target.state_dict()[name], value, atol=1e-5, rtol=1e-5)


def test_encoders_are_averaged_too(encoders: Path) -> None:
    """Every weight of the encoder is the mean of the networks' own, which stay as they were."""
    one, two = (network(encoders / "tiny-bert", seed) for seed in (1, 2))
    name = next(iter(dict(two.encoder.named_parameters())))
    with torch.no_grad():
        dict(two.encoder.named_parameters())[name].add_(1.0)
    before = {key: value.clone() for key, value in two.state_dict().items()}
    mean, target = WeightMean(), network(encoders / "tiny-bert", 3)
    mean.add(one)
    mean.add(two)

    mean.put_into(target)

    weights = [dict(made.encoder.named_parameters())[name] for made in (one, two, target)]
    torch.testing.assert_close(weights[2], (weights[0] + weights[1]) / 2)
    for key, value in two.state_dict().items():
        assert torch.equal(value, before[key])
