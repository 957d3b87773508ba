"""Shares corrected for the measured error of the coder, and the difference between languages with and without it."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from toolkit.codebook import Codebook
from toolkit.errors import InputError
from toolkit.principles.association import FEW_POSTS
from toolkit.principles.error_rates import CoderErrors, coder_errors
from toolkit.principles.prevalence import code_matrix, share_where_any
from toolkit.principles.sums import counts_by_post, post_places
from toolkit.resampling import bootstrap_samples, sample_limits, share_limits
from toolkit.tables import check

__all__ = ["adjusted_differences", "adjusted_shares", "rogan_gladen"]

_SHARES = ["lang", "codebook", "code", "n", "posts", "share", "ci_low", "ci_high", "adjusted", "adjusted_low"]
_SHARES += ["adjusted_high", "sensitivity", "specificity", "gold_positives", "gold_negatives", "note"]
_DIFFERENCES = ["codebook", "code", "first", "second", "difference", "ci_low", "ci_high"]
_DIFFERENCES += ["adjusted", "adjusted_low", "adjusted_high", "note"]


def rogan_gladen(share: float, sensitivity: float, specificity: float) -> float:
    """True share from the share that a coder with these error rates gives (Rogan & Gladen 1978, American Journal of
    Epidemiology 107, 71-76); may lie outside 0-1; missing where sensitivity + specificity <= 1, a coder no better than
    chance.

    >>> round(rogan_gladen(0.2, sensitivity=0.8, specificity=0.9), 4)
    0.1429
    """
    youden = sensitivity + specificity - 1
    return (share + specificity - 1) / youden if youden > 0 else float("nan")


def adjusted_shares(
    passages: pd.DataFrame,
    annotations: pd.DataFrame,
    codebook: Codebook,
    errors: pd.DataFrame,
    *,
    repeats: int = 2000,
    confidence: float = 0.95,
    seed: int = 1,
) -> pd.DataFrame:
    """Share of the passages with each code, per language, as coded and corrected for the coder's errors.

    Parameters
    ----------
    passages, annotations : the coded passages and what the coder gave them.
    errors : how the same coder erred on texts that people coded, either counts (lang, code, tp, fp, fn, tn) or one row
        per unit (doc_id, lang, code, gold, predicted; the last two true or false). Rows of units are better: their
        errors come in posts, and the interval takes that into account. The coded texts must not be the ones the coder
        learnt from, must have been drawn without looking at its codes, and must be like the passages: error rates are
        taken over as they are.
    repeats : samples. ``confidence`` : of the intervals.

    Returns
    -------
    DataFrame
        adjusted_shares table: lang, codebook, code, n (passages), posts; share with ci_low, ci_high as coded (0-1,
        sampling of posts only); adjusted with adjusted_low, adjusted_high (0-1; Rogan & Gladen 1978, the interval
        holds the sampling of posts and the uncertainty of both error rates); sensitivity (0-1, of the passages with
        the code the part that gets it) and specificity (0-1, of those without it the part that does not get it);
        gold_positives and gold_negatives (units that those two rest on); note.

        Where sensitivity + specificity <= 1, or there are no units with (or none without) the code, ``adjusted`` is
        missing and the note says why. An estimate outside 0-1 is set to the nearest limit, and the note gives it.

        Interval: percentiles of the estimate over samples of posts (bootstrap) and of error rates (Jeffreys' posterior,
        Beta(hits + 1/2, misses + 1/2), of counts divided by the design effect of Rao & Scott 1992, Biometrics 48,
        577-585); samples with a coder no better than chance tell nothing and go to 0 and 1 in turn.
        For single sentences drawn at random it agrees with Lang & Reiczigel (2014, Preventive Veterinary Medicine 113,
        13-22).

    Raises
    ------
    InputError
        for errors without the columns, with counts below 0, or without a row for a language and code.

    >>> import pandas as pd
    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.principles import adjusted_shares
    >>> book = load_codebook("groundswell")
    >>> passages = pd.DataFrame({"doc_id": [f"p{n}" for n in range(10)], "passage_id": [f"p{n}:0" for n in range(10)],
    ...     "start": 0, "end": 20, "unit": "sentence", "lang": "es", "furniture": False})
    >>> given = passages[["doc_id", "start", "end"]].head(3).assign(quote="...", codebook="groundswell",
    ...     code="listening", coder="machine:cues", kind="machine")
    >>> errors = pd.DataFrame({"lang": "es", "code": book.code_ids, "tp": 40, "fn": 10, "fp": 10, "tn": 90})
    >>> table = adjusted_shares(passages, given, book, errors, repeats=200)
    >>> table.query("code == 'listening'")[["lang", "code", "share", "adjusted", "sensitivity", "specificity"]].round(3)
      lang       code  share  adjusted  sensitivity  specificity
    0   es  listening    0.3     0.286          0.8          0.9
    """
    samples = _samples(passages, annotations, codebook, errors, repeats, seed)
    rows = []
    for lang, code, s in samples:
        low, high = share_limits(s.shares[:, None], np.array([s.share]), s.posts, confidence, if_all=s.if_all)
        low_adjusted, high_adjusted = sample_limits(s.adjusted[:, None], s.posts, confidence)
        e = s.errors
        rows.append(
            (lang, codebook.id, code, s.n, s.posts, s.share, low[0], high[0], s.estimate, low_adjusted[0],
             high_adjusted[0], e.sensitivity, e.specificity, e.positives, e.negatives, s.note)
        )  # fmt: skip
    return check("adjusted_shares", pd.DataFrame(rows, columns=_SHARES))


def adjusted_differences(
    passages: pd.DataFrame,
    annotations: pd.DataFrame,
    codebook: Codebook,
    errors: pd.DataFrame,
    first: str = "es",
    second: str = "it",
    *,
    repeats: int = 2000,
    confidence: float = 0.95,
    seed: int = 1,
) -> pd.DataFrame:
    """How much more often each code occurs in one language than in another, as coded and corrected.

    Arguments as in :func:`adjusted_shares`; ``first`` and ``second`` are languages of the passages.

    Returns
    -------
    DataFrame
        adjusted_differences table: codebook, code, first, second; difference (share in the first less share in the
        second, -1 to 1) with ci_low, ci_high: as coded, which mixes what the texts say with how well the coder reads
        each language; adjusted with adjusted_low, adjusted_high: corrected, missing where either share is; note. An
        interval without 0 is a difference at this confidence, for one code looked at by itself.

    Raises
    ------
    InputError
        as there, and for a language without passages.

    >>> import pandas as pd
    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.principles import adjusted_differences
    >>> book = load_codebook("groundswell")
    >>> passages = pd.DataFrame({"doc_id": [f"p{n}" for n in range(10)], "passage_id": [f"p{n}:0" for n in range(10)],
    ...     "start": 0, "end": 20, "unit": "sentence", "lang": ["es", "it"] * 5, "furniture": False})
    >>> given = passages[["doc_id", "start", "end"]].head(3).assign(quote="...", codebook="groundswell",
    ...     code="listening", coder="machine:cues", kind="machine")  # two Spanish, one Italian
    >>> errors = pd.DataFrame([(lang, code, 40, 10, 10, 90) for lang in ("es", "it") for code in book.code_ids],
    ...     columns=["lang", "code", "tp", "fn", "fp", "tn"])
    >>> table = adjusted_differences(passages, given, book, errors, repeats=200)
    >>> table.query("code == 'listening'")[["first", "second", "difference", "adjusted"]].round(3)
      first second  difference  adjusted
    0    es     it         0.2     0.286
    """
    found = {(lang, code): s for lang, code, s in _samples(passages, annotations, codebook, errors, repeats, seed)}
    langs = sorted({lang for lang, _ in found})
    for lang in (first, second):
        if lang not in langs:
            raise InputError(f"adjusted_differences: no passage is in '{lang}'; there are {', '.join(langs)}.")
    if first == second:
        raise InputError(f"adjusted_differences: both languages are '{first}'; give two different ones.")
    rows = []
    for code in codebook.code_ids:
        one, other = found[first, code], found[second, code]
        posts = min(one.posts, other.posts)
        low, high = sample_limits((one.shares - other.shares)[:, None], posts, confidence)
        low_adjusted, high_adjusted = sample_limits((one.adjusted - other.adjusted)[:, None], posts, confidence)
        notes = [f"{lang}: {s.note}" for lang, s in ((first, one), (second, other)) if s.note]
        rows.append(
            (codebook.id, code, first, second, one.share - other.share, low[0], high[0],
             one.estimate - other.estimate, low_adjusted[0], high_adjusted[0], "; ".join(notes))
        )  # fmt: skip
    return check("adjusted_differences", pd.DataFrame(rows, columns=_DIFFERENCES))


class _Samples(NamedTuple):
    """One language and code: numbers, and samples (repeats,) of the share as coded and corrected.

    ``if_all`` : as :func:`toolkit.resampling.share_limits` takes it.
    """

    n: int
    posts: int
    share: float
    if_all: float
    estimate: float
    errors: CoderErrors
    shares: np.ndarray
    adjusted: np.ndarray
    note: str


def _samples(
    passages: pd.DataFrame,
    annotations: pd.DataFrame,
    codebook: Codebook,
    errors: pd.DataFrame,
    repeats: int,
    seed: int,
) -> list[tuple[str, str, _Samples]]:
    passages = check("passages", passages)
    truth = code_matrix(passages, annotations, codebook)
    langs = passages["lang"].fillna("")
    known = sorted(set(langs))
    of_passage = pd.Index(known).get_indexer(langs)
    _, of_post = post_places(passages["doc_id"])
    measured = coder_errors(errors)
    found = []
    for number, lang in enumerate(known):
        own = of_passage == number
        posts, place = post_places(of_post[own])
        # languages are drawn independently of each other
        drawn = bootstrap_samples(len(posts), repeats, seed + number)
        wholes = np.bincount(place, minlength=len(posts)).astype(float)[:, None]
        parts = counts_by_post(truth[own], place, len(posts))
        shares = (drawn @ parts) / (drawn @ wholes)
        if_all = share_where_any(parts, wholes)
        random = np.random.default_rng([seed, number])
        for column, code in enumerate(codebook.code_ids):
            if (lang, code) not in measured:
                raise InputError(
                    f"errors: no row for language '{lang}' and code '{code}'; give the coder's errors for every "
                    "language and code of the passages (0 where there were none)."
                )
            share = float(truth[own, column].mean())
            error = measured[lang, code]
            estimate, adjusted, note = _corrected(share, shares[:, column], error, random)
            notes = [note] if note else []
            notes += [f"fewer than {FEW_POSTS} posts"] if len(posts) < FEW_POSTS else []
            numbers = (int(own.sum()), len(posts), share, if_all, estimate, error, shares[:, column], adjusted)
            found.append((str(lang), code, _Samples(*numbers, "; ".join(notes))))
    return found


def _corrected(
    share: float, shares: np.ndarray, error: CoderErrors, random: np.random.Generator
) -> tuple[float, np.ndarray, str]:
    """Corrected share, its samples, and what is to be said about it."""
    # drawn in any case: the numbers of one code do not depend on what happens to another
    sensitivity, specificity = error.draw(len(shares), random)
    nothing = np.full(len(shares), np.nan)
    for units, what in ((error.positives, "with"), (error.negatives, "without")):
        if units == 0:
            return float("nan"), nothing, f"not corrected: no unit {what} the code among the coded texts"
    raw = rogan_gladen(share, error.sensitivity, error.specificity)
    if np.isnan(raw):
        said = f"sensitivity {error.sensitivity:.2f} and specificity {error.specificity:.2f} add up to no more than 1"
        return float("nan"), nothing, f"not corrected: {said}, no better than chance"
    youden = sensitivity + specificity - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        samples = (shares + specificity - 1) / youden
    samples = np.where(youden > 0, samples, np.arange(len(shares)) % 2)
    estimate = min(max(raw, 0.0), 1.0)
    note = f"the estimate {raw:.3f} was set to {estimate:.0f}" if raw != estimate else ""
    return estimate, np.clip(samples, 0, 1), note
