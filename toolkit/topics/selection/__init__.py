"""How many topics: scores over a range of numbers, and a recommendation that says why and how sure it is.

:func:`select_k` fits and scores, :func:`recommend_k` judges, :func:`toolkit.plots.selection.selection_curves` shows.
The measures can be had for any model: :func:`coherence`, :func:`completion`, :func:`diversity`, :func:`exclusivity`.
"""

from toolkit.topics.selection.coherence import coherence, mean_and_left_out, top_terms
from toolkit.topics.selection.distinct import diversity, exclusivity
from toolkit.topics.selection.heldout import Completion, completion, folds_by_group, halves, one_topic
from toolkit.topics.selection.recommend import Recommendation, recommend_k
from toolkit.topics.selection.select import Selection, select_k
from toolkit.topics.selection.summary import summary

__all__ = [
    "Completion",
    "Recommendation",
    "Selection",
    "coherence",
    "completion",
    "diversity",
    "exclusivity",
    "folds_by_group",
    "halves",
    "mean_and_left_out",
    "one_topic",
    "recommend_k",
    "select_k",
    "summary",
    "top_terms",
]
