"""Posts in parts: each is made once, wherever and whenever; what is damaged or half-written is made again."""

import json
import os
import pickle
import shutil

import numpy as np
import pandas as pd
import pytest
from conftest import same_tables, write_posts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toolkit.analysis import InParts, Tables, analyse, prepare
from toolkit.analysis import parts as parts_module
from toolkit.analysis.parts import Parts, Stage, post_keys
from toolkit.analysis.stages import cleaning
from toolkit.cache import PartStore
from toolkit.corpus import load_corpus
from toolkit.errors import InputError, OutputError
from toolkit.parallel import local_cluster
from toolkit.settings import Study
from toolkit.tables import check


def posts(*names, text="Texto de {}."):
    return pd.DataFrame(
        {
            "doc_id": list(names),
            "lang": "es",
            "text": [text.format(name) for name in names],
            "sha256": "",
            "source": "f",
        }
    )


def words(folder, posts):
    """A stage for tests: one row per word; leaves a file for each post that it is asked about."""
    for doc_id in posts["doc_id"]:
        (folder / doc_id).touch()
    rows = [
        (doc_id, word) for doc_id, text in zip(posts["doc_id"], posts["text"], strict=True) for word in text.split()
    ]
    return {"words": pd.DataFrame(rows, columns=["doc_id", "word"], dtype="str")}


def lengths(posts, words):
    return {"lengths": words.assign(n=words["word"].str.len())[["doc_id", "n"]]}


@pytest.fixture
def asked(tmp_path):
    folder = tmp_path / "asked"
    folder.mkdir()
    return folder


def run(table, folder, asked, **settings):
    parts = Parts(table, folder)
    parts.run(Stage("words", words, (asked,), **settings))
    parts.run(Stage("lengths", lengths, (), ("words",)))
    return parts


def names_in(folder):
    found = sorted(path.name for path in folder.iterdir())
    for path in folder.iterdir():
        path.unlink()
    return found


NAMES = [f"p{number:03}" for number in range(40)]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(parts_module, "_MEAN", 4)
    monkeypatch.setattr(parts_module, "_MOST", 7)


# ---- borders and order -----------------------------------------------------------------------------------


@given(st.lists(st.text(min_size=1, max_size=5), unique=True))
def test_parts_cover_the_posts_in_their_order(names):
    spans = Parts(posts(*names), None).spans
    assert [row for span in spans for row in range(*span)] == list(range(len(names)))
    assert all(0 < stop - start <= parts_module._MOST for start, stop in spans)


def test_tables_come_in_the_order_of_the_posts_whatever_made_them(tmp_path, asked):
    whole = words(asked, posts(*NAMES))["words"]
    parts = run(posts(*NAMES), tmp_path / "kept", asked)
    assert len(parts) > 5
    pd.testing.assert_frame_equal(parts.whole("words"), whole)
    assert parts.rows("words") == len(whole)
    assert parts.whole("lengths")["n"].tolist() == whole["word"].str.len().tolist()


# ---- what was made is not made again ---------------------------------------------------------------------


def test_a_second_time_nothing_is_made(tmp_path, asked):
    first = run(posts(*NAMES), tmp_path / "kept", asked)
    assert names_in(asked) == NAMES
    again = run(posts(*NAMES), tmp_path / "kept", asked)
    assert names_in(asked) == []
    assert first.made["words"] == (40, 0) and again.made["words"] == (0, 40)
    pd.testing.assert_frame_equal(again.whole("lengths"), first.whole("lengths"))


@pytest.mark.parametrize("new", ["a", "p0205", "z"])
def test_of_a_corpus_with_one_more_post_that_post_alone_is_made(tmp_path, asked, new):
    run(posts(*NAMES), tmp_path / "kept", asked)
    names_in(asked)
    more = sorted([*NAMES, new])
    parts = run(posts(*more), tmp_path / "kept", asked)
    assert names_in(asked) == [new]
    pd.testing.assert_frame_equal(parts.whole("words"), words(asked, posts(*more))["words"])
    assert parts.whole("lengths")["doc_id"].drop_duplicates().tolist() == more


def test_a_changed_post_is_made_again_and_a_removed_one_gone(tmp_path, asked):
    run(posts(*NAMES), tmp_path / "kept", asked)
    names_in(asked)
    table = posts(*NAMES).drop(index=7).reset_index(drop=True)
    table.loc[20, "text"] = "Otra cosa."
    changed = table.loc[20, "doc_id"]
    parts = run(table, tmp_path / "kept", asked)
    assert names_in(asked) == [changed]
    pd.testing.assert_frame_equal(parts.whole("words"), words(asked, table)["words"])


