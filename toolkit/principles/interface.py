"""What every coder offers and what it answers: one interface for cues, examples, learnt models and the user's own."""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd

__all__ = ["CODED_LANGUAGES", "METHODS", "PASSAGE_COLUMNS", "Coder", "Scored"]

METHODS = ("hybrid", "examples", "cues", "definitions", "supervised")
#: Languages whose passages are coded: those of the examples and cues.
CODED_LANGUAGES = ("es", "it")
#: What a coder is given of each passage; ``text`` is its characters (furniture within it blanked), ``before`` and
#: ``after`` the neighbouring passages of the post and ``heading`` the heading it stands under (all may be empty).
PASSAGE_COLUMNS = ("doc_id", "passage_id", "start", "end", "lang", "text", "before", "after", "heading")


class Scored(NamedTuple):
    """What a coder says of n passages and m codes.

    ``scores`` (n, m) 0 to 1, higher is surer; ``decided`` (n, m) truth; ``stances`` (n, 4) probabilities in the
    order of :data:`toolkit.tables.STANCES`, rows that sum to 1, or None if the coder suggests none, missing where it
    has no view; ``evidence(row, code)`` gives what speaks for a code: cues with positions in the passage, nearest
    examples, the parts of the score.

    >>> import numpy as np
    >>> from toolkit.principles import Scored
    >>> scored = Scored(np.array([[0.9, 0.1]]), np.array([[True, False]]), None, lambda row, code: {"method": "mine"})
    >>> scored.scores.shape, scored.decided.tolist(), scored.evidence(0, 0)
    ((1, 2), [[True, False]], {'method': 'mine'})
    """

    scores: np.ndarray
    decided: np.ndarray
    stances: np.ndarray | None
    evidence: Callable[[int, int], dict[str, Any]]


class Coder(Protocol):
    """What every coder offers; ``name`` goes into the annotations, ``cut`` is the score from which it decides."""

    name: str
    cut: float

    def code(self, passages: pd.DataFrame) -> Scored:
        """Score passages with the columns :data:`PASSAGE_COLUMNS`, those of a post together and in its order."""
        ...
