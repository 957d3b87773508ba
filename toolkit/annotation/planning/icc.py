"""How alike the items of one document are: the intra-class correlation."""

import numpy as np
import pandas as pd

from toolkit.errors import InputError, suggestion
from toolkit.tables import check

__all__ = ["QUANTITIES", "icc_of"]

#: What a sample can be meant to measure.
QUANTITIES = ("share", "f1", "kappa", "alpha")


def icc_of(annotations: pd.DataFrame, judged: pd.DataFrame, *, quantity: str = "share") -> pd.DataFrame:
    """How alike the items of one document are, from codings in hand: what
    :func:`toolkit.annotation.items_for_width` needs.

    Parameters
    ----------
    annotations, judged : tables of one or several coders (two for f1, kappa and alpha, on items that both judged).
        Annotations of items that their coder did not finish (not in ``judged``, the same span) do not count.
    quantity : what the sample shall measure. For a share, how alike items are in taking the code (the value of an item
        is the share of its coders who gave the code). For f1, kappa and alpha, how alike they are in what they add to
        that measure (its linearised values; Kish and Frankel 1974): coders may disagree evenly over all documents
        about a code that is crowded in a few. For the width that the bootstrap found in the forty doubly coded posts
        of the bundled corpus, ``items_for_width`` asked for 2.16 times their items with the correlation of the code
        itself, for .94 times with this one (f1, median of 14 codes; from .80 to 1.39 times;
        tests/benchmarks/annotation_sampling.py).

    Returns
    -------
    DataFrame
        one row per code, by name: ``code``; ``share`` of items with it (0 to 1); ``value`` of the quantity; ``icc``,
        the one-way analysis of variance estimator (Donner 1986): 0 if items of one document are no more alike than
        others, 1 if all alike, below 0 if less (by chance, mostly); missing where nothing varies; ``cluster_size``,
        sum(m^2) / sum(m) of the m items of each document, which for documents of unequal size takes the place of m in
        the design effect (Kerry and Bland 2001); ``design_effect`` = 1 + (cluster_size - 1) icc, at least 1;
        ``items``; ``documents``.

    Raises :class:`InputError` if no annotation is of a judged item, there are fewer than two documents or no document
    with two items, or not two coders where two are needed.

    >>> import pandas as pd
    >>> from toolkit.annotation import icc_of
    >>> judged = pd.DataFrame([("first", doc_id, start, start + 8) for doc_id in "abcd" for start in (0, 9)],
    ...     columns=["coder", "doc_id", "start", "end"])
    >>> given = judged.iloc[[0, 1, 2, 3, 4]].assign(quote="Escuchan", codebook="cluetrain",
    ...     code="listening", kind="human")
    >>> icc_of(given, judged)[["code", "share", "icc", "design_effect", "items"]].round(2)
            code  share   icc  design_effect  items
    0  listening   0.62  0.57           1.57      8
    """
    if quantity not in QUANTITIES:
        raise InputError(f"quantity is '{quantity}'; {suggestion(quantity, QUANTITIES)}")
    span = ["doc_id", "start", "end"]
    judged = check("judged", judged)[[*span, "coder"]].drop_duplicates()
    given = check("annotations", annotations)[[*span, "coder", "code"]].drop_duplicates()
    given = given.merge(judged, on=[*span, "coder"])
    if given.empty:
        raise InputError("annotations: none is of an item (the same doc_id, start, end) that its coder judged.")
    items = judged.groupby(span).size().rename("judges").reset_index()
    if quantity != "share":
        if (coders := judged["coder"].nunique()) != 2:
            raise InputError(f"judged: {quantity} is of two coders, got {coders}; choose the rows of two.")
        items = items[items["judges"] == 2].reset_index(drop=True)
    doc, names = pd.factorize(items["doc_id"])
    sizes = np.bincount(doc)
    if len(names) < 2 or sizes.max() < 2:
        raise InputError(
            f"judged: {len(items):,} items in {len(names):,} documents; an intra-class correlation needs two "
            "documents, and one with two items."
        )
    codes = sorted(set(given["code"]))
    values = given.merge(items.assign(row=items.index), on=span)
    share = np.zeros((len(items), len(codes)))
    np.add.at(share, (values["row"].to_numpy(), pd.Index(codes).get_indexer(values["code"])), 1)
    share /= items["judges"].to_numpy()[:, None]
    value, parts = _linearised(share, quantity)
    icc, size = _anova_icc(parts, doc, sizes), float((sizes**2).sum() / sizes.sum())
    return pd.DataFrame(
        {
            "code": codes,
            "share": share.mean(0),
            "value": value,
            "icc": icc,
            "cluster_size": size,
            "design_effect": 1 + (size - 1) * np.maximum(icc, 0),
            "items": len(items),
            "documents": len(names),
        }
    )


def _linearised(share: np.ndarray, quantity: str) -> tuple[np.ndarray, np.ndarray]:
    """Each code's value (C), and what each item adds to it (U, C) but for a constant factor.

    ``share`` (U, C): share of the coders who gave the code; of two coders 0, 1/2 or 1. The derivatives of
    f1 = 1 - d / 2q and of kappa (as Scott's pi) = 1 - d / 2q(1-q), d being the share of items on which two coders
    differ and q the mean share of the code.
    """
    mean, differ = share.mean(0), (share == 0.5).astype(float)
    if quantity == "share":
        return mean, share
    apart = differ.mean(0)
    with np.errstate(divide="ignore", invalid="ignore"):  # a code that nobody, or everybody, always gave
        if quantity == "f1":
            return 1 - apart / (2 * mean), apart * share - mean * differ
        spread = mean * (1 - mean)
        return 1 - apart / (2 * spread), apart * (1 - 2 * mean) * share - spread * differ


def _anova_icc(values: np.ndarray, doc: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """(MSB - MSW) / (MSB + (n0 - 1) MSW) of each column of ``values`` (U, C); ``doc`` (U), ``sizes`` (documents)."""
    units, documents = len(values), len(sizes)
    sums = np.zeros((documents, values.shape[1]))
    np.add.at(sums, doc, values)
    between = (sums**2 / sizes[:, None]).sum(0) - values.sum(0) ** 2 / units
    within = (values**2).sum(0) - (sums**2 / sizes[:, None]).sum(0)
    msb, msw = between / (documents - 1), within / (units - documents)
    usual = (units - (sizes**2).sum() / units) / (documents - 1)
    bottom = msb + (usual - 1) * msw
    return np.divide(msb - msw, bottom, out=np.full(len(bottom), np.nan), where=bottom > 1e-12)
