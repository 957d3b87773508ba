"""Main text of saved pages: precision, recall and F1 of the HTML reader beside other libraries. Prints Markdown.

    python tests/benchmarks/main_text.py [FOLDER]

``FOLDER`` (default ../shared/data/html_gold) holds real pages and gold.json: segments that must be in the main text and
segments that must not. precision = right segments found / all segments found, recall = right segments found / right
segments; white space is not compared. The reader was improved on these pages. The same then on the constructed pages of
tests/benchmarks/pages, written by somebody who did not know the reader and not opened while it was made: they stay held
out. Then, by words (each counted as often as it stands there): the six constructed pages of
corpora/formatos, and the constructed old pages of tests/samples/html.py, on which the reader was improved too.

``time``: the median of five rounds over all pages, as a multiple of trafilatura's default. jusText is given the
language; the others find out for themselves. All libraries get the same decoded text.
"""

import argparse
import importlib.util
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import median

import justext
import pandas as pd
import trafilatura
from resiliparse.extract.html2text import extract_plain_text

from toolkit.corpus import load_posts
from toolkit.corpus.pages.markup import text_of_html
from toolkit.corpus.readers.html import decode_page, record_of_page
from toolkit.corpus.readers.record import Options
from toolkit.resources import bundled_corpus

ROOT = Path(__file__).parents[2]
Page = tuple[bytes, str, str]  # bytes, text, language


def ours(page: Page) -> str:
    return record_of_page(page[0], "page", Options()).text


def by_justext(page: Page) -> str:
    stop_words = justext.get_stoplist({"es": "Spanish", "it": "Italian"}[page[2]])
    return "\n".join(part.text for part in justext.justext(page[1], stop_words) if not part.is_boilerplate)


TOOLS: dict[str, Callable[[Page], str]] = {
    "this reader": ours,
    "jusText, language given": by_justext,
    "trafilatura, default": lambda page: trafilatura.extract(page[1]) or "",
    "trafilatura, precision": lambda page: (
        trafilatura.extract(page[1], favor_precision=True, include_comments=False) or ""
    ),
    "resiliparse, main content": lambda page: extract_plain_text(page[1], main_content=True),
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT.parent / "shared" / "data" / "html_gold")
    for folder, what in (
        (parser.parse_args().folder, "real pages (looked at)"),
        (Path(__file__).parent / "pages", "constructed pages, held out"),
    ):
        if not (folder / "gold.json").is_file():
            print(f"{folder} has no gold.json: its pages are left out\n")
            continue
        gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
        pages = [page((folder / row["file"]).read_bytes(), row.get("lang_auto", "es")) for row in gold]
        print(f"{len(gold)} {what}, by segments\n")
        table({name: by_segments([tool(one) for one in pages], gold) for name, tool in TOOLS.items()}, pages)
    for (pages, texts), what in ((formatos(), "pages of corpora/formatos"), (samples(), "old pages (development)")):
        print(f"{len(pages)} constructed {what}, by words\n")
        table({name: by_words([tool(one) for one in pages], texts) for name, tool in TOOLS.items()}, pages)


def page(data: bytes, lang: str) -> Page:
    return data, decode_page(data).text, lang


def formatos() -> tuple[list[Page], list[str]]:
    folder = ROOT / "corpora" / "formatos"
    items = pd.read_csv(folder / "items.csv")
    items = items[items["file"].str.startswith("html/")]
    bodies = load_posts(bundled_corpus()).set_index("doc_id")["text"]
    pages = [
        page((folder / file).read_bytes(), doc_id[:2])
        for file, doc_id in zip(items["file"], items["doc_id"], strict=True)
    ]
    return pages, [re.sub(r"(?m)^\s*(?:-|\d{1,2}[.)])\s+", "", bodies[doc_id]) for doc_id in items["doc_id"]]


def samples() -> tuple[list[Page], list[str]]:
    spec = importlib.util.spec_from_file_location("samples_html", ROOT / "tests" / "samples" / "html.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    italian = ("splinder", "tabelle", "entrevista")
    made = module.pages()
    pages = [page(data, "it" if name.startswith(italian) else "es") for name, (data, _) in made.items()]
    return pages, [text_of_html(main) for _, main in made.values()]


def by_segments(texts: list[str], gold: list[dict]) -> tuple[int, int, int]:
    """Right segments found, wrong segments found, right segments missed."""
    right = wrong = missed = 0
    for text, row in zip(texts, gold, strict=True):
        text = one_line(text)
        found = sum(one_line(segment) in text for segment in row["with"])
        right += found
        missed += len(row["with"]) - found
        wrong += sum(one_line(segment) in text for segment in row["without"])
    return right, wrong, missed


def by_words(texts: list[str], gold: list[str]) -> tuple[int, int, int]:
    """The same, of words."""
    right = wrong = missed = 0
    for text, main_text in zip(texts, gold, strict=True):
        got, wanted = (Counter(re.findall(r"\w+", one)) for one in (text, main_text))
        right += (got & wanted).total()
        wrong += (got - wanted).total()
        missed += (wanted - got).total()
    return right, wrong, missed


def one_line(text: str) -> str:
    return " ".join(text.split())


def table(counts: dict[str, tuple[int, int, int]], pages: list[Page]) -> None:
    times = {name: seconds(tool, pages) for name, tool in TOOLS.items()}
    print("| reader | precision | recall | F1 | wrong | missed | ms a page | time |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, (right, wrong, missed) in counts.items():
        precision, recall = right / max(right + wrong, 1), right / max(right + missed, 1)
        f1 = 2 * right / max(2 * right + wrong + missed, 1)
        ratio = times[name] / times["trafilatura, default"]
        print(
            f"| {name} | {precision:.3f} | {recall:.3f} | {f1:.3f} | {wrong} | {missed} "
            f"| {1000 * times[name] / len(pages):.0f} | {ratio:.1f} |"
        )
    print()


def seconds(tool: Callable[[Page], str], pages: list[Page]) -> float:
    rounds = []
    for _ in range(5):
        start = time.perf_counter()
        for one in pages:
            tool(one)
        rounds.append(time.perf_counter() - start)
    return median(rounds)


if __name__ == "__main__":
    sys.exit(main())