def test_where_a_text_was_read_from_says_nothing_and_all_else_does():
    table = posts("a", "b").assign(genre=["guide", None], year=[2009.0, np.nan])
    keys = post_keys(table)
    assert post_keys(table.assign(source="elsewhere", sha256="x")) == keys
    for column, value in {"doc_id": "c", "lang": "it", "text": "Otro.", "genre": "blog", "year": 2010.0}.items():
        other = post_keys(table.assign(**{column: [value, table[column].iloc[1]]}))
        assert other[0] != keys[0] and other[1] == keys[1]


def test_other_settings_and_other_columns_make_other_tables(tmp_path, asked):
    run(posts(*NAMES), tmp_path / "kept", asked)
    names_in(asked)
    run(posts(*NAMES), tmp_path / "kept", asked, settings=("other",))
    assert names_in(asked) == NAMES
    told = ["one"] * 40
    run(posts(*NAMES), tmp_path / "kept", asked, more={"told": told})
    names_in(asked)
    run(posts(*NAMES), tmp_path / "kept", asked, more={"told": [*told[:-1], "two"]})
    assert names_in(asked) == NAMES[-1:]


def test_another_program_makes_everything_anew(tmp_path, asked, monkeypatch):
    run(posts(*NAMES), tmp_path / "kept", asked)
    names_in(asked)
    monkeypatch.setattr(parts_module, "code_key", lambda: "another")
    run(posts(*NAMES), tmp_path / "kept", asked)
    assert names_in(asked) == NAMES


# ---- what is damaged or half-written ---------------------------------------------------------------------


def damage(path, how):
    if how == "cut":
        path.write_bytes(path.read_bytes()[:-1])
    elif how == "changed":
        data = bytearray(path.read_bytes())
        # in the first page: what stands behind the pages has no checksum
        data[30] ^= 0xFF
        path.write_bytes(bytes(data))
    else:
        path.unlink()


@pytest.mark.parametrize("how", ["cut", "gone"])
@pytest.mark.parametrize("file", ["words.parquet", "part.json"])
def test_a_damaged_part_is_made_again(tmp_path, asked, how, file):
    first = run(posts(*NAMES), tmp_path / "kept", asked)
    names_in(asked)
    part = sorted((tmp_path / "kept").glob("words-*/*"))[0]
    own = json.loads((part / "part.json").read_text())["doc_ids"]
    damage(part / file, how)
    again = run(posts(*NAMES), tmp_path / "kept", asked)
    assert names_in(asked) == own
    pd.testing.assert_frame_equal(again.whole("words"), first.whole("words"))


def test_a_part_with_a_flipped_bit_is_told_when_it_is_read(tmp_path):
    store = PartStore(tmp_path)
    store.write(["k"], ["a"], {"words": pd.DataFrame({"doc_id": ["a"] * 500, "n": np.arange(500) ** 2})})
    damage(store.path(["k"]) / "words.parquet", "changed")
    with pytest.raises(OutputError, match="damaged"):
        store.read(["k"], "words")


@pytest.mark.parametrize(
    "record",
    [
        "[]",
        "5",
        '{"tables": []}',
        '{"tables": {"words": 3}, "keys": ["k"], "doc_ids": ["a"]}',
        '{"tables": {}, "keys": null}',
    ],
)
def test_a_record_of_another_form_is_that_of_no_part(tmp_path, record):
    store = PartStore(tmp_path)
    table = {"words": pd.DataFrame({"doc_id": ["a"]})}
    store.write(["k"], ["a"], table)
    (store.path(["k"]) / "part.json").write_text(record, encoding="utf-8")
    assert not store.has(["k"]) and store.sizes(["k"]) == {} and PartStore(tmp_path).owners(["k"]) == {}
    store.write(["k"], ["a"], table)
    assert store.has(["k"])


def test_a_part_that_is_damaged_while_it_is_used_is_said_in_a_sentence_and_made_again(tmp_path, asked):
    parts = run(posts(*NAMES), tmp_path / "kept", asked)
    part = sorted((tmp_path / "kept").glob("words-*/*"))[0]
    damage(part / "words.parquet", "changed")
    with pytest.raises(OutputError, match="made anew"):
        parts.whole("words")
    names_in(asked)
    again = run(posts(*NAMES), tmp_path / "kept", asked)
    assert 0 < len(names_in(asked)) < 40
    pd.testing.assert_frame_equal(again.whole("words"), words(asked, posts(*NAMES))["words"])


