"""Concordance, collocations, keyness, dispersion and diversity beside nltk, anyts and pandas. Prints Markdown.

    python tests/benchmarks/statistics_speed.py [--tokens 5000000] [--rounds 3] [--task kwic ...] [--seed 1]

One run: every measurement is a process of its own, one at a time, and the sides take turns (ours, peer, ours, peer).
The material is constructed (tests/benchmarks/statistics_corpus.py). Each side starts from its own kind of input in
memory: the toolkit and pandas from the tables tokens and posts, nltk and anyts from lists of strings in lower case, one
object for each different string (which is in their favour: hashed once, compared by identity), the concordance of
anyts from one long string. Making that input is not measured; the column "input" tells how long it took, reading the
tables from Parquet included. An index is, and shown apart. Times are the best of all rounds, and for the whole the
median too; "computing" are seconds of the processor, whatever else the machine was doing. "loaded": memory of the
process with all libraries and its input; "task": how much higher its peak was during the task (Linux: VmHWM). The last
line divides the fastest peer that gave the same answer by the toolkit.

- kwic: each occurrence, with its node and ten words on each side as strings. Same answer: same lines, same places, same
  nodes. The peers' contexts go on over the borders of documents. anyts splits the text into words on its own, and again
  at each query; it is asked once, for the middling form. "first screen": all occurrences are found, and the first 50
  lines made, as the toolkit's concordance does in the notebook; nltk always makes all lines.
- collocations: counts of all pairs of forms at most five words apart, in the order of the text and within a document,
  pairs and forms that occur five times or more, with log-likelihood. Same answer: the counts. The peers get the
  documents with fillers between them, and their pairs with rarer forms are dropped afterwards.
- bigrams: the same for neighbouring words. Same answer: the counts; log-likelihood and MI equal to 1e-9 to nltk's
  formulas for the same contingency table (itself, nltk takes the frequencies of the words for the marginals, as if the
  last word of a document were the first of a pair; so does anyts, of which the counts alone are compared).
- keyness: all forms, Spain against the other countries. Same answer: counts; G2, and log ratio where both have the
  form, equal to 1e-9. The toolkit counts documents, tests, and adjusts for many tests as well. "with intervals": 1,000
  bootstrap samples, which no peer has.
- dispersion: forms that occur five times or more, over the documents. Same answer: DP, DPnorm, Juilland's D to 1e-9.
- diversity: TTR, MATTR (50) and MTLD (.72) of each document. Same answer: the three to 1e-9.
"""

import argparse
import gc
import json
import math
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any, NamedTuple

import anyts.corpus
import numpy as np
import pandas as pd
from anyts.diversity_stats import calc_mattr, calc_mtld, calc_ttr
from nltk import FreqDist
from nltk.collocations import BigramCollocationFinder
from nltk.metrics import BigramAssocMeasures
from nltk.text import ConcordanceIndex
from statistics_corpus import add_arguments, is_word, material

from toolkit.statistics.association.collocations import collocations
from toolkit.statistics.comparison.keyness import keyness
from toolkit.statistics.counting.diversity import lexical_diversity
from toolkit.statistics.counting.token_index import TokenIndex
from toolkit.statistics.distribution.dispersion import dispersion
from toolkit.statistics.kwic.concordance import concordance

WINDOW, MINIMUM, CONTEXT, SCREEN = 5, 5, 10, 50
TARGET = "ES"
FILLER = "\N{SYMBOL FOR NULL}"
SAME = 1e-9


class Side(NamedTuple):
    """``load(folder)`` gives the input, ``work(input, clock)`` is measured, ``answer(input, result)`` makes a table."""

    load: Callable[[Path], Any]
    work: Callable[[Any, Callable], Any]
    answer: Callable[[Any, Any], pd.DataFrame]
    once: bool = False


# what is loaded


def tables(folder: Path) -> SimpleNamespace:
    said = json.loads((folder / "material.json").read_text(encoding="utf-8"))
    tokens, posts = (pd.read_parquet(folder / f"{name}.parquet") for name in ("tokens", "posts"))
    return SimpleNamespace(tokens=tokens, posts=posts, queries=said["queries"])


