"""Everything a user can do wrong, as one small tree.

WerkalliantieError
├── ConfigError      a study, training, codebook or import file
├── TranscriptError  a transcript that can't be read
├── SheetError       coded sheets that don't fit the study
├── StoreError       the study's database
├── ModelError       a model folder
├── EncoderError     a pretrained encoder
└── MissingExtra     an optional part that isn't installed

A message says what was wrong and where, and what was expected; the hint says what to do next.
Neither holds what people said.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial


class WerkalliantieError(Exception):
    """A user's mistake or a file that isn't fit for use.

    Args:
        message: What was wrong and where, what was expected; one line.
        hint: What to do next.
        faults: Every fault found, where a file has several; each one line.
    """

    def __init__(
        self, message: str, *, hint: str | None = None, faults: Iterable[str] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.faults = tuple(faults)


class ConfigError(WerkalliantieError):
    """A configuration file with unknown keys, wrong values or parts that contradict."""


class TranscriptError(WerkalliantieError):
    """A transcript that is empty, of another kind than its name says, or not understood."""


class SheetError(WerkalliantieError):
    """A coded sheet whose rows or codes don't fit the study."""


class StoreError(WerkalliantieError):
    """A request the study's database can't meet, such as a tape it doesn't hold."""


class ModelError(WerkalliantieError):
    """A model folder that is missing, altered or made for something else."""


class EncoderError(WerkalliantieError):
    """An encoder that isn't on this machine or can't be used."""


class MissingExtra(WerkalliantieError):
    """An optional part of the installation that a command needs.

    Args:
        extra: Name of the extra in `pip install "werkalliantie[EXTRA]"`.
        purpose: What the user was about to do.
    """

    def __init__(self, extra: str, *, purpose: str) -> None:
        super().__init__(
            f'{purpose} needs the "{extra}" extra, which is not installed.',
            hint=f'Install it with: pip install "werkalliantie[{extra}]"',
        )
        self.extra = extra
        self.purpose = purpose

    def __reduce__(self) -> tuple[Callable[[], "MissingExtra"], tuple[()]]:
        # An error raised in a child process is built again in the parent, from its arguments.
        return partial(MissingExtra, self.extra, purpose=self.purpose), ()


@contextmanager
def extra(name: str, *, purpose: str) -> Iterator[None]:
    """Import what an extra brings; without it, say that `purpose` needs it.

    Raises:
        MissingExtra: A module wasn't found.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise MissingExtra(name, purpose=purpose) from error


def gather(place: str, faults: list[str], error: type[WerkalliantieError], hint: str) -> None:
    """Raise `error` with every fault of one place, or return if there are none."""
    if not faults:
        return
    if len(faults) == 1:
        raise error(f"{place}: {faults[0]}", hint=hint, faults=faults)
    raise error(f"{place}: {len(faults)} faults.", hint=hint, faults=faults)
