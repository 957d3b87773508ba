"""The material that costs of very many posts are measured on (benchmarks/recombined.py), the peer that the toolkit is
measured against (benchmarks/straightforward_study.py), and the page of what was measured (benchmarks/scale_page.py)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import spacy
from benchmarks import recombined, scale_page
from benchmarks.recombined import Distinct

from toolkit.corpus import find_duplicates, language_of_post, load_posts, mark_furniture, segment
from toolkit.resources import bundled_corpus
from toolkit.tables import check

BENCHMARKS = Path(__file__).parent / "benchmarks"
POSTS = 300


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("recombined") / "posts.jsonl"
    recombined.write(path, POSTS)
    return path


@pytest.fixture(scope="module")
def posts(file):
    return load_posts(file)


@pytest.fixture(scope="module")
def furniture(posts):
    return mark_furniture(posts)


def test_same_seed_same_bytes_and_fewer_posts_are_the_beginning(file, tmp_path):
    recombined.write(tmp_path / "few.jsonl", 40)
    recombined.write(tmp_path / "other.jsonl", 40, seed=2)
    few = (tmp_path / "few.jsonl").read_bytes()
    assert file.read_bytes().startswith(few)
    assert few.count(b"\n") == 40
    assert (tmp_path / "other.jsonl").read_bytes() != few


@pytest.mark.slow
def test_same_bytes_whatever_the_hashes_of_strings_and_whatever_came_before(file):
    code = "from recombined import post; import json; print(json.dumps(post(1, 33)[0], ensure_ascii=False))"
    given = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": os.pathsep.join([str(BENCHMARKS), *sys.path])}
    done = subprocess.run([sys.executable, "-c", code], env=given, capture_output=True, check=True)
    assert done.stdout.decode().rstrip("\n") == file.read_text(encoding="utf-8").splitlines()[33]


def test_the_command_writes_the_file_and_says_what_is_in_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["recombined.py", str(tmp_path / "out.jsonl"), "--posts", "3"])
    recombined.main()
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["doc_id"].split("/")[1] for row in rows] == ["0000000", "0000001", "0000002"]
    wanted = ["doc_id", "lang", "title", "author", "date", "country", "genre", "text", "url", "source", "constructed"]
    assert list(rows[0]) == wanted
    said = capsys.readouterr().err
    assert "posts: 3\n" in said
    assert "different forms" in said


def test_posts_are_as_long_as_they_should_be(posts):
    pipelines = {lang: spacy.blank(lang) for lang in recombined.LANGUAGES}
    lengths = [len(pipelines[lang](text)) for lang, text in zip(posts["lang"], posts["text"], strict=True)]
    assert 380 <= sum(lengths) / len(lengths) <= 420
    assert min(lengths) < 200
    assert max(lengths) > 700


def test_posts_are_cut_like_the_bundled_ones(posts, furniture):
    def tokens_of_sentence(posts, furniture):
        sentences = segment(posts, furniture, unit="sentence")
        return posts["text"].str.split().str.len().sum() / len(sentences)

    bundled = load_posts(bundled_corpus())
    assert tokens_of_sentence(posts, furniture) == pytest.approx(
        tokens_of_sentence(bundled, mark_furniture(bundled)), rel=0.15
    )
    paragraphs = segment(posts, furniture, unit="paragraph")
    assert 6 < len(paragraphs) / len(posts) < 16
    assert not posts["text"].str.contains("\n\n\n").any()


def test_half_spanish_half_italian_and_recognised_as_such(posts):
    assert 0.4 < (posts["lang"] == "es").mean() < 0.6
    seen = [language_of_post(text).lang for text in posts["text"]]
    assert (posts["lang"] == seen).mean() > 0.99
    assert posts["country"].nunique() > 3
    assert posts["genre"].nunique() == 10


def test_sentences_are_new(file):
    sentences = [sentence for number in range(POSTS) for sentence in recombined.post(1, number)[1]]
    assert len(set(sentences)) / len(sentences) > 0.97
    bundled = "\n".join(load_posts(bundled_corpus())["text"])
    assert sum(sentence in bundled for sentence in sentences) / len(sentences) < 0.03
    text = json.loads(file.read_text(encoding="utf-8").splitlines()[0])["text"]
    assert all(sentence in text for sentence in recombined.post(1, 0)[1])


def test_the_vocabulary_keeps_growing():
    forms, size = set(), []
    for number in range(200):
        forms.update(recombined.post(1, number)[0]["text"].lower().split())
        size.append(len(forms))
    # the second half has new ones too, and fewer
    assert 0.3 * size[99] < size[199] - size[99] < 0.9 * size[99]


def test_some_posts_have_page_furniture_and_it_is_found(posts, furniture):
    share = furniture["doc_id"].nunique() / len(posts)
    assert 0.08 < share < 0.25
    assert {"share_bar", "comment_head", "related_links"} <= set(furniture["rule"])
    bars = posts["doc_id"][posts["text"].str.contains("Compartir con Twitter|Condividi su Twitter")]
    assert len(bars)
    assert set(bars) <= set(furniture["doc_id"])


def test_near_copies_of_earlier_posts_are_there_and_found():
    rows = [recombined.post(3, number)[0] for number in range(400)]
    table = pd.DataFrame(rows).assign(sha256="")
    copies = [number for number in range(400) if recombined._begun(3, number)[1]]
    assert 2 <= len(copies) <= 20
    found = find_duplicates(check("posts", table))
    assert {rows[number]["doc_id"] for number in copies} <= set(found["doc_id"])
    assert len(found) <= 2 * len(copies)


def test_brackets_and_quotation_marks_come_in_pairs():
    sentences = [sentence for number in range(200) for sentence in recombined.post(1, number)[1]]
    for one, other in ("«»", "“”", "()", "[]"):
        assert all(sentence.count(one) == sentence.count(other) for sentence in sentences)
    assert not any(sentence.count('"') % 2 for sentence in sentences)


def test_different_strings_are_counted_in_bounded_memory():
    exact, sample = Distinct(), Distinct(most=1_000)
    for first in range(0, 50_000, 100):
        strings = [f"word {number}" for number in range(first, first + 100)] * 2
        exact.add(strings)
        sample.add(strings)
    assert exact.count == 50_000
    assert sample.count == pytest.approx(50_000, rel=0.25)
    assert len(sample._seen) <= 1_000


@pytest.mark.slow
@pytest.mark.parametrize("way", [(), ("--careful",)], ids=["plain", "careful"])
def test_the_straightforward_study_runs(file, tmp_path, way):
    few = tmp_path / "few.jsonl"
    few.write_text("".join(file.read_text(encoding="utf-8").splitlines(keepends=True)[:4]), encoding="utf-8")
    call = [sys.executable, str(BENCHMARKS / "straightforward_study.py"), str(few), str(tmp_path / "out")]
    given = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([*call, "--topics", "2", "--models", "1", *way], env=given, capture_output=True, check=True)
    said = json.loads(done.stdout.decode().splitlines()[-1])
    assert said["posts"] == 4
    assert said["tokens"] > 800
    assert said["seconds"]["all"] == pytest.approx(sum(said["seconds"].values()) / 2, abs=0.1)
    tables = {path.stem: pd.read_csv(path) for path in (tmp_path / "out").glob("*.csv")}
    assert all(len(table) for table in tables.values())
    crossed = tables["topics_principles"]
    assert ((crossed["ci_low"] <= crossed["share"]) & (crossed["share"] <= crossed["ci_high"])).mean() > 0.9
    assert len(list((tmp_path / "out").glob("*.png"))) == 2


def test_the_page_on_costs_says_what_was_measured():
    page = (BENCHMARKS.parents[1] / "docs" / "scale.md").read_text(encoding="utf-8")
    assert scale_page.page(BENCHMARKS / "results" / "scale") == page.rstrip("\n") + "\n"


ABOUT = {"machine": "two cores", "date": "2026-01-01", "commit": "abc"}


@pytest.mark.parametrize(
    ("name", "result", "said"),
    [
        (
            "dask",
            {"posts": 6_000, "seconds": {"pool": [100.0, 90.0], "dask": [100.0, 110.0]}, "different": []},
            "Pool 90 s, Dask 100 s: 0.90 of its speed (the faster of two runs each, with 6 fits of each kind where a "
            "study has 24). Tables that differ: none.",
        ),
        (
            "kills",
            {"posts": 600, "runs": 2, "killed": 2, "moments": [0.9, 0.25], "different": ["run 1: scores"]},
            "2 of 2 runs (4 fits of each kind) lost a worker. Differences from the run of one process: run 1: scores. "
            "Moments, as shares of a run: 0.25, 0.90.",
        ),
        (
            "peer-1000",
            {
                "posts": 1_000, "fits": 11, "ours": {"seconds": 50.0}, "stages": {"themes": 20.0},
                "peer": {"seconds": 510.0, "steps": {"seconds": {"vectors": 400.0, "all": 500.0}}},
            },
            "It took 510 s, `toolkit run` 50 s in two processes: 10.2 times less.",
        ),
        (
            "profile",
            {"posts": 2_000, "stages": {"themes": {"seconds": 10.0, "functions": [["gibbs: train", 1_200, 2.5]]}}},
            "| `gibbs: train` | 1,200 | 2.5 | 25% |",
        ),
        ("tokens", {"table": "| a | b |\n"}, "| a | b |"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)  # fmt: skip
def test_each_part_of_a_measurement_has_its_sentence(tmp_path, name, result, said):
    (tmp_path / f"{name}.json").write_text(json.dumps({**ABOUT, **result}), encoding="utf-8")
    page = scale_page.page(tmp_path)
    assert said in page
    assert "_two cores; 2026-01-01, commit abc._" in page


def test_a_second_run_is_held_against_the_first(tmp_path):
    run = {
        "posts": 10_000, "rows": {"tokens": 1, "passages": 2}, "bytes": {"kept": 1, "run": 1},
        "stages": {"themes": 40.0},
        "load": {"seconds": 5.0, "megabytes": 300.0}, "run": {"seconds": 100.0, "megabytes": 2_000.0},
    }  # fmt: skip
    again = {"posts": 10_000, "unchanged": {"seconds": 4.0}, "added": {"seconds": 50.0}, "stages": {"themes": 40.0}}
    for name, result in (("sizes-10000", run), ("again-10000", again)):
        (tmp_path / f"{name}.json").write_text(json.dumps({**ABOUT, **result}), encoding="utf-8")
    page = scale_page.page(tmp_path)
    assert "- nothing changed: 4.0 s, 25.0 times less than the first run" in page
    assert "- one post more: 50.0 s, 2.0 times less than the first run" in page
    assert "| most memory, MB | 2,000 |" in page and "| – start, figures, report, files, s | 60 |" in page


def test_a_million_posts_are_reckoned_by_the_line_through_the_two_largest(tmp_path):
    run = {
        "posts": 10_000, "rows": {"tokens": 1, "passages": 2}, "bytes": {"kept": 1, "run": 1}, "stages": {},
        "load": {"seconds": 5.0, "megabytes": 300.0}, "run": {"seconds": 100.0, "megabytes": 2_000.0},
    }  # fmt: skip
    more = {**run, "posts": 100_000, "run": {"seconds": 1_000.0, "megabytes": 3_000.0}}
    for name, result in (("sizes-10000", run), ("sizes-100000", more)):
        (tmp_path / f"{name}.json").write_text(json.dumps({**ABOUT, **result}), encoding="utf-8")
    page = scale_page.page(tmp_path)
    # 900 s and 1,000 MB for 90,000 posts: ten times as much for 900,000
    assert "A post at 100,000 costs 0.96 of one at 10,000" in page and "each post more took 10.0 ms and 11 kB" in page
    assert "2.8 hours and 13 GB of memory" in page
