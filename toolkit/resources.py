"""Where the files that travel with the package are: data, bundled corpora, notebooks."""

from pathlib import Path

from toolkit.errors import InputError, suggestion

__all__ = ["bundled_corpus", "data_file", "data_names", "notebooks_folder"]

_DATA = Path(__file__).parent / "data"
_CHECKOUT = Path(__file__).parent.parent


def data_file(*parts: str) -> Path:
    """The path of a bundled data file or folder by its parts.

    Raises :class:`InputError` with the nearest name for one that is not there.

    >>> data_file("stopwords", "es.txt").name
    'es.txt'
    >>> data_file("stopwords", "se.txt")
    Traceback (most recent call last):
        ...
    toolkit.errors.InputError: no bundled file stopwords/se.txt; did you mean 'es.txt'?
    """
    path = _DATA.joinpath(*parts)
    if not path.exists():
        raise InputError(f"no bundled file {'/'.join(parts)}; {suggestion(parts[-1], data_names(*parts[:-1]))}")
    return path


def data_names(*parts: str) -> list[str]:
    """The names in a bundled data folder, sorted; none where there is no such folder.

    >>> data_names("stopwords")
    ['en.txt', 'es.txt', 'it.txt']
    """
    folder = _DATA.joinpath(*parts)
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def _bundled(kind: str) -> Path:
    """A folder that a wheel carries under ``data`` and a checkout has at its top."""
    inside = _DATA / kind
    return inside if inside.is_dir() else _CHECKOUT / kind


def bundled_corpus(name: str = "conversaciones") -> Path:
    """The folder of a corpus that comes with the package; :class:`InputError` for a name that is none.

    >>> sorted(path.name for path in (bundled_corpus() / "texts").iterdir())
    ['es', 'it']
    """
    folder = _bundled("corpora")
    if not (folder / name).is_dir():
        names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
        raise InputError(f"no bundled corpus '{name}'; {suggestion(name, names)}")
    return folder / name


def notebooks_folder() -> Path:
    """The folder of the tutorial notebooks, as they are committed: with their outputs.

    >>> notebooks_folder().name
    'notebooks'
    """
    return _bundled("notebooks")
