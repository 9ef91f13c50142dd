import pytest
from hypothesis import given
from hypothesis import strategies as st

from werkalliantie.precoding.shard import Shard, list_sha

names = st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=6), max_size=30)


@given(tapes=names, of=st.integers(1, 9))
def test_every_tape_falls_to_one_shard(tapes: list[str], of: int) -> None:
    """None is left out, none is in two, whatever the order and however often it is named."""
    shares = [Shard(number=number, of=of).share(tapes) for number in range(1, of + 1)]

    assert sorted(tape for share in shares for tape in share) == sorted(set(tapes))
    assert shares == [
        Shard(number=number, of=of).share(reversed(tapes)) for number in range(1, of + 1)
    ]


def test_a_tape_falls_to_the_same_shard_everywhere() -> None:
    """On another machine, in another year, beside other tapes."""
    tapes = [f"t{number:02}" for number in range(12)]

    assert [Shard(number=number, of=3).share(tapes) for number in (1, 2, 3)] == [
        ["t00", "t01", "t03", "t04", "t05", "t07", "t08"],
        ["t06", "t09"],
        ["t02", "t10", "t11"],
    ]


def test_shares_are_of_like_size() -> None:
    """No machine gets far more than its share of many tapes."""
    tapes = [f"gesprek-{number}" for number in range(8000)]

    sizes = [len(Shard(number=number, of=8).share(tapes)) for number in range(1, 9)]
    assert max(sizes) < 1.1 * min(sizes)


def test_one_shard_is_everything() -> None:
    """In the order of their ids."""
    assert Shard(number=1, of=1).share(["b", "a", "c", "a"]) == ["a", "b", "c"]


def test_a_shard_is_written_as_it_is_read() -> None:
    """As on the command line."""
    assert str(Shard.parse("2/8")) == "2/8"
    assert Shard.parse("2/8") == Shard(number=2, of=8)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2", '"2" isn\'t a shard such as 2/8'),
        ("", '"" isn\'t a shard such as 2/8'),
        ("a/b", '"a/b" isn\'t a shard such as 2/8'),
        ("-1/4", '"-1/4" isn\'t a shard such as 2/8'),
        ("²/8", '"²/8" isn\'t a shard such as 2/8'),
        ("0/4", "there is no shard 0 of 4"),
        ("5/4", "there is no shard 5 of 4"),
        ("1/0", "there is no shard 1 of 0"),
    ],
)
def test_what_is_no_shard(text: str, message: str) -> None:
    """Shards count from 1."""
    with pytest.raises(ValueError, match="shard") as refused:
        Shard.parse(text)
    assert str(refused.value) == message


def test_the_hash_of_a_list_does_not_depend_on_order() -> None:
    """But on every name in it."""
    assert list_sha(["a", "b"]) == list_sha(["b", "a", "b"])
    assert len({list_sha(tapes) for tapes in (["a", "b"], ["ab"], ["a"], [])}) == 4
