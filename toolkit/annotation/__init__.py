"""People at work: projects on disk, coding in the notebook, sampling, agreement, adjudication.

``create_project`` makes a folder with everything coders need; ``open_project(folder).annotate(coder)`` is the widget
in which they work. Decisions are lines in plain files, each on the disk before the screen says saved.
"""

from toolkit.annotation.adjudication import adjudication_session
from toolkit.annotation.assignment import assign, pair_counts
from toolkit.annotation.create import create_project
from toolkit.annotation.curator_changes import coder_scores, curator_changes, curator_summary
from toolkit.annotation.disagreements import disagreement_summary, disagreements
from toolkit.annotation.export import export_project
from toolkit.annotation.icc import icc_of
from toolkit.annotation.informative import order
from toolkit.annotation.migrate_project import migrate_project
from toolkit.annotation.project import Project, open_project
from toolkit.annotation.rules_at_stake import rule_at_stake
from toolkit.annotation.sample_size import items_for_width
from toolkit.annotation.sampling import sample
from toolkit.annotation.session import Session
from toolkit.annotation.side_by_side import side_by_side
from toolkit.annotation.spreadsheet import export_spreadsheet, import_spreadsheet
from toolkit.reliability import agreement, dawid_skene, majority

__all__ = [
    "Project",
    "Session",
    "adjudication_session",
    "agreement",
    "assign",
    "coder_scores",
    "create_project",
    "curator_changes",
    "curator_summary",
    "dawid_skene",
    "disagreement_summary",
    "disagreements",
    "export_project",
    "export_spreadsheet",
    "icc_of",
    "import_spreadsheet",
    "items_for_width",
    "majority",
    "migrate_project",
    "open_project",
    "order",
    "pair_counts",
    "rule_at_stake",
    "sample",
    "side_by_side",
]
