"""The methods by name; each is imported when it is first asked for."""

from collections.abc import Callable

from learning_curve.method import Means, Method

OURS, FLOOR = "ours", "floor"


def make(name: str, means: Means) -> Method:
    """Return a method, one of `NAMES`."""
    return _MAKERS[name](means)


def _ours(means: Means) -> Method:
    from learning_curve.ours import Ours

    return Ours(
        encoder=means.encoder, settings=means.settings, codebook=means.codebook, tag=means.tag
    )


def _quick(means: Means) -> Method:
    from learning_curve.ours import quick

    return quick(
        encoder=means.encoder, settings=means.settings, codebook=means.codebook, tag=means.tag
    )


def _floor(means: Means) -> Method:
    from learning_curve.floor import Floor

    return Floor()


def _trainer(means: Means) -> Method:
    from learning_curve.trainer import PlainTrainer

    return PlainTrainer(encoder=means.encoder)


def _setfit(means: Means) -> Method:
    from learning_curve.contrastive import SetFit

    return SetFit(encoder=means.encoder, steps=means.setfit_steps)


def _textcat(means: Means) -> Method:
    from learning_curve.textcat import TextCat

    return TextCat(language=means.language)


def _textcat_ensemble(means: Means) -> Method:
    from learning_curve.textcat import TextCat

    return TextCat(language=means.language, ensemble=True)


_MAKERS: dict[str, Callable[[Means], Method]] = {
    OURS: _ours,
    "quick": _quick,
    FLOOR: _floor,
    "trainer": _trainer,
    "setfit": _setfit,
    "textcat": _textcat,
    "textcat-ensemble": _textcat_ensemble,
}
NAMES = tuple(_MAKERS)
OWN = (OURS, "quick", FLOOR)
PEERS = ("trainer", "setfit", "textcat")
