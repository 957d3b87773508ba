"""Which number of topics to take, why, and how sure that is."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from toolkit.display import Card, SelfShown, card, plain_text
from toolkit.errors import InputError
from toolkit.topics.selection.summary import checked_runs

__all__ = ["Recommendation", "recommend_k"]

#: What decides among numbers of topics that foresee new texts equally well.
_JUDGES = {"npmi": "coherence (NPMI)", "exclusivity": "exclusivity", "stability": "stability"}
#: Share of the resamples that the interval of ks covers, and the share below which k is called uncertain.
_COVER, _SURE = 0.9, 0.5
#: Level of the test that makes a k no candidate. On nine synthetic corpora (4, 7, 10 topics) it hit the true k
#: 8 times, always within 1; one standard error instead, about a level of 20 %, 7 times and once beyond 1.
_LEVEL = 0.05
#: Resamples: the share of one that is in truth 50 % comes out within 3 points of it.
_RESAMPLES = 1000


@dataclass(frozen=True)
class Recommendation(SelfShown):
    """A number of topics with its reasons; ``str()`` of it is both sentences.

    Attributes
    ----------
    k : the number recommended.
    low, high : the smallest and largest of the ks that together win at least 90 % of the resamples, k among them.
    share : in how many of them k itself wins, 0 to 1, higher is surer.
    shares : the same for each k; they add up to 1.
    candidates : the ks that foresee held-out texts about as well as the best; all where there is no likelihood.
    better_than_one : whether k foresees held-out texts better than one topic does; None where nobody knows.
    uncertain : k wins less than half of the resamples, is not better than one topic, is the smallest or largest
        tried, or there is only one run.
    why, against : plain sentences: the reasons, and what speaks against k.

    >>> import pandas as pd
    >>> from toolkit.topics import recommend_k
    >>> rows = [(k, measure, run, 0, base + run / 100, 0) for k, base in [(2, 0.1), (4, 0.3), (6, 0.2)]
    ...     for measure in ("npmi", "exclusivity") for run in range(4)]
    >>> found = recommend_k(pd.DataFrame(rows, columns=["k", "measure", "run", "other", "value", "left_out"]))
    >>> found.k, found.low, found.high, found.uncertain
    (4, 4, 4, False)
    >>> found.why[:39]
    'There is no held-out likelihood, so all'
    """

    k: int
    low: int
    high: int
    share: float
    shares: dict[int, float]
    candidates: tuple[int, ...]
    better_than_one: bool | None
    uncertain: bool
    why: str
    against: str

    def _card_(self, lang: str = "en") -> Card:
        facts = {
            "recommended": self.k,
            "range": f"{self.low} – {self.high}",
            "wins": self.share,
            "candidates": list(self.candidates),
            "uncertain": self.uncertain,
        }
        return card("recommendation", lang, facts=facts, notes=[said for said in (self.why, self.against) if said])

    def __str__(self) -> str:
        return plain_text(f"{self.why} {self.against}".strip())


@dataclass(frozen=True)
class _Scores:
    """Values as arrays: held (folds, ks), alone (folds,) for one topic, npmi and exclusivity (runs, ks), stability
    (runs, runs, ks)."""

    ks: np.ndarray
    held: np.ndarray
    alone: np.ndarray
    npmi: np.ndarray
    exclusivity: np.ndarray
    stability: np.ndarray

    def means(self, runs: np.ndarray) -> dict[str, np.ndarray]:
        """The mean of each judge over these runs, (ks,); missing values and a run compared with itself do not count."""
        pairs = self.stability[runs][:, runs].reshape(-1, len(self.ks))
        return {"npmi": _mean(self.npmi[runs]), "exclusivity": _mean(self.exclusivity[runs]), "stability": _mean(pairs)}


def recommend_k(runs: pd.DataFrame, *, seed: int = 1) -> Recommendation:
    """The number of topics that the scores of :func:`toolkit.topics.selection.select.select_k` speak for.

    Parameters
    ----------
    runs : ``Selection.runs``.
    seed : of the resamples; the same runs and seed give the same recommendation.

    The rule, in two steps:

    1. Candidates are the ks that the folds do not show to foresee held-out texts worse than the best k does: paired
       one-sided t test of the log-likelihoods per token, at 5 %. Paired, because folds differ from each other far
       more than neighbouring ks do. A k that foresees them no better than one topic does is no candidate; where
       no k does better, likelihood says nothing, all are candidates, and the recommendation says so.
    2. Among them wins the best mean rank of coherence (NPMI), exclusivity and stability, which do not reward what
       likelihood does; of equals the smallest, which is the least to read.

    How sure: runs and folds are drawn anew 1,000 times with replacement and the rule is applied to each. That covers
    the chance in seeds and in which texts are held out, not the chance in which texts the corpus has: with few runs
    and folds the interval is too narrow. It cannot say that themes exist. On synthetic corpora of known k the rule is
    measured in tests/benchmarks/topics_selection.py.

    Raises
    ------
    InputError
        for a table that is not of this kind, with fewer than two ks, or without any value.

    >>> import pandas as pd
    >>> from toolkit.topics import recommend_k
    >>> rows = [(k, measure, run, 0, base + run / 100, 0) for k, base in [(2, 0.1), (4, 0.3), (6, 0.2)]
    ...     for measure in ("npmi", "exclusivity") for run in range(4)]
    >>> runs = pd.DataFrame(rows, columns=["k", "measure", "run", "other", "value", "left_out"])
    >>> found = recommend_k(runs)
    >>> found.k, found.share, found.better_than_one
    (4, 1.0, None)
    """
    scores = _scores(checked_runs(runs))
    every, folds = np.arange(len(scores.npmi)), np.arange(len(scores.held))
    place, candidates = _rule(scores, every, folds)
    rng = np.random.default_rng(seed)
    wins = np.zeros(len(scores.ks), dtype=int)
    for _ in range(_RESAMPLES):
        drawn = rng.integers(len(every), size=len(every)), rng.integers(max(len(folds), 1), size=len(folds))
        wins[_rule(scores, *drawn)[0]] += 1
    share = wins / _RESAMPLES
    inside = _covering(share, place)
    k, ks = int(scores.ks[place]), scores.ks
    edge = place in (0, len(ks) - 1)
    better = bool(_better(scores, folds)[place]) if len(folds) else None
    uncertain = bool(share[place] < _SURE or len(every) < 2 or edge or better is False)
    return Recommendation(
        k,
        int(ks[inside].min()),
        int(ks[inside].max()),
        float(share[place]),
        {int(number): float(part) for number, part in zip(ks, share, strict=True)},
        tuple(int(number) for number in ks[candidates]),
        better,
        uncertain,
        _why(scores, place, candidates, share, inside),
        _against(scores, place, candidates, inside),
    )


def _scores(runs: pd.DataFrame) -> _Scores:
    ks = np.array(sorted(set(runs["k"]) - {1}))
    if len(ks) < 2:
        got = f"only {ks[0]} was tried" if len(ks) else "none was tried"
        raise InputError(f"recommendation: {got}; try two numbers of topics or more.")

    def wide(measure: str, columns: np.ndarray = ks) -> np.ndarray:
        part = runs[runs["measure"] == measure]
        table = part.pivot_table(index="run", columns="k", values="value", dropna=False)
        return np.asarray(table.reindex(columns=columns).to_numpy(dtype=float))

    npmi, exclusivity, held = wide("npmi"), wide("exclusivity"), wide("heldout", np.array([1, *ks]))
    if not len(npmi) or not np.isfinite(exclusivity).any():
        raise InputError(
            "recommendation: no run has a coherence and an exclusivity; give the table 'runs' of select_k."
        )
    pairs = np.full((len(npmi), len(npmi), len(ks)), np.nan)
    part = runs[runs["measure"] == "stability"]
    columns = {int(k): column for column, k in enumerate(ks)}
    # by number: some runs may have been left out
    place = {run: row for row, run in enumerate(sorted(set(runs.loc[runs["measure"] == "npmi", "run"])))}
    for k, run, other, value in zip(part["k"], part["run"], part["other"], part["value"], strict=True):
        if run not in place or other not in place:
            raise InputError(
                f"recommendation: the stability of runs {run} and {other} is given, and not the coherence of both; "
                "leave a run out of all measures."
            )
        one, two, column = place[run], place[other], columns[int(k)]
        pairs[one, two, column] = pairs[two, one, column] = value
    # a fold that is missing for one k would compare ks on different texts
    held = held[np.isfinite(held).all(1)]
    return _Scores(ks, held[:, 1:], held[:, 0], npmi, exclusivity, pairs)


def _rule(scores: _Scores, runs: np.ndarray, folds: np.ndarray) -> tuple[int, np.ndarray]:
    """The place of the winner, and the places of the candidates."""
    candidates = np.arange(len(scores.ks))
    if len(folds) and (better := _better(scores, folds)).any():
        candidates = np.flatnonzero(_as_good(scores.held[folds]) & better)
    means = scores.means(runs)
    points = np.zeros(len(candidates))
    for values in means.values():
        points += _ranks(values[candidates])
    return int(candidates[int(np.argmax(points))]), candidates


def _better(scores: _Scores, folds: np.ndarray) -> np.ndarray:
    """Which ks foresee these folds better than one topic does, (ks,)."""
    return np.asarray(scores.held[folds].mean(0) > scores.alone[folds].mean())


def _as_good(held: np.ndarray) -> np.ndarray:
    """Which ks are not shown to be worse than the best, (ks,); 1e-12 lets equals through."""
    means = held.mean(0)
    behind = held[:, [int(np.argmax(means))]] - held
    error = behind.std(0, ddof=1) / np.sqrt(len(held)) if len(held) > 1 else np.zeros(len(means))
    return np.asarray(behind.mean(0) <= _student(len(held)) * error + 1e-12)


@cache
def _student(folds: int) -> float:
    from scipy.stats import t

    return float(t.ppf(1 - _LEVEL, max(folds - 1, 1)))


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 0, the best highest; equals share theirs, and what is missing comes last."""
    known = np.where(np.isfinite(values), values.round(12), -np.inf)
    # by comparing all pairs: called 3,000 times on a few numbers each, where scipy's rankdata takes longer
    lower = (known[:, None] > known).sum(1)
    return np.asarray(lower + ((known[:, None] == known).sum(1) - 1) / 2)


