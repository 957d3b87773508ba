"""HTML to text: blocks of a page, its main text, its metadata; WordPress shortcodes."""
