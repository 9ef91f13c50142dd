"""A remark that goes with the figures: English in JSON and CSV, and Dutch beside it on the page."""

from enum import StrEnum

from werkalliantie.agreement.alternative import NoTest
from werkalliantie.agreement.figure import Reason
from werkalliantie.agreement.resampling import NoInterval


class Note(str):
    """A remark in English that also holds its Dutch."""

    dutch: str

    def __new__(cls, english: str, dutch: str) -> "Note":
        """Make a remark of its two wordings."""
        note = super().__new__(cls, english)
        note.dutch = dutch
        return note


def dutch_of(note: str) -> str:
    """Return a remark in Dutch; as it is, where it has no Dutch."""
    return note.dutch if isinstance(note, Note) else note


def reason_in_dutch(reason: StrEnum | str) -> str:
    """Return why a figure is undefined, in Dutch; as it is, where it isn't known here."""
    return _REASONS.get(str(reason), str(reason))


_REASONS: dict[str, str] = {
    Reason.NOTHING_SHARED.value: "geen eenheid is door twee codeurs beantwoord",
    Reason.NOTHING_VARIES.value: "alle antwoorden zijn gelijk; ook toeval zou het overal eens zijn",
    Reason.NEVER_GIVEN.value: "geen van beide codeurs gaf de code ooit",
    Reason.ALWAYS_GIVEN.value: "beide codeurs gaven de code altijd",
    Reason.NO_OTHERS.value: "voor geen eenheid van deze codeur is er een meerderheid van anderen",
    Reason.NOTHING_DEFINED.value: "het getal is overal ongedefinieerd",
    NoTest.FEW_CODERS.value: "daarvoor zijn drie codeurs nodig; zie met twee of het model niet "
    "onderdoet voor hun onderlinge overeenstemming",
    NoTest.FEW_UNITS.value: "minder dan drie codeurs hebben 30 eenheden die ook het model en een "
    "andere codeur zagen",
    NoTest.FEW_TAPES.value: "minder dan drie codeurs hebben zulke eenheden op twee tapes",
    NoInterval.UNDEFINED.value: "het getal is over alle tapes samen ongedefinieerd",
    NoInterval.ONE_TAPE.value: "één tape laat niet zien hoe tapes verschillen",
    NoInterval.RESTS_ON_ONE.value: "zonder een van de tapes is het getal ongedefinieerd",
}
