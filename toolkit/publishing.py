"""A notebook as a page that anyone can open, and as a PDF: both made on this machine, offline.

The page is one file: figures inside, no script, no address that a browser would load; its own policy forbids both, so
that outputs of a stranger's notebook are shown and not run. Formulas in TeX stay as they were typed. The PDF is
printed by an installed Chromium, Chrome or Edge.
"""

import html
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from toolkit.errors import InputError, OutputError
from toolkit.files import write_bytes, write_text
from toolkit.resources import data_file

__all__ = ["browser", "export_notebook", "notebook_page", "print_page"]

Say = Callable[[str], None]

#: Names of browsers that print, by themselves and where macOS and Windows put them.
_NAMES = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge",
    "microsoft-edge-stable", "msedge",
)  # fmt: skip
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"{ProgramFiles}\Google\Chrome\Application\chrome.exe",
    r"{ProgramFiles(x86)}\Microsoft\Edge\Application\msedge.exe",
    r"{ProgramFiles}\Microsoft\Edge\Application\msedge.exe",
)
#: Prints in one to five seconds; a browser that hangs is ended.
_SECONDS = 120
_FLAGS = (
    "--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-extensions", "--disable-sync", "--disable-component-update", "--proxy-server=127.0.0.1:9",
    "--no-pdf-header-footer",
)  # fmt: skip
#: Elements that load, run or lead away; the page's policy stops the first two already.
_ACTIVE = re.compile(
    r"<(script|iframe|object|frameset|applet)\b.*?(?:</\1\s*>|\Z)|<(?:meta|link|base|embed|frame)\b[^>]*>",
    re.IGNORECASE | re.DOTALL,
)
#: A tag; a sign that could end it may stand in a quoted value.
_TAG = re.compile(r"""<[a-z](?:[^<>"']++|"[^"]*+"|'[^']*+')*+>|<[a-z][^<>]*>""", re.IGNORECASE)
#: An attribute whole, so that nothing in its value is taken for another.
_ATTRIBUTE = re.compile(r"""[\s/]*([^\s"'<>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>][^\s>]*))?""")
_LOADING = ("src", "srcset", "poster", "background", "action", "formaction", "ping")
#: Addresses that run what they hold.
_RUNNING = ("javascript:", "vbscript:")


def export_notebook(
    notebook: str | Path, output: str | Path, *, pdf: bool = False, say: Say | None = None
) -> list[Path]:
    """Write a notebook, as it was last run and saved, as NAME.html and on request NAME.pdf; nothing is executed.

    Parameters
    ----------
    notebook : the .ipynb file.
    output : the folder to write to; it is made where it is missing, and files of these names in it are replaced.
    pdf : also print it with an installed Chromium, Chrome or Edge.
    say : called with a line of text on what is missing in the notebook.

    Returns
    -------
    list of Path
        the files written.

    Raises
    ------
    InputError
        for a file that is no notebook; with ``pdf`` where there is no such browser (the page is written by then).
    OutputError
        if the folder cannot be written, or the browser fails.

    >>> from tempfile import TemporaryDirectory
    >>> from toolkit.resources import notebooks_folder
    >>> with TemporaryDirectory() as folder:
    ...     [path.name for path in export_notebook(notebooks_folder() / "06_agreement.ipynb", folder)]
    ['06_agreement.html']
    """
    source, folder = Path(notebook), Path(output)
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is a file; give a folder.")
    page = folder / f"{source.stem}.html"
    write_text(page, notebook_page(source, say=say))
    if not pdf:
        return [page]
    return [page, print_page(page, page.with_suffix(".pdf"))]


def notebook_page(notebook: str | Path, *, say: Say | None = None) -> str:
    """The page of a notebook as HTML; see :func:`export_notebook`.

    >>> from toolkit.resources import notebooks_folder
    >>> page = notebook_page(notebooks_folder() / "06_agreement.ipynb")
    >>> "default-src 'none'" in page, "<script" in page
    (True, False)
    """
    from nbconvert import HTMLExporter

    # it would warn of each figure that has no description
    silent = logging.getLogger("toolkit.publishing.silent")
    silent.setLevel(logging.CRITICAL)
    path = Path(notebook)
    content = _read(path)
    code = [cell for cell in content.cells if cell.cell_type == "code"]
    if say is not None and code and not any(cell.get("outputs") for cell in code):
        say(f"{path}: holds no outputs; run it and save it first if they should be in the page.")
    content.metadata.pop("widgets", None)
    content.metadata["title"] = _title(content, path.stem)
    for cell in code:
        for output in cell.get("outputs", []):
            _quiet(output)
    exporter = HTMLExporter(
        template_name="offline",
        extra_template_basedirs=[str(data_file("templates", "export"))],
        embed_images=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        language_code=_language(content),
        log=silent,
    )
    made, _ = exporter.from_notebook_node(
        content, resources={"metadata": {"path": str(path.parent), "name": path.stem}}
    )
    head, mark, body = str(made).partition("<body")
    return head + mark + _TAG.sub(_loading_nothing, _ACTIVE.sub("", body))


