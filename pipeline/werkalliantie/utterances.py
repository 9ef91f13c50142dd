"""From turns to the utterances that are coded, with backchannels marked.

Knows the study's settings; knows nothing of files, codes or models. spaCy takes seconds to import,
so it is only there for a study that codes sentences or names a trained pipeline.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

from werkalliantie.configuration.study import StudySettings
from werkalliantie.errors import ConfigError
from werkalliantie.places import Place, places_of
from werkalliantie.transcript import Tape, Turn, Utterance

if TYPE_CHECKING:
    from spacy.language import Language

# Letters and digits, with apostrophes between them: "da's" is one word, "hm-hm" two.
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


class Segmenter:
    """Cuts a tape's worker turns into utterances as the study's settings say.

    Raises:
        ConfigError: The settings name a spaCy pipeline that isn't installed.
    """

    def __init__(self, settings: StudySettings) -> None:
        self._by_sentence = settings.utterance == "sentence"
        self._is_trained = not settings.spacy.startswith("blank:")
        self._language = _load(settings.spacy) if self._by_sentence or self._is_trained else None
        self._max_words = settings.backchannels.max_words
        self._minimal = frozenset(
            word for entry in settings.backchannels.words for word in self._words(entry)
        )

    def utterances(self, tape: Tape) -> tuple[Utterance, ...]:
        """Return the tape's worker utterances in order, numbered from 0; at least one a turn."""
        units = [(turn, *unit) for turn in tape.worker_turns for unit in self._units(tape, turn)]
        return tuple(
            Utterance(
                tape=tape.id,
                index=index,
                turn=turn.index,
                text=text,
                line=turn.line + tape.source_text.count("\n", turn.start, place.start),
                start=place.start,
                end=place.end,
                backchannel=self.is_backchannel(text),
                time=turn.time,
            )
            for index, (turn, text, place) in enumerate(units)
        )

    def is_backchannel(self, text: str) -> bool:
        """Return whether the text is only minimal encouragement, such as "hm hm" or "ja, oké"."""
        words = self._words(text)
        return 0 < len(words) <= self._max_words and self._minimal.issuperset(words)

    def _words(self, text: str) -> list[str]:
        text = unicodedata.normalize("NFC", text).replace("’", "'")
        if self._language is None or not self._is_trained:
            return _WORD.findall(text.casefold())
        # A token may hold marks ("O." is one, as an initial), so the words in it are looked for.
        tokens = self._language.make_doc(text)
        return [word for token in tokens for word in _WORD.findall(token.text.casefold())]

    def _units(self, tape: Tape, turn: Turn) -> Iterator[tuple[str, Place]]:
        if self._by_sentence and self._language is not None:
            sentences = _sentences(turn.text, self._language)
            if sentences:
                places = places_of(tape.source_text, turn, sentences)
                texts = (turn.text[sentence.start : sentence.end] for sentence in sentences)
                yield from zip(texts, places, strict=True)
                return
        yield turn.text, Place(turn.start, turn.end)


def _sentences(text: str, language: "Language") -> list[Place]:
    """Return where the sentences of a turn's text are; marks without a word are none."""
    found = ((sent.start_char, sent.text) for sent in language(text).sents if _has_word(sent.text))
    return [
        Place(start + len(text) - len(text.lstrip()), start + len(text.rstrip()))
        for start, text in found
    ]


def _has_word(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _load(name: str) -> "Language":
    import spacy

    try:
        if name.startswith("blank:"):
            language = spacy.blank(name.removeprefix("blank:"))
        else:
            language = spacy.load(name, exclude=["ner", "lemmatizer"])
    except (ImportError, OSError):
        raise ConfigError(
            f'spacy = "{name}": no such pipeline is installed. Expected "blank:nl" or the name of '
            "an installed one.",
            hint="Install it as a Python package, or set spacy in configs/study.toml.",
        ) from None
    if not {"parser", "senter", "sentencizer"} & {*language.pipe_names}:
        language.add_pipe("sentencizer")
    return language