def all_tokens(folder: Path) -> SimpleNamespace:
    given = tables(folder)
    return SimpleNamespace(words=one_object_each(given.tokens["text"].str.lower()), queries=given.queries)


def word_lists(folder: Path) -> dict[str, list[str]]:
    """The words of each document."""
    tokens = tables(folder).tokens
    tokens = tokens[is_word(tokens["text"])]
    words = one_object_each(tokens["text"].str.lower())
    first = np.flatnonzero((tokens["doc_id"] != tokens["doc_id"].shift()).to_numpy())
    names = tokens["doc_id"].iloc[first].tolist()
    return {name: words[a:b] for name, a, b in zip(names, first, [*first[1:], len(words)], strict=True)}


def filled(folder: Path) -> list[str]:
    return [word for words in word_lists(folder).values() for word in (*words, *[FILLER] * WINDOW)]


def two_parts(folder: Path) -> list[list[str]]:
    words, country = word_lists(folder), tables(folder).posts.set_index("doc_id")["country"]
    return [
        [word for name in words if (country[name] == TARGET) == one for word in words[name]] for one in (True, False)
    ]


def long_text(folder: Path) -> SimpleNamespace:
    given = tables(folder)
    begin = dict(zip(given.posts["doc_id"], np.cumsum([0, *given.posts["text"].str.len()[:-1] + 2]), strict=True))
    starts = given.tokens["doc_id"].map(begin) + given.tokens["start"]
    return SimpleNamespace(
        text="\n\n".join(given.posts["text"]), starts=starts.to_numpy(), query=given.queries["middle"]
    )


def indexed(given: SimpleNamespace) -> TokenIndex:
    index = TokenIndex(given.tokens, given.posts)
    index.vocabulary("form")
    return index


def one_object_each(forms: pd.Series) -> list[str]:
    codes, different = pd.factorize(forms)
    return np.asarray(different, dtype=object)[codes].tolist()


# concordance, of all lines or of the first so many of them


def kwic_ours(most: int | None) -> Side:
    def work(given: SimpleNamespace, clock: Callable) -> dict[str, pd.DataFrame]:
        with clock("index"):
            index = indexed(given)
        found = {}
        for kind, query in given.queries.items():
            with clock(kind):
                lines = concordance(index, query, context=CONTEXT)
                found[kind] = lines.table if most is None else lines.rows(0, most)
        return found

    def answer(given: SimpleNamespace, found: dict[str, Any]) -> pd.DataFrame:
        places = given.tokens[["doc_id", "start"]].assign(row=range(len(given.tokens)))
        parts = [
            pd.DataFrame(lines).merge(places, on=["doc_id", "start"]).assign(query=k) for k, lines in found.items()
        ]
        lines = pd.concat(parts)[["query", "row", "node"]]
        return lines.assign(node=lines["node"].str.lower().str.split().str.join(" "))

    return Side(tables, work, answer)


def kwic_nltk(most: int | None) -> Side:
    def work(given: SimpleNamespace, clock: Callable) -> dict[str, list]:
        with clock("index"):
            index = ConcordanceIndex(given.words)
        found = {}
        for kind, query in given.queries.items():
            with clock(kind):
                # a quarter of the width are the words on each side, the last on the right left out
                found[kind] = index.find_concordance(query.split(), width=4 * (CONTEXT + 1))[:most]
        return found

    def answer(_: SimpleNamespace, found: dict[str, list]) -> pd.DataFrame:
        lines = [(kind, line.offset, line.query) for kind, lines in found.items() for line in lines]
        return pd.DataFrame(lines, columns=["query", "row", "node"])

    return Side(all_tokens, work, answer)


