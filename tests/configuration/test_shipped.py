from pathlib import Path

import pytest

from werkalliantie.configuration import load_codebook, load_mapping, load_study_settings
from werkalliantie.configuration.study import OrderRules, PromotionRules, VerdictRules
from werkalliantie.resources import shipped

CONFIGS = shipped("configs")


@pytest.mark.parametrize("path", [*CONFIGS.glob("codebooks/*.toml")], ids=lambda path: path.name)
def test_codebooks_are_sound(path: Path) -> None:
    """Every shipped codebook can be read, goes by its file's name and explains each code."""
    codebook = load_codebook(path)

    assert codebook.key == path.stem
    for cluster in codebook.clusters:
        assert cluster.label.strip()
        assert cluster.definition.strip()
        assert all(item.label.strip() and item.definition.strip() for item in cluster.items)


@pytest.mark.parametrize("path", [*CONFIGS.glob("imports/*.toml")], ids=lambda path: path.name)
def test_mappings_are_sound(path: Path) -> None:
    """Every shipped import mapping can be read."""
    assert load_mapping(path).speakers.worker


def test_the_study_settings_are_sound() -> None:
    """The default study can be read and its codebook is there: three clusters of six items."""
    settings = load_study_settings(CONFIGS / "study.toml")

    codebook = load_codebook(CONFIGS / "codebooks" / f"{settings.codebook}.toml")
    assert codebook.codes == ("DT", "ZBV", "HC")
    assert [len(cluster.items) for cluster in codebook.clusters] == [6, 6, 6]


@pytest.mark.parametrize("path", ["configs", "data/voorbeeld"])
def test_the_verdict_rules_shipped_are_the_defaults(path: str) -> None:
    """What the file shows is what holds without it; every rule is there to be changed."""
    text = (shipped(path) / "study.toml").read_text(encoding="utf-8")
    rules = load_study_settings(shipped(path) / "study.toml").verdict

    assert rules == VerdictRules()
    assert [name for name in VerdictRules.model_fields if f"\n{name} = " not in text] == []


@pytest.mark.parametrize("path", ["configs", "data/voorbeeld"])
def test_the_order_rules_shipped_are_the_defaults(path: str) -> None:
    """What `precode --order` puts first is what the file shows, all of it."""
    text = (shipped(path) / "study.toml").read_text(encoding="utf-8")
    rules = load_study_settings(shipped(path) / "study.toml").order

    assert rules == OrderRules()
    assert [name for name in OrderRules.model_fields if f"\n{name} = " not in text] == []


@pytest.mark.parametrize("path", ["configs", "data/voorbeeld"])
def test_the_promotion_rules_shipped_are_the_defaults(path: str) -> None:
    """When `retrain` puts a model in use is what the file shows, all of it."""
    text = (shipped(path) / "study.toml").read_text(encoding="utf-8")
    block = text[text.index("\n[promotion]") :]

    assert load_study_settings(shipped(path) / "study.toml").promotion == PromotionRules()
    assert [name for name in PromotionRules.model_fields if f"\n{name} = " not in block] == []
