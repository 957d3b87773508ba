"""Do themes hold across languages? Agreement on translations, on passages of one code, and with coded posts."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from toolkit.errors import InputError

__all__ = ["CodeAgreement", "PairAgreement", "SameCode", "code_agreement", "pair_agreement", "same_code_contrast"]


class PairAgreement(NamedTuple):
    """``agreement`` (0-1): pairs in one theme. ``chance`` (0-1): expected without any relation. ``kappa``:
    (agreement - chance) / (1 - chance), 1 perfect, 0 chance (Cohen 1960). ``p_value``: of the permutation test."""

    agreement: float
    chance: float
    kappa: float
    p_value: float


class SameCode(NamedTuple):
    """``same``, ``different`` (0-1): pairs of passages, one in each language, in one theme, with one code and with
    two; nan without such a pair. ``ratio``: same / different, 1 is chance, higher is better. ``p_value``: of the
    permutation test."""

    same: float
    different: float
    ratio: float
    p_value: float


class CodeAgreement(NamedTuple):
    """``ami``: adjusted mutual information of theme and code (0 chance, 1 perfect; Vinh, Epps & Bailey 2010, JMLR
    11), with the limits ``low`` and ``high`` of its interval. ``purity`` (0-1): units whose code is the commonest of
    their theme; ``purity_chance``: its mean when codes are permuted. ``p_value``: of AMI, by permutation."""

    ami: float
    low: float
    high: float
    purity: float
    purity_chance: float
    p_value: float


def pair_agreement(
    first: Sequence[int] | np.ndarray,
    second: Sequence[int] | np.ndarray,
    *,
    strata: Sequence[str] | None = None,
    permutations: int = 999,
    seed: int = 1,
) -> PairAgreement:
    """How often the two members of a pair (a text and its translation) are in one theme.

    ``strata``: chance is taken within these groups of pairs only (default: all one group). Give source and length of
    the pairs, otherwise themes that only tell long from short passages, or one source from another, look good.

    >>> from toolkit.topics.languages import pair_agreement
    >>> found = pair_agreement([0, 0, 1, 1, 2, 2], [0, 0, 1, 1, 2, 0], permutations=99)  # texts and translations
    >>> round(found.agreement, 2), round(found.chance, 2), round(found.kappa, 2)
    (0.83, 0.33, 0.75)
    """
    ours, theirs = np.asarray(first), np.asarray(second)
    if len(ours) != len(theirs) or not len(ours):
        raise InputError(f"pairs: {len(ours)} first and {len(theirs)} second members; give one theme for each.")
    groups = np.zeros(len(ours), dtype=int) if strata is None else np.unique(list(strata), return_inverse=True)[1]
    if len(groups) != len(ours):
        raise InputError(f"pairs: {len(ours)} pairs and {len(groups)} strata; give one for each pair.")
    members = [np.flatnonzero(groups == group) for group in range(groups.max() + 1)]
    chance = 0.0
    for rows in members:
        names = np.unique(np.concatenate([ours[rows], theirs[rows]]))
        chance += sum((ours[rows] == name).sum() * (theirs[rows] == name).mean() for name in names)
    chance /= len(ours)
    agreement = float((ours == theirs).mean())
    random = np.random.default_rng(seed)
    reached = 0
    shuffled = theirs.copy()
    for _ in range(permutations):
        for rows in members:
            shuffled[rows] = theirs[random.permutation(rows)]
        reached += int((ours == shuffled).mean() >= agreement - 1e-12)
    kappa = (agreement - chance) / (1 - chance) if chance < 1 - 1e-12 else float("nan")
    return PairAgreement(agreement, float(chance), float(kappa), float(reached + 1) / (permutations + 1))


def same_code_contrast(
    themes: Sequence[int] | np.ndarray,
    codes: Sequence[str],
    langs: Sequence[str],
    *,
    permutations: int = 999,
    seed: int = 1,
) -> SameCode:
    """How often passages of two languages are in one theme if they have one code, beside passages with two codes.

    All pairs of one passage in the first language and one in the second (sorted by name). Permuted are the codes
    within each language.

    >>> from toolkit.topics.languages import same_code_contrast
    >>> themes, codes = [0, 0, 1, 1, 0, 0, 1, 1], ["trust", "trust", "price", "price"] * 2
    >>> found = same_code_contrast(themes, codes, ["es"] * 4 + ["it"] * 4, permutations=99)
    >>> found.same, found.different
    (1.0, 0.0)
    """
    spoken = np.asarray(langs, dtype=str)
    names = sorted(set(spoken.tolist()))
    if len(names) != 2 or not len(themes) == len(codes) == len(spoken):
        raise InputError(
            f"same codes: {len(themes)} themes, {len(codes)} codes, {len(spoken)} languages of {len(names)} kinds; "
            "give one of each for every passage, and two languages."
        )
    theme_of = np.unique(np.asarray(themes), return_inverse=True)[1]
    code_of = np.unique(np.asarray(codes, dtype=str), return_inverse=True)[1]
    here, there = (np.flatnonzero(spoken == name) for name in names)
    tables = (np.eye(code_of.max() + 1), np.eye(theme_of.max() + 1)[theme_of])

    def contrast(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
        # counts of code x theme in each language: pairs need not be listed
        left, right = tables[0][one].T @ tables[1][here], tables[0][other].T @ tables[1][there]
        together = left @ right.T
        pairs = np.outer(left.sum(1), right.sum(1))
        same, both = np.trace(together), np.trace(pairs)
        return same / max(both, 1), (together.sum() - same) / max(pairs.sum() - both, 1)

    same, different = contrast(code_of[here], code_of[there])
    alike = sum(int((code_of[here] == code).sum() * (code_of[there] == code).sum()) for code in set(code_of.tolist()))
    random = np.random.default_rng(seed)
    reached = 0
    for _ in range(permutations):
        a, b = contrast(code_of[random.permutation(here)], code_of[random.permutation(there)])
        reached += a - b >= same - different - 1e-12
    # of no pairs there is no share
    same = same if alike else float("nan")
    different = different if alike < len(here) * len(there) else float("nan")
    ratio = same / different if different > 0 else float("nan")
    return SameCode(float(same), float(different), float(ratio), float(reached + 1) / (permutations + 1))


def code_agreement(
    themes: Sequence[int] | np.ndarray,
    codes: Sequence[str],
    *,
    posts: Sequence[str] | None = None,
    repeats: int = 500,
    permutations: int = 200,
    confidence: float = 0.95,
    seed: int = 1,
) -> CodeAgreement:
    """How well themes agree with codes: one theme and one code for each unit (a post, or a coded sentence).

    The interval is a bootstrap over ``posts`` (default: each unit its own), the percentile limits moved by the
    bootstrap's bias: a sample with repeats has fewer different units, which raises mutual information.

    >>> from toolkit.topics.languages import code_agreement
    >>> codes = ["trust", "trust", "price", "price", "trust", "price"] * 3
    >>> found = code_agreement([0, 0, 1, 1, 0, 1] * 3, codes, repeats=50)
    >>> found.ami, found.purity, bool(found.p_value < 0.05)
    (1.0, 1.0, True)
    """
    from sklearn.metrics import adjusted_mutual_info_score

    theme_of, code_of = np.asarray(themes), np.unique(np.asarray(codes, dtype=str), return_inverse=True)[1]
    owners = np.arange(len(theme_of)) if posts is None else np.unique(list(posts), return_inverse=True)[1]
    if not len(theme_of) == len(code_of) == len(owners) or len(theme_of) < 2:
        raise InputError(
            f"codes: {len(theme_of)} themes, {len(code_of)} codes and {len(owners)} posts; give one of each for "
            "every unit, two units or more."
        )
    if repeats < 1 or not 0 < confidence < 1:
        raise InputError(
            f"codes: repeats is {repeats} and confidence {confidence}; give one repeat or more, and a confidence "
            "between 0 and 1."
        )

    def ami(rows: np.ndarray) -> float:
        return float(adjusted_mutual_info_score(code_of[rows], theme_of[rows]))

    every = np.arange(len(theme_of))
    value, pure = ami(every), _purity(theme_of, code_of)
    random = np.random.default_rng(seed)
    members = [np.flatnonzero(owners == owner) for owner in range(owners.max() + 1)]
    drawn = [
        ami(np.concatenate([members[owner] for owner in random.integers(len(members), size=len(members))]))
        for _ in range(repeats)
    ]
    shift = value - float(np.mean(drawn))
    low, high = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2]) + shift
    reached, purities = 0, []
    for _ in range(permutations):
        shuffled = random.permutation(code_of)
        reached += adjusted_mutual_info_score(shuffled, theme_of) >= value - 1e-12
        purities.append(_purity(theme_of, shuffled))
    p_value = float(reached + 1) / (permutations + 1)
    return CodeAgreement(value, float(low), float(high), pure, float(np.mean(purities)), p_value)


def _purity(themes: np.ndarray, codes: np.ndarray) -> float:
    return float(sum(np.bincount(codes[themes == theme]).max() for theme in np.unique(themes)) / len(themes))
