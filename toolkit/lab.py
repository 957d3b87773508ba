"""Opening JupyterLab on the tutorial notebooks, without touching the originals."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from toolkit.errors import OutputError
from toolkit.files import write_bytes
from toolkit.resources import notebooks_folder

__all__ = ["copy_notebooks", "first_notebook", "open_lab", "run_lab", "trust"]

#: Where the path through the notebooks begins.
_FIRST = "00_start_here.ipynb"

#: JupyterLab's own questions to the network: news, updates, the catalogue of extensions.
_NO_NETWORK = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)


#: What a notebook may need beside it: pictures, a study and its numbers.
_COPIED = {".ipynb", ".toml", ".yaml", ".png"}


def copy_notebooks(folder: str | Path) -> list[Path]:
    """Copy the tutorial notebooks with their folders (es, it, solutions, images) and studies into a folder.

    Files already there are kept as they are. Returns the new ones. Raises :class:`OutputError` if the folder cannot be
    written.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     first = {path.name for path in copy_notebooks(folder)}
    ...     "00_start_here.ipynb" in first, copy_notebooks(folder)
    (True, [])
    """
    source, target = notebooks_folder(), Path(folder)
    found = [path for path in sorted(source.rglob("*")) if path.suffix in _COPIED]
    if target.resolve().is_relative_to(source.resolve()):
        # copies that were made among the notebooks are none of them
        found = [path for path in found if not path.resolve().is_relative_to(target.resolve())]
    try:
        target.mkdir(parents=True, exist_ok=True)
        copied = []
        for name in (path.relative_to(source) for path in found):
            place = target / name
            if any(part.startswith(".") for part in name.parts) or place.exists():
                continue
            # whole or not at all: what is there is kept next time
            write_bytes(place, (source / name).read_bytes())
            copied.append(place)
        return copied
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"{target}: cannot be written: {error.strerror}; give another folder.") from error


def first_notebook(folder: str | Path, lang: str = "en") -> str | None:
    """The notebook to begin with, as a path inside the folder; in English where it is not written in ``lang``.

    >>> from toolkit.resources import notebooks_folder
    >>> first_notebook(notebooks_folder(), "en")
    '00_start_here.ipynb'
    """
    for name in (f"{lang}/{_FIRST}", _FIRST):
        if (Path(folder) / name).is_file():
            return name
    return None


def trust(notebooks: Sequence[Path]) -> None:
    """Tell Jupyter that notebooks may show their saved tables as they were made.

    Of a notebook that it does not know, JupyterLab shows HTML without its styles. The signatures are kept where Jupyter
    keeps its data; where that cannot be written nothing is changed.

    >>> trust([])
    """
    import sqlite3

    import nbformat
    from nbformat.sign import NotebookNotary

    with contextlib.suppress(OSError, sqlite3.Error):
        notary = NotebookNotary()
        for path in notebooks:
            notary.sign(nbformat.read(path, as_version=4))


def open_lab(folder: str | Path, *, lang: str = "en", browser: bool = True, say: Callable[[str], None] = print) -> int:
    """Copy the notebooks and run JupyterLab on the first of them until it is stopped; returns its exit status.

    >>> open_lab("my_notebooks", lang="es")  # doctest: +SKIP
    """
    copied = [path for path in copy_notebooks(folder) if path.suffix == ".ipynb"]
    trust(copied)
    say(f"{len(copied)} notebooks copied to {folder}; notebooks already there were kept. Stop with Ctrl+C.")
    return run_lab(folder, browser=browser, notebook=first_notebook(folder, lang))


def run_lab(folder: str | Path, *, browser: bool = True, notebook: str | None = None) -> int:
    """Run JupyterLab in a folder until it is stopped; returns its exit status. It asks the network nothing.

    ``notebook``: what is opened first, a path inside the folder.

    >>> run_lab("my_notebooks", notebook="00_start_here.ipynb")  # doctest: +SKIP
    """
    command = [sys.executable, "-m", "jupyterlab", f"--notebook-dir={folder}", *_NO_NETWORK]
    if notebook is not None:
        command.append(f"--LabApp.default_url=/lab/tree/{notebook}")
    # in containers everyone is root; the server listens to this machine only
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    server = subprocess.Popen(command + ([] if browser else ["--no-browser"]))
    try:
        return server.wait()
    except KeyboardInterrupt:
        server.terminate()
        return server.wait()
