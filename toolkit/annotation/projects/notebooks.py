"""The notebooks of a project: one per coder to work in, one for whoever coordinates."""

from pathlib import Path
from typing import Any

from toolkit.annotation.projects.project_file import ProjectFile
from toolkit.files import read_yaml, write_text
from toolkit.resources import data_file

__all__ = ["write_notebooks"]

_ANNOTATE = (
    """\
from toolkit.annotation import open_project, practice

project = open_project(".")
project.guidelines()""",
    'practice(".", {coder!r})',
    "project.annotate({coder!r})",
    "project.feedback({coder!r})",
)
_COORDINATE = (
    """\
from toolkit.annotation import open_project

project = open_project(".")
project.progress()""",
    "project.agreement()",
    "project.disagreements().head(20)",
    "project.adjudicate({curator!r})",
    "project.feedback()",
)


def write_notebooks(folder: Path, settings: ProjectFile) -> list[Path]:
    """Write ``annotate_<coder>.ipynb`` and ``coordinate.ipynb`` into a project; those already there are kept.

    Returns the new ones.
    """
    words = read_yaml(data_file("annotation", "notebooks.yaml"))[settings.lang]
    title = settings.title.replace("\n", " ")
    written = []
    for coder in settings.coders:
        cells = []
        for text, code in zip(words["annotate"], _ANNOTATE, strict=True):
            cells += [("markdown", text), ("code", code.format(coder=coder))]
        written += _write(folder / f"annotate_{coder}.ipynb", cells, title, folded=True)
    curator = settings.curators[0] if settings.curators else ""
    cells = [("markdown", words["coordinate"][0])]
    for text, code in zip(words["coordinate"][1:], _COORDINATE, strict=True):
        if curator or "{curator" not in code:
            cells += [("markdown", text), ("code", code.format(curator=curator))]
    written += _write(folder / "coordinate.ipynb", cells, title)
    return written


def _write(path: Path, cells: list[tuple[str, str]], title: str, *, folded: bool = False) -> list[Path]:
    if path.exists():
        return []
    import nbformat

    made: list[Any] = []
    for number, (kind, source) in enumerate(cells):
        new = nbformat.v4.new_markdown_cell if kind == "markdown" else nbformat.v4.new_code_cell
        # the title of a project is a stranger's text: it is no markup
        shown = source.strip().replace("{title}", _plain(title)) if kind == "markdown" else source
        made.append(new(shown, id=f"cell-{number}"))
        if folded and kind == "code":
            # coders have no use for it; JupyterLab shows three dots instead
            made[-1].metadata["jupyter"] = {"source_hidden": True}
    book = nbformat.v4.new_notebook(cells=made)
    book.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    write_text(path, nbformat.writes(book) + "\n")
    return [path]


def _plain(text: str) -> str:
    return "".join(f"\\{sign}" if sign in r"\`*_{}[]<>()#+!|$" else sign for sign in text)
