"""What the orders and sample sizes of toolkit/annotation are worth on the bundled corpus. Prints Markdown.

    python tests/benchmarks/annotation_sampling.py [--coders cues,examples,hybrid] [--repeats 2000] [--seed 1]

Mistakes: sentences of the bundled corpus, without furniture, to which a machine coder gives other codes of cluetrain
than the author. Area under the curve (AUC): how often a mistake comes before a sentence coded alike, .5 by chance.
"hybrid" codes each post by a model that did not see it. Coders read with the first sentence encoder, whatever is
installed. "largest": entropy of the least sure code alone, to be compared with the sum over codes that ``order`` takes.

Sizes: the posts that author and second coded. How many items ``items_for_width`` asks for, to have the width that the
bootstrap over documents finds in these posts, as a multiple of the items they have: 1 is right, more is too cautious.

Took 36 seconds on two cores; longer the first time, when the coder "examples" is learnt.
"""

import argparse
import time
from collections.abc import Iterator

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from toolkit.annotation.planning.icc import icc_of
from toolkit.annotation.planning.informative import order
from toolkit.annotation.planning.sample_size import items_for_width
from toolkit.codebook import load_codebook
from toolkit.corpus import HumanAnnotations, human_annotations, load_posts, mark_furniture, segment
from toolkit.principles import code_passages, coder
from toolkit.principles.coders import encoders_here
from toolkit.resampling import sample_limits, sample_weights
from toolkit.resources import bundled_corpus

