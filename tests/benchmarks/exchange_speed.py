"""Seconds to write and to read 10,000 annotations over 200 documents in every exchange format.

``python tests/benchmarks/exchange_speed.py [--format NAME]``: a Markdown table. The texts are those of the bundled
corpus, joined and cut to 3,000 characters, with an emoji in each so that no two ways to count agree.
"""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from exchange_material import Sample, sample_of

from toolkit.corpus import load_posts
from toolkit.exchange.exchange import read_exchange, write_annotations
from toolkit.exchange.registry import FORMATS
from toolkit.resources import bundled_corpus
from toolkit.tables import STANCES

DOCUMENTS, ANNOTATIONS, LENGTH = 200, 10_000, 3_000


def big(seed: int = 1) -> Sample:
    """The documents and annotations, the same each time."""
    draw = random.Random(seed)
    whole = "\n\n".join(load_posts(bundled_corpus("conversaciones"))["text"])
    posts = []
    for number in range(DOCUMENTS):
        at = draw.randrange(len(whole))
        text = (whole[at:] + whole)[:LENGTH]
        posts.append(
            {
                "doc_id": f"es/{number:03}",
                "text": f"{text[:100]}👨‍👩‍👧{text[100:]}",
                "lang": "es",
                "title": f"Uno {number}",
            }
        )
    rows = []
    for number in range(ANNOTATIONS):
        post = posts[number % DOCUMENTS]
        start = draw.randrange(len(post["text"]) - 200)
        machine = draw.random() < 0.3
        rows.append(
            {
                "doc_id": post["doc_id"],
                "start": start,
                "end": start + draw.randint(1, 200),
                "code": f"principio_{draw.randrange(95)}",
                "coder": "modelo 1" if machine else draw.choice(("ana", "luis", "giulia")),
                "kind": "machine" if machine else "human",
                "score": draw.random() if machine else None,
                "stance": draw.choice((*STANCES, None)),
                "evidence": "las palabras que lo muestran" if machine else None,
                "created": f"2026-11-22T02:{number // 60 % 60:02}:{number % 60:02}Z",
                "note": draw.choice((None, None, "una nota\ncon dos líneas")),
                "codebook": "cluetrain",
                "codebook_version": "1.10",
            }
        )
    return sample_of(posts, rows)


def measured(name: str, sample: Sample, folder: Path) -> tuple[float, float, int, int, int]:
    """Seconds to write, seconds to read, bytes, annotations read, losses of both."""
    target = folder / ("out" if FORMATS[name].folder else f"out{FORMATS[name].suffixes[0]}")
    started = time.perf_counter()
    losses = write_annotations(sample.annotations, target, name, texts=sample.posts)
    written = time.perf_counter()
    back = read_exchange(target, name)
    ended = time.perf_counter()
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return written - started, ended - written, size, len(back.annotations), len(losses) + len(back.losses)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--format", choices=FORMATS, action="append")
    sample = big()
    print("| format | write s | read s | MB | annotations back | losses |\n|-|-|-|-|-|-|")
    for name in parser.parse_args().format or FORMATS:
        with tempfile.TemporaryDirectory() as made:
            write, read, size, count, losses = measured(name, sample, Path(made))
        print(f"| {name} | {write:.1f} | {read:.1f} | {size / 1e6:.1f} | {count:,} | {losses:,} |", flush=True)


if __name__ == "__main__":
    main()