def kwic_pandas(most: int | None, *, lowered: bool) -> Side:
    def work(given: SimpleNamespace, clock: Callable) -> dict[str, pd.DataFrame]:
        text, found = given.tokens["text"], {}
        with clock("index"):
            words = text.tolist()
            lower = text.str.lower() if lowered else None
        for kind, query in given.queries.items():
            with clock(kind):
                each = text.str.lower() if lower is None else lower
                forms = query.split()
                there = [(each == form).shift(-n, fill_value=False) for n, form in enumerate(forms)]
                rows = np.flatnonzero(np.logical_and.reduce(there))[:most]
                found[kind] = pd.DataFrame(
                    {
                        "row": rows,
                        "left": [" ".join(words[max(0, row - CONTEXT) : row]) for row in rows],
                        "node": [" ".join(words[row : row + len(forms)]) for row in rows],
                        "right": [" ".join(words[row + len(forms) : row + len(forms) + CONTEXT]) for row in rows],
                    }
                )
        return found

    def answer(_: SimpleNamespace, found: dict[str, pd.DataFrame]) -> pd.DataFrame:
        lines = pd.concat([table.assign(query=kind) for kind, table in found.items()])[["query", "row", "node"]]
        return lines.assign(node=lines["node"].str.lower())

    return Side(tables, work, answer)


def kwic_anyts(given: SimpleNamespace, clock: Callable) -> list:
    with clock("middle"):
        return anyts.corpus.kwic(given.text, given.query, window=CONTEXT)


def kwic_anyts_answer(given: SimpleNamespace, found: list) -> pd.DataFrame:
    rows = np.searchsorted(given.starts, [line.start for line in found])
    nodes = [line.keyword.lower() for line in found]
    return pd.DataFrame({"query": "middle", "row": rows, "node": nodes})


# collocations: (window) -> a side


def pairs_ours(window: int) -> Side:
    def work(given: SimpleNamespace, clock: Callable) -> pd.DataFrame:
        with clock("index"):
            index = indexed(given)
        with clock("all pairs"):
            return collocations(
                index, unit="form", only="words", window=(0, window), within="document", minimum=MINIMUM,
                minimum_pair=MINIMUM, sort="log_likelihood",
            )  # fmt: skip

    def answer(_: SimpleNamespace, table: pd.DataFrame) -> pd.DataFrame:
        columns = {"node": "left", "collocate": "right", "n": "n", "log_likelihood": "log_likelihood", "mi": "mi"}
        return table.rename(columns=columns)[list(columns.values())]

    return Side(tables, work, answer)


def pairs_nltk(window: int) -> Side:
    def work(documents: dict[str, list[str]], clock: Callable) -> SimpleNamespace:
        with clock("all pairs"):
            # None is what nltk itself fills the end of a text with
            words = chain.from_iterable((*words, *[None] * window) for words in documents.values())
            finder = BigramCollocationFinder.from_words(words, window_size=window + 1)
            finder.apply_freq_filter(MINIMUM)
            scored = finder.score_ngrams(BigramAssocMeasures.likelihood_ratio)
        return SimpleNamespace(finder=finder, scored=scored)

    def answer(documents: dict[str, list[str]], result: SimpleNamespace) -> pd.DataFrame:
        table = pair_table(result.finder.ngram_fd.items(), result.finder.word_fd)
        return with_nltk_scores(table, documents) if window == 1 else table

    return Side(word_lists, work, answer)


def with_nltk_scores(table: pd.DataFrame, documents: dict[str, list[str]]) -> pd.DataFrame:
    """What nltk's formulas make of pairs of neighbours: first words, second words, and pairs are counted."""
    firsts = Counter(word for words in documents.values() for word in words[:-1])
    seconds = Counter(word for words in documents.values() for word in words[1:])
    pairs = firsts.total()
    cells = [(n, (firsts[left], seconds[right]), pairs) for left, right, n in table.itertuples(index=False, name=None)]
    return table.assign(
        log_likelihood=[BigramAssocMeasures.likelihood_ratio(*cell) for cell in cells],
        mi=[BigramAssocMeasures.pmi(*cell) for cell in cells],
    )


def pairs_anyts(window: int) -> Side:
    def work(words: list[str], clock: Callable) -> list:
        with clock("all pairs"):
            return anyts.corpus.collocations(words, window=window, measure="log_likelihood", min_freq=MINIMUM)

    def answer(words: list[str], found: list) -> pd.DataFrame:
        return pair_table((((one.left, one.right), one.freq_pair) for one in found), Counter(words))

    return Side(filled, work, answer)


def pair_table(pairs: Any, words: Counter) -> pd.DataFrame:
    rows = [
        (left, right, n)
        for (left, right), n in pairs
        if FILLER not in (left, right) and words[left] >= MINIMUM and words[right] >= MINIMUM
    ]
    return pd.DataFrame(rows, columns=["left", "right", "n"])


