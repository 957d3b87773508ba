"""Trains the models of the bundled codebooks that come with the package, and writes them to toolkit/data/models.

    python tests/benchmarks/train_coder.py [CODEBOOK ...] [--e5]

Learnt from a codebook's examples and the coded posts of the bundled corpus: of cluetrain the adjudicated codes of posts
coded twice and the author's of the others, of the further codebooks the reader's. With --e5 (needs that extra) the
model with both encoders, which travels for cluetrain only. cluetrain takes five to fifteen minutes and 8 GB. To be run
whenever a codebook, its cues, its examples or the corpus's codings have changed (tests/test_learnt.py says when they
have); the files follow from those alone.
"""

import sys
import time

import pandas as pd

from toolkit.cache import key_of
from toolkit.codebook import codebook_names, load_codebook
from toolkit.corpus import human_annotations, load_posts
from toolkit.principles.coders import CodedPosts, encoders_here, made_from
from toolkit.principles.model_file import write_model
from toolkit.principles.training import train, training_set
from toolkit.resources import bundled_corpus, data_file

BOOK = "cluetrain"


def bundled_codings(name: str = BOOK) -> CodedPosts:
    """The bundled posts with one coding each: adjudicated where they were coded twice."""
    posts = load_posts(bundled_corpus())
    human = human_annotations(bundled_corpus(), name, posts=posts)
    twice = set(human.coverage.loc[human.coverage["coder"] == "adjudicated", "doc_id"])
    who = human.annotations["coder"]
    final = (who != "second") & ((who == "adjudicated") | ~human.annotations["doc_id"].isin(twice))
    return CodedPosts(posts, human.units, human.annotations[final])


def copies() -> list[tuple[str, str]]:
    """Pairs of bundled posts with the same text."""
    table = pd.read_csv(bundled_corpus() / "annotations" / "duplicates.csv")
    return list(zip(table["doc_id"], table["copy_of"], strict=True))


def codings_digest(name: str = BOOK) -> str:
    """A digest of the codings and of the texts they stand on."""
    coded = bundled_codings(name)
    columns = ["doc_id", "start", "end", "code", "stance"]
    rows = sorted(map(str, coded.annotations[columns].to_numpy().tolist()))
    units = sorted(map(str, coded.units.to_numpy().tolist()))
    return key_of([*rows, *units, *sorted(coded.posts["sha256"])])


def main() -> None:
    encoders = encoders_here() if "--e5" in sys.argv else encoders_here()[:1]
    if "--e5" in sys.argv and len(encoders) < 2:
        raise SystemExit("the second encoder is not installed: pip install 'cluetrain-toolkit[e5]'")
    for name in [word for word in sys.argv[1:] if word != "--e5"] or codebook_names():
        began = time.perf_counter()
        book = load_codebook(name)
        material = training_set(book, *bundled_codings(name), copies=copies(), most=None)
        model = train(material, book, encoders)
        model = model._replace(facts={**model.facts, "codings": codings_digest(name)})
        path = data_file("models") / f"{name}_{len(encoders)}.npz"
        write_model(path, model, made_from(book, encoders))
        print(f"{path.name}: {model.facts}, cut {model.cut:.2f}, {path.stat().st_size / 1e6:.1f} MB")
        print(f"{time.perf_counter() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
