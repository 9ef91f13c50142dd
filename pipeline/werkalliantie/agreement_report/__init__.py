"""From a study's stored codings and predictions to the agreement document of `agree --json`."""

from werkalliantie.agreement_report.document import agreement_document, document_of
from werkalliantie.agreement_report.gathering import gather_material
from werkalliantie.agreement_report.ledger import Ledger, open_ledger
from werkalliantie.agreement_report.question import UNITS, Question, Unit

__all__ = [
    "UNITS",
    "Ledger",
    "Question",
    "Unit",
    "agreement_document",
    "document_of",
    "gather_material",
    "open_ledger",
]
