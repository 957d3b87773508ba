"""Speed and memory of ``toolkit load``: posts/s, MB/s and the peak of memory, each load in a process of its own.

    python tests/benchmarks/loading.py                       # JSON Lines with 1,000, 20,000 and 200,000 posts
    python tests/benchmarks/loading.py --format wxr 1000 20000
    python tests/benchmarks/loading.py --format txt 1000 20000

Posts are paragraphs of the bundled corpus, recombined with a fixed seed (about 400 words a post, ids and dates
made up). ``peak`` is the largest resident memory of the whole process; ``ratio`` compares it with the row above.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

_CHILD = """
import resource, sys, time
from toolkit.loading import load_to
began = time.perf_counter()
lines = load_to([sys.argv[1]], sys.argv[2], progress=False)
print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, lines[0], sep="|")
"""
_WXR_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Recombinado</title><language>es</language>
<wp:wxr_version>1.2</wp:wxr_version>
"""


def posts(count: int) -> Iterator[dict[str, str]]:
    """``count`` posts of paragraphs drawn with a fixed seed."""
    from toolkit.corpus import load_posts
    from toolkit.resources import bundled_corpus

    table = load_posts(bundled_corpus())
    paragraphs = {
        lang: [part for text in texts for part in text.split("\n\n") if len(part) > 80]
        for lang, texts in table.groupby("lang")["text"]
    }
    draw = random.Random(20100312)
    for number in range(count):
        lang = draw.choice(("es", "it"))
        text = "\n\n".join(draw.sample(paragraphs[lang], 6))
        date = f"{draw.randint(2005, 2016)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
        yield {
            "doc_id": f"r{number:06}",
            "lang": lang,
            "title": text[:40],
            "date": date,
            "author": f"autor {number % 97}",
            "text": text,
        }


def write(form: str, count: int, folder: Path) -> Path:
    """The posts as one .jsonl, one WordPress export, or a folder of .txt."""
    if form == "txt":
        target = folder / f"txt{count}"
        for number, post in enumerate(posts(count)):
            path = target / f"{number // 1000:03}" / f"{post['doc_id']}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(post["text"], encoding="utf-8")
        return target
    target = folder / f"posts{count}.{'xml' if form == 'wxr' else 'jsonl'}"
    with target.open("w", encoding="utf-8") as file:
        if form == "jsonl":
            file.writelines(json.dumps(post, ensure_ascii=False) + "\n" for post in posts(count))
            return target
        file.write(_WXR_HEAD)
        for number, post in enumerate(posts(count), 1):
            file.write(
                f"<item><title>{escape(post['title'])}</title><dc:creator>{post['author']}</dc:creator>"
                f"<content:encoded><![CDATA[{post['text']}]]></content:encoded><wp:post_id>{number}</wp:post_id>"
                f"<wp:post_date>{post['date']} 10:00:00</wp:post_date><wp:status>publish</wp:status>"
                "<wp:post_type>post</wp:post_type></item>\n"
            )
        file.write("</channel></rss>\n")
    return target


def measure(form: str, count: int) -> tuple[float, float, float]:
    """Seconds, MB of input, and peak MB of one load."""
    with tempfile.TemporaryDirectory() as name:
        source = write(form, count, Path(name))
        files = [source] if source.is_file() else list(source.rglob("*.txt"))
        size = sum(path.stat().st_size for path in files) / 1e6
        arguments = [sys.executable, "-c", _CHILD, str(source), f"{name}/corpus"]
        out = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout
        seconds, peak, line = out.strip().split("|")
        assert line.startswith(f"{count:,} posts read"), line
        return float(seconds), size, float(peak)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("counts", type=int, nargs="*", default=[1_000, 20_000, 200_000])
    parser.add_argument("--format", choices=["jsonl", "wxr", "txt"], default="jsonl")
    chosen = parser.parse_args()
    print(f"{'posts':>9} {'MB':>8} {'seconds':>8} {'posts/s':>8} {'MB/s':>6} {'peak MB':>8} {'ratio':>6}")
    before = None
    for count in chosen.counts:
        seconds, size, peak = measure(chosen.format, count)
        ratio = f"{peak / before:6.2f}" if before else " " * 6
        print(
            f"{count:9,} {size:8.1f} {seconds:8.1f} {count / seconds:8.0f} {size / seconds:6.1f} {peak:8.0f} {ratio}",
            flush=True,
        )
        before = peak
