"""The terms that set a joint theme apart, in each language for itself."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from toolkit.errors import InputError
from toolkit.topics.documents import document_terms

__all__ = ["class_terms"]


def class_terms(
    documents: Sequence[Sequence[str]],
    langs: Sequence[str],
    shares: np.ndarray,
    *,
    names: Sequence[str] | None = None,
    most: int = 20,
    fewest: float = 2.0,
) -> pd.DataFrame:
    """Top terms of each theme and language by class-based tf-idf.

    ``W = tf * log(1 + A / f)`` (Grootendorst 2022, arXiv:2203.05794, section 3.3): ``tf`` the share of the term in
    the theme's tokens, ``A`` the mean tokens of a theme, ``f`` the tokens of the term, all within one language, so
    that the amount of text in the other language changes nothing. Tokens count with the share of the theme in their
    passage.

    Parameters
    ----------
    documents : the terms of each passage. langs : its language. shares : (passages, k), 0 to 1.
    names : of the themes (default "1", "2" ...). fewest : a term must have this many tokens in a theme, weighted,
        and stand in at least two passages of the language.

    Returns
    -------
    DataFrame
        theme, lang, term, weight (not negative; compare within a theme and language only), rank (1 best), at most
        ``most`` rows per theme and language.

    >>> import numpy as np
    >>> from toolkit.topics import class_terms
    >>> documents = [["escuchar", "cliente"], ["precio", "oferta"], ["ascoltare", "cliente"], ["prezzo", "offerta"]] * 3
    >>> shares = np.array([[1, 0], [0, 1], [1, 0], [0, 1]] * 3)
    >>> class_terms(documents, ["es", "es", "it", "it"] * 3, shares, names=["talk", "money"], most=1)
       theme lang       term    weight  rank
    0   talk   es    cliente  0.549306     1
    1   talk   it  ascoltare  0.549306     1
    2  money   es     oferta  0.549306     1
    3  money   it    offerta  0.549306     1
    """
    # by place: a column of a table is asked by its index
    documents = list(documents)
    shares = np.asarray(shares, dtype=np.float64)
    spoken = np.asarray(langs, dtype=str)
    if shares.ndim != 2 or not len(documents) == len(spoken) == len(shares):
        raise InputError(
            f"class terms: {len(documents)} documents, {len(spoken)} languages and shares of shape {shares.shape}; "
            "give one row per passage."
        )
    names = [str(number) for number in range(1, shares.shape[1] + 1)] if names is None else list(names)
    if len(names) != shares.shape[1]:
        raise InputError(f"class terms: {len(names)} names and {shares.shape[1]} themes; give one name per theme.")
    rows = []
    for lang in sorted(set(spoken.tolist())):
        here = np.flatnonzero(spoken == lang).tolist()
        part = document_terms([documents[row] for row in here])
        if not part.vocabulary:
            continue
        matrix = part.matrix()
        counts = np.asarray((matrix.T @ shares[here]).T)
        size = counts.sum(1, keepdims=True)
        overall = np.asarray(matrix.sum(0)).ravel()
        weights = counts / np.maximum(size, 1e-12) * np.log1p(counts.sum() / len(names) / overall)
        spread = np.bincount(matrix.indices, minlength=len(part.vocabulary))
        weights[(counts < fewest - 1e-9) | (spread < 2)] = 0
        for theme, name in enumerate(names):
            # the vocabulary is sorted, and so are terms of equal weight
            best = np.argsort(-weights[theme], kind="stable")[:most]
            kept = [number for number in best.tolist() if weights[theme, number] > 0]
            rows += [
                (theme, name, lang, part.vocabulary[number], weights[theme, number], rank)
                for rank, number in enumerate(kept, 1)
            ]
    table = pd.DataFrame(rows, columns=["place", "theme", "lang", "term", "weight", "rank"])
    return table.sort_values(["place", "lang", "rank"]).drop(columns="place").reset_index(drop=True)
