"""A corpus folder that people coded with the small codebook: a post for each of its eight subjects."""

import json

from small_codebook import DOES, WHO

from toolkit.corpus import load_posts


def coded_corpus(folder, book, people=("ana",), version=None):
    """Write posts of sixteen sentences each, and what each person coded in all of them; returns the folder."""
    (folder / "texts").mkdir(parents=True)
    (folder / "annotations").mkdir()
    for lang, subjects in WHO.items():
        for number, who in enumerate(subjects):
            body = "\n\n".join(f"{who} {does}." for _, _, does in DOES[lang])
            (folder / "texts" / f"{lang}{number}.md").write_text(f"---\nlang: {lang}\n---\n{body}\n", encoding="utf-8")
    units, rows, coverage = [], [], ["codebook,coder,doc_id"]
    for doc_id, lang, text in load_posts(folder)[["doc_id", "lang", "text"]].to_numpy():
        coverage += [f"{book.id},{who},{doc_id}" for who in people]
        end = 0
        for code, stance, does in DOES[lang]:
            end = text.index(f"{does}.", end) + len(does) + 1
            start = text.rfind("\n", 0, end) + 1
            place = {"doc_id": doc_id, "start": start, "end": end}
            units.append(place)
            if code:
                rows.append({**place, "quote": text[start:end], "code": code, "stance": stance})
    of_book = {"codebook": book.id, "codebook_version": version or book.version, "kind": "human"}
    write_lines(folder / "annotations" / "sentences.jsonl", units)
    for who in people:
        write_lines(
            folder / "annotations" / f"{book.id}_{who}.jsonl", [{**row, **of_book, "coder": who} for row in rows]
        )
    (folder / "annotations" / "coverage.csv").write_text("\n".join(coverage) + "\n", encoding="utf-8")
    return folder


def write_lines(path, rows):
    """Write JSON Lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
