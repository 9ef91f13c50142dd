"""Near-duplicate tapes."""

import pytest

from werkalliantie.duplicates import near_duplicates

TAPE = [f"vandaag spreken we over {word} en wat je daarmee doet" for word in "abcdefghij"]


def other(sentences: list[str]) -> list[str]:
    """Return sentences of as many words, none the same."""
    return [" ".join(f"{word}x" for word in text.split()) for text in sentences]


def test_the_same_text_under_another_name() -> None:
    """It is found, also with other capitals; a tape isn't its own duplicate."""
    found = near_duplicates(
        {"a": TAPE, "c": other(TAPE)}, [("b", [*map(str.upper, TAPE)]), ("a", TAPE)]
    )

    assert found == [("a", "b")]


@pytest.mark.parametrize(("n", "expected"), [(10, [("a", "b")]), (4, [])])
def test_part_of_a_tape(n: int, expected: list[tuple[str, str]]) -> None:
    """A tape of which half or more is on a longer one is a near-duplicate."""
    part = TAPE[:n] + other(TAPE)[: 10 - n]

    assert near_duplicates({"a": part}, [("b", TAPE + other(other(TAPE)))]) == expected


def test_standing_phrases_are_no_duplicates() -> None:
    """Short tapes share phrases without being the same."""
    assert near_duplicates({"a": TAPE[:2]}, [("b", TAPE)]) == []
