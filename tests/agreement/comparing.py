"""How figures are compared in tests: reasons exactly, numbers up to rounding."""

import pytest

from werkalliantie.agreement.figure import Figure


def assert_alike(found: Figure, expected: Figure) -> None:
    """Fail unless both have the same number or the same reason."""
    assert found.reason == expected.reason
    assert found.value == pytest.approx(expected.value, abs=1e-9)
