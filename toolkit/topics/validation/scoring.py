"""How well people told intruders: model precision, topic log odds, annotators against guessing and each other."""

from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd

from toolkit.errors import InputError
from toolkit.topics.validation.tasks import OPTIONS

__all__ = ["Scores", "score"]

#: Bootstrap samples of tasks; limits of 95 % from 2,000 differ by about 1 % of the width between seeds.
_SAMPLES = 2000
_MEASURES = [
    "tasks",
    "n",
    "precision",
    "ci_low",
    "ci_high",
    "chance",
    "p_value",
    "log_odds",
    "log_odds_low",
    "log_odds_high",
    "log_odds_chance",
]


class Scores(NamedTuple):
    """Tables of :func:`score`.

    ``topics``: kind, topic, and the measures; ``overall``: kind and the measures:

    - tasks, n : tasks answered, and answers to them.
    - precision (0-1, higher is better) : share of answers that name the intruder: model precision, Chang et al.
      (2009), equation 1. ci_low, ci_high : Wilson's interval; overall with the number of tasks in place of that of
      answers, since answers to one task are alike.
    - chance : precision of guessing, 1/6 or 1/4. p_value : how probable guessing does as well or better. Topics:
      binomial, each answer a guess of its own. Overall: exact, answers to one task held together and any option as
      probable to be its intruder (with one answer per task the binomial test).
    - log_odds (up to 0, higher is better; topic tasks only) : mean over passages of the topic log odds, equation 2:
      ln share of the intruder less ln share of the topic chosen. log_odds_low, log_odds_high : percentile bootstrap
      over passages (missing for one). log_odds_chance : what guessing gives.

    ``annotators``: annotator, kind, n, precision, ci_low, ci_high, chance, p_value (binomial), above_chance (truth:
    p_value < 1 - confidence), not_answered, same_again (0-1: share of repeated tasks answered as before; missing).
    ``agreement``: kind, annotator, other, n (tasks both answered), agreement (0-1: share answered the same; missing for
    n = 0), not corrected for chance.

    Tasks asked again count for same_again only.

    >>> from toolkit.topics import document_terms, fit_model
    >>> from toolkit.topics.validation import score, word_intrusion
    >>> texts = ["marca cliente voz charla foro queja".split(), "precio oferta venta euro caja tienda".split()]
    >>> key = word_intrusion(fit_model(document_terms(texts * 6), 2)).key
    >>> answers = key[key["intruder"]][["task_id", "position"]].assign(annotator="first")
    >>> print(score(key, answers).summary()[0])
    word intrusion: 100% of 2 answers to 2 tasks name the intruder (34% to 100%; guessing gives 17%, p = 0.028).
    """

    topics: pd.DataFrame
    overall: pd.DataFrame
    annotators: pd.DataFrame
    agreement: pd.DataFrame

    def summary(self) -> list[str]:
        """What the tables say, a sentence each; annotators who may be guessing are named."""
        said = []
        for row in self.overall.to_dict("records"):
            said.append(
                f"{row['kind']} intrusion: {row['precision']:.0%} of {row['n']} answers to {row['tasks']} tasks name "
                f"the intruder ({row['ci_low']:.0%} to {row['ci_high']:.0%}; guessing gives {row['chance']:.0%}, "
                f"{_probably(row['p_value'])})."
            )
        for row in self.annotators.to_dict("records"):
            if not row["above_chance"]:
                said.append(
                    f"{row['annotator']} is not shown to do better than guessing in {row['kind']} intrusion: "
                    f"{round(row['precision'] * row['n'])} of {row['n']} right, {_probably(row['p_value'])}."
                )
        return said


