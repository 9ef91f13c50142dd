"""Codebooks as TOML: `configs/codebooks/NAME-VERSION.toml`."""

from pathlib import Path

from pydantic import Field, field_validator

from werkalliantie.codebook import Cluster, Codebook, Item
from werkalliantie.configuration.toml import Settings, load
from werkalliantie.errors import ConfigError


class _Item(Settings):
    code: str
    label: str
    definition: str
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()

    @field_validator("code")
    @classmethod
    def _one_word(cls, code: str) -> str:
        # Sheets list the codes of an utterance in one cell.
        if not code or any(c.isspace() or c in ",;" for c in code):
            raise ValueError(f'"{code}" is empty or holds a space, a comma or a semicolon')
        return code


class _Cluster(_Item):
    items: tuple[_Item, ...] = ()


class _Codebook(Settings):
    name: str
    version: str
    title: str
    language: str = "nl"
    note: str = ""
    clusters: tuple[_Cluster, ...] = Field(min_length=1)
    maps: dict[str, dict[str, str]] = Field(default_factory=dict)


def load_codebook(path: Path) -> Codebook:
    """Read a codebook.

    Raises:
        ConfigError: The file is missing, has unknown keys or contradicts itself.
    """
    raw = load(path, _Codebook, what="codebook")
    try:
        return Codebook(
            name=raw.name,
            version=raw.version,
            title=raw.title,
            language=raw.language,
            clusters=tuple(_cluster(cluster) for cluster in raw.clusters),
            maps=tuple((source, tuple(pairs.items())) for source, pairs in raw.maps.items()),
        )
    except ValueError as error:
        raise ConfigError(
            f"{path}: {error}.",
            hint="Give each code once, and map only to codes of this codebook.",
        ) from None


def _cluster(raw: _Cluster) -> Cluster:
    return Cluster(
        code=raw.code,
        label=raw.label,
        definition=raw.definition,
        examples=raw.examples,
        counter_examples=raw.counter_examples,
        items=tuple(
            Item(
                code=item.code,
                label=item.label,
                definition=item.definition,
                examples=item.examples,
                counter_examples=item.counter_examples,
            )
            for item in raw.items
        ),
    )
