"""``toolkit words``: frequencies, concordances, collocations, keyness, dispersion, trends."""

import argparse

from toolkit.cli.arguments import (
    count_argument,
    examples,
    from_zero_argument,
    name_argument,
    path_argument,
    workers_argument,
)
from toolkit.cli.words_run import run_words

__all__ = ["add_words"]

_HELP = """\
Count the words of texts, or with --codes the codes of their passages, and read them in context. INPUT: a corpus
folder, or any files that 'toolkit load' reads; page furniture is left out. Words are counted in each language by
itself, the language of each sentence: Spanish, Italian, and English where it is quoted; --lang takes one alone.
Without --output the first rows of each language are printed, the language with most words first."""
_EXAMPLES = {
    "frequency": ("toolkit words frequency corpus --only content --by country",),
    "diversity": ("toolkit words diversity corpus --by genre",),
    "concordance": (
        'toolkit words concordance corpus "redes sociales" --sort R1 R2 --output lines.html',
        "toolkit words concordance corpus transparency:breach --match code --codes corpus",
    ),
    "collocations": (
        "toolkit words collocations corpus cliente --window 5",
        "toolkit words collocations corpus --lang es --output network.graphml",
    ),
    "keyness": (
        "toolkit words keyness corpus --target year=2005-2009 --reference year=2010-2016 --output keyness.csv",
        "toolkit words keyness corpus --codes codes.jsonl --target lang=es --reference lang=it",
        "toolkit words keyness corpus --codes codes.jsonl --target code=listening:breach",
    ),
    "dispersion": ("toolkit words dispersion corpus --only content --parts site",),
    "trends": ("toolkit words trends corpus blog red --lang es",),
}
_MEASURES = (
    "log_dice (default), dice, mi, mi3, npmi, t_score, z_score, chi_square, log_likelihood, minimum_sensitivity, "
    "delta_p_collocate, delta_p_node or n"
)


