"""Accuracy of ``language_of_passage`` on sentences cut to 20, 50 and 100 characters, beside py3langid as it comes.

    python tests/benchmarks/language.py

Spanish and Italian: judged sentences of the bundled posts of at least 100 characters (an English word here and there
is in them). English, Portuguese, Catalan, Galician: ``tests/cases/language_sentences.jsonl``, sixty sentences each that
say the same in all four, written for this measurement by a language model. A sentence is cut at the last space before
the length.

"alone": without a post language; nothing was tuned for it. "in its post": with its own language as that of the post.
"precision es/it": of the texts named Spanish or Italian, how many are (every language counts alike). ``py3langid``
compares all its languages.

The last tables are about foreign paragraphs in Spanish and Italian posts: a sentence of ``language_sentences.jsonl`` is
put as a paragraph of its own into each bundled post, cut to 20, 50 and 100 characters or whole. "found": the paragraph
is named as its language; "other": as a third one; the rest keeps the language of the post, as all with fewer than 40
letters do. "own lost": of the parts of the posts themselves, those that get another language than their post; some of
them are English quotations ("away" counts all). These are development figures: that for a neighbour the probability of
the post's language decides, and not that of the neighbour, was chosen by them.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from toolkit.corpus import load_posts
from toolkit.corpus.language import FEWEST_LETTERS, PASSAGE_LANGUAGES, language_of_passage
from toolkit.resources import bundled_corpus

CASES = Path(__file__).parent.parent / "cases" / "language_sentences.jsonl"
LENGTHS = (20, 50, 100)


def cut(text: str, length: int) -> str:
    """The text up to the last space before a length."""
    return text if len(text) <= length else text[: length + 1].rsplit(" ", 1)[0][:length]


def sentences() -> dict[str, list[str]]:
    """Sentences of at least 100 characters by language."""
    posts = load_posts(bundled_corpus())
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    langs = dict(zip(posts["doc_id"], posts["lang"], strict=True))
    found: dict[str, list[str]] = {lang: [] for lang in PASSAGE_LANGUAGES}
    for row in pd.read_json(bundled_corpus() / "annotations" / "sentences.jsonl", lines=True).itertuples():
        text = " ".join(texts[row.doc_id][row.start : row.end].split())
        if len(text) >= max(LENGTHS):
            found[langs[row.doc_id]].append(text)
    for line in CASES.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        found[case["lang"]].append(case["text"])
    return found


def accuracy(found: dict[str, list[str]]) -> pd.DataFrame:
    """Share of right answers by tool, length and language; precision of "es or it"; microseconds a text."""
    plain = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    tools: dict[str, Callable[[str, str], str]] = {
        "alone": lambda text, _: language_of_passage(text, None),
        "in its post": language_of_passage,
        "py3langid, all": lambda text, _: plain.classify(text)[0],
    }
    rows = []
    for name, tool in tools.items():
        for length in LENGTHS:
            shares, named, right, texts = {}, 0.0, 0.0, 0
            start = time.process_time()
            for lang, pool in found.items():
                answers = [tool(cut(text, length), lang) for text in pool]
                texts += len(answers)
                shares[lang] = answers.count(lang) / len(answers)
                share = (answers.count("es") + answers.count("it")) / len(answers)
                named += share
                right += share if lang in ("es", "it") else 0
            taken = 1e6 * (time.process_time() - start) / texts
            rows.append((name, length, *shares.values(), right / named, round(taken)))
    return pd.DataFrame(rows, columns=["tool", "characters", *found, "precision es/it", "us/text"])


def quotations(found: dict[str, list[str]]) -> pd.DataFrame:
    """What becomes of a foreign paragraph in each bundled post, by its language and length."""
    posts = load_posts(bundled_corpus())
    rows = []
    for post_lang in ("es", "it"):
        own = posts[posts["lang"] == post_lang]
        for lang in (lang for lang in PASSAGE_LANGUAGES if lang not in ("es", "it")):
            for length in (*LENGTHS, 1000):
                answers = []
                for number, text in enumerate(own["text"]):
                    paragraphs = text.split("\n\n")
                    place = number % (len(paragraphs) + 1)
                    paragraphs.insert(place, cut(found[lang][number % len(found[lang])], length))
                    answers.append(language_of_passage(paragraphs[place], post_lang))
                other = sum(answer not in (lang, post_lang) for answer in answers)
                size = "whole" if length == 1000 else str(length)
                rows.append(
                    (post_lang, lang, size, len(answers), answers.count(lang) / len(answers), other / len(answers))
                )
    return pd.DataFrame(rows, columns=["post", "paragraph", "characters", "n", "found", "other"])


def lost() -> pd.DataFrame:
    """Paragraphs and judged sentences of the bundled posts that get another language than their post."""
    posts = load_posts(bundled_corpus())
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    langs = dict(zip(posts["doc_id"], posts["lang"], strict=True))
    judged = pd.read_json(bundled_corpus() / "annotations" / "sentences.jsonl", lines=True)
    units = {
        "paragraph": [(langs[doc], part) for doc, text in texts.items() for part in text.split("\n\n") if part.strip()],
        "sentence": [(langs[row.doc_id], texts[row.doc_id][row.start : row.end]) for row in judged.itertuples()],
    }
    rows = []
    for unit, parts in units.items():
        for lang in ("es", "it"):
            own = [part for post, part in parts if post == lang]
            short = sum(sum(map(str.isalpha, part)) < FEWEST_LETTERS for part in own)
            away = [part for part in own if language_of_passage(part, lang) != lang]
            rows.append((lang, unit, len(own), short / len(own), len(away), len(away) / len(own)))
    return pd.DataFrame(rows, columns=["post", "unit", "n", "below 40 letters", "away", "own lost"])


if __name__ == "__main__":
    pool = sentences()
    print("sentences:", ", ".join(f"{lang} {len(own)}" for lang, own in pool.items()), "\n")
    for frame in (accuracy(pool), quotations(pool), lost()):
        print(frame.round(3).to_string(index=False), "\n")
