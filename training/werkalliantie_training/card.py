"""The model card: what a coder model is, how it did, and what it is not for."""

from collections.abc import Sequence

from werkalliantie.codebook import Codebook
from werkalliantie_training.evaluation import Metrics


def model_card(
    name: str, provenance: Metrics, metrics: Metrics, floors: Metrics, codebook: Codebook
) -> str:
    """Return the card as Markdown. It holds figures and ids, never transcript text."""
    data = provenance["data"]
    sections = [
        f"# Coder model {name}",
        f"Suggests the codes {', '.join(codebook.codes)} of the codebook *{codebook.title}* "
        f"(`{codebook.key}`) for what a worker says. Made {provenance['created']} with "
        f"werkalliantie {provenance['versions']['werkalliantie']}.",
        "## Made from",
        f"- Encoder `{provenance['encoder']['name']}` (sha256 "
        f"`{provenance['encoder']['sha256'][:16]}…`), {_how(provenance, metrics)} in "
        f"{provenance['precision']}, seed {provenance['seed']}.\n"
        f"- Coders: {', '.join(provenance['coders'])}.\n"
        + (f"- Coded stretches: {provenance['segments']}.\n" if provenance["segments"] else "")
        + _lesson(provenance)
        + _examples(provenance)
        + _borrowed(provenance["borrowed"], metrics)
        + "\n".join(f"- {part} tapes: {', '.join(ids) or 'none'}." for part, ids in data.items())
        + f"\n- {_reproducible(provenance['reproducible'])}",
    ]
    for part in ("validation", "test"):
        if metrics[part] is not None:
            sections += [f"## Agreement on the {part} tapes", _table(metrics[part], floors[part])]
    if (crossed := metrics.get("cross_validation")) is not None:
        sections += [
            f"## Agreement in cross-validation, {crossed['folds']} folds by {crossed['group']}",
            *_ungrouped(crossed),
            _table(crossed, floors["cross_validation"]),
            _calibration(crossed["calibration"]),
            *(_breakdown(crossed, kind) for kind in ("workers", "units") if crossed[kind]),
        ]
    sections += [
        "Kappa is Cohen's, the mean over coders. "
        + _chosen(provenance, crossed)
        + _searched(provenance),
        "## Parity",
        _parity(provenance["parity"]),
        _fp16(provenance["parity"]["fp16"]),
        "## Not for",
        "Suggestions for trained coders to check, and for measuring agreement. Not for judging a "
        "worker or a client, and not for decisions about either. Nor to be kept where the tapes "
        "may not be: its weights show which words they hold.",
    ]
    return "\n\n".join(sections) + "\n"


def _how(provenance: Metrics, metrics: Metrics) -> str:
    kept = (metrics.get("cross_validation") or {}).get("kept")
    only_head = provenance["settings"]["fit"]["epochs"] == 0 or kept == "head"
    return "with only a head fitted" if only_head else "fine-tuned"


def _borrowed(loans: Sequence[Metrics], metrics: Metrics) -> str:
    """Return what other studies lent and what that did, as items of a list."""
    said = "".join(
        f"- Borrowed from the study {loan['study']}: {loan['n_utterances']} coded utterances of "
        f"{len(loan['tapes'])} tapes. No figure here is measured on them.\n"
        for loan in loans
    )
    if (tried := (metrics.get("cross_validation") or {}).get("loan")) is None:
        return said
    done = "taught it too" if tried["kept"] else "was left out"
    return said + (
        f"- What was borrowed {done}: a head had average precision {tried['with_it']:.3f} out of "
        f"fold with it, {tried['without']:.3f} without.\n"
    )


def _examples(provenance: Metrics) -> str:
    """Return how many of the codebook's examples it learnt from, as an item of a list."""
    examples = provenance.get("codebook_examples", {"learnt": 0, "quoted": 0})
    if not any(examples.values()):
        return ""
    said = f"- Examples of the codebook: {examples['learnt']}"
    if examples["quoted"]:
        said += f"; {examples['quoted']} more are quoted from these tapes, and taught nothing"
    return f"{said}.\n"


def _lesson(provenance: Metrics) -> str:
    """Return what a small model learnt, and what that cost, as items of a list."""
    if (lesson := provenance.get("lesson")) is None:
        return ""
    codes = lesson["metrics"]["codes"].items()
    kappas = ", ".join(f"{code} {_number(numbers['kappa'])}" for code, numbers in codes)
    return (
        f"- A small model: {lesson['layers']} of the {lesson['of']} layers of {lesson['teacher']}, "
        f"taught by its answers to {lesson['n_utterances']} utterances of {lesson['n_tapes']} "
        "tapes, coded or not.\n"
        f"- It decides as {lesson['teacher']} does {lesson['same_decisions']:.1%} of the time on "
        f"tapes held back. Kappa of {lesson['teacher']} there: {kappas}.\n"
    )


