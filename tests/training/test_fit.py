from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from datasets import Dataset
from transformers import EvalPrediction

from werkalliantie_training import epochs
from werkalliantie_training import fit as fitting
from werkalliantie_training.fit import fit, padded, precision_is_bf16, yes_weights
from werkalliantie_training.network import CoderNetwork, load_network
from werkalliantie_training.settings import Fit
from werkalliantie_training.workspace import Workspace

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
    validates: bool = True,
    report: Callable[[str], None] = lambda stage: None,
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
        rows(12) if validates else None,
        settings,
        Workspace(folder=workspace, report=report),
        seed=seed,
    )


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_fitted_network_computes_in_fp32(encoders: Path, tmp_path: Path, precision: str) -> None:
    """Whatever it was trained in, `forward` is the network's own and nothing is dropped out."""
    network = fitted(encoders, tmp_path / "work", epochs=1, precision=precision)

    batch = padded([[2, 7, 9, 3], [2, 3]], [[0] * 4, [0] * 2], pad_id=0)
    with torch.inference_mode():
        logits, again = network(**batch), CoderNetwork.forward(network, **batch)  # type: ignore[arg-type]
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
    one, two, other = (
        fitted(encoders, tmp_path / f"work-{number}", seed=seed)
        for number, seed in enumerate((3, 3, 4))
    )

    for name, weights in one.state_dict().items():
        assert torch.equal(weights, two.state_dict()[name]), name
    assert not torch.equal(one.head.weight, other.head.weight)


def test_only_the_outcome_is_left(encoders: Path, tmp_path: Path) -> None:
    """Done, a fit leaves its weights, from which the same fit is taken at once; no checkpoints."""
    first = fitted(encoders, tmp_path / "work")
    scored: list[EvalPrediction] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "_average_precision", scored.append)
        again = fitted(encoders, tmp_path / "work")

    (folder,) = (tmp_path / "work").iterdir()
    assert [path.name for path in folder.iterdir()] == ["fitted.safetensors"]
    assert scored == []
    assert_same(first, again)


class Stopped(Exception):
    """Stands for whatever ends a run."""


def stop_at_evaluation(patch: pytest.MonkeyPatch, number: int) -> None:
    """Let a run end when it measures for the `number`th time, counted from 0."""
    real, seen = fitting._average_precision, []

    def score(outcome: EvalPrediction) -> dict[str, float]:
        seen.append(outcome)
        if len(seen) > number:
            raise Stopped
        return real(outcome)

    patch.setattr(fitting, "_average_precision", score)


def assert_same(one: CoderNetwork, other: CoderNetwork) -> None:
    """Check that two networks have the same weights, bit for bit."""
    assert one.state_dict().keys() == other.state_dict().keys()
    for name, weights in one.state_dict().items():
        assert torch.equal(weights, other.state_dict()[name]), name


@pytest.mark.parametrize("every", [200, 2])
@pytest.mark.parametrize("stopped_at", [0, 1, 2, 3])
def test_a_stopped_fit_goes_on(
    encoders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, every: int, stopped_at: int
) -> None:
    """It says from where, and ends with the weights of a fit that wasn't disturbed.

    With a checkpoint after every second of the three steps of an epoch, it is one in its middle.
    """
    monkeypatch.setattr(epochs, "EVERY_STEPS", every)
    whole = fitted(encoders, tmp_path / "undisturbed", epochs=3)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Stopped):
        stop_at_evaluation(patch, stopped_at)
        fitted(encoders, tmp_path / "work", epochs=3)

    said: list[str] = []
    resumed = fitted(encoders, tmp_path / "work", epochs=3, report=said.append)

    middles = {1: "0.7", 2: "1.3", 3: "2.7"} if every == 2 else {2: "1", 3: "2"}
    where = middles.get(stopped_at)
    assert said == ([] if where is None else [f"going on from epoch {where} of 3"])
    assert_same(whole, resumed)


def test_a_fit_without_validation_goes_on(
    encoders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last epoch's weights are those of a fit that wasn't disturbed."""
    whole = fitted(encoders, tmp_path / "undisturbed", validates=False)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Stopped):
        patch.setattr(epochs.Epochs, "on_save", stopping(epochs.Epochs.on_save, number=2))
        fitted(encoders, tmp_path / "work", validates=False)

    said: list[str] = []
    resumed = fitted(encoders, tmp_path / "work", validates=False, report=said.append)

    assert said == ["going on from epoch 1 of 2"]
    assert_same(whole, resumed)


def stopping(method: Callable[..., None], *, number: int) -> Callable[..., None]:
    """Return a method that ends the run at its `number`th call, counted from 1."""
    calls: list[None] = []

    def called(*arguments: object, **named: object) -> None:
        calls.append(None)
        if len(calls) == number:
            raise Stopped
        method(*arguments, **named)

    return called


@pytest.mark.parametrize("torn", ["optimizer.pt", "whole.json"])
def test_a_torn_checkpoint_is_passed_over(encoders: Path, tmp_path: Path, torn: str) -> None:
    """A checkpoint that isn't whole isn't gone on from: the fit starts clean."""
    whole = fitted(encoders, tmp_path / "undisturbed")
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Stopped):
        stop_at_evaluation(patch, 2)
        fitted(encoders, tmp_path / "work")
    (checkpoint,) = (tmp_path / "work").glob("fit-*/checkpoint-*")
    (checkpoint / torn).unlink()

    said: list[str] = []
    again = fitted(encoders, tmp_path / "work", report=said.append)

    assert said == []
    assert_same(whole, again)


def test_the_one_before_a_torn_checkpoint_is_used(encoders: Path, tmp_path: Path) -> None:
    """Of two checkpoints, the newer of them torn, the older is gone on from."""
    whole = fitted(encoders, tmp_path / "undisturbed", epochs=3)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Stopped):
        patch.setattr(epochs.Epochs, "on_save", stopping(epochs.Epochs.on_save, number=2))
        fitted(encoders, tmp_path / "work", epochs=3)
    checkpoints = [*(tmp_path / "work").glob("fit-*/checkpoint-*")]

    said: list[str] = []
    resumed = fitted(encoders, tmp_path / "work", epochs=3, report=said.append)

    assert len(checkpoints) == 2
    assert said == ["going on from epoch 1 of 3"]
    assert_same(whole, resumed)


def test_another_fit_takes_no_notice(encoders: Path, tmp_path: Path) -> None:
    """What another seed or other settings left in the same folder isn't gone on from."""
    alone = fitted(encoders, tmp_path / "undisturbed", seed=4)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Stopped):
        stop_at_evaluation(patch, 2)
        fitted(encoders, tmp_path / "work", seed=3)

    beside = fitted(encoders, tmp_path / "work", seed=4)

    assert_same(alone, beside)


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
