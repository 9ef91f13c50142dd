"""Measures the curve on the example corpus: `python bench/voorbeeld.py [--peers] [--json]`.

The test tapes stay out of it; the workers of the other tapes are dealt over five parts, of which
each draw judges one and learns from the others.
"""

import argparse
import sys

from learning_curve.command import measure, parser
from learning_curve.voorbeeld import read_voorbeeld


def main(arguments: list[str] | None = None) -> int:
    """Run the measurement asked for and print it."""
    options = parser(__doc__, sizes="2,4,8,16,24,48", encoder="embedded-nl")
    options.formatter_class = argparse.RawDescriptionHelpFormatter
    asked = options.parse_args(arguments)
    return measure(lambda: read_voorbeeld(seed=asked.seed), asked)


if __name__ == "__main__":
    sys.exit(main())
