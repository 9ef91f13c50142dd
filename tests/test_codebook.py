import pytest

from werkalliantie.codebook import Cluster, Codebook, Item

Maps = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def a_cluster(code: str, *items: str) -> Cluster:
    """Return a cluster with items."""
    return Cluster(
        code=code,
        label=code,
        definition="",
        items=tuple(Item(code=item, label=item, definition="") for item in items),
    )


def a_codebook(*clusters: Cluster, maps: Maps = ()) -> Codebook:
    """Return the codebook `proef-1`; two clusters with items where none are given."""
    return Codebook(
        name="proef",
        version="1",
        title="Proef",
        language="nl",
        clusters=clusters or (a_cluster("H", "H1", "H2"), a_cluster("D", "D1")),
        maps=maps,
    )


def test_codes_keep_the_order_of_the_codebook() -> None:
    """The clusters are what models predict, in the order written; items follow their cluster."""
    codebook = a_codebook()

    assert codebook.key == "proef-1"
    assert codebook.codes == ("H", "D")
    assert codebook.all_codes == ("H", "H1", "H2", "D", "D1")


def test_items_stand_for_their_cluster() -> None:
    """A coder who gives items gives their clusters, each once."""
    codebook = a_codebook()

    assert codebook.clusters_of(["H1", "H2", "D"]) == {"H", "D"}
    assert codebook.clusters_of([]) == frozenset()


def test_unknown_codes_are_found() -> None:
    """Codes of another codebook are named once, sorted; no cluster stands for them."""
    codebook = a_codebook()

    assert codebook.unknown(["Z", "H1", "A", "Z"]) == ("A", "Z")
    with pytest.raises(KeyError, match="Z"):
        codebook.clusters_of(["H1", "Z"])


def test_a_codebook_has_codes() -> None:
    """Without a cluster there is nothing to code."""
    with pytest.raises(ValueError, match=r"^codebook leeg-1 has no codes$"):
        Codebook(name="leeg", version="1", title="", language="nl", clusters=())


def test_a_code_means_one_thing() -> None:
    """The same code in two places is refused, be it cluster or item."""
    with pytest.raises(ValueError, match=r"^codebook proef-1 uses a code twice: D1, H$"):
        a_codebook(a_cluster("H", "D1"), a_cluster("D", "D1", "H"))


def test_every_fault_is_named_at_once() -> None:
    """Double codes and maps to codes that aren't there come in one message."""
    maps = (("oud-1", (("a", "D"), ("b", "X"))), ("oud-2", (("c", "Y"), ("d", "Z"))))

    with pytest.raises(ValueError) as refused:
        a_codebook(a_cluster("D", "D"), maps=maps)
    assert str(refused.value) == (
        "codebook proef-1 uses a code twice: D and maps oud-1 to unknown codes: X "
        "and maps oud-2 to unknown codes: Y, Z"
    )