def add_words(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    words = commands.add_parser(
        "words",
        help="count words and codes, and read them in context",
        description=_HELP,
        **examples(*(line for lines in _EXAMPLES.values() for line in lines)),
    )
    kinds = words.add_subparsers(title="what", metavar="WHAT", required=True)
    frequency = _kind(kinds, "frequency", "how often each word occurs, beside general Spanish and Italian")
    frequency.add_argument("--by", metavar="COLUMN", help="in each group: country, genre, year ...")
    frequency.add_argument("--minimum", type=count_argument, metavar="N", help="fewest occurrences (default: 1)")
    _drawn(frequency, "0, no intervals")
    diversity = _kind(kinds, "diversity", "how varied the words are: TTR, MATTR, MTLD", only=False, codes=False)
    diversity.add_argument("--by", metavar="COLUMN", help="doc_id (default), lang, country, genre, year ...")
    diversity.add_argument(
        "--window", type=count_argument, metavar="N", help="words of a window of MATTR (default: 50)"
    )
    _drawn(diversity)
    _add_concordance(kinds)
    pairs = _kind(kinds, "collocations", "which words stand together more than by chance")
    pairs.add_argument(
        "node", nargs="*", metavar="WORD", help="of these words only, right behind INPUT (default: all pairs)"
    )
    pairs.add_argument(
        "--window",
        type=_words_or_passage,
        metavar="N|passage",
        help="words to each side (default: 5), or the whole passage; codes are counted by passage",
    )
    pairs.add_argument("--minimum", type=count_argument, metavar="N", help="fewest occurrences of a word (default: 5)")
    pairs.add_argument("--sort", metavar="MEASURE", help=_MEASURES)
    _where(pairs)
    key = _kind(kinds, "keyness", "what one part says more often than another")
    key.add_argument(
        "--target",
        nargs="+",
        action="extend",
        required=True,
        metavar="COLUMN=VALUE",
        help="country=MX, 'country=MX|AR', year=2005-2009, of codes lang=es; code=listening or code=listening:breach: "
        "the words of the passages with that code",
    )
    key.add_argument(
        "--reference",
        nargs="+",
        action="extend",
        metavar="COLUMN=VALUE",
        help="what it is compared with (default: the rest)",
    )
    key.add_argument(
        "--minimum", type=count_argument, metavar="N", help="fewest occurrences in both together (default: 5)"
    )
    key.add_argument(
        "--minimum-documents", type=count_argument, metavar="N", help="documents a key word stands in (default: 3)"
    )
    key.add_argument("--most-dp", type=_share, metavar="0-1", help="greatest DPnorm of a key word (default: any)")
    _drawn(key)
    spread = _kind(kinds, "dispersion", "how evenly words are spread: DP, DPnorm, Juilland's D")
    spread.add_argument(
        "--parts", metavar="COLUMN|N", help="doc_id (default), country, year ..., or so many equal parts"
    )
    spread.add_argument("--minimum", type=count_argument, metavar="N", help="fewest occurrences (default: 5)")
    time = _kind(kinds, "trends", "how often words occur over time, with intervals", only=False)
    time.add_argument("terms", nargs="*", metavar="WORD", help="these, right behind INPUT (default: the most frequent)")
    time.add_argument("--by", metavar="COLUMN", help="year (default), quarter, month, country ...")
    _drawn(time)


def _add_concordance(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    lines = _kind(kinds, "concordance", "every occurrence in its context (KWIC)", unit=False, only=False)
    lines.add_argument("query", metavar="QUERY", help="a word or phrase (* and ? stand for letters), or see --match")
    lines.add_argument(
        "--match",
        choices=["form", "lemma", "regex", "cue", "code"],
        help="what QUERY is: form (default), lemma, regular expression, code of --codebook whose cues are looked for, "
        "or code of --codes such as transparency:breach",
    )
    lines.add_argument("--context", type=count_argument, metavar="N", help="words to each side (default: 10)")
    lines.add_argument(
        "--sort",
        nargs="+",
        action="extend",
        metavar="KEY",
        help="L1 R1 ... node, date, or a column; -KEY turns it round: --sort=-date",
    )
    lines.add_argument("--sample", type=count_argument, metavar="N", help="so many lines at random")
    lines.add_argument("--seed", type=int, default=1, metavar="N", help="of the sample (default: 1)")
    lines.add_argument(
        "--show", nargs="+", action="extend", metavar="COLUMN", help="metadata of the posts beside each line, in files"
    )
    _where(lines)


def _kind(
    kinds: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    about: str,
    *,
    unit: bool = True,
    only: bool = True,
    codes: bool = True,
) -> argparse.ArgumentParser:
    """A parser with what all kinds share."""
    parser = kinds.add_parser(
        name, help=about, description=about[0].upper() + about[1:] + ".", **examples(*_EXAMPLES[name])
    )
    parser.add_argument("input", type=path_argument, metavar="INPUT", help="corpus folder, or any files of texts")
    parser.add_argument("--output", type=path_argument, metavar="FILE", help=_output(name))
    parser.add_argument("--lang", metavar="LANG", help="one language alone: es, it, en")
    if unit:
        places = "; of codes: sentence (default), paragraph, document" if codes else ""
        chosen = ["form", "lemma", "pos", *(["sentence", "paragraph", "document"] if codes else [])]
        usual = "form" if name == "diversity" else "lemma"
        parser.add_argument(
            "--unit", choices=chosen, help=f"what words are counted by: form, lemma, pos (default: {usual}){places}"
        )
    if only:
        usual = "words" if name == "frequency" else "content"
        parser.add_argument(
            "--only", choices=["words", "content"], help=f"all words, or no function words (default: {usual})"
        )
    if codes:
        _codes(parser, counted=name != "concordance")
    workers_argument(parser)
    parser.set_defaults(command=run_words, kind=name)
    return parser


def _codes(parser: argparse.ArgumentParser, *, counted: bool) -> None:
    group = parser.add_argument_group("codes of passages" + (", counted in place of words" if counted else ""))
    group.add_argument(
        "--codes",
        type=path_argument,
        metavar="FILE",
        help="annotations of INPUT: of 'toolkit map', a corpus folder, a project, or any format of 'toolkit convert'",
    )
    group.add_argument(
        "--coder", type=name_argument, metavar="NAME", help="whose, where several coded (default: 'adjudicated')"
        if counted else "only this coder's",
    )  # fmt: skip
    group.add_argument(
        "--codebook",
        type=path_argument,
        metavar="NAME|FILE",
        help="which, where annotations are with several" + ("" if counted else "; of --match cue (default: cluetrain)"),
    )
    if counted:
        group.add_argument("--stances", action="store_true", help="count a code with its stance: transparency:breach")
        group.add_argument(
            "--all-documents",
            action="store_true",
            help="all passages of INPUT count as gone through (default: what the coder went through, as far as the "
            "annotations say; else the documents with an annotation; with a machine's all)",
        )


def _where(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--where", nargs="+", action="extend", metavar="COLUMN=VALUE", help="in this part alone: country=MX, year=2009"
    )


def _drawn(parser: argparse.ArgumentParser, usual: str = "1000") -> None:
    parser.add_argument(
        "--repeats",
        type=from_zero_argument,
        metavar="N",
        help=f"bootstrap samples of documents, for intervals; 0: none (default: {usual})",
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of these samples (default: 1)")


def _share(text: str) -> float:
    """A number from 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"got {text}, allowed is a number from 0 to 1")
    return value


def _words_or_passage(text: str) -> int | str:
    if text == "passage":
        return text
    try:
        return count_argument(text)
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(f"{error}, or passage") from error


def _output(name: str) -> str:
    also = {"concordance": ".html, .txt, ", "collocations": ".graphml (network of the strongest), "}.get(name, "")
    return f"write all rows and columns: {also}.csv, .jsonl or .parquet"
