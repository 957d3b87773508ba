"""Trains the line model of page furniture, cross-validates it, and writes ``toolkit/data/furniture/line_model.json``.

    python tests/benchmarks/train_furniture.py            # the table of cross-validation alone
    python tests/benchmarks/train_furniture.py --write    # and the file

Material: the bundled posts and the scraped copies that were looked at, with what readers marked
(``annotations/furniture_*.jsonl``), and ``furniture_pages.jsonl`` here: constructed pages, some around bundled posts
(``body_of``), each line with its kind of furniture or null. Posts held back for measurement, and lines of theirs on
other pages, are left out.

The rules were written with these pages in view, so they mark nearly all furniture there; on a page nobody looked at
they do not. Each page is therefore used several times with a share of the marks forgotten (whole stretches of one rule,
and lines at random): the model learns from what is then open, beside marks that are left. Nothing is random but by a
fixed seed. Folds keep all pages around one post together. A cut for each zone of the page is the smallest one at which,
over the folds, at most ``LOST`` of the characters marked there are body text.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from toolkit.corpus import load_posts, load_rules, mark_furniture
from toolkit.corpus.furniture.features import describe_lines, zones_of
from toolkit.corpus.furniture.line_model import RULE, LineModel
from toolkit.corpus.furniture.rules import Mark
from toolkit.corpus.furniture.shapes import LONGEST_LINE, Line, read_lines
from toolkit.files import sha256_text
from toolkit.resources import bundled_corpus, data_file

PAGES = Path(__file__).parent / "furniture_pages.jsonl"
#: Posts whose scraped pages are kept for measurement; nothing of theirs is trained on.
HELD_BACK = {
    "es": ["06", "13", "18", "21", "27", "29", "36", "37", "45", "53", "54", "61", "63", "69", "72"],
    "it": ["06", "09", "15", "21", "27", "30", "33", "39", "48"],
}
#: Shares of the marks that are forgotten, one copy of a page for each.
FORGOTTEN = (0.0, 0.2, 0.4, 0.6, 0.8)
FOLDS, SEED = 10, 20260101
#: Penalty of the weights (inverse of its strength), and the fewest pages a word must stand on.
STRENGTH, FEWEST = 2.0, 3
#: At most this share of the characters that the model marks in a zone may be body text, over the folds.
LOST = 0.02
#: No cut is lower than this log-odds, whatever the folds say (odds of 20 to 1).
LOWEST = 3.0
ZONES = ("top", "body", "tail", "bottom", "prose")
#: Words of rules: the fewest patterns one stands in, and the most its log-odds may be.
IN_PATTERNS, MOST_ODDS = 1, 3.0


class Page(NamedTuple):
    """A text, its lines, what each is in truth (a kind or None) and what the rules marked; a group is a post."""

    doc_id: str
    group: str
    text: str
    lines: list[Line]
    truth: list[str | None]
    marks: list[Mark | None]
    used: list[bool]


class Row(NamedTuple):
    """One open line of one copy of a page."""

    page: int
    number: int
    zone: str
    features: dict[str, float]
    furniture: bool
    size: int
    forgotten: float


def held_back(doc_id: str) -> bool:
    """Whether a post is kept for measurement."""
    lang, name = doc_id.split("/")
    return name[:2] in HELD_BACK[lang]


def bundled() -> pd.DataFrame:
    """Posts and scraped copies of the bundled corpus that may be trained on."""
    posts = load_posts(bundled_corpus())
    copies = load_posts(bundled_corpus() / "copies")
    posts = pd.concat([posts, copies[copies["state"] == "scraped"]], ignore_index=True)
    return posts[~posts["doc_id"].map(held_back)].assign(post=posts["doc_id"].str[:5])


def constructed() -> tuple[pd.DataFrame, dict[str, list[str | None]]]:
    """The pages of the file as posts, and the kind of each line that holds something."""
    pages = [json.loads(line) for line in PAGES.read_text(encoding="utf-8").splitlines()]
    for page in pages:
        page["text"] = "\n".join(text for text, _ in page["lines"]) + "\n"
        page["sha256"] = sha256_text(page["text"])
        page["post"] = page["body_of"][:5]
    truth = {page["doc_id"]: [kind for text, kind in page["lines"] if text.strip()] for page in pages}
    return pd.DataFrame(pages).drop(columns="lines"), truth


def read_pages() -> list[Page]:
    """All material, in a fixed order."""
    own = bundled()
    made, kinds = constructed()
    gold = pd.concat(
        pd.read_json(bundled_corpus() / "annotations" / f"furniture_{lang}.jsonl", lines=True) for lang in ("es", "it")
    )
    back = load_posts(bundled_corpus())
    back = back[back["doc_id"].map(held_back)]
    closed = {line for text in back["text"] for line in text.split("\n") if line.strip()}
    found = {}
    for posts in (own, made):
        marked = mark_furniture(posts)
        found.update(dict(iter(marked[marked["rule"] != RULE].groupby("doc_id"))))
    pages = []
    for posts in (own, made):
        for post in posts.itertuples():
            lines = read_lines(post.text)
            if post.doc_id in kinds:
                truth = kinds[post.doc_id]
                used = [
                    kind is not None or post.text[n.start : n.end] not in closed
                    for n, kind in zip(lines, truth, strict=True)
                ]
            else:
                mine = gold[gold["doc_id"] == post.doc_id]
                truth = _kinds(post.text, lines, zip(mine["start"], mine["end"], mine["kind"], strict=True))
                used = [True] * len(lines)
            assert len(truth) == len(lines), post.doc_id
            table = found.get(post.doc_id)
            spans = (
                () if table is None else zip(table["start"], table["end"], table["rule"], table["kind"], strict=True)
            )
            whole = {(start, end): Mark(rule, kind) for start, end, rule, kind in spans}
            marks = [whole.get((line.start, line.end)) for line in lines]
            page = Page(post.doc_id, post.post, post.text, lines, truth, marks, used)
            pages += [page, *titled(page, post.title)]
    return pages


def titled(page: Page, title: str | None) -> list[Page]:
    """The page with its title above the writing: bundled posts have it in the front matter."""
    first = next((n for n, kind in enumerate(page.truth) if kind is None), None)
    if not isinstance(title, str) or not title or first is None:
        return []
    start = page.lines[first].start
    text = f"{page.text[:start]}{title}\n\n{page.text[start:]}"
    more: tuple[list[str | None], list[Mark | None], list[bool]] = ([*page.truth], [*page.marks], [*page.used])
    for column, value in zip(more, (None, None, True), strict=True):
        column.insert(first, value)
    return [page._replace(text=text, lines=read_lines(text), truth=more[0], marks=more[1], used=more[2])]


def _kinds(text: str, lines: Sequence[Line], spans: Iterator[tuple[int, int, str]]) -> list[str | None]:
    """The kind of each line of which nine tenths of the visible characters are marked."""
    kinds: list[str | None] = [None] * len(text)
    for start, end, kind in spans:
        kinds[start:end] = [kind] * (end - start)
    truth = []
    for line in lines:
        seen = [kinds[n] for n in range(line.start, line.end) if not text[n].isspace()]
        known = [kind for kind in seen if kind is not None]
        truth.append(known[0] if known and len(known) >= 0.9 * len(seen) else None)
    return truth


def forget(page: Page, share: float, rng: np.random.Generator) -> list[Mark | None]:
    """The marks of a page without a share of them: by stretches of one rule, and some lines by themselves."""
    marks = list(page.marks)
    gone, before = False, None
    for number, mark in enumerate(page.marks):
        if mark is None:
            before = None
            continue
        if before is None or mark.rule != before:
            gone, before = rng.random() < share, mark.rule
        if gone or rng.random() < share / 4:
            marks[number] = None
    return marks


def rule_words(pages: Sequence[Page]) -> dict[str, float]:
    """Words of the patterns of the rules, and the log-odds that one is met there rather than in prose (-3 to 3)."""
    ruleset = load_rules()
    patterns = [pattern for rule in ruleset.rules if rule.where != "inside" for pattern in rule.patterns]
    patterns += [word for name in ("net", "share", "menu", "said") for word in ruleset.macros.get(name, "").split("|")]
    inside = Counter(word for pattern in patterns for word in set(_literal_words(pattern)))
    prose = Counter(
        word.lower()
        for page in pages
        for line, kind in zip(page.lines, page.truth, strict=True)
        if kind is None
        for word in re.findall(r"[^\W\d_]{3,}", page.text[line.start : line.end])
    )
    total, whole = sum(inside.values()), sum(prose.values())
    odds = {
        word: float(np.log((count + 0.5) / total) - np.log((prose[word] + 0.5) / whole))
        for word, count in inside.items()
        if count >= IN_PATTERNS
    }
    odds |= {word: -MOST_ODDS for word, count in prose.items() if word not in inside and count >= 20}
    return {word: round(min(MOST_ODDS, max(-MOST_ODDS, value)), 1) for word, value in sorted(odds.items())}


def _literal_words(pattern: str) -> list[str]:
    plain = re.sub(r"\\[a-zA-Z]|\(\?[:!=<]+|\{[a-z_]+\}|\[\^[^\]]*\]", " ", pattern)
    plain = re.sub(r"\[([^\]\W]+)\]", lambda found: found[1][-1], plain)
    plain = re.sub(r"\(([^()|]{1,3})\)\?|(\w)\?", r"\1\2", plain)
    return re.findall(r"[^\W\d_]{3,}", plain.lower())


def rows_of(pages: Sequence[Page], words: dict[str, float]) -> list[Row]:
    """The open lines of all copies of all pages; as many of the rules' words are forgotten as of their marks."""
    rows = []
    rng = np.random.default_rng(SEED)
    for index, page in enumerate(pages):
        for share in FORGOTTEN:
            marks = forget(page, share, rng)
            left = {word: odds for word, odds in words.items() if odds < 0 or rng.random() >= share}
            zones = zones_of(page.lines, marks)
            if not zones:
                continue
            for number, features in enumerate(describe_lines(page.text, page.lines, marks, left)):
                line = page.lines[number]
                if marks[number] is None and page.used[number] and line.length <= LONGEST_LINE:
                    size = len("".join(page.text[line.start : line.end].split()))
                    truth = page.truth[number] is not None
                    rows.append(Row(index, number, zones[number], features, truth, size, share))
    return rows


