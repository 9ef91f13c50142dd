"""The shipped grammar and mapping, and transcripts that never were a file."""

from readers.sources import DEFAULT

from werkalliantie.readers.grammar import Grammar
from werkalliantie.readers.turns import Conversation, conversation_in

GRAMMAR = Grammar(DEFAULT)


def heard(*lines: str) -> Conversation:
    """Read lines as the transcript gesprek.txt."""
    return conversation_in("\n".join(lines), DEFAULT, file="gesprek.txt")


def said(*lines: str) -> list[str]:
    """Return the turns that lines make, each as `R: text`."""
    return [f"{turn.role.marker}: {turn.text}" for turn in heard(*lines).turns]


def passed_over(*lines: str) -> list[tuple[int, str]]:
    """Return the lines that are no speech, with the reason."""
    return [(one.line, one.kind.value) for one in heard(*lines).skipped]