BOOK = load_codebook("cluetrain")
SPAN = ["doc_id", "start", "end"]
LIMITS = (1, 2, 3, 5, 10**6)
#: So many copies of the corpus are ordered to see how long it takes.
COPIES = 20


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--coders", default="cues,examples,hybrid")
    parser.add_argument("--repeats", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    human = human_annotations(bundled_corpus(), BOOK.id)
    mistakes(human, given.coders.split(","))
    for quantity in ("f1", "kappa"):
        sizes(human, quantity, sample_weights(40, given.repeats, given.seed))


# ---- mistakes --------------------------------------------------------------------------------------------


def mistakes(human: HumanAnnotations, coders: list[str]) -> None:
    posts = load_posts(bundled_corpus())
    passages = segment(posts, mark_furniture(posts)).merge(human.units[SPAN], on=SPAN)
    passages = passages[~passages["furniture"]].reset_index(drop=True)
    items = passages.rename(columns={"passage_id": "item"})[["item", *SPAN, "unit", "lang"]]
    author = codes_of(human.annotations[human.annotations["coder"] == "author"])
    found, heads = [], []
    for name in coders:
        used = coder(BOOK, name, encoders=encoders_here()[:1])
        scores = code_passages(posts, passages, BOOK, method=used).scores
        machine = codes_of(scores[scores["decided"]])
        ranked = order(items, scores=scores, unscored="last")
        margin = order(items, scores=scores, measure="margin", unscored="last").set_index("item")["value"]
        scored = ranked[ranked["value"].notna()].reset_index(drop=True)
        wrong = wrong_of(scored, author, machine)
        values = scored["value"], scored["item"].map(margin), largest(scored, scores)
        auc = " | ".join(f"{roc_auc_score(wrong, value):.2f}" for value in values)
        found.append(f"| {name} | {len(items):,} | {len(scored):,} | {wrong.mean():.0%} | {auc} |")
        for limit in LIMITS:
            head = order(items, scores=scores, per_document=limit, unscored="last").head(len(scored) // 10)
            share = wrong_of(head, author, machine).mean()
            word = f"{limit}" if limit < 10**6 else "no limit"
            heads.append(f"| {name} | {word} | {len(head)} | {share:.0%} | {head['doc_id'].nunique()} |")
    print("## Does uncertainty find mistakes?\n")
    print("| coder | sentences | with scores | of these mistakes | AUC of entropy | AUC of margin | AUC of largest |")
    print("|---|---:|---:|---:|---:|---:|---:|\n" + "\n".join(found))
    print("\n## The first tenth of the queue by entropy\n")
    print("| coder | per_document | sentences | mistakes | posts |\n|---|---:|---:|---:|---:|\n" + "\n".join(heads))
    print("\n## How long an order takes, with the scores of the last coder\n")
    print("| how | items | scores | seconds | processor seconds |\n|---|---:|---:|---:|---:|", flush=True)
    speed(items, scores, human)


def codes_of(table: pd.DataFrame) -> dict[tuple[str, int, int], set[str]]:
    """The codes of each place that has any."""
    codes: dict[tuple[str, int, int], set[str]] = {}
    for doc_id, start, end, code in table[[*SPAN, "code"]].itertuples(index=False, name=None):
        codes.setdefault((doc_id, start, end), set()).add(code)
    return codes


def wrong_of(items: pd.DataFrame, first: dict, second: dict) -> np.ndarray:
    """Of each item whether its codes differ."""
    places = items[SPAN].itertuples(index=False, name=None)
    return np.array([first.get(place, set()) != second.get(place, set()) for place in places])


def largest(items: pd.DataFrame, scores: pd.DataFrame) -> np.ndarray:
    """Of each item the entropy of its least sure code, which is that of the score nearest to one half."""
    sure = (scores["score"] - 0.5).abs().groupby([scores[name] for name in SPAN]).min()
    return 0.5 - sure.reindex(pd.MultiIndex.from_frame(items[SPAN])).to_numpy()


def speed(items: pd.DataFrame, scores: pd.DataFrame, human: HumanAnnotations) -> None:
    judged = human.coverage.merge(human.units, on="doc_id")[["coder", *SPAN]]
    items, scores, annotations, judged = (copied(table) for table in (items, scores, human.annotations, judged))
    coded = {"annotations": annotations, "judged": judged}
    for how, words, tables in (
        ("uncertainty", "uncertainty, entropy", {"scores": scores}),
        ("uncertainty", "uncertainty, margin", {"scores": scores, "measure": "margin"}),
        ("disagreement", "disagreement of people", coded),
        ("disagreement", "disagreement of people and machine", {**coded, "scores": scores}),
    ):
        began, worked = time.perf_counter(), time.process_time()
        order(items, how, **tables, unscored="last")
        seconds = f"{time.perf_counter() - began:.1f} | {time.process_time() - worked:.1f}"
        print(f"| {words} | {len(items):,} | {len(scores) if 'scores' in tables else 0:,} | {seconds} |", flush=True)


def copied(table: pd.DataFrame) -> pd.DataFrame:
    names = [name for name in ("doc_id", "item") if name in table]
    copies = [table.assign(**{name: table[name] + f"#{copy}" for name in names}) for copy in range(COPIES)]
    return pd.concat(copies, ignore_index=True)


# ---- sizes -----------------------------------------------------------------------------------------------


def sizes(human: HumanAnnotations, quantity: str, weights: np.ndarray) -> None:
    both = human.coverage.loc[human.coverage["coder"] == "second", "doc_id"]
    units = human.units[human.units["doc_id"].isin(both)]
    judged = pd.concat([units.assign(coder=who) for who in ("author", "second")])
    coded = human.annotations[human.annotations["coder"].isin(["author", "second"])]
    plain, own = (icc_of(coded, judged, quantity=name).set_index("code") for name in ("share", quantity))
    rows = pd.DataFrame(list(asked(coded, units, quantity, weights, plain, own)))
    print(f"\n## Items asked for, of {len(units):,} in {both.nunique()} posts coded twice: {quantity}\n")
    print("| code | codes | value | width | icc of the code | own icc | one by one | with the code's | with its own |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for code, count, value, width, *rest in rows.itertuples(index=False, name=None):
        print(
            f"| {code} | {count} | {value:.2f} | {width:.2f} | " + " | ".join(f"{number:.2f}" for number in rest) + " |"
        )
    for name, pick in (("median", np.median), ("least", np.min), ("most", np.max)):
        numbers = " | ".join(f"{pick(rows[column]):.2f}" for column in rows.columns[-3:])
        print(f"| {name} of {len(rows)} codes | | | | | | {numbers} |")


def asked(
    coded: pd.DataFrame, units: pd.DataFrame, quantity: str, weights: np.ndarray, plain: pd.DataFrame, own: pd.DataFrame
) -> Iterator[dict[str, object]]:
    """For each code its bootstrap interval, and how many times the items in hand the formulas ask for that width."""
    places, doc = pd.MultiIndex.from_frame(units[SPAN]), pd.factorize(units["doc_id"])[0]
    for code in plain.index:
        mine = coded[coded["code"] == code]
        gave = [
            places.isin(pd.MultiIndex.from_frame(mine.loc[mine["coder"] == who, SPAN])) for who in ("author", "second")
        ]
        columns = (gave[0] & gave[1], gave[0] ^ gave[1], np.ones(len(units)))
        agreed, apart, whole = (weights @ np.bincount(doc, column) for column in columns)
        share = (agreed + apart / 2) / whole
        f1, kappa = 2 * agreed / (2 * agreed + apart), 1 - apart / whole / (2 * share * (1 - share))
        values = f1 if quantity == "f1" else kappa
        low, high = sample_limits(values[1:, None], weights.shape[1], 0.95)
        width = float(high[0] - low[0])
        options = {"quantity": quantity, "expected": float(values[0]), "prevalence": float(share[0])}
        clustered = {**options, "cluster_size": float(plain["cluster_size"][code])}
        needs = [
            items_for_width(width, **options),
            items_for_width(width, **clustered, icc=float(plain["icc"][code])),
            items_for_width(width, **clustered, icc=float(own["icc"][code])),
        ]
        yield {
            "code": code, "codes": int(gave[0].sum() + gave[1].sum()), "value": values[0], "width": width,
            "icc": plain["icc"][code], "own": own["icc"][code],
            **{f"asked {number}": need.items / len(units) for number, need in enumerate(needs)},
        }  # fmt: skip


if __name__ == "__main__":
    main()
