"""``toolkit export``: a notebook as a page that opens anywhere, and as a PDF."""

import argparse

from toolkit.cli.arguments import examples, path_argument, say

__all__ = ["add_export"]

_HELP = """\
Write a notebook, as it was last run and saved, as one HTML page: figures inside, light and dark, no script, nothing
loaded from anywhere. With --pdf also as a PDF, printed by an installed Chromium, Chrome or Edge. Nothing is executed.
Formulas in TeX stay as they were typed."""
_EXAMPLES = (
    "toolkit export study_preached_and_broken.ipynb --output page",
    "toolkit export study_preached_and_broken.ipynb --output page --pdf",
)


def add_export(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "export",
        help="a notebook as one offline page, or PDF",
        description=_HELP,
        **examples(*_EXAMPLES),
    )
    parser.add_argument("notebook", type=path_argument, metavar="NOTEBOOK", help="an .ipynb file, executed and saved")
    parser.add_argument(
        "--output", type=path_argument, required=True, metavar="FOLDER", help="where to write NAME.html"
    )
    parser.add_argument("--pdf", action="store_true", help="also NAME.pdf")
    parser.set_defaults(command=_export)


def _export(options: argparse.Namespace) -> int:
    from toolkit.publishing import export_notebook

    for path in export_notebook(options.notebook, options.output, pdf=options.pdf, say=say):
        print(f"Written: {path}  ({path.stat().st_size / 1e6:.1f} MB)")
    return 0
