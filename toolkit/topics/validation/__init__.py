"""Do people see what the model says? Intrusion tasks, the files for annotators, and their scores.

Chang, Boyd-Graber, Gerrish, Wang & Blei (2009), "Reading tea leaves: how humans interpret topic models", NeurIPS 22.
"""

from toolkit.topics.validation.answers import read_answers
from toolkit.topics.validation.scoring import Scores, score
from toolkit.topics.validation.tasks import Intrusion, combined, write_tasks
from toolkit.topics.validation.topic_intrusion import topic_intrusion
from toolkit.topics.validation.word_intrusion import automatic_answers, word_intrusion

__all__ = [
    "Intrusion",
    "Scores",
    "automatic_answers",
    "combined",
    "read_answers",
    "score",
    "topic_intrusion",
    "word_intrusion",
    "write_tasks",
]
