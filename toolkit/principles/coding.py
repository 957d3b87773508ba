"""Passages to annotations: which passages are coded, and the rows that come of it."""

import datetime
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from toolkit.codebook import Codebook
from toolkit.corpus import without_furniture
from toolkit.errors import InputError
from toolkit.parallel import run_tasks
from toolkit.principles.callables import OwnCoder, as_coder, coded_by
from toolkit.principles.coders import coder
from toolkit.principles.interface import CODED_LANGUAGES, METHODS, Coder, Scored
from toolkit.principles.passage_texts import passage_texts
from toolkit.tables import STANCES, check

__all__ = ["Coding", "code_passages"]

#: Passages per task: the tasks are the same for any number of workers, and so are the results.
_PASSAGES_PER_TASK = 1_000
#: A process more needs seven seconds to load model and dictionaries, in which one codes some 10,000 passages: with
#: fewer than twice as many, two are not ready sooner.
_WORTH_A_POOL = 20_000


class Coding(NamedTuple):
    """``annotations``: one row per decided code. ``scores``: one row per passage and code. ``left_out``: number
    of passages not coded by language, for example {"en": 4}. ``unsure``: passages with a code the coder abstained
    on.

    >>> import pandas as pd
    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.corpus import segment
    >>> from toolkit.principles import code_passages
    >>> posts = pd.DataFrame({"doc_id": ["a", "b"], "lang": ["es", "en"], "sha256": "",
    ...     "text": ["Hay que escuchar a los clientes.", "One has to listen to customers."]})
    >>> coding = code_passages(posts, segment(posts), load_codebook(), method="cues")
    >>> coding.annotations["code"].tolist(), len(coding.scores) == len(load_codebook().code_ids), coding.left_out
    (['listening'], True, {'en': 1})
    """

    annotations: pd.DataFrame
    scores: pd.DataFrame
    left_out: dict[str, int]
    unsure: int


def code_passages(
    posts: pd.DataFrame,
    passages: pd.DataFrame,
    codebook: Codebook,
    *,
    method: str | Coder | Callable[[pd.DataFrame, Codebook], Any] = "hybrid",
    furniture: pd.DataFrame | None = None,
    cut: float | None = None,
    unsure: float = 0.0,
    every_language: bool = False,
    created: str | None = None,
    workers: int = 1,
) -> Coding:
    """Code passages with the codes of a codebook.

    Parameters
    ----------
    posts, passages : their tables. Furniture is not coded; passages in other languages than Spanish and Italian
        neither (they are counted in ``left_out``), unless ``every_language``: then their meaning alone is read and
        the note of their annotations says so.
    method : a name (:func:`toolkit.principles.coder`), a :class:`~toolkit.principles.Coder`, or a function of your
        own (:func:`toolkit.principles.as_coder`).
    furniture : furniture table, for passages (whole documents) that contain furniture: it is not read.
    cut : score from which a code is decided, 0 to 1: lower finds more (recall), higher is surer (precision);
        by default the coder's own.
    unsure : half width of a band around the cut, 0 to 0.5, in which the coder abstains: nothing is decided there,
        and the scores say ``unsure``.
    created : time stamp of the annotations (ISO 8601, UTC); now by default.
    workers : processes; the result is the same for any number. A coder of your own runs in this one.

    Returns
    -------
    Coding
        annotations with ``coder`` "machine:<method>", ``kind`` "machine", ``evidence`` as JSON: method, the parts
        that add up to the logit of the score, cues with positions in the post, nearest examples with similarity
        (cosine, -1 to 1), probabilities of the stances (:func:`toolkit.principles.explain` reads it aloud). scores
        with doc_id, start, end, code, score, decided, stance, stance_score (probability of that stance), unsure.

    Raises
    ------
    InputError
        for a cut or band outside its range, a position outside its text, and what a coder of your own got wrong.

    >>> import pandas as pd
    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.corpus import segment
    >>> from toolkit.principles import code_passages
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "",
    ...     "text": ["Hay que escuchar a los clientes. Ayer llovió en Madrid."]})
    >>> coding = code_passages(posts, segment(posts), load_codebook(), method="cues", created="2026-01-01T00:00:00Z")
    >>> coding.annotations[["start", "end", "quote", "code", "coder"]]
       start  end                             quote       code         coder
    0      0   32  Hay que escuchar a los clientes.  listening  machine:cues
    """
    posts, passages = check("posts", posts), check("passages", passages)
    if cut is not None and not 0 <= cut <= 1:
        raise InputError(f"cut: got {cut}, allowed is a number from 0 to 1.")
    if not 0 <= unsure <= 0.5:
        raise InputError(f"unsure: got {unsure}, allowed is half the width of a band, a number from 0 to 0.5.")
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    shown = texts if furniture is None else without_furniture(texts, furniture[furniture["doc_id"].isin(list(texts))])
    # an all-furniture document keeps its row: it scores 0
    visible = passages[~passages["furniture"] | (passages["unit"] == "document")]
    ours = visible["lang"].isin(CODED_LANGUAGES)
    left_out = {
        str(lang): int(n) for lang, n in visible[~ours]["lang"].fillna("unknown").value_counts().sort_index().items()
    }
    coded = passage_texts(shown, visible if every_language else visible[ours])
    if every_language:
        left_out = {}
    if isinstance(method, str) and method in METHODS:
        used: Coder | None = coder(codebook, method)
    else:
        used = method if hasattr(method, "code") and not isinstance(method, OwnCoder) else None  # type: ignore[assignment]
        if isinstance(method, str):
            coder(codebook, method)  # says which methods there are
    if used is None:
        own = method if isinstance(method, OwnCoder) else as_coder(method, codebook)  # type: ignore[arg-type]
        tables, name = [_of_function(own, coded, codebook)], own.name
    else:
        tables, name = _of_coder(used, coded, codebook, cut, unsure, workers), used.name
    scores = check("scores", pd.concat([table for table, _ in tables], ignore_index=True))
    created = created or datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    rows = [row for _, found in tables for row in found]
    annotations = _annotations(rows, texts, codebook, name, created)
    doubted = scores.loc[scores["unsure"], ["doc_id", "start", "end"]].drop_duplicates()
    return Coding(annotations, scores, left_out, len(doubted))


