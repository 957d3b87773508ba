"""``toolkit words``: frequencies, concordances, collocations, keyness, dispersion."""

import argparse
from typing import Any

from toolkit.cli.arguments import count_argument, path_argument, say, table_target

__all__ = ["add_words"]

_HELP = """\
Count the words of texts, or with --codes the codes of their passages, and read them in context. INPUT: a corpus
folder, or any files that 'toolkit load' reads; page furniture is left out. Each language is counted by itself.
Without --output the first rows are printed."""
_EXAMPLES = """\
examples:
  toolkit words frequency corpus --only content --by country
  toolkit words concordance corpus "red social" --sort R1 R2 --output lines.html
  toolkit words concordance corpus transparency:breach --match code --codes annotations.jsonl
  toolkit words collocations corpus cliente --window 5
  toolkit words keyness corpus --target year=2005-2009 --reference year=2010-2016 --output keyness.csv
  toolkit words keyness corpus --codes annotations.jsonl --target lang=es --reference lang=it
  toolkit words dispersion corpus --only content --parts site
  toolkit words trends corpus blog red --lang es"""
#: Rows and columns that a terminal shows at a time.
_SHOWN = 20
#: What stays out of the terminal, and is in the file.
_ONLY_IN_FILES = (
    "by", "target", "reference", "size_target", "size_reference", "share_target", "share_reference", "dice", "p_value",
    "documents_target", "documents_reference", "note", "rank",
)  # fmt: skip


