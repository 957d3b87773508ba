"""People at work: projects on disk, coding in the notebook, sampling, agreement, adjudication.

``create_project`` makes a folder with everything coders need; ``open_project(folder).annotate(coder)`` is the widget
in which they work. Decisions are lines in plain files, each on the disk before the screen says saved.
"""

from toolkit.annotation.curating.adjudication import adjudication_session
from toolkit.annotation.curating.curator_changes import coder_scores, curator_changes, curator_summary
from toolkit.annotation.curating.disagreements import disagreement_summary, disagreements
from toolkit.annotation.curating.rules_at_stake import rule_at_stake
from toolkit.annotation.curating.side_by_side import side_by_side
from toolkit.annotation.desk import label_desk
from toolkit.annotation.planning.assignment import assign, pair_counts
from toolkit.annotation.planning.icc import icc_of
from toolkit.annotation.planning.informative import order
from toolkit.annotation.planning.sample_size import items_for_width
from toolkit.annotation.planning.sampling import sample
from toolkit.annotation.practising.practice import practice, practice_summary
from toolkit.annotation.projects.bring_from import import_exchange
from toolkit.annotation.projects.bring_in import import_annotations
from toolkit.annotation.projects.create import create_project, items_of
from toolkit.annotation.projects.export import export_project
from toolkit.annotation.projects.migrate_project import migrate_project
from toolkit.annotation.projects.people import add_coder
from toolkit.annotation.projects.project import Project, open_project
from toolkit.annotation.session import Session
from toolkit.annotation.sheets.spreadsheet import export_spreadsheet, import_spreadsheet
from toolkit.exchange import read_annotations, read_exchange, write_annotations
from toolkit.reliability import agreement, dawid_skene, majority

__all__ = [
    "Project",
    "Session",
    "add_coder",
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
    "import_annotations",
    "import_exchange",
    "import_spreadsheet",
    "items_for_width",
    "items_of",
    "label_desk",
    "majority",
    "migrate_project",
    "open_project",
    "order",
    "pair_counts",
    "practice",
    "practice_summary",
    "read_annotations",
    "read_exchange",
    "rule_at_stake",
    "sample",
    "side_by_side",
    "write_annotations",
]
