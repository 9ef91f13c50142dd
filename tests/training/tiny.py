"""Tiny encoders of five families, and a coded study small enough to train on in seconds."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    AutoModel,
    BertConfig,
    DebertaV2Config,
    ModernBertConfig,
    PreTrainedConfig,
    PreTrainedTokenizerFast,
    RobertaConfig,
    XLMRobertaConfig,
)

from werkalliantie.coding import Coding, Mode
from werkalliantie.study import Study, create
from werkalliantie.transcript import Role, Tape, Turn
from werkalliantie.utterances import Segmenter

FAMILIES = ("bert", "roberta", "xlm-roberta", "deberta-v2", "modernbert")
CODEBOOK = "werkalliantie-3"
# In every transcript and in no tokenizer: these may turn up nowhere in a model folder.
PLANTED = ("zandkasteel", "vuurtoren", "kwartelei")

# What workers say, by the clusters that both coders hear in it.
_SAID: Mapping[tuple[str, ...], tuple[str, ...]] = {
    ("DT",): (
        "Zullen we het plan voor de week maken?",
        "Dus jij belt donderdag de gemeente over het plan.",
        "Wat is de volgende stap in het plan?",
        "We maken een plan voor de papieren.",
    ),
    ("ZBV",): (
        "Wat fijn dat het weekend goed ging.",
        "Hoe was het weekend met je zoon?",
        "Dat lijkt me moeilijk, fijn dat je het zegt.",
        "Fijn dat je er bent.",
    ),
    ("HC",): (
        "Als je niet komt moet ik dat melden.",
        "Dat moet ik de rechter melden.",
        "De rechter zegt dat je moet komen.",
    ),
    (): ("Ga zitten, wil je koffie?", "Ik pak even een pen."),
}
_ANSWERS = (
    "Ik was er wel, maar de deur was dicht.",
    "Dat weet ik nog niet.",
    "Het was goed met mijn zoon.",
)
_WORDS = sorted(
    {
        word.strip("?.,").lower()
        for text in (*_ANSWERS, *(text for texts in _SAID.values() for text in texts))
        for word in text.split()
    }
)

Family = Callable[..., PreTrainedConfig]
_SIZES: Mapping[str, Any] = {
    "hidden_size": 32,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
}
_ROBERTA: Mapping[str, Any] = {
    "max_position_embeddings": 514,
    "type_vocab_size": 1,
    "pad_token_id": 1,
    "bos_token_id": 0,
    "eos_token_id": 2,
}
_CONFIGS: Mapping[str, tuple[Family, Mapping[str, Any]]] = {
    "bert": (BertConfig, {}),
    "roberta": (RobertaConfig, _ROBERTA),
    "xlm-roberta": (XLMRobertaConfig, _ROBERTA),
    "deberta-v2": (
        DebertaV2Config,
        {
            "relative_attention": True,
            "position_buckets": 16,
            "pos_att_type": ["p2c", "c2p"],
            "share_att_key": True,
            "norm_rel_ebd": "layer_norm",
            "type_vocab_size": 0,
            "position_biased_input": False,
        },
    ),
    "modernbert": (
        ModernBertConfig,
        {
            "num_hidden_layers": 3,
            "pad_token_id": 0,
            "bos_token_id": 2,
            "eos_token_id": 3,
            "cls_token_id": 2,
            "sep_token_id": 3,
            "local_attention": 8,
            "global_attn_every_n_layers": 3,
        },
    ),
}


def tiny_encoder(folder: Path, family: str, **changes: Any) -> Path:  # noqa: ANN401 - of a config
    """Write a random encoder of a family, with its tokenizer, as a Hugging Face folder.

    Args:
        changes: Values of the family's configuration that are to differ.
    """
    tokenizer = tiny_tokenizer(family)
    config, own = _CONFIGS[family]
    values = {"vocab_size": tokenizer.get_vocab_size(), **_SIZES, **own, **changes}
    torch.manual_seed(5)
    AutoModel.from_config(config(**values)).save_pretrained(folder)  # type: ignore[no-untyped-call]
    first, last = _marks(family)
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        cls_token=first,
        sep_token=last,
        pad_token=_pad(family),
        unk_token="<unk>",
    ).save_pretrained(folder)
    return folder


def tiny_tokenizer(family: str) -> Tokenizer:
    """Return a tokenizer of a few whole Dutch words with the family's template for pairs."""
    first, last = _marks(family)
    roberta = first == "<s>"
    special = [first, _pad(family), last, "<unk>"] if roberta else ["[PAD]", "<unk>", first, last]
    entries = [*special, "r", "c", ":", ".", ",", "?", *_WORDS]
    words = {word: number for number, word in enumerate(dict.fromkeys(entries))}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    second = 1 if family == "bert" else 0
    between = f"{last} {last}" if roberta else last
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}",
        pair=f"{first} $A {between} $B:{second} {last}:{second}",
        special_tokens=[(first, words[first]), (last, words[last])],
    )
    tokenizer.add_special_tokens(special)
    return tokenizer


