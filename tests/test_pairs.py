from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from werkalliantie.pairs import PairTokenizer

WORDS = ("C", ":", "ik", "was", "er", "wel", "hoe", "gaat", "het", "dan", "kom", "je", "morgen")
spoken = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)


def a_tokenizer(first: str, last: str) -> Tokenizer:
    """Return a tokenizer of whole words, without a template."""
    vocabulary = {word: number for number, word in enumerate((first, last, "<unk>", *WORDS))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return tokenizer


def like_bert() -> Tokenizer:
    """Return one with the pairs of BERT: [CLS] context [SEP] utterance [SEP], two segments."""
    tokenizer = a_tokenizer("[CLS]", "[SEP]")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 0), ("[SEP]", 1)],
    )
    return tokenizer


def like_roberta() -> Tokenizer:
    """Return one with the pairs of RoBERTa: <s> context </s></s> utterance </s>, one segment."""
    tokenizer = a_tokenizer("<s>", "</s>")
    tokenizer.post_processor = processors.RobertaProcessing(
        ("</s>", 1), ("<s>", 0), trim_offsets=False, add_prefix_space=False
    )
    return tokenizer


Maker = Callable[[], Tokenizer]
both = pytest.mark.parametrize("make", [like_bert, like_roberta])


def words_of(
    make: Maker, context: str, text: str, *, max_context: int, max_utterance: int
) -> tuple[list[str], list[int]]:
    """Return the tokens of one pair, as words, and their segments."""
    tokenizer = make()
    pairs = PairTokenizer(tokenizer, max_context=max_context, max_utterance=max_utterance)
    (pair,) = pairs.encode([(context, text)])
    return [str(tokenizer.id_to_token(number)) for number in pair.ids.tolist()], pair.types.tolist()


@both
@given(context=spoken, text=spoken)
def test_short_pairs_are_as_the_tokenizer_makes_them(make: Maker, context: str, text: str) -> None:
    """What fits gets the ids and segments of the tokenizer itself, also where a part is empty."""
    (pair,) = PairTokenizer(make(), max_context=12, max_utterance=12).encode([(context, text)])

    whole = make().encode(context, text)
    assert pair.ids.tolist() == whole.ids
    assert pair.types.tolist() == whole.type_ids


def test_the_context_loses_its_beginning() -> None:
    """The words nearest to the utterance stay."""
    words, segments = words_of(
        like_bert, "C: ik was er wel", "hoe gaat het dan", max_context=3, max_utterance=9
    )

    assert words == ["[CLS]", "was", "er", "wel", "[SEP]", "hoe", "gaat", "het", "dan", "[SEP]"]
    assert segments == [0] * 5 + [1] * 5


def test_the_utterance_loses_its_end() -> None:
    """The first words of the utterance stay."""
    words, segments = words_of(
        like_roberta, "C: ik was er", "hoe gaat het dan", max_context=9, max_utterance=2
    )

    assert words == ["<s>", "C", ":", "ik", "was", "er", "</s>", "</s>", "hoe", "gaat", "</s>"]
    assert segments == [0] * 11


def test_an_empty_context_leaves_its_place_open() -> None:
    """At the start of a tape the utterance still is the second of the pair."""
    words, segments = words_of(like_bert, "", "kom je", max_context=9, max_utterance=9)

    assert words == ["[CLS]", "[SEP]", "kom", "je", "[SEP]"]
    assert segments == [0, 0, 1, 1, 1]


def test_a_model_may_do_without_context() -> None:
    """With no room for context, none comes in, however long it is."""
    words, _ = words_of(like_bert, "C: ik was er " * 99, "kom je", max_context=0, max_utterance=9)

    assert words == ["[CLS]", "[SEP]", "kom", "je", "[SEP]"]


@both
def test_very_long_texts_are_cut_like_short_ones(make: Maker) -> None:
    """Of texts of 100,000 characters the same tokens stay as of the whole, cut."""
    context = "C: " + "ik was er wel " * 7_200 + "morgen"
    text = "hoe " + "gaat het dan " * 7_700
    assert min(len(context), len(text)) > 100_000

    words, _ = words_of(make, context, text, max_context=48, max_utterance=128)
    spoken = [word for word in words if word in WORDS]
    assert spoken[:48] == context.split()[-48:]
    assert spoken[48:] == text.split()[:128]
    assert len(words) - len(spoken) == (3 if make is like_bert else 4)


def test_the_order_of_the_pairs_stays() -> None:
    """Many pairs at once are each as they would be alone, in the order given."""
    pairs = [("C: ik", "kom je"), ("", "morgen"), ("C: wel", "hoe gaat het dan")] * 20
    tokens = PairTokenizer(like_bert(), max_context=4, max_utterance=3)

    together = tokens.encode(pairs)
    alone = [tokens.encode([pair])[0] for pair in pairs]
    assert [pair.ids.tolist() for pair in together] == [pair.ids.tolist() for pair in alone]
    assert tokens.encode([]) == []


def test_the_tokenizers_own_limits_do_not_count() -> None:
    """A tokenizer file that pads or cuts by itself doesn't change the pairs."""
    tokenizer = like_bert()
    tokenizer.enable_truncation(4)
    tokenizer.enable_padding(length=40)

    (pair,) = PairTokenizer(tokenizer, max_context=9, max_utterance=9).encode([("C: ik", "kom je")])
    assert pair.ids.tolist() == like_bert().encode("C: ik", "kom je").ids


@both
def test_half_a_character_is_read_as_no_character(make: Maker) -> None:
    """JSON can hold one, no tokenizer takes it; what stands around it stays."""
    pairs = PairTokenizer(make(), max_context=12, max_utterance=12)

    halves, marks = pairs.encode(
        [("ik \ud83d was", "er \udfff wel"), ("ik \ufffd was", "er \ufffd wel")]
    )
    assert halves.ids.tolist() == marks.ids.tolist()