def vocabulary(pages: Sequence[Page], rows: Sequence[Row]) -> set[str]:
    """Names of features that stand on enough pages of different posts."""
    seen: dict[str, set[str]] = {}
    for row in rows:
        for name in row.features:
            seen.setdefault(name, set()).add(pages[row.page].group)
    return {name for name, groups in seen.items() if len(groups) >= FEWEST}


def fit(pages: Sequence[Page], rows: Sequence[Row]) -> LineModel:
    """Weights of the features; cuts are left open."""
    known = vocabulary(pages, rows)
    vectors = DictVectorizer(sort=True)
    matrix = vectors.fit_transform([{n: v for n, v in row.features.items() if n in known} for row in rows])
    wanted = np.array([row.furniture for row in rows])
    model = LogisticRegression(C=STRENGTH, max_iter=2000, tol=1e-6)
    model.fit(matrix, wanted, sample_weight=np.full(len(rows), 1 / len(FORGOTTEN)))
    weights = {
        str(name): round(float(weight), 3)
        for name, weight in zip(vectors.get_feature_names_out(), model.coef_[0], strict=True)
        if abs(weight) >= 0.02
    }
    return LineModel(round(float(model.intercept_[0]), 3), weights, {}, {})


def cross_validate(pages: Sequence[Page], rows: Sequence[Row]) -> np.ndarray:
    """Score of each row by a model that has seen no page around the same post."""
    scores = np.zeros(len(rows))
    groups = [pages[row.page].group for row in rows]
    for train, test in GroupKFold(FOLDS).split(rows, groups=groups):
        model = fit(pages, [rows[n] for n in train])
        scores[test] = [model.score(rows[n].features) for n in test]
    return scores


