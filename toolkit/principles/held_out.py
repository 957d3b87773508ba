"""Which posts are left out of training together, and recognising them when they come to be coded."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence

__all__ = ["group_numbers", "group_of", "keys_of"]

#: A sentence shorter than this may stand in any post.
_SHORTEST = 40


def group_numbers(doc_ids: Sequence[str], copies: Iterable[tuple[str, str]], groups: int) -> dict[str, int]:
    """The group of each post, 0 to ``groups`` - 1: by a digest of its name, so that it stays when posts are added;
    copies of a post share the group of the first of them by name."""
    first = {doc_id: doc_id for doc_id in doc_ids}
    for one, other in sorted(tuple(sorted(pair)) for pair in copies):
        if one in first and other in first:
            old, new = first[other], first[one]
            first = {doc_id: new if root == old else root for doc_id, root in first.items()}
    return {
        doc_id: int.from_bytes(hashlib.sha256(root.encode("utf-8", "surrogatepass")).digest()[:8], "big") % groups
        for doc_id, root in first.items()
    }


def keys_of(text: str, sentences: Iterable[str] = ()) -> list[int]:
    """Keys of a text and of its longer sentences: 63 bits of SHA-256 over their words."""
    return [_key(part) for part in (text, *(part for part in sentences if len(part) >= _SHORTEST))]


def group_of(text: str, sentences: Iterable[str], groups: dict[int, int]) -> int:
    """The group of a post that a model was trained on, whole or sentences of it, or -1 for any other post.

    Of a post with sentences of several groups that of most of them counts, the lowest of equals.
    """
    whole, *parts = keys_of(text, sentences)
    if whole in groups:
        return groups[whole]
    found = Counter(groups[key] for key in parts if key in groups)
    return min(found, key=lambda group: (-found[group], group), default=-1)


def _key(text: str) -> int:
    words = " ".join(text.split()).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(words).digest()[:8], "big") >> 1