def _mean(values: np.ndarray) -> np.ndarray:
    known = np.isfinite(values)
    number = known.sum(0)
    return np.divide(np.where(known, values, 0).sum(0), number, out=np.full(values.shape[1], np.nan), where=number > 0)


def _covering(share: np.ndarray, place: int) -> np.ndarray:
    """The places that win most often, as many as it takes, and the place recommended."""
    order = np.argsort(-share, kind="stable")
    number = int(np.searchsorted(np.cumsum(share[order]), _COVER - 1e-9)) + 1
    return np.union1d(order[:number], [place])


def _why(scores: _Scores, place: int, candidates: np.ndarray, share: np.ndarray, inside: np.ndarray) -> str:
    ks, k = scores.ks, int(scores.ks[place])
    if not len(scores.held):
        said = f"There is no held-out likelihood, so all {len(ks)} numbers tried were compared; {k} has the best "
    elif not _better(scores, np.arange(len(scores.held))).any():
        said = (
            "No number tried foresees held-out texts better than one topic, the bare frequency of terms, does: with "
            "these priors and this many texts the scores do not show that there are topics at all. "
            f"Of the {len(ks)} tried {k} has the best "
        )
    elif len(candidates) == 1:
        said = f"{k} topics foresee held-out texts better than any other number tried, beyond chance"
    else:
        said = (
            f"{len(candidates)} of the {len(ks)} numbers tried foresee held-out texts equally well as far as the "
            f"{len(scores.held)} folds can tell ({_listed(ks[candidates])}); among these {k} has the best "
        )
    if len(candidates) > 1:
        means = scores.means(np.arange(len(scores.npmi)))
        judges = [name for name in _JUDGES if np.isfinite(means[name][candidates]).any()]
        first = [_JUDGES[name] for name in judges if _ranks(means[name][candidates]).argmax() == _at(candidates, place)]
        said += "mean rank of " + _listed([_JUDGES[name] for name in judges])
        said += f" and is first in {_listed(first)}" if first else " and is first in none of them"
    sure = f"{k} wins {100 * share[place]:.0f} % of {_RESAMPLES:,} resamples of the runs and folds"
    if len(inside) == 1:
        return f"{said}. {sure}."
    return f"{said}. {sure}; it takes {_listed(ks[inside])} to cover {100 * _COVER:.0f} %."


