"""Execute the notebooks in place and save them as they are committed: python tests/execute_notebooks.py [NAME ...]

NAME is a path inside notebooks/, such as 03_themes.ipynb, es/03_themes.ipynb or solutions/03_themes.ipynb; without,
all are executed. Versions in other languages get their code from the English one, cell by cell, before they run: only
prose and the cell tagged "language" are their own. Saved are outputs and counts, and nothing that differs from machine
to machine: no times, no versions of Python. A notebook that stops with an error or warns is left as it was.

For the tests, --into FOLDER executes FOLDER/asked.ipynb, with a time limit for each cell, and writes
FOLDER/done.ipynb, with the times of the cells.
"""

import base64
import copy
import io
import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from PIL import Image

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
#: Folders of the versions in other languages.
LANGUAGES = ("es", "it")
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
SECONDS_PER_CELL = 300
#: With two notebooks at a time, and on slow machines.
SECONDS_PER_TESTED_CELL = 240
#: Colours of a saved figure: enough for smooth letters and a heat map, a third of the size.
COLOURS = 256


def execute(notebook: nbformat.NotebookNode, *, folder: Path, seconds: int, times: bool = False) -> None:
    """Run all cells of a notebook, with ``folder`` as the working directory, in a kernel of their own."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    NotebookClient(
        notebook,
        timeout=seconds,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        record_timing=times,
        coalesce_streams=True,
    ).execute()


def take_code(notebook: nbformat.NotebookNode, english: nbformat.NotebookNode) -> None:
    """Give a version in another language the code of the English one: cells of the same id; prose stays."""
    ours, theirs = [cell.id for cell in notebook.cells], [cell.id for cell in english.cells]
    if ours != theirs:
        odd = sorted(set(ours) ^ set(theirs)) or ["the order"]
        raise ValueError(f"the cells are not those of the English version: {', '.join(odd)}")
    for own, cell in zip(notebook.cells, english.cells, strict=True):
        if cell.cell_type == "code" and "language" not in cell.metadata.get("tags", []):
            own.cell_type, own.source, own.metadata = "code", cell.source, copy.deepcopy(cell.metadata)


def clean(notebook: nbformat.NotebookNode) -> None:
    """Keep of the metadata only what says how to open the notebook, and which cells are closed."""
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNELSPEC, "language_info": {"name": "python"}})
    for cell in notebook.cells:
        kept = ("tags", "jupyter", "editable", "deletable")
        cell.metadata = nbformat.from_dict({key: cell.metadata[key] for key in kept if key in cell.metadata})
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                output["data"]["image/png"] = small(output["data"]["image/png"])


def small(png: str) -> str:
    """A figure with a palette of its own; one that has a palette stays as it is."""
    image = Image.open(io.BytesIO(base64.b64decode(png)))
    if image.mode == "P":
        return png
    out = io.BytesIO()
    palette = image.convert("RGB").quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    palette.save(out, "PNG", optimize=True)
    return base64.b64encode(out.getvalue()).decode() + "\n"


def _all() -> list[Path]:
    """Every notebook, but for the copies that JupyterLab keeps."""
    found = sorted(NOTEBOOKS.rglob("*.ipynb"))
    return [path for path in found if not any(part.startswith(".") for part in path.relative_to(NOTEBOOKS).parts)]


def main(names: Sequence[str]) -> int:
    """Execute the notebooks named, or all; returns the number that failed."""
    if names[:1] == ["--into"]:
        folder = Path(names[1])
        notebook = nbformat.read(folder / "asked.ipynb", as_version=4)
        execute(notebook, folder=folder, seconds=SECONDS_PER_TESTED_CELL, times=True)
        nbformat.write(notebook, folder / "done.ipynb")
        return 0
    failed = 0
    for path in [NOTEBOOKS / name for name in names] or _all():
        notebook = nbformat.read(path, as_version=4)
        try:
            if path.parent.name in LANGUAGES:
                take_code(notebook, nbformat.read(NOTEBOOKS / path.name, as_version=4))
            execute(notebook, folder=path.parent, seconds=SECONDS_PER_CELL)
        except (CellExecutionError, ValueError) as error:
            print(f"{path.relative_to(NOTEBOOKS)}: stopped, not saved\n{error}", file=sys.stderr)
            failed += 1
            continue
        said = [
            output.text
            for cell in notebook.cells
            for output in cell.get("outputs", [])
            if output.get("name") == "stderr"
        ]
        if said:
            print(f"{path.relative_to(NOTEBOOKS)}: warned, not saved\n{said[0]}", file=sys.stderr)
            failed += 1
            continue
        clean(notebook)
        nbformat.validate(notebook)
        nbformat.write(notebook, path)
        print(f"{path.relative_to(NOTEBOOKS)}: {path.stat().st_size / 1000:.0f} kB")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