def cuts_of(rows: Sequence[Row], scores: np.ndarray) -> dict[str, float]:
    """For each zone the smallest cut above which at most ``LOST`` of the characters are body text."""
    cuts = {}
    for zone in ZONES:
        own = [n for n, row in enumerate(rows) if row.zone == zone]
        good = bad = 0
        cut = max((float(scores[n]) for n in own), default=0.0) + 1.0
        for n in sorted(own, key=lambda n: -scores[n]):
            good, bad = good + rows[n].size * rows[n].furniture, bad + rows[n].size * (not rows[n].furniture)
            if bad <= LOST * (good + bad) and scores[n] >= LOWEST:
                cut = float(scores[n])
        cuts[zone] = round(cut - 0.005, 2)
    return cuts


def report(pages: Sequence[Page], rows: Sequence[Row], scores: np.ndarray, cuts: dict[str, float]) -> pd.DataFrame:
    """By share forgotten and zone: open lines of furniture, how much of it is found, and body lines lost."""
    table = pd.DataFrame(
        {
            "forgotten": [row.forgotten for row in rows],
            "zone": [row.zone for row in rows],
            "furniture": [row.furniture for row in rows],
            "size": [row.size for row in rows],
            "marked": [score > cuts[row.zone] for row, score in zip(rows, scores, strict=True)],
        }
    )
    out = []
    for by in ("forgotten", "zone"):
        for name, part in table.groupby(by):
            wanted, body = part[part["furniture"]], part[~part["furniture"]]
            right, wrong = wanted.loc[wanted["marked"], "size"].sum(), body.loc[body["marked"], "size"].sum()
            out.append(
                {
                    by: name,
                    "open furniture lines": len(wanted),
                    "found": wanted["marked"].mean(),
                    "found by characters": right / max(1, wanted["size"].sum()),
                    "body lines": len(body),
                    "lost": int(body["marked"].sum()),
                    "lost share": body["marked"].mean(),
                    "precision by characters": right / max(1, right + wrong),
                }
            )
    return pd.DataFrame(out)


