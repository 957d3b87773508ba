"""From codings and shares to occurrences: codes and themes of passages, over all languages."""

import numpy as np
import pandas as pd

from toolkit.errors import InputError, suggestion
from toolkit.statistics.counting.counted import Counted, Layer
from toolkit.tables import check, run_places

__all__ = ["count_codes", "count_themes"]


def count_codes(annotations: pd.DataFrame, passages: pd.DataFrame, *, posts: pd.DataFrame | None = None) -> Counted:
    """The codes of passages, over all languages: what lets Spanish be compared with Italian.

    Parameters
    ----------
    annotations : annotations table of one codebook. A passage has a code once, however many coders gave it; a code
        counts for every passage that its span overlaps. Stances are told apart by
        ``annotations.assign(code=annotations["code"] + ":" + annotations["stance"])``.
    passages : passages table; furniture takes no part, and is no place. Without annotations a passage counts in sizes.
    posts : posts table, for groups by metadata.

    Raises
    ------
    InputError
        for tables that are none, for annotations of several codebooks, or of documents without passages.

    >>> import pandas as pd
    >>> from toolkit.corpus import segment
    >>> from toolkit.statistics import count_codes, frequency
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "",
    ...     "text": "Las marcas escuchan. La gente habla."})
    >>> given = pd.DataFrame({"doc_id": ["a"], "start": 0, "end": 20, "quote": "Las marcas escuchan.",
    ...     "codebook": "cluetrain", "code": "listening", "coder": "first", "kind": "human"})
    >>> frequency(count_codes(given, segment(posts)))[["term", "n", "size", "share"]]  # one of two sentences
            term  n  size  share
    0  listening  1     2    0.5
    """
    annotations = check("annotations", annotations)
    books = sorted(set(annotations["codebook"]))
    if len(books) > 1:
        raise InputError(f"count_codes: annotations of the codebooks {', '.join(books)}; give those of one.")
    places, doc_ids, doc = _passages(passages, posts)
    missing = sorted(set(annotations["doc_id"]) - set(doc_ids))
    if missing:
        raise InputError(
            f"count_codes: annotations of '{missing[0]}', which has no passages; give the passages of all."
        )
    start, end = places["start"].to_numpy(np.int64), places["end"].to_numpy(np.int64)
    codes = sorted(set(annotations["code"]))
    owner = pd.Index(doc_ids).get_indexer(annotations["doc_id"])
    low, high = annotations["start"].to_numpy(np.int64), annotations["end"].to_numpy(np.int64)
    span, place = _overlapping(doc, start, end, owner, low, high)
    term = pd.Index(codes).get_indexer(annotations["code"])[span]
    cells = np.unique(place * max(len(codes), 1) + term)
    pairs = np.column_stack(np.divmod(cells, max(len(codes), 1)))
    layer = Layer("all", np.array(codes, dtype=object), doc, start, end, *_langs(places), pairs[:, 0], pairs[:, 1])
    return Counted(doc_ids, (layer,), "passages", "code", posts)


