"""A concordance in JupyterLab: one file of JavaScript, messages to a desk, and nothing kept in the notebook."""

from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any

from toolkit.resources import data_file
from toolkit.statistics.kwic.view import html_of
from toolkit.statistics.kwic.view_desk import ConcordanceDesk

if TYPE_CHECKING:
    from toolkit.statistics.kwic.lines import Concordance

__all__ = ["ConcordanceWidget", "concordance_widget"]

#: What :func:`concordance_widget` returns; the class is made when first needed, as its import takes half a second.
ConcordanceWidget = Any

#: Shown where a notebook is opened whose kernel is gone, hidden while the widget is there or on its way; the style
#: also takes away JupyterLab's "model not found". As in toolkit/annotation/widget.py.
_RERUN = """<div class="ck-rerun"><p>{words}</p>{lines}</div><style>
.ck-rerun {{ animation: ck-rerun 4s; }}
@keyframes ck-rerun {{ from, to {{ position: absolute; visibility: hidden; }} }}
.jp-OutputArea-child:has(.ck-rerun) + .jp-OutputArea-child > .jupyter-widgets:not(:has(*)) {{ display: none; }}
</style>"""


def concordance_widget(concordance: "Concordance", lang: str = "en", *, keep: int = 0) -> ConcordanceWidget:
    """A concordance to read in the notebook: sorted, filtered, sampled, with the whole post behind each line.

    Parameters
    ----------
    concordance : what :func:`concordance` returned; it is not changed.
    lang : language of the widget: "en", "es" or "it".
    keep : first lines that a saved notebook keeps as static HTML, for whoever opens it without running it. With 0
        it keeps no text at all, as the widget's own traits hold none, and the sentence that is shown instead says how
        lines are kept.

    Raises
    ------
    InputError
        for another language.
    """
    return _widget_class()(ConcordanceDesk(concordance, lang), keep)


@lru_cache(maxsize=1)
def _widget_class() -> type:
    import anywidget

    class _ConcordanceWidget(anywidget.AnyWidget):
        _esm = data_file("concordance", "concordance.js").read_text(encoding="utf-8")
        _css = data_file("concordance", "concordance.css").read_text(encoding="utf-8")

        def __init__(self, desk: ConcordanceDesk, keep: int) -> None:
            super().__init__()
            self.desk, self._keep = desk, keep
            self.on_msg(self._answer)

        def _answer(self, _widget: Any, message: Any, _buffers: Any) -> None:
            self.send(self.desk.handle(message))

        def _ipython_display_(self, **_how: Any) -> None:
            from IPython.display import display

            say = self.desk.words["widget"]
            words = say["rerun"] if self._keep else f"{say['rerun']} {say['unkept']}"
            lines = html_of(self.desk.concordance, most=self._keep, lang=self.desk.lang) if self._keep else ""
            kept = _RERUN.format(words=escape(words), lines=lines)
            display({"text/html": kept, "text/plain": words}, raw=True)
            data, about = self._repr_mimebundle_() or ({}, {})
            display({**data, "text/plain": words}, metadata=about, raw=True)

    return _ConcordanceWidget
