"""``toolkit load``: any texts to a corpus on disk."""

import argparse
from typing import Any

from toolkit.cli.arguments import examples, path_argument

__all__ = ["add_load"]

_HELP = """\
Read folders, files and quoted patterns ("blog/*.html") into the folder CORPUS, and say what was skipped and why.
Kinds: .txt .md .html .mhtml .xml (WordPress export, RSS, Atom, TEI) .warc .wacz .csv .tsv .json .jsonl .parquet .xlsx
.pdf .docx .odt .epub, and .zip or .gz of these. 'toolkit run --corpus CORPUS' analyses the result."""
_EXAMPLES = (
    "toolkit load my_blog/ --output my_corpus",
    "toolkit load export.xml --comments --pseudonymise --output my_corpus",
    "toolkit load posts.csv --columns text=contenido,date=fecha --output my_corpus",
    "toolkit load press/ --folders lang/site --name-pattern '{date}_{title}' --metadata authors.csv --output my_corpus",
    "toolkit load my_blog/ --output corpus_of_mine --append",
    "toolkit load --output corpus_of_mine --delete uno",
)


def add_load(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    load = commands.add_parser(
        "load",
        help="read texts of any kind into a corpus",
        description=_HELP,
        **examples(*_EXAMPLES),
    )
    load.add_argument("paths", type=path_argument, nargs="*", metavar="PATH", help="folders, files, quoted patterns")
    load.add_argument("--output", type=path_argument, required=True, metavar="CORPUS", help="folder to make or change")
    change = load.add_mutually_exclusive_group()
    change.add_argument("--append", action="store_true", help="add to CORPUS what is not there yet")
    change.add_argument("--reload", action="store_true", help="read files anew that changed, and replace their posts")
    change.add_argument("--delete", nargs="+", action="extend", metavar="DOC_ID", help="delete these posts of CORPUS")
    known = load.add_argument_group("metadata (what disagrees is kept in this order and reported)")
    known.add_argument("--metadata", type=path_argument, metavar="TABLE", help="a table with doc_id or file, and more")
    known.add_argument("--name-pattern", metavar="PATTERN", help="fields in file names: '{date}_{author}_{title}'")
    known.add_argument("--folders", metavar="LEVELS", help="what folders mean, from the top: lang/site ('-' skips one)")
    known.add_argument(
        "--set",
        metavar="NAME=VALUE",
        dest="constants",
        type=_pairs,
        action=_Together,
        help="for posts that say nothing else",
    )
    known.add_argument(
        "--columns",
        metavar="OURS=THEIRS,...",
        type=_pairs,
        action=_Together,
        help="columns of tables: text=contenido",
    )
    kinds = load.add_argument_group("what to read")
    kinds.add_argument("--comments", action="store_true", help="WordPress: approved comments too, each as a post")
    kinds.add_argument("--commenters", action="store_true", help="WordPress: names of commenters too")
    kinds.add_argument("--drafts", action="store_true", help="WordPress: drafts too")
    kinds.add_argument("--private", action="store_true", help="WordPress: private posts too")
    kinds.add_argument("--whole-page", action="store_true", help="HTML: all text of a page, not its main text alone")
    kinds.add_argument(
        "--pseudonymise",
        nargs="?",
        const="",
        metavar="KEYFILE",
        help="replace names of authors; the key is made if there is none (default: CORPUS.key)",
    )
    load.set_defaults(command=_load)


class _Together(argparse.Action):
    """Pairs of an option that is given several times are put together."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        before = getattr(namespace, self.dest) or {}
        twice = next((name for name in values if name in before), None)
        if twice is not None:
            raise argparse.ArgumentError(self, f"names '{twice}' twice; give it one value")
        setattr(namespace, self.dest, {**before, **values})


def _pairs(text: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for part in text.split(","):
        name, sign, value = part.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise argparse.ArgumentTypeError(f"got '{part}', expected NAME=VALUE, several with commas between")
        key = name.strip().lower()
        if key in pairs:
            raise argparse.ArgumentTypeError(f"got '{key}' twice; give it one value")
        pairs[key] = value.strip()
    return pairs


def _load(options: argparse.Namespace) -> int:
    from toolkit.errors import InputError
    from toolkit.loading import Mode, delete_posts, load_to

    names = ("metadata", "name_pattern", "constants", "columns", "comments", "commenters", "drafts", "private")
    chosen = {name: getattr(options, name) for name in (*names, "whole_page") if getattr(options, name)}
    chosen |= {"folders": options.folders} if options.folders else {}
    if options.pseudonymise is not None:
        chosen["pseudonymise"] = options.pseudonymise or _key_beside(options.output)
    if options.delete:
        if options.paths:
            raise InputError("--delete takes doc_ids and no paths; give --delete after --output CORPUS.")
        if chosen:
            option = "set" if "constants" in chosen else next(iter(chosen)).replace("_", "-")
            raise InputError(f"--{option} says how files are read, and --delete reads none; leave it out.")
        lines = delete_posts(options.output, options.delete)
    else:
        if not options.paths:
            raise InputError("no path was given; name the folders or files to read.")
        mode: Mode = "append" if options.append else "reload" if options.reload else "new"
        lines = load_to(options.paths, options.output, mode=mode, **chosen)
    for line in lines:
        print(line)
    print(f"Corpus:  {options.output}\nReport:  {options.output}/report.md")
    return 0


def _key_beside(corpus: str) -> str:
    """The usual file of the key of pseudonyms: CORPUS.key, beside the corpus and never in it, also for "."."""
    from pathlib import Path

    place = Path(corpus)
    return f"{place if place.name not in ('', '..') else place.resolve()}.key"
