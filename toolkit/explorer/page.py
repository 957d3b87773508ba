"""The explorer of topics: one HTML page that needs no network, after LDAvis (Sievert & Shirley 2014).

The page is made of the files ``explorer.html``, ``.css`` and ``.js`` in ``toolkit/data/templates`` and of the data as
JSON. Its own policy forbids every request, and every script and style but its own two; texts are put in as text.
"""

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from toolkit import __version__
from toolkit.errors import InputError
from toolkit.explorer.data import view_data
from toolkit.explorer.view import ModelView
from toolkit.files import write_text
from toolkit.resources import data_file
from toolkit.topics.meaning.ranking import FEWEST_TOKENS

__all__ = ["Explorer", "explorer_page"]

_BREAKING = re.compile("[<>&\u2028\u2029\ud800-\udfff]")


def explorer_page(views: Iterable[ModelView], *, title: str = "Topics", constructed: bool = False) -> str:
    """The page: one tab per model.

    ``constructed`` : say at the top that the texts were written to try methods on. The same views give the same
    page. Raises :class:`InputError` without views or where two have the same name.

    >>> import numpy as np
    >>> from toolkit.explorer import ModelView
    >>> view = ModelView("es", "Spanish", ["1", "2"], np.array([30, 12]), terms=["red", "voz"],
    ...     topic_term=np.array([[0.8, 0.2], [0.1, 0.9]]), term_counts=np.array([25, 17]))
    >>> page = explorer_page([view], title="Temas & términos")
    >>> page[:15], "Temas &amp; términos" in page
    ('<!DOCTYPE html>', True)
    """
    import jinja2
    from markupsafe import Markup

    views = list(views)
    if not views or len({view.name for view in views}) < len(views):
        names = ", ".join(view.name for view in views) or "none"
        raise InputError(f"explorer: models given are {names}; one or more with different names are needed.")
    style, script = (data_file("templates", f"explorer.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    data = {"views": [view_data(view) for view in views], "fewest": FEWEST_TOKENS}
    template = data_file("templates", "explorer.html").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return environment.from_string(template).render(
        title=_BREAKING.sub(lambda sign: sign[0] if ord(sign[0]) < 0xD800 else "\ufffd", title),
        constructed=constructed,
        version=__version__,
        style=Markup(style),
        script=Markup(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
        data=Markup(_json(data)),
    )


class Explorer:
    """The explorer in a notebook; ``height`` in pixels. ``save`` writes it as a file for any browser.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import numpy as np
    >>> from toolkit.explorer import ModelView
    >>> view = ModelView("es", "Spanish", ["1", "2"], np.array([30, 12]), terms=["red", "voz"],
    ...     topic_term=np.array([[0.8, 0.2], [0.1, 0.9]]), term_counts=np.array([25, 17]))
    >>> with TemporaryDirectory() as folder:
    ...     Explorer([view], height=600).save(Path(folder, "topics.html")).name
    'topics.html'
    """

    def __init__(
        self, views: Iterable[ModelView], *, title: str = "Topics", constructed: bool = False, height: int = 860
    ) -> None:
        views = list(views)
        self.page = explorer_page(views, title=title, constructed=constructed)
        self._height, self._topics = int(height), sum(len(view.names) for view in views)

    def __repr__(self) -> str:
        return f"Explorer: {self._topics} topics, {len(self.page.encode()) / 1e6:.1f} MB; save it with .save(path)"

    def _repr_html_(self) -> str:
        # scripts run in the frame and reach nothing of the notebook; a notebook not trusted drops the frame
        return (
            f'<iframe title="Explorer of topics" sandbox="allow-scripts" width="100%" height="{self._height}" '
            f'style="border:0" srcdoc="{html.escape(self.page)}"></iframe>'
            '<p style="font-size:smaller;opacity:.7">Nothing to see? Trust this notebook, or save the explorer as '
            "a file.</p>"
        )

    def save(self, path: str | Path) -> Path:
        """Write the page; returns where."""
        write_text(Path(path), self.page)
        return Path(path)


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _json(value: Any) -> str:
    """JSON that can stand inside a script element: no sign in it ends the element or a line."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _BREAKING.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)
