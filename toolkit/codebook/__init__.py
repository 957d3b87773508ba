"""Codebooks: what passages are coded with. Names, definitions, rules, cues and examples, checked when loaded.

A codebook is one YAML file; long cue lists and example banks may stand in files beside it (``cue_files``,
``example_files``). The bundled ones are in ``toolkit/data/codebooks``; a user's own file works the same way.
"""

from toolkit.codebook.crosswalk import cross_annotations, crosswalk_table
from toolkit.codebook.guidelines import guidelines
from toolkit.codebook.load import Codebook, codebook_files, codebook_names, load_codebook
from toolkit.codebook.migration import Migration, check_version, migrate
from toolkit.codebook.schema import Code, Cue
from toolkit.codebook.show import show_codebook

__all__ = [
    "Code",
    "Codebook",
    "Cue",
    "Migration",
    "check_version",
    "codebook_files",
    "codebook_names",
    "cross_annotations",
    "crosswalk_table",
    "guidelines",
    "load_codebook",
    "migrate",
    "show_codebook",
]
