"""What tests of several modules share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from werkalliantie.store import Store

# Tests share their machine with others: how long one example takes says nothing.
settings.register_profile("werkalliantie", deadline=None)
settings.load_profile("werkalliantie")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Give a new, empty store."""
    with Store(tmp_path / "werkalliantie.db") as opened:
        yield opened
