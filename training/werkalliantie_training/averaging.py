"""One network from several: the mean of their weights.

Networks fine-tuned from the same start lie so near each other that the mean of their weights does
about as well as the mean of their predictions, at the cost of one (Wortsman et al. 2022, model
soups).
"""

from torch import Tensor

from werkalliantie_training.network import CoderNetwork


class WeightMean:
    """The running mean of networks of one shape."""

    def __init__(self) -> None:
        self._n = 0
        self._mean: dict[str, Tensor] = {}

    def add(self, network: CoderNetwork) -> None:
        """Take a network into the mean."""
        self._n += 1
        for name, value in _plain(network).items():
            if name not in self._mean:
                self._mean[name] = value.clone()
            elif value.is_floating_point():
                self._mean[name] += (value - self._mean[name]) / self._n

    def put_into(self, network: CoderNetwork) -> None:
        """Give a network the mean weights; at least one was added."""
        state = dict(self._mean)
        weight, scale = state["head.weight"], state["feature_scale"]
        state["head.bias"] = state["head.bias"] + weight @ state["feature_mean"]
        state["head.weight"] = weight * scale
        network.load_state_dict({name: value.float() for name, value in state.items()})


def _plain(network: CoderNetwork) -> dict[str, Tensor]:
    """Return the weights with a head for features as they are, in double precision.

    Heads on features that were standardised otherwise can't be averaged as they stand.
    """
    state = {name: value.detach() for name, value in network.state_dict().items()}
    mean, scale = state["feature_mean"].double(), state["feature_scale"].double()
    weight, bias = state["head.weight"].double(), state["head.bias"].double()
    plain = weight / scale
    return state | {
        "feature_mean": mean,
        "feature_scale": scale,
        "head.weight": plain,
        "head.bias": bias - plain @ mean,
    }