# keyness


KEYNESS = ["term", "n_target", "n_reference", "log_likelihood", "log_ratio"]


def keyness_answer(table: pd.DataFrame) -> pd.DataFrame:
    """What is compared: for a form that one part lacks each program has a substitute of its own, so no log ratio."""
    both = (table["n_target"] > 0) & (table["n_reference"] > 0)
    return table[KEYNESS].assign(log_ratio=table["log_ratio"].where(both, 0.0))


def keyness_ours(repeats: int) -> Side:
    def work(given: SimpleNamespace, clock: Callable) -> pd.DataFrame:
        with clock("counting"):
            index = indexed(given)
        with clock("all forms"):
            return keyness(
                index, {"country": TARGET}, None, unit="form", only="words", minimum=1,
                minimum_documents=1, repeats=repeats,
            )  # fmt: skip

    return Side(tables, work, lambda _, table: keyness_answer(table))


def keyness_anyts(words: list[list[str]], clock: Callable) -> list:
    with clock("counting"):
        target, reference = map(Counter, words)
    with clock("all forms"):
        return [one for way in (True, False) for one in anyts.corpus.keyness(target, reference, positive=way)]


def keyness_anyts_answer(_: Any, found: list) -> pd.DataFrame:
    rows = [(one.word, one.freq_target, one.freq_reference, abs(one.g2), one.log_ratio) for one in found]
    return keyness_answer(pd.DataFrame(rows, columns=KEYNESS))


def keyness_nltk(words: list[list[str]], clock: Callable) -> list[tuple]:
    with clock("counting"):
        target, reference = map(FreqDist, words)
    with clock("all forms"):
        n, m = target.N(), reference.N()
        rows = []
        for word in target.keys() | reference.keys():
            a, b = target[word], reference[word]
            both = (a + b) / (n + m)
            g2 = 2 * ((a * math.log(a / n / both) if a else 0) + (b * math.log(b / m / both) if b else 0))
            rows.append((word, a, b, g2, math.log2((a or 0.5) / n / ((b or 0.5) / m))))
        return sorted(rows, key=lambda row: -row[3])


def keyness_nltk_answer(_: Any, rows: list[tuple]) -> pd.DataFrame:
    return keyness_answer(pd.DataFrame(rows, columns=KEYNESS))


# dispersion and diversity


def dispersion_ours(given: SimpleNamespace, clock: Callable) -> pd.DataFrame:
    with clock("index"):
        index = indexed(given)
    with clock("all forms"):
        return dispersion(index, unit="form", only="words", parts="doc_id", minimum=MINIMUM)


def dispersion_anyts(documents: dict[str, list[str]], clock: Callable) -> list:
    with clock("all forms"):
        words = [word for part in documents.values() for word in part]
        return anyts.corpus.dispersion(words, parts=[len(part) for part in documents.values()], min_freq=MINIMUM)


def dispersion_anyts_answer(_: Any, found: list) -> pd.DataFrame:
    rows = [(one.word, one.freq, one.dp, one.dp_norm, one.juilland_d) for one in found]
    return pd.DataFrame(rows, columns=["term", "n", "dp", "dp_norm", "juilland_d"])


def diversity_ours(given: SimpleNamespace, clock: Callable) -> pd.DataFrame:
    with clock("index"):
        index = indexed(given)
    with clock("all documents"):
        return lexical_diversity(index, by="doc_id", unit="form", window=50, threshold=0.72)


def diversity_anyts(documents: dict[str, list[str]], clock: Callable) -> list[tuple]:
    with clock("all documents"):
        return [
            (name, calc_ttr(words), calc_mattr(words, 50), calc_mtld(words, threshold=0.72, min_len=0))
            for name, words in documents.items()
        ]


def diversity_anyts_answer(_: Any, rows: list[tuple]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["value", "ttr", "mattr", "mtld"])


def columns_of(*names: str) -> Callable[[Any, pd.DataFrame], pd.DataFrame]:
    return lambda _, table: table[list(names)]


