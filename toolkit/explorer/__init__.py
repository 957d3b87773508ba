"""The explorer of topics: an HTML page for the browser and for JupyterLab, in the spirit of LDAvis."""

from toolkit.explorer.of_analysis import analysis_views
from toolkit.explorer.page import Explorer, explorer_page
from toolkit.explorer.view import ModelView, model_view

__all__ = ["Explorer", "ModelView", "analysis_views", "explorer_page", "model_view"]
