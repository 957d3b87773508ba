"""Texts prepared for reading: what stands behind a number, on the text itself."""

from toolkit.reading.coded_posts import CodedPosts, show_codes
from toolkit.reading.pieces import (
    Piece,
    PostView,
    as_html,
    best_passages,
    evidence_of,
    marked_post,
    show_furniture,
    with_cues,
)

__all__ = [
    "CodedPosts", "Piece", "PostView", "as_html", "best_passages", "evidence_of", "marked_post", "show_codes",
    "show_furniture", "with_cues",
]  # fmt: skip
