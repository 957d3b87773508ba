"""Reading and writing files so that nothing half-written, oversized or executable comes in or goes out."""

import hashlib
import json
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.constructor import ConstructorError

from toolkit.errors import InputError, OutputError

__all__ = [
    "json_lines",
    "new_folder",
    "parse_yaml",
    "read_yaml",
    "sha256_text",
    "write_bytes",
    "write_json",
    "write_text",
]

#: The largest YAML text that is read. The biggest file of this project (a cue lexicon) has about 0.2 MB.
MAX_YAML_CHARACTERS = 4_000_000
#: The deepest nesting of YAML that is read; codebooks need five levels.
MAX_YAML_DEPTH = 30
_PACKAGE = Path(__file__).resolve().parent

_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Parser):
    """YAML without tags that build objects and without a key given twice.

    Plain scalars are read as in YAML 1.2: ``No`` is the word and not false, ``10:32`` is not 632.
    """

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012 - filled below, as PyYAML wants it

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping; refuses a key given twice."""
        seen: set[str] = set()
        for key_node, _ in node.value:
            key = str(key_node.value)
            if key in seen:
                raise ConstructorError(None, None, f"the key '{key}' is given twice", key_node.start_mark)
            seen.add(key)
        return dict(super().construct_mapping(node, deep))

    def whole(self, node: yaml.ScalarNode) -> int:
        """A whole number as it stands there: 010 is ten, as in YAML 1.2, and not eight."""
        return int(self.construct_scalar(node))


class _StrictLoader(Composer, _Loader):
    """The same for texts of strangers: also without aliases, and with bounded nesting.

    Nodes come from PyYAML's own composer, which can be stopped at each of them, and not from the C library's,
    which deep nesting can crash. Three times slower, which matters for a cue lexicon and not for a post.
    """

    def __init__(self, text: str) -> None:
        _Parser.__init__(self, text)
        Composer.__init__(self)
        self._depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """One node; refuses aliases and nesting deeper than MAX_YAML_DEPTH."""
        if self.check_event(yaml.AliasEvent):
            self._refuse("YAML aliases (*name) are refused; write the value out")
        if getattr(self.peek_event(), "tag", None):
            self._refuse("YAML tags (!name) are refused; write plain values")
        self._depth += 1
        if self._depth > MAX_YAML_DEPTH:
            self._refuse(f"YAML is nested deeper than {MAX_YAML_DEPTH} levels; flatten it")
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def _refuse(self, problem: str) -> None:
        raise ConstructorError(None, None, problem, self.peek_event().start_mark)


class _TextLoader(_StrictLoader):
    """The same, with every plain value as the text that stands there: no numbers, dates or truth values."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012 - filled below, as PyYAML wants it


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.whole)
_TextLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?$", "-+0123456789."),
    ("timestamp", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def parse_yaml(text: str, where: str, *, trusted: bool = False, as_text: bool = False) -> Any:
    """The value of a YAML text from an untrusted source.

    Refused with :class:`InputError` naming ``where`` and, where there is one, the line: texts over
    4 million characters, aliases (``*name``, which can multiply without bound), tags (``!name``),
    keys given twice, nesting deeper than 30 levels, and anything that is not YAML. ``trusted``: a file of this
    package, read faster. ``as_text``: "007", "1.10" and "2009-03-12" stay the text they are.

    >>> parse_yaml("title: Hola", "a.md")
    {'title': 'Hola'}
    """
    if len(text) > MAX_YAML_CHARACTERS:
        raise InputError(f"{where}: has {len(text):,} characters of YAML, more than {MAX_YAML_CHARACTERS:,}.")
    loader = _TextLoader if as_text else _Loader if trusted else _StrictLoader
    try:
        return yaml.load(text, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line_text = f", line {mark.line + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or str(error)
        problem = " ".join(str(problem).split('in "<unicode string>"')[0].split()).rstrip(",.")
        raise InputError(f"{where}{line_text}: not YAML that is read here: {problem}.") from error
    except (ValueError, OverflowError, RecursionError) as error:
        raise InputError(f"{where}: a value cannot be read as YAML: {error}.") from error


def read_yaml(path: Path) -> Any:
    """The value of a YAML file in UTF-8; :class:`InputError` for a file that cannot be read, and for what
    :func:`parse_yaml` refuses.

    >>> from toolkit.resources import data_file
    >>> read_yaml(data_file("codebooks", "groundswell.yaml"))["id"]
    'groundswell'
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 (byte {error.start}); save the file as UTF-8.") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}.") from error
    return parse_yaml(text, str(path), trusted=path.resolve().is_relative_to(_PACKAGE))


def json_lines(path: Path) -> Iterator[tuple[int, Any]]:
    """The values of a JSON Lines file with their line numbers; blank lines are passed over.

    Raises :class:`InputError` with file and line for what is not JSON in UTF-8.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from toolkit.files import write_bytes
    >>> with TemporaryDirectory() as folder:
    ...     write_bytes(Path(folder, "a.jsonl"), b'{"n": 1}\\n\\n{"n": 2}\\n')
    ...     list(json_lines(Path(folder, "a.jsonl")))
    [(1, {'n': 1}), (3, {'n': 2})]
    """
    # split at line feeds only: a text may hold other line separators of Unicode
    for number, line in enumerate(path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if line.strip():
            try:
                yield number, json.loads(line.decode("utf-8"))
            except (ValueError, RecursionError) as error:
                problem = str(error).splitlines()[0]
                raise InputError(f"{path}, line {number}: not JSON in UTF-8: {problem}.") from error


def sha256_text(text: str) -> str:
    """SHA-256 of a text in UTF-8, 64 hexadecimal digits.

    >>> sha256_text("Hola.")[:12]
    'ee6494f54a3e'
    """
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: into a neighbour, flushed to disk, then renamed over ``path``.

    Folders above it are made. Raises :class:`OutputError` with the reason where it cannot be written.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_bytes(Path(folder, "new", "a.bin"), b"Hola.")
    ...     Path(folder, "new", "a.bin").read_bytes()
    b'Hola.'
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}.") from error


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 text file as :func:`write_bytes` does, line ends as given.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_text(Path(folder, "a.txt"), "Señal")
    ...     Path(folder, "a.txt").read_bytes()
    b'Se\\xc3\\xb1al'
    """
    write_bytes(path, text.encode("utf-8", "surrogatepass"))


def write_json(path: Path, value: Any) -> None:
    """Write a value as indented JSON in UTF-8, keys in the order given, as :func:`write_bytes` does.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_json(Path(folder, "a.json"), {"título": "Hola"})
    ...     print(Path(folder, "a.json").read_text(encoding="utf-8"), end="")
    {
      "título": "Hola"
    }
    """
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A folder aside to write into; it becomes ``folder`` at the end, or is removed when anything went wrong.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from toolkit.files import write_text
    >>> with TemporaryDirectory() as folder:
    ...     with new_folder(Path(folder, "run")) as partial:
    ...         write_text(partial / "a.txt", "Hola.")
    ...     [path.name for path in Path(folder, "run").iterdir()]
    ['a.txt']
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InputError(f"{folder}: is not empty; give a new folder.")
        part = folder.parent / f".part-{secrets.token_hex(8)}"
        part.mkdir(parents=True)
        try:
            yield part
            if folder.exists():
                folder.rmdir()
            part.rename(folder)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"{folder}: cannot be written: {error.strerror or error}.") from error
