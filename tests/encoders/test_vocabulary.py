"""The pieces that Dutch needs."""

import json

import pytest

from werkalliantie_training.encoders import Encoder
from werkalliantie_training.encoders.packed import Pieces
from werkalliantie_training.encoders.tokenizer import build_tokenizer
from werkalliantie_training.encoders.vocabulary import capitalised, dutch_pieces, fingerprint

PUBLISHED = "a2ee45f13645785541017922facf6240aefb750cedc113d332786b27e6d81a7f"


def pieces_of(*texts: str) -> Pieces:
    """Return pieces with the special tokens before the given ones, the first likeliest."""
    every = ("<s>", "<pad>", "</s>", "<unk>", *texts)
    scores = (0.0, 0.0, 0.0, 0.0, *(-1.0 - i / 10 for i in range(len(texts))))
    return Pieces(texts=every, scores=scores, bos=0, eos=2, pad=1, unk=3)


@pytest.mark.parametrize(
    ("word", "expected"),
    [("taak", "Taak"), ("ijverig", "IJverig"), ("één", "Één"), ("'t", "'t"), ("", "")],
)
def test_a_word_is_capitalised_as_dutch_does(word: str, expected: str) -> None:
    """The first letter becomes a capital, and `ij` is one letter."""
    assert capitalised(word) == expected


def test_only_needed_pieces_are_kept() -> None:
    """Kept are pieces of the words in both forms, letters, short numbers and punctuation."""
    pieces = pieces_of(
        "▁",
        "▁taak",
        "▁Taak",
        "▁task",
        "taak",
        "a",
        "é",
        "ж",
        "漢",
        "12",
        "123",
        "▁…",
        "?",
        "♥",
        "...",
    )

    kept = dutch_pieces(pieces, build_tokenizer(pieces), ["taak"])

    assert [pieces.texts[i] for i in kept] == [
        *("<s>", "<pad>", "</s>", "<unk>", "▁", "▁taak", "▁Taak", "a", "é", "12", "▁…", "?", "..."),
    ]


def test_words_in_another_script_keep_nothing() -> None:
    """A word list holds foreign words too; their pieces are not Dutch."""
    pieces = pieces_of("▁", "▁дом", "ж")

    kept = dutch_pieces(pieces, build_tokenizer(pieces), ["дом", "ж"])

    assert [pieces.texts[i] for i in kept] == ["<s>", "<pad>", "</s>", "<unk>", "▁"]


def test_the_fingerprint_depends_on_order_and_borders() -> None:
    """Pieces in another order, or cut elsewhere, are another vocabulary."""
    prints = {fingerprint(texts) for texts in (["a", "b"], ["b", "a"], ["ab"], ["a", "b", ""])}

    assert len(prints) == 4


def test_the_dutch_vocabulary_is_the_published_one(embedded_nl: Encoder) -> None:
    """The pinned packages make the same 34,938 pieces on every machine; the card states them."""
    tokenizer = json.loads((embedded_nl.folder / "tokenizer.json").read_text(encoding="utf-8"))
    texts = [text for text, _ in tokenizer["model"]["vocab"]]
    card = (embedded_nl.folder / "README.md").read_text(encoding="utf-8")

    assert len(texts) == 34_938
    assert fingerprint(texts) == PUBLISHED
    assert PUBLISHED in card
    assert "34,938 of the original 250,002 pieces" in card