def add_words(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    words = commands.add_parser(
        "words",
        help="count words and codes, and read them in context",
        description=_HELP,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = words.add_subparsers(title="what", metavar="WHAT", required=True)
    frequency = _kind(kinds, "frequency", "how often each word occurs, beside general Spanish and Italian")
    frequency.add_argument("--by", metavar="COLUMN", help="in each group: country, genre, year ...")
    frequency.add_argument("--minimum", type=count_argument, metavar="N", help="fewest occurrences (default: 1)")
    diversity = _kind(kinds, "diversity", "how varied the words are: TTR, MATTR, MTLD", only=False)
    diversity.add_argument("--by", metavar="COLUMN", help="doc_id (default), lang, country, genre, year ...")
    diversity.add_argument("--window", type=count_argument, metavar="N", help="words of a window of MATTR (50)")
    lines = _kind(kinds, "concordance", "every occurrence in its context (KWIC)", unit=False, only=False)
    lines.add_argument("query", metavar="QUERY", help="a word or phrase (* and ? stand for letters), or see --match")
    lines.add_argument(
        "--match",
        choices=["form", "lemma", "regex", "cue", "code"],
        help="what QUERY is: form (default), lemma, regular expression, code of --codebook whose cues are looked for, "
        "or code of --codes such as transparency:breach",
    )
    lines.add_argument("--codebook", metavar="NAME|FILE", help="for --match cue (default: cluetrain)")
    lines.add_argument("--context", type=count_argument, metavar="N", help="words to each side (10)")
    lines.add_argument(
        "--sort", nargs="+", metavar="KEY", help="L1 R1 ... node, date, or a column; -KEY turns it round"
    )
    lines.add_argument("--sample", type=count_argument, metavar="N", help="so many lines at random")
    lines.add_argument("--seed", type=int, default=1, metavar="N", help="of the sample (1)")
    lines.add_argument("--show", nargs="+", metavar="COLUMN", help="metadata of the posts beside each line")
    pairs = _kind(kinds, "collocations", "which words stand together more than by chance")
    pairs.add_argument("node", nargs="*", metavar="WORD", help="of these words only")
    pairs.add_argument("--window", type=count_argument, metavar="N", help="words to each side (5)")
    pairs.add_argument("--minimum", type=count_argument, metavar="N", help="fewest occurrences of a word (5)")
    pairs.add_argument("--sort", metavar="MEASURE", help="log_dice (default), mi, mi3, t_score, log_likelihood ...")
    key = _kind(kinds, "keyness", "what one part says more often than another")
    key.add_argument(
        "--target", nargs="+", required=True, metavar="COLUMN=VALUE", help="country=MX, year=2005-2009 ..."
    )
    key.add_argument(
        "--reference", nargs="+", metavar="COLUMN=VALUE", help="what it is compared with (default: the rest)"
    )
    key.add_argument("--minimum", type=count_argument, metavar="N", help="fewest occurrences (5)")
    spread = _kind(kinds, "dispersion", "how evenly words are spread: DP, DPnorm, Juilland's D")
    spread.add_argument(
        "--parts", metavar="COLUMN|N", help="doc_id (default), country, year ..., or so many equal parts"
    )
    spread.add_argument("--minimum", type=count_argument, metavar="N", help="fewest occurrences (5)")
    time = _kind(kinds, "trends", "how often words occur over time, with intervals", only=False)
    time.add_argument("terms", nargs="*", metavar="WORD", help="these (default: the most frequent)")
    time.add_argument("--by", metavar="COLUMN", help="year (default), quarter, month, country ...")


def _kind(
    kinds: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    about: str,
    *,
    unit: bool = True,
    only: bool = True,
) -> argparse.ArgumentParser:
    """A parser with what all kinds share."""
    parser = kinds.add_parser(name, help=about, description=about[0].upper() + about[1:] + ".")
    parser.add_argument("input", type=path_argument, metavar="INPUT")
    parser.add_argument("--output", type=path_argument, metavar="FILE", help=_output(name))
    parser.add_argument("--lang", metavar="LANG", help="one language alone: es, it")
    if name != "diversity":
        parser.add_argument("--codes", type=path_argument, metavar="FILE", help="annotations: codes in place of words")
    if unit:
        parser.add_argument("--unit", choices=["form", "lemma", "pos"], help="what a word is counted by")
    if only:
        parser.add_argument("--only", choices=["words", "content"], help="all words, or no function words")
    parser.set_defaults(command=_words, kind=name)
    return parser


def _output(name: str) -> str:
    return ".html, .txt, .csv, .jsonl or .parquet" if name == "concordance" else ".csv, .jsonl or .parquet"


def _words(options: argparse.Namespace) -> int:
    from pathlib import Path

    from toolkit.words import prepare_texts, word_table

    lines = options.kind == "concordance"
    codes = getattr(options, "codes", None)
    page = lines and options.output is not None and Path(options.output).suffix.lower() in (".html", ".txt")
    target = Path(options.output) if page else table_target(options.output, [options.input, codes])
    texts = prepare_texts(options.input, codes=codes)
    for row in texts.skipped.to_dict("records"):
        say(f"{row['source']}: {row['reason']}")
    found = word_table(options.kind, texts, **_choices(options, texts.annotations))
    if lines:
        return _give_lines(found, options, target)
    return _give_table(found, target)


def _choices(options: argparse.Namespace, annotations: Any) -> dict[str, Any]:
    """The arguments of the statistic, None where not given."""
    from toolkit.words import part_of

    names = (
        "unit",
        "only",
        "by",
        "minimum",
        "window",
        "match",
        "codebook",
        "context",
        "query",
        "lang",
        "sort",
        "parts",
    )
    choices = {name: getattr(options, name, None) for name in names}
    for name in ("target", "reference"):
        if getattr(options, name, None):
            choices[name] = part_of(getattr(options, name), annotations)
    if options.kind == "concordance":
        choices |= {"sort": tuple(options.sort or ()), "metadata": tuple(options.show or ())}
    if getattr(options, "node", None):
        choices["node"] = options.node
    if getattr(options, "terms", None):
        choices["terms"] = options.terms
    if choices["parts"] is not None and choices["parts"].isdigit():
        choices["parts"] = int(choices["parts"])
    return choices


def _give_lines(found: Any, options: argparse.Namespace, target: Any) -> int:
    if options.sample is not None:
        found = found.sample(options.sample, seed=options.seed)
    if target is None:
        print(found)
    else:
        found.save(target)
        say(f"{len(found):,} lines in {found.documents:,} documents: {target}")
    return 0


def _give_table(table: Any, target: Any) -> int:
    from toolkit.printable import printable
    from toolkit.storage import write_file

    if target is not None:
        write_file(table, target)
        say(f"{len(table):,} rows: {target}")
        return 0
    shown = table.drop(columns=[name for name in _ONLY_IN_FILES if name in table]).head(_SHOWN)
    print(printable(shown.to_string(index=False, float_format=lambda number: f"{number:.4g}", na_rep="–")))
    if len(table) > _SHOWN:
        say(f"the first {_SHOWN} of {len(table):,} rows; --output FILE writes all, with all columns")
    return 0
