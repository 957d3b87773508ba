"""Corpora beyond memory: documents of terms on disk, gensim's LDA over them, and the same with its E-step on Dask.

Dask (extra ``cluster``) is needed for the last only, and imported when it is asked for.
"""

from toolkit.parallel import local_cluster
from toolkit.topics.distribution.on_dask import fit_distributed, transform_distributed
from toolkit.topics.distribution.shards import TermShards, open_shards, write_shards
from toolkit.topics.distribution.streaming import fit_streaming, shard_terms, transform_shards

__all__ = [
    "TermShards",
    "fit_distributed",
    "fit_streaming",
    "local_cluster",
    "open_shards",
    "shard_terms",
    "transform_distributed",
    "transform_shards",
    "write_shards",
]
