import pytest

from werkalliantie.readers.clock import lone_time, seconds_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:03:12", 192),
        ("03:12", 192),
        ("[00:03:12]", 192),
        (" (00:03:12) ", 192),
        ("1:02:03", 3723),
        ("95:10", 5710),
        ("#00:03:12-5#", 192.5),
        ("00:03:12.250", 192.25),
        ("[00:03:12 - 00:03:20]", 192),
        ("[00:03:12-00:03:20]", 192),
        ("<00:03:12 --> 00:03:20>", 192),
    ],
)
def test_times(text: str, seconds: float) -> None:
    """A line of nothing but a time, or a stretch of time, has the seconds of its beginning."""
    assert lone_time(text) == seconds


@pytest.mark.parametrize("text", ["12:30 uur", "00:03:12 R", "12", "1:2:3", "12:75", "3-5-2024"])
def test_not_times(text: str) -> None:
    """A time with something beside it, or a number, is no time."""
    assert lone_time(text) is None


def test_a_text_without_a_time() -> None:
    """Asking the seconds of a text without a time is a fault of ours."""
    with pytest.raises(ValueError, match="no time in this text"):
        seconds_of("geen tijd")
