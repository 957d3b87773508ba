"""The pages of the site, written at build time from what the project has: notebooks, docstrings, help texts, README."""

import base64
import hashlib
import importlib
import inspect
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any
from unittest.mock import patch

from commands import commands
from rooms import offered, public_names, rooms

import toolkit

__all__ = ["VERSION", "write_pages"]

ROOT = Path(__file__).parent.parent
VERSION = toolkit.__version__
#: Folders of notebooks: the page of each, and what stands on it.
SHELVES = {
    "": ("Notebooks", "In learning order, 15 to 40 minutes each, as they look when they have been run.", "Minutes"),
    "es": ("Cuadernos en español", "Por orden de aprendizaje, tal como quedan al ejecutarlos.", "Minutos"),
    "it": ("Notebook in italiano", "In ordine di apprendimento, come appaiono una volta eseguiti.", "Minuti"),
    "solutions": ("Solutions", "Worked answers to the exercises of the notebooks, each with its check.", "Minutes"),
}


def write_pages(folder: Path) -> Path:
    """Write the sources of all pages into ``folder``, which is emptied before; returns it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shelves = _notebooks(folder)
    _reference(folder / "reference")
    _write(folder / "commands.md", _commands())
    _write(folder / "overview.md", _here((ROOT / "README.md").read_text(encoding="utf-8")))
    _write(folder / "model_card.md", _here((ROOT / "MODEL_CARD.md").read_text(encoding="utf-8")))
    docs = Path(__file__).parent
    for page in docs.glob("*.md"):
        shutil.copy(page, folder / page.name)
    index = (docs / "index.md").read_text(encoding="utf-8")
    for name, text in (("path", shelves[""]), ("version", VERSION), ("citation", _citation())):
        index = index.replace(f"[[{name}]]", text)
    _write(folder / "index.md", index)
    return folder


# ---- notebooks -------------------------------------------------------------------------------------------


def _notebooks(folder: Path) -> dict[str, str]:
    """Copy the notebooks and write a page per folder of them; returns the table of each."""
    tables = {}
    for shelf, (title, about, minutes) in SHELVES.items():
        paths = _chosen(sorted((ROOT / "notebooks" / shelf).glob("*.ipynb")))
        if not paths:
            continue
        place = folder / "notebooks" / shelf
        place.mkdir(parents=True, exist_ok=True)
        rows = [f"| {title} | {minutes} | |", "|---|---|---|"]
        for path in paths:
            notebook = json.loads(path.read_text(encoding="utf-8"))
            _write(place / path.name, json.dumps(_readable(notebook, place), ensure_ascii=False))
            rows.append(_row(path, notebook, shelf))
        tables[shelf] = "\n".join(rows)
        own = tables[shelf].replace("](notebooks/", "](" if shelf == "" else "](../")
        toc = "\n".join(path.stem for path in paths)
        inner = "" if shelf else "".join(f"\n{name}/index" for name in SHELVES if name and _there(name))
        _write(place / "index.md", f"# {title}\n\n{about}\n\n{own}\n\n```{{toctree}}\n:hidden:\n\n{toc}{inner}\n```\n")
    if (ROOT / "notebooks" / "images").is_dir():
        shutil.copytree(ROOT / "notebooks" / "images", folder / "notebooks" / "images")
    return tables


def _chosen(paths: list[Path]) -> list[Path]:
    """All, or for a quick try those that the variable SITE_NOTEBOOKS names."""
    named = os.environ.get("SITE_NOTEBOOKS")
    return [path for path in paths if not named or path.stem in named.split(",")]


def _there(shelf: str) -> bool:
    return bool(_chosen(list((ROOT / "notebooks" / shelf).glob("*.ipynb"))))


def _row(path: Path, notebook: dict[str, Any], shelf: str) -> str:
    """A row of a table of notebooks: number and title, minutes, the same in other languages."""
    header = "".join(notebook["cells"][0]["source"])
    title = re.search(r"^# (.+)$", header, re.M)
    minutes = re.search(r"\*\*(?:Minut\w+|Tiempo|Tempo)[^*]*\*\*\s*(.+)", header)
    number = path.stem[:2] + " " if path.stem[:2].isdigit() else ""
    link = f"[{number}{title[1] if title else path.stem}]({_at(shelf, path.name)})"
    beside = [
        f"[{name}]({_at(name, path.name)})"
        for name in SHELVES
        if name and not shelf and (ROOT / "notebooks" / name / path.name).exists()
    ]
    return f"| {link} | {_first(minutes[1]) if minutes else ''} | {', '.join(beside)} |"


def _at(shelf: str, name: str) -> str:
    return f"notebooks/{shelf}/{name}" if shelf else f"notebooks/{name}"


def _first(text: str) -> str:
    """The first sentence; a full stop between numbers ends none."""
    return re.split(r"(?<=[.;])\s", text.replace("|", r"\|"))[0].rstrip(".;")


def _readable(notebook: dict[str, Any], place: Path) -> dict[str, Any]:
    """A notebook whose links lead somewhere on the site, and whose prose has one title: the first."""
    titled = False
    for cell in notebook["cells"]:
        if cell["cell_type"] != "markdown":
            continue
        text = _attached(_here("".join(cell["source"])), cell.pop("attachments", {}), place)
        if titled:
            text = re.sub(r"^# ", "## ", text, flags=re.M)
        titled = titled or text.startswith("# ")
        cell["source"] = text
    return notebook


def _attached(text: str, images: dict[str, dict[str, str]], place: Path) -> str:
    """A cell whose images lie beside the page, named by what is in them."""
    for name, kinds in images.items():
        data = base64.b64decode(next(iter(kinds.values())))
        file = f"{hashlib.sha256(data).hexdigest()[:12]}{Path(name).suffix}"
        (place / file).write_bytes(data)
        text = text.replace(f"attachment:{name}", file)
    return text


def _here(text: str) -> str:
    """Markdown whose links to files that are no pages are words: what is on the site and what is not is seen."""

    def lead(found: re.Match[str]) -> str:
        words, target = found[1], found[2]
        name = target.partition("#")[0]
        image = found[0].startswith("!")
        if image or name.endswith(".ipynb") or re.match(r"https?:|#|attachment:|mailto:|data:", target):
            return found[0]
        if re.fullmatch(r"(?:\.\./)*docs/[\w-]+\.md", name):
            return f"[{words}]({target.replace('docs/', '', 1)})"
        return f"[{words}](model_card.md)" if name.endswith("MODEL_CARD.md") else f"{words} (`{name}`)"

    return re.sub(r"!?\[([^\]\[]*)\]\(([^)\s]+)\)", lead, text)


# ---- reference -------------------------------------------------------------------------------------------


def _reference(folder: Path) -> None:
    """A page for each room with its names, and one for the names that ``import toolkit`` gives."""
    folder.mkdir()
    owner = {id(one.value): one.room for one in public_names()}
    names = [room for room in rooms() if room == "toolkit" or offered(room)]
    for room in names:
        _write(folder / f"{room}.rst", _room(room, owner))
    about = ["Reference", "=========", "", "Every public name, room by room. Begin with :doc:`toolkit`.", ""]
    about += [".. list-table::", "   :widths: 35 65", ""]
    for room in names:
        about += [f"   * - :doc:`{room} <{room}>`", f"     - {_about(room)}"]
    about += ["", ".. toctree::", "   :hidden:", "", *(f"   {room}" for room in names), ""]
    _write(folder / "index.rst", "\n".join(about))


def _about(room: str) -> str:
    return (importlib.import_module(room).__doc__ or "").strip().splitlines()[0]


def _room(room: str, owner: dict[int, str]) -> str:
    lines = [room, "=" * len(room), "", f".. automodule:: {room}", "   :no-members:", ""]
    elsewhere = []
    for name, value in offered(room):
        belongs = owner.get(id(value))
        if inspect.ismodule(value):
            elsewhere.append(f"* :doc:`{room}.{name} <{room}.{name}>`")
        elif belongs == room:
            kind = "class" if inspect.isclass(value) else "function"
            lines += [f".. auto{kind}:: {room}.{name}", ""]
        elif belongs is not None:
            role = "class" if inspect.isclass(value) else "func"
            elsewhere.append(f"* :{role}:`{name} <{belongs}.{_name_at(belongs, value)}>`, at :doc:`{belongs}`")
        elif not name.startswith("__"):
            lines += [f".. py:data:: {room}.{name}", "", f"   {_constant(value)}", ""]
    if elsewhere:
        lines += ["Also here", "---------", "", *elsewhere, ""]
    return "\n".join(lines)


def _constant(value: Any) -> str:
    """What a constant holds, shortly: names of a table or a tuple, or its kind."""
    names = [str(one) for one in value] if isinstance(value, dict | tuple | list | set | frozenset) else []
    shown = ", ".join(names) if names else str(value)
    return f"``{shown}``" if len(shown) <= 400 and "\n" not in shown and "`" not in shown else type(value).__name__


def _name_at(room: str, value: Any) -> str:
    return next(name for name, own in offered(room) if own is value)


# ---- commands, citation ----------------------------------------------------------------------------------


def _commands() -> str:
    """The help of every command, as a terminal of 88 columns shows it."""
    with patch.dict(os.environ, COLUMNS="88"):
        parts = [_command(one.name, one.parser.format_help()) for one in commands()]
    return "# Commands\n\nWhat `toolkit COMMAND --help` says.\n\n" + "\n".join(parts)


def _command(name: str, text: str) -> str:
    title = f"toolkit {name}".strip()
    return f"{'##' if ' ' not in name else '###'} {title}\n\n```text\n{text.rstrip()}\n```\n"


def _citation() -> str:
    import yaml

    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    authors = "; ".join(author["name"] for author in cited["authors"])
    year, told = str(cited["date-released"])[:4], f"Version {cited['version']}. {cited['license']}."
    return f"{authors} ({year}). {cited['title']}. {told}"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
