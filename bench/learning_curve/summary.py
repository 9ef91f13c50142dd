"""Results put together: kappas and shares of human by size and method, as one JSON document."""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from learning_curve.corpus import Corpus
from learning_curve.drawing import Draw
from learning_curve.grid import key_of
from learning_curve.method import Method
from learning_curve.methods import FLOOR, OURS
from learning_curve.result import Journal, Result

Document = dict[str, Any]
Values = Sequence[float | None]


def document(
    corpus: Corpus, methods: Mapping[str, Method], draws: Sequence[Draw], journal: Journal
) -> Document:
    """Return what the journal holds of a run.

    Returns:
        `sizes`: by the number of tapes `share_of_human`, `kappa` and `seconds` of our own training,
        `floor` (share of human) and `floor_kappa` of the bag of words, each by code, and `methods`
        with the same of every method and more: `sd` of the shares over draws, `mean_share` over
        codes with its `mean_sd`, and `draws`. `peers` are the methods but ours and the floor. What
        isn't known is None. Beside it `coder_coder` and what was judged.
    """
    sizes: dict[str, Document] = {}
    everything: list[Result] = []
    for size in sorted({draw.size for draw in draws}):
        found: Document = {}
        for name, method in methods.items():
            keys = [key_of(corpus, name, method, draw) for draw in draws if draw.size == size]
            results = [journal.results[key] for key in keys if key in journal.results]
            everything += results
            if results:
                found[name] = figures(results, corpus.codes)
        sizes[str(size)] = _one_size(found, corpus.codes)
    return {
        "corpus": corpus.name,
        "codes": list(corpus.codes),
        "coder_coder": _means(everything, "coder_coder", corpus.codes),
        "n_judged": len(corpus.judged),
        "n_judged_tapes": len(set(corpus.judged.tapes)),
        "n_coders": len(corpus.judged.coders),
        "n_training_tapes": corpus.largest,
        "cpu_count": os.cpu_count(),
        "sizes": sizes,
    }


def figures(results: Sequence[Result], codes: Sequence[str]) -> Document:
    """Return one method's figures over the draws of one size.

    The share of human is the mean kappa over the mean kappa between coders.
    """
    kappa = _means(results, "kappa", codes)
    human = _means(results, "coder_coder", codes)
    shares = {code: [_share(r.kappa[code], r.coder_coder[code]) for r in results] for code in codes}
    over_codes = [_mean([shares[code][place] for code in codes]) for place in range(len(results))]
    share = {code: _share(kappa[code], human[code]) for code in codes}
    return {
        "share_of_human": share,
        "kappa": kappa,
        "sd": {code: _sd(shares[code]) for code in codes},
        "mean_share": _mean(share.values()),
        "mean_sd": _sd(over_codes),
        "seconds": _mean([result.seconds for result in results]),
        "cpu_seconds": _mean([result.cpu_seconds for result in results]),
        "draws": [
            {
                "number": result.key.number,
                "kappa": dict(result.kappa),
                "given": dict(result.given),
                "n_train": result.n_train,
                "seconds": result.seconds,
            }
            for result in results
        ],
    }


def _one_size(found: Document, codes: Sequence[str]) -> Document:
    nothing: Document = {
        "share_of_human": dict.fromkeys(codes),
        "kappa": dict.fromkeys(codes),
        "seconds": None,
    }
    ours, floor = found.get(OURS, nothing), found.get(FLOOR, nothing)
    return {
        "share_of_human": ours["share_of_human"],
        "kappa": ours["kappa"],
        "floor": floor["share_of_human"],
        "floor_kappa": floor["kappa"],
        "seconds": ours["seconds"],
        "methods": found,
        "peers": {name: of for name, of in found.items() if name not in (OURS, FLOOR)},
    }


def _means(results: Sequence[Result], of: str, codes: Sequence[str]) -> dict[str, float | None]:
    return {code: _mean([getattr(result, of)[code] for result in results]) for code in codes}


def _share(kappa: float | None, human: float | None) -> float | None:
    return None if kappa is None or not human else kappa / human


def _mean(values: Iterable[float | None]) -> float | None:
    numbers = [value for value in values if value is not None]
    return float(np.mean(numbers)) if numbers else None


def _sd(values: Values) -> float | None:
    numbers = [value for value in values if value is not None]
    return float(np.std(numbers, ddof=1)) if len(numbers) > 1 else None
