"""Stretches of a tape that were coded as a whole, as bags of utterances to train on.

A code on a stretch says that at least one of its utterances carries it, without saying which; a
code that isn't there, that none does (multiple-instance learning; Dietterich et al. 1997).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import softplus

from werkalliantie.codebook import Codebook
from werkalliantie.labeller import Question
from werkalliantie.segment import SegmentCoding
from werkalliantie.transcript import Utterance

Given = Mapping[tuple[str, int], Mapping[str, frozenset[str]]]
"""What each coder gave an utterance, by tape and index."""

# Below it a sum of chances is 0 for what training makes of it, and its logarithm still a number.
_LEAST = 1e-30


@dataclass(frozen=True, slots=True, kw_only=True)
class Bags:
    """The coded stretches of some tapes, each a bag of at least one utterance.

    Attributes:
        tapes: Tape id of each bag, length `n_bags`.
        indices: Indices of its utterances on the tape.
        contexts: What was said before each of its utterances.
        texts: Its utterances.
        coders: Coder ids by name.
        targets: Share of the coders of a stretch who gave it each code; `(n_bags, n_codes)`.
    """

    tapes: tuple[str, ...]
    indices: tuple[tuple[int, ...], ...]
    contexts: tuple[tuple[str, ...], ...]
    texts: tuple[tuple[str, ...], ...]
    coders: tuple[str, ...]
    targets: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.tapes)

    @property
    def n_utterances(self) -> int:
        """How many utterances the bags hold together."""
        return sum(map(len, self.texts))

    @property
    def decided(self) -> NDArray[np.bool_]:
        """What the majority of the coders gave, ties as given; `(n_bags, n_codes)`."""
        return self.targets >= 0.5

    def of_tapes(self, tapes: Collection[str]) -> "Bags":
        """Return the bags of only some tapes, with every coder kept."""
        rows = [row for row, tape in enumerate(self.tapes) if tape in tapes]
        return Bags(
            tapes=tuple(self.tapes[row] for row in rows),
            indices=tuple(self.indices[row] for row in rows),
            contexts=tuple(self.contexts[row] for row in rows),
            texts=tuple(self.texts[row] for row in rows),
            coders=self.coders,
            targets=self.targets[rows],
        )

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Context and text of every utterance of every bag, in order."""
        contexts = (context for bag in self.contexts for context in bag)
        return list(zip(contexts, (text for bag in self.texts for text in bag), strict=True))


NO_BAGS = Bags(
    tapes=(),
    indices=(),
    contexts=(),
    texts=(),
    coders=(),
    targets=np.zeros((0, 0), dtype=np.float32),
)


def bags_of(
    codings: Iterable[SegmentCoding],
    utterances: Mapping[str, Sequence[tuple[Utterance, Question]]],
    given: Given,
    codebook: Codebook,
) -> Bags:
    """Return the bags that coded stretches make.

    Backchannels are left out, because no model gives them codes. A coder's answer for a stretch is
    left out where the same coder coded each of its utterances: it says nothing new. Where some of
    them have codes of their own the stretch stays whole, as its answer is about them too.

    Args:
        codings: Of a coder's answers for one stretch the first counts.
        utterances: Per tape its utterances, with what the model is asked of each.
        given: What each coder gave the utterances one by one.
    """
    answers = _answers(codings, codebook)
    bags = []
    for (tape, first, last), by_coder in sorted(answers.items()):
        members = [(u, q) for u, q in utterances[tape][first : last + 1] if not u.backchannel]
        new = {
            coder: codes
            for coder, codes in by_coder.items()
            if not all(coder in given.get((tape, unit.index), {}) for unit, _ in members)
        }
        if new:
            bags.append((tape, members, new))
    rows = [[[code in c for code in codebook.codes] for c in new.values()] for _, _, new in bags]
    shares = [np.mean(row, axis=0) for row in rows]
    return Bags(
        tapes=tuple(tape for tape, _, _ in bags),
        indices=tuple(tuple(unit.index for unit, _ in members) for _, members, _ in bags),
        contexts=tuple(tuple(asked.context for _, asked in members) for _, members, _ in bags),
        texts=tuple(tuple(asked.text for _, asked in members) for _, members, _ in bags),
        coders=tuple(sorted({coder for _, _, new in bags for coder in new})),
        targets=np.array(shares, dtype=np.float32).reshape(len(bags), len(codebook.codes)),
    )


def noisy_or(logits: Tensor, bags: Tensor, n_bags: int) -> Tensor:
    """Return the logit of each bag, shape `(n_bags, n_codes)`: of at least one of its utterances.

    The chance that none of several independent utterances carries a code is the product of theirs
    (Pearl 1988). With a logit z an utterance's is exp(-softplus(z)), so the bag's logit is
    log(expm1(sum of softplus(z))), which for a bag of one utterance is z.

    Args:
        logits: Of the utterances, shape `(n_utterances, n_codes)`.
        bags: The bag of each utterance, shape `(n_utterances,)`; no bag is empty.
    """
    logits = logits.float()
    empty = logits.new_zeros(n_bags, logits.shape[1])
    total = empty.index_add(0, bags, softplus(logits)).clamp(min=_LEAST)
    pooled = total + torch.log(-torch.expm1(-total))
    alone = torch.bincount(bags, minlength=n_bags) == 1
    return torch.where(alone[:, None], empty.index_add(0, bags, logits), pooled)


def _answers(
    codings: Iterable[SegmentCoding], codebook: Codebook
) -> dict[tuple[str, int, int], dict[str, frozenset[str]]]:
    found: dict[tuple[str, int, int], dict[str, frozenset[str]]] = defaultdict(dict)
    for coding in codings:
        codes = codebook.clusters_of(coding.codes)
        found[coding.tape, coding.first, coding.last].setdefault(coding.coder, codes)
    return found
