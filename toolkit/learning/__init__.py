"""The learning loop: a coder learns from what people decided so far, its accuracy on texts it never saw is shown as it
grows, and people are given next what it is least sure of."""

from toolkit.learning.loop import Learning, learn, reorder_queues

__all__ = ["Learning", "learn", "reorder_queues"]
