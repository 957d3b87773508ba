"""Passages to read for each topic: typical, long enough to judge, different from each other, with the words marked."""

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from toolkit.errors import InputError
from toolkit.tables import check, check_quotes
from toolkit.text import fold
from toolkit.topics.meaning.labels import wilson_low
from toolkit.topics.terms import passage_rows

__all__ = ["representative_passages"]

#: Share of three-word sequences (Jaccard) from which two quotes are one. Among the 30 most typical passages of each
#: topic of the bundled corpus no pair had more than 0.03; announcements of votes with other numbers had 0.3 to 0.5.
_ALIKE = 0.3
_COLUMNS = ["topic", "rank", "doc_id", "passage_id", "start", "end", "quote", "share", "typical", "terms", "spans"]
_WORD = re.compile(r"\w+")
#: Where a sentence or line begins, for quotes cut out of long passages.
_BORDER = re.compile(r"(?<=[.!?…])[\"»”')\]]*\s+|\n+")


def representative_passages(
    shares: pd.DataFrame,
    passages: pd.DataFrame,
    texts: Mapping[str, str],
    *,
    tokens: pd.DataFrame | None = None,
    topics: pd.DataFrame | None = None,
    most: int = 5,
    per_post: int = 1,
    shortest: int = 80,
    longest: int = 700,
) -> pd.DataFrame:
    """The passages that stand most clearly for each topic.

    Parameters
    ----------
    shares : shares table. Passages are ordered by the lower limit (one-sided 95 %, Wilson 1927) of their share, seen in
        as many trials as they have ``tokens`` (without this column: words). A heading of two terms reaches a share of
        0.9 by chance and a paragraph of forty does not: the limit asks for a high share and for enough words to bear
        it. Tokens are taken as independent, so the limit serves to order and is no claim about one passage. Where the
        table has a ``closeness`` (themes by sentence vectors), that is the order instead.
    passages, texts : the passages table, and the text of each ``doc_id``.
    tokens, topics : tables of tokens and of topics (topic, term): with both, the topic's terms are marked.
    most : passages per topic. per_post : how many of them may come from one post.
    shortest, longest : characters of a quote. Shorter passages are left out. Of longer ones the stretch of whole
        sentences that has most of the topic's terms is quoted (the first, where terms are not given).

    Returns
    -------
    DataFrame
        topic, rank (from 1), doc_id, passage_id, start, end, quote (``text[start:end]``), share (of the topic in the
        whole passage, 0 to 1), typical (what it was ordered by, 0 to 1, higher is more typical), terms and spans: which
        of the topic's terms the quote has, in its order, "cliente;empresa", and where each stands in the text of the
        post, "120:128;140:147" (both empty without tokens). Fewer rows than ``most`` where a topic has no more passages
        that are long enough, from different posts and unlike those before (0.3 of the three-word sequences shared).
        A topic that is nowhere large shows passages of small share: look at that column.

    Raises
    ------
    InputError
        for shares of unknown passages, positions outside the texts, and limits that allow no quote.

    >>> import pandas as pd
    >>> from toolkit.corpus import segment
    >>> from toolkit.topics import representative_passages
    >>> posts = pd.DataFrame({"doc_id": ["a", "b"], "lang": "es", "sha256": "",
    ...     "text": ["Las marcas escuchan a la gente.", "La gente mira los precios de la tienda."]})
    >>> passages = segment(posts, unit="document")
    >>> shares = passages[["doc_id", "passage_id"]].assign(topic=["1", "2"], share=[0.9, 0.8])
    >>> found = representative_passages(shares, passages, dict(zip(posts["doc_id"], posts["text"])), shortest=20)
    >>> found[["topic", "rank", "quote", "share"]]
      topic  rank                                    quote  share
    0     1     1          Las marcas escuchan a la gente.    0.9
    1     2     1  La gente mira los precios de la tienda.    0.8
    """
    if most < 1 or per_post < 1 or not 0 < shortest <= longest:
        raise InputError(
            f"passages of topics: got most {most}, per_post {per_post}, shortest {shortest}, longest {longest}; "
            "allowed are most and per_post from 1 on and 0 < shortest <= longest."
        )
    shares, passages = check("shares", shares), check("passages", passages)
    check_quotes("passages", passages, texts)
    spans = {row[1]: (row[0], row[2], row[3]) for row in passages.iloc[:, :4].itertuples(index=False, name=None)}
    unknown = [name for name in shares["passage_id"] if name not in spans]
    if unknown:
        raise InputError(
            f"passages of topics: no passage is called '{unknown[0]}'; give the passages that the shares were made of."
        )
    marks = _marks(tokens, topics, passages)
    shares = shares.assign(typical=_typical(shares, spans, texts))
    rows: list[tuple[object, ...]] = []
    for topic, group in shares.groupby("topic", sort=False):
        ordered = group.sort_values(["typical", "share", "passage_id"], ascending=[False, False, True], kind="stable")
        chosen: list[set[tuple[str, ...]]] = []
        used: dict[str, int] = {}
        for passage_id, share, typical in zip(ordered["passage_id"], ordered["share"], ordered["typical"], strict=True):
            doc_id, start, end = spans[passage_id]
            text = texts[doc_id]
            if len(chosen) == most:
                break
            if end - start < shortest or share <= 0 or used.get(doc_id, 0) >= per_post:
                continue
            found = marks.get(passage_id, {}).get(str(topic), [])
            start, end = _stretch(text, start, end, [mark[0] for mark in found], shortest, longest)
            found = [mark for mark in found if start <= mark[0] and mark[1] <= end]
            said = _sequences(text[start:end])
            if any(_alike(said, other) for other in chosen):
                continue
            chosen.append(said)
            used[doc_id] = used.get(doc_id, 0) + 1
            terms = ";".join(mark[2] for mark in found)
            where = ";".join(f"{mark[0]}:{mark[1]}" for mark in found)
            place = (topic, len(chosen), doc_id, passage_id, start, end, text[start:end])
            rows.append((*place, float(share), float(typical), terms, where))
    result = pd.DataFrame(rows, columns=_COLUMNS)
    check_quotes("passages of topics", result, texts)
    return result


