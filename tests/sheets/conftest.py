"""What the tests of sheets share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sheets.desk import Desk, opened_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Give a desk with the tapes gesprek-01 (utterance 1 is a backchannel) and gesprek-02."""
    with opened_desk(tmp_path) as opened:
        yield opened
