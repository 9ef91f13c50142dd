import numpy as np
import pytest

from werkalliantie.codebook import Cluster, Codebook, Item
from werkalliantie_training.codebook_examples import NO_TAPE, codebook_examples
from werkalliantie_training.examples import Examples

BOOK = Codebook(
    name="proef",
    version="1",
    title="Proef",
    language="nl",
    clusters=(
        Cluster(
            code="A",
            label="a",
            definition="doet a",
            examples=("Zullen we die brief even doen?",),
            counter_examples=("Was het nog gezellig zaterdag?",),
            items=(Item(code="A1", label="a1", definition="a1", examples=("Bel jij ze morgen?",)),),
        ),
        Cluster(
            code="B",
            label="b",
            definition="doet b",
            examples=("Bel jij ze morgen?", "Wat vervelend voor je."),
        ),
    ),
)


def coded(texts: tuple[str, ...], coders: tuple[str, ...]) -> Examples:
    """Return utterances of one tape that every coder gave every code."""
    return Examples(
        tapes=("t1",) * len(texts),
        indices=tuple(range(len(texts))),
        contexts=("",) * len(texts),
        texts=texts,
        coders=coders,
        answers=np.ones((len(coders), len(texts), 2), dtype=np.float32),
    )


def test_each_example_carries_the_clusters_that_name_it() -> None:
    """Those of items too; counter-examples say too little to learn from."""
    found = codebook_examples(BOOK, ())

    assert found.texts == (
        "Zullen we die brief even doen?",
        "Bel jij ze morgen?",
        "Wat vervelend voor je.",
    )
    assert found.targets.tolist() == [[1, 0], [1, 1], [0, 1]]
    assert set(found.tapes) == {NO_TAPE}
    assert set(found.contexts) == {""}


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (["Nou, zullen we die brief even doen? Of niet?"], 2),  # quoted
        (["zullen we die brief, even doen"], 2),  # with other capitals and punctuation
        (["zullen we die brief morgen doen"], 3),  # other words
        (["Bel jij ze morgen?", "Wat vervelend voor je."], 3),  # standing phrases
    ],
)
def test_what_is_quoted_from_the_tapes_is_left_out(said: list[str], left: int) -> None:
    """A model judged on those tapes would have learnt what it is asked."""
    assert len(codebook_examples(BOOK, [["hm"], said])) == left


def test_a_codebook_without_examples_has_none() -> None:
    """A book may leave them out; there is nothing to learn from then."""
    bare = Codebook(
        name="kaal",
        version="1",
        title="Kaal",
        language="nl",
        clusters=(Cluster(code="A", label="a", definition="doet a"),),
    )

    assert len(codebook_examples(bare, ())) == 0
    assert codebook_examples(bare, ()).answers.shape == (1, 0, 1)


def test_joined_utterances_keep_their_own_coders() -> None:
    """Whoever coded one part didn't see the other."""
    joined = coded(("ja maar",), ("k1", "k2")).joined(codebook_examples(BOOK, ()))

    assert joined.texts[0] == "ja maar"
    assert len(joined) == 4
    assert joined.coders == ("k1", "k2", "codebook")
    assert joined.targets.tolist() == [[1, 1], [1, 0], [1, 1], [0, 1]]
    assert np.isnan(joined.answers[:2, 1:]).all()
    assert np.isnan(joined.answers[2, 0]).all()
