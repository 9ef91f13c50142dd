"""Other ways to label the same utterances with the same weights.

Each takes the same job and returns how long it took and its logits; loading and a short warming up
aren't timed.
"""

import logging
import os
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import onnxruntime
import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerFast, pipeline
from transformers.modeling_outputs import SequenceClassifierOutput

from werkalliantie import artefact
from werkalliantie.artefact import Artefact
from werkalliantie.labeller import Question, tokens_of
from werkalliantie_training.bench.job import BATCH, Job, Scores, Timed, timed
from werkalliantie_training.fit import padded, padded_batches
from werkalliantie_training.loaded import load_fitted
from werkalliantie_training.network import CoderNetwork


def hf_pipeline(job: Job) -> Timed:
    """As most users write it: the library's pipeline, batches of 32 in the order of the file."""
    model = artefact.read(job.model)
    fitted = load_fitted(model)
    network, words = fitted.network, fitted.tokenizer
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=words,
        pad_token=words.id_to_token(network.pad_id),
        model_input_names=["input_ids", "attention_mask"] + ["token_type_ids"] * network.uses_types,
    )
    # It warns that it doesn't know this kind of classifier, which it then runs like any other.
    logging.getLogger("transformers").setLevel(logging.CRITICAL)
    classify: Any = pipeline(
        "text-classification",
        model=_AsClassifier(network, model.codes),
        tokenizer=tokenizer,
        batch_size=BATCH,
        top_k=None,
        function_to_apply="none",
        device="cpu",
    )
    # The library can't cut two texts from two sides, so what the model would not see is cut before.
    rows = [{"text": context, "text_pair": text} for context, text in _cut(job, model, words)]
    classify(rows[:BATCH])
    started = time.perf_counter()
    answers = classify(rows)
    seconds = time.perf_counter() - started
    by_code = [{answer["label"]: answer["score"] for answer in answers_} for answers_ in answers]
    logits = np.array([[row[code] for code in model.codes] for row in by_code], dtype=np.float32)
    return Timed(seconds=seconds, logits=logits)


def torch_sorted(job: Job) -> Timed:
    """Torch in fp32, in batches of like length."""
    return _torch(job, torch.float32)


def torch_bf16(job: Job) -> Timed:
    """Torch with weights and activations in bf16, in batches of like length."""
    return _torch(job, torch.bfloat16)


def onnx_file_order(job: Job) -> Timed:
    """ONNX Runtime in fp32 as it comes, padded batches of 32 in the order of the file."""
    model = artefact.read(job.model)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        str(model.file(artefact.ONNX)), options, providers=["CPUExecutionProvider"]
    )

    tokens = tokens_of(model)

    def run(questions: Sequence[Question]) -> Scores:
        pairs = tokens.encode([(q.context, q.text) for q in questions])
        rows = []
        for start in range(0, len(pairs), BATCH):
            part = pairs[start : start + BATCH]
            types = [pair.types.tolist() for pair in part] if model.input.uses_types else None
            ids = [pair.ids.tolist() for pair in part]
            batch = padded(ids, types, pad_id=model.input.pad_id)
            feed = {name: value.numpy() for name, value in batch.items()}
            rows.append(session.run(["logits"], feed)[0])
        return np.concatenate(rows)

    return timed(run, job.questions)


@torch.inference_mode()
def _torch(job: Job, kind: torch.dtype) -> Timed:
    model = artefact.read(job.model)
    torch.set_num_threads(os.cpu_count() or 1)
    fitted = load_fitted(model)
    network = fitted.network.to(kind)

    def run(questions: Sequence[Question]) -> Scores:
        pairs = fitted.tokens.encode([(q.context, q.text) for q in questions])
        ids = [pair.ids.tolist() for pair in pairs]
        types = [pair.types.tolist() for pair in pairs] if model.input.uses_types else None
        scores = np.empty((len(pairs), len(model.codes)), dtype=np.float32)
        for places, batch in padded_batches(ids, types, pad_id=model.input.pad_id, size=BATCH):
            scores[places] = network(**batch).float().numpy()
        return scores

    return timed(run, job.questions)


def _cut(job: Job, model: Artefact, tokenizer: Tokenizer) -> list[tuple[str, str]]:
    """Return the texts that the model's tokens stand for."""
    cut = []
    for question in job.questions:
        before = tokenizer.encode(question.context, add_special_tokens=False).offsets
        own = tokenizer.encode(question.text, add_special_tokens=False).offsets
        start = before[-model.input.max_context][0] if len(before) > model.input.max_context else 0
        end = own[: model.input.max_utterance][-1][1] if own else 0
        cut.append((question.context[start:], question.text[:end]))
    return cut


class _AsClassifier(PreTrainedModel):  # type: ignore[no-untyped-call]
    """A coder network that looks to the library like one of its own classifiers."""

    _supports_sdpa = True

    def __init__(self, network: CoderNetwork, codes: Sequence[str]) -> None:
        config: Any = network.encoder.config
        config.id2label = dict(enumerate(codes))
        config.problem_type = "multi_label_classification"
        super().__init__(config)
        self.network = network

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor | None = None
    ) -> SequenceClassifierOutput:
        """Return the network's logits, `(batch, n_codes)`, as the library wants them."""
        return SequenceClassifierOutput(
            logits=self.network(input_ids, attention_mask, token_type_ids)
        )