def test_a_half_written_part_is_never_read(tmp_path, asked, monkeypatch):
    def killed(self, *arguments, **settings):
        written.append(1)
        if len(written) == 5:
            raise KeyboardInterrupt
        return write(self, *arguments, **settings)

    written: list[int] = []
    write = pd.DataFrame.to_parquet
    monkeypatch.setattr(pd.DataFrame, "to_parquet", killed)
    with pytest.raises(KeyboardInterrupt):
        run(posts(*NAMES), tmp_path / "kept", asked)
    monkeypatch.undo()
    done = [json.loads(path.read_text())["doc_ids"] for path in (tmp_path / "kept").glob("*/*/part.json")]
    assert len(done) == 4 and not list((tmp_path / "kept").glob("*/.part-*"))
    names_in(asked)
    monkeypatch.setattr(parts_module, "_MEAN", 4)
    monkeypatch.setattr(parts_module, "_MOST", 7)
    parts = run(posts(*NAMES), tmp_path / "kept", asked)
    assert sorted(names_in(asked) + [name for part in done for name in part]) == NAMES
    pd.testing.assert_frame_equal(parts.whole("words"), words(asked, posts(*NAMES))["words"])


@pytest.mark.parametrize(("kept", "named"), [("kept", "CLUETRAIN_CACHE"), (None, "TMPDIR")])
def test_a_folder_that_is_not_shared_by_the_workers_is_told(tmp_path, kept, named):
    pytest.importorskip("distributed")
    with local_cluster(1) as client:
        parts = Parts(posts("a"), kept and tmp_path / kept)
        stage = Stage("words", Elsewhere(), ())
        with pytest.raises(OutputError, match=f"set {named}, here and for the workers"):
            parts.run(stage, workers=client)


class Elsewhere:
    """Stands for a worker on a machine where the folder is another one."""

    def __call__(self, posts):
        PartStore.write = lambda *arguments: None
        return {}


@pytest.fixture
def sent(monkeypatch):
    """What would be sent to the workers of a cluster; it is done here."""
    tasks: list[bytes] = []

    def each_task(function, all_tasks, *, shared, **_):
        for task in all_tasks:
            tasks.append(pickle.dumps(task))
            yield function(*shared, *pickle.loads(tasks[-1]))

    monkeypatch.setattr(parts_module, "is_client", lambda workers: True)
    monkeypatch.setattr(parts_module, "each_task", each_task)
    return tasks


def test_workers_of_a_cluster_read_the_posts_from_shards(tmp_path, asked, sent):
    table = posts(*NAMES, text="Texto secreto de {}.").assign(votes=range(len(NAMES)))
    parts = run(table, tmp_path / "kept", asked, more={"repeated": [name.upper() for name in NAMES]})
    assert sent and not any(b"secreto" in task for task in sent)
    assert any(b"P007" in task for task in sent)
    alone = Parts(table, None)
    alone.run(Stage("words", words, (asked,)))
    pd.testing.assert_frame_equal(parts.whole("words"), alone.whole("words"))


def test_posts_with_a_column_that_no_shard_holds_are_sent(tmp_path, asked, sent):
    table = posts(*NAMES, text="Texto secreto de {}.").assign(odd=[1, "two"] * 20)
    parts = run(table, tmp_path / "kept", asked)
    assert any(b"secreto" in task for task in sent)
    assert len(parts.whole("words")) == 4 * len(NAMES)


def test_posts_go_into_shards_once_and_a_damaged_shard_is_written_again(tmp_path, asked, sent):
    table = posts(*NAMES)
    run(table, tmp_path / "kept", asked)
    shards = sorted((tmp_path / "kept").glob("posts-*/*/posts.parquet"))
    times = [shard.stat().st_mtime_ns for shard in shards]
    run(table, tmp_path / "kept", asked, settings=("others",))
    assert [shard.stat().st_mtime_ns for shard in shards] == times
    shards[0].write_bytes(b"")
    assert len(run(table, tmp_path / "kept", asked, settings=("still others",)).whole("words")) == 3 * len(NAMES)


# ---- how much is kept ------------------------------------------------------------------------------------


