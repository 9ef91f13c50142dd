from pathlib import Path

import pytest
from pydantic import Field
from samples import written

from werkalliantie.configuration.toml import Settings, load
from werkalliantie.errors import ConfigError


class Inner(Settings):
    number: int = Field(default=1, ge=0)


class Outer(Settings):
    name: str
    inner: Inner = Inner()


def refusal(path: Path) -> ConfigError:
    """Return the error with which a file is refused."""
    with pytest.raises(ConfigError) as refused:
        load(path, Outer, what="proof settings")
    return refused.value


def test_values_are_read(tmp_path: Path) -> None:
    """What the file says is what the settings hold; the rest is the default."""
    path = written(tmp_path / "a.toml", 'name = "één"\n')

    assert load(path, Outer, what="proof settings") == Outer(name="één", inner=Inner(number=1))


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    """Windows Notepad puts one before the text."""
    path = written(tmp_path / "a.toml", '\ufeffname = "x"\n')

    assert load(path, Outer, what="proof settings").name == "x"


def test_a_missing_file(tmp_path: Path) -> None:
    """The message says what was expected."""
    error = refusal(tmp_path / "a.toml")

    assert error.message == f"{tmp_path / 'a.toml'}: no such file; expected proof settings."
    assert error.hint == "Check the name."


def test_a_folder(tmp_path: Path) -> None:
    """A folder can't be read as a file."""
    error = refusal(tmp_path)

    assert error.message == f"{tmp_path}: can't be read (Is a directory); expected proof settings."
    assert error.hint == "Name a file that you may read."


def test_a_file_that_is_not_toml(tmp_path: Path) -> None:
    """The place of the first mistake is named."""
    path = written(tmp_path / "a.toml", "name = x\n")

    error = refusal(path)
    assert error.message == f"{path}: not valid TOML: Invalid value (at line 1, column 8)."
    assert error.hint == "Mend the file; see docs/configuration.md."


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    """TOML is UTF-8; an old editor's é is not."""
    path = tmp_path / "a.toml"
    path.write_bytes('name = "één"\n'.encode("cp1252"))

    assert refusal(path).message == (
        f"{path}: not valid TOML: 'utf-8' codec can't decode byte 0xe9 in position 8: "
        "invalid continuation byte."
    )


def test_one_fault_stands_in_the_message(tmp_path: Path) -> None:
    """A single unknown key is named with its table."""
    path = written(tmp_path / "a.toml", 'name = "x"\n[inner]\nnummer = 2\n')

    error = refusal(path)
    assert error.message == f'{path}: unknown key "inner.nummer"'
    assert error.hint == "Mend the proof settings; see docs/configuration.md."


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    """A missing key, a wrong value, a wrong type and an unknown key are named together."""
    path = written(tmp_path / "a.toml", "extra = true\n[inner]\nnumber = -1\nname = 3\n")

    error = refusal(path)
    assert error.message == f"{path}: 4 faults."
    assert error.faults == (
        "name: Field required",
        "inner.number: Input should be greater than or equal to 0, not -1",
        'unknown key "inner.name"',
        'unknown key "extra"',
    )


def test_settings_never_change(tmp_path: Path) -> None:
    """Settings that were read stay as the file says."""
    settings = load(written(tmp_path / "a.toml", 'name = "x"\n'), Outer, what="proof settings")

    with pytest.raises(ValueError, match="frozen"):
        settings.name = "y"