def _against(scores: _Scores, place: int, candidates: np.ndarray, inside: np.ndarray) -> str:
    ks, said = scores.ks, []
    runs = np.arange(len(scores.npmi))
    means = scores.means(runs)
    if place == len(ks) - 1:
        said.append("It is the largest number tried: try larger ones.")
    elif place == 0:
        said.append("It is the smallest number tried" + (": try smaller ones." if ks[0] > 2 else " and possible."))
    if len(scores.held):
        best = int(np.argmax(scores.held.mean(0)))
        if best == len(ks) - 1 and place != best and _better(scores, np.arange(len(scores.held))).any():
            said.append(f"Likelihood is still highest at the largest number tried ({ks[best]}): try larger ones.")
    else:
        said.append("Coherence, exclusivity and stability alone can favour too few or too many topics.")
    for name, label in _JUDGES.items():
        values = means[name]
        if not np.isfinite(values).any():
            said.append(f"There is no {label}" + (": it needs two runs." if name == "stability" else "."))
            continue
        top = int(np.nanargmax(values))
        if top != place and values[top] - values[place] >= 0.01:
            said.append(
                f"{label[0].upper() + label[1:]} is higher at {ks[top]} ({values[top]:.2f}, here {values[place]:.2f})."
            )
    if np.isfinite(means["stability"][place]) and means["stability"][place] < 0.5:
        said.append("Less than half of the top terms come back with another seed: cite only the stable topics.")
    if len(inside) > len(ks) / 2:
        said.append("The runs hardly tell the numbers tried apart: let reading decide, or give more texts.")
    elif len(runs) < 2:
        said.append("One run says nothing of chance: ask for five.")
    return " ".join(said)


def _at(candidates: np.ndarray, place: int) -> int:
    return int(np.flatnonzero(candidates == place)[0])


def _listed(parts: object) -> str:
    names = [str(part) for part in parts]  # type: ignore[attr-defined]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