def score(key: pd.DataFrame, answers: pd.DataFrame, *, confidence: float = 0.95, seed: int = 1) -> Scores:
    """Score answers to intrusion tasks.

    Parameters
    ----------
    key : table ``key`` of an :class:`toolkit.topics.validation.Intrusion`.
    answers : annotator, task_id, position, as :func:`toolkit.topics.validation.read_answers` gives them, of all
        annotators one below the other.
    confidence : of the intervals, between 0 and 1. seed : of the bootstrap.

    Raises
    ------
    InputError
        for a key that is none, an unknown task, a position that the task has not, a task that an annotator answered
        twice, and if nothing is answered.

    >>> from toolkit.topics import document_terms, fit_model
    >>> from toolkit.topics.validation import score, word_intrusion
    >>> texts = ["marca cliente voz charla foro queja".split(), "precio oferta venta euro caja tienda".split()]
    >>> key = word_intrusion(fit_model(document_terms(texts * 6), 2)).key
    >>> answers = key[key["intruder"]][["task_id", "position"]].assign(annotator="first")  # who finds every intruder
    >>> score(key, answers).overall[["kind", "tasks", "n", "precision", "chance"]].round(2)
       kind  tasks  n  precision  chance
    0  word      2  2        1.0    0.17
    """
    if not 0 < confidence < 1:
        raise InputError(f"scores: got the confidence {confidence}, allowed is between 0 and 1.")
    key = _checked_key(key)
    all_answers = _checked_answers(answers, key)
    given = all_answers[all_answers["position"].notna()]
    if given.empty:
        raise InputError("scores: no task is answered; give answers with positions.")
    given = given.astype({"position": "int64"}).merge(key, on=["task_id", "position"], validate="many_to_one")
    first = given[given["repeat_of"].isna()]
    of_topics, of_all = [], []
    for kind, part in first.groupby("kind", sort=False):
        options = key[key["kind"] == kind]
        of_all.append((kind, *_measures(part, options, confidence, seed, whole=True)))
        # topics in the order of the key would tell nothing: by precision, the worst first, then by name
        rows = [
            (kind, topic, *_measures(group, options, confidence, seed, whole=False))
            for topic, group in part.groupby("topic")
        ]
        of_topics += sorted(rows, key=lambda row: (row[4], row[1]))
    return Scores(
        pd.DataFrame(of_topics, columns=["kind", "topic", *_MEASURES]),
        pd.DataFrame(of_all, columns=["kind", *_MEASURES]),
        _annotators(all_answers, given, key, confidence),
        _agreement(first),
    )


def _measures(
    answers: pd.DataFrame, options: pd.DataFrame, confidence: float, seed: int, *, whole: bool
) -> tuple[float, ...]:
    kind = str(answers["kind"].iloc[0])
    chance, n, right = 1 / OPTIONS[kind], len(answers), int(answers["intruder"].sum())
    tasks = answers["task_id"].nunique()
    low, high = _wilson(right / n, tasks if whole else n, confidence)
    p_value = _guessed(answers, OPTIONS[kind]) if whole else _binomial(right, n, chance)
    odds = _log_odds(answers, options, confidence, seed) if kind == "topic" else (np.nan,) * 4
    return (tasks, n, right / n, low, high, chance, p_value, *odds)


def _wilson(share: float, n: int, confidence: float) -> tuple[float, float]:
    """Wilson's score interval of a share of n (Wilson 1927, JASA 22)."""
    from scipy.stats import norm

    z = float(norm.ppf((1 + confidence) / 2))
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def _binomial(right: int, n: int, chance: float) -> float:
    from scipy.stats import binomtest

    return float(binomtest(right, n, chance, alternative="greater").pvalue)


def _guessed(answers: pd.DataFrame, options: int) -> float:
    """How probable as many answers are right or more, if in each task any option is as likely to be the intruder."""
    exactly = np.ones(1)
    for _, group in answers.groupby("task_id"):
        counts = np.zeros(options, int)
        found = group["position"].value_counts().to_numpy()
        counts[: len(found)] = found
        exactly = np.convolve(exactly, np.bincount(counts) / options)
    return min(1.0, float(exactly[int(answers["intruder"].sum()) :].sum()))


def _log_odds(answers: pd.DataFrame, options: pd.DataFrame, confidence: float, seed: int) -> tuple[float, ...]:
    """Mean topic log odds of the tasks, its interval over them, and the mean that guessing gives."""
    logs = np.log(options["share"].astype(float))
    of_intruder = logs[options["intruder"]].set_axis(options.loc[options["intruder"], "task_id"])
    by_guessing = of_intruder - logs.groupby(options["task_id"]).mean()
    odds = answers["task_id"].map(of_intruder) - np.log(answers["share"].astype(float))
    per_task = odds.groupby(answers["task_id"]).mean()
    low = high = np.nan
    if len(per_task) > 1:
        random = np.random.default_rng(seed)
        drawn = random.integers(len(per_task), size=(_SAMPLES, len(per_task)))
        means = per_task.to_numpy()[drawn].mean(1)
        low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(per_task.mean()), float(low), float(high), float(by_guessing[per_task.index].mean())


