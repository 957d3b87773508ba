"""Results as a reader sees them in a notebook: tables, notes, coloured passages; plain text in a terminal."""

from toolkit.display.note import note_html
from toolkit.display.table import Shown, show

__all__ = ["Shown", "note_html", "show"]
