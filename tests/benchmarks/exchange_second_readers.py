"""What other people's readers see in the files that are written here: the same stretches with the same codes?

    python tests/benchmarks/exchange_second_readers.py

The codings of the bundled corpus (all coders), written in each format and read by a library that is not ours. bioc
(brat) and pyrefiqda (REFI-QDA) are no dependencies: install what you want to see (``pip install bioc pyrefiqda``, best
into an environment of its own beside this package); what is missing is said. dkpro-cassis and spaCy come with the
tests. Not here: pybrat, which refuses two codes at one place, and webanno2spacy, which knows one kind of layer.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from toolkit.corpus import human_annotations, load_posts
from toolkit.exchange import write_annotations
from toolkit.exchange.codebooks.brat_names import encode_type
from toolkit.exchange.formats.cas.folder import document_of
from toolkit.resources import bundled_corpus

Row = tuple[str, int, int, str]


def bioc(folder: Path) -> Iterator[Row]:
    from bioc import brat

    for file in sorted(folder.rglob("*.ann")):
        with file.open(encoding="utf-8", newline="") as ann, file.with_suffix(".txt").open(encoding="utf-8") as text:
            document = brat.load(text, ann)
        for entity in document.entities:
            start, end = entity.total_span
            yield file.relative_to(folder).with_suffix("").as_posix(), start, end, entity.type


def cassis_xmi(folder: Path) -> Iterator[Row]:
    import cassis

    with (folder / "TypeSystem.xml").open("rb") as stream:
        types = cassis.load_typesystem(stream)
    for file in sorted(folder.rglob("*.xmi")):
        with file.open("rb") as stream:
            yield from _of_cas(cassis.load_cas_from_xmi(stream, typesystem=types), file.relative_to(folder))


def cassis_json(folder: Path) -> Iterator[Row]:
    import cassis

    for file in sorted(folder.rglob("*.json")):
        with file.open("rb") as stream:
            yield from _of_cas(cassis.load_cas_from_json(stream), file.relative_to(folder))


def _of_cas(cas, path: Path) -> Iterator[Row]:
    for one in cas.select("webanno.custom.Code"):
        yield document_of(path.with_suffix("").as_posix()), one.begin, one.end, one.code


def pyrefiqda(file: Path) -> Iterator[Row]:
    from pyrefiqda import RefiProject

    with tempfile.TemporaryDirectory() as folder:
        project = RefiProject.load(file, folder)
    names: dict[str, str] = {}

    def walk(codes, parent=""):
        for code in codes:
            names[code.guid] = f"{parent}/{code.name}" if parent else code.name
            walk(code.code, names[code.guid])

    walk(project.code_book.codes.code)
    for source in project.sources.text_source:
        for selection in source.plain_text_selection:
            codes = [names[coding.code_ref.target_guid] for coding in selection.coding]
            # the second coding of a selection is its stance
            (code,) = [name.rpartition("/")[2] for name in codes if not name.startswith("stance/")]
            yield source.name, selection.start_position, selection.end_position, code


def spacy(file: Path) -> Iterator[Row]:
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    for doc in DocBin(store_user_data=True).from_disk(file).get_docs(Vocab()):
        for span in doc.spans["sc"]:
            yield doc.user_data["doc_id"], span.start_char, span.end_char, span.label_


#: Library, format, target, how the library reads it, what it calls a code.
READERS: tuple[tuple[str, str, str, Callable[[Path], Iterator[Row]], Callable[[str], str]], ...] = (
    ("bioc", "brat", "brat", bioc, encode_type),
    ("dkpro-cassis", "cas-xmi", "xmi", cassis_xmi, str),
    ("dkpro-cassis", "cas-json", "json", cassis_json, str),
    ("pyrefiqda", "refi-qda", "project.qdpx", pyrefiqda, str),
    ("spacy", "spacy", "codings.spacy", spacy, str),
)


def main() -> int:
    posts = load_posts(bundled_corpus())
    codings = human_annotations(bundled_corpus(), posts=posts).annotations
    rows = list(zip(*(codings[name] for name in ("doc_id", "start", "end", "code")), strict=True))
    failed = 0
    print("| reader | format | documents | annotations | the same | missing | other |\n|-|-|-|-|-|-|-|")
    for library, name, target, read, called in READERS:
        try:
            told = f"{library} {version(library)}"
        except PackageNotFoundError:
            print(f"| {library} | {name} | | | | | not installed |")
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / target
            write_annotations(codings, path, name, texts=posts, codebook=None)
            seen = Counter(read(path))
        wanted = Counter((doc_id, start, end, called(code)) for doc_id, start, end, code in rows)
        missing, other = sum((wanted - seen).values()), sum((seen - wanted).values())
        same = sum((wanted & seen).values())
        documents = len({row[0] for row in seen})
        print(f"| {told} | {name} | {documents} | {sum(seen.values()):,} | {same:,} | {missing:,} | {other:,} |")
        for row in list((wanted - seen) or (seen - wanted))[:2]:
            print(f"  for example {row}", file=sys.stderr)
        failed += bool(missing or other)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
