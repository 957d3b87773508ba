"""Opening JupyterLab on the tutorial notebooks, without touching the originals."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from toolkit.errors import OutputError
from toolkit.resources import notebooks_folder

__all__ = ["copy_notebooks", "open_lab", "run_lab"]

#: JupyterLab's own questions to the network: news, updates, the catalogue of extensions.
_NO_NETWORK = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)


def copy_notebooks(folder: str | Path) -> list[Path]:
    """Copy the tutorial notebooks into a folder; those already there are kept as they are. Returns the new ones."""
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
        copied = []
        for notebook in sorted(notebooks_folder().glob("*.ipynb")):
            place = target / notebook.name
            if not place.exists():
                shutil.copyfile(notebook, place)
                copied.append(place)
        return copied
    except OSError as error:
        raise OutputError(f"{target}: cannot be written: {error.strerror}; give another folder.") from error


def open_lab(folder: str | Path, *, browser: bool = True, say: Callable[[str], None] = print) -> int:
    """Copy the notebooks and run JupyterLab there until it is stopped; returns its exit status."""
    copied = copy_notebooks(folder)
    say(f"{len(copied)} notebooks copied to {folder}; notebooks already there were kept. Stop with Ctrl+C.")
    return run_lab(folder, browser=browser)


def run_lab(folder: str | Path, *, browser: bool = True) -> int:
    """Run JupyterLab in a folder until it is stopped; returns its exit status. It asks the network nothing."""
    command = [sys.executable, "-m", "jupyterlab", f"--notebook-dir={folder}", *_NO_NETWORK]
    if (
        hasattr(os, "geteuid") and os.geteuid() == 0
    ):  # in containers everyone is root; the server listens to this machine only
        command.append("--allow-root")
    server = subprocess.Popen(command + ([] if browser else ["--no-browser"]))
    try:
        return server.wait()
    except KeyboardInterrupt:
        server.terminate()
        return server.wait()
