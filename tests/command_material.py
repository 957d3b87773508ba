"""The files that the examples of ``--help`` name, small: a corpus, codings, a project, texts of one's own."""

import json
import re
import shutil
from pathlib import Path

import nbformat
import pandas as pd
from coded_project import coded_project
from conftest import write_posts
from nbformat.v4 import new_markdown_cell, new_notebook

from toolkit.corpus import human_annotations, load_posts
from toolkit.exchange import write_annotations
from toolkit.loading import load_to
from toolkit.resources import bundled_corpus, data_file
from toolkit.storage import write_file

#: Posts of the bundled corpus that two people coded.
POSTS = 10
#: Posts of the project, enough that a machine can be tried on some of them.
CODED = 20
MINE = "Antes de hablar hay que escuchar a los clientes. El blog contestó las quejas en una hora."


def write_material(folder: Path) -> Path:
    """Write everything that an example may name; returns the folder."""
    posts = load_posts(bundled_corpus())
    human = human_annotations(bundled_corpus(), "cluetrain", posts=posts)
    second = sorted(set(human.coverage.loc[human.coverage["coder"] == "second", "doc_id"]))
    some = [doc_id for doc_id in second if doc_id.startswith("es")][: POSTS // 2]
    some += [doc_id for doc_id in second if doc_id.startswith("it")][: POSTS // 2]
    _corpus(folder / "corpus", some)
    codings = human.annotations[human.annotations["doc_id"].isin(some)]
    for who in ("author", "second", "adjudicated"):
        write_file(codings[codings["coder"] == who], folder / f"{who}.jsonl")
    machine = codings[codings["coder"] == "second"].assign(coder="machine", kind="machine", codebook_version="1.1.0")
    write_file(machine, folder / "codes.jsonl")
    texts = posts[posts["doc_id"].isin(some)]
    own = codings[codings["coder"] == "author"]
    for name, kind in (("coded.jsonl", "jsonl"), ("brat_folder", "brat"), ("export.json", "label-studio")):
        write_annotations(own, folder / name, kind, texts=texts)
    _projects(folder)
    _texts(folder)
    return folder


def _corpus(folder: Path, doc_ids: list[str]) -> None:
    whole = bundled_corpus()
    (folder / "annotations").mkdir(parents=True)
    for doc_id in doc_ids:
        (found,) = (whole / "texts").glob(f"{doc_id}.*")
        (folder / "texts" / found.parent.name).mkdir(parents=True, exist_ok=True)
        shutil.copy(found, folder / "texts" / found.parent.name)
    for path in sorted((whole / "annotations").glob("*.jsonl")):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if json.loads(line)["doc_id"] in doc_ids]
        (folder / "annotations" / path.name).write_text("".join(kept), encoding="utf-8")
    coverage = pd.read_csv(whole / "annotations" / "coverage.csv")
    kept = coverage[coverage["doc_id"].isin(doc_ids) & (coverage["codebook"] == "cluetrain")]
    kept.to_csv(folder / "annotations" / "coverage.csv", index=False)


def _projects(folder: Path) -> None:
    from toolkit.annotation import export_spreadsheet

    project = coded_project(folder / "my_project", CODED, curators=())
    export_spreadsheet(project, "author", folder / "sheet.csv")
    whole = data_file("codebooks", "cluetrain.yaml").read_text(encoding="utf-8")
    bare = re.sub(r"(?m)^(cue_files|example_files):.*\n", "", whole)
    (folder / "my_codebook.yaml").write_text(bare, encoding="utf-8")
    (folder / "cluetrain_next.yaml").write_text(bare.replace("version: 1.1.0", "version: 1.2.0", 1), encoding="utf-8")


def _texts(folder: Path) -> None:
    write_posts(folder / "my_blog")
    (folder / "letter.txt").write_text(MINE, encoding="utf-8")
    shutil.copy(bundled_corpus("formatos") / "wordpress.xml", folder / "export.xml")
    (folder / "posts.csv").write_text(f"contenido,fecha\n{MINE},2009-05-01\n", encoding="utf-8")
    press = folder / "press" / "es" / "Pauta chica"
    press.mkdir(parents=True)
    (press / "2011-09-07_Diez consejos.txt").write_text(MINE, encoding="utf-8")
    (folder / "authors.csv").write_text("file,author\n2011-09-07_Diez consejos.txt,Ana\n", encoding="utf-8")
    load_to([folder / "my_blog"], folder / "corpus_of_mine")
    (folder / "my_study.toml").write_text('[study]\nparts = ["words"]\n[corpus]\npath = "my_blog"\n', encoding="utf-8")
    notebook = new_notebook(cells=[new_markdown_cell("# A study", id="header")])
    nbformat.write(notebook, folder / "study_preached_and_broken.ipynb")
