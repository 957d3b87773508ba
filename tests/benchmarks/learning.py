"""How good a coder gets that learns from people's decisions as they come in. Prints Markdown.

    python tests/benchmarks/learning.py [--without-examples] [--seed 1]

The codings of the bundled corpus (author: all posts, second: forty) are brought into an annotation project and learnt
from in the order of their names; held out are those of the forty that the lot of ``toolkit.learning.learn`` picks.
"""

import argparse
import tempfile
from pathlib import Path

from toolkit.annotation import create_project, import_annotations
from toolkit.corpus import human_annotations, load_posts
from toolkit.learning import learn
from toolkit.resources import bundled_corpus


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--without-examples", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    posts = load_posts(bundled_corpus())
    human = human_annotations(bundled_corpus(), "cluetrain", posts=posts)
    with tempfile.TemporaryDirectory() as folder:
        project = create_project(Path(folder) / "project", posts, coders=["author", "second"])
        for who in project.coders:
            covered = set(human.coverage.loc[human.coverage["coder"] == who, "doc_id"])
            own = human.annotations[human.annotations["coder"] == who]
            items = project.items[project.items["doc_id"].isin(covered)]
            import_annotations(project, who, own, items[["doc_id", "start", "end"]])
        found = learn(project, with_examples=not given.without_examples, seed=given.seed)
    print("| documents | codes learnt from | micro-F1 | | macro-F1 | |")
    print("|---:|---:|---:|---|---:|---|")
    for documents, part in found.curve[found.curve["measure"] != "people"].groupby("documents"):
        rows = part.set_index("measure")
        found_here = [rows.loc[measure] for measure in ("f1_micro", "f1_macro")]
        cells = [f"{one['value']:.2f} | {one['ci_low']:.2f} to {one['ci_high']:.2f}" for one in found_here]
        print(f"| {documents} | {rows['annotations'].iloc[0]:,} | {' | '.join(cells)} |")
    people = found.curve[found.curve["measure"] == "people"].iloc[0]
    print(f"\nPeople between themselves: {people['value']:.2f} [{people['ci_low']:.2f}, {people['ci_high']:.2f}].")
    print(found.advice)


if __name__ == "__main__":
    main()
