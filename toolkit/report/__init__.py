"""The report of a study: one HTML page."""

from toolkit.report.page import constructed_texts, render_report

__all__ = ["constructed_texts", "render_report"]
