"""`python -m werkalliantie`."""

from werkalliantie.cli import main

main()
