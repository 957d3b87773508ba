"""Distribution: how evenly a term is spread, where it stands, and how its share changes over time."""