def main() -> None:
    """The table of cross-validation; with ``--write`` also the file."""
    pages = read_pages()
    words = rule_words(pages)
    rows = rows_of(pages, words)
    scores = cross_validate(pages, rows)
    cuts = cuts_of(rows, scores)
    print(len(pages), "pages,", len(rows), "open lines, cuts", cuts)
    print(report(pages, rows, scores, cuts).round(4).to_string(index=False, na_rep=""))
    if "-v" in sys.argv:
        seen = set()
        for row, score in sorted(zip(rows, scores, strict=True), key=lambda pair: -pair[1]):
            line = pages[row.page].lines[row.number]
            if not row.furniture and score > cuts[row.zone] - 1 and (row.page, row.number) not in seen:
                seen.add((row.page, row.number))
                print(
                    row.zone,
                    round(score, 2),
                    pages[row.page].doc_id,
                    repr(pages[row.page].text[line.start : line.end][:120]),
                )
    if "--write" in sys.argv:
        model = fit(pages, rows)._replace(cuts=cuts, words=words)
        write(model, len(pages), len(rows))


def write(model: LineModel, pages: int, rows: int) -> None:
    """The file of weights, with a head that says what it is."""
    about = (
        "Weights of toolkit/corpus/furniture/line_model.py: natural log-odds that a line is furniture, by feature. "
        "Written by tests/benchmarks/train_furniture.py (logistic regression, L2 penalty, "
        f"C={STRENGTH}) from {pages} pages of this project: bundled posts, scraped copies that were looked at and "
        "tests/benchmarks/furniture_pages.jsonl, all constructed. "
        f"Cuts by zone: at most {LOST:.0%} of the characters marked were body text over {FOLDS} folds by post."
    )
    data = {"about": about, "licence": "CC BY 4.0", "open_lines": rows, "bias": model.bias, "cuts": model.cuts}
    head = json.dumps(data, ensure_ascii=False, indent=1)[:-2]
    weights = ",\n".join(f"  {json.dumps(name, ensure_ascii=False)}: {w}" for name, w in sorted(model.weights.items()))
    path = data_file("furniture") / "line_model.json"
    words = json.dumps(model.words, ensure_ascii=False)
    path.write_text(f'{head},\n "weights": {{\n{weights}\n }},\n "words": {words}\n}}\n', encoding="utf-8")
    print(len(model.weights), "weights,", path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