def count_themes(
    shares: pd.DataFrame, passages: pd.DataFrame, *, model: str | None = None, posts: pd.DataFrame | None = None
) -> Counted:
    """The themes of passages, each with its share: joint themes let Spanish be compared with Italian.

    Parameters
    ----------
    shares : shares table. Of several models (column ``model``) ``model`` names one; "joint" is that of all languages.
    passages : passages table with the language of each passage; the places are those that have shares.
    posts : posts table, for groups by metadata.

    Raises
    ------
    InputError
        for tables that are none, a model that is not there or not named, or shares of passages that are not there.

    >>> import pandas as pd
    >>> from toolkit.corpus import segment
    >>> from toolkit.statistics import count_themes, frequency
    >>> posts = pd.DataFrame({"doc_id": ["a", "b"], "lang": "es", "sha256": "",
    ...     "text": ["Las marcas escuchan.", "La gente habla."]})
    >>> passages = segment(posts, unit="paragraph")
    >>> shares = passages[["doc_id", "passage_id"]].loc[[0, 0, 1, 1]]  # two themes for each
    >>> shares = shares.assign(topic=["1", "2"] * 2, share=[0.75, 0.25, 0.5, 0.5])
    >>> frequency(count_themes(shares, passages), minimum=0)[["term", "n", "size", "share"]]
      term     n  size  share
    0    1  1.25     2  0.625
    1    2  0.75     2  0.375
    """
    shares = check("shares", shares)
    models = sorted(set(shares["model"].dropna())) if "model" in shares else []
    if model is None and len(models) > 1:
        model = "joint" if "joint" in models else None
        if model is None:
            raise InputError(f"count_themes: shares of the models {', '.join(models)}; name one with model=.")
    if model is not None:
        if model not in models:
            raise InputError(f"count_themes: no model '{model}'; {suggestion(model, models)}")
        shares = shares[shares["model"] == model]
    elif models and shares["model"].isna().any():
        row = int(shares["model"].isna().to_numpy().argmax())
        raise InputError(
            f"count_themes: the shares are of the model {models[0]}, but row {row + 1} names none; give each its model."
        )
    known = check("passages", passages)[["passage_id", "lang"]]
    lacking = sorted(set(shares["passage_id"]) - set(known["passage_id"]))
    columns = ["doc_id", "passage_id", "start", "end"]
    if not {"start", "end"} <= set(shares.columns):
        shares = shares.drop(columns=["start", "end"], errors="ignore")
        shares = shares.merge(passages[["passage_id", "start", "end"]], on="passage_id", how="left")
    places = shares.drop_duplicates("passage_id")[columns]
    if lacking:
        # paragraphs that the model saw need not be the passages: their language is that of the first passage inside
        known = pd.concat([known, _inside(places[places["passage_id"].isin(lacking)], passages)], ignore_index=True)
    places = places.merge(known, on="passage_id", how="left").assign(unit="paragraph", furniture=False)
    places, doc_ids, doc = _passages(places, posts)
    number = {passage: place for place, passage in enumerate(places["passage_id"])}
    topics = sorted(set(shares["topic"]))
    column = {topic: place for place, topic in enumerate(topics)}
    place, term = shares["passage_id"].map(number).to_numpy(np.int64), shares["topic"].map(column).to_numpy(np.int64)
    order = np.lexsort((term, place))
    start, end = places["start"].to_numpy(np.int64), places["end"].to_numpy(np.int64)
    weight = shares["share"].to_numpy(float)[order]
    layer = Layer(
        "all", np.array(topics, dtype=object), doc, start, end, *_langs(places), place[order], term[order], weight
    )
    return Counted(doc_ids, (layer,), "passages", "theme", posts)


def _overlapping(
    doc: np.ndarray, start: np.ndarray, end: np.ndarray, owner: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Which spans (document ``owner``, from ``low`` to ``high``) overlap which places, as pairs of both; the places are
    sorted by document and start."""
    if not len(doc) or not len(owner):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    width = int(max(end.max(), start.max(), high.max(), low.max())) + 1
    base = doc.astype(np.int64) * width
    # the farthest end so far never falls: the first place that can overlap, and the last that begins before the end
    first = np.searchsorted(np.maximum.accumulate(base + end), owner * width + low, side="right")
    last = np.searchsorted(base + start, owner * width + high, side="left")
    first = np.maximum(first, np.searchsorted(doc, owner, side="left"))
    many = np.maximum(last - first, 0)
    span = np.repeat(np.arange(len(owner)), many)
    place = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many) + first[span]
    over = (start[place] < high[span]) & (end[place] > low[span])
    return span[over], place[over]


def _inside(places: pd.DataFrame, passages: pd.DataFrame) -> pd.DataFrame:
    """passage_id and lang of places that are no passages themselves."""
    joined = places.merge(passages[["doc_id", "start", "end", "lang"]], on="doc_id", suffixes=("", "_of"))
    joined = joined[(joined["start_of"] < joined["end"]) & (joined["end_of"] > joined["start"])]
    joined = joined.sort_values(["doc_id", "start", "start_of"], kind="stable").drop_duplicates("passage_id")
    bare = sorted(set(places["passage_id"]) - set(joined["passage_id"]))
    if bare:
        raise InputError(
            f"count_themes: shares of '{bare[0]}', where no passage lies; give the passages of the shares."
        )
    return joined[["passage_id", "lang"]]


def _passages(passages: pd.DataFrame, posts: pd.DataFrame | None) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """The passages that count, in order; the documents, and that of each passage."""
    passages = check("passages", passages)
    passages = passages[~passages["furniture"]]
    units = sorted(set(passages["unit"]))
    if len(units) > 1:
        raise InputError(
            f"statistics: passages of the units {', '.join(units)}, which hold each other; give those of one."
        )
    doc_ids = (passages if posts is None else check("posts", posts))["doc_id"].drop_duplicates().tolist()
    places, names = run_places(passages["doc_id"])
    lacking = sorted(set(names) - set(doc_ids))
    if lacking:
        raise InputError(f"statistics: passages of '{lacking[0]}', which is not among the posts; give the same posts.")
    doc = pd.Index(doc_ids).get_indexer(names).astype(np.int32)[places]
    order = np.lexsort((passages["start"].to_numpy(), doc))
    return passages.iloc[order].reset_index(drop=True), np.array(doc_ids, dtype=object), doc[order]


def _langs(places: pd.DataFrame) -> tuple[tuple[str, ...], np.ndarray]:
    codes, names = pd.factorize(places["lang"], sort=True)
    return tuple(str(name) for name in names), codes.astype(np.int16)
