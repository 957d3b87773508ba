"""Frameworks in their own shape: the tables behind the figures of chains, steps and balances.

Intervals: see :mod:`toolkit.principles.post_ratios`.
"""

import numpy as np
import pandas as pd

from toolkit.codebook import Codebook
from toolkit.errors import InputError, suggestion
from toolkit.principles.post_ratios import by_post, drawn_posts, own_annotations, post_ratio
from toolkit.principles.prevalence import code_matrix, principle_shares
from toolkit.tables import check

__all__ = ["balance_table", "chain_table", "framework_shares"]

_UNITS = ("passage", "post")


def framework_shares(
    passages: pd.DataFrame,
    annotations: pd.DataFrame,
    codebook: Codebook,
    *,
    repeats: int = 1000,
    confidence: float = 0.95,
    seed: int = 1,
) -> pd.DataFrame:
    """Share of the passages that carry each code of a framework, with its place in the framework.

    Parameters
    ----------
    passages : the coded passages (no furniture). ``annotations`` : those of ``codebook`` count, on the same passages.

    Returns
    -------
    DataFrame
        lang ("all": all languages), codebook, code, count, n (passages), share (0-1), ci_low, ci_high (missing for
        a single post), group, order (1, 2, ... as the codebook numbers it; missing where the group is not ordered).

    Raises
    ------
    InputError
        if annotations of the codebook are there and none lies on a passage.

    >>> import pandas as pd
    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.principles import framework_shares
    >>> passages = pd.DataFrame({"doc_id": ["a", "a", "b", "b"], "passage_id": ["a:0", "a:9", "b:0", "b:9"],
    ...     "start": [0, 9] * 2, "end": [8, 20] * 2, "unit": "sentence", "lang": "es", "furniture": False})
    >>> given = pd.DataFrame({"doc_id": ["a", "a", "b"], "start": [0, 9, 9], "end": [8, 20, 20], "quote": "...",
    ...     "codebook": "reverse_engagement", "code": ["promise", "policy", "promise"], "coder": "a", "kind": "human"})
    >>> table = framework_shares(passages, given, load_codebook("reverse_engagement"), repeats=100)
    >>> table.query("lang == 'all' and count > 0")[["code", "count", "n", "share", "group", "order"]]
          code  count  n  share  group  order
    3  promise      2  4   0.50  steps      1
    4   policy      1  4   0.25  steps      2
    """
    table = principle_shares(
        passages,
        own_annotations(annotations, codebook, passages),
        codebook,
        repeats=repeats,
        confidence=confidence,
        seed=seed,
    )
    places = {code.id: (code.group, code.order) for code in codebook.codes}
    table["group"] = pd.array([places[code][0] for code in table["code"]], dtype="string")
    table["order"] = pd.array([places[code][1] for code in table["code"]], dtype="Int64")
    return table


def chain_table(
    passages: pd.DataFrame,
    annotations: pd.DataFrame,
    codebook: Codebook,
    *,
    group: str | None = None,
    repeats: int = 1000,
    confidence: float = 0.95,
    seed: int = 1,
) -> pd.DataFrame:
    """The steps of an ordered group as a chain: how often each occurs, and how often one comes with a later one.

    Parameters
    ----------
    group : ordered group of ``codebook``; may be left out where one alone has the shape "chain" or is ordered.

    Returns
    -------
    DataFrame
        one row per unit ("passage", "post") and step or pair of steps: unit, codebook, kind ("step", "link"), code,
        to_code (missing for steps), count, n, share (0-1), ci_low, ci_high, lift. A step's share is that of all
        units; a link's share that of the n units with ``code`` which have ``to_code`` too (missing where n is 0),
        and its ``lift`` is this share over the share of ``to_code`` in all units (1: as usual, more: they go
        together). A link says that both are there, not in which place of the text.

    Raises
    ------
    InputError
        if the group is unknown or not ordered, or none of the annotations lies on a passage.

    >>> import pandas as pd
    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.principles import chain_table
    >>> passages = pd.DataFrame({"doc_id": ["a", "a", "b", "b"], "passage_id": ["a:0", "a:9", "b:0", "b:9"],
    ...     "start": [0, 9] * 2, "end": [8, 20] * 2, "unit": "sentence", "lang": "es", "furniture": False})
    >>> given = pd.DataFrame({"doc_id": ["a", "a", "b"], "start": [0, 9, 9], "end": [8, 20, 20], "quote": "...",
    ...     "codebook": "reverse_engagement", "code": ["promise", "policy", "promise"], "coder": "a", "kind": "human"})
    >>> table = chain_table(passages, given, load_codebook("reverse_engagement"), repeats=100)
    >>> table.query("unit == 'post' and kind == 'link' and count > 0")[["code", "to_code", "count", "n", "share"]]
          code to_code  count  n  share
    9  promise  policy      1  2    0.5
    """
    passages = check("passages", passages)
    steps = _ordered(codebook, group)
    columns = [codebook.code_ids.index(code) for code in steps]
    truth = code_matrix(passages, own_annotations(annotations, codebook, passages), codebook)[:, columns].astype(float)
    place, sampled = drawn_posts(passages, repeats, seed)
    pairs = [(a, b) for a in range(len(steps)) for b in range(a + 1, len(steps))]
    rows: list[tuple[object, ...]] = []
    for unit in _UNITS:
        held, owner = (truth, place) if unit == "passage" else by_post(truth, place)
        first, second = (held[:, [pair[end] for pair in pairs]] for end in (0, 1))
        found = post_ratio(sampled, owner, held, np.ones_like(held), confidence)
        links = post_ratio(sampled, owner, first * second, first, confidence)
        base = second.mean(0) if len(second) else np.zeros(len(pairs))
        for number, code in enumerate(steps):
            rows.append((unit, codebook.id, "step", code, None, *found.row(number), np.nan))
        for number, (a, b) in enumerate(pairs):
            share = links.share[number]
            lift = share / base[number] if base[number] > 0 else np.nan
            rows.append((unit, codebook.id, "link", steps[a], steps[b], *links.row(number), lift))
    names = ["unit", "codebook", "kind", "code", "to_code", "count", "n", "share", "ci_low", "ci_high", "lift"]
    return pd.DataFrame(rows, columns=names).astype({"to_code": "str", "count": int, "n": int})


