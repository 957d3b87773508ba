"""What ``toolkit words`` does with its options: texts and codes ready, one statistic, a table or lines given."""

import argparse
from typing import TYPE_CHECKING, Any

from toolkit.cli.arguments import counted, say, seed_of, table_target

if TYPE_CHECKING:
    from pathlib import Path

    from toolkit.words import Texts

__all__ = ["run_words"]

#: Endings that are no table's.
_PAGES, _NETWORK = (".html", ".txt"), (".graphml",)
#: Arguments of the statistics that are options under the same name.
_NAMES = (
    "unit", "only", "by", "minimum", "window", "match", "codebook", "context", "query", "lang", "parts", "repeats",
    "most_dp", "minimum_documents", "node", "terms",
)  # fmt: skip


def run_words(options: argparse.Namespace) -> int:
    """Count or look up what the options ask for, and print or write it; returns the exit status."""
    from toolkit.parallel import default_workers
    from toolkit.words import prepare_texts, word_table

    lines = options.kind == "concordance"
    codes = getattr(options, "codes", None)
    also = _PAGES if lines else _NETWORK if options.kind == "collocations" else ()
    target = table_target(options.output, [options.input, codes], also=also)
    if hasattr(options, "seed"):
        seed_of(options)
    coded = _coded(options, lines)
    workers = options.workers if options.workers is not None else default_workers()
    texts = prepare_texts(options.input, coded=coded, workers=workers, say=_progress)
    for row in texts.skipped.to_dict("records"):
        _progress(f"{row['source']}: {row['reason']}")
    for note in texts.coded.notes if texts.coded is not None else ():
        _progress(note)
    found, material = word_table(options.kind, texts, **_choices(options, texts))
    if lines:
        return _give_lines(found, options, target)
    _progress(texts.told(material, options.lang))
    return _give_table(found, options, target, texts.languages(material))


def _progress(line: str) -> None:
    """A line beside the result; names of files and people are strangers' texts."""
    from toolkit.printable import printable

    say(printable(line))


def _coded(options: argparse.Namespace, lines: bool) -> dict[str, Any] | None:
    """What of the annotations is wanted; None without any."""
    from toolkit.errors import InputError

    codes, match = getattr(options, "codes", None), getattr(options, "match", None)
    if lines and (codes is not None or options.coder is not None) and match != "code":
        by_code = any(word.startswith("code=") for word in options.where or ())
        if codes is None or not by_code:
            raise InputError("--codes and --coder: are for --match code, or --where code=...; leave them out.")
    if lines and codes is None and match == "code":
        raise InputError("--match code: shows passages that were coded; give the annotations with --codes FILE.")
    if codes is None:
        names = ("coder", "stances", "all_documents") if match == "cue" else (
            "coder", "codebook", "stances", "all_documents"
        )  # fmt: skip
        named = [name for name in names if getattr(options, name, None)]
        if named:
            raise InputError(f"--{named[0].replace('_', '-')}: says which codes; give them with --codes FILE.")
        return None
    return {
        "source": codes,
        "coder": options.coder,
        "codebook": None if match == "cue" else options.codebook,
        "every_coder": lines,
        "every_text": getattr(options, "all_documents", False),
        "stances": getattr(options, "stances", False),
    }


def _choices(options: argparse.Namespace, texts: "Texts") -> dict[str, Any]:
    """The arguments of the statistic, None where not given."""
    from toolkit.words import part_of

    choices = {name: getattr(options, name, None) or None for name in _NAMES}
    for name in ("target", "reference", "where"):
        if getattr(options, name, None):
            choices[name] = part_of(getattr(options, name), texts.coded, f"--{name}")
    if options.kind == "concordance":
        # an empty query is wrong, and said to be
        choices |= {"sort": tuple(options.sort or ()), "metadata": tuple(options.show or ()), "query": options.query}
    elif hasattr(options, "sort"):
        choices["sort"] = options.sort
    elif hasattr(options, "seed"):
        choices["seed"] = options.seed
    if options.kind != "concordance":
        choices["codebook"] = None
    # 0 is no wish for the default
    choices |= {name: getattr(options, name, None) for name in ("most_dp", "repeats")}
    if choices["parts"] is not None and choices["parts"].isdecimal():
        choices["parts"] = int(choices["parts"])
    return choices


def _give_lines(found: Any, options: argparse.Namespace, target: "Path | None") -> int:
    if options.sample is not None:
        found = found.sample(options.sample, seed=options.seed)
    if target is None:
        print(found)
        if options.show:
            say("--show: the columns stand in files; give --output FILE")
    else:
        found.save(target)
        say(f"{counted(len(found), 'line')} in {counted(found.documents, 'document')}: {target}")
    return 0


def _give_table(table: Any, options: argparse.Namespace, target: "Path | None", langs: list[str]) -> int:
    from toolkit.cli.words_shown import shown_table
    from toolkit.storage import write_file

    if target is not None and target.suffix.lower() in _NETWORK:
        return _give_network(table, options, target)
    if target is not None:
        write_file(table, target)
        say(f"{counted(len(table), 'row')}: {target}")
        return 0
    if table.empty:
        say("no rows: nothing occurs often enough; a smaller --minimum finds more")
        return 0
    sort = options.sort if options.kind == "collocations" else None
    lines, rows = shown_table(options.kind, table, langs, sort=sort)
    print("\n".join(lines))
    more = f"{rows:,} of {len(table):,} rows" if rows < len(table) else f"all {rows:,} rows"
    say(f"({more}, with the main columns; --output FILE writes all rows and columns)")
    return 0


def _give_network(table: Any, options: argparse.Namespace, target: "Path") -> int:
    from toolkit.errors import InputError
    from toolkit.statistics import collocation_network
    from toolkit.statistics.association.network import write_network

    langs = sorted(set(table["lang"]))
    if len(langs) > 1:
        raise InputError(f"{target}: a network is of one language, and there are {', '.join(langs)}; name it: --lang.")
    nodes, edges = collocation_network(table, measure=options.sort or "log_dice")
    write_network(nodes, edges, target)
    say(f"{len(nodes):,} terms and the {len(edges):,} strongest of {len(table):,} pairs: {target}")
    return 0
