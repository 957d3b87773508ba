"""What an annotation says: codes, stance, note, coder, times and features (Web Annotation Data Model, section 3)."""

import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from toolkit.exchange.formats.web_annotation.shapes import Item, as_list, kind_of, text_or_none
from toolkit.exchange.model import Loss
from toolkit.tables import STANCES

__all__ = ["Said", "said_by"]

#: Purposes whose text is a note on the passage.
_NOTES = ("commenting", "describing")
#: Keys that are read here or elsewhere; any other is kept as a feature if it is one value, and a loss if not.
_READ = {
    "@context", "@id", "@type", "id", "type", "target", "body", "bodyValue", "motivation", "creator", "created",
    "createdText", "score", "evidence", "kind", "features", "reply_to",
}  # fmt: skip


class By(NamedTuple):
    """Who made something, of what kind (human, machine), and when."""

    coder: str | None = None
    kind: str | None = None
    created: str | None = None


class Code(NamedTuple):
    """A code that was given, and by whom."""

    name: str
    codebook: str | None = None
    version: str | None = None
    by: By = By()


@dataclass
class Said:
    """The columns of an annotation's rows: one row for each of ``codes`` and place.

    ``by``: who made the annotation; ``kind``: where it says so itself; ``makers``: of bodies that are not codes.
    """

    codes: list[Code] = field(default_factory=list)
    stance: str | None = None
    notes: list[str] = field(default_factory=list)
    by: By = field(default_factory=By)
    makers: list[By] = field(default_factory=list)
    kind: str | None = None
    score: float | None = None
    evidence: str | None = None
    features: dict[str, str] = field(default_factory=dict)


def said_by(item: Item, ours: bool, losses: list[Loss]) -> Said:
    """What one annotation says; ``ours``: ids and motivations of our own files mean nothing more."""
    one, place = item
    said = Said()
    motivations = [value for value in as_list(one.get("motivation")) if isinstance(value, str)]
    usual = motivations[0] if len(motivations) == 1 else None
    bodies = as_list(one.get("body"))
    if text_or_none(one.get("bodyValue")) is not None:
        bodies = [*bodies, {"type": "TextualBody", "value": one["bodyValue"]}]
    classes: list[Code] = []
    for body in bodies:
        _body(body, usual, said, classes, place, losses)
    _classes(classes, said)
    said.by = _by(one, place, losses)
    said.evidence = text_or_none(one.get("evidence"))
    said.kind = text_or_none(one.get("kind"))
    said.score = _score(one.get("score"), said)
    if not said.codes and motivations:
        # an annotation without a tag: what it is for is all that it is called
        first = next((by for by in said.makers if by.coder), said.makers[0] if said.makers else By())
        said.codes.append(Code(motivations[0], by=first))
        reason = "it has no tag; its motivation stands in the place of a code"
        losses.append(Loss("changed", "code", reason, place, code=motivations[0]))
    elif not ours and motivations not in ([], ["tagging"]):
        said.features.setdefault("motivation", "; ".join(motivations))
    name = one.get("id", one.get("@id"))
    if not ours and isinstance(name, str):
        said.features.setdefault("id", name)
    _makers(said, place, losses)
    _further(one, said, place, losses)
    for feature in as_list(one.get("features")):
        key, value = (feature.get("name"), feature.get("value")) if isinstance(feature, dict) else (None, None)
        if isinstance(key, str) and isinstance(value, str):
            said.features[key] = value
        else:
            losses.append(Loss("refused", "features", "a feature is not a name with a text", place))
    return said


def _body(body: Any, usual: str | None, said: Said, classes: list[Code], place: str, losses: list[Loss]) -> None:
    """One body: a text or an address, with its purpose or else the annotation's motivation."""
    if isinstance(body, dict) and "items" in body:
        reason = f"a {', '.join(sorted(kind_of(body))) or 'list'} of bodies: how they belong together is lost"
        losses.append(Loss("changed", "body", reason[:200], place))
        for one in as_list(body["items"]):
            if isinstance(one, dict) and "items" in one:
                losses.append(Loss("lost", "body", "bodies in bodies in bodies are not followed", place))
            else:
                _body(one, usual, said, classes, place, losses)
        return
    if isinstance(body, dict):
        texts = (text_or_none(body.get(key)) for key in ("value", "chars", "cnt:chars"))
        value = next((one for one in texts if one is not None), None)
        address = next((body[key] for key in ("source", "id", "@id") if isinstance(body.get(key), str)), None)
        purposes = [one for one in as_list(body.get("purpose")) if isinstance(one, str)]
    else:
        value, address, purposes = None, text_or_none(body), []
    content = value if value is not None else address
    if content is None:
        losses.append(Loss("lost", "body", "a body has neither a text nor an address", place, value=str(body)[:100]))
        return
    by = _by(body, place, losses) if isinstance(body, dict) else By()
    default = usual or ("commenting" if value is not None else "linking")
    for purpose in purposes or [default]:
        if purpose == "tagging":
            codebook, version = (
                (text_or_none(body.get(key)) for key in ("codebook", "codebookVersion"))
                if isinstance(body, dict)
                else (None, None)
            )
            said.codes.append(Code(content, codebook, version, by))
            continue
        if purpose == "classifying":
            classes.append(Code(content, by=by))
            continue
        said.makers.append(by)
        if purpose in _NOTES and value is not None:
            said.notes.append(content)
        else:
            _add(said.features, purpose, content)


