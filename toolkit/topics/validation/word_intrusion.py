"""Word intrusion: can people tell a topic's terms from a stranger among them? And how a simple rule does."""

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import combinations

import numpy as np
import pandas as pd

from toolkit.errors import InputError, suggestion
from toolkit.text import fold
from toolkit.topics.documents import DocumentTerms
from toolkit.topics.model import TopicModel
from toolkit.topics.validation.tasks import OPTIONS, Draft, Intrusion, assemble

__all__ = ["automatic_answers", "check_model", "top_terms", "word_intrusion"]

#: Terms of the topic in a task: five (Chang et al. 2009, section 3.1).
_OWN = OPTIONS["word"] - 1
#: Where several tasks of one topic take their terms from.
_POOL = 10
#: An intruder is among this many first terms of another topic: those by which topics are usually shown.
_HIGH = 10
#: And among twice as many of no further topic. With 12 topics every one is left 37 intruders or more (speeches in
#: the Spanish Congress), and 47 and 64 (the bundled posts, Spanish and Italian).
_STANDS = 2 * _HIGH


def word_intrusion(
    model: TopicModel,
    *,
    per_topic: int = 1,
    topics: Sequence[str] | None = None,
    repeats: int = 0,
    prefix: str = "",
    seed: int = 1,
) -> Intrusion:
    """Tasks of six terms: the five most probable of a topic and an intruder (Chang et al. 2009, section 3.1).

    The intruder is improbable in the topic (no more probable than if all terms were equally so) and probable in
    exactly one other topic (among its ten first terms, and among the twenty first of no third one). Terms spelled
    like one of the five, or inflected from the same stem, are taken only where there are no others.

    Parameters
    ----------
    per_topic : tasks per topic, each with another intruder; after the first, five of the topic's ten most probable
        terms, drawn by chance.
    topics : names of the topics to test (default: all).
    repeats : tasks that are asked a second time at the end, to see whether annotators agree with themselves.
    prefix : begins every task_id; needed to combine tasks of several models.
    seed : of intruders and orders; the same seed gives the same tasks.

    Raises
    ------
    InputError
        for a model of one topic, a vocabulary of fewer than six terms, an unknown topic, and if no topic bears a
        task.

    >>> from toolkit.topics import document_terms, fit_model
    >>> from toolkit.topics.validation import word_intrusion
    >>> texts = ["marca cliente voz charla foro queja".split(), "precio oferta venta euro caja tienda".split()]
    >>> found = word_intrusion(fit_model(document_terms(texts * 6), 2))
    >>> found.tasks.query("position == 1")[["task_id", "kind"]].values.tolist(), found.key["intruder"].sum().item()
    ([['w001', 'word'], ['w002', 'word']], 2)
    """
    check_model(model, "word intrusion")
    terms = len(model.terms)
    if model.k < 2 or terms < OPTIONS["word"]:
        raise InputError(
            f"word intrusion: the model has {model.k} topics over {terms} terms, a task needs 2 topics and "
            f"{OPTIONS['word']} terms; fit one to more texts, or filter less."
        )
    if per_topic < 1:
        raise InputError(f"word intrusion: got {per_topic} tasks per topic, allowed is 1 or more.")
    wanted = _chosen(model, topics)
    first = [top_terms(model, topic, _STANDS) for topic in range(model.k)]
    homes = _homes(first, terms)
    used: Counter[int] = Counter()
    drafts, left_out = [], []
    for topic in wanted:
        name = model.names[topic]
        if len(first[topic]) < _OWN:
            left_out.append((name, f"{len(first[topic])} terms stand out in it, a task needs {_OWN}"))
            continue
        improbable = model.topic_term[topic] <= _evenly(terms)
        pool = np.flatnonzero((homes >= 0) & (homes != topic) & improbable).tolist()
        random = np.random.default_rng([seed, topic])
        shuffled = [pool[place] for place in random.permutation(len(pool))]
        likely = first[topic][: _OWN if per_topic == 1 else _POOL]
        alike = {term: any(_alike(model.terms[term], model.terms[other]) for other in likely) for term in shuffled}
        # an intruder that comes back would be known
        intruders = sorted(shuffled, key=lambda term: (alike[term], used[term]))[:per_topic]
        used.update(intruders)
        if len(intruders) < per_topic:
            left_out.append((name, f"{len(intruders)} terms can be its intruder, {per_topic} were asked for"))
        for number, intruder in enumerate(intruders):
            # the five most probable once; if they came back, whoever saw both tasks would know them from the intruder
            own = likely[:_OWN] if not number else random.choice(likely, size=_OWN, replace=False).tolist()
            options = tuple((model.terms[term], name, np.nan) for term in own)
            stranger = (model.terms[intruder], model.names[homes[intruder]], np.nan)
            drafts.append(Draft(name, (*options, stranger), _OWN))
    if not drafts:
        raise InputError(
            f"word intrusion: no topic bears a task (topic '{left_out[0][0]}': {left_out[0][1]}); fit fewer topics, "
            "or to more texts."
        )
    return assemble("word", drafts, left_out, seed, repeats, prefix)


