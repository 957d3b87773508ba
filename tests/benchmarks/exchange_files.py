"""Every real file of other programs in a folder: what is read from it, or why it is not. A Markdown table.

``python tests/benchmarks/exchange_files.py [FOLDER]``; without, ``../shared/interop`` beside the checkout.

"equal" counts annotations that the file itself gives a quote for, all of which are proved; "no quote": those where the
file only gives positions, so that nothing can be compared. Rows whose quote is another text are among the losses.
"""

import json
import sys
import warnings
from collections import Counter
from pathlib import Path

from toolkit.errors import InputError
from toolkit.exchange.codebooks.registry import read_codebook
from toolkit.exchange.detect import detect_format
from toolkit.exchange.exchange import Exchange, read_exchange
from toolkit.exchange.model import Choices
from toolkit.exchange.registry import FORMATS

ROOT = Path(__file__).resolve().parent.parent.parent
#: Files that are parts of others, by ending or a piece of their name.
PARTS = (
    (".xsd", "the schema that files are checked against"),
    (".pdf", "the specification"),
    (".md", "where the files are from"),
    ("typesystem", "a type system, which CAS files need beside"),
    ("_types.xml", "a type system, which CAS files need beside"),
    ("important_dkpro_types.xml", "a type system, which CAS files need beside"),
)


def part_of(file: Path) -> str | None:
    """What a file is a part of, if it is none of its own."""
    if file.suffix == ".txt" and file.with_suffix(".ann").is_file():
        return f"the text of {file.stem}.ann"
    return next((said for piece, said in PARTS if piece in file.name.lower()), None)


def row_of(file: Path) -> tuple[str, str, str, str, str, str]:
    """Format, documents, annotations, equal, no quote, losses (or what is said instead) of one file."""
    said = part_of(file)
    if said:
        return ("part", "", "", "", "", said)
    try:
        name = detect_format(file)
    except InputError as error:
        try:
            return ("codebook", "", "", "", "", f"a codebook of {len(read_codebook(file).codes)} codes")
        except InputError as other:
            known = "is no codebook that is known" not in str(other)
            return ("refused", "", "", "", "", _short(other if known else error, file))
    try:
        found = read_exchange(file, name)
    except InputError as error:
        return (name, "", "", "", "", f"refused: {_short(error, file)}")
    count, equal = len(found.annotations), _equal(file, name, found)
    counts = Counter(zip(found.losses["kind"], found.losses["field"], strict=True))
    losses = ", ".join(f"{number} {kind} ({field})" for (kind, field), number in sorted(counts.items()))
    first = found.losses[found.losses["kind"] == "refused"]["reason"].tolist()[:1]
    if first:
        losses += f": {first[0]}"
    return (name, str(len(found.posts)), str(count), str(equal), str(count - equal), losses.replace("|", "\\|"))


def _equal(file: Path, name: str, found: Exchange) -> int:
    """How many of the annotations read are those for which the file gives a quote, and it is what stands there."""
    inside = FORMATS[name].read(file, Choices())
    as_quoted = inside.as_quoted or str
    said = Counter((one.doc_id, one.code, as_quoted(one.quote)) for one in inside.spans if one.quote is not None)
    rows = found.annotations
    stands = Counter(zip(rows["doc_id"], rows["code"], map(as_quoted, rows["quote"]), strict=True))
    return (said & stands).total()


def _short(error: InputError, file: Path) -> str:
    return str(error).replace(str(file), file.name)[:260].replace("|", "\\|")


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "interop"
    if not folder.is_dir():
        sys.exit(f"{folder}: no such folder; give the folder of the files.")
    warnings.simplefilter("ignore")
    print("| file | format | documents | annotations | equal | no quote | losses, or why not |\n|-|-|-|-|-|-|-|")
    total: Counter = Counter()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            row = row_of(file)
            total["files"] += 1
            total["read" if row[1] else "part or codebook" if row[0] in ("part", "codebook") else "refused"] += 1
            for name, cell in zip(("annotations", "equal", "without a quote"), row[2:5], strict=True):
                total[name] += int(cell or 0)
            print(f"| {file.relative_to(folder)} | {' | '.join(row)} |", flush=True)
    print(f"\n{json.dumps(total)}")


if __name__ == "__main__":
    main()
