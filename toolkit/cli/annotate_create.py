"""``toolkit annotate create``, ``add`` and ``size``: a project is made, a coder joins, how much is to be coded."""

import argparse
import shlex

from toolkit.cli.arguments import (
    count_argument,
    counted,
    name_argument,
    path_argument,
    say,
    seed_of,
    workers_argument,
)

__all__ = ["add_arguments", "create_arguments", "size_arguments"]

#: What a machine can suggest without codings; "supervised" needs some, and has its own action, learn.
_SUGGEST = ("hybrid", "examples", "cues", "definitions")


def create_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``create``."""
    add = parser.add_argument
    add(
        "--corpus",
        type=path_argument,
        nargs="+",
        action="extend",
        required=True,
        metavar="PATH",
        help="corpus folder, files of texts",
    )
    add("--coders", type=name_argument, nargs="+", action="extend", required=True, metavar="NAME", help="who codes")
    add("--curators", type=name_argument, nargs="*", action="extend", metavar="NAME",
        help="who decides where they differ")  # fmt: skip
    add("--codebook", type=path_argument, default="cluetrain", metavar="NAME|FILE", help="default: %(default)s")
    units = ["sentence", "paragraph", "document", "span"]
    add("--unit", choices=units, default="sentence", help="what is judged; span: free stretches (default: %(default)s)")
    add("--assignment", choices=["all", "split"], default="all", help="everybody everything, or shares (default: all)")
    add("--overlap", type=float, metavar="0-1", help="of split: share coded by several (default: 0.2)")
    add("--per-item", type=count_argument, metavar="N", help="of split: coders of each of those (default: 2)")
    orders = ["given", "random", "informative"]
    add(
        "--order", choices=orders, default="given", help="of the queues; informative: what a machine is unsure of first"
    )
    add("--sample", type=count_argument, metavar="N", help="so many items only")
    hows = ["random", "stratified", "uncertainty"]
    add("--how", choices=hows, default="random", help="how they are drawn (default: %(default)s)")
    add("--by", nargs="+", action="extend", metavar="COLUMN", help="of stratified: lang, year, genre, ...")
    add("--whole-texts", action="store_true", help="--sample counts texts, and all items of each are taken")
    add("--suggest", choices=_SUGGEST, metavar="METHOD", help=f"show the codes of a machine: {', '.join(_SUGGEST)}")
    add("--open", action="store_true", help="coders see each other's codings (default: blind)")
    add("--stance-optional", action="store_true", help="an item can be done while a code lacks its stance")
    add("--guidelines", type=path_argument, metavar="FILE.md|DIR",
        help="what coders read (default: cluetrain's own for cluetrain, none for others)")  # fmt: skip
    add("--title", metavar="TEXT", help="name of the project")
    add("--lang", choices=["es", "it", "en"], default="en", help="of interface and notebooks (default: %(default)s)")
    add("--seed", type=int, default=1, help="of everything drawn by chance (default: %(default)s)")
    workers_argument(parser)
    parser.set_defaults(command=_create)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``add``."""
    parser.add_argument("coder", type=name_argument, metavar="CODER", help="name of who joins")
    parser.add_argument(
        "--like", type=name_argument, metavar="NAME", help="gets the items of this coder (default: all items)"
    )
    parser.set_defaults(command=_add)


