"""Recall, precision and speed of ``find_duplicates`` on planted near duplicates, beside datasketch in the same run.

    python tests/benchmarks/duplicates.py [TEXTS [RUNS]]

TEXTS (4,000) texts are drawn from the sentences of the bundled posts with a fixed seed, 10 to 40 sentences each, in one
language. A sentence is the first half of one and the second half of another: halves stand in many texts, as stock
phrases do, and whole sentences nearly never, so that no text holds a fifth of another by chance. Of every eighth text a
copy is planted, in turn: with a comment form and a share bar added, with 5 % of the words dropped, with a fifth cut
off, with a fifth left, with captions glued to words, and with one word in ten changed. A text and its copy are a true
pair; all other pairs are false.

The peer gets the same shingles (as bytes) and the same number of permutations, the bands its optimum for Jaccard .5
gives, or ours; its pairs are compared shingle by shingle with the same thresholds. The tools take turns; time is the
processor time of the best of RUNS (3), from texts to checked pairs and from shingles to checked pairs. Then the bundled
copies with their gold, by threshold of containment.
"""

import random
import re
import sys
import time
from collections.abc import Callable, Iterable
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
from datasketch import MinHash, MinHashLSH
from rensa import RMinHash

from toolkit.corpus import load_posts, mark_furniture
from toolkit.corpus.copies.candidates import sampled
from toolkit.corpus.copies.duplicates import find_duplicates, near_pairs
from toolkit.corpus.copies.shingles import shingle_sets
from toolkit.resources import bundled_corpus

FORM = {
    "es": "\n\nComparte esto:\nTwitter\nFacebook\nMe gusta Cargando...\n\nDeja una respuesta\n\nTu dirección de correo "
    "electrónico no será publicada. Los campos obligatorios están marcados con *\n\nComentario\n\nNombre *\n\nCorreo "
    "electrónico *\n\nWeb\n\nRecibir un correo electrónico con los siguientes comentarios a esta entrada.",
    "it": "\n\nCondividi:\nTwitter\nFacebook\nMi piace Caricamento...\n\nLascia un commento\n\nIl tuo indirizzo email "
    "non sarà pubblicato. I campi obbligatori sono contrassegnati *\n\nCommento\n\nNome *\n\nEmail *\n\nSito web\n\n"
    "Avvertimi via email in caso di risposte al mio commento.",
}
#: Bands of three of 126 permutations, as many as give a pair of Jaccard .5 a chance of .996.
BANDS, ROWS = 42, 3
CAPTIONS = {"es": "Foto de la jornada", "it": "La sala durante l'incontro"}
WORD = re.compile(r"\w+")
Pairs = set[tuple[str, str]]


def sentences() -> dict[str, list[str]]:
    """The judged sentences of the bundled posts by language."""
    posts = load_posts(bundled_corpus())
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    langs = dict(zip(posts["doc_id"], posts["lang"], strict=True))
    table = pd.read_json(bundled_corpus() / "annotations" / "sentences.jsonl", lines=True)
    found: dict[str, list[str]] = {"es": [], "it": []}
    for row in table.itertuples():
        found[langs[row.doc_id]].append(texts[row.doc_id][row.start : row.end])
    return found


