"""The formats by name: what each is called, how its files end, what it carries, and where its module is."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from toolkit.errors import InputError, suggestion
from toolkit.exchange.model import FIELDS, Reader, Writer

__all__ = ["FORMATS", "Format", "format_named"]

#: Characters that XML 1.0 has no way to write (section 2.2), and halves of surrogate pairs.
XML = r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
#: Halves of surrogate pairs, which UTF-8 cannot hold.
UTF8 = r"[\ud800-\udfff]"


@dataclass(frozen=True)
class Format:
    """One exchange format.

    ``suffixes``: endings of its files, or of the files in its folder. ``folder``: one file per document in a folder (a
    single file of it can be read too). ``folders``: its reader takes a folder of its files as one work. ``texts``: its
    files hold the texts; else they stand beside, as :mod:`toolkit.exchange.texts` says. ``carries``: which of FIELDS it
    has a place for; "features": further columns too; "lang", "title": of documents. ``forbidden``: characters it cannot
    hold, as a pattern.
    ``module``: in ``toolkit.exchange.formats``; it has ``read``, ``write`` and ``recognise(path, head)``.

    >>> from toolkit.exchange import FORMATS
    >>> brat = FORMATS["brat"]
    >>> brat.title, brat.suffixes, brat.folder, "stance" in brat.carries
    ('brat standoff (.ann and .txt)', ('.ann',), True, True)
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    module: str
    carries: frozenset[str]
    folder: bool = False
    folders: bool = False
    texts: bool = True
    forbidden: str = UTF8

    @property
    def own(self) -> bool:
        """Is it our own table?"""
        return self.module.startswith("own:")

    @property
    def read(self) -> Reader:
        """Its reader."""
        reader: Reader = _function(self, "read")
        return reader

    @property
    def write(self) -> Writer:
        """Its writer."""
        writer: Writer = _function(self, "write")
        return writer

    def recognise(self, path: Path, head: bytes) -> bool:
        """Does a file (or a file of a folder) with this beginning look like one of it?"""
        return bool(_function(self, "recognise")(path, head))


def _function(what: Format, name: str) -> Any:
    module, _, suffix = what.module.partition(":")
    return getattr(import_module(f"toolkit.exchange.formats.{module}"), f"{name}_{suffix}" if suffix else name)


ALL = frozenset({*FIELDS, "features", "lang", "title"})

FORMATS: dict[str, Format] = {
    one.name: one
    for one in (
        Format("jsonl", "our table as JSON Lines", (".jsonl",), "own:jsonl", ALL, texts=False, forbidden=""),
        Format("csv", "our table for spreadsheets", (".csv",), "own:csv", ALL, texts=False),
        Format("parquet", "our table as Parquet", (".parquet",), "own:parquet", ALL, texts=False),
        Format("brat", "brat standoff (.ann and .txt)", (".ann",), "brat", ALL, folder=True),
        Format("cas-xmi", "UIMA CAS XMI (INCEpTION)", (".xmi",), "cas:xmi", ALL, folder=True, forbidden=XML),
        Format("cas-json", "UIMA CAS JSON (INCEpTION)", (".json",), "cas:json", ALL, folder=True),
        Format(
            "webanno-tsv", "WebAnno TSV 3.3 (INCEpTION)", (".tsv",), "webanno", ALL - {"lang", "title"}, folder=True
        ),
        Format("label-studio", "Label Studio JSON", (".json",), "label_studio", ALL, folders=True),
        Format("doccano", "doccano JSON Lines", (".jsonl",), "doccano", ALL, folders=True),
        Format("refi-qda", "REFI-QDA project (ATLAS.ti, MAXQDA, NVivo)", (".qdpx", ".qde"), "refi_qda", ALL),
        Format("tei", "TEI P5 standoff (CATMA)", (".xml",), "tei", ALL, folder=True),
        Format("web-annotation", "W3C Web Annotation JSON-LD", (".jsonld",), "web_annotation", ALL, texts=False),
        Format("conll", "CoNLL IOB2 columns", (".conll",), "conll", ALL),
        Format("spacy", "spaCy DocBin", (".spacy",), "spacy_docs", ALL),
    )
}


def format_named(name: str) -> Format:
    """A format by its name. Raises :class:`InputError` with the nearest name."""
    if name not in FORMATS:
        raise InputError(f"no format '{name}'; {suggestion(name, FORMATS)}")
    return FORMATS[name]
