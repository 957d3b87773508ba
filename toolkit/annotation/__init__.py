"""People at work: projects on disk, coding in the notebook, sampling, agreement, adjudication.

``create_project`` makes a folder with everything coders need; ``open_project(folder).annotate(coder)`` is the widget
in which they work. Decisions are lines in plain files, each on the disk before the screen says saved.
"""

from toolkit.annotation.create import create_project
from toolkit.annotation.project import Project, open_project

__all__ = ["Project", "create_project", "open_project"]
