import numpy as np
import pytest

from werkalliantie.agreement.ratings import Place, Ratings, grouped, ratings_of
from werkalliantie.codebook import Cluster, Codebook, Item

BOOK = Codebook(
    name="proef",
    version="1",
    title="Proef",
    language="nl",
    clusters=(
        Cluster(
            code="A",
            label="Aandacht",
            definition="Let op.",
            items=(Item(code="A1", label="Vraag", definition="Vraagt iets."),),
        ),
        Cluster(code="B", label="Begrip", definition="Leeft mee."),
    ),
)
NOT_SEEN = None
Table = list[list[list[float | None]]]


def written_out(answers: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Table:
    """Return answers as lists, None for not seen."""
    return [[[None if np.isnan(n) else n for n in unit] for unit in row] for row in answers]


def some_ratings(anna: list[float], bram: list[float], tapes: str) -> Ratings:
    """Return two coders' answers on one code."""
    answers = np.array([anna, bram])[:, :, np.newaxis]
    return Ratings(coders=("anna", "bram"), tapes=tuple(tapes), answers=answers)


class TestRatingsOf:
    def test_keeps_the_three_states_apart(self) -> None:
        """A code given is 1, a code not given is 0, and an utterance not seen is neither."""
        places: list[Place] = [("t1", 0), ("t1", 1)]
        anna = {("t1", 0): frozenset({"B"}), ("t1", 1): frozenset[str]()}
        bram = {("t1", 0): frozenset({"A", "B"})}

        ratings = ratings_of({"anna": anna, "bram": bram}, places, BOOK)
        assert ratings.coders == ("anna", "bram")
        assert ratings.tapes == ("t1", "t1")
        assert written_out(ratings.answers) == [
            [[0, 1], [0, 0]],
            [[1, 1], [NOT_SEEN, NOT_SEEN]],
        ]

    def test_brings_items_to_their_clusters(self) -> None:
        """A coder who gave an item gave its cluster."""
        ratings = ratings_of({"anna": {("t1", 0): frozenset({"A1"})}}, [("t1", 0)], BOOK)

        assert written_out(ratings.answers) == [[[1, 0]]]


class TestRatings:
    def test_of_takes_coders_in_the_order_asked(self) -> None:
        """The rows follow the names."""
        ratings = some_ratings([1, 0], [0, 0], "xy").of(["bram", "anna"])

        assert (ratings.coders, ratings.tapes) == (("bram", "anna"), ("x", "y"))
        assert ratings.answers[:, :, 0].tolist() == [[0, 0], [1, 0]]

    def test_on_keeps_only_some_tapes(self) -> None:
        """The units of other tapes are gone, those that stay keep their tape."""
        ratings = some_ratings([1, 0, 1], [0, 0, 1], "xyx").on("x")

        assert ratings.tapes == ("x", "x")
        assert ratings.answers[:, :, 0].tolist() == [[1, 1], [0, 1]]

    def test_where_keeps_only_the_units_marked(self) -> None:
        """With their tapes."""
        ratings = some_ratings([1, 0, 1], [0, 0, 1], "xyx").where([True, False, True])

        assert ratings.tapes == ("x", "x")
        assert ratings.answers[:, :, 0].tolist() == [[1, 1], [0, 1]]

    def test_what_was_seen_is_known_by_coder(self) -> None:
        """Unit by unit, and tape by tape."""
        ratings = some_ratings([1, 0, 1], [np.nan, 0, np.nan], "yxy")

        assert ratings.seen.tolist() == [[True, True, True], [False, True, False]]
        assert (ratings.tapes_of("anna"), ratings.tapes_of("bram")) == (("x", "y"), ("x",))

    def test_a_unit_of_which_a_code_is_open_was_not_seen(self) -> None:
        """A coder who left one code open hasn't answered."""
        answers = np.array([[[1, np.nan], [0, 1]]])
        ratings = Ratings(coders=("anna",), tapes=("x", "y"), answers=answers)

        assert ratings.seen.tolist() == [[False, True]]
        assert ratings.tapes_of("anna") == ("y",)

    def test_tapes_are_numbered_by_name(self) -> None:
        """The same tape has the same number wherever it stands."""
        assert some_ratings([1, 0, 1], [0, 0, 1], "yxy").tape_numbers.tolist() == [1, 0, 1]


class TestGrouped:
    def test_a_code_is_present_if_any_utterance_has_it(self) -> None:
        """Presence is any, the count is how many."""
        ratings = some_ratings([1, 1, 0, 0], [0, 0, 0, 1], "xxyy")

        windows, counts = grouped(ratings, [0, 0, 1, 1])
        assert windows.tapes == ("x", "y")
        assert windows.answers[:, :, 0].tolist() == [[1, 0], [0, 1]]
        assert counts[:, :, 0].tolist() == [[2, 0], [0, 1]]

    def test_a_window_that_was_seen_in_part_is_not_seen(self) -> None:
        """Half a window could hide the code in the other half."""
        ratings = some_ratings([1, 0, 0], [1, np.nan, 0], "xxx")

        windows, counts = grouped(ratings, [0, 0, 1])
        assert written_out(windows.answers) == [[[1], [0]], [[NOT_SEEN], [0]]]
        assert written_out(counts) == [[[1], [0]], [[NOT_SEEN], [0]]]

    def test_without_utterances_there_are_no_windows(self) -> None:
        """Coders and codes remain."""
        windows, counts = grouped(some_ratings([1], [0], "x").on([]), [])

        assert (windows.coders, windows.tapes) == (("anna", "bram"), ())
        assert windows.answers.shape == counts.shape == (2, 0, 1)

    @pytest.mark.parametrize("groups", [[0, 1, 2], [0, 1, 1]])
    def test_nothing_is_lost(self, groups: list[int]) -> None:
        """Every code given is counted in exactly one group."""
        _, counts = grouped(some_ratings([1, 1, 0], [0, 1, 1], "xyy"), groups)

        assert counts.sum(axis=1)[:, 0].tolist() == [2, 2]