def _loading_nothing(tag: re.Match[str]) -> str:
    """A tag without what is run, and without addresses that would be loaded or sent to; figures inside it stay."""

    def kept(attribute: re.Match[str]) -> str:
        name, value = attribute[1].lower(), html.unescape((attribute[2] or "").strip("\"'"))
        address = re.sub(r"[\x00-\x20]", "", value).lower()
        if name == "src" and address.startswith("data:image/"):
            return attribute[0]
        runs = name.startswith("on") or (name.endswith("href") and address.startswith(_RUNNING))
        return "" if runs or name in _LOADING else attribute[0]

    return _ATTRIBUTE.sub(kept, tag[0])


def _read(path: Path) -> Any:
    import nbformat

    if path.suffix.lower() != ".ipynb":
        raise InputError(f"{path}: is no notebook; give a file that ends in .ipynb.")
    try:
        return nbformat.read(path, as_version=4)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}.") from error
    except Exception as error:
        # damaged notebooks raise whatever JSON and the schema come across
        raise InputError(f"{path}: is damaged, or no notebook: {' '.join(str(error).split())[:120]}.") from error


def _title(content: Any, name: str) -> str:
    """The first heading, else the name of the file."""
    texts = [str(cell.source) for cell in content.cells if cell.cell_type == "markdown"]
    found = [match[1] for text in texts if (match := re.search(r"^# +(.+)$", text, re.MULTILINE))]
    return found[0].strip() if found else name


def _language(content: Any) -> str:
    """What the cell tagged "language" says, else English."""
    for cell in content.cells:
        if "language" in cell.metadata.get("tags", []) and (match := re.search(r'"(en|es|it)"', cell.source)):
            return match[1]
    return "en"


def _quiet(output: Any) -> None:
    """Of an output, what a page without scripts can show; an element that it does not end ends with it."""
    data = output.get("data", {})
    for kind in [kind for kind in data if "javascript" in kind or "widget" in kind]:
        del data[kind]
    for kind in ("text/html", "image/svg+xml"):
        if isinstance(data.get(kind), str):
            data[kind] = _ACTIVE.sub("", data[kind])


def browser() -> str | None:
    """The path of an installed Chromium, Chrome or Edge, or None.

    >>> browser() is None or Path(browser()).is_file()
    True
    """
    for name in _NAMES:
        if found := shutil.which(name):
            return found
    for place in _PLACES:
        path = re.sub(r"\{(.+?)\}", lambda match: os.environ.get(match[1], "?"), place)
        if Path(path).is_file():
            return path
    return None


def print_page(page: str | Path, pdf: str | Path) -> Path:
    """Print an HTML file to a PDF file (A4, light) with an installed browser, which is given no network.

    Raises :class:`InputError` where there is none, :class:`OutputError` if it does not finish in two minutes or fails.

    >>> print_page("page.html", "page.pdf")  # doctest: +SKIP
    PosixPath('page.pdf')
    """
    program = browser()
    if program is None:
        raise InputError(
            f"{page}: no Chromium, Chrome or Edge was found to make the PDF; open the page in a browser and print it "
            "to a file."
        )
    with tempfile.TemporaryDirectory(prefix="cluetrain-print-", ignore_cleanup_errors=True) as aside:
        made = Path(aside) / "page.pdf"
        flags = [*_FLAGS, f"--user-data-dir={aside}/profile", f"--print-to-pdf={made}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            flags.append("--no-sandbox")  # root has none; the page can run nothing
        if sys.platform == "linux":
            flags.append("--disable-dev-shm-usage")
        command = [program, *flags, Path(page).resolve().as_uri()]
        try:
            subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        except subprocess.TimeoutExpired as error:
            raise OutputError(
                f"{pdf}: the browser did not finish in {_SECONDS} seconds; print the page by hand."
            ) from error
        except OSError as error:
            raise OutputError(f"{pdf}: '{program}' cannot be started: {error.strerror}.") from error
        content = made.read_bytes() if made.is_file() else b""
        if not content.startswith(b"%PDF"):
            raise OutputError(f"{pdf}: the browser made no PDF; open {page} in a browser and print it to a file.")
        write_bytes(Path(pdf), content)
    return Path(pdf)
