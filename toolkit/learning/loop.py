"""Learning on growing numbers of documents, and giving people next what the machine is least sure of."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from tqdm import tqdm

from toolkit.annotation.planning.informative import order
from toolkit.annotation.projects.project import Project
from toolkit.display import Card, SelfShown, card, show
from toolkit.errors import InputError
from toolkit.learning.accuracy import accuracy, as_passages, between_people, coded_by_machine
from toolkit.learning.readings import all_reads, finished_documents, lot, machine_units, settled_reads, training_posts
from toolkit.principles import Coder, code_passages, supervised_coder
from toolkit.resampling import sample_limits, sample_weights
from toolkit.tables import check

__all__ = ["Learning", "learn", "reorder_queues"]

#: Documents of the first point of the curve: what ``supervised_coder`` asks for at least. Each further point has twice
#: as many, since accuracy grows with the logarithm of the number of examples more nearly than with the number.
_FIRST = 5
#: Documents that must be held out, lest the interval rest on one or two texts.
_FEWEST_HELD_OUT = 5


@dataclass(frozen=True, eq=False)
class Learning(SelfShown):
    """What :func:`learn` found.

    ``curve``: learning_curve table. ``coder``: learnt from all coded documents that are not held out. ``held_out``:
    doc_ids it never saw; ``reserved``: all that are held out by now or will be once they are coded (give them to
    :func:`reorder_queues` as ``avoid``). ``width``: of the interval that was asked for; ``enough``: that of the last
    point is as narrow. ``advice``: what that means, in words.

    >>> import pandas as pd
    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.learning import Learning
    >>> from toolkit.principles import coder
    >>> curve = pd.DataFrame({"documents": [10], "measure": "f1_micro", "value": 0.6, "ci_low": 0.55, "ci_high": 0.64})
    >>> found = Learning(curve, coder(load_codebook("groundswell"), "cues"), ["a"], ["a", "b"], True, "Enough.", 0.1)
    >>> found.enough, found.coder.name, found.reserved
    (True, 'machine:cues', ['a', 'b'])
    """

    curve: pd.DataFrame
    coder: Coder
    held_out: list[str]
    reserved: list[str]
    enough: bool
    advice: str
    width: float

    def _card_(self, lang: str = "en") -> Card:
        facts = {"held_out": len(self.held_out), "enough": self.enough}
        table = show(self.curve, rows=100, lang=lang)
        return card("learning", lang, facts=facts, tables=[table], notes=[self.advice])

    def __repr__(self) -> str:
        return str(self)


def learn(
    project: Project,
    *,
    share_held_out: float = 0.3,
    width: float = 0.1,
    sizes: Sequence[int] | None = None,
    with_examples: bool = True,
    repeats: int = 1000,
    confidence: float = 0.95,
    seed: int = 1,
) -> Learning:
    """Train "supervised" on growing numbers of coded documents and measure each on the held-out ones.

    Parameters
    ----------
    project : documents count as coded by a person when all their assigned items are done by one coder; held out are
        about ``share_held_out`` (0-1) of those that two coders (or a curator) finished. Whether a document is held out
        depends on its name and ``seed`` alone, so that it stays so while coding goes on, and is never learnt from.
    width : the wanted width of the interval of micro-F1; what is narrower is enough.
    sizes : numbers of documents to learn from; default 5, 10, 20 ... and all. They are taken in the order they were
        finished, so that the curve repeats what happened.
    with_examples : learn from the codebook's examples too (slower, and better with few
        documents).

    Returns
    -------
    Learning
        with the learning_curve table: per point the documents, items and annotations learnt from; micro-F1 and macro-F1
        (0-1, higher is better) against every person's reading of the held-out items, counted together (a curator's
        reading alone where there is one); interval by drawing held-out documents. The measure "people" is micro-F1
        between the coders themselves on these items: a machine that people cannot be told apart from reaches it, and
        more is not to be had. Precisely: 2 x hits / (codes of one + codes of the other), over all pairs.

    Raises
    ------
    InputError
        for too few coded or held-out documents, with how many more are needed, and for settings out of range.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.annotation import create_project, import_annotations
    >>> from toolkit.learning import learn
    >>> posts = pd.DataFrame({"doc_id": [f"p{n:02}" for n in range(30)], "lang": "es", "sha256": "",
    ...     "text": "Las marcas escuchan. La gente habla."})
    >>> given = pd.DataFrame({"doc_id": posts["doc_id"], "start": 0, "end": 20, "quote": "Las marcas escuchan.",
    ...     "stance": "endorses", "codebook": "groundswell", "code": "listening", "coder": "first", "kind": "human"})
    >>> with TemporaryDirectory() as folder:
    ...     project = create_project(Path(folder, "work"), posts, coders=["first", "second"], codebook="groundswell")
    ...     for who in project.coders:
    ...         _ = import_annotations(project, who, given.assign(coder=who), project.items)
    ...     found = learn(project, sizes=[10], with_examples=False, repeats=100)
    >>> found.curve[["documents", "measure", "value"]]
       documents   measure  value
    0         10  f1_micro    1.0
    1         10  f1_macro    1.0
    2         19    people    1.0
    """
    for name, value in (("share_held_out", share_held_out), ("width", width), ("confidence", confidence)):
        if not 0 < value < 1:
            raise InputError(f"{name}: got {value}, allowed is a number between 0 and 1.")
    for name, count, least in (("repeats", repeats, 1), ("seed", seed, 0)):
        if count < least:
            raise InputError(f"{name}: got {count}, allowed is a whole number from {least} upwards.")
    every = all_reads(project)
    reads = settled_reads(project, every)
    finished = finished_documents(project)
    double = [doc_id for doc_id, coders in finished.items() if len(coders) > 1 or set(coders) & set(project.curators)]
    held_out = [doc_id for doc_id in double if lot(doc_id, seed) < share_held_out]
    if len(held_out) < _FEWEST_HELD_OUT:
        raise InputError(
            f"{len(double)} documents were finished by two coders, and {len(held_out)} of them are held out; "
            f"{_FEWEST_HELD_OUT} are needed: have more documents coded twice, or raise share_held_out."
        )
    learnable = [doc_id for doc_id in finished if lot(doc_id, seed) >= share_held_out]
    if len(learnable) < _FIRST:
        raise InputError(
            f"{len(learnable)} coded documents are left to learn from, {_FIRST} are needed; code more of them."
        )
    steps = _sizes(sizes, len(learnable))
    gold = [read for read in reads if read.place[0] in set(held_out)]
    rows: list[tuple[object, ...]] = []
    weights = sample_weights(len(held_out), repeats, seed)
    used: Coder | None = None
    for size in tqdm(steps, desc="learning", disable=None):
        coded = training_posts(project, reads, learnable[:size])
        used = supervised_coder(project.codebook, coded, with_examples=with_examples)
        given = coded_by_machine(project, used, gold)
        for measure, values in accuracy(project.codebook.code_ids, gold, given, held_out, weights).items():
            low, high = _limits(values, len(held_out), confidence)
            facts = (size, len(coded.units), len(coded.annotations))
            rows.append((*facts, measure, values[0], low, high, len(gold)))
    assert used is not None
    coders = [read for read in every if read.place[0] in set(held_out) and read.coder in project.coders]
    people = between_people(coders, held_out, weights)
    low, high = _limits(people, len(held_out), confidence)
    rows.append((len(learnable), 0, 0, "people", people[0], low, high, len(coders)))
    columns = ["documents", "items", "annotations", "measure", "value", "ci_low", "ci_high", "n"]
    curve = check("learning_curve", pd.DataFrame(rows, columns=columns))
    enough, advice = _advice(curve, width, len(held_out))
    reserved = [doc_id for doc_id in project.texts if lot(doc_id, seed) < share_held_out]
    return Learning(curve, used, held_out, reserved, enough, advice, width)


def reorder_queues(
    project: Project, coder: Coder, *, coders: Sequence[str] | None = None, avoid: Sequence[str] = ()
) -> dict[str, int]:
    """Put what a machine is least sure of first in the queues of people; returns how many open items each has.

    ``avoid``: documents that are to stay where they are: ``Learning.reserved``, since choosing by difficulty among
    those that are held out, or will be, would bend what is measured on them. Recorded in ``queues.jsonl``.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.annotation import create_project
    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.learning import reorder_queues
    >>> from toolkit.principles import coder
    >>> posts = pd.DataFrame({"doc_id": ["a", "b"], "lang": "es", "sha256": "",
    ...     "text": ["Llueve hoy.", "Las marcas escuchan."]})
    >>> with TemporaryDirectory() as folder:
    ...     project = create_project(Path(folder, "work"), posts, coders=["first"], codebook="groundswell")
    ...     print(reorder_queues(project, coder(load_codebook("groundswell"), "cues")))
    ...     project.queue("first")
    {'first': 2}
    ['b:s0-20', 'a:s0-11']
    """
    chosen = project.coders if coders is None else [coders] if isinstance(coders, str) else list(coders)
    avoid = [avoid] if isinstance(avoid, str) else list(avoid)
    still: dict[str, list[str]] = {}
    for who in chosen:
        state = project.state(who)
        still[who] = [item for item in project.queue(who) if not state.item(item).status]
    wanted = {item for items in still.values() for item in items}
    items = project.items[project.items["item"].isin(wanted) & ~project.items["doc_id"].isin(avoid)]
    if not len(items):
        return {who: len(own) for who, own in still.items()}
    # where stretches are chosen freely a machine reads sentences, as it learnt to, and not whole texts
    units = machine_units(project) if project.unit == "span" else items
    passages = as_passages(project, units[units["doc_id"].isin(items["doc_id"])].reset_index(drop=True))
    posts = project.posts[project.posts["doc_id"].isin(items["doc_id"])].reset_index(drop=True)
    scores = code_passages(
        posts, passages, project.codebook, method=coder, furniture=project.furniture, every_language=True
    ).scores
    ranked = order(items.reset_index(drop=True), scores=scores, unscored="last")["item"].tolist()
    moved = set(ranked)
    for who, own in still.items():
        mine = set(own)
        turns = iter([item for item in ranked if item in mine])
        queue = [next(turns) if item in moved else item for item in own]
        project.reorder(who, queue, f"least sure first, by {coder.name}")
    return {who: len(own) for who, own in still.items()}


def _limits(values: np.ndarray, documents: int, confidence: float) -> tuple[float, float]:
    low, high = sample_limits(values[1:, None], documents, confidence)
    return float(low[0]), float(high[0])


def _sizes(sizes: Sequence[int] | None, most: int) -> list[int]:
    if sizes is None:
        steps, size = [], _FIRST
        # the last step is at least half as long again as the one before, else it would tell nothing
        while 3 * size <= 2 * most:
            steps.append(size)
            size *= 2
        return [*steps, most]
    chosen = [int(size) for size in sizes if _FIRST <= size <= most and size == int(size)]
    wrong = [size for size in sizes if size not in chosen]
    if wrong or not chosen:
        told = wrong[0] if wrong else "none"
        raise InputError(f"sizes: got {told}, allowed are numbers of documents from {_FIRST} to {most}.")
    return sorted(set(chosen))


def _advice(curve: pd.DataFrame, width: float, held_out: int) -> tuple[bool, str]:
    """Is the interval narrow enough, and if not, how many more documents make it so (widths shrink as 1/sqrt(n))."""
    points = curve[curve["measure"] == "f1_micro"]
    last = points.iloc[-1]
    own = float(last["ci_high"] - last["ci_low"])
    if np.isnan(own):
        return False, (
            f"no code occurs in the {held_out} held-out documents, or in too few of them for an interval: have more "
            "documents coded by two."
        )
    said = (
        f"micro-F1 {last['value']:.2f} [{last['ci_low']:.2f}, {last['ci_high']:.2f}] after {last['documents']} "
        f"documents, on {held_out} held-out ones"
    )
    gain = 0.0
    if len(points) > 1:
        gain = float(last["value"] - points.iloc[-2]["value"])
        said += f" ({gain:+.2f} since {points.iloc[-2]['documents']})"
    if own <= width:
        said += f": the interval is {own:.2f} wide, as narrow as asked for ({width:.2f}). Enough to know how good it is"
        # growth that half the interval would not hide is worth a word
        return (
            True,
            f"{said}; it still grew, so that more coded texts may make it better." if gain > width / 2 else f"{said}.",
        )
    more = int(np.ceil(held_out * (own / width) ** 2)) - held_out
    return False, (
        f"{said}: the interval is {own:.2f} wide, {width:.2f} was asked for; about {more} more held-out documents "
        "coded by two would make it so."
    )
