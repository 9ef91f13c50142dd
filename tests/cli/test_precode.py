"""`werkalliantie precode` as a user runs it."""

from pathlib import Path

import pytest
from cli.commandline import Outcome, Run
from models import tiny_model

from werkalliantie import artefact


@pytest.fixture
def precoded(study: Path) -> Path:
    """Return where the sheets of the study go."""
    return study / "data" / "precoded"


def test_counts_what_it_suggests(study: Path, precoded: Path, run: Run) -> None:
    """One document; the sheets are where it says."""
    document = run("precode", "all", "--study", study, "--json").document

    assert (document["model"], document["codebook"]) == ("m1", "werkalliantie-3")
    assert [(one["tape"], one["utterances"], one["skipped"]) for one in document["tapes"]] == [
        ("g1", 3, False),
        ("g2", 2, False),
    ]
    for one in document["tapes"]:
        assert Path(one["sheet"]) == precoded / f"{one['tape']}.xlsx"
        assert Path(one["sheet"]).is_file()
        assert [*one["codes"]] == ["DT", "ZBV", "HC"]


def test_says_what_it_does_on_stderr(study: Path, precoded: Path, run: Run) -> None:
    """A line a tape; the second time that there was nothing to do."""
    first, second = (run("precode", "g2", "g1", "--study", study) for _ in range(2))

    assert first == Outcome(
        code=0,
        out="",
        err=f"g2: 2 utterances labelled, {precoded / 'g2.xlsx'}\n"
        f"g1: 3 utterances labelled, {precoded / 'g1.xlsx'}\n",
    )
    assert second == Outcome(
        code=0,
        out="",
        err=f"g2: labelled already, {precoded / 'g2.xlsx'}\n"
        f"g1: labelled already, {precoded / 'g1.xlsx'}\n",
    )


def test_the_second_time_leaves_a_coders_work(study: Path, precoded: Path, run: Run) -> None:
    """What is labelled already is counted as before, in the order asked, and said to be skipped."""
    run("precode", "g1", "--study", study)
    sheet = precoded / "g1.xlsx"
    sheet.write_bytes(b"werk van een codeur")

    first = run("precode", "g2", "g1", "--study", study, "--json").document
    second = run("precode", "g2", "g1", "--study", study, "--json").document
    assert [(one["tape"], one["skipped"]) for one in first["tapes"]] == [
        ("g2", False),
        ("g1", True),
    ]
    assert [one.pop("skipped") for one in second["tapes"]] == [True, True]
    for one in first["tapes"]:
        del one["skipped"]
    assert first == second
    assert sheet.read_bytes() == b"werk van een codeur"


def test_anew_it_never_writes_over_a_coders_work(study: Path, precoded: Path, run: Run) -> None:
    """Unless that is asked for as well."""
    run("precode", "g1", "--study", study)
    (precoded / "g1.xlsx").write_bytes(b"werk van een codeur")

    again = run("precode", "g1", "--again", "--study", study)
    assert again == Outcome(
        code=2,
        out="",
        err=f"error: {precoded}: already there: g1.xlsx. It may hold a coder's work.\n"
        "hint: Give another place with --out, or write over it with --force.\n",
    )
    forced = run("precode", "g1", "--again", "--force", "--study", study, "--json").document
    assert [one["skipped"] for one in forced["tapes"]] == [False]
    assert (precoded / "g1.xlsx").read_bytes() != b"werk van een codeur"


def test_cores_may_be_left_to_others(study: Path, run: Run, tmp_path: Path) -> None:
    """On one core the scores are those of all."""
    every, one = (
        run("precode", "all", "--format", "csv", "--out", tmp_path / name, *words, "--study", study)
        for name, words in (("alle", ()), ("een", ("--threads", "1", "--again")))
    )

    assert (every.code, one.code) == (0, 0)
    for tape in ("g1", "g2"):
        sheets = [(tmp_path / name / f"{tape}.csv").read_bytes() for name in ("alle", "een")]
        assert sheets[0] == sheets[1]


