"""From a name to an encoder on this machine."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from werkalliantie.errors import EncoderError
from werkalliantie_training.encoders import Encoder, entries, resolve

ID = "DTAI-KULeuven/robbert-2023-dutch-base"

WriteFolder = Callable[[Path], Path]


def refusal(encoder: str, folder: Path) -> EncoderError:
    """Return the error that resolving an encoder ends with."""
    with pytest.raises(EncoderError) as caught:
        resolve(encoder, folder, cache=folder / "no-cache")
    return caught.value


@pytest.fixture
def tampered(embedded_nl: Encoder, tmp_path: Path) -> Path:
    """A folder of encoders with a copy of the Dutch one, to be spoilt; weights are linked."""
    shutil.copytree(embedded_nl.folder, tmp_path / "embedded-nl", copy_function=_link_weights)
    return tmp_path


def _link_weights(source: str, target: str) -> str:
    if not source.endswith(".safetensors"):
        return str(shutil.copy2(source, target))
    Path(target).symlink_to(source)
    return target


def test_a_built_encoder_is_verified_not_rebuilt(embedded_nl: Encoder) -> None:
    """Resolving a whole embedded encoder gives the same encoder and writes nothing."""
    before = {path.name: path.stat().st_mtime_ns for path in embedded_nl.folder.iterdir()}

    found = resolve("embedded-nl", embedded_nl.folder.parent)

    assert found == embedded_nl
    assert before == {path.name: path.stat().st_mtime_ns for path in embedded_nl.folder.iterdir()}


def test_altered_and_missing_files_are_all_named(tampered: Path) -> None:
    """One changed value in a configuration is noticed, next to a lost file."""
    folder = tampered / "embedded-nl"
    config = (folder / "config.json").read_text(encoding="utf-8")
    (folder / "config.json").write_text(config.replace("0.1", "0.2"), encoding="utf-8")
    (folder / "tokenizer.json").unlink()

    error = refusal("embedded-nl", tampered)

    assert error.message == (
        f'encoder "embedded-nl" in {folder} is damaged: config.json was altered, '
        "tokenizer.json is missing."
    )
    assert error.hint == "Rebuild it: werkalliantie encoder build embedded-nl"


def test_altered_weights_are_noticed(tampered: Path) -> None:
    """Other weights under the same name are not the encoder."""
    weights = tampered / "embedded-nl" / "model.safetensors"
    weights.unlink()
    weights.write_bytes(b"iets anders")

    error = refusal("embedded-nl", tampered)

    assert error.message.endswith(" is damaged: model.safetensors was altered.")


@pytest.mark.parametrize("contents", [None, "{}", "geen json"])
def test_an_embedded_encoder_without_its_hashes_is_refused(
    contents: str | None, tampered: Path
) -> None:
    """What can't be verified is not used."""
    seal = tampered / "embedded-nl" / "ENCODER.json"
    seal.unlink()
    if contents is not None:
        seal.write_text(contents, encoding="utf-8")

    error = refusal("embedded-nl", tampered)

    assert error.message == (
        f'encoder "embedded-nl" in {seal.parent} is damaged: ENCODER.json is missing.'
        if contents is None
        else f"{seal} was altered."
    )
    assert error.hint == "Rebuild it: werkalliantie encoder build embedded-nl"


def test_a_folder_is_used_as_it_is(write_folder: WriteFolder, tmp_path: Path) -> None:
    """A copied Hugging Face folder is found by its path and hashed."""
    folder = write_folder(tmp_path / "mijn-encoder")

    encoder = resolve(str(folder), tmp_path / "encoders")

    assert (encoder.name, encoder.folder) == ("mijn-encoder", folder)
    assert encoder.source == "folder mijn-encoder"
    assert len(encoder.sha256) == 64


@pytest.mark.parametrize(
    ("name", "matters"),
    [("config.json", True), ("tokenizer.json", True), ("README.md", False)],
)
def test_the_hash_covers_what_decides_the_scores(
    name: str, matters: bool, write_folder: WriteFolder, tmp_path: Path
) -> None:
    """Another configuration or tokenizer is another encoder; another card is not."""
    folder = write_folder(tmp_path / "mijn-encoder")
    before = resolve(str(folder), tmp_path)
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write("\n")

    after = resolve(str(folder), tmp_path)

    assert (before.sha256 != after.sha256) is matters


