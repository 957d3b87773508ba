"""Whose an annotation of an exported INCEpTION project is.

Everybody starts from a copy of INITIAL_CAS, so what we wrote into it stands in the file of every annotator. An
annotation of our layer there that names its coder is that coder's, and counts once; an annotator's are those that are
new or say something else. Of other layers nobody knows who made what stands in INITIAL_CAS: all in an annotator's file
is the annotator's. A curated file holds what annotators agree on and what curators chose (inception,
CurationEditingService): all in it was decided there, and is CURATION_USER's beside the annotators' own.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from toolkit.exchange.formats.cas.files import CURATION, INITIAL, CasFile
from toolkit.exchange.formats.cas.layer import LAYER
from toolkit.exchange.model import FIELDS, Loss, Span

__all__ = ["Work", "owned"]


class Work(NamedTuple):
    """What stands in one file: its spans by layer, with the coders that they name themselves. ``owner``: whose it is
    where no annotation says it."""

    file: CasFile
    spans: Mapping[str, Sequence[Span]]
    owner: str | None = None


def owned(works: Sequence[Work]) -> tuple[list[Span], list[Loss]]:
    """All spans with their coders, each once, and what happened to those that annotators started from.

    An annotator who deletes or changes an annotation of her own has withdrawn it; that of another stays.
    """
    starts = _starts(works)
    withdrawn: Counter[tuple[object, ...]] = Counter()
    spans: list[Span] = []
    losses: list[Loss] = []
    for work in works:
        coder = work.file.coder
        if coder is None:
            spans += (replace(one, coder=one.coder or work.owner) for found in work.spans.values() for one in found)
        elif coder in INITIAL:
            losses += _nobodys(work, starts.get(work.file.doc_id) is work)
        else:
            start = starts.get(work.file.doc_id) if coder != CURATION else None
            left = Counter(_key(one) for one in _named(start)) if start else Counter()
            for layer, found in work.spans.items():
                for one in found:
                    key = _key(one)
                    if layer == LAYER and left[key]:
                        left[key] -= 1
                    else:
                        spans.append(_by(one, coder))
            for one in _named(start) if start else ():
                if left[_key(one)]:
                    left[_key(one)] -= 1
                    withdrawn[_key(one)] += one.coder == coder
                    stays = (
                        "it was the same coder's own, and counts no more" if one.coder == coder else "it still counts"
                    )
                    losses.append(_left_out(one, f"{coder} deleted or changed it in INCEpTION; {stays}"))
    for work in starts.values():
        for one in _named(work):
            if withdrawn[_key(one)]:
                withdrawn[_key(one)] -= 1
            else:
                spans.append(one)
    return spans, losses


def _starts(works: Sequence[Work]) -> dict[str, Work]:
    """What annotators started from, by document; INITIAL_CAS before that of old projects."""
    found: dict[str, Work] = {}
    for name in INITIAL:
        for work in works:
            if work.file.coder == name:
                found.setdefault(work.file.doc_id, work)
    return found


def _named(work: Work) -> Iterator[Span]:
    """The annotations of our layer that name their coder."""
    return (one for one in work.spans.get(LAYER, ()) if one.coder)


def _nobodys(work: Work, is_start: bool) -> Iterator[Loss]:
    """A loss for what everybody started from and nobody is known to have made."""
    file = work.file
    for layer, found in sorted(work.spans.items()):
        count = sum(not (is_start and layer == LAYER and one.coder) for one in found)
        if count:
            reason = f"{layer} of {file.coder} is what annotators started from and nobody's work"
            yield Loss("lost", "layer", reason, file.place, file.doc_id, value=str(count))


def _by(span: Span, coder: str) -> Span:
    """The span as the work of whose file it is in; whom the annotation itself names is kept beside."""
    if span.coder in (None, coder):
        return replace(span, coder=coder)
    return replace(span, coder=coder, features={**span.features, "coder": span.coder or ""})


def _key(span: Span) -> tuple[object, ...]:
    said = (getattr(span, name) for name in FIELDS)
    return (span.doc_id, span.start, span.end, span.code, *said, *sorted(span.features.items()))


def _left_out(span: Span, reason: str) -> Loss:
    # positions of the file are not ours
    return replace(Loss.of(span, "changed", "annotation", reason), start=None, end=None)