def automatic_answers(tasks: pd.DataFrame, documents: DocumentTerms, *, annotator: str = "NPMI") -> pd.DataFrame:
    """Answers of a simple rule to the word intrusion tasks: the option least associated with the others.

    For each option the mean normalised pointwise mutual information with the five others, over documents (two terms
    are together when they stand in the same one; -1 for pairs that never do, and for terms the documents lack;
    Bouma 2009); the lowest is the intruder, the first of equals. After Lau, Newman & Baldwin (2014), EACL, who
    trained a ranker on such measures. It saw the documents the model was fitted to, so it is a baseline to compare
    people with, never a replacement for them.

    Parameters
    ----------
    tasks : table ``tasks`` of an :class:`Intrusion`; topic tasks in it are passed over.
    documents : where the terms are looked up; the model's own, or a larger corpus.

    Returns
    -------
    DataFrame
        annotator, task_id, position: what :func:`toolkit.topics.validation.read_answers` gives for a person.

    >>> from toolkit.topics import document_terms, fit_model
    >>> from toolkit.topics.validation import automatic_answers, score, word_intrusion
    >>> texts = ["marca cliente voz charla foro queja".split(), "precio oferta venta euro caja tienda".split()]
    >>> documents = document_terms(texts * 6)
    >>> found = word_intrusion(fit_model(documents, 2))
    >>> score(found.key, automatic_answers(found.tasks, documents)).overall["precision"].tolist()
    [1.0]
    """
    present = (documents.matrix() > 0).tocsc()
    total = int((documents.lengths > 0).sum())
    if not total:
        raise InputError("word intrusion: the documents have no terms; give those the model was fitted to.")
    place = {term: number for number, term in enumerate(documents.vocabulary)}
    rows = []
    for task, group in tasks[tasks["kind"] == "word"].groupby("task_id", sort=False):
        options = group.sort_values("position")["option"].tolist()
        columns = [place.get(option) for option in options]
        held = [set() if column is None else set(present[:, [column]].indices.tolist()) for column in columns]
        table = np.zeros((len(options), len(options)))
        for one, other in combinations(range(len(options)), 2):
            table[one, other] = table[other, one] = _npmi(held[one], held[other], total)
        rows.append((annotator, task, int(table.sum(1).argmin()) + 1))
    answers = pd.DataFrame(rows, columns=["annotator", "task_id", "position"])
    return answers.astype({"annotator": "str", "task_id": "str", "position": "Int64"})


def top_terms(model: TopicModel, topic: int, most: int) -> list[int]:
    """The numbers of a topic's most probable terms, of equals the first by name; only terms more probable than if
    all were equally so: a topic that nothing is in has none."""
    row = model.topic_term[topic]
    order = np.argsort(-row, kind="stable")[:most]
    return [int(term) for term in order if row[term] > _evenly(len(row))]


def check_model(model: TopicModel, where: str) -> None:
    """Refuse models whose numbers are no shares."""
    for name in ("topic_term", "document_topic"):
        table = getattr(model, name)
        if not np.isfinite(table).all() or (table < 0).any():
            raise InputError(f"{where}: {name} of the model holds values that are missing or below 0; fit it again.")


def _evenly(terms: int) -> float:
    """The probability of a term if all were equally probable, and a little for rounding."""
    return 1 / terms * (1 + 1e-9)


def _chosen(model: TopicModel, topics: Sequence[str] | None) -> list[int]:
    if topics is None:
        return list(range(model.k))
    for name in topics:
        if name not in model.names:
            raise InputError(f"word intrusion: no topic '{name}'; {suggestion(name, model.names)}")
    return [model.names.index(name) for name in dict.fromkeys(topics)]


def _homes(first: list[list[int]], terms: int) -> np.ndarray:
    """For each term the one topic in which it stands high; -1 for terms of no topic and of several."""
    homes, stands = np.full(terms, -1), np.zeros(terms, int)
    for topic, numbers in enumerate(first):
        stands[numbers] += 1
        homes[numbers[:_HIGH]] = topic
    return np.where(stands == 1, homes, -1)


def _alike(one: str, other: str) -> bool:
    """Whether two terms look alike: the same beginning, few letters changed, or a word in common.

    >>> _alike("empresa", "empresarios"), _alike("casa", "caso"), _alike("red_social", "red")
    (True, True, True)
    >>> _alike("presupuesto", "presidente"), _alike("vino", "vídeo")
    (False, False)
    """
    for left in fold(one).split("_"):
        for right in fold(other).split("_"):
            same = next((n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), None)
            same = min(len(left), len(right)) if same is None else same
            # a stem: three letters or more, and most of the shorter word
            stem = same >= 3 and same >= 0.6 * min(len(left), len(right))
            if stem or SequenceMatcher(None, left, right, autojunk=False).ratio() >= 0.8:
                return True
    return False


def _npmi(one: set[int], other: set[int], total: int) -> float:
    together = len(one & other)
    if not together:
        return -1.0
    if together == total:
        return 1.0
    return float(np.log(together * total / (len(one) * len(other))) / -np.log(together / total))