def recombined(one: str, two: str) -> str:
    """The first half of a sentence and the second half of another."""
    head, tail = one.split(), two.split()
    return " ".join(head[: (len(head) + 1) // 2] + tail[len(tail) // 2 :])


def copied(text: str, how: str, lang: str, draw: random.Random) -> str:
    """A text as it reappears elsewhere."""
    words = text.split(" ")
    if how == "comment form":
        return text + FORM[lang]
    if how == "5 % dropped":
        return " ".join(word for word in words if draw.random() >= 0.05)
    if how == "a fifth cut off":
        return " ".join(words[: len(words) * 4 // 5])
    if how == "a fifth left":
        start = draw.randrange(len(words) * 4 // 5)
        return " ".join(words[start : start + len(words) // 5])
    if how == "captions":
        for place in draw.sample(range(len(words)), 3):
            words[place] = CAPTIONS[lang] + words[place]
        return " ".join(words)
    return " ".join(draw.choice(words) if draw.random() < 0.1 else word for word in words)


HOW = ("comment form", "5 % dropped", "a fifth cut off", "a fifth left", "captions", "1 word in 10 changed")


def planted(number: int) -> tuple[pd.DataFrame, dict[tuple[str, str], str]]:
    """Posts, and how each true pair was made."""
    draw = random.Random(20052016)
    pool = sentences()
    rows, pairs = [], {}
    for n in range(number):
        lang = draw.choice(["es", "es", "it"])
        heads, tails = (draw.sample(pool[lang], size) for size in [draw.randint(10, 40)] * 2)
        text = " ".join(recombined(*pair) for pair in zip(heads, tails, strict=True))
        rows.append((f"t{n:06}", lang, text))
        if n % 8 == 0:
            how = HOW[n // 8 % len(HOW)]
            rows.append((f"u{n:06}", lang, copied(text, how, lang, draw)))
            pairs[f"t{n:06}", f"u{n:06}"] = how
    draw.shuffle(rows)
    posts = pd.DataFrame(rows, columns=["doc_id", "lang", "text"])
    return posts.assign(sha256="0"), pairs


def ours(posts: pd.DataFrame) -> Pairs:
    """Each post of a cluster with the one nearest to it."""
    found = find_duplicates(posts)
    return {tuple(sorted(pair)) for pair in zip(found["doc_id"], found["nearest"], strict=True)}


def byte_sets(posts: pd.DataFrame) -> dict[str, set[bytes]]:
    """The shingles of each post as datasketch wants them."""
    sets = {}
    for doc_id, text in zip(posts["doc_id"], posts["text"], strict=True):
        words = WORD.findall(text.lower())
        sets[doc_id] = {f"{a} {b} {c}".encode() for (a, b), c in zip(pairwise(words), words[2:], strict=False)}
    return sets


def datasketch_pairs(sets: dict[str, set[bytes]], **bands: object) -> Pairs:
    """The same with datasketch: signatures, candidates, check; of each post the best pair."""
    signatures = MinHash.bulk(sets.values(), num_perm=BANDS * ROWS, seed=1)
    index = MinHashLSH(num_perm=BANDS * ROWS, **(bands or {"threshold": 0.5}))
    with index.insertion_session() as session:
        for doc_id, signature in zip(sets, signatures, strict=True):
            session.insert(doc_id, signature)
    best: dict[str, tuple[float, float, str]] = {}
    for doc_id, signature in zip(sets, signatures, strict=True):
        for other in index.query(signature):
            if doc_id >= other:
                continue
            values = near(sets[doc_id], sets[other])
            for one, two in ((doc_id, other), (other, doc_id)) if values else ():
                best[one] = max(best.get(one, (0.0, 0.0, "")), (*values, two))
    return {tuple(sorted((doc_id, other))) for doc_id, (_, _, other) in best.items()}


def rensa_pairs(flat: np.ndarray, sizes: np.ndarray) -> set[tuple[int, int]]:
    """Pairs of positions by rensa from our shingles: signatures, candidates, check."""
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.uint64)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(flat, offsets, BANDS * ROWS, 1)
    rows = np.array(matrix.to_rows(), dtype=np.uint64).reshape(len(sizes), BANDS, ROWS)
    sets = [set(part.tolist()) for part in np.split(flat, np.cumsum(sizes)[:-1])]
    found = set()
    for band in range(BANDS):
        buckets: dict[bytes, list[int]] = {}
        for number in np.flatnonzero(sizes).tolist():
            buckets.setdefault(rows[number, band].tobytes(), []).append(number)
        found |= {pair for own in buckets.values() for pair in combinations(own, 2)}
    return {(a, b) for a, b in found if near(sets[a], sets[b])}


def near(a: set, b: set) -> tuple[float, float] | None:
    """Jaccard index and containment where they are enough."""
    common = len(a & b)
    jaccard, containment = common / (len(a) + len(b) - common), common / min(len(a), len(b))
    return (jaccard, containment) if jaccard >= 0.5 or containment >= (0.9 if common < 30 else 0.6) else None


def timed(tools: dict[str, Callable[[], Pairs]], runs: int) -> dict[str, tuple[Pairs, float]]:
    """What each tool found, and the seconds of its fastest run; the tools take turns."""
    found: dict[str, Pairs] = {}
    seconds: dict[str, list[float]] = {name: [] for name in tools}
    for _ in range(runs):
        for name, find in tools.items():
            start = time.process_time()
            found[name] = find()
            seconds[name].append(time.process_time() - start)
    return {name: (found[name], min(seconds[name])) for name in tools}


def bundled() -> pd.DataFrame:
    """Precision and recall on the bundled copies, with and without furniture, by threshold of containment."""
    folder = bundled_corpus()
    posts = pd.concat([load_posts(folder), load_posts(folder / "copies")], ignore_index=True)
    gold = pd.read_csv(folder / "annotations" / "duplicates.csv")
    true = {tuple(sorted(pair)) for pair in zip(gold["doc_id"], gold["copy_of"], strict=True)}
    rows = []
    for name, furniture in (("as they are", None), ("without furniture", mark_furniture(posts))):
        for contained in (0.5, 0.6, 0.7, 0.8, 0.9):
            found = find_duplicates(posts, furniture=furniture, contained=contained)
            pairs = {tuple(sorted(pair)) for pair in zip(found["doc_id"], found["nearest"], strict=True)}
            hits = len(pairs & true)
            rows.append((name, contained, len(true), hits / len(true), hits / len(pairs)))
    return pd.DataFrame(rows, columns=["posts", "contained", "pairs", "recall", "precision"])


def main(number: int, runs: int) -> None:
    """Print all three tables."""
    posts, true = planted(number)
    ids = posts["doc_id"].tolist()
    texts, sets = posts["text"].tolist(), byte_sets(posts)
    flat, sizes, _ = shingle_sets(texts)

    def named(pairs: Iterable[tuple[int, int]]) -> Pairs:
        return {tuple(sorted((ids[a], ids[b]))) for a, b in pairs}

    def from_shingles() -> Pairs:
        inside, owner = sampled(flat, sizes), np.repeat(np.arange(len(sizes)), sizes)
        parts = np.split(flat, np.cumsum(sizes)[:-1])

        def look(positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            return np.concatenate([parts[position] for position in positions]), sizes[positions]

        own = np.bincount(owner[inside], minlength=len(sizes))
        return named(zip(*near_pairs(flat[inside], own, sizes, look, 0.5, 0.6)[:2], strict=True))

    steps: dict[str, Callable[[], Pairs]] = {
        "find_duplicates": lambda: ours(posts),
        "datasketch": lambda: datasketch_pairs(byte_sets(posts)),
        "datasketch, 42 bands": lambda: datasketch_pairs(byte_sets(posts), params=(BANDS, ROWS)),
        "ours from shingles on": from_shingles,
        "datasketch from shingles on": lambda: datasketch_pairs(sets),
        "rensa from our shingles on": lambda: named(rensa_pairs(flat, sizes)),
        "our shingles": lambda: (shingle_sets(texts), set())[1],
        "byte shingles": lambda: (byte_sets(posts), set())[1],
    }
    ours(posts[:50])  # imports
    rows, by_kind, speeds = [], {}, {}
    for name, (found, seconds) in timed(steps, runs).items():
        speeds[name] = len(posts) / seconds
        hits = found & set(true)
        if found:
            rows.append((name, len(posts), len(true), len(hits) / len(true), len(hits) / len(found), speeds[name]))
            counts = {how: sum(true[pair] == how for pair in hits) for how in HOW}
            by_kind[name] = {how: count / list(true.values()).count(how) for how, count in counts.items()}
        else:
            rows.append((name, len(posts), len(true), None, None, speeds[name]))
    table = pd.DataFrame(rows, columns=["tool", "texts", "pairs", "recall", "precision", "texts/s"])
    print(table.round(3).to_string(index=False, na_rep=""))
    whole, rest = (speeds[one] / speeds[two] for one, two in zip(list(steps)[0:4:3], list(steps)[1:5:3], strict=True))
    print(f"times as fast as datasketch: {whole:.1f} from texts to pairs, {rest:.1f} from shingles to pairs\n")
    print(pd.DataFrame(by_kind).rename_axis("recall").round(3).to_string(), "\n")
    print(bundled().round(3).to_string(index=False))


if __name__ == "__main__":
    given = [int(value) for value in sys.argv[1:3]]
    main(*given, *(4000, 3)[len(given) :])
