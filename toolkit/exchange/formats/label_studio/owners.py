"""Whose an annotation is that holds regions which we wrote.

We write one annotation for each person and text (:mod:`toolkit.exchange.formats.label_studio.writing`). Label Studio
lets people make an annotation of their own out of another one: the copy keeps the ``meta`` of its regions and names the
other in ``parent_annotation``. A copy is never that coder's, and of several annotations of one task with regions
of one coder only the one with most of them, else the first, is. The others are decisions of those who completed them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from toolkit.exchange.formats.label_studio.drafts import Draft

__all__ = ["owners"]


def owners(drafts: "Iterable[tuple[Draft, str]]") -> Mapping[tuple[str, str, str], str]:
    """The annotation that is the coder's own, by document, task and coder, from the drafts of people and the coder that
    the ``meta`` of each names."""
    counts: Counter[tuple[tuple[str, str, str], str]] = Counter()
    copies: dict[tuple[tuple[str, str, str], str], bool] = {}
    for draft, coder in drafts:
        key = (draft.doc_id, draft.holder.work.task, coder), draft.holder.work.annotation
        counts[key] += 1
        copies[key] = draft.holder.copied
    own: dict[tuple[str, str, str], str] = {}
    best: dict[tuple[str, str, str], int] = {}
    for key, count in counts.items():
        group, annotation = key
        if not copies[key] and count > best.get(group, 0):
            best[group], own[group] = count, annotation
    return own
