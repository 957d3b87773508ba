"""Constructed posts with their tokens, as many as are asked for: material for measuring the statistics of words.

    python tests/benchmarks/statistics_corpus.py [--tokens 5000000] [--seed 1] [--folder FOLDER]

No text of these posts was ever written by anybody. A post is a run of some 30 Spanish sentences of the bundled corpus
(without furniture), drawn from six of its posts, in about 650 words, with a year of 2005 to 2016 and a country. Of the
words that are no function words, 4 of 10 are replaced by words drawn from a list of 60,000 forms, since 5 million words
of real text have far more different ones than the bundled 46,000: half by the law of Zipf and Mandelbrot, share of the
word of rank r as 1 / (r + 2.7) (exponent and shift as in Piantadosi 2014, "Zipf's word frequency law in natural
language", Psychonomic Bulletin & Review 21), a fifth by the same law with ranks of the post's own country, the rest
out of twenty words that the post comes back to. The forms are those of the bundled list of general Spanish but
for function words, the commonest first; beyond it, or without it, words made up of syllables. Same seed, same material.
"""

import argparse
import hashlib
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from toolkit.corpus import load_posts, mark_furniture, segment
from toolkit.resources import bundled_corpus, data_file, data_names
from toolkit.statistics import general_frequencies
from toolkit.storage import read_table, write_file
from toolkit.tables import check_quotes
from toolkit.text import lemmatise, stop_words, tokenise

FORMS = 60_000
COUNTRIES = {"ES": 0.35, "MX": 0.25, "AR": 0.15, "CO": 0.1, "CL": 0.1, "PE": 0.05}
YEARS = range(2005, 2017)
TOKENS_OF_POST = 770  # with punctuation: about 650 words
SOURCES_OF_POST = 6
REPLACED = 0.4
FROM_COUNTRY, FROM_POST, OWN_WORDS = 0.2, 0.3, 20
PARAGRAPH = 5  # sentences


def main() -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    given = parser.parse_args()
    folder = material(given.tokens, given.seed, given.folder)
    said = json.loads((folder / "material.json").read_text(encoding="utf-8"))
    print(folder, *(f"{name}: {value}" for name, value in said.items()), sep="\n")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tokens", type=int, default=5_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "statistics_corpus")


def material(tokens: int, seed: int, folder: Path) -> Path:
    """The folder with tokens.parquet, posts.parquet, and material.json (what is in it, and what to search for); made
    where it is not there yet."""
    made_of = [Path(__file__), *wordlist(), *sorted((bundled_corpus() / "texts" / "es").glob("*.md"))]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in made_of)).hexdigest()[:10]
    place = folder / f"{tokens}_{seed}_{digest}"
    if not (place / "material.json").is_file():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        table, posts = build(tokens, seed)
        texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
        check_quotes("tokens", table.rename(columns={"text": "quote"}), texts)
        write_file(table, place / "tokens.parquet")
        write_file(posts, place / "posts.parquet")
        said = json.dumps(described(read_table(place / "tokens.parquet"), posts), ensure_ascii=False, indent=1)
        (place / "material.json").write_text(said, encoding="utf-8")
    return place


