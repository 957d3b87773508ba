"""Themes and Cluetrain-style principles in Spanish and Italian texts about social media.

The commonest names of the rooms are here too and are imported when first used, so that ``import toolkit`` and
``toolkit --help`` stay quick.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_WHERE = {
    "agreement": "toolkit.annotation",
    "analyse": "toolkit.analysis",
    "bundled_corpus": "toolkit.resources",
    "check_run": "toolkit.recheck",
    "code_passages": "toolkit.principles",
    "collocations": "toolkit.statistics",
    "coder": "toolkit.principles",
    "concordance": "toolkit.statistics",
    "create_project": "toolkit.annotation",
    "evaluate": "toolkit.evaluation",
    "explain": "toolkit.principles",
    "find_duplicates": "toolkit.corpus",
    "find_themes": "toolkit.topics",
    "frequency": "toolkit.statistics",
    "glossary": "toolkit.terminology",
    "human_annotations": "toolkit.corpus",
    "InputError": "toolkit.errors",
    "keyness": "toolkit.statistics",
    "load_codebook": "toolkit.codebook",
    "load_corpus": "toolkit.corpus",
    "load_posts": "toolkit.corpus",
    "load_rules": "toolkit.corpus",
    "load_study": "toolkit.settings",
    "mark_furniture": "toolkit.corpus",
    "open_project": "toolkit.annotation",
    "plots": "toolkit",
    "read_annotations": "toolkit.exchange",
    "run_study": "toolkit.study",
    "segment": "toolkit.corpus",
    "show": "toolkit.display",
    "show_codebook": "toolkit.codebook",
    "show_codes": "toolkit.reading",
    "show_furniture": "toolkit.reading",
    "statistics": "toolkit",
    "Study": "toolkit.settings",
    "tokenise": "toolkit.text",
    "write_annotations": "toolkit.exchange",
}

__all__ = sorted([*_WHERE, "__version__"])


def __getattr__(name: str) -> Any:
    if _WHERE.get(name) == "toolkit":
        return import_module(f"toolkit.{name}")
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'toolkit' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted([*globals(), *_WHERE])
