"""What topics mean: their terms, passages to read, candidates for a name, and where and when they are large."""

from toolkit.topics.meaning.evidence import representative_passages
from toolkit.topics.meaning.groups import prevalence, prevalence_difference
from toolkit.topics.meaning.labels import label_candidates
from toolkit.topics.meaning.phrases import expressions
from toolkit.topics.meaning.ranking import RANKINGS, rank_terms, shares_table, topic_names

__all__ = [
    "RANKINGS",
    "expressions",
    "label_candidates",
    "prevalence",
    "prevalence_difference",
    "rank_terms",
    "representative_passages",
    "shares_table",
    "topic_names",
]