def _chosen(provenance: Metrics, crossed: Metrics | None) -> str:
    if "lesson" in provenance:
        return f"Temperatures and thresholds are those of {provenance['lesson']['teacher']}."
    if crossed is None:
        return (
            "Thresholds were chosen on the validation tapes, so the figures there flatter the "
            "model; those on test tapes don't."
        )
    said = (
        "Temperatures and thresholds were chosen out of fold. In cross-validation each fold was "
        "decided by those of the other folds, so no figure there is flattered"
    )
    chosen = []
    if len(precision := crossed["average_precision"]) > 1:
        chosen.append(
            f"of fine-tuning (average precision {precision['fine-tuned']:.3f} out of fold) and a "
            f"head alone ({precision['head']:.3f}) the better was kept"
        )
    if crossed.get("loan") is not None:
        chosen.append("whether it learnt from what was borrowed was decided there too")
    return f"{said}, but for this choice: {'; '.join(chosen)}." if chosen else f"{said}."


def _searched(provenance: Metrics) -> str:
    if "search" not in provenance:
        return ""
    return (
        f" The settings were chosen among {provenance['search']['trials']} trials by how they did "
        "on the validation tapes, which flatters the figures there too. Test tapes took no part."
    )


def _reproducible(said: Metrics) -> str:
    threads = f"{said['threads']} thread{'s' * (said['threads'] != 1)}"
    if said["deterministic"]:
        return (
            f"Trained on {threads}: the same data, settings and versions give the same weights, "
            "ONNX files, thresholds and temperatures bit for bit on a machine of this kind."
        )
    return (
        f"Trained on {threads}; making it again may not give the same bits, because "
        f"{said['why']}. With `train --threads 1` on a processor it does."
    )


def _table(metrics: Metrics, floors: Metrics) -> str:
    rows = [
        "| code | model-coder kappa | coder-coder kappa | bag of words | always no | prevalence |",
        "|---|---|---|---|---|---|",
    ]
    for code, numbers in metrics["codes"].items():
        cells = [
            numbers["kappa"],
            numbers["coder_coder"],
            floors["bag_of_words"]["codes"][code]["kappa"],
            floors["always_no"]["codes"][code]["kappa"],
            numbers["prevalence"],
        ]
        rows.append(f"| {code} | " + " | ".join(map(_number, cells)) + " |")
    return "\n".join(rows)


def _calibration(curves: Metrics) -> str:
    said = ", ".join(f"{code} {curve['error']:.3f}" for code, curve in curves.items())
    return (
        f"Expected calibration error out of fold: {said}. This is the mean distance between a "
        "probability and how often coders gave the code."
    )


def _ungrouped(crossed: Metrics) -> list[str]:
    if not (tapes := crossed.get("ungrouped")):
        return []
    return [f"Of {', '.join(tapes)} the worker isn't known: each was held out by itself."]


def _breakdown(crossed: Metrics, kind: str) -> str:
    codes = list(crossed["codes"])
    rows = [
        f"| {kind[:-1]} | tapes | utterances | " + " | ".join(codes) + " |",
        "|---" * (3 + len(codes)) + "|",
    ]
    for name, found in crossed[kind].items():
        cells = [_with_interval(found["codes"][code]) for code in codes]
        rows.append(
            f"| {name} | {found['n_tapes']} | {found['n_utterances']} | {' | '.join(cells)} |"
        )
    return f"Kappa by {kind[:-1]}, with a 95 % interval over tapes:\n\n" + "\n".join(rows)


def _with_interval(found: Metrics) -> str:
    if found["kappa"] is None:
        return "–"
    if found["ci"] is None:
        return f"{found['kappa']:.2f}"
    low, high = found["ci"]
    return f"{found['kappa']:.2f} ({low:.2f} to {high:.2f})"


def _parity(parity: Metrics) -> str:
    fp32, int8 = parity["fp32"], parity["int8"]
    said = (
        f"Over {fp32['n']} validation utterances the logits of fp32 ONNX and torch differ by at "
        f"most {fp32['max_logit_difference']:.1e} (limit {fp32['tolerance']:.0e}). "
    )
    if not int8["passed"]:
        return f"{said}There is no int8 copy: {int8['reason']}. It computes in fp32."
    losses = ", ".join(f"{code} {loss:+.3f}" for code, loss in int8["kappa_loss"].items())
    return (
        f"{said}On the CPU it computes in int8{_care(int8)}, which gives the same decision as "
        f"fp32 for {int8['same_decisions']:.2%} of the pairs of utterance and code; kappa lost by "
        f"code: {losses}."
    )


def _fp16(fp16: Metrics) -> str:
    if "reason" in fp16:
        return f"There is no fp16 copy for a GPU: {fp16['reason']}."
    difference = fp16["max_probability_difference"]
    apart = "by more than can be counted" if difference is None else f"by up to {difference:.1e}"
    said = f"probabilities differ from fp32 {apart} (limit {fp16['tolerance']:.0e})"
    if fp16["passed"]:
        return f"On a GPU it computes in fp16: {said}."
    return f"There is no fp16 copy for a GPU: {said}. It computes in fp32 there."


def _care(int8: Metrics) -> str:
    return " (its narrowing products in fp32)" if int8.get("care") in ("careful", "utmost") else ""


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:z.2f}"
