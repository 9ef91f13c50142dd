"""Coders asked for of whom nothing is measured: why not, and who else there is."""

from collections.abc import Collection, Iterable

from werkalliantie.coding import Mode
from werkalliantie.errors import StoreError
from werkalliantie.store import Store


def absent(
    store: Store,
    codebooks: Collection[str],
    names: Iterable[str],
    *,
    asked: Collection[str] | None = None,
    hint: str,
) -> StoreError:
    """Return the error that says of each name why there are no blind codings by it.

    Args:
        codebooks: Keys of those whose codings count.
        names: Without blind codings of utterances among those that were read.
        asked: The coders whose codings were read; None for all.
    """
    codings = [coding for coding in store.codings() if coding.codebook in codebooks]
    blind = sorted({coding.coder for coding in codings if coding.mode is Mode.BLIND})
    stretches = {one.coder for one in store.segment_codings() if one.codebook in codebooks}
    only_stretches = stretches - {coding.coder for coding in codings}
    missing = list(dict.fromkeys(names))
    nowhere = [name for name in missing if name not in {*blind, *only_stretches}]
    unasked = [name for name in missing if name in blind and name not in (asked or blind)]
    elsewhere = [name for name in missing if name in blind and name not in unasked]
    said = [
        f"no blind codings by {', '.join(who)}{where}"
        for who, where in (
            (nowhere, ""),
            (elsewhere, " on the tapes asked for"),
            (unasked, " among those of --coders"),
        )
        if who
    ]
    said += [
        f"{name} has coded stretches only, and agree compares codings of utterances"
        for name in missing
        if name in only_stretches
    ]
    here = ", ".join(blind) or "(none)"
    return StoreError(f"{'; '.join(said)}. Coders here: {here}.", hint=hint)
