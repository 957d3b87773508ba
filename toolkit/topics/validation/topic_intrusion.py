"""Topic intrusion: can people tell which topics a passage has from one that it has not?"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from toolkit.errors import InputError, suggestion
from toolkit.tables import check, check_quotes
from toolkit.topics.model import TopicModel
from toolkit.topics.validation.tasks import OPTIONS, Draft, Intrusion, assemble
from toolkit.topics.validation.word_intrusion import check_model, top_terms

__all__ = ["topic_intrusion"]

#: Terms that stand for a topic (Chang et al. 2009, section 3.2).
_TERMS = 8
#: Topics of the passage among the options.
_OWN = OPTIONS["topic"] - 1
#: The longest passage, in characters: about a minute of reading (238 words, Brysbaert 2019, Journal of Memory and
#: Language 109) of six characters and a space.
LONGEST = 1_600
#: The prior of :data:`toolkit.topics.engines.ALPHA`, for models whose shares can be 0 and have no logarithm.
_PRIOR = 0.1


def topic_intrusion(
    model: TopicModel,
    passages: pd.DataFrame,
    posts: pd.DataFrame,
    *,
    per_topic: int = 3,
    labels: Mapping[str, str] | None = None,
    longest: int = LONGEST,
    repeats: int = 0,
    prefix: str = "",
    seed: int = 1,
) -> Intrusion:
    """Tasks of a passage and four topics: its three most probable and an intruder (Chang et al. 2009, section 3.2).

    Passages are drawn by chance among those in which a topic is the largest, from different posts as long as there
    are some, never the same words twice. Only passages are drawn whose third topic holds at least one word (a
    passage of one theme has no three) and which have an intruder at most half as probable as it, from the less
    probable half of the other topics.

    Parameters
    ----------
    passages, posts : their tables; passage ``i`` is document ``i`` of the model.
    per_topic : passages per topic.
    labels : topic name -> label, shown before its eight most probable terms.
    longest : the longest passage, in characters.
    repeats, prefix, seed : see :func:`toolkit.topics.validation.word_intrusion`.

    Raises
    ------
    InputError
        for a model of fewer than four topics, passages that are not those of the model, a passage that is not in
        its post, labels of unknown topics, and if no passage bears a task.

    >>> import pandas as pd
    >>> from toolkit.topics import document_terms, fit_model
    >>> from toolkit.topics.validation import topic_intrusion
    >>> words = ["marca foro voz", "precio euro caja", "blog post autor", "equipo jefe sala", "video foto cine"]
    >>> texts = [f"{words[n % 5]} {words[n % 5]} {words[(n + 1) % 5]} {words[(n + 2) % 5]}" for n in range(20)]
    >>> posts = pd.DataFrame({"doc_id": [f"p{n}" for n in range(20)], "lang": "es", "sha256": "", "text": texts})
    >>> passages = pd.DataFrame({"doc_id": posts["doc_id"], "passage_id": posts["doc_id"], "start": 0,
    ...     "end": posts["text"].str.len(), "unit": "document", "furniture": False})
    >>> model = fit_model(document_terms([text.split() for text in texts]), 5)
    >>> found = topic_intrusion(model, passages, posts, per_topic=1)
    >>> found.tasks.columns.tolist()
    ['task_id', 'kind', 'position', 'option', 'doc_id', 'start', 'end', 'quote']
    """
    check_model(model, "topic intrusion")
    if model.k < OPTIONS["topic"]:
        raise InputError(f"topic intrusion: the model has {model.k} topics, a task needs {OPTIONS['topic']}; fit more.")
    if per_topic < 1:
        raise InputError(f"topic intrusion: got {per_topic} passages per topic, allowed is 1 or more.")
    places = _places(model, passages, posts)
    shown = _options(model, labels or {})
    tokens, shares = _tokens(model)
    drafts, left_out = [], []
    order = np.argsort(-model.document_topic, axis=1, kind="stable")
    for topic, name in enumerate(model.names):
        # one generator per topic: what the others offer changes nothing here
        random = np.random.default_rng([seed, topic])
        rows = np.flatnonzero((order[:, 0] == topic) & (model.lengths > 0))
        found: list[Draft] = []
        waiting = [int(row) for row in random.permutation(rows) if len(places[row][3]) <= longest]
        for row in _different_posts(waiting, places):
            if len(found) == per_topic:
                break
            own, others = order[row, :_OWN], order[row, _OWN:]
            least = others[len(others) // 2 :]
            third = shares[row, own[-1]]
            least = least[shares[row, least] <= third / 2]
            if tokens[row, own[-1]] < 1 or not len(least):
                continue
            numbers = [*own.tolist(), int(random.choice(least))]
            if len({shown[number] for number in numbers}) < len(numbers) or any(
                not shown[number] for number in numbers
            ):
                continue
            options = tuple((shown[number], model.names[number], float(shares[row, number])) for number in numbers)
            found.append(Draft(name, options, _OWN, places[row]))
        if len(found) < per_topic:
            reason = f"{len(found)} passages of up to {longest:,} characters have three topics and an intruder"
            left_out.append((name, f"{reason}, {per_topic} were asked for"))
        drafts += found
    if not drafts:
        raise InputError(
            "topic intrusion: no passage has three topics of a word or more and one much less probable; take longer "
            f"passages (up to {longest:,} characters now), or fit fewer topics."
        )
    return assemble("topic", drafts, left_out, seed, repeats, prefix)


def _places(model: TopicModel, passages: pd.DataFrame, posts: pd.DataFrame) -> list[tuple[str, int, int, str]]:
    """doc_id, start, end and quote of every passage, looked up in its post."""
    passages, posts = check("passages", passages), check("posts", posts)
    if len(passages) != len(model.lengths):
        raise InputError(
            f"topic intrusion: got {len(passages):,} passages, the model was fitted to {len(model.lengths):,} "
            "documents; give the passages that its documents were made of, in the same order."
        )
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    check_quotes("passages", passages[["doc_id", "start", "end"]], texts)
    spans = zip(passages["doc_id"].tolist(), passages["start"].tolist(), passages["end"].tolist(), strict=True)
    return [(doc_id, start, end, texts[doc_id][start:end]) for doc_id, start, end in spans]


def _options(model: TopicModel, labels: Mapping[str, str]) -> list[str]:
    """How each topic is shown; "" for one that nothing is in."""
    for name in labels:
        if name not in model.names:
            raise InputError(f"topic intrusion: a label is given for '{name}'; {suggestion(name, model.names)}")
    shown = []
    for topic, name in enumerate(model.names):
        terms = ", ".join(model.terms[term] for term in top_terms(model, topic, _TERMS))
        shown.append(f"{labels[name]}: {terms}" if name in labels and terms else terms)
    return shown


def _tokens(model: TopicModel) -> tuple[np.ndarray, np.ndarray]:
    """Tokens each topic holds in each document, and its shares, all above 0; both (documents, k).

    Shares of LDA and HDP have their prior in them, ``(alpha + tokens) / (sum(alpha) + length)``; those of other models
    get the default one here.
    """
    lengths = model.lengths[:, None].astype(np.float64)
    if "alpha" in model.arrays:
        alpha = model.arrays["alpha"]
        return model.document_topic * (lengths + alpha.sum()) - alpha, np.maximum(model.document_topic, 1e-12)
    tokens = model.document_topic * lengths
    return tokens, (tokens + _PRIOR) / (lengths + _PRIOR * model.k)


def _different_posts(rows: list[int], places: list[tuple[str, int, int, str]]) -> list[int]:
    """The rows with one of every post first; of those with the same words the first only."""
    quotes: set[str] = set()
    posts: set[str] = set()
    first: list[int] = []
    rest: list[int] = []
    for row in rows:
        doc_id, _, _, quote = places[row]
        if quote in quotes:
            continue
        quotes.add(quote)
        (rest if doc_id in posts else first).append(row)
        posts.add(doc_id)
    return first + rest