def build(tokens: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tables tokens and posts."""
    random = np.random.default_rng(seed)
    source, first, length, of_post = sentences()
    forms = word_forms()
    drawn, post = draw_sentences(random, tokens, first, length, of_post)
    size = length[drawn]
    sentence = np.repeat(np.arange(len(drawn)), size)
    row = first[drawn][sentence] + np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    country = random.choice(len(COUNTRIES), post[-1] + 1, p=list(COUNTRIES.values()))
    # one list of all strings, and for each token its number in it
    known = pd.factorize(source["text"])
    capital = [form.capitalize() for form in forms]
    strings = np.array([*known[1], *forms, *capital], dtype=object)
    text = known[0][row]
    fit = source["text"].str.isalpha().to_numpy(bool) & ~source["is_stop"].to_numpy(bool)
    plain = np.flatnonzero(fit[row] & (random.random(len(row)) < REPLACED))
    word = replacements(random, post[sentence[plain]], country)
    upper = source["text"].str[:1].str.isupper().to_numpy(bool)[row[plain]]
    text[plain] = len(known[1]) + word + upper * len(forms)
    lemmas = pd.factorize(source["lemma"])
    lemma = lemmas[0][row]
    lemma[plain] = len(lemmas[1]) + word
    stop = source["is_stop"].to_numpy(bool)[row]
    # the gap after a token; sentences are divided by a space, paragraphs by an empty line
    gap = source["gap"].to_numpy(dtype=object)[row]
    last = np.cumsum(size) - 1
    number = np.arange(len(drawn)) - np.searchsorted(post, post)
    gap[last] = np.where(number % PARAGRAPH == PARAGRAPH - 1, "\n\n", " ")
    lengths = np.char.str_len(strings.astype(str))[text]
    start = np.cumsum(lengths + np.fromiter(map(len, gap), np.int64, len(gap)))
    whole = "".join(piece for pair in zip(strings[text], gap, strict=True) for piece in pair)
    ends = start[last[np.append(np.flatnonzero(np.diff(post)), len(post) - 1)]]
    begins = np.append(0, ends[:-1])
    start = np.append(0, start[:-1]) - begins[post[sentence]]
    end = start + lengths
    names = np.array([f"es/{place:05}" for place in range(post[-1] + 1)], dtype=object)
    low, high = start[np.append(0, last[:-1] + 1)], end[last]
    spans = zip(names[post], low, high, strict=True)
    passage = np.array([f"{name}:s{low}-{high}" for name, low, high in spans], dtype=object)
    every_lemma = np.array([*lemmas[1], *(lemmatise(form, "es") for form in forms)], dtype=object)
    table = pd.DataFrame(
        {
            "doc_id": pd.Series(names[post[sentence]], dtype="str"),
            "passage_id": pd.Series(passage[sentence], dtype="str"),
            "start": start,
            "end": end,
            "text": pd.Series(strings[text], dtype="str"),
            "lemma": pd.Series(every_lemma[lemma], dtype="str"),
            "pos": pd.Series(None, index=range(len(row)), dtype="str"),
            "is_stop": stop,
            "lang": pd.Series("es", index=range(len(row)), dtype="str"),
        }
    )
    return table, posts_of(random, names, [whole[a:b] for a, b in zip(begins, ends, strict=True)], country)


def sentences() -> tuple[pd.DataFrame, np.ndarray, np.ndarray, np.ndarray]:
    """Tokens of the Spanish sentences of the bundled corpus, with the ``gap`` after each; of each sentence its first
    row, its length, and the number of its post."""
    posts = load_posts(bundled_corpus())
    posts = posts[posts["lang"] == "es"].reset_index(drop=True)
    furniture = mark_furniture(posts)
    # the simple pipeline is the same on every machine
    tokens = tokenise(posts, segment(posts, furniture, unit="sentence"), choice="simple")
    tokens = tokens[tokens["lang"] == "es"].reset_index(drop=True)
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    ends, after = tokens["end"], tokens["start"].shift(-1, fill_value=0)
    tokens["gap"] = [texts[doc][a:b] if a <= b else "" for doc, a, b in zip(tokens["doc_id"], ends, after, strict=True)]
    first = np.flatnonzero(tokens["passage_id"] != tokens["passage_id"].shift())
    length = np.diff(np.append(first, len(tokens)))
    return tokens, first, length, pd.factorize(tokens["doc_id"])[0][first]


def draw_sentences(
    random: np.random.Generator, tokens: int, first: np.ndarray, length: np.ndarray, of_post: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Which sentence, and in which post, (sentences,) each, until there are so many tokens."""
    posts = tokens // TOKENS_OF_POST + 10
    sizes = random.poisson(TOKENS_OF_POST / length.mean(), posts).clip(1)
    post = np.repeat(np.arange(posts), sizes)
    starts, counts = np.unique(of_post, return_index=True)[1], np.bincount(of_post)
    sources = random.integers(0, len(counts), (posts, SOURCES_OF_POST))
    source = sources[post, random.integers(0, SOURCES_OF_POST, len(post))]
    drawn = starts[source] + (random.random(len(post)) * counts[source]).astype(np.int64)
    enough = int(np.searchsorted(np.cumsum(length[drawn]), tokens)) + 1
    return drawn[:enough], post[:enough]


def replacements(random: np.random.Generator, post: np.ndarray, country: np.ndarray) -> np.ndarray:
    """Numbers of forms for so many places, given the post of each."""
    shares = np.cumsum(1 / (np.arange(1, FORMS + 1) + 2.7))

    def law(shape: int | tuple[int, int]) -> np.ndarray:
        return np.searchsorted(shares, random.random(shape) * shares[-1]).clip(0, FORMS - 1)

    word = law(len(post))
    ranks = np.array([random.permutation(FORMS) for _ in COUNTRIES])
    own = law((len(country), OWN_WORDS))
    kind = random.random(len(post))
    of_country, of_post = kind < FROM_COUNTRY, kind > 1 - FROM_POST
    word[of_country] = ranks[country[post[of_country]], word[of_country]]
    word[of_post] = own[post[of_post], random.integers(0, OWN_WORDS, of_post.sum())]
    return word


def wordlist() -> list[Path]:
    """The bundled list of general Spanish, where there is one."""
    return [data_file("wordlists", "es.tsv")] if "es.tsv" in data_names("wordlists") else []


def word_forms() -> list[str]:
    """60,000 different words in lower case: those of the word list, then made-up ones."""
    forms = {}
    if wordlist():
        # sorted by term: of equal frequency in the order of the alphabet
        listed = general_frequencies("es").sort_values(ascending=False, kind="stable").index
        forms = dict.fromkeys(word for word in listed if word.isalpha() and word not in stop_words("es"))
    random = np.random.default_rng(0)
    onsets = [*"bcdfgjlmnprstv", *("ch", "ll", "br", "cr", "dr", "fl", "gr", "pl", "pr", "tr")]
    ends = ["", "", "", "n", "r", "s", "l"]
    syllables = [onset + vowel + end for onset in onsets for vowel in "aeiou" for end in ends]
    while len(forms) < FORMS:
        forms["".join(random.choice(syllables, random.integers(2, 5)))] = None
    return list(forms)[:FORMS]


def posts_of(random: np.random.Generator, names: np.ndarray, texts: list[str], country: np.ndarray) -> pd.DataFrame:
    day = [random.integers(low, high, len(names)) for low, high in ((YEARS[0], YEARS[-1] + 1), (1, 13), (1, 29))]
    return pd.DataFrame(
        {
            "doc_id": names,
            "lang": "es",
            "text": texts,
            "title": "constructed",
            "author": None,
            "date": [f"{year}-{month:02}-{number:02}" for year, month, number in zip(*day, strict=True)],
            "url": None,
            "source": "constructed",
            "sha256": [hashlib.sha256(text.encode("utf-8")).hexdigest() for text in texts],
            "country": np.array(list(COUNTRIES), dtype=object)[country],
            "constructed": "true",
        }
    ).astype({"author": "str", "url": "str"})


def is_word(forms: pd.Series) -> pd.Series:
    """Which tokens have a letter or a digit in them."""
    codes, different = pd.factorize(forms)
    return pd.Series(np.array([any(map(str.isalnum, form)) for form in different])[codes], index=forms.index)


def described(table: pd.DataFrame, posts: pd.DataFrame) -> dict[str, object]:
    """What is in it, and the forms and the phrase to search for: a frequent, a middling and a rare one."""
    words = table["text"].str.lower()
    words = words[is_word(words)]
    counts = words.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    following = (words + " " + words.shift(-1))[words.index.to_series().diff(-1) == -1]
    phrase = following.value_counts().sort_index().idxmax()

    def nearest(count: float) -> str:
        return str((counts[counts.index.str.isalpha()] - count).abs().idxmin())

    return {
        "tokens": len(table),
        "words": len(words),
        "posts": len(posts),
        "different forms": len(counts),
        "forms that occur once": int((counts == 1).sum()),
        "word list": "bundled, then made-up words" if wordlist() else "made-up words",
        "queries": {
            "first": nearest(len(words) / 3000),
            "rare": nearest(20),
            "middle": nearest(len(words) / 2000),
            "frequent": str(counts.index[0]),
            "phrase": str(phrase),
        },
    }


if __name__ == "__main__":
    main()
