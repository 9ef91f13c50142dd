from pathlib import Path

import numpy as np
import pytest
import torch
from datasets import Dataset
from transformers import EvalPrediction

from werkalliantie_training import fit as fitting
from werkalliantie_training.fit import fit, padded, precision_is_bf16, yes_weights
from werkalliantie_training.network import CoderNetwork, load_network
from werkalliantie_training.settings import Fit

Scores = list[float]


def network_of(encoders: Path, *, seed: int = 3) -> CoderNetwork:
    """Return a fresh network with two codes."""
    folder = str(encoders / "tiny-bert")
    return load_network(folder, n_codes=2, dropout=0.1, wants_types=True, seed=seed)


def rows(n: int = 24) -> Dataset:
    """Return rows of two to seven tokens; the first code hangs on one token."""
    random = np.random.default_rng(8)
    ids = [random.integers(4, 40, size=2 + place % 6).tolist() for place in range(n)]
    labels = [[float(min(row) < 8), float(place % 3 == 0)] for place, row in enumerate(ids)]
    types = [[0] * len(row) for row in ids]
    return Dataset.from_dict({"input_ids": ids, "token_type_ids": types, "labels": labels})


def fitted(
    encoders: Path,
    workspace: Path,
    *,
    seed: int = 3,
    epochs: int = 2,
    patience: int = 5,
    precision: str = "fp32",
    network: CoderNetwork | None = None,
) -> CoderNetwork:
    """Return a network fitted on the rows."""
    settings = Fit.model_validate(
        {
            "epochs": epochs,
            "patience": patience,
            "batch_size": 8,
            "learning_rate": 5e-3,
            "precision": precision,
        }
    )
    return fit(
        network or network_of(encoders, seed=seed),
        rows(),
        rows(12),
        settings,
        pad_id=0,
        seed=seed,
        workspace=workspace,
        progress=False,
    )


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_fitted_network_computes_in_fp32(encoders: Path, tmp_path: Path, precision: str) -> None:
    """Whatever it was trained in, `forward` is the network's own and nothing is dropped out."""
    network = fitted(encoders, tmp_path / "work", epochs=1, precision=precision)

    batch = padded([[2, 7, 9, 3], [2, 3]], [[0] * 4, [0] * 2], pad_id=0)
    with torch.inference_mode():
        logits, again = network(**batch), CoderNetwork.forward(network, **batch)
    assert logits.dtype == torch.float32
    assert torch.equal(logits, again)
    assert not network.training
    assert {parameter.dtype for parameter in network.parameters()} == {torch.float32}


def test_training_changes_the_encoder_and_the_head(encoders: Path, tmp_path: Path) -> None:
    """All of the network is fine-tuned, and it fits its rows better than before."""
    before, after = network_of(encoders), fitted(encoders, tmp_path / "work", epochs=6)

    batch = padded(rows()["input_ids"], rows()["token_type_ids"], pad_id=0)
    targets = torch.tensor(rows()["labels"])
    with torch.inference_mode():
        losses = [float(one.loss(one(**batch), targets)) for one in (before.eval(), after)]
    assert not torch.equal(before.head.weight, after.head.weight)
    assert not torch.equal(_first_vectors(before), _first_vectors(after))
    assert losses[1] < losses[0]


def _first_vectors(network: CoderNetwork) -> torch.Tensor:
    return next(network.encoder.parameters())


