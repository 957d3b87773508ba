"""Themes x principles: which principles a theme is about, how much more than usual, and how sure that is."""

import numpy as np
import pandas as pd

from toolkit.codebook import Codebook
from toolkit.errors import InputError, suggestion
from toolkit.principles.association import FEW_POSTS, associate
from toolkit.principles.prevalence import code_matrix
from toolkit.principles.sums import post_places
from toolkit.resampling import false_discovery
from toolkit.tables import ThemeShares, check
from toolkit.tables.theme_shares import ModelShares

__all__ = ["passage_shares", "passages_of_cell", "passages_of_cells", "theme_principles"]

_COLUMNS = ["topic", "codebook", "code", "share", "lift", "ci_low", "ci_high", "p_value", "n", "q_value"]
_COLUMNS += ["lift_low", "lift_high", "posts", "posts_coded", "note"]


def passage_shares(passages: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """Theme shares of passages from those of the larger passages (paragraphs) that contain them.

    ``passages`` has doc_id, start, end; ``shares`` the shares table with the positions of its passages in
    ``start`` and ``end``. Returned: one row per passage and one column per topic; all 0 where no paragraph with
    shares contains the passage.

    >>> import pandas as pd
    >>> from toolkit.principles import passage_shares
    >>> sentences = pd.DataFrame({"doc_id": ["a", "a"], "start": [0, 50], "end": [20, 60]})
    >>> paragraphs = pd.DataFrame({"doc_id": ["a", "a"], "passage_id": "a:0", "topic": ["1", "2"], "share": [0.8, 0.2],
    ...     "start": 0, "end": 40})
    >>> passage_shares(sentences, paragraphs)  # the second sentence lies in no paragraph with shares
         1    2
    0  0.8  0.2
    1  0.0  0.0
    """
    if shares.empty:
        return pd.DataFrame(np.zeros((len(passages), 0)), columns=[], index=passages.index)
    # the themes of all models side by side
    found = ThemeShares.of_parts([shares.drop(columns="model", errors="ignore")], dtype="float64")
    return pd.DataFrame(_Weights.of(found, found.models[0], passages)[:], columns=found.topics, index=passages.index)


class _Weights:
    """The theme shares of passages, made when rows of them are asked for: those of the paragraph that holds each."""

    def __init__(self, matrix: np.ndarray, row: np.ndarray) -> None:
        self._matrix, self._row = matrix, row
        self.shape = len(row), matrix.shape[1]

    @classmethod
    def of(cls, shares: ThemeShares, model: ModelShares, passages: pd.DataFrame) -> "_Weights":
        return cls(model.matrix, shares.rows_of(model, passages))

    def __getitem__(self, rows: np.ndarray | slice) -> np.ndarray:
        row = self._row[rows]
        return np.where(row[:, None] >= 0, self._matrix[row], 0).astype(float)

    def inside(self) -> tuple[np.ndarray, "_Weights"]:
        """Which passages have a share, and their weights alone."""
        some = (self._row >= 0) & (self._matrix.sum(1) > 0)[self._row]
        return some, _Weights(self._matrix, self._row[some])

    def largest(self) -> np.ndarray:
        """The place of the largest share of each passage."""
        return np.asarray(self._matrix.argmax(1)[self._row])


def _compact(shares: pd.DataFrame | ThemeShares) -> ThemeShares:
    if isinstance(shares, ThemeShares):
        return shares
    return ThemeShares.of_parts([shares[shares["model"].notna()]] if len(shares) else [], dtype="float64")


def theme_principles(
    passages: pd.DataFrame,
    annotations: pd.DataFrame,
    shares: pd.DataFrame | ThemeShares,
    codebook: Codebook,
    *,
    repeats: int = 1000,
    permutations: int = 1000,
    confidence: float = 0.95,
    seed: int = 1,
) -> pd.DataFrame:
    """How much of each theme carries each code.

    Parameters
    ----------
    passages : the coded passages (no furniture); ``shares`` : theme shares of paragraphs with ``start``, ``end``
        and ``model`` (themes of one model share out the same passages); or :class:`toolkit.tables.ThemeShares`, for
        very many.
    repeats : bootstrap samples. ``permutations`` : at least; more are drawn where the table has so many cells that none
        could reach q < .05 alone. ``confidence`` : of the intervals.

    Returns
    -------
    DataFrame
        theme_principles table.

        share (0-1): sum of theme shares of passages with the code over that of all passages; ci_low, ci_high.
        lift (from 0): share divided by the share of the code in all passages of the model (1: as usual; missing if the
        code never occurs); lift_low, lift_high. Intervals: percentile bootstrap over posts
        (:func:`toolkit.resampling.sample_limits`); missing for a single post. In a cell without any coded passage all
        samples are 0, and so are the limits: how sure that is, the p-value says.
        p_value (0-1, small: more or less of the code than chance would give): two-sided permutation test in which posts
        of one language and nearly one length exchange their codes
        (:func:`toolkit.principles.permutation.post_permutation`); missing for a code that never occurs.
        q_value (0-1): the same for the whole table: among the cells with q < .05 about one in twenty is expected to be
        there by chance (Benjamini & Hochberg 1995, over all themes of all models and all codes).
        n: passages whose largest share is this theme; posts: posts in which such passages stand; posts_coded: posts in
        which such passages carry the code. note: "fewer than 10 posts" where ``posts`` is, else empty.

    >>> import pandas as pd
    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.principles import theme_principles
    >>> passages = pd.DataFrame({"doc_id": ["a", "b", "c", "d"], "passage_id": ["a:0", "b:0", "c:0", "d:0"], "start": 0,
    ...     "end": 20, "unit": "sentence", "lang": "es", "furniture": False})
    >>> shares = passages[["doc_id", "passage_id", "start", "end"]]
    >>> shares = shares.assign(topic=["1", "1", "2", "2"], share=1.0, model="es")
    >>> given = pd.DataFrame({"doc_id": ["a", "b", "c"], "start": 0, "end": 20, "quote": "...",
    ...     "codebook": "groundswell", "code": ["listening", "listening", "talking"], "coder": "a", "kind": "human"})
    >>> table = theme_principles(passages, given, shares, load_codebook("groundswell"), repeats=100, permutations=99)
    >>> table.query("code == 'listening'")[["topic", "code", "share", "lift", "n"]]
      topic       code  share  lift  n
    0     1  listening    1.0   2.0  2
    5     2  listening    0.0   0.0  2
    """
    passages = check("passages", passages)
    compact = _compact(shares)
    models = []
    for model in compact.models:
        inside, weight = _Weights.of(compact, model, passages).inside()
        if inside.any():
            models.append((model.topics, inside, weight))
    family = sum(len(topics) for topics, _, _ in models) * len(codebook.codes)
    truth, (_, of_post) = code_matrix(passages, annotations, codebook), post_places(passages["doc_id"])
    langs = pd.factorize(passages["lang"].fillna(""), sort=True)[0]
    rows: list[tuple[object, ...]] = []
    for topics, inside, weight in models:
        here, (posts, place) = truth[inside], post_places(of_post[inside])
        found = associate(
            weight, here, place, groups=_languages(langs[inside], place, len(posts)), family=family, repeats=repeats,
            permutations=permutations, confidence=confidence, seed=seed,
        )  # fmt: skip
        largest = weight.largest()
        n = np.bincount(largest, minlength=len(topics))
        around = _posts_of(largest, place, len(topics), len(posts))
        row, code_of = np.nonzero(here)
        cells = largest[row] * here.shape[1] + code_of
        coded = _posts_of(cells, place[row], len(topics) * here.shape[1], len(posts)).reshape(-1, here.shape[1])
        for t, topic in enumerate(topics):
            note = f"fewer than {FEW_POSTS} posts" if around[t] < FEW_POSTS else ""
            for c, code in enumerate(codebook.code_ids):
                numbers = (float(array[t, c]) for array in found)
                share, low, high, lift, lift_low, lift_high, p_value = numbers
                rows.append(
                    (topic, codebook.id, code, share, lift, low, high, p_value, int(n[t]), np.nan, lift_low,
                     lift_high, int(around[t]), int(coded[t, c]), note)
                )  # fmt: skip
    table = pd.DataFrame(rows, columns=_COLUMNS)
    table["q_value"] = false_discovery(table["p_value"].to_numpy(dtype=float))
    return check("theme_principles", table)


def _languages(langs: np.ndarray, place: np.ndarray, posts: int) -> np.ndarray:
    """The language (a number) of most passages of each post."""
    many = int(langs.max(initial=0)) + 1
    counts = np.bincount(place * many + langs, minlength=posts * many).reshape(posts, many)
    return np.asarray(counts.argmax(1))


def _posts_of(cell: np.ndarray, place: np.ndarray, cells: int, posts: int) -> np.ndarray:
    """In how many posts each cell has a passage, (cells,)."""
    there = np.zeros(cells * posts, dtype=bool)
    there[cell * posts + place] = True
    return there.reshape(cells, posts).sum(1)


def passages_of_cell(
    passages: pd.DataFrame,
    annotations: pd.DataFrame,
    shares: pd.DataFrame | ThemeShares,
    topic: str,
    code: str,
    *,
    most: int | None = None,
) -> pd.DataFrame:
    """The passages behind one cell of :func:`theme_principles`, those that weigh most first.

    Parameters
    ----------
    passages, annotations, shares : as there.
    topic, code : the cell. ``most`` : passages at most; all without.

    Returns
    -------
    DataFrame
        doc_id, start, end, quote, lang, stance, score (0-1, the coder's), share (0-1, of the theme in the passage),
        leading (the theme is the largest of the passage), weight (score times share; passages are sorted by it, then by
        doc_id and position; an annotation without a score weighs its share). The shares add up to the count behind the
        cell's own share.

    Raises
    ------
    InputError
        for a theme or code that is not in the tables; the nearest is named.

    >>> import pandas as pd
    >>> from toolkit.principles import passages_of_cell
    >>> passages = pd.DataFrame({"doc_id": ["a", "b"], "passage_id": ["a:0", "b:0"], "start": 0, "end": 20,
    ...     "unit": "sentence", "lang": "es", "furniture": False})
    >>> shares = passages[["doc_id", "passage_id", "start", "end"]].assign(topic="1", share=[0.9, 0.4], model="es")
    >>> given = pd.DataFrame({"doc_id": ["a", "b"], "start": 0, "end": 20, "score": [0.6, 0.9], "stance": None,
    ...     "quote": ["Las marcas escuchan.", "La gente habla, hoy."], "codebook": "groundswell", "code": "listening",
    ...     "coder": "machine:cues", "kind": "machine"})
    >>> passages_of_cell(passages, given, shares, "1", "listening")[["doc_id", "quote", "score", "share", "weight"]]
      doc_id                 quote  score  share  weight
    0      a  Las marcas escuchan.    0.6    0.9    0.54
    1      b  La gente habla, hoy.    0.9    0.4    0.36
    """
    known = shares.topics if isinstance(shares, ThemeShares) else list(dict.fromkeys(shares["topic"]))
    if topic not in known:
        raise InputError(f"no theme '{topic}'; {suggestion(topic, known)}")
    coded = annotations[annotations["code"] == code]
    if coded.empty:
        there = sorted(set(annotations["code"]))
        if not there:
            raise InputError(f"no passage has the code '{code}': there are no annotations; code the passages first.")
        raise InputError(f"no passage has the code '{code}'; {suggestion(code, there)}")
    compact = _compact(shares)
    of_model = next((model for model in compact.models if topic in model.topics), None)
    found = passages_of_cells(passages, coded, ThemeShares(compact.doc_ids, (of_model,) if of_model else ()), most=most)
    found = found[found["topic"] == topic].reset_index(drop=True)
    return found.drop(columns=["topic", "code", "rank"])


def passages_of_cells(
    passages: pd.DataFrame,
    annotations: pd.DataFrame,
    shares: pd.DataFrame | ThemeShares,
    *,
    most: int | None = None,
    counted: bool = False,
) -> pd.DataFrame:
    """:func:`passages_of_cell` of all cells: its columns after topic, code and rank (from 1), at most ``most`` a cell.

    A passage with several annotations of one code (of several coders) counts once, with the first of them. ``counted``:
    with a last column ``passages``, how many each cell has in all.

    >>> import pandas as pd
    >>> from toolkit.principles import passages_of_cells
    >>> passages = pd.DataFrame({"doc_id": ["a", "b"], "passage_id": ["a:0", "b:0"], "start": 0, "end": 20,
    ...     "unit": "sentence", "lang": "es", "furniture": False})
    >>> shares = passages[["doc_id", "passage_id", "start", "end"]].assign(topic="1", share=[0.9, 0.4], model="es")
    >>> given = pd.DataFrame({"doc_id": ["a", "b"], "start": 0, "end": 20, "score": [0.6, 0.9], "stance": None,
    ...     "quote": ["Las marcas escuchan.", "La gente habla, hoy."], "codebook": "groundswell", "code": "listening",
    ...     "coder": "machine:cues", "kind": "machine"})
    >>> passages_of_cells(passages, given, shares, most=1)[["topic", "code", "rank", "doc_id", "weight"]]
      topic       code  rank doc_id  weight
    0     1  listening     1      a    0.54
    """
    spans = check("passages", passages)[["doc_id", "start", "end", "lang"]]
    spots = annotations.drop_duplicates(["doc_id", "start", "end", "code"])
    # columns that annotations may lack
    spots = spots.assign(**{name: empty for name, empty in (("stance", None), ("score", np.nan)) if name not in spots})
    spots = spots.drop(columns="lang", errors="ignore").merge(spans, on=["doc_id", "start", "end"])
    score = pd.to_numeric(spots["score"]).astype(float).fillna(1).to_numpy()
    codes, known = pd.factorize(spots["code"])
    compact = _compact(shares)
    parts = []
    for model in compact.models:
        values = _Weights.of(compact, model, spots)[:]
        largest = values.argmax(1)
        for place, topic in enumerate(model.topics):
            rows = np.flatnonzero(values[:, place] > 0)
            sizes = np.bincount(codes[rows], minlength=len(known))
            if most is not None:
                rows = rows[_heaviest(codes[rows], score[rows] * values[rows, place], most)]
            own = spots.iloc[rows].assign(topic=topic, share=values[rows, place], leading=largest[rows] == place)
            parts.append(own.assign(passages=sizes[codes[rows]]) if counted else own)
    columns = ["topic", "code", "rank", "doc_id", "start", "end", "quote", "lang", "stance", "score", "share"]
    columns += ["leading", "weight", *(["passages"] if counted else [])]
    if not parts:
        return pd.DataFrame(columns=columns)
    found = pd.concat(parts, ignore_index=True)
    found["weight"] = pd.to_numeric(found["score"]).astype(float).fillna(1) * found["share"]
    found = found.sort_values(["weight", "doc_id", "start"], ascending=[False, True, True], kind="stable")
    found["rank"] = found.groupby(["topic", "code"], sort=False).cumcount() + 1
    if most is not None:
        found = found[found["rank"] <= most]
    return found[columns].reset_index(drop=True)


def _heaviest(codes: np.ndarray, weight: np.ndarray, most: int) -> np.ndarray:
    """Which of some passages of a theme can be among the ``most`` of a code that weigh most: so many, and those that
    weigh as much as the last of them."""
    order = np.lexsort((-weight, codes))
    begins = np.searchsorted(codes[order], np.arange(codes.max(initial=-1) + 1))
    ends = np.append(begins[1:], len(order))
    least = np.full(len(begins), -np.inf)
    full = ends - begins > most
    least[full] = weight[order[begins[full] + most - 1]] if most > 0 else np.inf
    return weight >= least[codes]
