"""Which pieces of a multilingual tokenizer Dutch text needs.

Nine in ten of the parameters of a small multilingual encoder are the embeddings of pieces that
Dutch never uses. Whatever the kept pieces can't spell becomes the unknown token.
"""

import hashlib
import importlib.metadata
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tokenizers import Tokenizer

from werkalliantie.errors import extra
from werkalliantie_training.encoders.packed import Pieces
from werkalliantie_training.encoders.tokenizer import MASK

N_WORDS: Final = 150_000

_SPACE: Final = "\u2581"  # how pieces write the space before a word
_BATCH: Final = 10_000
# Latin-1 and Latin Extended-A, General Punctuation, Currency Symbols.
_WESTERN: Final = (range(0x180), range(0x2000, 0x2070), range(0x20A0, 0x20D0))


def frequent_words(n_words: int = N_WORDS) -> tuple[str, ...]:
    """Return the most frequent Dutch words, most frequent first, in small letters.

    Raises:
        MissingExtra: The word list isn't installed.
    """
    with extra("embedded", purpose="Building an embedded encoder"):
        from wordfreq import top_n_list
    return tuple(top_n_list("nl", n_words, wordlist="large"))


def word_list_version() -> str:
    """Return the version of the installed word list."""
    return importlib.metadata.version("wordfreq")


def dutch_pieces(pieces: Pieces, tokenizer: Tokenizer, words: Sequence[str]) -> tuple[int, ...]:
    """Return the ids to keep, in ascending order.

    These are the special tokens, the pieces that the Latin-script `words` fall into at the start of
    a word, in small letters and capitalised, every single Latin letter, every number of one or two
    digits, and western punctuation.
    """
    keep = {pieces.bos, pieces.eos, pieces.pad, pieces.unk}
    keep.update(id for id, text in enumerate(pieces.texts) if text == MASK or _is_always_kept(text))
    latin = [word for word in words if all(map(_is_latin, filter(str.isalpha, word)))]
    for form in (latin, [capitalised(word) for word in latin]):
        for batch in _batches(form):
            for encoding in tokenizer.encode_batch(batch, add_special_tokens=False):
                keep.update(encoding.ids)
    return tuple(sorted(keep))


def capitalised(word: str) -> str:
    """Return the word as a Dutch sentence begins with it; `ij` counts as one letter."""
    n_letters = 2 if word.startswith("ij") else 1
    return word[:n_letters].upper() + word[n_letters:]


def fingerprint(texts: Iterable[str]) -> str:
    """Return the sha256 of the pieces, one a line, in the order of their ids."""
    return hashlib.sha256("".join(f"{text}\n" for text in texts).encode()).hexdigest()


def _is_always_kept(text: str) -> bool:
    text = text.removeprefix(_SPACE)
    if not text:
        return True
    if text.isascii() and text.isdigit():
        return len(text) <= 2
    return (len(text) == 1 and _is_latin(text)) or all(map(_is_western_punctuation, text))


def _is_latin(character: str) -> bool:
    return unicodedata.name(character, "").startswith("LATIN ")


def _is_western_punctuation(character: str) -> bool:
    in_range = any(ord(character) in block for block in _WESTERN)
    return in_range and unicodedata.category(character)[0] in "PS"


def _batches(words: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(words), _BATCH):
        yield words[start : start + _BATCH]