def balance_table(
    passages: pd.DataFrame,
    annotations: pd.DataFrame,
    codebook: Codebook,
    *,
    group: str | None = None,
    sides: tuple[str, str] | None = None,
    repeats: int = 1000,
    confidence: float = 0.95,
    seed: int = 1,
) -> pd.DataFrame:
    """What is weighed: for each code of a group, how many of the posts with it give a pro, and how many a con.

    Parameters
    ----------
    group : the codes that are weighed; may be left out where only one group is none of the shape "balance".
    sides : the codes for the two sides; by default those of the group with the shape "balance". An annotation of a
        side with stance "rejects" denies the advantage or the drawback and does not count for it.

    Returns
    -------
    DataFrame
        two rows per code, the sides in their order, and two for all posts (code "all"): codebook, code, side,
        count (posts with both), n (posts with the code), share (0-1, missing where n is 0), ci_low, ci_high.

    Raises
    ------
    InputError
        if the group or a side is unknown or must be named, or none of the annotations lies on a passage.

    >>> import pandas as pd
    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.principles import balance_table
    >>> passages = pd.DataFrame({"doc_id": ["a", "b"], "passage_id": ["a:0", "b:0"], "start": 0, "end": 20,
    ...     "unit": "sentence", "lang": "es", "furniture": False})
    >>> given = pd.DataFrame({"doc_id": ["a", "a", "b"], "start": 0, "end": 20, "quote": "...", "coder": "first",
    ...     "codebook": "li_dialogue_support_innovate", "code": ["dialogue", "pro", "dialogue"], "kind": "human"})
    >>> table = balance_table(passages, given, load_codebook("li_dialogue_support_innovate"), repeats=100)
    >>> table.query("code == 'dialogue'")[["code", "side", "count", "n", "share"]]  # one of two posts gives a pro
           code side  count  n  share
    0  dialogue  pro      1  2    0.5
    1  dialogue  con      0  2    0.0
    """
    passages = check("passages", passages)
    group, sides = _weighed(codebook, group, sides)
    codes = [code.id for code in codebook.codes if code.group == group]
    side = [codebook.code_ids.index(codebook.code(name).id) for name in sides]
    own = own_annotations(annotations, codebook, passages)
    denied = own["code"].isin(list(sides)) & (own["stance"] == "rejects").fillna(False).astype(bool)
    place, sampled = drawn_posts(passages, repeats, seed)
    held, owner = by_post(code_matrix(passages, own[~denied], codebook).astype(float), place)
    columns = [codebook.code_ids.index(code) for code in codes]
    rows: list[tuple[object, ...]] = []
    for name, whole in [*zip(codes, held[:, columns].T, strict=True), ("all", np.ones(len(held)))]:
        wholes = np.column_stack([whole, whole])
        found = post_ratio(sampled, owner, held[:, side] * wholes, wholes, confidence)
        rows += [(codebook.id, name, one, *found.row(number)) for number, one in enumerate(sides)]
    names = ["codebook", "code", "side", "count", "n", "share", "ci_low", "ci_high"]
    return pd.DataFrame(rows, columns=names).astype({"count": int, "n": int})


def _ordered(codebook: Codebook, group: str | None) -> list[str]:
    """The codes of an ordered group, in their order."""
    groups = [one.id for one in codebook.groups if one.ordered]
    chains = [one.id for one in codebook.groups if one.shape == "chain"]
    if group is None and len(chains) == 1:
        group = chains[0]
    if group is None and len(groups) != 1:
        shown = ", ".join(groups) or "none"
        raise InputError(f"codebook '{codebook.id}' has {len(groups)} ordered groups ({shown}); name one as group.")
    group = groups[0] if group is None else group
    if group not in groups:
        known = suggestion(group, groups) if groups else "it has none."
        raise InputError(f"codebook '{codebook.id}' has no ordered group '{group}'; {known}")
    codes = [code for code in codebook.codes if code.group == group]
    if not codes:
        raise InputError(f"codebook '{codebook.id}': no code belongs to the group '{group}'; name another one.")
    return [code.id for code in sorted(codes, key=lambda code: code.order or 0)]


def _weighed(codebook: Codebook, group: str | None, sides: tuple[str, str] | None) -> tuple[str, tuple[str, str]]:
    """The group that is weighed and the codes of the two sides."""
    balances = [one.id for one in codebook.groups if one.shape == "balance"]
    if sides is None:
        if len(balances) != 1:
            raise InputError(
                f"codebook '{codebook.id}' has {len(balances)} groups with the shape 'balance'; name the codes for "
                "and against as sides."
            )
        first, second = (code.id for code in codebook.codes if code.group == balances[0])
        sides = first, second
    groups = sorted({code.group for code in codebook.codes if code.group})
    if group is None:
        others = [one for one in groups if one not in balances]
        if len(others) != 1:
            shown = ", ".join(others) or "none"
            raise InputError(
                f"codebook '{codebook.id}' has {len(others)} groups to weigh ({shown}); name one as group."
            )
        group = others[0]
    if group not in groups:
        raise InputError(f"codebook '{codebook.id}' has no group '{group}'; {suggestion(group, groups)}")
    return group, sides
