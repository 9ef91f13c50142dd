import pytest

from werkalliantie.agreement.few_tapes import FEW_TAPES, few_tapes


@pytest.mark.parametrize("n_tapes", [0, 10, 34])
def test_enough_tapes_need_no_word(n_tapes: int) -> None:
    """Nor do none at all, for then there are no figures."""
    assert few_tapes(n_tapes) is None
    assert FEW_TAPES == 10


def test_one_tape_has_no_intervals() -> None:
    """In both languages."""
    caution = few_tapes(1)

    assert caution is not None
    assert caution.dutch == (
        "Eén tape laat niet zien hoe tapes verschillen: er zijn geen intervallen."
    )
    assert caution.english == (
        "A single tape doesn't show how tapes differ: there are no intervals."
    )


@pytest.mark.parametrize(
    ("n_tapes", "like", "held", "plain"),
    [
        (2, 2, (92, 98), (47, 55)),
        (3, 3, (91, 97), (71, 78)),
        (4, 4, (92, 98), (75, 82)),
        (5, 5, (92, 97), (80, 86)),
        (6, 5, (92, 97), (80, 86)),
        (9, 5, (92, 97), (80, 86)),
    ],
)
def test_few_tapes_say_how_often_an_interval_holds(
    n_tapes: int, like: int, held: tuple[int, int], plain: tuple[int, int]
) -> None:
    """As simulated for as many tapes, or for five."""
    caution = few_tapes(n_tapes)

    assert caution is not None
    assert caution.english == (
        f"{n_tapes} tapes are few. In simulated studies of {like} tapes the 95 % interval held the "
        f"true value in {held[0]} to {held[1]} of 100 cases, least where a code is rare or tapes "
        f"differ much; with plain bootstrap percentiles that was {plain[0]} to {plain[1]}. The "
        "interval is wide."
    )
    assert caution.dutch == (
        f"{n_tapes} tapes zijn er weinig. In nagebootste onderzoeken met {like} tapes bevatte het "
        f"95 %-interval in {held[0]} tot {held[1]} van de 100 gevallen de ware waarde, het minst "
        "bij een zeldzame code of sterk verschillende tapes; met gewone bootstrap-percentielen was "
        f"dat {plain[0]} tot {plain[1]}. Het interval is breed."
    )
