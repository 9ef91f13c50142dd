"""Configuration files, checked at the door: codebooks, study, import mappings."""

from werkalliantie.configuration.codebooks import load_codebook
from werkalliantie.configuration.mapping import ImportMapping, load_mapping
from werkalliantie.configuration.study import StudySettings, load_study_settings

__all__ = [
    "ImportMapping",
    "StudySettings",
    "load_codebook",
    "load_mapping",
    "load_study_settings",
]
