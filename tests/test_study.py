from pathlib import Path

import pytest
from samples import written

from werkalliantie import resources
from werkalliantie.configuration.study import load_study_settings
from werkalliantie.errors import ConfigError
from werkalliantie.resources import shipped
from werkalliantie.study import Study, create

OWN_CODEBOOK = """
name = "eigen"
version = "2"
title = "Eigen codeboek"

[[clusters]]
code = "E"
label = "Eigen"
definition = "Wat de groep zelf bedacht."
"""


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Make a new study with the default configs."""
    return create(tmp_path / "studie")


class TestCreate:
    def test_makes_a_study_that_opens(self, tmp_path: Path) -> None:
        """A new study has the default configs, its folder's name, and a place for the rest."""
        folder = tmp_path / "nieuw" / '"wij" é🎧'

        assert create(folder) == Study.open(folder)
        assert sorted(path.name for path in folder.iterdir()) == ["configs", "data", "models"]
        default = load_study_settings(shipped("configs") / "study.toml")
        assert Study.open(folder).settings == default.model_copy(update={"name": '"wij" é🎧'})

    def test_refuses_a_folder_with_a_study(self, study: Study) -> None:
        """A study is never made anew over an old one."""
        with pytest.raises(ConfigError) as refused:
            create(study.folder)

        assert refused.value.message == f"{study.folder}: there is a study here already."
        assert refused.value.hint == "Give a new or empty folder."

    def test_leaves_files_that_are_there(self, tmp_path: Path) -> None:
        """A codebook that somebody put there before is theirs."""
        own = written(tmp_path / "configs" / "codebooks" / "werkalliantie-3.toml", OWN_CODEBOOK)

        create(tmp_path)
        assert own.read_text(encoding="utf-8") == OWN_CODEBOOK

    def test_refuses_what_is_no_folder(self, tmp_path: Path) -> None:
        """A study can't be made inside a file."""
        path = written(tmp_path / "brief.txt", "Hoi.")

        with pytest.raises(ConfigError) as refused:
            create(path)
        assert refused.value.message == f"{path}: no study can be made here (Not a directory)."
        assert refused.value.hint == "Give a new or empty folder that you may write in."


class TestOpen:
    def test_needs_study_toml(self, tmp_path: Path) -> None:
        """A folder without settings is no study."""
        with pytest.raises(ConfigError) as refused:
            Study.open(tmp_path)

        assert refused.value.message == (
            f"{tmp_path}: no study here. Expected the file configs/study.toml."
        )
        assert refused.value.hint == (
            "Make one with `werkalliantie init DIR`, or name it with --study DIR."
        )

    def test_refuses_faulty_settings(self, study: Study) -> None:
        """The fault is that of the settings file."""
        path = written(study.folder / "configs" / "study.toml", 'name = "x"\n')

        with pytest.raises(ConfigError) as refused:
            Study.open(study.folder)
        assert refused.value.message == f"{path}: codebook: Field required"

    def test_knows_its_folders(self, study: Study) -> None:
        """Data, models and encoders have one place."""
        assert study.data == study.folder / "data"
        assert study.models == study.folder / "models"
        assert study.encoders == study.folder / "models" / "encoders"

    def test_keeps_its_store_under_data(self, study: Study) -> None:
        """The database is made on first use, with its folder."""
        study.data.rmdir()

        with study.store() as store:
            assert store.summaries() == ()
        assert [path.name for path in study.data.iterdir()] == ["werkalliantie.db"]


class TestCodebook:
    def test_is_that_of_the_settings(self, study: Study) -> None:
        """Without a name the study's own is meant."""
        assert study.codebook().key == study.settings.codebook == "werkalliantie-3"

    def test_may_be_another_of_the_study(self, study: Study) -> None:
        """A study may have more than one."""
        written(study.folder / "configs" / "codebooks" / "eigen-2.toml", OWN_CODEBOOK)

        assert study.codebook("eigen-2").codes == ("E",)

    def test_is_the_shipped_one_where_the_study_has_none(self, study: Study) -> None:
        """A shipped codebook that was taken away from the study is still found."""
        (study.folder / "configs" / "codebooks" / "werkalliantie-3.toml").unlink()

        assert study.codebook().codes == ("DT", "ZBV", "HC")

    def test_of_the_study_comes_before_the_shipped_one(self, study: Study) -> None:
        """A group that changed the codebook codes with what it changed."""
        path = study.folder / "configs" / "codebooks" / "werkalliantie-3.toml"
        written(path, OWN_CODEBOOK.replace("eigen", "werkalliantie").replace('"2"', '"3"'))

        assert study.codebook().codes == ("E",)

    def test_that_is_nowhere_is_refused(self, study: Study) -> None:
        """The message says where the file should have been."""
        with pytest.raises(ConfigError) as refused:
            study.codebook("niets-1")

        assert refused.value.message == (
            'no codebook "niets-1". Expected the file configs/codebooks/niets-1.toml.'
        )
        assert refused.value.hint == ("Add it there, or correct `codebook` in configs/study.toml.")

    def test_under_another_name_is_refused(self, study: Study) -> None:
        """A copy that still bears the old name would mix two codebooks' codings."""
        path = written(study.folder / "configs" / "codebooks" / "kopie-1.toml", OWN_CODEBOOK)

        with pytest.raises(ConfigError) as refused:
            study.codebook("kopie-1")
        assert refused.value.message == (
            f'{path}: `name` and `version` make "eigen-2", but the file is named "kopie-1".'
        )
        assert refused.value.hint == ("Correct `name` and `version`, or name the file after them.")


class TestMapping:
    def test_is_the_default_one(self, study: Study) -> None:
        """Without a name the study's default is meant."""
        path = study.folder / "configs" / "imports" / "default.toml"
        written(path, '[speakers]\nworker = ["RW"]\nclient = ["JUS"]\n')

        assert study.mapping().speakers.client == ("JUS",)

    def test_is_the_shipped_one_where_the_study_has_none(self, study: Study) -> None:
        """A study without a default mapping reads transcripts as shipped."""
        (study.folder / "configs" / "imports" / "default.toml").unlink()

        assert "Werker" in study.mapping().speakers.worker

    def test_may_be_another_file(self, study: Study, tmp_path: Path) -> None:
        """Any file may be named."""
        path = written(tmp_path / "m.toml", '[speakers]\nworker = ["T"]\nclient = ["J"]\n')

        assert study.mapping(path).speakers.worker == ("T",)


class TestShipped:
    def test_comes_from_beside_the_code_in_a_wheel(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An installed package has its files packed beside it."""
        packed = written(tmp_path / "werkalliantie" / "shipped" / "configs" / "x.toml", "")
        monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "werkalliantie")

        assert shipped("configs") == packed.parent

    def test_that_is_missing_is_reported(self) -> None:
        """An installation without its files is incomplete."""
        with pytest.raises(
            FileNotFoundError, match=r"^niets is missing from this installation of werkalliantie$"
        ):
            shipped("niets")
