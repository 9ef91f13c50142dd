"""The codebook's own examples as coded utterances: what a study has before a tape is coded.

On two coded tapes they are worth as much as some tapes more; on dozens they make little difference.
Counter-examples say what an utterance isn't and not all that it is, so they are left out. So is
what the codebook quotes from the tapes themselves: a model would be judged on what it learnt.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from werkalliantie.codebook import Codebook
from werkalliantie.duplicates import quoted
from werkalliantie_training.examples import Examples

NO_TAPE = ""
"""Where tapes are named: none goes by it."""
CODER = "codebook"


def codebook_examples(codebook: Codebook, tapes: Iterable[Sequence[str]]) -> Examples:
    """Return each example of a cluster or one of its items, said with nothing before it.

    It carries its cluster, and every other cluster that has it as an example too.

    Args:
        tapes: What was said on each tape of the run; examples quoted from there are left out.
    """
    given: dict[str, set[str]] = {}
    for cluster in codebook.clusters:
        for example in (*cluster.examples, *(e for item in cluster.items for e in item.examples)):
            given.setdefault(example, set()).add(cluster.code)
    for example in quoted([*given], tapes):
        del given[example]
    answers = [[code in codes for code in codebook.codes] for codes in given.values()]
    return Examples(
        tapes=(NO_TAPE,) * len(given),
        indices=tuple(range(len(given))),
        contexts=("",) * len(given),
        texts=tuple(given),
        coders=(CODER,),
        answers=np.array(answers, dtype=np.float32).reshape(1, len(given), len(codebook.codes)),
    )