OURS = "toolkit"
#: Of each task the sides; answers are joined by the columns that are no numbers, or are places.
TASKS: dict[str, dict[str, Side]] = {
    "kwic": {
        OURS: kwic_ours(None),
        "nltk": kwic_nltk(None),
        "pandas": kwic_pandas(None, lowered=False),
        "pandas, lower case made once": kwic_pandas(None, lowered=True),
        "anyts": Side(long_text, kwic_anyts, kwic_anyts_answer, once=True),
    },
    "kwic, first screen": {
        OURS: kwic_ours(SCREEN),
        "nltk": kwic_nltk(SCREEN),
        "pandas": kwic_pandas(SCREEN, lowered=False),
        "pandas, lower case made once": kwic_pandas(SCREEN, lowered=True),
    },
    "collocations": {OURS: pairs_ours(WINDOW), "nltk": pairs_nltk(WINDOW), "anyts": pairs_anyts(WINDOW)},
    "bigrams": {OURS: pairs_ours(1), "nltk": pairs_nltk(1), "anyts": pairs_anyts(1)},
    "keyness": {
        OURS: keyness_ours(0),
        "nltk": Side(two_parts, keyness_nltk, keyness_nltk_answer),
        "anyts": Side(two_parts, keyness_anyts, keyness_anyts_answer),
        f"{OURS}, with intervals": keyness_ours(1000),
    },
    "dispersion": {
        OURS: Side(tables, dispersion_ours, columns_of("term", "n", "dp", "dp_norm", "juilland_d")),
        "anyts": Side(word_lists, dispersion_anyts, dispersion_anyts_answer),
    },
    "diversity": {
        OURS: Side(tables, diversity_ours, columns_of("value", "ttr", "mattr", "mtld")),
        "anyts": Side(word_lists, diversity_anyts, diversity_anyts_answer),
    },
}
KEYS = {"query", "row", "node", "left", "right", "term", "value"}


# measuring


def measure(task: str, name: str, folder: Path, target: Path) -> None:
    """In a process of its own: TARGET.json with seconds and memory, TARGET.parquet with the answer."""
    side = TASKS[task][name]
    began = time.perf_counter()
    given = side.load(folder)
    taken = time.perf_counter() - began
    gc.collect()
    loaded = memory("VmRSS")
    forget_peak()
    steps: dict[str, float] = {}
    busy: dict[str, float] = {}

    @contextmanager
    def clock(step: str) -> Iterator[None]:
        began, worked = time.perf_counter(), time.process_time()
        yield
        steps[step], busy[step] = time.perf_counter() - began, time.process_time() - worked

    result = side.work(given, clock)
    peak = memory("VmHWM")
    side.answer(given, result).to_parquet(target.with_suffix(".parquet"))
    said = {"steps": steps, "computing": sum(busy.values()), "input": taken, "loaded": loaded, "task": peak - loaded}
    target.with_suffix(".json").write_text(json.dumps(said), encoding="utf-8")


def memory(line: str) -> float:
    """MB of this process, now (VmRSS) or at most since :func:`forget_peak` (VmHWM); elsewhere than on Linux at most."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    found = re.search(rf"{line}:\s+(\d+) kB", status.read_text(encoding="utf-8"))
    return int(found[1]) / 1000 if found else float("nan")


def forget_peak() -> None:
    path = Path("/proc/self/clear_refs")
    if path.exists():
        path.write_text("5", encoding="ascii")


def compare(ours: pd.DataFrame, theirs: pd.DataFrame) -> tuple[bool, str]:
    """Whether two answers are the same in the columns and queries both have, and how many rows are."""
    columns = [name for name in ours if name in theirs]
    keys, numbers = [name for name in columns if name in KEYS], [name for name in columns if name not in KEYS]
    if "query" in keys:
        ours = ours[ours["query"].isin(theirs["query"])]
    both = ours[columns].merge(theirs[columns], on=keys, suffixes=("", "_theirs"), how="outer", indicator="side")
    fit = both["side"] == "both"
    for name in numbers:
        fit &= np.isclose(both[name], both[f"{name}_theirs"], rtol=SAME, atol=SAME, equal_nan=True)
    rows = f"{len(both):,} rows"
    return bool(fit.all()), f"same, {rows}" if fit.all() else f"**{int((~fit).sum()):,} of {rows} differ**"


def run(task: str, folder: Path, rounds: int, scratch: Path) -> dict[str, list[dict[str, Any]]]:
    """What each side said in each round."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in TASKS[task]}
    for number in range(rounds):
        for place, (name, side) in enumerate(TASKS[task].items()):
            if side.once and number:
                continue
            target = scratch / answer_name(task, place)
            subprocess.run([sys.executable, __file__, "--measure", task, name, str(folder), str(target)], check=True)
            found[name].append(json.loads(target.with_suffix(".json").read_text(encoding="utf-8")))
            print(f"{task}, {name}: {found[name][-1]}", file=sys.stderr, flush=True)
    return found


