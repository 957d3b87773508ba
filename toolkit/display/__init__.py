"""Results as a reader sees them in a notebook: tables, cards, notes; plain text in a terminal."""

from toolkit.display.card import Card, SelfShown, card
from toolkit.display.note import note_html
from toolkit.display.plain import plain_text
from toolkit.display.table import Shown, show
from toolkit.display.words import table_meanings

__all__ = ["Card", "SelfShown", "Shown", "card", "note_html", "plain_text", "show", "table_meanings"]
