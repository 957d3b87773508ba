"""One coder more in a project that has begun."""

from collections.abc import Sequence

from toolkit.annotation.projects.notebooks import write_notebooks
from toolkit.annotation.projects.project import Project
from toolkit.annotation.projects.project_file import checked_names, write_project_file
from toolkit.errors import InputError

__all__ = ["add_coder"]


def add_coder(project: Project, name: str, *, items: Sequence[str] | None = None, like: str | None = None) -> Project:
    """Add a coder to a project, with a queue and a notebook; returns the project as it is now.

    ``items``: what the new coder is given, in this order; ``like``: the same as this coder, in the same order; by
    default every item of the project. Raises :class:`InputError` for a name that cannot be one or is there already,
    both ``items`` and ``like``, and items that are not of the project or are named twice; nothing is changed then.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.annotation import add_coder, create_project
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "",
    ...     "text": "Las marcas escuchan. La gente habla."})
    >>> with TemporaryDirectory() as folder:
    ...     project = create_project(Path(folder, "work"), posts, coders=["first", "second"], codebook="groundswell")
    ...     project = add_coder(project, "third", like="first")
    ...     project.coders, project.queue("third") == project.queue("first")
    (['first', 'second', 'third'], True)
    """
    settings = project.settings
    checked_names([*settings.coders, name], settings.curators)
    if items is not None and like is not None:
        raise InputError("items and like both say what the new coder is given; give one of them.")
    queue = list(items) if items is not None else project.queue(like) if like else project.items["item"].tolist()
    if not queue:
        raise InputError(f"nothing would be given to '{name}'; name at least one item.")
    strange = sorted(set(queue) - set(project.items["item"]))
    if strange:
        raise InputError(f"the queue of '{name}': there is no item '{strange[0]}' in the project.")
    if len(set(queue)) != len(queue):
        raise InputError(f"the queue of '{name}' has an item twice; each once.")
    changed = settings.model_copy(update={"coders": (*settings.coders, name)})
    write_project_file(project.folder, changed)
    now = Project(project.folder)
    now.assign({name: queue}, f"added, like {like}" if like else "added")
    write_notebooks(project.folder, changed)
    return now
