"""Exercises of notebook 09: what two processes gain, what a killed process leaves, how many shards there are."""

from collections.abc import Callable, Mapping
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.lessons.finding import Finding, Rounded, number_of, right

if TYPE_CHECKING:
    from toolkit.topics.distribution import TermShards

__all__ = ["CHECKS"]

#: How far a ratio of times may be off: whoever rounds to two digits is right.
_NEAR = 0.006


def times_faster(answer: object, *, seconds: Mapping[int, float]) -> Finding:
    """09.1: how many times faster two processes are than one; ``seconds`` by number of processes."""
    got = number_of(answer)
    one, two = seconds[1], seconds[2]
    if abs(got - one / two) < _NEAR:
        return right(times=Rounded(one / two, 2), faster=int(one > two))
    if abs(got - two / one) < _NEAR:
        return Finding("upside_down", {})
    if abs(abs(got) - abs(one - two)) < _NEAR:
        return Finding("difference", {})
    if abs(got - 100 * one / two) < 0.6 or abs(abs(got) - abs(100 * (one / two - 1))) < 0.6:
        return Finding("percent", {})
    if abs(got - one / two / 2) < _NEAR:
        return Finding("per_process", {})
    return Finding("high" if got > one / two else "low", {})


def shards_needed(answer: object, *, shards: "TermShards", size: int) -> Finding:
    """09.3: how many shards hold the documents when each but the last takes ``size`` documents with terms."""
    got = number_of(answer)
    needed = ceil(shards.filled / size)
    if got == needed:
        return right(shards=needed, last=shards.filled - (needed - 1) * size)
    if got == shards.filled // size:
        return Finding("last_one", {})
    if got == len(shards):
        return Finding("other_size", {})
    if abs(got - shards.filled / size) < _NEAR:
        return Finding("no_whole", {})
    if got == ceil(shards.tokens / size):
        return Finding("tokens", {})
    return Finding("high" if got > needed else "low", {})


def after_the_kill(answer: object, *, corpus: Path, before: int, added: int) -> Finding:
    """09.2: how many of the posts that a killed process had ``added`` are in the corpus, which held ``before``."""
    from toolkit.corpus.store import CorpusStore

    got, there = number_of(answer), CorpusStore.open(corpus).count()
    if got == there - before:
        return right(there=there)
    if got == added:
        return Finding("all", {})
    if got == there:
        return Finding("total", {})
    if 0 < got < added:
        return Finding("half", {})
    return Finding("other", {"added": added})


CHECKS: dict[str, Callable[..., Finding]] = {
    "09.1": times_faster,
    "09.2": after_the_kill,
    "09.3": shards_needed,
}