def test_the_best_epoch_is_kept(
    encoders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The weights are those of the epoch that did best, and training stops after `patience`."""
    network, heads = network_of(encoders), []

    def score(outcome: EvalPrediction) -> dict[str, float]:
        heads.append(network.head.weight.detach().clone())
        return {"average_precision": (0.3, 0.9, 0.2, 0.1, 0.1, 0.1)[len(heads) - 1]}

    monkeypatch.setattr(fitting, "_average_precision", score)
    fitted(encoders, tmp_path / "work", epochs=6, patience=2, network=network)

    assert len(heads) == 4
    assert torch.equal(network.head.weight, heads[1])
    assert not torch.equal(network.head.weight, heads[-1])


def test_fine_tuning_that_does_not_help_is_undone(
    encoders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no epoch does better than the start, the network is left as it was."""
    network, scores = network_of(encoders), iter([0.5, 0.4, 0.5])
    before = {name: value.clone() for name, value in network.state_dict().items()}

    monkeypatch.setattr(
        fitting, "_average_precision", lambda outcome: {"average_precision": next(scores)}
    )
    fitted(encoders, tmp_path / "work", epochs=2, network=network)

    after = network.state_dict()
    assert all(torch.equal(value, after[name]) for name, value in before.items())


def test_no_epochs_leave_the_network(encoders: Path, tmp_path: Path) -> None:
    """With no epochs at all nothing is trained, and the network is ready to compute."""
    network = network_of(encoders)
    before = network.head.weight.detach().clone()

    fitted(encoders, tmp_path / "work", epochs=0, network=network)

    assert torch.equal(network.head.weight, before)
    assert not network.training


def test_the_same_seed_gives_the_same_weights(encoders: Path, tmp_path: Path) -> None:
    """Head, order of the rows and dropout all come from the seed."""
    one, two, other = (fitted(encoders, tmp_path / "work", seed=seed) for seed in (3, 3, 4))

    for name, weights in one.state_dict().items():
        assert torch.equal(weights, two.state_dict()[name]), name
    assert not torch.equal(one.head.weight, other.head.weight)


def test_checkpoints_are_removed(encoders: Path, tmp_path: Path) -> None:
    """Nothing is left of the folder for checkpoints."""
    fitted(encoders, tmp_path / "work")

    assert list(tmp_path.iterdir()) == []


def test_checkpoints_are_removed_when_training_is_interrupted(
    encoders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped in its second epoch, training leaves no checkpoint of the first."""
    found: list[Path] = []

    def score(outcome: EvalPrediction) -> dict[str, float]:
        found.extend((tmp_path / "work").glob("checkpoint-*"))
        if found:
            raise KeyboardInterrupt
        return {"average_precision": 0.5}

    monkeypatch.setattr(fitting, "_average_precision", score)
    with pytest.raises(KeyboardInterrupt):
        fitted(encoders, tmp_path / "work")

    assert found
    assert list(tmp_path.iterdir()) == []


def test_yes_weights() -> None:
    """At strength 0 answers weigh the same; at 1 as the noes to the yeses, within a tenfold."""
    targets = np.zeros((99, 3), dtype=np.float32)
    targets[:24, 0] = 1
    targets[:, 1] = 1

    assert yes_weights(targets, 0.0).tolist() == [1, 1, 1]
    assert yes_weights(targets, 1.0).tolist() == pytest.approx([76 / 25, 0.1, 10])
    assert yes_weights(targets, 0.5)[0] == pytest.approx((76 / 25) ** 0.5)


def test_a_batch_is_padded_on_the_right() -> None:
    """Shorter rows are filled with the padding id, masked out, with type 0."""
    batch = padded([[5, 6, 7], [8]], [[0, 1, 1], [1]], pad_id=9)

    assert batch["input_ids"].tolist() == [[5, 6, 7], [8, 9, 9]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1], [1, 0, 0]]
    assert batch["token_type_ids"].tolist() == [[0, 1, 1], [1, 0, 0]]
    assert "token_type_ids" not in padded([[5]], None, pad_id=9)


@pytest.mark.parametrize(("wanted", "expected"), [("bf16", True), ("fp32", False)])
def test_precision_as_asked(wanted: str, expected: bool) -> None:
    """A precision that the settings name isn't second-guessed."""
    assert precision_is_bf16(wanted) is expected


def test_average_precision_knows_only_codes_that_vary() -> None:
    """A perfect ranking scores 1; a code without yeses in the set has no part in the mean."""
    logits = np.array([[0.1, 1.0], [0.9, 0.0], [0.2, 0.5]])
    truth = np.array([[0.0, 0.0], [0.5, 0.0], [0.0, 0.0]])

    found = fitting._average_precision(EvalPrediction(predictions=logits, label_ids=truth))
    none = fitting._average_precision(EvalPrediction(predictions=logits, label_ids=truth * 0))

    assert (found["average_precision"], none["average_precision"]) == (1.0, 0.0)
