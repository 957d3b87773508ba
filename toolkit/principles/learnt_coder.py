"""The coder that learns: probabilities, stances and evidence of passages in their posts."""

import re
from collections.abc import Sequence
from functools import cache, cached_property
from itertools import groupby
from math import exp
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import ThreadpoolController, threadpool_limits

from toolkit.codebook import Codebook
from toolkit.corpus import segment
from toolkit.principles.calibration import choice_probabilities, probabilities
from toolkit.principles.context import add_neighbours
from toolkit.principles.cue_coder import cue_evidence
from toolkit.principles.features import Described, describe
from toolkit.principles.held_out import group_of
from toolkit.principles.interface import Scored
from toolkit.principles.learnt import Learnt, Parts, Scorer
from toolkit.rowwise import product
from toolkit.tables import STANCES
from toolkit.text import Encoder

__all__ = ["LearntCoder"]

_EXAMPLES = 3
#: More than one sentence may stand here.
_BORDER = re.compile(r"\n|[.!?…][^\w\s]*\s+\S")


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()


class LearntCoder:
    """Codes by a trained model; posts that the model was trained on by the model that did not see them."""

    def __init__(
        self,
        method: str,
        codebook: Codebook,
        model: Learnt,
        encoders: Sequence[Encoder],
        examples: np.ndarray,
    ) -> None:
        """``examples``: number in the example bank of each training passage, -1 for sentences of coded posts."""
        self.name = f"machine:{method}"
        self._method, self._codebook, self._encoders, self._examples = method, codebook, list(encoders), examples
        self.model = model
        self.cut = model.cut
        #: Numbers in the example bank and vectors of the examples of a code.
        self._of_code: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        bank = codebook.examples
        self._bank = list(zip(bank["id"], bank["text"], bank["codes"], strict=True))

    @cached_property
    def _scorer(self) -> Scorer:
        return Scorer(self.model)

    def __getstate__(self) -> dict[str, Any]:
        """Other processes work out for themselves what follows from the model."""
        return {**{name: value for name, value in vars(self).items() if name != "_scorer"}, "_of_code": {}}

    @property
    def facts(self) -> dict[str, object]:
        """What the model was trained on."""
        return dict(self.model.facts)

    def code(self, passages: pd.DataFrame) -> Scored:
        """Score passages; see :class:`toolkit.principles.interface.Coder`."""
        count, codes = len(passages), self._codebook.code_ids
        if not count:
            nothing = np.zeros((0, len(codes)))
            return Scored(nothing, nothing > 0, np.zeros((0, len(STANCES))), lambda row, code: {})
        model, doc_ids = self.model, passages["doc_id"].tolist()
        # one thread: as many passages a second on two processes, and the same last digit for any number of cores
        with threadpool_limits(1):
            described = describe(passages, self._codebook, model.space, self._encoders, progress=count > 500)
            if not model.facts.get("cues", True):
                # learnt without cues: they are no evidence and move no score
                described = described._replace(cues=np.zeros_like(described.cues), hits=[[] for _ in range(count)])
            models = self._models(passages)
            parts = Parts(*(np.zeros((count, len(codes))) for _ in Parts._fields))
            stances = np.zeros((count, len(STANCES)))
            for number in sorted(set(models.tolist())):
                rows = np.flatnonzero(models == number)
                here = described if len(rows) == count else described.rows(rows)
                some, stances[rows] = self._scorer.score(here, number)
                for whole, part in zip(parts, some, strict=True):
                    whole[rows] = part
        raw = parts.total() + model.codes.means
        blank = np.array([not text.strip() for text in passages["text"]], dtype=bool)
        context = np.zeros_like(raw)
        written = [doc_id for doc_id, nothing in zip(doc_ids, blank, strict=True) if not nothing]
        context[~blank] = add_neighbours(raw[~blank], written, model.codes.means)
        stances[~blank] += add_neighbours(stances[~blank], written, model.stances.means)
        scores = probabilities(raw + context, model.sigmoid)
        scores[blank] = 0.0
        # the last digits hang on the machine's arithmetic
        scores = scores.round(5)
        likely = choice_probabilities(stances, model.choice).round(4)

        decided = scores >= self.cut
        nearest: dict[int, dict[int, list[dict[str, Any]]]] = {}

        def evidence(row: int, code: int) -> dict[str, Any]:
            # whoever asks for one decided passage of a code will ask for the others
            found = nearest.get(code)
            if found is None:
                found = nearest[code] = self._nearest(described, np.flatnonzero(decided[:, code]), code)
            if row not in found:
                found |= self._nearest(described, np.array([row]), code)
            return self._evidence(row, code, described, parts, context, likely, found[row])

        return Scored(scores, decided, likely, evidence)

    def _models(self, passages: pd.DataFrame) -> np.ndarray:
        """The model for each passage: 0, or 1 + the group of its post when the model was trained on that post."""
        if not self.model.groups:
            return np.zeros(len(passages), dtype=int)
        found: list[int] = []
        whole = passages["text"].tolist()
        inside = _sentences(whole, passages["lang"].tolist())
        for _, some in groupby(range(len(passages)), key=passages["doc_id"].tolist().__getitem__):
            rows = list(some)
            texts = [whole[row] for row in rows]
            group = group_of("\n".join(texts), texts, self.model.groups)
            if group < 0:
                # of paragraphs and whole posts, with furniture blanked, no more than sentences may be the same
                group = group_of("", [text for row in rows for text in inside.get(row, ())], self.model.groups)
            found += [1 + group] * len(rows)
        return np.array(found)

    def _evidence(
        self,
        row: int,
        code: int,
        described: Described,
        parts: Parts,
        context: np.ndarray,
        likely: np.ndarray,
        examples: list[dict[str, Any]],
    ) -> dict[str, Any]:
        slope, intercept = self.model.sigmoid[code]
        # rounded first, so that what is shown adds up, and finer than the score, so that it agrees with it
        shown = {"base": round(float(slope * self.model.codes.means[code] + intercept), 6)}
        shown |= {
            name: round(float(slope * part[row, code]), 6)
            for name, part in zip(Parts._fields, parts, strict=True)
            if name != "cues" or described.hits[row]
        }
        if context[row].any():
            shown["context"] = round(float(slope * context[row, code]), 6)
        logit = round(sum(shown.values()), 6)
        return {
            "method": self._method,
            "probability": round(1 / (1 + exp(-min(max(logit, -30), 30))), 5),
            "cut": round(self.cut, 2),
            "logit": logit,
            "parts": shown,
            "cues": cue_evidence(described.hits[row], code),
            "examples": examples,
            "stance": dict(zip(STANCES, likely[row].tolist(), strict=True)),
        }

    def _nearest(self, described: Described, rows: np.ndarray, code: int) -> dict[int, list[dict[str, Any]]]:
        """For each of some passages the nearest examples that carry the code, by cosine similarity of meaning."""
        name = self._codebook.code_ids[code]
        if code not in self._of_code:
            rows_of_code = np.array(
                [
                    row
                    for row, number in enumerate(self._examples)
                    if number >= 0 and name in self._bank[int(number)][2]
                ],
                dtype=int,
            )
            self._of_code[code] = self._examples[rows_of_code], self.model.kernels.vectors[0][rows_of_code]
        numbers, vectors = self._of_code[code]
        with _blas().limit(limits=1, user_api="blas"):
            similarity = product(product(described.meaning[0][rows], self.model.kernels.axes), vectors.T)
        found: dict[int, list[dict[str, Any]]] = {}
        for row, of_row in zip(rows.tolist(), similarity, strict=True):
            places = np.arange(len(of_row))
            if len(of_row) > _EXAMPLES:
                # of equals the first is shown: only those as near as the last that is shown need sorting
                places = np.flatnonzero(of_row >= np.partition(of_row, -_EXAMPLES)[-_EXAMPLES])
            found[row] = []
            for place in places[np.argsort(-of_row[places], kind="stable")][:_EXAMPLES]:
                example_id, text, codes = self._bank[int(numbers[place])]
                similar = round(float(min(max(of_row[place], -1), 1)), 2)
                found[row].append({"id": example_id, "similarity": similar, "stance": codes[name], "text": text})
        return found


def _sentences(texts: Sequence[str], langs: Sequence[str]) -> dict[int, list[str]]:
    """The sentences of each text that may hold several."""
    rows = [row for row, text in enumerate(texts) if _BORDER.search(text)]
    posts = pd.DataFrame({"doc_id": [str(row) for row in rows], "lang": [langs[row] for row in rows]})
    posts = posts.assign(text=[texts[row] for row in rows], sha256="").astype({"doc_id": "str", "lang": "str"})
    found: dict[int, list[str]] = {}
    for doc_id, start, end in segment(posts)[["doc_id", "start", "end"]].itertuples(index=False, name=None):
        found.setdefault(int(doc_id), []).append(texts[int(doc_id)][start:end])
    return found
