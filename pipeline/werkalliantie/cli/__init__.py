"""The command line: thin functions over the package, one file a command.

Only this package prints and exits. A user's mistake ends with code 2 and a message; a fault of ours
with code 1, and never with what people said.
"""

import os
import sys
import traceback

# Before any library is imported: nothing is fetched, nothing is reported to anybody. And threads
# that wait for each other sleep: where another program holds a core, spinning made a training step
# 2.5 times as slow.
for _name, _value in {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "TOKENIZERS_PARALLELISM": "true",
    "OMP_WAIT_POLICY": "PASSIVE",
}.items():
    os.environ.setdefault(_name, _value)

from werkalliantie.cli.app import app  # noqa: E402
from werkalliantie.errors import WerkalliantieError  # noqa: E402
from werkalliantie.refusals import as_mistake  # noqa: E402

_DEBUG = "WERKALLIANTIE_DEBUG"


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        app()
    except WerkalliantieError as error:
        _say_mistake(error)
        sys.exit(2)
    except BrokenPipeError:
        # Whoever read our output has had enough of it, as `| head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        _say("stopped.")
        sys.exit(130)
    except Exception as error:
        if (mistake := as_mistake(error)) is None:
            _say_fault(error)
            sys.exit(1)
        if os.environ.get(_DEBUG):
            traceback.print_exc()
        _say_mistake(mistake)
        sys.exit(2)


def _say_mistake(error: WerkalliantieError) -> None:
    _say(f"error: {error.message}")
    for fault in error.faults if len(error.faults) > 1 else ():
        _say(f"  - {fault}")
    if error.hint:
        _say(f"hint: {error.hint}")


def _say_fault(error: Exception) -> None:
    """Report a fault of ours by type and place; its message could hold what people said."""
    if os.environ.get(_DEBUG):
        traceback.print_exc()
        return
    place = traceback.extract_tb(error.__traceback__)[-1]
    _say(f"error: a fault in werkalliantie itself ({type(error).__name__}, {place.name}).")
    _say(f"hint: run it again with {_DEBUG}=1 to see where; the trace may quote transcripts.")


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
