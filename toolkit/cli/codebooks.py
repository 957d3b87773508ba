"""``toolkit codebook``: list, show, check, guidelines, convert."""

import argparse

from toolkit.cli.arguments import examples, give, not_an_input, path_argument, say

__all__ = ["CODEBOOK_FORMATS", "add_codebook"]

#: The names in :data:`toolkit.exchange.codebooks.registry.CODEBOOK_FORMATS`; a test compares them.
CODEBOOK_FORMATS = ("yaml", "qdc", "label-studio-config", "brat-conf", "inception-tagset")
_CONVERT = """\
Write a codebook for another tool, or read one of another tool (OUT.yaml). Formats: yaml (ours), qdc (REFI-QDA:
ATLAS.ti, MAXQDA, NVivo), label-studio-config (.xml), brat-conf (.conf), inception-tagset (.json). What the other format
has no place for is listed."""


def add_codebook(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its actions to the parser."""
    books = commands.add_parser(
        "codebook",
        help="list, read and check codebooks",
        description="Codebooks: the bundled ones and your own, as text, as a page, and for other tools.",
        **examples("toolkit codebook list", "toolkit codebook show cluetrain --lang es"),
    )
    actions = books.add_subparsers(title="actions", metavar="ACTION", required=True)
    listed = actions.add_parser(
        "list",
        help="the bundled codebooks",
        description="The bundled codebooks, with how many codes each has.",
        **examples("toolkit codebook list"),
    )
    listed.set_defaults(command=_codebook_list)
    show = actions.add_parser(
        "show",
        help="a codebook as text or as a page",
        description="Everything a coder needs to know of a codebook: definitions, rules, examples, cues.",
        **examples("toolkit codebook show cluetrain --lang es --output codebook.html"),
    )
    show.add_argument("name", metavar="NAME|FILE", help="bundled name or .yaml file")
    show.add_argument("--lang", default="en", help="es, it, en, or what the codebook is written in (default: en)")
    show.add_argument("--format", choices=["text", "html"], help="default: as the name of --output says, else text")
    show.add_argument("--output", type=path_argument, metavar="FILE", help="write there instead of printing")
    show.set_defaults(command=_codebook_show)
    guide = actions.add_parser(
        "guidelines",
        help="what an annotator reads first (codebook cluetrain)",
        description="The annotation guidelines of the codebook cluetrain.",
        **examples("toolkit codebook guidelines --lang it --output guida.md"),
    )
    guide.add_argument("--lang", default="en", help="es, it or en (default: en)")
    guide.add_argument("--output", type=path_argument, metavar="FILE.md", help="write there instead of printing")
    guide.set_defaults(command=_guidelines)
    check = actions.add_parser(
        "check",
        help="find what is wrong with a codebook",
        description="Exit status 1 if a cue can never match or an example stands there twice.",
        **examples("toolkit codebook check my_codebook.yaml"),
    )
    check.add_argument("name", metavar="NAME|FILE", help="bundled name or .yaml file")
    check.set_defaults(command=_codebook_check)
    convert = actions.add_parser(
        "convert",
        help="a codebook from or for another tool",
        description=_CONVERT,
        **examples("toolkit codebook convert cluetrain codes.qdc --lang es"),
    )
    convert.add_argument("name", metavar="NAME|FILE", help="bundled name, .yaml file, or file of another tool")
    convert.add_argument("output", type=path_argument, metavar="OUT", help="file to write")
    convert.add_argument("--from", dest="format", choices=CODEBOOK_FORMATS, metavar="FORMAT", help="default: detected")
    convert.add_argument("--to", choices=CODEBOOK_FORMATS, metavar="FORMAT", help="default: as the name of OUT ends")
    convert.add_argument("--lang", help="language written, and of what is read if it does not say (default: en)")
    convert.set_defaults(command=_codebook_convert)


def _codebook_list(options: argparse.Namespace) -> int:
    from toolkit.codebook import codebook_names, load_codebook

    for name in codebook_names():
        book = load_codebook(name)
        print(f"{name:30} {len(book.codes):3} codes  {book.title['en']}")
    return 0


def _codebook_show(options: argparse.Namespace) -> int:
    from toolkit.codebook import load_codebook, show_codebook

    page = str(options.output).lower().endswith((".html", ".htm"))
    html = options.format == "html" or (options.format is None and page)
    text = show_codebook(load_codebook(options.name), options.lang, form="html" if html else "text")
    return give(text, options.output)


def _guidelines(options: argparse.Namespace) -> int:
    from toolkit.codebook import guidelines

    return give(guidelines(options.lang), options.output)


def _codebook_convert(options: argparse.Namespace) -> int:
    from toolkit.converting import convert_codebook, loss_lines
    from toolkit.printable import printable

    not_an_input(options.output, [options.name], "OUT")
    line, losses = convert_codebook(
        options.name, options.output, format=options.format, to=options.to, lang=options.lang
    )
    print(line)
    for lost in loss_lines(losses):
        say(f"  {printable(lost)}")
    return 0


def _codebook_check(options: argparse.Namespace) -> int:
    from toolkit.proofreading import check_codebook

    for line in check_codebook(options.name):
        print(line)
    return 0