def test_everything_missing_from_a_folder_is_named(tmp_path: Path) -> None:
    """An empty folder lacks configuration, weights and tokenizer; one message says so."""
    (tmp_path / "leeg").mkdir()

    error = refusal(str(tmp_path / "leeg"), tmp_path)

    assert error.message == (
        f'encoder "leeg" is not whole: {tmp_path / "leeg"} has no config.json, no weights '
        "(model.safetensors or pytorch_model.bin), no tokenizer (tokenizer.json, vocab.txt, "
        "vocab.json with merges.txt, sentencepiece.bpe.model, spm.model, spiece.model)."
    )
    assert error.hint == (
        "Copy the whole folder: config.json, model.safetensors and the tokenizer's files; or give "
        "the id of an encoder on the Hugging Face hub."
    )


def test_a_lost_part_of_the_weights_is_named(write_folder: WriteFolder, tmp_path: Path) -> None:
    """Weights in parts need every part that their index names."""
    folder = write_folder(tmp_path / "groot")
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    parts = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    index = json.dumps({"weight_map": parts})
    (folder / "model.safetensors.index.json").write_text(index, encoding="utf-8")

    error = refusal(str(folder), tmp_path)

    assert error.message == (
        f'encoder "groot" is not whole: {folder} has no model-00002-of-00002.safetensors.'
    )


@pytest.mark.parametrize(
    ("config", "message"),
    [("{", "is not JSON."), ("[]", 'has no "model_type".'), ("{}", 'has no "model_type".')],
)
def test_a_configuration_that_says_nothing_is_refused(
    config: str, message: str, write_folder: WriteFolder, tmp_path: Path
) -> None:
    """A folder whose config.json isn't that of a transformer is no encoder."""
    folder = write_folder(tmp_path / "mijn-encoder")
    (folder / "config.json").write_text(config, encoding="utf-8")

    error = refusal(str(folder), tmp_path)

    assert error.message == f"{folder / 'config.json'} {message}"


def test_an_id_that_is_not_here_says_how_to_get_it(tmp_path: Path) -> None:
    """Nothing is downloaded by surprise; the message names the command that does."""
    error = refusal(ID, tmp_path)

    assert error.message == (
        f'encoder "{ID}" is not on this machine. Expected it in '
        f"{tmp_path / 'DTAI-KULeuven--robbert-2023-dutch-base'} or in the Hugging Face cache."
    )
    assert error.hint == (
        f"Run: werkalliantie encoder fetch {ID}, or copy its folder and give the path."
    )
    assert list(tmp_path.iterdir()) == []


def test_an_id_is_found_among_the_encoders_of_the_study(
    write_folder: WriteFolder, tmp_path: Path
) -> None:
    """A folder copied under the id's name serves for the id."""
    folder = write_folder(tmp_path / "DTAI-KULeuven--robbert-2023-dutch-base")

    encoder = resolve(ID, tmp_path)

    assert (encoder.name, encoder.folder) == (ID, folder)


def test_an_id_is_found_in_the_cache_with_its_revision(
    write_folder: WriteFolder, tmp_path: Path
) -> None:
    """The Hugging Face cache of this machine serves, and the revision is kept."""
    cached = tmp_path / "cache" / "models--DTAI-KULeuven--robbert-2023-dutch-base"
    revision = "0123456789abcdef0123456789abcdef01234567"
    folder = write_folder(cached / "snapshots" / revision)
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text(revision, encoding="utf-8")

    encoder = resolve(ID, tmp_path / "encoders", cache=tmp_path / "cache")

    assert encoder.folder == folder
    assert encoder.source == f"huggingface.co/{ID} at {revision}"


@pytest.mark.parametrize("encoder", ["./weg", "/nergens/te/vinden", "twee woorden", ""])
def test_what_is_neither_folder_nor_id_is_refused(encoder: str, tmp_path: Path) -> None:
    """The message lists the three kinds of encoder there are."""
    error = refusal(encoder, tmp_path)

    assert error.message == (
        f'encoder "{encoder}" is not a folder. Expected embedded-nl or embedded-multilingual, a '
        "Hugging Face folder or a Hugging Face id."
    )


def test_entries_list_the_embedded_and_the_copied(
    write_folder: WriteFolder, tmp_path: Path
) -> None:
    """Embedded encoders are listed before they are built; unfinished work never is."""
    write_folder(tmp_path / "DTAI-KULeuven--robbert-2023-dutch-base")
    (tmp_path / ".embedded-nl.12.new").mkdir()

    listed = [(entry.name, entry.folder is not None) for entry in entries(tmp_path)]

    assert listed == [("embedded-nl", False), ("embedded-multilingual", False), (ID, True)]
