"""Only the token vectors that a training set has a use for, for as long as a fit takes.

Most of a large vocabulary occurs in no study. Its vectors get no gradient, yet an optimiser reads
and writes them at every step, and keeps two numbers for each of theirs.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from werkalliantie_training.network import CoderNetwork


@contextmanager
def spoken_rows_only(network: CoderNetwork, ids: Iterable[Sequence[int]]) -> Iterator[None]:
    """Train only the vectors of the tokens in some rows; the others stay as they are.

    An embedding of another kind than the usual is trained whole.

    Args:
        ids: Token ids of every row that will be trained on.
    """
    encoder: Any = network.encoder
    whole = encoder.get_input_embeddings()
    if type(whole) is not nn.Embedding:
        yield
        return
    spoken = torch.tensor(sorted({network.pad_id, *(id for row in ids for id in row)}))
    part = _SpokenRows(whole, spoken)
    encoder.set_input_embeddings(part)
    try:
        yield
    finally:
        with torch.no_grad():
            whole.weight[spoken] = part.rows.detach().to(whole.weight)
        encoder.set_input_embeddings(whole)


class _SpokenRows(nn.Module):
    """An embedding of which only some rows are parameters; in checkpoints it has no others."""

    whole: Tensor
    place: Tensor

    def __init__(self, embedding: nn.Embedding, spoken: Tensor) -> None:
        super().__init__()
        place = torch.full((embedding.num_embeddings,), -1)
        place[spoken] = torch.arange(len(spoken))
        self.rows = nn.Parameter(embedding.weight.detach()[spoken])
        self.register_buffer("whole", embedding.weight.detach(), persistent=False)
        self.register_buffer("place", place, persistent=False)

    def forward(self, ids: Tensor) -> Tensor:
        place = self.place[ids]
        trained = nn.functional.embedding(place.clamp(min=0), self.rows)
        rest = nn.functional.embedding(ids, self.whole)
        return torch.where((place < 0).unsqueeze(-1), rest, trained)
