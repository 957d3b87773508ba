"""A corpus on disk: Parquet shards and a manifest, changed whole or not at all."""

from toolkit.corpus.store.shards import Change, CorpusStore

__all__ = ["Change", "CorpusStore"]
