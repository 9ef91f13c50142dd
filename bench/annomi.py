"""Measures the learning curve on AnnoMI: `python bench/annomi.py CSV [--peers] [--json]`.

Models learn from the tapes that one annotator coded, and are judged on those that all ten did, by
their kappa with each of them as a share of the kappa between them. `--resume FILE` keeps every
result, so that a run that was stopped goes on; several processes may share the file.
"""

import argparse
import sys
from pathlib import Path

from learning_curve.annomi import read_annomi
from learning_curve.command import measure, parser


def main(arguments: list[str] | None = None) -> int:
    """Run the measurement asked for and print it."""
    options = parser(__doc__, sizes="2,4,8,16,32,64,126", encoder="embedded-multilingual")
    options.formatter_class = argparse.RawDescriptionHelpFormatter
    options.add_argument("csv", type=Path, help="AnnoMI-full.csv")
    asked = options.parse_args(arguments)
    return measure(lambda: read_annomi(asked.csv), asked)


if __name__ == "__main__":
    sys.exit(main())
