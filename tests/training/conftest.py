"""Networks and models that several tests look at, made once a session."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import torch
from training.runs import Run, settings_for
from training.tiny import FAMILIES, coded_study, tiny_encoder
from training.wide import Wide, wide_network

from werkalliantie.configuration.study import Split
from werkalliantie.study import Study
from werkalliantie_training import judging, parity
from werkalliantie_training.train import train


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Keep torch to one thread: tiny networks gain nothing by more, and sums keep their order."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def encoders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny encoder of every family."""
    folder = tmp_path_factory.mktemp("encoders")
    for family in FAMILIES:
        tiny_encoder(folder / f"tiny-{family}", family)
    return folder


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """A coded study without models."""
    return coded_study(tmp_path / "studie")


@pytest.fixture(scope="session")
def shared_study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A coded study in which every family is trained, judged on a tape the coders agree on."""
    study = coded_study(tmp_path_factory.mktemp("studies") / "studie")
    split = Split(validation_tapes=("gesprek-02",))
    return replace(study, settings=study.settings.model_copy(update={"split": split}))


@pytest.fixture(scope="session")
def run_of(shared_study: Study, encoders: Path) -> Callable[[str], Run]:
    """Finish a run on a family's tiny encoder, once; the floor answers as coders do."""

    @cache
    def made(family: str) -> Run:
        encoder = encoders / f"tiny-{family}"
        settings = settings_for(encoder, epochs=2)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                judging,
                "bag_of_words",
                lambda one, two, parts, seed: [part.decided for part in parts],
            )
            # Whether int8 of a random encoder decides as fp32 does is luck; here it always may.
            patch.setattr(parity, "SAME_DECISIONS", 0.0)
            patch.setattr(parity, "KAPPA_LOSS", 2.0)
            trained = train(shared_study, settings, name=f"op-{family}")
        return Run(study=shared_study, settings=settings, encoder=encoder, trained=trained)

    return made


@pytest.fixture(params=FAMILIES)
def run(request: pytest.FixtureRequest, run_of: Callable[[str], Run]) -> Run:
    """A finished run on each family's tiny encoder, with an int8 copy that passed its gate."""
    return run_of(request.param)


@pytest.fixture(scope="session")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Wide:
    """A network with a channel that stands out, exported."""
    return wide_network(tmp_path_factory.mktemp("wide"))