def _annotators(answers: pd.DataFrame, given: pd.DataFrame, key: pd.DataFrame, confidence: float) -> pd.DataFrame:
    kinds = key.drop_duplicates("task_id").set_index("task_id")["kind"]
    left = answers[answers["position"].isna()]
    rows = []
    for (who, kind), part in given.groupby(["annotator", "kind"]):
        first, again = part[part["repeat_of"].isna()], part[part["repeat_of"].notna()]
        if first.empty:
            continue
        chance, right, n = 1 / OPTIONS[str(kind)], int(first["intruder"].sum()), len(first)
        p_value = _binomial(right, n, chance)
        before = again["repeat_of"].map(first.set_index("task_id")["option"])
        compared = before.notna()
        same = float((before == again["option"])[compared].mean()) if compared.any() else np.nan
        missing = int(((left["annotator"] == who) & (left["task_id"].map(kinds) == kind)).sum())
        low, high = _wilson(right / n, n, confidence)
        above = p_value < 1 - confidence
        rows.append((who, kind, n, right / n, low, high, chance, p_value, above, missing, same))
    names = ["annotator", "kind", "n", "precision", "ci_low", "ci_high", "chance", "p_value", "above_chance"]
    return pd.DataFrame(rows, columns=[*names, "not_answered", "same_again"])


def _agreement(answers: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for kind, part in answers.groupby("kind", sort=False):
        wide = part.pivot(index="task_id", columns="annotator", values="position")
        for one, other in combinations(sorted(wide.columns), 2):
            both = wide[[one, other]].dropna()
            same = float((both[one] == both[other]).mean()) if len(both) else np.nan
            rows.append((kind, one, other, len(both), same))
    return pd.DataFrame(rows, columns=["kind", "annotator", "other", "n", "agreement"])


def _checked_key(key: pd.DataFrame) -> pd.DataFrame:
    for column in ("task_id", "kind", "topic", "position", "option", "intruder", "share", "repeat_of"):
        if column not in key:
            raise InputError(f"scores: the key has no column '{column}'; give the table 'key' of an intrusion.")
    if key.empty or not key["kind"].isin(OPTIONS).all():
        raise InputError(
            f"scores: the key has no tasks, or of other kinds than {', '.join(OPTIONS)}; give a whole key."
        )
    for task, group in key.groupby("task_id", sort=False):
        whole = sorted(group["position"]) == list(range(1, OPTIONS[group["kind"].iloc[0]] + 1))
        if not whole or int(group["intruder"].sum()) != 1:
            raise InputError(
                f"scores: task '{task}' of the key has not all its options, or not one intruder; restore it."
            )
    if not (key.loc[key["kind"] == "topic", "share"] > 0).all():
        raise InputError("scores: the key has topic tasks whose share is missing or not above 0; restore it.")
    # a CSV file gives topics that are called by number as numbers
    texts = dict.fromkeys(["task_id", "kind", "topic", "option", "repeat_of"], "str")
    return key.astype({**texts, "position": "int64", "intruder": bool})


def _checked_answers(answers: pd.DataFrame, key: pd.DataFrame) -> pd.DataFrame:
    for column in ("annotator", "task_id", "position"):
        if column not in answers:
            raise InputError(f"answers: the column '{column}' is missing; give what read_answers returns.")
    table = answers[["annotator", "task_id", "position"]].reset_index(drop=True)
    places = set(zip(key["task_id"], key["position"], strict=True))
    known = set(key["task_id"])
    for row, (who, task, position) in enumerate(table.itertuples(index=False, name=None), 1):
        if not isinstance(who, str) or not who:
            raise InputError(f"answers, row {row}, column 'annotator': got {who!r}, expected a name.")
        if task not in known:
            raise InputError(f"answers, row {row}, column 'task_id': the key has no task {task!r}.")
        if not pd.isna(position) and (task, position) not in places:
            raise InputError(f"answers, row {row}, column 'position': task '{task}' has no option {position}.")
    double = table.duplicated(["annotator", "task_id"])
    if double.any():
        row = int(double.to_numpy().argmax())
        who, task = table["annotator"].iloc[row], table["task_id"].iloc[row]
        raise InputError(f"answers, row {row + 1}: '{who}' answered '{task}' a second time; keep one answer.")
    return table


def _probably(p_value: float) -> str:
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"
