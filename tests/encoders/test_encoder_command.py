"""`werkalliantie encoder`, run as its own application."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from typer.testing import CliRunner

from werkalliantie.cli.encoder import app
from werkalliantie.errors import EncoderError, MissingExtra
from werkalliantie_training.encoders import Encoder


def study_of(encoder: Encoder, tmp_path: Path) -> Path:
    """Return a study whose folder of encoders is the one the encoder lies in."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "encoders").symlink_to(encoder.folder.parent)
    return tmp_path


def test_list_needs_no_study(tmp_path: Path) -> None:
    """In an empty folder the embedded encoders are listed as not built."""
    result = CliRunner().invoke(app, ["list", "--study", str(tmp_path)])

    assert result.exit_code == 0
    assert result.stdout == (
        "encoder                folder         source\n"
        "---------------------  -------------  ------------------------------\n"
        "embedded-nl            not built yet  made from an installed package\n"
        "embedded-multilingual  not built yet  made from an installed package\n"
    )


def test_list_prints_one_json_document(embedded_nl: Encoder, tmp_path: Path) -> None:
    """With --json each encoder has its name, source and folder, or null."""
    study = study_of(embedded_nl, tmp_path)

    result = CliRunner().invoke(app, ["list", "--study", str(study), "--json"])

    folders = {entry["name"]: entry["folder"] for entry in json.loads(result.stdout)["encoders"]}
    assert folders["embedded-nl"] == str(study / "models" / "encoders" / "embedded-nl")
    assert folders["embedded-multilingual"] is None


def test_show_prints_what_an_encoder_is(embedded_nl: Encoder, tmp_path: Path) -> None:
    """The JSON holds the properties and the hash of the encoder."""
    study = study_of(embedded_nl, tmp_path)

    result = CliRunner().invoke(app, ["show", "embedded-nl", "--study", str(study), "--json"])

    shown = json.loads(result.stdout)
    assert (shown["architecture"], shown["layers"], shown["hidden"]) == ("BertModel", 12, 384)
    assert (shown["vocabulary"], shown["n_parameters"]) == (34_938, 34_907_904)
    assert shown["sha256"] == embedded_nl.sha256
    assert shown["n_bytes"] > 139_000_000


def test_show_for_people_is_a_line_per_property(
    write_folder: Callable[[Path], Path], tmp_path: Path
) -> None:
    """Without --json each property has its own line."""
    folder = write_folder(tmp_path / "mijn-encoder")

    result = CliRunner().invoke(app, ["show", str(folder)])

    lines = result.stdout.splitlines()
    assert lines[0] == "name          mijn-encoder"
    assert "n_parameters  48" in lines


def test_a_mistake_is_raised_for_the_main_command_to_tell(tmp_path: Path) -> None:
    """Faults leave as our own errors, without output."""
    result = CliRunner().invoke(app, ["show", "organisatie/weg", "--study", str(tmp_path)])

    assert isinstance(result.exception, EncoderError)
    assert result.stdout == ""


def test_without_the_training_libraries_the_extra_is_named() -> None:
    """An installation that only labels says what the command needs."""
    program = (
        "import sys\n"
        "sys.modules['safetensors'] = None\n"
        "from werkalliantie.cli.encoder import list_encoders\n"
        "from werkalliantie.errors import MissingExtra\n"
        "try:\n"
        "    list_encoders()\n"
        "except MissingExtra as error:\n"
        "    print(error.message)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )

    expected = MissingExtra("train", purpose="The encoder command").message
    assert done.stdout == f"{expected}\n"


def test_the_package_of_encoders_needs_no_torch() -> None:
    """Listing and building stay quick: torch and transformers are not even imported."""
    program = "import sys, werkalliantie_training.encoders\nprint('torch' in sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "False\n"