def _marks(family: str) -> tuple[str, str]:
    return ("<s>", "</s>") if "roberta" in family else ("[CLS]", "[SEP]")


def _pad(family: str) -> str:
    return "<pad>" if "roberta" in family else "[PAD]"


def coded_study(
    folder: Path,
    *,
    n_tapes: int = 4,
    mode: Mode = Mode.BLIND,
    assisted: Collection[int] = (),
    without_worker: Collection[int] = (),
) -> Study:
    """Make a study of a few invented tapes, each coded by two coders.

    Which words carry which code is regular. Coder bo passes over the first utterance of each tape
    and, on the odd tapes, hears HC in one where ann hears nothing. Every tape has its own worker.

    Args:
        mode: Of the codings.
        assisted: Numbers of tapes that were coded with suggestions.
        without_worker: Numbers of tapes of which the worker isn't known.
    """
    study = create(folder)
    with study.store() as store:
        for number in range(1, n_tapes + 1):
            tape, heard = _tape(number)
            if number in without_worker:
                tape = replace(tape, worker=None)
            store.add([(tape, Segmenter(study.settings).utterances(tape))])
            how = Mode.ASSISTED if number in assisted else mode
            store.add_codings(_codings(tape.id, heard, how, differ=number % 2 == 1))
    return study


def _tape(number: int) -> tuple[Tape, list[tuple[str, ...]]]:
    lines, heard = [], []
    pairs = [(codes, text) for codes, texts in _SAID.items() for text in texts]
    for place in range(len(pairs)):
        codes, text = pairs[(5 * place + number) % len(pairs)]
        text = _own(text, number)
        lines.append((Role.WORKER, f"{text} {PLANTED[0]}" if place == 3 else text))
        lines.append((Role.CLIENT, f"{_ANSWERS[place % 3]} {PLANTED[1 + place % 2]}"))
        heard.append(codes)
    source = "\n".join(f"{role.marker}: {text}" for role, text in lines)
    turns, start = [], 0
    for index, (role, text) in enumerate(lines):
        turns.append(
            Turn(
                index=index,
                role=role,
                speaker=role.marker,
                text=text,
                line=index + 1,
                start=start + 3,
                end=start + 3 + len(text),
            )
        )
        start += len(text) + 4
    tape = Tape(
        id=f"gesprek-{number:02d}",
        turns=tuple(turns),
        source_name=f"gesprek-{number:02d}.txt",
        source_text=source,
        worker=f"w{number}",
    )
    return tape, heard


def _own(text: str, number: int) -> str:
    """Return a sentence as it is stumbled over on one tape: else all tapes would be the same."""
    words = text.split()
    return " ".join(
        f"{word} {'eh' * number}" if i % 4 == 3 else word for i, word in enumerate(words)
    )


def _codings(tape: str, heard: list[tuple[str, ...]], mode: Mode, *, differ: bool) -> list[Coding]:
    bo = {index: codes for index, codes in enumerate(heard) if index}
    if differ:
        bo[heard.index((), 1)] = ("HC",)
    answers = {"ann": dict(enumerate(heard)), "bo": bo}
    return [
        Coding(
            tape=tape,
            utterance=index,
            coder=coder,
            codebook=CODEBOOK,
            codes=frozenset(codes),
            mode=mode,
        )
        for coder, given in answers.items()
        for index, codes in given.items()
    ]