def _classes(classes: list[Code], said: Said) -> None:
    """Classifications: our stances are one; of others, the code where there is no tag."""
    tagged = bool(said.codes)
    for one in classes:
        if one.name in STANCES and said.stance is None:
            said.stance = one.name
        elif tagged:
            _add(said.features, "classifying", one.name)
        else:
            said.codes.append(one)
            continue
        said.makers.append(one.by)


def _makers(said: Said, place: str, losses: list[Loss]) -> None:
    """Who made each code: who made its body (section 3.3.1) or, where that does not say, the annotation."""
    made = [code.by for code in said.codes]
    said.codes = [
        code._replace(
            by=By(
                code.by.coder or said.by.coder,
                code.by.kind if code.by.coder else code.by.kind or said.by.kind,
                code.by.created or said.by.created,
            )
        )
        for code in said.codes
    ]
    coders = {code.by.coder for code in said.codes}
    others = {by.coder for by in (said.by, *made, *said.makers) if by.coder} - coders
    # with several coders, whose row a further body belongs to is not said
    others |= {by.coder for by in said.makers if by.coder and len(coders) > 1}
    for name in sorted(others):
        reason = "who made a part of the annotation is not its coder; that part stands in the rows of the coder"
        losses.append(Loss("changed", "coder", reason, place, value=name))


def _by(one: dict[str, Any], place: str, losses: list[Loss]) -> By:
    """Who made an annotation or a body, an address or an agent with a name, and when (section 3.3.1)."""
    created = text_or_none(one.get("createdText")) or text_or_none(one.get("created"))
    agents = as_list(one.get("creator"))
    if len(agents) > 1:
        losses.append(Loss("changed", "coder", f"of {len(agents)} creators the first is the coder", place))
    agent = agents[0] if agents else None
    if isinstance(agent, str):
        return By(agent, None, created)
    if isinstance(agent, dict):
        texts = (text_or_none(agent.get(name)) for name in ("name", "nickname", "id", "@id", "email", "@value"))
        kinds = kind_of(agent)
        kind = "machine" if "Software" in kinds else "human" if "Person" in kinds else None
        return By(next((text for text in texts if text), None), kind, created)
    if agent is not None:
        losses.append(Loss("refused", "coder", "its creator is neither an address nor an agent", place))
    return By(None, None, created)


def _score(value: Any, said: Said) -> float | None:
    """A score; what is no number stays as a feature."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300:
        return float(value)
    if isinstance(value, str) and value:
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if math.isfinite(number):
            return number
        _add(said.features, "score", value)
    return None


def _further(one: dict[str, Any], said: Said, place: str, losses: list[Loss]) -> None:
    """Keys that have no column: single values become features, others are reported."""
    for key, value in one.items():
        if key in _READ or value is None or value in ([], {}, ""):
            continue
        if key == "generator" and isinstance(value, dict):
            value = value.get("name", value.get("id"))
        value = text_or_none(value) or value
        if isinstance(value, bool):
            value = "true" if value else "false"
        elif isinstance(value, int | float) and abs(value) < 1e300:
            value = repr(value)
        if not isinstance(value, str):
            reason = "it is not one value, so there is no column for it"
            losses.append(Loss("lost", key[:60], reason, place, value=str(value)[:200]))
        elif said.features.setdefault(key, value) != value:
            reason = "a body or the motivation has the column of this name"
            losses.append(Loss("lost", key[:60], reason, place, value=value[:200]))


def _add(features: dict[str, str], name: str, value: str) -> None:
    features[name] = f"{features[name]}; {value}" if name in features else value
