"""The exercises of the notebook on themes: topics that return, a theme that holds, a share, strangers among words."""

from collections.abc import Callable

import pandas as pd

from toolkit.lessons.finding import Finding, Rounded, number_of, parts_of, right, text_of

__all__ = ["CHECKS"]

#: Jaccard similarity of two lists of ten terms that share five.
_HALF_OF_TEN = 5 / 15
#: A third digit after the point that is right.
_NEAR = 0.0005
#: Options of a task of word intrusion.
_OPTIONS = 6


def returning_pairs(answer: object, *, pairs: pd.DataFrame) -> Finding:
    """03.1: pairs with half of their ten terms in common; ``pairs`` has the column similarity (Jaccard, 0-1)."""
    got, alike = number_of(answer), pairs["similarity"]
    enough = int((alike > _HALF_OF_TEN - 1e-9).sum())
    if got == enough:
        return right(n=len(pairs), returned=enough)
    if abs(got - enough / len(pairs)) < _NEAR or abs(got - 100 * enough / len(pairs)) < 0.05:
        return Finding("share", {"n": len(pairs)})
    if got == (alike >= 0.5).sum():
        return Finding("half", {})
    if got == (alike > _HALF_OF_TEN + 1e-9).sum():
        return Finding("exactly_half", {})
    if got == len(pairs) - enough:
        return Finding("others", {})
    if not got.is_integer() or not 0 <= got <= len(pairs):
        return Finding("no_count", {"n": len(pairs)})
    return Finding("more" if got < enough else "fewer", {})


def most_often_back(answer: object, *, stability: pd.DataFrame, model: str = "it") -> Finding:
    """03.2: the theme of ``model`` with the highest ``returns`` over samples; any of equals."""
    got = text_of(answer)
    if got not in set(stability["topic"]):
        return Finding("no_theme", {"example": f"{model}.1"})
    if got not in set(stability.loc[stability["model"] == model, "topic"]):
        return Finding("other_language", {})
    own = stability[stability["model"] == model].set_index("topic")
    over = {name: own[own["over"] == name] for name in ("samples", "seeds")}
    back = over["samples"]["returns"]
    if back[got] == back.max():
        return right(times=round(float(back[got] * over["samples"]["runs"][got])), runs=over["samples"]["runs"][got])
    if over["samples"]["jaccard"][got] == over["samples"]["jaccard"].max():
        return Finding("similarity", {})
    if over["seeds"]["jaccard"][got] == over["seeds"]["jaccard"].max():
        return Finding("seeds", {})
    return Finding("less_often", {})


def share_of_bar(answer: object, *, shares: pd.DataFrame, posts: pd.DataFrame, prevalence: pd.DataFrame) -> Finding:
    """03.3: the share (0-1) of the theme and genre of the tallest bar, passages weighted by their tokens."""
    got = number_of(answer)
    bar = prevalence[prevalence["by"] == "genre"].sort_values("share").iloc[-1]
    model = shares.loc[shares["topic"] == bar["topic"], "model"].iloc[0]
    here = shares["doc_id"].map(posts.set_index("doc_id")["genre"]) == bar["value"]
    of_model = shares["model"] == model
    truth = _weighted(shares[here & of_model], bar["topic"])
    if abs(got - truth) < _NEAR:
        return right(percent=Rounded(100 * truth, 1), posts=int(bar["n"]))
    mistakes: dict[str, Callable[[], float]] = {
        "percent": lambda: 100 * truth,
        "not_weighted": lambda: _plain(shares[here & of_model], bar["topic"]),
        "whole_corpus": lambda: _weighted(shares[of_model], bar["topic"]),
        "all_models": lambda: _weighted(shares[here], bar["topic"]),
        "tokens": lambda: _amount(shares[here & of_model], bar["topic"]),
        "mean_of_posts": lambda: _per_post(shares[here & of_model], bar["topic"]),
    }
    for message, wrong in mistakes.items():
        if abs(got - wrong()) < (0.05 if message in ("percent", "tokens") else _NEAR):
            return Finding(message, {})
    if not 0 <= got <= 1:
        return Finding("no_share", {})
    return Finding("higher" if got < truth else "lower", {"genre": bar["value"], "topic": bar["topic"]})


def strangers(answer: object, *, key: pd.DataFrame) -> Finding:
    """03.4: a list of positions, 1 to 6, one a task in the order of ``task_id``; right is what guessing rarely gets."""
    truth = key[key["intruder"]].sort_values("task_id")["position"].tolist()
    got = [number_of(one) for one in parts_of(answer, "no_number")]
    if len(got) != len(truth):
        return Finding("how_many", {"n": len(truth), "got": len(got)})
    found = sum(own == true for own, true in zip(got, truth, strict=True))
    from_zero = sum(own + 1 == true for own, true in zip(got, truth, strict=True))
    if 0 in got and from_zero > found:
        return Finding("from_zero", {"options": _OPTIONS})
    if any(one not in range(1, _OPTIONS + 1) for one in got):
        return Finding("no_position", {"options": _OPTIONS})
    values = {"found": found, "n": len(truth), "needed": _more_than_guessed(len(truth))}
    # the same number everywhere is no reading, however often it meets, unless the strangers stand there
    read = len(set(got)) > 1 or got == truth
    return right(**values) if found >= values["needed"] and read else Finding("guessed", values)


CHECKS: dict[str, Callable[..., Finding]] = {
    "03.1": returning_pairs,
    "03.2": most_often_back,
    "03.3": share_of_bar,
    "03.4": strangers,
}


def _amount(part: pd.DataFrame, topic: str) -> float:
    """Tokens of a theme."""
    own = part[part["topic"] == topic]
    return float((own["share"] * own["tokens"]).sum())


def _weighted(part: pd.DataFrame, topic: str) -> float:
    return _amount(part, topic) / float((part["share"] * part["tokens"]).sum())


def _plain(part: pd.DataFrame, topic: str) -> float:
    return float(part.loc[part["topic"] == topic, "share"].mean())


def _per_post(part: pd.DataFrame, topic: str) -> float:
    return float(pd.Series([_weighted(post, topic) for _, post in part.groupby("doc_id")]).mean())


def _more_than_guessed(tasks: int) -> int:
    """The fewest hits that guessing reaches in fewer than one of twenty tests."""
    from scipy.stats import binom

    return int(binom.ppf(0.95, tasks, 1 / _OPTIONS)) + 1
