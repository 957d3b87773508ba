"""The desk of whoever labels texts: choose a project and a name, then read, practise and work; no code to write."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from toolkit.annotation.planning.sampling import sample
from toolkit.annotation.practising.practice import NoPractice, practice
from toolkit.annotation.projects.create import create_project, items_of
from toolkit.annotation.projects.project import Project, open_project
from toolkit.annotation.widget import attended
from toolkit.corpus import load_posts, mark_furniture
from toolkit.display import note_html
from toolkit.errors import InputError, ToolkitError, suggestion
from toolkit.files import read_yaml
from toolkit.resources import bundled_corpus, data_file

__all__ = ["Desk", "demonstration", "label_desk", "projects_in"]

#: Folders below the one looked at that may be projects: its own, and those in them.
_DEPTH = 2
#: Sentences of a demonstration: a quarter of an hour.
_SENTENCES = 20
_CODERS = ("coder_1", "coder_2")
_PARTS = ("guidelines", "practice", "work")
#: Where a notebook is opened that was saved with the desk in it, the text before it says what to do; with the desk
#: there it is hidden.
_KEPT = """<div class="ct-desk-kept">{note}</div><style>
.jp-OutputArea-child:has(.ct-desk-kept):has(+ .jp-OutputArea-child .widget-vbox) {{ display: none; }}
.jp-OutputArea-child:has(.ct-desk-kept) + .jp-OutputArea-child > .jupyter-widgets:not(:has(.widget-vbox)) {{ display: none; }}
</style>"""  # noqa: E501


def label_desk(folder: str | Path | None = None, *, lang: str = "en") -> "Desk":
    """The desk for the annotation projects in a folder; default: that of the notebook, of its other versions too.

    Its parts show themselves in the cells that end with them: ``form`` (choose a project and a name), ``guidelines``,
    ``practice`` and ``work``; the last three fill when something was chosen. Where no person runs the notebook each is
    a sentence that says what would be there.

    ``lang``: "es", "it" or "en", of everything the desk says. Raises :class:`InputError` for another language.

    >>> from tempfile import TemporaryDirectory
    >>> from toolkit.annotation import label_desk
    >>> with TemporaryDirectory() as folder:
    ...     desk = label_desk(folder, lang="es")
    >>> [part for part in ("form", "guidelines", "practice", "work") if hasattr(desk, part)]
    ['form', 'guidelines', 'practice', 'work']
    """
    words = _words()
    if lang not in words:
        raise InputError(f"the desk does not speak '{lang}'; {suggestion(lang, words)}")
    if folder is None:
        # the Spanish and the Italian notebooks are in folders of their own, beside the projects
        folder = ".." if Path.cwd().name in words else "."
    return Desk(Path(folder), lang)


def projects_in(folder: str | Path) -> list[Project]:
    """The annotation projects in a folder: itself, or folders up to two levels below it, by path.

    What cannot be read as a project is passed over, and so are hidden folders.
    """
    found, level = [], [Path(folder)]
    for _ in range(_DEPTH + 1):
        below = []
        for place in level:
            if (place / "project.json").is_file():
                try:
                    found.append(open_project(place))
                except ToolkitError:
                    continue
            else:
                below += _folders_of(place)
        level = below
    return sorted(found, key=lambda project: str(project.folder))


def demonstration(folder: str | Path, lang: str = "en") -> Project:
    """A small project to try things out: twenty sentences of the bundled, constructed corpus for two coders.

    The sentences are Spanish or Italian, as ``lang`` is; for "en" both. Raises :class:`InputError` if the folder
    "demonstration" in ``folder`` is not empty.
    """
    posts = load_posts(bundled_corpus())
    wanted = [lang] if lang in ("es", "it") else ["es", "it"]
    posts = posts[posts["lang"].isin(wanted)].reset_index(drop=True)
    items = items_of(posts, mark_furniture(posts), "sentence")
    drawn = sample(items[items["lang"].isin(wanted)], _SENTENCES, "random", seed=1)
    return create_project(
        Path(folder) / "demonstration", posts, coders=_CODERS, items=drawn, title=_words()[lang]["title"], lang=lang
    )


class Desk:
    """See :func:`label_desk`."""

    def __init__(self, folder: Path, lang: str) -> None:
        self.lang, self.words = lang, _words()[lang]
        self.form = Part(self.words["form"], lang)
        self.guidelines, self.practice, self.work = (Part(self.words[name], lang) for name in _PARTS)
        self._open: list[Any] = []
        self._projects: dict[str, Project] = {}
        if attended():
            self._furnish(folder)

    def look(self, folder: str | Path) -> list[Project]:
        """List the projects of a folder in the form; returns them."""
        found = projects_in(folder)
        self._projects = {_name(project, found): project for project in found}
        self._project.options = list(self._projects)
        self._project.index = 0 if found else None
        self._project.disabled = self._coder.disabled = self._button.disabled = not found
        self._demonstration.layout.display = "none" if found else ""
        self._names()
        self._say(self.words["found"] if found else self.words["none"].format(folder=Path(folder).resolve().name))
        return found

    def open(self, project: Project, coder: str) -> None:
        """Fill the three parts for a coder of a project; what was open before is closed."""
        self.close()
        from ipywidgets import HTML

        try:
            work = project.annotate(coder, lang=self.lang)
        except ToolkitError as error:
            self._say(str(error), "off")
            return
        try:
            practised = practice(project.folder, coder, lang=self.lang)
        except ToolkitError as error:
            practised = NoPractice(str(error), self.lang)
        shown = HTML(practised._repr_html_()) if isinstance(practised, NoPractice) else practised
        self._open = [one for one in (practised, work) if not isinstance(one, NoPractice)]
        self.guidelines.fill(HTML(project.guidelines(self.lang)._repr_html_()))
        self.practice.fill(shown)
        self.work.fill(work)
        self._say(self.words["opened"].format(project=project.settings.title, coder=coder), "good")

    def close(self) -> None:
        """Stop writing, so that another window can start."""
        for widget in self._open:
            widget.close()
        self._open = []

    def _furnish(self, folder: Path) -> None:
        """Make the widgets of the form; what they say is escaped."""
        from ipywidgets import HTML, Button, Dropdown, HBox, Layout, Text

        say, wide = self.words, Layout(width="24rem")
        self._folder = Text(value=str(folder), description=say["folder"], layout=wide)
        look = Button(description=say["look"])
        self._project = Dropdown(description=say["project"], layout=wide)
        self._coder = Dropdown(description=say["coder"], layout=wide)
        self._button = Button(description=say["open"], button_style="primary")
        self._demonstration = Button(description=say["demonstration"], layout=Layout(width="auto"))
        self._status = HTML()
        look.on_click(lambda _: self.look(self._folder.value))
        self._project.observe(lambda _: self._names(), names="value")
        self._button.on_click(lambda _: self._opened())
        self._demonstration.on_click(lambda _: self._made())
        rows = [HBox([self._folder, look]), self._project, self._coder]
        self.form.fill(*rows, HBox([self._button, self._demonstration]), self._status)
        for name in _PARTS:
            getattr(self, name).fill(HTML(note_html(say["first"], lang=self.lang)))
        self.look(folder)

    def _names(self) -> None:
        project = self._projects.get(self._project.value)
        self._coder.options = names = project.coders if project else []
        # somebody else's name is not taken by mistake
        self._coder.index = 0 if len(names) == 1 else None

    def _opened(self) -> None:
        project = self._projects.get(self._project.value)
        if project and self._coder.value:
            self.open(project.again(), self._coder.value)
        else:
            self._say(self.words["found"])

    def _made(self) -> None:
        try:
            project = demonstration(self._folder.value, self.lang)
        except ToolkitError as error:
            self._say(str(error), "off")
            return
        self.look(self._folder.value)
        self._say(self.words["made"].format(n=len(project.items), folder=project.folder.name), "good")

    def _say(self, text: str, kind: str = "open") -> None:
        self._status.value = note_html(text, kind=kind, lang=self.lang)


class Part:
    """A place in the notebook that the desk fills; ``text`` stands there where no person runs the notebook."""

    def __init__(self, text: str, lang: str) -> None:
        self.text, self.lang = text, lang
        self.box: Any = None

    def fill(self, *widgets: Any) -> None:
        """Show these widgets instead of those before."""
        from ipywidgets import VBox

        if self.box is None:
            self.box = VBox()
        self.box.children = widgets

    def _ipython_display_(self, **_how: Any) -> None:
        from IPython.display import display

        note = note_html(self.text, lang=self.lang)
        if self.box is None:
            display({"text/html": note, "text/plain": self.text}, raw=True)
            return
        display({"text/html": _KEPT.format(note=note), "text/plain": self.text}, raw=True)
        display({**self.box._repr_mimebundle_(), "text/plain": self.text}, raw=True)


@lru_cache(maxsize=1)
def _words() -> dict[str, dict[str, str]]:
    return dict(read_yaml(data_file("annotation", "desk_words.yaml")))


def _folders_of(place: Path) -> list[Path]:
    try:
        return sorted(path for path in place.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError:
        return []


def _name(project: Project, among: list[Project]) -> str:
    """The title of a project, with its folder where another has the same."""
    title = _title(project)
    same = sum(_title(one) == title for one in among) > 1
    return f"{title} ({project.folder})" if same else title


def _title(project: Project) -> str:
    return " ".join(project.settings.title.split())[:100]
