"""Do topics hold? Models fitted again over seeds and samples, topics matched, scored, and put together."""

from toolkit.topics.stability.consensus import consensus, medoid
from toolkit.topics.stability.matching import Matched, match_topics, stability, topic_similarity
from toolkit.topics.stability.runs import Runs, runs_over_samples, runs_over_seeds
from toolkit.topics.stability.scores import assignment_agreement, consensus_scores, stability_scores

__all__ = [
    "Matched",
    "Runs",
    "assignment_agreement",
    "consensus",
    "consensus_scores",
    "match_topics",
    "medoid",
    "runs_over_samples",
    "runs_over_seeds",
    "stability",
    "stability_scores",
    "topic_similarity",
]