def size_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``size``."""
    add = parser.add_argument
    add("--width", type=float, required=True, metavar="0-1", help="of the interval, upper minus lower limit: 0.1")
    add("--quantity", choices=["share", "f1", "kappa", "alpha"], default="share",
        help="share of items with a code, or agreement of two coders on one code (default: %(default)s)")  # fmt: skip
    add("--expected", type=float, metavar="0-1", help="the value you expect (default for share: 0.5, the most items)")
    add("--prevalence", type=float, metavar="0-1", help="share of items that take the code; for f1, kappa and alpha")
    add("--icc", type=float, metavar="X", help="how alike items of one text are (intra-class correlation)")
    add("--cluster", type=count_argument, metavar="N", help="items of one text that are coded; with --icc")
    parser.set_defaults(command=_size)


def _create(options: argparse.Namespace) -> int:
    from toolkit.annotating import create_from_files
    from toolkit.parallel import default_workers

    _check_together(options)
    given = {"overlap": options.overlap, "per_item": options.per_item}
    made = create_from_files(
        options.folder,
        options.corpus[0] if len(options.corpus) == 1 else options.corpus,
        coders=options.coders,
        curators=["curator"] if options.curators is None else options.curators,
        codebook=options.codebook,
        unit=options.unit,
        assignment=options.assignment,
        order=options.order,
        sample=options.sample,
        how=options.how,
        by=options.by,
        whole_texts=options.whole_texts,
        suggest=options.suggest,
        blind=not options.open,
        stance_required=False if options.stance_optional else None,
        guidelines_from=options.guidelines,
        title=options.title,
        lang=options.lang,
        seed=seed_of(options),
        workers=options.workers if options.workers is not None else default_workers(),
        **{name: value for name, value in given.items() if value is not None},
    )
    for line in made.said:
        say(line)
    project = made.project
    items, texts = counted(len(project.items), "item"), counted(len(project.posts), "text")
    print(f"{options.folder}: {items} ({project.unit}) of {texts}")
    for coder in project.coders:
        items = counted(len(project.queue(coder)), "item")
        print(f"  {coder}: {items}, {project.folder / f'annotate_{coder}.ipynb'}")
    print(f"Open it with: toolkit annotate open {shlex.quote(options.folder)}")
    return 0


def _check_together(options: argparse.Namespace) -> None:
    """Refuse options that say nothing without another, before the texts are read."""
    from toolkit.errors import InputError

    split = options.assignment == "split"
    if not split and (options.overlap is not None or options.per_item is not None):
        raise InputError(
            "--overlap and --per-item are of --assignment split; add that, or leave them out (without it everybody "
            "codes everything)."
        )
    if split and options.overlap == 0 and options.per_item is not None:
        raise InputError(
            "--per-item: says how many coders an item of the overlap has, and --overlap is 0; leave one of the two out."
        )
    per_item = 2 if options.per_item is None else options.per_item
    if split and options.overlap != 0 and not 2 <= per_item <= len(options.coders):
        raise InputError(
            f"--per-item: got {per_item} with {counted(len(options.coders), 'coder')}; allowed is 2 to the number of "
            "coders. With --overlap 0 every item has one coder."
        )
    if options.sample is None and (options.how != "random" or options.by or options.whole_texts):
        raise InputError("--how, --by and --whole-texts say how a sample is drawn; add --sample N, how many items.")
    if (options.how == "stratified") != bool(options.by):
        raise InputError("--how stratified and --by COLUMN go together; give both, or neither.")


def _add(options: argparse.Namespace) -> int:
    from toolkit.annotation import add_coder
    from toolkit.cli.annotate_project import opened

    project = add_coder(opened(options.folder), options.coder, like=options.like)
    items = counted(len(project.queue(options.coder)), "item")
    print(f"  {options.coder}: {items}, {project.folder / f'annotate_{options.coder}.ipynb'}")
    return 0


def _size(options: argparse.Namespace) -> int:
    from toolkit.annotation.planning.sample_size import items_for_width
    from toolkit.errors import InputError

    if (options.icc is None) != (options.cluster is None):
        raise InputError("--icc and --cluster go together: how alike items of one text are, and how many are coded.")
    if options.quantity == "share" and options.prevalence is not None:
        raise InputError("--prevalence is for f1, kappa and alpha; for a share give it as --expected.")
    if options.quantity != "share" and None in (options.expected, options.prevalence):
        raise InputError(
            f"--quantity {options.quantity} needs --expected (the value you expect) and --prevalence (the share of "
            "items that take the code)."
        )
    found = items_for_width(
        options.width,
        quantity=options.quantity,
        expected=options.expected,
        prevalence=options.prevalence,
        icc=options.icc or 0.0,
        cluster_size=options.cluster or 1,
    )
    print(found)
    return 0
