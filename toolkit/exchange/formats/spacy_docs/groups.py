"""What the attributes of a span group say of its spans: the rest of our rows, and the scores of spaCy's spancat."""

import struct
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from toolkit.text.docbin_unpack import Group

__all__ = ["OF", "REST", "SCORES", "rests_of", "scores_of"]

#: Where the attributes of the group say the rest of each span, by its id, and which place and label it was said of.
REST = "annotations"
OF = ("start", "end", "label")
#: Where spancat says how sure it is of each span (spacy/pipeline/spancat.py, _make_span_group_multilabel).
SCORES = "scores"
#: numpy's names of floats; little end first, as on all machines that spaCy is built for.
_FLOATS = {"<f4": "<f", "<f8": "<d"}


def rests_of(group: "Group") -> dict[str, Mapping[Any, Any]]:
    """What we wrote of the spans of a group, by their ids; empty for groups of others."""
    held = group.attrs.get(REST)
    if not isinstance(held, dict):
        return {}
    return {name: rest for name, rest in held.items() if isinstance(name, str) and _is_ours(rest)}


def _is_ours(rest: Any) -> bool:
    return (
        isinstance(rest, dict)
        and isinstance(rest.get("label"), str)
        and all(type(rest.get(border)) is int and 0 <= rest[border] < 2**63 for border in ("start", "end"))
    )


def scores_of(group: "Group") -> list[float] | None:
    """The scores of a group, one for each of its spans; None where it has none, or not as many.

    They are a list of numbers, or a row of floats of numpy as srsly packs it into msgpack.
    """
    held = group.attrs.get(SCORES)
    numbers = None
    if isinstance(held, dict):
        data, form, shape = held.get(b"data"), _FLOATS.get(str(held.get(b"type"))), held.get(b"shape")
        one_row = isinstance(shape, list) and len(shape) == 1
        if isinstance(data, bytes) and form is not None and one_row and len(data) % struct.calcsize(form) == 0:
            numbers = [number for (number,) in struct.iter_unpack(form, data)]
    elif isinstance(held, list) and all(type(one) in (int, float) and abs(one) < 1e300 for one in held):
        numbers = [float(one) for one in held]
    return numbers if numbers is not None and len(numbers) == len(group.stretches) else None
