"""A ledger of a few tapes, as a page is made of."""

from collections.abc import Sequence
from typing import Any

from agreement_report.coded import material_of

from werkalliantie.agreement_report import Ledger
from werkalliantie.artefact import Artefact
from werkalliantie.configuration.study import VerdictRules
from werkalliantie.store import Store


def ledger_of(
    store: Store,
    *,
    model: Artefact | None = None,
    versions: Sequence[Artefact] = (),
    **asked: Any,  # noqa: ANN401
) -> Ledger:
    """Return the ledger of a store."""
    material = material_of(store, model=model, versions=versions, **asked)
    return Ledger(study="proef & <co>", material=material, rules=VerdictRules(), books={})
