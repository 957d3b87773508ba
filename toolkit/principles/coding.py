"""Passages to annotations: which passages are coded, and the rows that come of it."""

import datetime
import json
from typing import NamedTuple

import pandas as pd

from toolkit.codebook import Codebook
from toolkit.corpus import without_furniture
from toolkit.errors import InputError
from toolkit.principles.coders import Coder, Scored, coder
from toolkit.tables import check

__all__ = ["CODED_LANGUAGES", "Coding", "code_passages"]

#: Languages whose passages are coded: those of the examples and cues.
CODED_LANGUAGES = ("es", "it")


class Coding(NamedTuple):
    """``annotations``: one row per decided code. ``scores``: one row per passage and code. ``left_out``: number
    of passages not coded by language, for example {"en": 4}."""

    annotations: pd.DataFrame
    scores: pd.DataFrame
    left_out: dict[str, int]


def code_passages(
    posts: pd.DataFrame,
    passages: pd.DataFrame,
    codebook: Codebook,
    *,
    method: str | Coder = "hybrid",
    furniture: pd.DataFrame | None = None,
    cut: float | None = None,
    created: str | None = None,
) -> Coding:
    """Code passages with the codes of a codebook.

    Parameters
    ----------
    posts, passages : their tables. Furniture and passages in other languages than Spanish and Italian are not
        coded (and counted in ``left_out``).
    method : "hybrid", "examples", "cues", or any :class:`~toolkit.principles.coders.Coder`.
    furniture : furniture table, for passages (whole documents) that contain furniture: it is not read.
    cut : score from which a code is decided, 0 to 1: lower finds more (recall), higher is surer (precision);
        by default the coder's own.
    created : time stamp of the annotations (ISO 8601, UTC); now by default.

    Returns
    -------
    Coding
        annotations with ``coder`` "machine:<method>", ``kind`` "machine", ``evidence`` as JSON: method, cues
        with positions in the post, nearest examples with similarity (cosine, -1 to 1).
    """
    posts, passages = check("posts", posts), check("passages", passages)
    if cut is not None and not 0 <= cut <= 1:
        raise InputError(f"cut: got {cut}, allowed is a number from 0 to 1.")
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    used = coder(codebook, method) if isinstance(method, str) else method
    # an all-furniture document keeps its row: it scores 0
    coded = passages[
        (~passages["furniture"] | (passages["unit"] == "document")) & passages["lang"].isin(CODED_LANGUAGES)
    ]
    others = passages[~passages["furniture"] & ~passages["lang"].isin(CODED_LANGUAGES)]
    left_out = {str(lang): int(n) for lang, n in others["lang"].fillna("unknown").value_counts().sort_index().items()}
    shown = texts if furniture is None else without_furniture(texts, furniture)
    spans = list(zip(coded["doc_id"], coded["start"], coded["end"], strict=True))
    scored = used.code([shown[doc_id][start:end] for doc_id, start, end in spans], coded["lang"].tolist())
    decided = scored.decided if cut is None else scored.scores >= max(cut, 1e-9)
    scored = scored._replace(decided=decided)
    created = created or datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    annotations = _annotations(spans, texts, scored, codebook, used.name, created)
    return Coding(annotations, _scores(spans, scored, codebook), left_out)


def _annotations(
    spans: list[tuple[str, int, int]],
    texts: dict[str, str],
    scored: Scored,
    codebook: Codebook,
    name: str,
    created: str,
) -> pd.DataFrame:
    rows = []
    for row, (doc_id, start, end) in enumerate(spans):
        for place, code in enumerate(codebook.code_ids):
            if not scored.decided[row, place]:
                continue
            evidence = scored.evidence(row, place)
            for cue in evidence.get("cues", []):
                cue["start"], cue["end"] = cue["start"] + start, cue["end"] + start
                cue["quote"] = texts[doc_id][cue["start"] : cue["end"]]
            rows.append(
                {
                    "doc_id": doc_id,
                    "start": start,
                    "end": end,
                    "quote": texts[doc_id][start:end],
                    "codebook": codebook.id,
                    "codebook_version": codebook.version,
                    "code": code,
                    "stance": scored.stances[row],
                    "coder": name,
                    "kind": "machine",
                    "score": float(scored.scores[row, place]),
                    "evidence": json.dumps(evidence, ensure_ascii=False),
                    "created": created,
                    "note": None,
                }
            )
    columns = list(rows[0]) if rows else ["doc_id", "start", "end", "quote", "codebook", "code", "coder", "kind"]
    return check("annotations", pd.DataFrame(rows, columns=columns), texts)


def _scores(spans: list[tuple[str, int, int]], scored: Scored, codebook: Codebook) -> pd.DataFrame:
    codes = codebook.code_ids
    count = len(codes)
    doc_ids, starts, ends = ([span[place] for span in spans for _ in codes] for place in range(3))
    stances = [stance for stance in scored.stances for _ in codes]
    frame = pd.DataFrame(
        {
            "doc_id": doc_ids,
            "start": starts,
            "end": ends,
            "code": codes * len(spans),
            "score": scored.scores.reshape(len(spans) * count),
            "decided": scored.decided.reshape(len(spans) * count).astype(bool),
            "stance": stances,
        }
    )
    return check("scores", frame)
