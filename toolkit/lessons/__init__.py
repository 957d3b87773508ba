"""The exercises of the tutorial notebooks: an answer goes in, what is off with it comes out."""

from toolkit.lessons.check import check, exercises
from toolkit.lessons.finding import Finding
from toolkit.lessons.verdict import Verdict

__all__ = ["Finding", "Verdict", "check", "exercises"]
