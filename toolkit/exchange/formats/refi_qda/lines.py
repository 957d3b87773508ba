"""The lines that we write into the comment of a selection, read back: only for the coding they were written for.

A person may add a code to a selection of ours, or put another code or user in place of ours. What our lines say (who
codes, how sure, why, and names that XML cannot hold) was said of one coding: that with the code and the user named in
the lines ``code`` and ``coder``. Programs may give codes and users new GUIDs (QualCoder does: refi.py, create_guid) or
other names; one of the two must still be ours.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from toolkit.exchange.formats.refi_qda.state import State
from toolkit.exchange.model import FEATURE
from toolkit.tables.columns import STANCES

if TYPE_CHECKING:
    from lxml import etree


__all__ = ["KINDS", "claim_of", "said_of", "with_lines"]

#: Who codes; the values of the column ``kind``.
KINDS = ("human", "machine")
_FIELDS = ("evidence", "created", "codebook", "codebook_version")


def said_of(lines: Mapping[str, str | None], code: str, user: str, owner: str, state: State) -> bool:
    """Were lines written of a coding with this code by this user (GUIDs)? ``owner``: the user of the selection.

    Lines that name no coder are those of the selection's own user.
    """
    if "code" in lines and not state.code_names.means(lines["code"], code):
        return False
    if "coder" in lines:
        return state.user_names.means(lines["coder"], user)
    return not owner or owner == user


def claim_of(lines: Mapping[str, str | None]) -> str | None:
    """Which stance belongs to the coding, where several stand at a place: "" for none, None where lines do not say."""
    if "stance" not in lines:
        return None
    return lines["stance"] or ""


def with_lines(
    made: dict[str, Any], lines: Mapping[str, str | None], code: str, user: str, state: State,
    element: "etree._Element",
) -> None:  # fmt: skip
    """Adds to the fields of an annotation what lines say of it; a wrong value is refused, the rest of the row stays."""
    for name, value in lines.items():
        if name.startswith(FEATURE):
            made["features"][name.removeprefix(FEATURE)] = value or ""
        elif name == "score":
            made[name] = _score(value)
            if made[name] is None:
                reason = "its score is no number from 0 to 1"
                state.lose("refused", name, reason, element, code=made["code"], value=value)
        elif name == "kind" and value not in KINDS:
            state.lose("refused", name, "its kind is neither human nor machine", element, value=value)
        elif name == "stance":
            # only points to a coding: see toolkit.exchange.formats.refi_qda.stances
            if value is not None and value not in STANCES:
                state.lose("refused", name, "its stance is none of ours", element, code=made["code"], value=value)
        elif name == "code":
            made[name] = value if state.code_names.better(value, code) else made[name]
        elif name == "coder":
            made[name] = value if state.user_names.better(value, user) else made[name]
        elif name == "note":
            # what a person wrote above the lines since then stays
            made[name] = "\n".join(filter(None, [value, made[name]])) or None
        elif name in _FIELDS or name == "kind":
            made[name] = value
        else:
            made["features"][name] = value or ""


def _score(text: str | None) -> float | None:
    """A number from 0 to 1, as our tables take it; None for anything else."""
    try:
        score = float(text or "")
    except ValueError:
        return None
    return score if 0 <= score <= 1 else None
