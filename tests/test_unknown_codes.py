"""Codings that hold codes which their codebook, edited since, no longer has."""

import pytest

from werkalliantie.codebook import Cluster, Codebook, Item
from werkalliantie.coding import Coding
from werkalliantie.errors import ConfigError
from werkalliantie.segment import SegmentCoding
from werkalliantie.unknown_codes import Given, refuse_unknown_codes

BOOK = Codebook(
    name="proef",
    version="1",
    title="Proef",
    language="nl",
    clusters=(
        Cluster(
            code="A",
            label="A",
            definition="Een.",
            items=(Item(code="A1", label="A1", definition="Een."),),
        ),
    ),
)


def coded(coder: str, *codes: str) -> Coding:
    """Return what a coder gave an utterance."""
    return Coding(tape="t1", utterance=0, coder=coder, codebook=BOOK.key, codes=frozenset(codes))


def test_codes_of_the_codebook_pass() -> None:
    """Clusters, items, and no code at all."""
    refuse_unknown_codes([coded("bas", "A"), coded("anna", "A1"), coded("anna")], BOOK)


def test_every_code_it_lacks_is_named_at_once() -> None:
    """With who gave it and how often, on an utterance or a stretch."""
    stretch = SegmentCoding(
        tape="t1", first=0, last=2, coder="anna", codebook=BOOK.key, codes=frozenset({"HC"})
    )
    codings: list[Given] = [coded("bas", "HC", "A"), coded("cee", "DT", "A1"), stretch]

    with pytest.raises(ConfigError) as refused:
        refuse_unknown_codes(codings, BOOK)

    assert refused.value.message == (
        "codings hold codes that the codebook proef-1 doesn't have: DT (1 coding, by cee), HC (2 "
        "codings, by anna, bas)."
    )
    assert refused.value.hint == (
        "Put them back in configs/codebooks/proef-1.toml. An edited codebook needs a version, and "
        'so a file, of its own; [maps."proef-1"] there says what each earlier code becomes.'
    )
