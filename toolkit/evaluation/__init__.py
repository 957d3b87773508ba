"""How good a coding is: measures with intervals, confusions, hardest errors, calibration, baselines, people."""

from toolkit.evaluation.files import evaluate_files
from toolkit.evaluation.measures import MEASURES
from toolkit.evaluation.people import human_agreement
from toolkit.evaluation.result import Evaluation, evaluate
from toolkit.evaluation.text import as_markdown, as_text

__all__ = ["MEASURES", "Evaluation", "as_markdown", "as_text", "evaluate", "evaluate_files", "human_agreement"]
