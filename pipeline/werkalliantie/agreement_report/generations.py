"""Codebook generations: codings under another codebook, brought to this one only when asked."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from werkalliantie.agreement.ledger import Figures, agreement_on, coder_pairs
from werkalliantie.agreement.ratings import ratings_of
from werkalliantie.agreement_report.material import Mapped, Material, by_coder
from werkalliantie.agreement_report.note import Note
from werkalliantie.codebook import Codebook
from werkalliantie.coding import Coding, Mode
from werkalliantie.errors import ConfigError, StoreError, gather


def brought(codings: Sequence[Coding], codebook: Codebook, source: str) -> list[Coding]:
    """Return codings of another codebook with the codes that its map gives them here.

    Raises:
        ConfigError: The codebook has no map from there, or none for some of the codes.
    """
    pairs = dict(codebook.maps).get(source)
    place = f"configs/codebooks/{codebook.key}.toml"
    if pairs is None:
        there = ", ".join(name for name, _ in codebook.maps) or "(none)"
        raise ConfigError(
            f"{codebook.key} has no map from {source}. Maps there: {there}.",
            hint=f'Add [maps."{source}"] to {place}, or leave --map out.',
        )
    becomes = dict(pairs)
    unknown = sorted({code for coding in codings for code in coding.codes} - becomes.keys())
    gather(
        f'[maps."{source}"] in {place}',
        [f'nothing for "{code}", which was given' for code in unknown],
        ConfigError,
        "Say there what the code becomes.",
    )
    return [
        replace(
            coding,
            codebook=codebook.key,
            codes=frozenset(becomes[code] for code in coding.codes),
        )
        for coding in codings
    ]


def pooled(
    own: Sequence[Coding],
    others: Mapping[str, Sequence[Coding]],
    codebook: Codebook,
    sources: Sequence[str],
) -> tuple[list[Coding], tuple[Mapped, ...]]:
    """Return the codebook's own codings with those of other codebooks brought to it.

    Where a coder answered under both, the codebook's own answer counts.

    Raises:
        ConfigError: There is no map from a codebook asked for.
        StoreError: There are no codings under one.
    """
    together = list(own)
    mapped = []
    for source in dict.fromkeys(sources):
        if not others.get(source):
            raise StoreError(
                f"no codings under {source} here to bring to {codebook.key}.",
                hint="Correct --map, or import those codings first.",
            )
        there = {_key(coding) for coding in together}
        codings = brought(others[source], codebook, source)
        new = [coding for coding in codings if _key(coding) not in there]
        blind = [coding for coding in new if coding.mode is Mode.BLIND]
        together += new
        mapped.append(
            Mapped(
                source=source,
                codings=len(blind),
                superseded=len(codings) - len(new),
                coders=tuple(sorted({coding.coder for coding in blind})),
                tapes=tuple(sorted({coding.tape for coding in blind})),
            )
        )
    return together, tuple(mapped)


def _key(coding: Coding) -> tuple[str, int, str, Mode]:
    return coding.tape, coding.utterance, coding.coder, coding.mode


def generations_of(
    material: Material, books: Mapping[str, Codebook], notes: list[str]
) -> dict[str, Figures]:
    """Return the coders' agreement under each other codebook, by itself.

    Args:
        material: Holds the codings under other codebooks.
        books: Those codebooks, by key.
        notes: Gets a line for each that isn't there, or no longer has the codes that were given.
    """
    generations = {}
    for key, codings in material.other_books.items():
        if (why := _unmeasured(key, codings, books.get(key))) is not None:
            notes.append(why)
        else:
            generations[key] = _alone(codings, books[key])
    return generations


def _unmeasured(key: str, codings: Sequence[Coding], codebook: Codebook | None) -> Note | None:
    """Return why the codings under another codebook can't be measured, if they can't."""
    place = f"configs/codebooks/{key}.toml"
    if codebook is None:
        return Note(
            f"generations: {key} is left out: {place} is missing",
            f"generaties: {key} is weggelaten: {place} ontbreekt",
        )
    if unknown := codebook.unknown(code for coding in codings for code in coding.codes):
        named = ", ".join(unknown)
        return Note(
            f"generations: {key} is left out: codings hold codes that {place} doesn't have: "
            f"{named}",
            f"generaties: {key} is weggelaten: er zijn codes gegeven die niet in {place} staan: "
            f"{named}",
        )
    return None


def _alone(codings: Sequence[Coding], codebook: Codebook) -> Figures:
    answers = by_coder(codings, Mode.BLIND)
    places = sorted({place for given in answers.values() for place in given})
    ratings = ratings_of(answers, places, codebook)
    pairs = coder_pairs(tuple(answers))
    return {
        "coders": list(answers),
        "n_tapes": len(set(ratings.tapes)),
        "n_utterances": len(places),
        "codes": {
            code: {"coder_coder": agreement_on(ratings, column, pairs)[0]}
            for column, code in enumerate(codebook.codes)
        },
    }
