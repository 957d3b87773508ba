"""The guidelines an annotator reads before the first item."""

from toolkit.errors import InputError, suggestion
from toolkit.resources import data_file, data_names

__all__ = ["guidelines"]


def guidelines(lang: str = "en") -> str:
    """The annotation guidelines for the codebook ``cluetrain`` as Markdown, fifteen to twenty minutes to read.

    ``lang``: es, it or en. The three say the same, example by example.

    Raises :class:`InputError` for another language.

    >>> guidelines("es").splitlines()[0]
    '# Guía de anotación del libro de códigos `cluetrain`'
    """
    known = [name.removesuffix(".md") for name in data_names("guidelines")]
    if lang not in known:
        raise InputError(f"there are no guidelines in '{lang}'; {suggestion(lang, known)}")
    text = data_file("guidelines", f"{lang}.md").read_text(encoding="utf-8")
    return text.split("\n---\n", 1)[1].lstrip("\n")
