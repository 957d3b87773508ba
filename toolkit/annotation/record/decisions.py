"""What a coder can decide: one record per kind of decision, as it stands in a line of the log."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from toolkit.errors import InputError, suggestion
from toolkit.schema import StrictModel, validate
from toolkit.tables import STANCES

__all__ = ["CHANGES", "FRAME", "KINDS", "MIGRATION", "Change", "Decision", "as_decision"]

Position = Annotated[int, Field(ge=0)]
Stance = Literal["endorses", "breach", "rejects", "mentions"]
#: A note or a reason; far more than anybody writes, and no line without end.
Words = Annotated[str, Field(max_length=20_000)]
Name = Annotated[str, Field(min_length=1, max_length=1000)]
#: Levels of what says where a code came from; the toolkit writes two.
_DEEPEST = 8


def _shallow(value: dict[str, Any]) -> dict[str, Any]:
    """Where a code came from is a few names; what is nested deeper could be written, and not be read again."""
    parts: list[Any] = list(value.values())
    for _ in range(_DEEPEST):
        parts = [inner for part in parts if isinstance(part, dict | list | tuple) for inner in _inside(part)]
    if parts:
        raise ValueError(f"is nested deeper than {_DEEPEST} levels.")
    return value


def _inside(part: Any) -> Any:
    return part.values() if isinstance(part, dict) else part


class _Place(StrictModel):
    item: Name
    doc_id: Name
    start: Position
    end: Position


class Give(_Place):
    """A code for a stretch of text, or another stance or note for a code it has. ``from``: where it comes from (a
    suggestion, the coders a curator follows); ``why``: a curator's reason."""

    do: Literal["set"]
    quote: str
    code: Name
    stance: Stance | None = None
    note: Words = ""
    source: Annotated[dict[str, Any], Field(alias="from"), AfterValidator(_shallow)] = Field(default_factory=dict)
    why: Words = ""


class Remove(_Place):
    """A code is taken away from a stretch."""

    do: Literal["remove"]
    code: Name
    why: Words = ""


class Move(_Place):
    """Other borders for one code of a stretch, or for all of them; ``quote`` is the text between the new ones."""

    do: Literal["move"]
    to_start: Position
    to_end: Position
    quote: str
    code: Name | None = None
    why: Words = ""


class Judge(StrictModel):
    """An item is done (without a code: no code applies), opened again, or left for later."""

    do: Literal["done", "reopen", "skip"]
    item: Name
    why: Words = ""


class Flag(StrictModel):
    """A flag on an item, or off it."""

    do: Literal["flag"]
    item: Name
    on: bool


class Note(StrictModel):
    """A note on an item as a whole; an empty one takes it away."""

    do: Literal["note"]
    item: Name
    note: Words


class Dismiss(StrictModel):
    """A suggestion of the machine is turned down."""

    do: Literal["dismiss"]
    item: Name
    suggestion: Name


Change = Give | Remove | Move | Judge | Flag | Note | Dismiss


class Batch(StrictModel):
    """Many changes at once, one step for undo: a spreadsheet that came back, agreed codings, another codebook."""

    do: Literal["batch"]
    source: Annotated[str, Field(min_length=1, max_length=2000)]
    changes: tuple[Annotated[Change, Field(discriminator="do")], ...]


class Back(StrictModel):
    """The last step is undone, or the last undone one is done again."""

    do: Literal["undo", "redo"]


Decision = Give | Remove | Move | Judge | Flag | Note | Dismiss | Batch | Back

#: Kinds that change one thing, and all kinds.
CHANGES: dict[str, type[StrictModel]] = {
    "set": Give, "remove": Remove, "move": Move, "done": Judge, "reopen": Judge, "skip": Judge,
    "flag": Flag, "note": Note, "dismiss": Dismiss,
}  # fmt: skip
KINDS: dict[str, type[StrictModel]] = {**CHANGES, "batch": Batch, "undo": Back, "redo": Back}

#: A batch with a source that begins so brought codings over to another codebook.
MIGRATION = "codebook "
#: What every line has beside its decision.
FRAME = ("n", "at", "session", "cid")
_ADAPTERS: dict[str, TypeAdapter[Any]] = {name: TypeAdapter(kind) for name, kind in KINDS.items()}
assert set(STANCES) == set(Stance.__args__)  # type: ignore[attr-defined]


def as_decision(line: dict[str, Any], where: str) -> Decision:
    """The decision in a line of a log, or in a message without n, at, session, cid.

    Raises :class:`InputError` that begins with ``where`` for an unknown kind, a missing or unknown key, a value of
    the wrong type.
    """
    kind = line.get("do")
    if not isinstance(kind, str) or kind not in KINDS:
        raise InputError(f"{where}: no decision '{str(kind)[:40]}'; {suggestion(str(kind)[:40], KINDS)}")
    bare = {key: value for key, value in line.items() if key not in FRAME}
    try:
        # halves of surrogate pairs, which a damaged text may hold, do not pass through JSON; so it is not used here
        decision: Decision = _ADAPTERS[kind].validate_python(_tuples(bare))
    except ValidationError:
        try:
            decision = validate(KINDS[kind], bare, where)  # type: ignore[assignment]
        except RecursionError as error:
            raise InputError(f"{where}: is nested too deep; the toolkit writes two levels.") from error
    return decision


def _tuples(value: dict[str, Any]) -> dict[str, Any]:
    """Lists of changes as the tuples that the strict records want."""
    changes = value.get("changes")
    return {**value, "changes": tuple(changes)} if isinstance(changes, list) else value