def _typical(shares: pd.DataFrame, spans: Mapping[str, tuple[str, int, int]], texts: Mapping[str, str]) -> np.ndarray:
    if "closeness" in shares:
        return np.clip(shares["closeness"].to_numpy(dtype=float), 0, 1)
    if "tokens" in shares:
        return wilson_low(shares["share"].to_numpy(), shares["tokens"].to_numpy(dtype=float))
    words = {
        name: len(_WORD.findall(texts[spans[name][0]][spans[name][1] : spans[name][2]]))
        for name in set(shares["passage_id"])
    }
    return wilson_low(shares["share"].to_numpy(), shares["passage_id"].map(words).to_numpy(dtype=float))


def _marks(
    tokens: pd.DataFrame | None, topics: pd.DataFrame | None, passages: pd.DataFrame
) -> dict[str, dict[str, list[tuple[int, int, str]]]]:
    """For each passage and topic: start, end and term of the tokens that are the topic's."""
    if tokens is None or topics is None:
        return {}
    wanted: dict[str, list[str]] = {}
    for topic, term in zip(topics["topic"], topics["term"], strict=True):
        for part in str(term).split("_"):
            if topic not in wanted.setdefault(part, []):
                wanted[part].append(topic)
    tokens = check("tokens", tokens)
    inside = passage_rows(tokens, passages)
    # a term is a lemma, or a form in lower case
    either = tokens["lemma"].isin(wanted) | tokens["text"].str.lower().isin(wanted)
    tokens, inside = tokens[(inside >= 0) & either], inside[(inside >= 0) & either]
    names = passages["passage_id"].tolist()
    marks: dict[str, dict[str, list[tuple[int, int, str]]]] = {}
    for row, start, end, form, lemma in zip(
        inside, tokens["start"], tokens["end"], tokens["text"].str.lower(), tokens["lemma"], strict=True
    ):
        of_passage = marks.setdefault(names[row], {})
        for term in dict.fromkeys((lemma, form)):
            for topic in wanted.get(term, ()):
                of_topic = of_passage.setdefault(topic, [])
                if not of_topic or of_topic[-1][0] != start:
                    of_topic.append((start, end, term))
    return marks


def _stretch(text: str, start: int, end: int, marks: list[int], shortest: int, longest: int) -> tuple[int, int]:
    """The passage without white space at its ends, or of a long one the sentences with most marks."""
    end = start + len(text[start:end].rstrip())
    start = end - len(text[start:end].lstrip())
    if end - start <= longest:
        return start, end
    borders = [start, *(start + found.end() for found in _BORDER.finditer(text[start:end]))]
    best = (-1, 0, start, end)
    for first in borders:
        last = max((border for border in [*borders, end] if first < border <= first + longest), default=0)
        if last - first < shortest:
            # one sentence longer than allowed, cut after a word
            cut = text.rfind(" ", first + shortest, first + longest)
            last = cut if cut > 0 else first + longest
        last = min(last, end)
        last = first + len(text[first:last].rstrip())
        count = sum(first <= mark < last for mark in marks)
        if last - first >= shortest:
            best = max(best, (count, -first, first, last))
    return best[2], best[3]


def _sequences(quote: str) -> set[tuple[str, ...]]:
    words = [fold(word) for word in _WORD.findall(quote)]
    return {tuple(words[place : place + 3]) for place in range(max(1, len(words) - 2))}


def _alike(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> bool:
    return len(one & other) >= _ALIKE * len(one | other)