def answer_name(task: str, place: int) -> str:
    return f"{list(TASKS).index(task)}_{place}"


def show(task: str, found: dict[str, list[dict[str, Any]]], scratch: Path) -> None:
    answers = [
        pd.read_parquet((scratch / answer_name(task, place)).with_suffix(".parquet")) for place in range(len(found))
    ]
    steps = list(found[OURS][0]["steps"])
    best = {
        name: {step: min(one["steps"].get(step, 0) for one in said) for step in steps} for name, said in found.items()
    }
    for name, said in found.items():
        best[name]["all"] = min(sum(one["steps"].values()) for one in said)
        best[name]["computing"] = min(one["computing"] for one in said)
    heads = [f"{step} ({(answers[0]['query'] == step).sum():,})" if "query" in answers[0] else step for step in steps]
    heads += ["all, best", "computing", "all, median", "input", "loaded MB", "task MB"]
    print(f"\n### {task}\n\n| | {' | '.join(heads)} | answer |\n|---{'|---:' * len(heads)}|---|")
    equal = {}
    for place, (name, said) in enumerate(found.items()):
        whole = median(sum(one["steps"].values()) for one in said)
        loaded, task_mb = (median(one[what] for one in said) for what in ("loaded", "task"))
        same, words = compare(answers[0], answers[place]) if place else (False, f"{len(answers[0]):,} rows")
        if same and not name.startswith(OURS):
            equal[name] = best[name]
        cells = [seconds(best[name][step]) for step in steps] + [
            *(seconds(best[name][what]) for what in ("all", "computing")),
            seconds(whole),
        ]
        cells.append(f"{min(one['input'] for one in said):.1f}")
        print(f"| {name} | {' | '.join(cells)} | {loaded:,.0f} | {task_mb:,.0f} | {words} |")
    ratios = []
    for step in [*steps, "all", "computing"]:
        # a peer that was asked for one step only is no measure of all of them
        peers = [
            one[step] for name, one in equal.items() if one[step] and (step in steps or not TASKS[task][name].once)
        ]
        ratios.append(f"{min(peers) / best[OURS][step]:.1f}" if peers and best[OURS][step] else "")
    print(f"| fastest peer / {OURS} | {' | '.join(ratios)} | | | | | |", flush=True)


def seconds(value: float) -> str:
    return f"{value:.3f}" if value else ""


def main() -> None:
    if sys.argv[1:2] == ["--measure"]:
        task, side, folder, target = sys.argv[2:]
        return measure(task, side, Path(folder), Path(target))
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--task", choices=TASKS, action="append")
    given = parser.parse_args()
    place = material(given.tokens, given.seed, given.folder)
    said = json.loads((place / "material.json").read_text(encoding="utf-8"))
    queries = said.pop("queries")
    versions = [f"{name} {version(name)}" for name in ("numpy", "scipy", "pandas", "pyarrow", "nltk", "anyts")]
    print(
        "; ".join(
            f"{name}: {value:,}" if isinstance(value, int) else f"{name}: {value}" for name, value in said.items()
        )
    )
    print(f"\nSought: {', '.join(f'{kind} *{query}*' for kind, query in queries.items())}")
    machine = f"Python {platform.python_version()} on {platform.machine()}"
    print(f"\n{machine}; {', '.join(versions)}; {given.rounds} rounds; seconds")
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        for task in given.task or TASKS:
            show(task, run(task, place, given.rounds, scratch), scratch)
    return None


if __name__ == "__main__":
    main()
