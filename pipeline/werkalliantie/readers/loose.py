"""Labels of speakers written otherwise than the grammar has them: `[R] Hoi`, `R - Hoi`, `R Hoi`.

    [R] Hoi | (R): Hoi | **R:** Hoi | #R: Hoi                              opens a turn
    R - Hoi | Cliënt - Hoi                  opens one in a file that writes so, see `dashes`
    R Hoi | R. Hoi | R) Hoi | *R: Hoi | Werker Hoi | W- wat zei je?        may open one, or may not

What may open a turn is never taken for one: `R. Jansen was er ook` goes on with the turn before it.
It is listed, so that somebody looks. What stands in brackets with a label, such as `[C: Oh]` or
`(Moeder komt binnen)`, is no opening at all.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass

from werkalliantie.transcript import Role

_GAP = r"[ \t\u00a0]{0,9}"
_PAIRS = {"[": "]", "(": ")", "{": "}", "<": ">", "*": "*", "_": "_"}
_DASHES = "–—-"
_COLONS = ":\uff1a"
_WORD = r"[^\W\d_](?:[^\W_]|[.'\u2019&\u0300-\u036f]){0,19}"
_ANY_LABEL = rf"{_WORD}(?: {_WORD})?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A label at the start of a line, with what stands around it.

    Attributes:
        role: None for a label that isn't mapped, which may be no speaker at all.
        before: The brackets, asterisks or hash in front of the label.
        is_exact: The label is written as in the mapping, capitals and all.
        mark: The colon, dash or other mark behind it; empty if there is none.
        behind: The brackets or asterisks behind the label or the mark.
        speech: Position in the line at which the speech begins.
        stamp: The time in front of the label, as written.
    """

    label: str
    role: Role | None
    is_exact: bool
    before: str
    mark: str
    behind: str
    speech: int
    stamp: str | None

    @property
    def has_colon(self) -> bool:
        """A colon ends the label."""
        return self.mark != "" and self.mark in _COLONS

    @property
    def is_dashed(self) -> bool:
        """A dash ends the label."""
        return self.mark != "" and self.mark in _DASHES

    @property
    def is_letter(self) -> bool:
        """The label is a letter or two, which is no word."""
        return len(self.label) <= 2

    @property
    def is_bare_word(self) -> bool:
        """The label is a word with nothing around it."""
        return not (self.is_letter or self.before or self.mark or self.behind)

    @property
    def is_dashed_word(self) -> bool:
        """The label is a word with a dash behind it, and nothing else around it."""
        return self.is_dashed and not (self.is_letter or self.before or self.behind)

    @property
    def is_enclosed(self) -> bool:
        """Each bracket or asterisk in front of the label, if any, is closed behind it."""
        return self.behind == "".join(_PAIRS.get(one, "") for one in reversed(self.before))


def _opening_with(label: str, front: str) -> re.Pattern[str]:
    return re.compile(
        rf"{front}(?P<front>[\[({{<*_#>]{{0,3}}){_GAP}(?P<label>{label})"
        rf"(?P<close>[\])}}>*_]{{0,3}})(?:{_GAP}(?P<mark>[:;.,=|~\uff1a{_DASHES}])"
        rf"(?P<after>[\])}}>*_]{{0,3}}))?(?:(?<=[:\uff1a])|(?=\s|$))\s{{0,40}}",
        re.IGNORECASE,
    )


