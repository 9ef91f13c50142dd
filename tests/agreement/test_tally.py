import numpy as np
from agreement.published import NOT_SEEN, sets_of

from werkalliantie.agreement.tally import tally, tally_sets


class TestTally:
    def test_counts_coders_per_unit_and_value(self) -> None:
        """Values come in ascending order; what wasn't seen is in no count."""
        counted = tally([[7, 3, NOT_SEEN], [3, 3, NOT_SEEN], [7, 5, NOT_SEEN]])

        assert counted.values.tolist() == [3, 5, 7]
        assert counted.counts.tolist() == [[1, 0, 2], [2, 1, 0], [0, 0, 0]]

    def test_of_nothing_seen_has_no_values(self) -> None:
        """Units remain, values don't."""
        counted = tally([[NOT_SEEN, NOT_SEEN]])

        assert (counted.values.shape, counted.counts.shape) == ((0,), (2, 0))


class TestTallySets:
    def test_counts_each_different_set(self) -> None:
        """An empty set is a value like any other."""
        counted = tally_sets(sets_of(["ab", "", "ab"], ["b", "b", None])[:, :, :2])

        assert counted.values.tolist() == [[0, 0], [0, 1], [1, 1]]
        assert counted.counts.tolist() == [[1, 0, 2], [0, 2, 0]]

    def test_a_set_half_seen_is_not_seen(self) -> None:
        """A code left open leaves the whole set open."""
        answers = np.array([[[1, NOT_SEEN], [1, 0]], [[1, 1], [1, 0]]])

        counted = tally_sets(answers)
        assert counted.values.tolist() == [[1, 0], [1, 1]]
        assert counted.counts.tolist() == [[0, 1], [2, 0]]
