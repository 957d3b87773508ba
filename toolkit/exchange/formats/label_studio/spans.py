"""Codings read from Label Studio as spans: positions proved, whole texts, and what our own ``meta`` says of them.

Positions. The editor counts code points since label-studio-frontend pull request 308 (issue 1347 of
HumanSignal/label-studio shows that it counted UTF-16 units before); the text of the regions decides. That text is what
a browser gives for a selection: line ends became a backslash and "n" (``captureSelection`` in
``web/libs/editor/src/utils/selection-tools.js``) and white space may be one space; quotes are compared so where they
are not the very text.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from toolkit.exchange.distinct import DistinctNames
from toolkit.exchange.formats.label_studio.drafts import Draft
from toolkit.exchange.formats.label_studio.owners import owners
from toolkit.exchange.formats.label_studio.texts import Config
from toolkit.exchange.json_values import is_link, list_of, mapping_of, said, text_of, text_or_json
from toolkit.exchange.model import Choices, Document, Found, Loss, Span
from toolkit.exchange.offsets import Offsets, likeliest_unit

__all__ = ["Reading", "found_in"]

#: What we write into the meta of a region.
OURS = ("coder", "created", "codebook", "codebook_version", "evidence", "kind", "features", "given")


@dataclass
class Reading:
    """What was read so far."""

    choices: Choices
    documents: dict[str, Document] = field(default_factory=dict)
    names: DistinctNames = field(default_factory=DistinctNames)
    #: annotations and predictions read
    read: int = 0
    drafts: list[Draft] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    others: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    #: the task in which the rows of a coder in a document were met first, and rows met again in others, by file
    first: dict[tuple[str, str | None], str] = field(default_factory=dict)
    doubles: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: all controls with results, and those whose results are codes
    controls: set[str] = field(default_factory=set)
    sets: set[str] = field(default_factory=set)
    #: the configurations that stand beside the files (empty ones where none does)
    configs: list[Config] = field(default_factory=list)
    #: the annotation that is a coder's own, see owners.py
    own: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    copies: Counter[tuple[str, str, str]] = field(default_factory=Counter)


def found_in(reading: Reading) -> Found:
    """All that was read, in the one unit that fits the quotes; adds the losses that show only now."""
    documents, losses = reading.documents, reading.losses
    _pointers(reading)
    reading.sets = {one.coding.from_name for one in reading.drafts}
    quotes = [
        (str(documents[one.doc_id].text), one.coding.start, one.coding.end, one.coding.quote)
        for one in reading.drafts
        if one.coding.quote is not None and one.coding.start is not None and one.coding.end is not None
        if documents[one.doc_id].text is not None
    ]
    exact = all(text[start:end] == quote for text, start, end, quote in quotes)
    unit = "codepoint" if exact else likeliest_unit(("codepoint", "utf16"), quotes, _as_shown)
    astral = {one.doc_id for one in documents.values() if one.text and max(one.text) > "\uffff"}
    if not quotes and any(one.doc_id in astral and one.coding.start is not None for one in reading.drafts):
        reason = "the export has no quotes that show how emoji are counted; taken as one each, as Label Studio does now"
        losses.append(Loss("changed", "start", reason, next(iter(documents.values())).place))
    people = [(one, _ours(one.region.meta)) for one in reading.drafts if not one.holder.machine]
    reading.own = owners((one, text_of(meta.get("coder")) or "") for one, meta in people if meta)
    spans = [span for draft in reading.drafts for span in _spans(reading, draft, unit)]
    for (place, was, now), count in reading.copies.items():
        reason = (
            f"{count:,} rows of '{was}' stand in another annotation of this task too, a copy; there they are of '{now}'"
        )
        losses.append(Loss("changed", "coder", reason, place, coder=was))
    for (place, who), count in reading.doubles.items():
        reason = "the same rows stand in another project's export, made from the same file; they count once"
        losses.append(Loss("changed", "annotation", reason, place, coder=who, value=f"{count:,} rows"))
    for (file, key, reason), count in sorted(reading.others.items()):
        losses.append(Loss("lost", key, reason, file, value=f"{count:,} times"))
    return Found(list(documents.values()), spans, losses, (unit,), None if exact else _as_shown)


def _pointers(reading: Reading) -> None:
    """Texts that are an address of a text, as a region beyond their end shows, are not at hand."""
    for one in reading.drafts:
        document = reading.documents[one.doc_id]
        if document.text is not None and (one.coding.end or 0) > len(document.text) and is_link(document.text):
            reading.documents[one.doc_id] = Document(one.doc_id, None, document.lang, document.title, document.place)


def _as_shown(text: str) -> str:
    """A text as the editor gives a selection of it, as far as one can say.

    >>> _as_shown("uno \\r\\n dos") == _as_shown("uno \\\\n dos")
    True
    """
    return " ".join(text.replace("\\n", " ").split())


def _spans(reading: Reading, draft: Draft, unit: str) -> Iterable[Span]:
    coding, region, holder = draft.coding, draft.region, draft.holder
    start, end, quote = coding.start, coding.end, coding.quote
    text = reading.documents[draft.doc_id].text
    if start is None or end is None:
        if not text:
            reason = "a code of a whole text that is empty or not at hand"
            loss = Loss("lost", "annotation", reason, holder.place, draft.doc_id, code=coding.code, coder=holder.coder)
            reading.losses.append(loss)
            return
        start, end, quote = 0, Offsets(text, unit).from_points(len(text)), text
    ours = _ours(region.meta)
    note = "\n".join(region.notes) or None
    # a text that annotators write beside a region in the list of regions
    written = "\n".join(one for one in list_of(region.meta.get("text")) if isinstance(one, str))
    features = {**holder.extra, **region.features}
    if written and note is None and not ours:
        note = written
    elif written:
        features["meta_text"] = written
    for name, value in region.meta.items():
        if name != "text" and not (ours and name in OURS):
            features.setdefault(f"meta_{name}", text_or_json(value))
    if coding.from_name not in ("", "code") and len(reading.sets) > 1:
        features.setdefault("from_name", coding.from_name)
    if region.origin in ("prediction", "prediction-changed") and not holder.machine:
        features.setdefault("origin", region.origin)
    kind = "machine" if holder.machine else "human"
    score = holder.score if region.score is None and not ours else region.score
    span = Span(
        draft.doc_id, start, end, coding.code, quote, None, None, region.stance, holder.coder, kind, score, None,
        holder.created, note, features, holder.place,
    )  # fmt: skip
    found = _as_given(reading, draft, span, ours) if ours else span
    if found is not None:
        yield found


def _ours(meta: Mapping[str, Any]) -> Mapping[str, Any]:
    """The meta of a region if we wrote it."""
    given = meta.get("given")
    return meta if isinstance(given, list) and len(given) == 5 else {}


def _as_given(reading: Reading, draft: Draft, span: Span, meta: Mapping[str, Any]) -> Span | None:
    """A region that we wrote, with what ``meta`` says of it; what was changed since belongs to who changed it. None for
    one that stands unchanged in another task too: two projects were made from one file of ours."""
    holder = draft.holder
    start, end, code, stance, note = meta["given"]
    coder, created, score = text_of(meta.get("coder")), text_of(meta.get("created")), span.score
    stance_now, stance_same = _still(reading, span, coder, "stance", stance)
    note_now, note_same = _still(reading, span, coder, "note", note)
    features = {str(name): value for name, value in mapping_of(meta.get("features")).items() if isinstance(value, str)}
    features = {**features, **{name: value for name, value in span.features.items() if name not in features}}
    same = [span.start, span.end, span.code] == [start, end, code] and stance_same and note_same
    own = reading.own.get((span.doc_id, holder.work.task, coder or ""))
    if (
        same
        and not holder.copied
        and reading.first.setdefault((span.doc_id, coder), holder.work.task) != holder.work.task
    ):
        reading.doubles[holder.place.split(",")[0], coder or "unknown"] += 1
        return None
    if meta.get("kind") == "machine" and not holder.machine:
        # a person took a suggestion over: the decision is the person's
        features |= {"suggested_by": coder} if coder else {}
        coder, created, score = holder.coder, holder.created, None
    elif not holder.machine and own != holder.work.annotation and holder.coder is not None:
        features |= {"copied_from": coder} if coder else {}
        reading.copies[holder.place, coder or "unknown", holder.coder] += 1
        coder, created = holder.coder, holder.created
    elif not same:
        was = f"[{said(start)}, {said(end)}, {said(code)}, {said(stance)}, {said(note)}]"
        now = holder.coder or coder or "unknown"
        reason = f"changed in Label Studio after it was written for '{coder or 'unknown'}'; it counts as '{now}' now"
        before = text_of(code)
        loss = Loss("changed", "coder", reason, holder.place, span.doc_id, code=before, coder=coder, value=was)
        reading.losses.append(loss)
        coder, created = holder.coder or coder, holder.created
    return Span(
        span.doc_id, span.start, span.end, span.code, span.quote, text_of(meta.get("codebook")),
        text_of(meta.get("codebook_version")), stance_now, coder, span.kind, score, text_of(meta.get("evidence")),
        created, note_now, features, span.place,
    )  # fmt: skip


def _still(reading: Reading, span: Span, coder: str | None, control: str, given: Any) -> tuple[str | None, bool]:
    """The stance or note of a region that we wrote, and whether that is no change by the annotator.

    Where it is gone, somebody took it away, or the project has no such control: then the editor drops these results. It
    has one if there are results of it, or the configuration beside the export says so. Where nothing says either, it
    counts as taken away, the coder stays, and a loss says so.
    """
    now, was = getattr(span, control), text_of(given)
    if now is not None or was is None or control in reading.controls:
        return now, now == was
    if any(control in config.controls for config in reading.configs):
        return now, False
    if reading.configs and all(config.controls for config in reading.configs):
        return was, True
    reason = f"the export has no result of the control '{control}': counts as taken away; if the project does not have "
    reason += "this control, save its labelling configuration as label_config.xml beside the export"
    loss = Loss("changed", control, reason, span.place, span.doc_id, code=span.code, coder=coder, value=was)
    reading.losses.append(loss)
    return None, True