def _of_coder(
    used: Coder, coded: pd.DataFrame, codebook: Codebook, cut: float | None, unsure: float, workers: int
) -> list[tuple[pd.DataFrame, list[dict[str, Any]]]]:
    """Scores and rows of annotations, task by task; a post is never divided between tasks."""
    tasks: list[tuple[Any, ...]] = []
    places = coded.groupby("doc_id", sort=False).indices.values()
    batch: list[np.ndarray] = []
    for rows in places:
        batch.append(rows)
        if sum(map(len, batch)) >= _PASSAGES_PER_TASK:
            tasks.append((coded.iloc[np.concatenate(batch)], cut, unsure))
            batch = []
    if batch or not tasks:
        tasks.append((coded.iloc[np.concatenate(batch)] if batch else coded, cut, unsure))
    pool = workers if len(coded) >= _WORTH_A_POOL else 1
    return run_tasks(_coded_task, tasks, shared=(used, codebook), workers=pool, label="coding", progress=len(tasks) > 1)


def _coded_task(
    used: Coder, codebook: Codebook, coded: pd.DataFrame, cut: float | None, unsure: float
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    coded = coded.reset_index(drop=True)
    scored = used.code(coded)
    _check_shapes(scored, used.name, len(coded), len(codebook.codes))
    limit = max(used.cut if cut is None else cut, 1e-9)
    doubt = (np.abs(scored.scores - limit) < unsure) & (scored.scores > 0)
    decided = (scored.decided if cut is None else scored.scores >= limit) & ~doubt
    return _scores(coded, scored, decided, doubt, codebook), _rows(coded, scored, decided, codebook, limit, used.name)


def _check_shapes(scored: Scored, name: str, passages: int, codes: int) -> None:
    expected = {"scores": (passages, codes), "decided": (passages, codes), "stances": (passages, len(STANCES))}
    for field, shape in expected.items():
        found = getattr(scored, field)
        if found is not None and np.shape(found) != shape:
            raise InputError(f"coder '{name}': {field} of shape {np.shape(found)}, expected {shape} (passages first).")


def _scores(
    coded: pd.DataFrame, scored: Scored, decided: np.ndarray, doubt: np.ndarray, codebook: Codebook
) -> pd.DataFrame:
    count = len(codebook.codes)
    frame = coded[["doc_id", "start", "end"]].loc[np.repeat(np.arange(len(coded)), count)].reset_index(drop=True)
    stance, stance_score = _stances(scored, len(coded))
    return frame.assign(
        code=codebook.code_ids * len(coded),
        score=scored.scores.reshape(-1),
        decided=decided.reshape(-1).astype(bool),
        stance=np.repeat(np.array(stance, dtype=object), count),
        stance_score=np.repeat(stance_score, count),
        unsure=doubt.reshape(-1).astype(bool),
    )


def _stances(scored: Scored, count: int) -> tuple[list[str | None], np.ndarray]:
    """The likeliest stance of each passage and its probability; none where the coder has no view."""
    if scored.stances is None:
        return [None] * count, np.full(count, np.nan)
    known = ~np.isnan(scored.stances)
    best = np.where(known, scored.stances, -np.inf).argmax(1) if count else np.zeros(0, int)
    stances = [STANCES[place] if some else None for place, some in zip(best, known.any(1), strict=True)]
    return stances, scored.stances[np.arange(count), best]


def _rows(
    coded: pd.DataFrame, scored: Scored, decided: np.ndarray, codebook: Codebook, cut: float, name: str
) -> list[dict[str, Any]]:
    stance, _ = _stances(scored, len(coded))
    rows = []
    columns = zip(coded["doc_id"], coded["start"], coded["end"], coded["lang"], strict=True)
    for row, (doc_id, start, end, lang) in enumerate(columns):
        for place in np.flatnonzero(decided[row]):
            evidence = scored.evidence(row, int(place))
            if "cut" in evidence:
                # the cut it was decided by, which may be the user's
                evidence["cut"] = round(cut, 2)
            for cue in evidence.get("cues", []):
                if not 0 <= cue["start"] <= cue["end"] <= end - start:
                    raise InputError(
                        f"coder '{name}': a cue at {cue['start']}-{cue['end']} lies outside the passage {start}-{end} "
                        f"of '{doc_id}'; give positions in the passage's text."
                    )
                cue["start"], cue["end"] = cue["start"] + start, cue["end"] + start
            rows.append(
                {
                    "doc_id": doc_id,
                    "start": start,
                    "end": end,
                    "code": codebook.code_ids[place],
                    "stance": stance[row],
                    "score": float(scored.scores[row, place]),
                    "evidence": evidence,
                    "note": None if lang in CODED_LANGUAGES else f"language '{lang or 'unknown'}': meaning alone",
                }
            )
    return rows


def _of_function(own: OwnCoder, coded: pd.DataFrame, codebook: Codebook) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """Scores and rows of annotations by a function of the user's."""
    answers = coded_by(own.function, coded, codebook, own.name)
    codes = {code: place for place, code in enumerate(codebook.code_ids)}
    scores, decided = np.zeros((2, len(coded), len(codes)))
    stances: list[list[str | None]] = [[None] * len(codes) for _ in range(len(coded))]
    rows = []
    for answer in answers.to_dict("records"):
        row, place = answer["row"], codes[answer["code"]]
        has_score = not pd.isna(answer["score"])
        scores[row, place] = answer["score"] if has_score else float(answer["decided"])
        decided[row, place] = answer["decided"]
        stances[row][place] = answer["stance"] if isinstance(answer["stance"], str) else None
        if answer["decided"]:
            passage = coded.iloc[row]
            rows.append(
                {
                    **{name: passage[name] for name in ("doc_id", "start", "end")},
                    "code": answer["code"],
                    "stance": stances[row][place],
                    "score": answer["score"] if has_score else None,
                    "evidence": json.loads(answer["evidence"]),
                    "note": answer["note"] if isinstance(answer["note"], str) else None,
                }
            )
    nothing = np.zeros_like(decided, dtype=bool)
    table = _scores(coded, Scored(scores, decided > 0, None, lambda row, code: {}), decided > 0, nothing, codebook)
    flat = [stance for of_passage in stances for stance in of_passage]
    return table.assign(stance=np.array(flat, dtype=object)), rows


def _annotations(
    rows: list[dict[str, Any]], texts: dict[str, str], codebook: Codebook, name: str, created: str
) -> pd.DataFrame:
    found = []
    for row in rows:
        text, evidence = texts[row["doc_id"]], row["evidence"]
        for cue in evidence.get("cues", []):
            # where furniture was blanked, the quote is still the post's own text
            cue["quote"] = text[cue["start"] : cue["end"]]
        found.append(
            {
                **{key: row[key] for key in ("doc_id", "start", "end")},
                "quote": text[row["start"] : row["end"]],
                "codebook": codebook.id,
                "codebook_version": codebook.version,
                "code": row["code"],
                "stance": row["stance"],
                "coder": name,
                "kind": "machine",
                "score": row["score"],
                "evidence": json.dumps(evidence, ensure_ascii=False),
                "created": created,
                "note": row["note"],
            }
        )
    columns = list(found[0]) if found else ["doc_id", "start", "end", "quote", "codebook", "code", "coder", "kind"]
    return check("annotations", pd.DataFrame(found, columns=columns), texts)
