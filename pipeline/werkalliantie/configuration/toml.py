"""Reading one TOML file into a checked settings object, with all its faults at once."""

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from werkalliantie.errors import ConfigError, gather


class Settings(BaseModel):
    """A table of a configuration file: unknown keys are faults, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


S = TypeVar("S", bound=Settings)


def load(path: Path, kind: type[S], *, what: str) -> S:
    """Read `path` as `kind`.

    Args:
        what: What the file is, for messages, such as "study settings".

    Raises:
        ConfigError: No such file, not TOML, unknown keys or wrong values; all of them named.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: no such file; expected {what}.", hint="Check the name."
        ) from None
    except OSError as error:
        raise ConfigError(
            f"{path}: can't be read ({error.strerror}); expected {what}.",
            hint="Name a file that you may read.",
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path}: not valid TOML: {error}.", hint="Mend the file; see docs/configuration.md."
        ) from None
    try:
        return kind.model_validate(table)
    except ValidationError as error:
        faults = [_fault(detail) for detail in error.errors(include_url=False)]
        gather(str(path), faults, ConfigError, f"Mend the {what}; see docs/configuration.md.")
        raise


def _fault(detail: ErrorDetails) -> str:
    place = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        return f'unknown key "{place}"'
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] != "value_error" and isinstance(detail["input"], str | int | float):
        message += f", not {detail['input']!r}"
    return f"{place}: {message}" if place else message
