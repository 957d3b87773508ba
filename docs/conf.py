"""How the site is made: ``python -m sphinx -q docs site``. Pages are written by ``pages.py`` at build time."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from docstrings import as_rst  # noqa: E402
from pages import VERSION, write_pages  # noqa: E402

project = "Cluetrain toolkit"
author = "Cluetrain toolkit contributors"
project_copyright = "Cluetrain toolkit contributors. Code: Apache-2.0; texts: CC BY 4.0"
version = release = VERSION
extensions = ["myst_nb", "sphinx.ext.autodoc"]

# Notebooks as they are committed; nothing is executed and nothing is loaded from elsewhere.
nb_execution_mode = "off"
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
nb_merge_streams = True
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
html_math_renderer = "plain"

html_theme = "furo"
html_title = f"Cluetrain toolkit {VERSION}"
html_static_path = [str(HERE / "static")]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
#: The summary of a hit is fetched, which pages opened from a disk may not do.
html_show_search_summary = False

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
python_use_unqualified_type_names = True
#: Solutions have tasks in the third rank below a title.
suppress_warnings = ["myst.header"]


def _docstring(app, what, name, value, options, lines):
    lines[:] = as_rst(lines)


def _skipped(app, what, name, value, skip, options):
    """Fields of named tuples that nobody described."""
    return True if str(getattr(value, "__doc__", "")).startswith("Alias for field number") else None


def setup(app):
    """Sources are put together beside the doctrees, so that nothing is written into the project's folders."""
    app.srcdir = type(app.srcdir)(write_pages(Path(app.doctreedir) / "sources"))
    plain = (lambda self, node: self.visit_literal(node), lambda self, node: self.depart_literal(node))
    app.add_html_math_renderer("plain", plain, plain)
    app.connect("autodoc-process-docstring", _docstring)
    app.connect("autodoc-skip-member", _skipped)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
