"""Tokenizers of the `tokenizers` library: made from pieces, or taken from an encoder's folder."""

import importlib.util
from pathlib import Path
from typing import Final

from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
)

from werkalliantie.errors import EncoderError, extra
from werkalliantie_training.encoders.encoder import SENTENCEPIECE
from werkalliantie_training.encoders.packed import Pieces

MASK: Final = "<mask>"


def build_tokenizer(pieces: Pieces) -> Tokenizer:
    """Return the Unigram tokenizer of the XLM-R family over `pieces`.

    Text outside the pieces becomes the unknown token. A single text is `<s> A </s>`, a pair
    `<s> A </s></s> B </s>`, every type id 0.
    """
    vocabulary = list(zip(pieces.texts, pieces.scores, strict=True))
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=pieces.unk, byte_fallback=False))
    tokenizer.normalizer = _normaliser()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = _post_processor(pieces)
    special = [pieces.texts[i] for i in (pieces.bos, pieces.pad, pieces.eos, pieces.unk)]
    tokenizer.add_special_tokens([AddedToken(text, special=True) for text in special])
    if MASK in pieces.texts:
        tokenizer.add_special_tokens([AddedToken(MASK, special=True, lstrip=True)])
    return tokenizer


def _normaliser() -> normalizers.Normalizer:
    """Return SentencePiece's `nmt_nfkc` with its removal of extra spaces.

    Character by character this is the map that the packed file carries (a test goes through all of
    it); across characters it also composes a letter and its accent, as SentencePiece does.
    """
    return normalizers.Sequence(
        [
            normalizers.Nmt(),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
            normalizers.Strip(left=False, right=True),
        ]
    )


def _post_processor(pieces: Pieces) -> processors.PostProcessor:
    bos, eos = pieces.texts[pieces.bos], pieces.texts[pieces.eos]
    return processors.TemplateProcessing(
        single=f"{bos}:0 $A:0 {eos}:0",
        pair=f"{bos}:0 $A:0 {eos}:0 {eos}:0 $B:0 {eos}:0",
        special_tokens=[(bos, pieces.bos), (eos, pieces.eos)],
    )


def load_tokenizer(folder: Path) -> Tokenizer:
    """Return the fast tokenizer of a Hugging Face folder, without truncation or padding.

    A folder with vocabulary files only is converted by the transformers library.

    Raises:
        EncoderError: The folder has no tokenizer, or none that is or can be made fast.
    """
    path = folder / "tokenizer.json"
    tokenizer = _read(path) if path.is_file() else _convert(folder)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _read(path: Path) -> Tokenizer:
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises plain Exception for a file it can't read
        raise EncoderError(
            f"{path.name} of encoder folder {path.parent.name} is not a tokenizer: {error}.",
            hint="Copy the encoder's folder again, or fetch it.",
        ) from error


def _convert(folder: Path) -> Tokenizer:
    _check_sentencepiece(folder)
    with extra("train", purpose="Converting a tokenizer"):
        from transformers import AutoTokenizer  # 2.4 s, and most folders don't need it
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (ImportError, KeyError, OSError, TypeError, ValueError) as error:
        raise _no_fast_tokenizer(folder, type(error).__name__) from error
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if not isinstance(backend, Tokenizer):
        raise _no_fast_tokenizer(folder, f"only the slow {type(tokenizer).__name__}")
    return backend


def _check_sentencepiece(folder: Path) -> None:
    found = [name for name in SENTENCEPIECE if (folder / name).is_file()]
    if found and importlib.util.find_spec("sentencepiece") is None:
        raise EncoderError(
            f"encoder folder {folder.name} has no tokenizer.json, and reading {found[0]} needs the "
            "package sentencepiece, which is not installed.",
            hint="Install it with: pip install sentencepiece",
        )


def _no_fast_tokenizer(folder: Path, reason: str) -> EncoderError:
    return EncoderError(
        f"encoder folder {folder.name} has no fast tokenizer ({reason}).",
        hint="Choose an encoder that comes with a tokenizer.json, or add that file to the folder.",
    )
