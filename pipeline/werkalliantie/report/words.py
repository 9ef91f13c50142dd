"""The words on plots, and figures as the page writes them, in its two languages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from werkalliantie.agreement_report.numbers import DUTCH, ENGLISH, Writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What stands on plots, in one language."""

    language: str
    writing: Writing
    kappa: str
    coders: str
    model: str
    pair: str
    floor: str
    ceiling: str
    none: str
    given: str
    gives: str
    coder_gave: str
    model_gave: str
    other_gave: str
    probability: str
    share_of_coders: str
    perfect: str
    n_tapes: str


NL = Words(
    language="nl",
    writing=DUTCH,
    kappa="Cohens kappa, met 95 %-interval over tapes",
    coders="codeurs onderling",
    model="model met codeurs",
    pair="één paar",
    floor="ondergrens: losse woorden",
    ceiling="plafond: meerderheid van de anderen",
    none="geen",
    given="als deze code gegeven is …",
    gives="… dan ook deze (diagonaal: alleen deze)",
    coder_gave="een codeur gaf …",
    model_gave="… het model gaf",
    other_gave="… een andere codeur gaf",
    probability="kans die het model gaf",
    share_of_coders="deel van de codeurs dat de code gaf",
    perfect="precies goed",
    n_tapes="aantal tapes dat twee codeurs delen",
)
EN = Words(
    language="en",
    writing=ENGLISH,
    kappa="Cohen's kappa, with 95 % interval over tapes",
    coders="coders with each other",
    model="model with coders",
    pair="one pair",
    floor="floor: bag of words",
    ceiling="ceiling: majority of the others",
    none="none",
    given="where this code was given …",
    gives="… this one was too (diagonal: alone)",
    coder_gave="a coder gave …",
    model_gave="… the model gave",
    other_gave="… another coder gave",
    probability="probability the model gave",
    share_of_coders="share of coders who gave the code",
    perfect="exactly right",
    n_tapes="number of tapes that two coders share",
)


def both(dutch: object, english: object) -> Markup:
    """Return a text in both languages, of which the page shows one."""
    return Markup(
        '<span class="nl" lang="nl">{}</span><span class="en" lang="en">{}</span>'
    ).format(dutch, english)


def number(value: float | None) -> Markup:
    """Return a figure in both languages; a dash where there is none."""
    if value is None:
        return Markup("–")
    return both(DUTCH.number(value), ENGLISH.number(value))


def interval(ends: Sequence[float] | None) -> Markup:
    """Return an interval in both languages; a dash where there is none."""
    if ends is None:
        return Markup("–")
    low, high = ends
    return both(
        f"{DUTCH.number(low)} tot {DUTCH.number(high)}",
        f"{ENGLISH.number(low)} to {ENGLISH.number(high)}",
    )


VERDICTS: Mapping[str, tuple[str, str]] = {
    "pre-code": ("vooraf coderen", "pre-code"),
    "second-code": ("tweede codeur", "second-code"),
    "not yet": ("nog niet", "not yet"),
}