def test_what_was_not_used_for_longest_goes_when_too_much_is_kept(tmp_path, asked, monkeypatch):
    run(posts(*NAMES), tmp_path / "kept", asked)
    for path in (tmp_path / "kept").glob("*/*"):
        os.utime(path, (1, 1))
    parts = run(posts(*NAMES[:9]), tmp_path / "kept", asked)
    monkeypatch.setattr(parts_module, "_MOST_BYTES", 0)
    parts.tidy()
    # what this analysis used is there, all else is gone
    assert len(parts.whole("lengths")) == 3 * 9
    assert len(list((tmp_path / "kept").glob("*/*"))) == 2 * len(parts)


def test_what_others_put_into_the_folder_stays(tmp_path, asked, monkeypatch):
    thesis = tmp_path / "kept" / "mine" / "thesis" / "chapter1.txt"
    thesis.parent.mkdir(parents=True)
    thesis.write_text("years of work", encoding="utf-8")
    os.utime(thesis.parent, (1, 1))
    monkeypatch.setattr(parts_module, "_MOST_BYTES", 0)
    run(posts(*NAMES), tmp_path / "kept", asked).tidy()
    assert thesis.exists()


def test_within_the_limit_nothing_goes(tmp_path, asked):
    parts = run(posts(*NAMES), tmp_path / "kept", asked)
    before = sorted((tmp_path / "kept").glob("*/*"))
    parts.tidy()
    assert sorted((tmp_path / "kept").glob("*/*")) == before


# ---- tables that are not held ----------------------------------------------------------------------------


def test_tables_in_parts_are_read_when_they_are_asked_for():
    whole = pd.DataFrame({"doc_id": ["a", "b", "b"], "n": [1, 2, 3]})
    tables = Tables({"posts": whole})
    read = []

    def each(columns):
        for part in (whole[:1], whole[1:]):
            read.append(columns)
            yield part if columns is None else part[list(columns)]

    tables.put("tokens", InParts(each, lambda: 3))
    assert list(tables) == ["posts", "tokens"] and len(tables) == 2 and "tokens" in tables
    assert tables.rows("tokens") == 3 and read == []
    pd.testing.assert_frame_equal(tables["tokens"], whole)
    assert tables.some("tokens", ["n"])["n"].tolist() == [1, 2, 3] and read[-1] == ["n"]
    assert tables.some("posts", ["n"]).columns.tolist() == ["n"]
    tables["tokens"] = whole[:1]
    assert tables.held("tokens") and tables.rows("tokens") == 1
    tables |= {"more": whole}
    del tables["more"], tables["tokens"]
    assert list(tables) == ["posts"]


# ---- a whole study ---------------------------------------------------------------------------------------

