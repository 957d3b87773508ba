"""Which items, how many, for whom, in which order."""
