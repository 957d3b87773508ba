"""``toolkit topics``: topic models of any texts."""

import argparse

from toolkit.cli.arguments import count_argument, examples, from_zero_argument, path_argument, say, workers_argument

__all__ = ["add_topics"]

_HELP = """\
Find the themes of texts: a model per language and one across languages, with how stable each theme is. INPUT: a
corpus folder, or any files that 'toolkit load' reads. DIR: topics.html (open it in a browser), tables, figures,
models, and the settings and record of the run."""
_EXAMPLES = (
    "toolkit topics my_blog/ --output themes",
    "toolkit topics corpus --topics auto --output themes           # how many is found out; takes minutes",
    "toolkit topics corpus --guided cluetrain --output themes      # a theme per principle, from its cues",
    "toolkit topics corpus --engine nmf --topics 5 --joint 0 --runs 3 --output themes",
)


def add_topics(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    topics = commands.add_parser(
        "topics",
        help="find the themes of texts with topic models",
        description=_HELP,
        **examples(*_EXAMPLES),
    )
    topics.add_argument("input", type=path_argument, metavar="INPUT", help="corpus folder, or any files of texts")
    topics.add_argument("--output", type=path_argument, required=True, metavar="DIR", help="folder to make")
    topics.add_argument(
        "--topics", type=_number_or_auto, metavar="K|auto", help="themes per language; auto: find out how many"
    )
    topics.add_argument("--joint", type=from_zero_argument, metavar="K", help="themes across languages; 0: none")
    topics.add_argument(
        "--engine", choices=["tomotopy", "gensim", "hdp", "nmf"], help="what fits the models (default: tomotopy)"
    )
    topics.add_argument("--guided", metavar="NAME|FILE", help="ask for a theme per code of this codebook")
    topics.add_argument("--ngrams", type=int, choices=[1, 2, 3], help="longest phrase that counts as a term")
    topics.add_argument("--runs", type=count_argument, metavar="N", help="fits per model, to see what is stable")
    topics.add_argument("--iterations", type=count_argument, metavar="N", help="sweeps or passes of each fit")
    topics.add_argument("--seed", type=from_zero_argument, metavar="N", help="the same seed gives the same themes")
    topics.add_argument("--overwrite", action="store_true", help="replace DIR if an earlier run made it")
    workers_argument(topics)
    topics.set_defaults(command=_topics)


def _number_or_auto(text: str) -> int | str:
    if text != "auto" and not text.isdecimal():
        raise argparse.ArgumentTypeError(f"got {text}, allowed is a whole number from 0, or auto")
    return text if text == "auto" else int(text)


def _topics(options: argparse.Namespace) -> int:
    from toolkit.parallel import default_workers
    from toolkit.settings import topics_study
    from toolkit.study import run_study

    names = ("joint", "engine", "guided", "ngrams", "runs", "iterations")
    chosen = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    if options.topics is not None:
        chosen["per_language"] = options.topics
    study = topics_study(options.input, seed=options.seed, **chosen)
    workers = options.workers if options.workers is not None else default_workers()
    folder = run_study(study, options.output, workers=workers, overwrite=options.overwrite, say=say)
    print(f"Themes:  {folder / 'topics.html'}  (open it in a browser)")
    print(f"Tables:  {folder / 'tables'}\nFigures: {folder / 'figures'}\nModels:  {folder / 'models'}")
    print(f"Record:  {folder / 'run.json'}")
    return 0
