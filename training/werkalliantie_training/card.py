"""The model card: what a coder model is, how it did, and what it is not for."""

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
        f"`{provenance['encoder']['sha256'][:16]}…`), fine-tuned in {provenance['precision']}, "
        f"seed {provenance['seed']}.\n"
        f"- Coders: {', '.join(provenance['coders'])}.\n"
        + "\n".join(f"- {part} tapes: {', '.join(ids) or 'none'}." for part, ids in data.items()),
    ]
    for part in ("validation", "test"):
        if metrics[part] is not None:
            sections += [f"## Agreement on the {part} tapes", _table(metrics[part], floors[part])]
    sections += [
        "Kappa is Cohen's, the mean over coders. Thresholds were chosen on the validation tapes, "
        "so the figures there flatter the model; those on test tapes don't.",
        "## Parity",
        _parity(provenance["parity"]),
        "## Not for",
        "Suggestions for trained coders to check, and for measuring agreement. Not for judging a "
        "worker or a client, and not for decisions about either.",
    ]
    return "\n\n".join(sections) + "\n"


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
        f"{said}On the CPU it computes in int8, which gives the same decision as fp32 for "
        f"{int8['same_decisions']:.2%} of the pairs of utterance and code; kappa lost by code: "
        f"{losses}."
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