class LooseLabels:
    """The labels of a mapping, as they stand at the start of lines.

    Args:
        labels: Each speaker with its role.
        front: Regular expression for what may stand before a label, such as a number; its group
            `before` is a time.
    """

    def __init__(self, labels: Iterable[tuple[str, Role]], front: str) -> None:
        self._roles = {name: role for name, role in _in_both_forms(labels)}
        self._folded = {name.casefold(): role for name, role in self._roles.items()}
        names = "|".join(map(re.escape, sorted(self._roles, key=len, reverse=True)))
        self._opening = _opening_with(names, front)
        self._any_opening = _opening_with(_ANY_LABEL, front)

    def opening_of(self, text: str, begin: int = 0) -> Opening | None:
        """Return how a line begins with a label, if it does."""
        return self._opening_in(self._opening.match(text, begin))

    def unmapped_opening_of(self, text: str, begin: int = 0) -> Opening | None:
        """Return how a line begins with a word or two that may be a label, but isn't mapped."""
        opening = self._opening_in(self._any_opening.match(text, begin))
        return opening if opening is not None and opening.role is None else None

    def _opening_in(self, found: re.Match[str] | None) -> Opening | None:
        if found is None:
            return None
        label = found["label"]
        return Opening(
            label=label,
            role=self._folded.get(label.casefold()),
            is_exact=label in self._roles,
            before=found["front"],
            mark=found["mark"] or "",
            behind=found["close"] + (found["after"] or ""),
            speech=found.end(),
            stamp=found["before"],
        )


def opens_turn(opening: Opening, speech: str) -> bool:
    """Say whether a label with what is around it can be nothing but the start of a turn."""
    if not opening.is_enclosed:
        return False
    if opening.has_colon:
        return True
    if not speech or not opening.is_exact or opening.role is Role.OTHER:
        return False
    if opening.is_dashed:
        # "Cliënt - dat ben jij - ..." goes on.
        return not _stammers(opening, speech) and (opening.is_letter or speech[0].isupper())
    return opening.is_letter and opening.before.startswith("[") and not opening.mark


def may_name_speaker(opening: Opening, speech: str) -> bool:
    """Say whether a label that isn't mapped stands as one that is and opens a turn."""
    if not opening.is_enclosed:
        return False
    if opening.has_colon:
        return opening.before != ""
    is_name = all(word[0].isupper() for word in opening.label.split())
    in_brackets = opening.before.startswith("[") and not opening.mark
    is_marked = opening.is_dashed or in_brackets
    return is_name and is_marked and speech != "" and not _stammers(opening, speech)


def must_name_speaker(opening: Opening, speech: str) -> bool:
    """Say whether such a label is too much like one to be anything else: `[A] Ik ben ...`."""
    return opening.has_colon or (
        opening.is_letter and opening.label.isupper() and speech[:1].isupper()
    )


def may_open_turn(opening: Opening, speech: str, spelled: Set[str] = frozenset()) -> bool:
    """Say whether a line that opens no turn looks as if it did, so that somebody should look.

    Args:
        opening: How the line begins.
        speech: What stands behind it.
        spelled: The labels with which turns of the same file open.
    """
    if not opening.is_enclosed and _is_aside(opening, speech):
        return False
    if opening.role is Role.OTHER and not (opening.has_colon or opening.label in spelled):
        # Ordinary speech tells of a partner or a mother, and says "O. Nee."
        return speech[:1].isupper() and opening.is_exact and opening.mark != "."
    if opening.is_exact or opening.label in spelled:
        return opening.is_letter or opening.mark != ","
    # "k heb" is how people type "ik heb", and "c)" follows "b)".
    return opening.is_letter and (opening.has_colon or opening.is_dashed)


def _stammers(opening: Opening, speech: str) -> bool:
    """Say whether speech begins as its label does, as in `W- wat zei je?`."""
    return speech[:1].casefold() == opening.label[0].casefold()


def _is_aside(opening: Opening, speech: str) -> bool:
    """Say whether brackets or asterisks that hold a label hold more: `[C: Oh]`, `*R lacht*`."""
    opened = [_PAIRS[one] for one in opening.before if one in _PAIRS]
    if not opened:
        return False
    return not (opening.has_colon and opened[0] in "*_") and (
        opened[0] in "*_" or opened[0] in opening.behind + speech
    )


def _in_both_forms(labels: Iterable[tuple[str, Role]]) -> Iterator[tuple[str, Role]]:
    """Yield each label with its accents composed, and as a Mac writes them."""
    for name, role in labels:
        for form in ("NFC", "NFD"):
            yield unicodedata.normalize(form, name), role
