"""Codebooks of other programs, in and out: ``read_codebook`` and ``write_codebook``.

>>> read_codebook("tagset.json").title  # doctest: +SKIP
'Tono'
>>> write_codebook(load_codebook("cluetrain"), "annotation.conf", lang="es")  # doctest: +SKIP
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from toolkit.errors import InputError, suggestion
from toolkit.exchange.codebooks.draft import CodebookDraft, draft_of, left_out
from toolkit.exchange.codebooks.draft_yaml import write_codebook_yaml
from toolkit.exchange.model import Loss
from toolkit.files import write_bytes

if TYPE_CHECKING:
    from toolkit.codebook import Codebook

__all__ = ["CODEBOOK_FORMATS", "CodebookFormat", "read_codebook", "write_codebook", "write_codebook_yaml"]

#: The first bytes by which a file is recognised.
_HEAD = 4_000


@dataclass(frozen=True)
class CodebookFormat:
    """A format of codebooks; ``module`` is in ``toolkit.exchange.codebooks`` ("" for ours)."""

    name: str
    title: str
    suffixes: tuple[str, ...]
    module: str

    def function(self, name: str) -> Callable[..., Any]:
        """``recognise``, ``read`` or ``write`` of its module."""
        found: Callable[..., Any] = getattr(self._module, name)
        return found

    @property
    def keeps(self) -> frozenset[str]:
        """The parts of a draft that its files hold."""
        kept: frozenset[str] = self._module.KEEPS
        return kept

    @property
    def _module(self) -> ModuleType:
        return import_module(f"toolkit.exchange.codebooks.{self.module}")


CODEBOOK_FORMATS: dict[str, CodebookFormat] = {
    one.name: one
    for one in (
        CodebookFormat("yaml", "our codebook", (".yaml", ".yml"), ""),
        CodebookFormat("qdc", "REFI-QDA codebook (ATLAS.ti, MAXQDA, NVivo)", (".qdc",), "qdc"),
        CodebookFormat("label-studio-config", "Label Studio labelling interface", (".xml",), "labelling_config"),
        CodebookFormat("brat-conf", "brat annotation.conf", (".conf",), "brat_conf"),
        CodebookFormat("inception-tagset", "INCEpTION tag set", (".json",), "inception_tagset"),
    )
}


def read_codebook(path: Path | str, format: str | None = None) -> CodebookDraft:
    """The codebook of a file, in the one language that it has (of ours: English, else its first one).

    :func:`toolkit.exchange.codebooks.draft_yaml.write_codebook_yaml` makes a codebook file of ours of it.

    Raises
    ------
    InputError
        if there is no such file, no format is recognised, or the file is damaged.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "annotation.conf")
    ...     _ = path.write_text("[entities]\\nListening\\nCommunity\\n", encoding="utf-8")
    ...     draft = read_codebook(path)
    >>> [code.id for code in draft.codes], [loss.kind for loss in draft.losses]
    (['listening', 'community'], ['changed', 'changed'])
    """
    path = Path(path)
    if path.is_dir() or not path.is_file():
        raise InputError(f"{path}: {'is a folder; name the file in it' if path.is_dir() else 'no such file'}.")
    chosen = _recognised(path) if format is None else _named(format)
    if chosen.name == "yaml":
        from toolkit.codebook import load_codebook

        book = load_codebook(path)
        return draft_of(book, "en" if "en" in book.languages else book.languages[0])
    draft: CodebookDraft = chosen.function("read")(path)
    renamed = [one for one in draft.codes if one.written is not None]
    reason = "ids are lower case, letters and digits: annotations that name it so are read with --codebook as"
    losses = [Loss("changed", "code", f"{reason} '{one.id}'", path.name, code=one.written) for one in renamed]
    return replace(draft, losses=(*draft.losses, *losses))


def write_codebook(codebook: "Codebook", path: Path | str, format: str | None = None, lang: str = "en") -> list[Loss]:
    """A codebook as a file of another program, in one of its languages; the format follows from the ending.

    In our own format (``yaml``) all languages are written, and the cue and example files beside it. Returns what the
    file does not hold.

    Raises
    ------
    InputError
        for an unknown format, a language that the codebook does not have, and (``yaml``) files that are there already.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.exchange import read_codebook
    >>> with TemporaryDirectory() as folder:
    ...     lost = write_codebook(load_codebook("groundswell"), Path(folder, "groundswell.qdc"), lang="es")
    ...     [code.name for code in read_codebook(Path(folder, "groundswell.qdc")).codes][:2]
    ['Escuchar', 'Hablar']
    >>> sorted({loss.field for loss in lost})[:4]
    ['contrasts', 'crosswalk', 'cues', 'examples']
    """
    path = Path(path)
    chosen = _by_ending(path) if format is None else _named(format)
    draft = draft_of(codebook, lang)
    if chosen.name == "yaml":
        _copy(codebook, path)
        return []
    lost: list[Loss] = chosen.function("write")(draft, path)
    return left_out(codebook, lang, chosen.keeps) + lost


def _copy(codebook: "Codebook", path: Path) -> None:
    """The codebook's files beside each other, its own under the name asked for."""
    from toolkit.codebook import codebook_files

    first, *others = codebook_files(codebook.path)
    targets = {path: first} | {path.parent / one.name: one for one in others}
    for target, source in targets.items():
        if target.exists() and target.read_bytes() != source.read_bytes():
            raise InputError(f"{target}: is there already and says something else; write into another folder.")
    for target, source in targets.items():
        write_bytes(target, source.read_bytes())


def _recognised(path: Path) -> CodebookFormat:
    if path.suffix.lower() in CODEBOOK_FORMATS["yaml"].suffixes:
        return CODEBOOK_FORMATS["yaml"]
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}.") from error
    for one in CODEBOOK_FORMATS.values():
        if one.module and one.function("recognise")(path, head):
            return one
    known = ", ".join(f"{one.name} ({one.title})" for one in CODEBOOK_FORMATS.values())
    raise InputError(f"{path}: is no codebook that is known here; read are {known}.")


def _by_ending(path: Path) -> CodebookFormat:
    for one in CODEBOOK_FORMATS.values():
        if path.suffix.lower() in one.suffixes:
            return one
    endings = ", ".join(f"{one.suffixes[0]} ({one.name})" for one in CODEBOOK_FORMATS.values())
    raise InputError(f"{path}: the ending says no format of codebooks; name a format, or end it in {endings}.")


def _named(name: str) -> CodebookFormat:
    if name not in CODEBOOK_FORMATS:
        raise InputError(f"no format of codebooks '{name}'; {suggestion(name, CODEBOOK_FORMATS)}")
    return CODEBOOK_FORMATS[name]
