"""Who codes what, and in which order: everybody everything, or shares of which some are coded by several."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from toolkit.annotation.projects.project_file import checked_names
from toolkit.errors import InputError, suggestion
from toolkit.tables import check

__all__ = ["assign", "check_seed", "pair_counts", "queue_order"]

_HOW = ("all", "split")
_ORDERS = ("given", "random", "informative")


def assign(
    items: pd.DataFrame,
    coders: Sequence[str],
    *,
    how: str = "all",
    overlap: float = 0.0,
    per_item: int = 2,
    order: str = "given",
    ranking: pd.DataFrame | Sequence[str] | None = None,
    seed: int = 1,
    whole_documents: bool = True,
) -> dict[str, list[str]]:
    """Give items to coders.

    Parameters
    ----------
    items : items table.
    coders : names that can be names of files.
    how : "all" (everybody everything) or "split" (each item to one coder, but some to several).
    overlap : share of the items, 0 to 1, that "split" gives to ``per_item`` coders, so that agreement can be measured;
        these are drawn at random. Item by item it is kept within half an item; in whole documents within half of the
        last document drawn.
    per_item : coders of each item of the overlap, 2 or more.
    order, ranking : of every queue; see :func:`queue_order`.
    whole_documents : the items of a document stay together.

    Returns
    -------
    dict
        the names of items of each coder, in the order of the queue; coders as given. The loads of two coders differ by
        no more than the items of the largest document (by one item, item by item). With ``per_item=2`` so do the
        items that two pairs of coders share; with more, pairs are balanced as far as the loads allow.

    How: documents of the overlap, the largest first, go through the pairs of coders in an order in which no coder is
    drawn twice more than another (round-robin tournament for an even number of coders, Hamiltonian cycles for an odd
    one); the others, the largest first, go to the coder with the least. The coders begin in random order.

    Raises :class:`InputError` for no items, names that cannot be names of files, and settings out of range.

    >>> import pandas as pd
    >>> from toolkit.annotation import assign
    >>> items = pd.DataFrame({"item": [f"i{n}" for n in range(8)], "doc_id": list("aabbccdd"), "start": [0, 21] * 4,
    ...     "end": [20, 36] * 4, "unit": "sentence", "lang": "es"})
    >>> queues = assign(items, ["first", "second"], how="split", overlap=0.25)
    >>> {who: len(queue) for who, queue in queues.items()}, len(set(queues["first"]) & set(queues["second"]))
    ({'first': 6, 'second': 4}, 2)
    """
    table = check("items", items)
    names = list(coders)
    checked_names(names, [])
    _check_settings(table, names, how, overlap, per_item)
    queue = queue_order(table, order, ranking=ranking, seed=seed, whole_documents=whole_documents)
    if how == "all":
        return {name: list(queue) for name in names}
    # drawn from the items in the order of their places: the order of the rows does not matter
    placed = table.sort_values(["doc_id", "start", "end", "item"], kind="stable")
    block = pd.factorize(placed["doc_id"])[0] if whole_documents else np.arange(len(placed))
    sizes = np.bincount(block)
    random = np.random.default_rng(seed)
    by_chance = random.permutation(len(sizes))
    several = _overlap(by_chance, sizes, overlap * len(placed))
    who = [names[place] for place in random.permutation(len(names))]
    owners = _owners(sizes, by_chance, several, len(who), per_item)
    mine: dict[str, set[str]] = {name: set() for name in names}
    for item, number in zip(placed["item"], block, strict=True):
        for place in owners[number]:
            mine[who[place]].add(item)
    return {name: [item for item in queue if item in mine[name]] for name in names}


def queue_order(
    items: pd.DataFrame,
    order: str = "given",
    *,
    ranking: pd.DataFrame | Sequence[str] | None = None,
    seed: int = 1,
    whole_documents: bool = True,
) -> list[str]:
    """The names of all items in the order in which they are to be coded; the same for all coders, so that what
    several coders code is coded by all of them early, and agreement is known early.

    ``order``: "given" (documents in the order in which they first stand in ``items``, within them by position);
    "random" (documents shuffled, within them by position; items shuffled without ``whole_documents``); "informative"
    (as in ``ranking``: the table of :func:`toolkit.annotation.order`, or names of items, the best first).

    Raises :class:`InputError` for an unknown order and a ranking that lacks items or has others.
    """
    table = check("items", items)
    check_seed(seed)
    if order not in _ORDERS:
        raise InputError(f"order is '{order}'; {suggestion(order, _ORDERS)}")
    if order == "informative":
        return _ranked(table, ranking)
    if ranking is not None:
        raise InputError(f"ranking is for order='informative', got order='{order}'; leave one of them out.")
    table = table.assign(_turn=pd.factorize(table["doc_id"])[0])
    if order == "random":
        table = table.sort_values(["doc_id", "start", "end", "item"], kind="stable")
        random = np.random.default_rng([seed, 1])  # another stream than that of assign
        if not whole_documents:
            return [str(item) for item in table["item"].to_numpy(dtype=object)[random.permutation(len(table))]]
        number = pd.factorize(table["doc_id"])[0]
        table["_turn"] = random.permutation(number.max() + 1 if len(number) else 0)[number]
    return [str(item) for item in table.sort_values(["_turn", "start", "end", "item"], kind="stable")["item"]]


def pair_counts(assignment: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """How many items each pair of coders shares: columns ``first``, ``second``, ``items``; coders as in the assignment.

    >>> pair_counts({"ana": ["a", "b"], "luis": ["b"]}).to_dict("records")
    [{'first': 'ana', 'second': 'luis', 'items': 1}]
    """
    sets = {name: set(items) for name, items in assignment.items()}
    rows = [(first, second, len(sets[first] & sets[second])) for first, second in combinations(sets, 2)]
    return pd.DataFrame(rows, columns=["first", "second", "items"])


def check_seed(seed: object) -> None:
    """Refuse what no draw can be repeated from."""
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise InputError(f"seed is {seed!r}; give a whole number from 0.")


def _check_settings(items: pd.DataFrame, coders: list[str], how: str, overlap: float, per_item: int) -> None:
    if items.empty:
        raise InputError("items: the table has no rows; there is nothing to give out.")
    if not coders:
        raise InputError("coders: none named; name at least one.")
    if how not in _HOW:
        raise InputError(f"how is '{how}'; {suggestion(how, _HOW)}")
    if not 0 <= overlap <= 1:
        raise InputError(f"overlap is {overlap}; give a share from 0 to 1 (0.2: a fifth of the items).")
    if how == "split" and overlap and not (isinstance(per_item, int) and 2 <= per_item <= len(coders)):
        raise InputError(
            f"per_item is {per_item} with {len(coders)} coders; an overlap needs 2 or more coders per item, and "
            "no more than there are."
        )


def _ranked(items: pd.DataFrame, ranking: pd.DataFrame | Sequence[str] | None) -> list[str]:
    if ranking is None:
        raise InputError("order='informative' needs ranking=: what toolkit.annotation.planning.sampling.order returns.")
    if isinstance(ranking, pd.DataFrame) and "item" not in ranking:
        raise InputError(f"ranking: has no column 'item'; it has {', '.join(map(str, ranking.columns))}.")
    ranked = [str(item) for item in (ranking["item"] if isinstance(ranking, pd.DataFrame) else ranking)]
    names = set(items["item"])
    if missing := names.difference(ranked):
        raise InputError(
            f"ranking: {len(missing):,} of {len(names):,} items are not in it (the first: '{min(missing)}')."
        )
    if strange := set(ranked) - names:
        raise InputError(f"ranking: '{min(strange)}' is none of the items; rank exactly these.")
    if len(ranked) > len(names):
        raise InputError(f"ranking: {len(ranked) - len(names):,} items stand there twice; each must stand there once.")
    return ranked


def _overlap(by_chance: np.ndarray, sizes: np.ndarray, wanted: float) -> np.ndarray:
    """The first documents of a random order that hold together as nearly as possible ``wanted`` items (truth)."""
    reached = np.concatenate([[0], np.cumsum(sizes[by_chance])])
    several = np.zeros(len(sizes), dtype=bool)
    several[by_chance[: int(np.abs(reached - wanted).argmin())]] = True
    return several


def _owners(
    sizes: np.ndarray, by_chance: np.ndarray, several: np.ndarray, coders: int, per_item: int
) -> list[tuple[int, ...]]:
    """The coders (numbers) of each document of ``sizes`` items; ``several``: which go to ``per_item`` of them."""
    largest_first = by_chance[np.argsort(-sizes[by_chance], kind="stable")]
    load, shared = np.zeros(coders), np.zeros((coders, coders))
    owners: list[tuple[int, ...]] = [()] * len(sizes)
    pairs = _pair_cycle(coders) if per_item == 2 else []
    for turn, number in enumerate(largest_first[several[largest_first]]):
        group = pairs[turn % len(pairs)] if pairs else _least_loaded(load, shared, per_item)
        owners[number] = group
        load[list(group)] += sizes[number]
        shared[np.ix_(group, group)] += sizes[number]
    for number in largest_first[~several[largest_first]]:
        owner = int(load.argmin())
        owners[number] = (owner,)
        load[owner] += sizes[number]
    return owners


def _pair_cycle(coders: int) -> list[tuple[int, int]]:
    """All pairs, each once, such that at no time, cycle after cycle, a coder stands in two pairs more than another.

    With documents the largest first this bounds the difference of two loads by one document: the j-th document of
    one coder is no larger than the (j-1)-th of any other, so that the differences cancel except for the first. The
    same holds for pairs.
    """
    if coders < 2:
        return []
    last = coders - 1
    if coders % 2 == 0:  # circle method: one stays, the others move on; each round has everybody once
        return [
            pair
            for shift in range(last)
            for pair in [
                (last, shift),
                *(((shift + step) % last, (shift - step) % last) for step in range(1, coders // 2)),
            ]
        ]
    # Walecki's Hamiltonian cycles: a zigzag through a circle of an even number of points, closed over the last one
    pairs = []
    for shift in range(last // 2):
        zigzag = [(shift + (step // 2 + 1 if step % 2 else -step // 2)) % last for step in range(last)]
        cycle = [last, *zigzag]
        edges = [(cycle[place], cycle[(place + 1) % coders]) for place in range(coders)]
        # every second edge, once around and once more: a matching, the edge of who was left out, the other matching
        pairs += [*edges[0::2], *edges[1::2]]
    return pairs


def _least_loaded(load: np.ndarray, shared: np.ndarray, count: int) -> tuple[int, ...]:
    """The coders with the least, one by one; of equals the one who shares least with those chosen, then the first.

    Always taking the least loaded keeps the loads within one document of each other.
    """
    group: list[int] = []
    while len(group) < count:
        rest = [place for place in range(len(load)) if place not in group]
        group.append(min(rest, key=lambda place: (load[place], shared[place, group].sum(), place)))
    return tuple(group)
