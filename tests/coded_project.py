"""An annotation project into which codings of the bundled corpus have been brought."""

from toolkit.annotation import create_project, import_annotations
from toolkit.corpus import human_annotations, load_posts
from toolkit.resources import bundled_corpus


def coded_project(folder, documents, coders=("author", "second"), curators=("adjudicated",), **settings):
    """A project of the first ``documents`` doubly coded posts, coded by its coders and curators as in the corpus.

    Names that are none of the corpus' coders have nothing to do yet.
    """
    posts = load_posts(bundled_corpus())
    human = human_annotations(bundled_corpus(), "cluetrain", posts=posts)
    double = sorted(set(human.coverage.loc[human.coverage["coder"] == "second", "doc_id"]))[:documents]
    posts = posts[posts["doc_id"].isin(double)]
    project = create_project(folder, posts, coders=coders, curators=curators or ("curator",), **settings)
    for who in (*coders, *curators):
        if who in set(human.coverage["coder"]):
            play(project, who, human.annotations[human.annotations["coder"] == who])
    return project


def play(project, who, annotations, documents=None):
    """Somebody has decided as ``annotations`` say, and every item of the documents (default: all) is done."""
    items = project.items if documents is None else project.items[project.items["doc_id"].isin(documents)]
    annotations = annotations[annotations["doc_id"].isin(items["doc_id"])]
    import_annotations(project, who, annotations, items[["doc_id", "start", "end"]], source="the corpus")
