"""A second opinion on the lines that no rule marked: a logistic model of how a line looks, stands and is worded.

The rules know wordings; on a page of a platform that nobody looked at, lines between and beside those they know are
left. Here each such line is described by features that have names ("zone=bottom", "words=2", "said", "w:suscríbete"),
and the log-odds that it is furniture are the sum of the weights of its features (logistic regression; features of this
kind are used on blocks of HTML by Kohlschütter et al. 2010, "Boilerplate detection using shallow text features", WSDM,
doi:10.1145/1718487.1718542). The weights are data (``toolkit/data/furniture/line_model.json``) and are made by
``tests/benchmarks/train_furniture.py``. Above the cut of its zone a line is marked; the cuts are strict, because body
text lost is worse than furniture kept.
"""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from toolkit.corpus.furniture.features import describe_lines, zones_of
from toolkit.corpus.furniture.rule import Mark
from toolkit.corpus.furniture.shapes import Line
from toolkit.resources import data_file

__all__ = ["RULE", "LineModel", "load_line_model", "more_marks"]

#: The name that its marks carry in the table of furniture.
RULE = "line_model"
#: A text in which the rules mark fewer lines is no page: notes and letters have signatures and headings too.
_FEWEST = 3
#: How many lines up and down a marked neighbour lends its kind.
_NEAR = 3
#: The second round sees what the first marked: a line between two marks (recall up by .025 in cross-validation).
_ROUNDS = 2


class LineModel(NamedTuple):
    """Weights by name of feature (natural log-odds), by zone the log-odds above which a line is marked, rule words."""

    bias: float
    weights: dict[str, float]
    cuts: dict[str, float]
    words: dict[str, float]

    def score(self, features: dict[str, float]) -> float:
        """Log-odds that a line of these features is furniture; features the model does not know count nothing."""
        weights = self.weights
        return self.bias + sum(weights[name] * value for name, value in features.items() if name in weights)


@lru_cache(maxsize=2)
def load_line_model(path: Path | None = None) -> LineModel:
    """The bundled model, or one of a file of the same form (keys ``bias``, ``weights``, ``cuts``, ``words``)."""
    text = (path or data_file("furniture", "line_model.json")).read_text(encoding="utf-8")
    data = json.loads(text)
    return LineModel(float(data["bias"]), dict(data["weights"]), dict(data["cuts"]), dict(data["words"]))


def more_marks(
    text: str,
    lines: list[Line],
    marks: list[Mark | None],
    model: LineModel | None = None,
) -> list[Mark | None]:
    """The marks of the rules, and those of the model on lines that have none.

    Parameters
    ----------
    text : the post.
    lines : its lines, of :func:`toolkit.corpus.furniture.shapes.read_lines`.
    marks : one for each line, or None; none of them is taken away or changed.
    model : the bundled one by default.

    Returns
    -------
    list
        A new list as long as ``lines``. A mark of the model has rule "line_model" and the kind of the nearest marked
        line, or "other" where none is near. Texts without a line of prose, and texts with fewer than three marks, are
        returned as they are: there is nothing by which to tell the page from the writing. Sentences are never marked.
    """
    found = list(marks)
    if sum(mark is not None for mark in marks) < _FEWEST:
        return found
    model = model or load_line_model()
    for _ in range(_ROUNDS):
        zones = zones_of(lines, found)
        if not zones:
            break
        before = list(found)
        for number, features in enumerate(describe_lines(text, lines, before, model.words, prose=False)):
            if features and model.score(features) > model.cuts[zones[number]]:
                found[number] = Mark(RULE, _kind(before, number))
        if found == before:
            break
    return found


def _kind(marks: Sequence[Mark | None], number: int) -> str:
    for step in range(1, _NEAR + 1):
        for other in (number - step, number + step):
            if 0 <= other < len(marks) and (mark := marks[other]) is not None:
                return mark.kind
    return "other"