STUDY = {
    "study": {"parts": ("themes", "principles", "words")},
    "topics": {"per_language": 2, "joint": 2, "runs": 2, "iterations": 20, "fewest_posts": 1},
    "statistics": {"bootstrap": 100, "permutations": 100},
    "principles": {"method": "cues"},
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus") / "small"
    write_posts(folder)
    return load_corpus(folder)


@pytest.fixture(scope="module")
def alone(corpus):
    return analyse(corpus, Study(**STUDY), keep=False)


@pytest.mark.parametrize("where", ["pool", "dask"])
def test_processes_and_a_cluster_give_the_tables_of_one_process(corpus, alone, where, monkeypatch):
    monkeypatch.setattr("toolkit.analysis.texts.WORTH_A_POOL", 0)
    monkeypatch.setattr("toolkit.topics.of_language._WORTH_A_POOL", 0)
    if where == "pool":
        same_tables(analyse(corpus, Study(**STUDY), workers=2, keep=False), alone)
        return
    pytest.importorskip("distributed")
    with local_cluster(2) as client:
        same_tables(analyse(corpus, Study(**STUDY), workers=client), alone)


def test_what_is_kept_gives_the_same_tables(corpus, alone):
    for _ in range(2):
        found = analyse(corpus, Study(**STUDY))
        same_tables(found, alone)
    assert all(made == 0 for made, _ in found.parts.made.values())


def test_lines_of_sites_are_counted_where_posts_have_sites(corpus):
    text = "Hoy escribimos de {} y de lo que la gente dice de ello.\n\nUn blog de la casa de enfrente\n"
    texts = [text.format(what) for what in ("pan", "luz", "gas", "mar")]
    few = pd.DataFrame({"doc_id": list("abcd"), "lang": "es", "text": texts, "sha256": "", "source": "s"})
    with_sites = few.assign(site="casa")
    marked = {}
    for name, table in (("none", few), ("casa", with_sites)):
        found = prepare(corpus._replace(posts=check("posts", table)), Study(**STUDY), keep=False)
        marked[name] = ("lines" in found.parts.made, found.tables["furniture"]["rule"].tolist())
    assert marked == {"none": (False, []), "casa": (True, ["repeated_line"] * 4)}


def test_a_corpus_beyond_memory_gives_the_same_tables(corpus, alone, monkeypatch):
    monkeypatch.setattr("toolkit.analysis.texts.IN_MEMORY", 0)
    found = analyse(corpus, Study(**STUDY), keep=False)
    assert not any(found.tables.held(name) for name in ("tokens", "scores", "annotations", "furniture"))
    same_tables(found, alone)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(dropped=st.sets(st.integers(0, 5), max_size=3))
def test_whatever_was_kept_before_a_study_is_what_it_is(corpus, dropped):
    some = corpus._replace(
        posts=corpus.posts.drop(index=sorted(dropped & set(corpus.posts.index))).reset_index(drop=True)
    )
    study = Study(**{**STUDY, "study": {"parts": ("principles", "words")}})
    same_tables(analyse(some, study), analyse(some, study, keep=False))


def test_a_corpus_without_posts_is_said_in_a_sentence(corpus):
    with pytest.raises(InputError, match="the corpus holds none"):
        analyse(corpus._replace(posts=corpus.posts[:0]), Study(**STUDY))


@pytest.mark.parametrize("again", ["keep", "first"])
def test_posts_that_were_read_from_no_file_are_named_by_their_doc_id(corpus, again):
    text = "La tienda contestó las quejas en una hora y los clientes volvieron a la tienda con otras preguntas."
    texts = ["12", text, f"{text} Visto en otro blog."]
    # a table of one's own: no url, no date, no source, and an index that says nothing
    table = pd.DataFrame({"doc_id": ["z", "a", "b"], "lang": "es", "text": texts, "sha256": ""}, index=[7, 7, 3])
    few = corpus._replace(posts=table, skipped=corpus.skipped[:0])
    found = prepare(few, Study(corpus={"duplicates": again}), keep=False)
    skipped = found.tables["skipped"]
    assert skipped["source"].tolist() == ["z", *(["b"] if again == "first" else [])]
    assert skipped["reason"].iloc[0] == "holds no words"
    assert found.tables["posts"]["doc_id"].tolist() == ["a", "b"][: 1 + (again == "keep")]


def test_a_cache_folder_that_cannot_be_written_is_no_reason_to_stop(corpus, alone, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    monkeypatch.setenv("CLUETRAIN_CACHE", str(tmp_path / "file"))
    same_tables(analyse(corpus, Study(**STUDY)), alone)
    shutil.rmtree(tmp_path / "file", ignore_errors=True)


# ---- what is kept is known by all that it depends on -----------------------------------------------------

RULES = """version: "1"
macros: {who: ana}
glue: {names: [foto], starters: {es: [el]}}
rules:
  - {id: signed, kind: byline, where: line, patterns: ["por {who}"]}
"""


def test_furniture_is_known_by_every_part_of_its_rules_as_they_are_now(tmp_path):
    file = tmp_path / "rules.yaml"

    def settings_of(rules, *off):
        file.write_text(rules, encoding="utf-8")
        return cleaning(Study(corpus={"furniture_rules": str(file), "furniture_off": off}), [""]).settings

    others = [RULES.replace("who: ana", "who: eva"), RULES.replace("foto", "mapa"), RULES.replace("por {", "de {")]
    found = [settings_of(RULES), settings_of(RULES, "line_model"), *map(settings_of, others)]
    assert len(set(found)) == len(found)
    assert settings_of(RULES) == found[0]
    assert settings_of(RULES, "line_model", "small_note") == settings_of(RULES, "small_note", "line_model")


def test_a_look_at_the_page_that_is_switched_off_looks_no_more_whatever_was_kept(corpus):
    line = "La tienda de la esquina contesta todas las quejas de sus clientes."
    table = posts("a", text=f"Antes de hablar hay que escuchar a los clientes.\n\n{line}\n\n{line}\n")
    some = corpus._replace(posts=check("posts", table))
    marked = [
        prepare(some, Study(corpus={"furniture_off": off})).tables["furniture"]["rule"].tolist()
        for off in ((), ("repeated_at_once",), ())
    ]
    assert marked == [["repeated_at_once"], [], ["repeated_at_once"]]