def test_a_device_that_is_not_there_is_a_mistake(study: Path, precoded: Path, run: Run) -> None:
    """Nothing is labelled on another device instead."""
    onnxruntime = pytest.importorskip("onnxruntime")
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("there is one here")

    result = run("precode", "g1", "--device", "cuda", "--study", study, "--json")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(
        "error: device cuda: ONNX Runtime has no working CUDAExecutionProvider here.\nhint: "
    )
    assert not precoded.exists()


class TestShards:
    def test_are_labelled_apart_and_merged(self, study: Path, precoded: Path, run: Run) -> None:
        """The documents say where each part is; the last one is that of one machine."""
        model = artefact.read(study / "models" / "m1")
        sha = artefact.sha256(model.file(artefact.MANIFEST))[:12]
        shards = [
            run("precode", "all", "--shard", f"{number}/2", "--study", study, "--json").document
            for number in (1, 2)
        ]
        parts = [precoded / "parts" / f"m1-{sha}.{number}-of-2.jsonl" for number in (1, 2)]

        assert [(shard["shard"], shard["part"]) for shard in shards] == [
            ("1/2", str(parts[0])),
            ("2/2", str(parts[1])),
        ]
        assert all(part.is_file() for part in parts)
        assert [*precoded.iterdir()] == [precoded / "parts"]
        both = [one for shard in shards for one in shard["tapes"]]
        merged = run("precode", "--merge", "--study", study, "--json").document
        for one in merged["tapes"]:
            assert Path(one["sheet"]) == precoded / f"{one['tape']}.xlsx"
            assert Path(one.pop("sheet")).is_file()
        for one in both:
            assert one.pop("sheet") is None
        assert sorted(map(str, both)) == sorted(map(str, merged["tapes"]))

    def test_say_for_people_where_the_part_is(self, study: Path, precoded: Path, run: Run) -> None:
        """And the second time that it was there."""
        first, second = (run("precode", "g1", "--shard", "1/1", "--study", study) for _ in range(2))
        (part,) = (precoded / "parts").iterdir()

        assert first.err == f"g1: 3 utterances labelled\nshard 1/1 is in {part}\n"
        assert second.err == f"g1: labelled already\nshard 1/1 is in {part}\n"

    def test_that_are_missing_are_a_mistake(self, study: Path, precoded: Path, run: Run) -> None:
        """Each is named."""
        run("precode", "all", "--shard", "2/3", "--study", study)

        result = run("precode", "--merge", "--study", study, "--json")
        assert result == Outcome(
            code=2,
            out="",
            err=f"error: {precoded / 'parts'}: 2 faults.\n"
            "  - shard 1/3 is missing\n"
            "  - shard 3/3 is missing\n"
            "hint: Make what is missing with --shard, and move parts of other runs out of the "
            "folder; nothing was stored.\n",
        )


class TestMistakes:
    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ([], 'Invalid value for TAPE: name tapes, or "all".'),
            (["g1", "--shard", "3"], 'Invalid value for --shard: "3" isn\'t a shard such as 2/8.'),
            (["g1", "--shard", "3/2"], "Invalid value for --shard: there is no shard 3 of 2."),
            (["g1", "--merge"], "Invalid value for --merge: takes no tapes and no --shard."),
            (
                ["--merge", "--shard", "1/2"],
                "Invalid value for --merge: takes no tapes and no --shard.",
            ),
        ],
    )
    def test_on_the_command_line(self, study: Path, run: Run, words: list[str], said: str) -> None:
        """Are told before anything is done."""
        result = run("precode", *words, "--study", study, "--json")

        assert (result.code, result.out) == (2, "")
        assert said in result.err

    def test_in_the_model_named(self, study: Path, run: Run) -> None:
        """A model of another codebook has no sheet in this study."""
        tiny_model(study / "models" / "m2", codes=["DT", "HC"])

        result = run("precode", "all", "--model", "m2", "--study", study, "--json")
        assert result == Outcome(
            code=2,
            out="",
            err="error: m2 gives DT, HC, but werkalliantie-3 has DT, ZBV, HC.\n"
            "hint: Put the codebook that the model was trained under in configs/codebooks/.\n",
        )
