"""The data statement says what is counted, and the bundled corpus is what the data statement says."""

import json
import re

import pandas as pd
import pytest
import write_counts

from toolkit.codebook import codebook_names, load_codebook
from toolkit.corpus import human_annotations, load_posts, segment
from toolkit.resources import bundled_corpus

FOLDER = bundled_corpus()
NOTES = FOLDER / "annotations"


@pytest.fixture(scope="module")
def posts():
    return load_posts(FOLDER)


@pytest.fixture(scope="module")
def copies():
    return load_posts(FOLDER / "copies")


@pytest.fixture(scope="module")
def human(posts):
    return human_annotations(FOLDER, posts=posts)


def rows(name):
    return [json.loads(line) for line in (NOTES / name).read_text(encoding="utf-8").splitlines()]


def test_every_table_of_the_statement_is_what_is_counted():
    text = write_counts.STATEMENT.read_text(encoding="utf-8")
    assert text.count("<!-- counts: ") >= 4
    assert text.count("<!-- agreement -->") == 1
    assert write_counts.filled(text) == text


# ---- posts -----------------------------------------------------------------------------------------------


def test_genres_and_countries_are_balanced(posts):
    assert posts["genre"].nunique() == 10
    assert posts["genre"].value_counts().min() >= 10
    assert set(posts["country"]) == {"ES", "AR", "MX", "CO", "CL", "IT"}
    assert posts.loc[posts["lang"] == "es", "country"].value_counts().min() >= 11
    assert posts["date"].str[:4].nunique() == 12


def test_posts_have_the_length_of_posts(posts):
    words = posts["text"].str.split().str.len()
    assert words.between(240, 710).all(), posts.loc[~words.between(240, 710), "doc_id"].tolist()


def test_no_two_posts_share_a_title_or_a_sentence(posts):
    assert posts["title"].is_unique
    passages = segment(posts)
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    quotes = pd.DataFrame(
        {
            "doc_id": passages["doc_id"],
            "quote": [
                texts[d][a:b] for d, a, b in zip(*(passages[c] for c in ("doc_id", "start", "end")), strict=True)
            ],
        }
    ).drop_duplicates()
    quotes = quotes[quotes["quote"].str.split().str.len() >= 6]
    assert quotes["quote"].nunique() > 3000
    assert quotes.loc[quotes["quote"].duplicated(), "quote"].tolist() == []


def test_only_reserved_hosts_are_named(posts, copies):
    hosts = re.compile(r"(?:https?://|www\.)([\w.-]+)|[\w.+-]+@([\w-]+\.[\w.]+)")
    for text in [*posts["text"], *copies["text"]]:
        for match in hosts.finditer(text):
            host = (match[1] or match[2]).rstrip(".")
            assert re.search(r"(?:^|\.)example\.(?:org|com|net)$", host), host


# ---- copies ----------------------------------------------------------------------------------------------


def test_a_fifth_of_the_posts_has_a_scraped_twin(copies):
    duplicates = pd.read_csv(NOTES / "duplicates.csv")
    assert sorted(duplicates["doc_id"]) == sorted(copies["doc_id"])
    assert (duplicates["how"] == "scraped twin").sum() >= 24
    assert duplicates["how"].str.startswith("repost").sum() >= 12


def test_a_twin_without_its_furniture_and_repeats_is_the_post(posts, copies):
    originals = dict(zip(posts["doc_id"], posts["text"], strict=True))
    added = [
        row for name in ("furniture_es", "furniture_it", "repeats_es", "repeats_it") for row in rows(f"{name}.jsonl")
    ]
    for row in pd.read_csv(NOTES / "duplicates.csv").query("how == 'scraped twin'").itertuples():
        text = copies.loc[copies["doc_id"] == row.doc_id, "text"].iloc[0]
        spans = [r for r in added if r["doc_id"] == row.doc_id and r.get("kind") != "comment_meta"]
        assert spans
        for span in sorted(spans, key=lambda span: -span["start"]):
            text = text[: span["start"]] + text[span["end"] :]
        assert "".join(text.split()) == "".join(originals[row.copy_of].split())


def test_reposts_differ_from_nearly_identical_to_a_third(posts, copies):
    shared = pd.read_csv(NOTES / "duplicates.csv").query("how != 'scraped twin'")["contained"]
    assert shared.min() < 0.35
    assert shared.max() > 0.95
    assert shared.between(0.5, 0.9).any()


# ---- annotations -----------------------------------------------------------------------------------------


def test_every_post_is_coded_by_its_writer_and_a_third_twice(posts, human):
    coverage = human.coverage[human.coverage["codebook"] == "cluetrain"].groupby("coder")["doc_id"].agg(set)
    assert coverage["author"] == set(posts["doc_id"])
    assert len(coverage["second"]) >= 40
    assert {doc_id[:2] for doc_id in coverage["second"]} == {"es", "it"}
    assert coverage["adjudicated"] == coverage["second"]


@pytest.mark.parametrize("name", [name for name in codebook_names() if name != "cluetrain"])
def test_thirty_posts_are_coded_with_each_framework(human, name):
    coverage = human.coverage[human.coverage["codebook"] == name]
    assert coverage["doc_id"].nunique() >= 30
    given = human.annotations[human.annotations["codebook"] == name]
    assert set(given["code"]) <= set(load_codebook(name).code_ids)
    assert given["code"].nunique() >= 0.9 * len(load_codebook(name).codes)


def test_each_code_and_stance_is_valid_and_given_once(human):
    place = ["doc_id", "start", "end", "codebook", "coder", "code"]
    assert not human.annotations.duplicated(place).any()
    assert set(human.annotations["kind"]) == {"human"}
    for name, part in human.annotations.groupby("codebook"):
        assert set(part["code"]) <= set(load_codebook(name).code_ids)
    stances = human.annotations.query("codebook == 'cluetrain' and coder == 'author'").groupby("code")["stance"]
    assert (stances.nunique() >= 3).all()


def test_no_code_is_the_commonest_answer(human):
    author = human.annotations.query("codebook == 'cluetrain' and coder == 'author'")
    coded = author[["doc_id", "start"]].drop_duplicates()
    assert 0.2 < len(coded) / len(human.units) < 0.45
    assert human.coverage["doc_id"].nunique() - author["doc_id"].nunique() >= 5, "posts in which nothing applies"


def test_disagreements_are_all_decided_with_a_reason(human):
    decided = pd.read_csv(NOTES / "adjudication.csv")
    assert decided["reason"].str.len().min() > 10
    given = human.annotations[human.annotations["codebook"] == "cluetrain"]
    given = given.assign(what=given["code"] + ":" + given["stance"])
    doubly = set(human.coverage.query("coder == 'second'")["doc_id"])
    sets = {
        coder: part[part["doc_id"].isin(doubly)].groupby(["doc_id", "start"])["what"].agg(lambda w: " ".join(sorted(w)))
        for coder, part in given.groupby("coder")
    }
    both = pd.DataFrame(sets).fillna("none")
    settled = list(zip(decided["doc_id"], decided["start"], strict=True))
    assert sorted(both.index[both["author"] != both["second"]]) == sorted(settled)
    agreed = both[~both.index.isin(settled)]
    assert (agreed["author"] == agreed["adjudicated"]).all()
