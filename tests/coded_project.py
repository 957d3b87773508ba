"""An annotation project in which the codings of the bundled corpus have been played through sessions."""

from toolkit.annotation import Session, create_project
from toolkit.corpus import human_annotations, load_posts
from toolkit.resources import bundled_corpus


def coded_project(folder, documents, coders=("author", "second"), curators=("adjudicated",), **settings):
    """A project of the first ``documents`` doubly coded posts, coded by its coders and curators as in the corpus."""
    posts = load_posts(bundled_corpus())
    human = human_annotations(bundled_corpus(), "cluetrain", posts=posts)
    double = sorted(set(human.coverage.loc[human.coverage["coder"] == "second", "doc_id"]))[:documents]
    posts = posts[posts["doc_id"].isin(double)]
    project = create_project(folder, posts, coders=coders, curators=curators or ("curator",), **settings)
    for who in (*coders, *curators):
        play(project, who, human.annotations[human.annotations["coder"] == who], role_of(project, who))
    return project


def role_of(project, who):
    return "curator" if who in project.curators else "coder"


def play(project, who, annotations, role="coder", documents=None):
    """Let somebody decide as ``annotations`` say: every item of the documents is done, one step per document."""
    items = project.items if documents is None else project.items[project.items["doc_id"].isin(documents)]
    given = {}
    for row in annotations.itertuples():
        given.setdefault((row.doc_id, row.start, row.end), []).append(row)
    session = Session(project, who, role=role, queue=items["item"].tolist())
    for _, part in items.groupby("doc_id", sort=False):
        changes = []
        for item, doc_id, start, end in part[["item", "doc_id", "start", "end"]].itertuples(index=False, name=None):
            place = {"item": item, "doc_id": doc_id, "start": start, "end": end}
            for row in given.get((doc_id, start, end), []):
                changes.append({"do": "set", **place, "quote": row.quote, "code": row.code, "stance": row.stance})
            changes.append({"do": "done", "item": item})
        session.decide({"do": "batch", "source": "the corpus", "changes": changes})
    session.close()
