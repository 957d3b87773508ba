"""The widget in JupyterLab: one file of JavaScript, messages to a session, and nothing kept in the notebook."""

from functools import lru_cache
from html import escape
from typing import Any

from toolkit.annotation.session import Session
from toolkit.annotation.view import interface_words
from toolkit.display import note_html
from toolkit.resources import data_file

__all__ = ["AnnotationWidget", "annotation_widget", "attended"]

#: What :func:`annotation_widget` returns; the class is made when first needed, as its import takes half a second.
AnnotationWidget = Any

#: JupyterLab says "model not found" where a notebook is opened that was saved with a widget in it; this sentence,
#: shown before the widget and hidden while that is there, says what to do instead. Widgets need a moment to load.
_RERUN = """<div class="ct-rerun">{words}</div><style>
.ct-rerun {{ animation: ct-rerun 4s; }}
@keyframes ct-rerun {{ from, to {{ position: absolute; visibility: hidden; }} }}
.jp-OutputArea-child:has(.ct-rerun) + .jp-OutputArea-child > .jupyter-widgets:not(:has(*)) {{ display: none; }}
</style>"""


def annotation_widget(session: Session) -> AnnotationWidget:
    """The widget of a session. Its traits hold no text of the project, so that saving the notebook saves none."""
    return _widget_class()(session)


def attended() -> bool:
    """Whether somebody may be there to work: not where a program runs the notebook, which takes no questions."""
    from IPython.core.getipython import get_ipython

    kernel = getattr(get_ipython(), "kernel", None)
    return getattr(kernel, "_allow_stdin", True) is not False


@lru_cache(maxsize=1)
def _widget_class() -> type:
    import anywidget

    class _AnnotationWidget(anywidget.AnyWidget):
        _esm = data_file("annotation", "annotate.js").read_text(encoding="utf-8")
        _css = data_file("annotation", "annotate.css").read_text(encoding="utf-8")

        def __init__(self, session: Session) -> None:
            super().__init__()
            self.session = session
            self.on_msg(self._answer)

        def _answer(self, _widget: Any, message: Any, _buffers: Any) -> None:
            self.send(self.session.handle(message))

        def _ipython_display_(self, **_how: Any) -> None:
            from IPython.display import display

            if not attended():
                words = interface_words()[self.session.lang]["unattended"]
                display({"text/html": note_html(words, lang=self.session.lang), "text/plain": words}, raw=True)
                return
            words = interface_words()[self.session.lang]["rerun"]
            display({"text/html": _RERUN.format(words=escape(words)), "text/plain": words}, raw=True)
            data, about = self._repr_mimebundle_() or ({}, {})
            display({**data, "text/plain": words}, metadata=about, raw=True)

        def close(self) -> None:
            """Stop writing and take the widget away."""
            self.session.close()
            super().close()

    return _AnnotationWidget
