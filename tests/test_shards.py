"""A corpus on disk: what is added and deleted is there whole or not at all, whoever is killed or comes second."""

import errno
import hashlib
import json
import multiprocessing
import os
import random
import shutil
import stat
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest
import shards_child
from hypothesis import given, settings
from hypothesis import strategies as st
from shards_child import commit, post, posts

from toolkit.corpus.store import change as change_module
from toolkit.corpus.store import manifest as manifest_module
from toolkit.corpus.store.shards import CorpusStore
from toolkit.errors import InputError, OutputError
from toolkit.files import sha256_text

LOST = "somebody else changed .* in the meantime; nothing of this load was taken over; run it again"


def dump(store: CorpusStore, table: str = "posts") -> list[dict]:
    """The rows of a table without what is missing."""
    rows = store.table(table).to_dict("records")
    return [{key: value for key, value in row.items() if value == value and value is not None} for row in rows]


def state(folder: Path) -> tuple:
    """All that a reader sees, after a check that all is well."""
    store = CorpusStore.open(folder)
    assert store.verify() == []
    return store.about, dump(store), dump(store, "skipped"), sorted(store.ids())


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def named(folder: Path) -> set[str]:
    """Manifests, and the shards they name."""
    manifests = sorted(folder.glob("manifest-*.json"))
    shards = {shard["file"] for path in manifests for shard in json.loads(path.read_text())["shards"]}
    return shards | {path.name for path in manifests}


@pytest.fixture(autouse=True)
def _quick(monkeypatch, request):
    """Nothing is flushed to disk, but where real processes are killed."""
    if "slow" not in request.keywords:
        monkeypatch.setattr(os, "fsync", lambda _handle: None)


@pytest.fixture
def store(tmp_path):
    return CorpusStore.create(tmp_path / "corpus")


@pytest.fixture
def small_shards(monkeypatch):
    monkeypatch.setattr(change_module, "SHARD_ROWS", 4)
    monkeypatch.setattr(change_module, "MOST_SMALL", 2)


# ---- rows in, rows out


def test_rows_come_back_as_they_were(store):
    rows = [
        post("b/2", "«Mañana»,\r\n dijo\u2028 — e\u0301 é 🎉\x01", title="", tags="uno; dos"),
        post("b/10", " ", n=7, quoted=True, date=None),
        post("a", "È vero", n=-(2**63), quoted=False, title="=1+1"),
    ]
    with store.begin() as change:
        change.add("posts", rows)
        change.add("skipped", [{"source": "x.txt", "reason": "is empty", "read": False}])
        change.commit({"toolkit": "0.1", "options": {"comments": True, "rutas": ["año"]}})
    again = CorpusStore.open(store.folder)
    without = [{key: value for key, value in row.items() if value is not None} for row in rows]
    assert dump(again) == sorted(without, key=lambda row: row["doc_id"])
    assert dump(again, "skipped") == [{"source": "x.txt", "reason": "is empty", "read": False}]
    assert again.about == {"toolkit": "0.1", "options": {"comments": True, "rutas": ["año"]}}
    assert (again.count(), again.count("skipped"), again.count("files")) == (3, 1, 0)
    assert again.ids() == {"a", "b/2", "b/10"}


def test_columns_are_the_union_in_the_order_of_the_contract(store, small_shards):
    commit(store, "a", "b")
    with store.begin() as change:
        change.add("posts", [post("c", zeta="z", lang="es", alfa="a", **{"alfa.beta": "ab"}), post("d", url=None)])
        change.commit({})
    order = ["doc_id", "lang", "text", "url", "sha256", "alfa", "alfa.beta", "zeta"]
    assert list(store.table()) == order
    assert all(list(batch) == order for batch in store.batches())
    assert store.table()["zeta"].isna().tolist() == [True, True, False, True]
    assert {str(kind) for kind in store.table().dtypes} == {"str"}
    assert store.table()["alfa"].tolist()[2] == "a"


def test_whole_numbers_and_truth_stay_so_with_values_missing(store):
    with store.begin() as change:
        change.add("files", [{"source": "a", "n": 2**62 + 1, "ok": True}, {"source": "b"}])
        change.commit({})
    table = store.table("files")
    assert table["n"].tolist()[0] == 2**62 + 1
    assert [str(table[column].dtype) for column in ("n", "ok")] == ["Int64", "boolean"]
    assert [str(next(store.batches("files", [column], 1))[column].dtype) for column in ("n", "ok")] == ["int64", "bool"]


def test_batches_are_bounded_and_have_the_columns_asked_for(store, small_shards):
    commit(store, *"hgfedcba")
    batches = list(store.batches(columns=["text", "doc_id", "date"], rows=3))
    assert [list(batch) for batch in batches] == [["text", "doc_id", "date"]] * 4
    assert [batch["doc_id"].tolist() for batch in batches] == [["h", "g", "f"], ["e"], ["d", "c", "b"], ["a"]]
    assert all(batch["date"].isna().all() for batch in batches)
    assert store.table()["doc_id"].tolist() == list("abcdefgh")


def test_an_empty_corpus_has_the_columns_of_the_contract(store):
    assert list(store.table())[:3] == ["doc_id", "lang", "text"]
    assert len(store.table()) == store.count() == 0
    assert (list(store.batches()), store.ids(), store.verify(), store.about) == ([], set(), [], {})


def test_the_same_rows_give_the_same_bytes(tmp_path, small_shards):
    for name in ("one", "two"):
        with CorpusStore.create(tmp_path / name).begin() as change:
            for row in posts(*map(str, range(9))):
                change.add("posts", [row if name == "one" else dict(reversed(row.items()))])
            change.commit({})
    one, two = ({path.name: path.read_bytes() for path in tmp_path.glob(f"{n}/**/*.*")} for n in ("one", "two"))
    assert one == two


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([post("a"), post("b"), post("a")], "posts, 'a': there is a post with this doc_id already"),
        ([post("there")], "posts, 'there': there is a post with this doc_id already"),
        ([{"text": "x"}], "posts, row 1: a post needs a doc_id, got None"),
        ([post(" "), {"doc_id": "", "text": "x"}], "posts, row 2: a post needs a doc_id, got ''"),
        ([{"doc_id": 3, "text": "x"}], "posts, 3, column 'doc_id': got a whole number, the column holds text"),
        ([post("x", n=1.5)], "posts, 'x', column 'n': got float, expected text, a whole number, true or false"),
        ([post("x", n=1), post("y", n="1")], "posts, 'y', column 'n': got text, the column holds a whole number"),
        ([post("x", n=1), post("y", n=True)], "posts, 'y', column 'n': got true or false, the column holds a whole"),
        ([post("x", lang=True)], "posts, 'x', column 'lang': got true or false, the column holds text"),
        ([post("x", n=2**63)], "posts, 'x', column 'n': has half a character"),
        ([{"doc_id": "x", "text": "a\ud800"}], "posts, 'x', column 'text': has half a character"),
        ([{"doc_id": "x", "": "a"}], "posts, 'x': '' cannot be the name of a column"),
        ([{}], "posts, row 1: has no value"),
    ],
)
def test_a_row_that_cannot_be_kept_is_named_and_nothing_is_taken_over(store, rows, sentence):
    with store.begin() as change:
        change.add("posts", [post("there", lang="es")])
        change.commit({"n": 1})
    before = files(store.folder)
    with pytest.raises(InputError) as caught, store.begin() as change:
        change.add("posts", rows)
        change.commit({"n": 2})
    assert sentence in str(caught.value)
    assert str(caught.value).endswith(".")
    assert (store.about, files(store.folder)) == ({"n": 1}, before)


def test_misuse_is_told_in_one_sentence(store):
    commit(store, "a")
    for call, sentence in [
        (lambda: store.count("post"), "no table 'post'; did you mean 'posts'?"),
        (lambda: list(store.batches(columns=["txt"])), "posts: has no column 'txt'; did you mean 'text'?"),
        (lambda: list(store.batches(rows=0)), "rows: got 0, must be at least 1."),
        (lambda: store.begin().delete("abc"), "doc_id: got the text 'abc', expected a list of values."),
        (lambda: store.begin().delete_where("posts", "sorce", ["a"]), "did you mean"),
        (lambda: store.begin().commit({"x": object()}), "about: cannot be kept as JSON"),
    ]:
        with pytest.raises(InputError) as caught:
            call()
        assert sentence in str(caught.value)
    change = store.begin()
    change.commit({})
    with pytest.raises(InputError, match="this change is over"):
        change.add("posts", posts("b"))


# ---- deleting, merging, sweeping


def test_deleting_rewrites_only_the_shards_that_lose_rows(store, small_shards):
    commit(store, *map(str, range(12)))
    before = {path.name for path in (store.folder / "shards").iterdir()}
    with store.begin() as change:
        assert change.delete(["5", "6", "absent", "5"]) == 2
        assert change.delete(["5"]) == 0
        change.commit({})
    current = {shard["file"] for shard in json.loads((store.folder / "manifest-00000003.json").read_text())["shards"]}
    assert len(current & {f"shards/{name}" for name in before}) == 2
    assert store.ids() == set(map(str, range(12))) - {"5", "6"}
    assert state(store.folder)


def test_a_deleted_doc_id_is_free_again_and_only_once(store):
    commit(store, "a", "b")
    with store.begin() as change:
        assert change.delete(["a"]) == 1
        change.add("posts", [post("a", "otra cosa")])
        with pytest.raises(InputError, match="already"):
            change.add("posts", posts("a"))
        assert change.delete(["a"]) == 1
        change.add("posts", [post("a", "la tercera")])
        change.commit({})
    assert [row["text"] for row in dump(store) if row["doc_id"] == "a"] == ["la tercera"]
    with pytest.raises(InputError, match="already"), store.begin() as change:
        change.add("posts", posts("b"))


def test_rows_of_any_table_are_deleted_by_any_column(store):
    with store.begin() as change:
        change.add("files", [{"source": name, "posts": n, "old": n > 1} for n, name in enumerate("abcd")])
        change.add("posts", [post(name, source=name) for name in "abcd"])
        change.commit({})
    with store.begin() as change:
        change.add("files", [{"source": "e", "posts": 1, "old": False}])
        assert change.delete_where("files", "posts", [1, 7]) == 2
        assert change.delete_where("files", "old", [True, 1, 0, "a"]) == 2
        assert change.delete_where("posts", "source", ["a", "\ud800"]) == 1
        assert change.delete_where("skipped", "source", ["a"]) == 0
        change.commit({})
    assert [row["source"] for row in dump(store, "files")] == ["a"]
    assert store.ids() == set("bcd")


def test_many_small_appends_stay_few_shards(store):
    for n in range(40):
        commit(store, f"p{n:02}")
        assert len(list((store.folder / "shards").iterdir())) <= 2 * (change_module.MOST_SMALL + 2)
    assert len(dump(store)) == 40
    assert [row["doc_id"] for batch in store.batches() for row in batch.to_dict("records")] == sorted(store.ids())
    assert state(store.folder)


def test_only_two_manifests_and_their_shards_stay(store):
    for n in range(5):
        commit(store, f"p{n}", delete=[f"p{n - 1}"])
    assert sorted(path.name for path in store.folder.glob("*.json")) == [
        "manifest-00000005.json",
        "manifest-00000006.json",
    ]
    assert files(store.folder) == named(store.folder)


def test_leftovers_go_after_a_day_and_files_of_others_stay(store):
    commit(store, "a")
    shards = store.folder / "shards"
    left = [store.folder / ".part-00", shards / ".part-11", shards / "posts-00000002-0123456789abcdef.parquet"]
    kept = [store.folder / "report.md", shards / "mine.parquet"]
    for path in (*left, *kept):
        path.write_bytes(b"x")
    commit(store, "b")
    assert all(path.exists() for path in (*left, *kept))
    for path in (*left, *kept):
        os.utime(path, (time.time() - 90_000,) * 2)
    commit(store, "c")
    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in kept)
    assert store.ids() == set("abc")


@pytest.mark.parametrize("kind", ["error", "no commit"])
def test_a_change_that_is_given_up_leaves_nothing(store, small_shards, kind):
    commit(store, "a", about={"n": 1})
    before = files(store.folder)
    try:
        with store.begin() as change:
            change.add("posts", posts(*map(str, range(9))))
            change.delete(["a"])
            assert len(files(store.folder)) == len(before) + 2
            if kind == "error":
                raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    assert files(store.folder) == before
    assert state(store.folder)[:1] == ({"n": 1},)


OPERATION = st.one_of(
    st.tuples(st.just("add"), st.lists(st.integers(0, 25), max_size=9, unique=True)),
    st.tuples(st.just("delete"), st.lists(st.integers(0, 25), max_size=9)),
    st.tuples(st.just("language"), st.sampled_from(["es", "it"])),
    st.tuples(st.sampled_from(["commit", "commit", "abort"]), st.none()),
)


@given(st.lists(OPERATION, max_size=25))
@settings(max_examples=30, deadline=None)
def test_any_sequence_of_changes_does_what_a_dictionary_would(operations):
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(change_module, "SHARD_ROWS", 4)
        patch.setattr(change_module, "MOST_SMALL", 2)
        folder = Path(name) / "corpus"
        done: dict[str, dict] = {}
        now, n = dict(done), 0
        change = CorpusStore.create(folder).begin()
        for kind, value in [*operations, ("commit", None)]:
            if kind == "add":
                for row in (post(str(key), f"{key} {n}", lang=("es", "it", None)[key % 3], n=n) for key in value):
                    if row["doc_id"] in now:
                        with pytest.raises(InputError, match="already"):
                            change.add("posts", [row])
                    else:
                        change.add("posts", [row])
                        now[row["doc_id"]] = {key: value for key, value in row.items() if value is not None}
            elif kind == "delete":
                keys = {str(key) for key in value}
                assert change.delete(list(keys)) == len(keys & set(now))
                now = {key: row for key, row in now.items() if key not in keys}
            elif kind == "language":
                gone = [key for key, row in now.items() if row.get("lang") == value]
                assert change.delete_where("posts", "lang", [value]) == len(gone)
                now = {key: row for key, row in now.items() if key not in gone}
            else:
                if kind == "commit":
                    n += 1
                    change.commit({"n": n})
                    done = dict(now)
                    assert files(folder) == named(folder)
                else:
                    with change:
                        pass
                now = dict(done)
                about, rows, _, ids = state(folder)
                assert about == ({"n": n} if n else {})
                assert (rows, ids) == ([done[key] for key in sorted(done)], sorted(done))
                assert sum(len(batch) for batch in CorpusStore.open(folder).batches(rows=3)) == len(done)
                change = CorpusStore.open(folder).begin()


# ---- killed, cut off, full


class Killed(BaseException):
    """The process is no more: nothing after this has an effect."""


class Failing:
    """Every operation on files counted; the k-th raises, with ``dead`` all after it too."""

    def __init__(self, patch: pytest.MonkeyPatch, at: int, error: BaseException, *, dead: bool, links: bool) -> None:
        self.count, self._at, self._error, self._dead = 0, at, error, dead
        for name in ("link", "replace", "fsync", "utime", "unlink"):
            patch.setattr(os, name, self._counted(getattr(os, name)))
        patch.setattr(Path, "open", self._counted(Path.open, only_new=True))
        if not links:
            patch.setattr(os, "link", self._counted(failing(OSError(errno.EPERM, "no links here"))))

    def _counted(self, function, only_new=False):
        def call(*args, **kwargs):
            if not only_new or "x" in (args[1] if args[1:] else kwargs.get("mode", "r")):
                self.count += 1
                if self.count == self._at or (self._dead and self.count > self._at):
                    raise self._error
            return function(*args, **kwargs)

        return call


def failing(error: BaseException):
    def fail(*_args, **_kwargs):
        raise error

    return fail


def a_large_change(folder: Path) -> None:
    with CorpusStore.open(folder).begin() as change:
        change.delete(["0", "1", "7"])
        change.add("posts", posts("0", "n1", "n2", "n3", "n4"))
        change.add("skipped", [{"source": "s", "reason": "is empty", "read": False}])
        change.commit({"state": "new"})


@pytest.mark.parametrize(
    ("kind", "links"),
    [("killed", True), ("killed", False), ("full", True), ("full", False), ("interrupted", True)],
    ids=["killed", "killed, no hard links", "disk full", "disk full, no hard links", "interrupted"],
)
def test_a_failure_at_any_operation_leaves_the_old_state_or_the_new(tmp_path, small_shards, links, kind):
    old = tmp_path / "old"
    store = CorpusStore.create(old)
    for n in range(3):  # several states, so that there is something to sweep
        commit(store, *(str(n * 3 + m) for m in range(3)), about={"state": "old"})
    new = tmp_path / "new"
    shutil.copytree(old, new)
    a_large_change(new)
    states = {"old": state(old), "new": state(new)}
    error = {
        "killed": Killed(),
        "full": OSError(errno.ENOSPC, "No space left on device"),
        "interrupted": KeyboardInterrupt(),
    }[kind]
    met = set()
    for at in range(1, 200):
        folder = tmp_path / str(at)
        shutil.copytree(old, folder)
        with pytest.MonkeyPatch.context() as patch:
            operations = Failing(patch, at, error, dead=kind == "killed", links=links)
            told = None
            try:
                a_large_change(folder)
            except (OutputError, Killed, KeyboardInterrupt) as caught:
                told = caught
        seen = state(folder)
        assert seen == states[seen[0]["state"]], at
        met.add(seen[0]["state"])
        if kind == "full":
            assert seen[0]["state"] == ("old" if told else "new"), at
            assert told is None or "cannot be written: No space left on device; nothing of this change" in str(told)
        if kind == "full" and told:
            assert files(folder) == files(old), at
        if seen[0]["state"] == "old" and kind == "killed":  # a second try succeeds
            for claim in folder.glob("*.claim"):  # that of the killed is taken over after a while
                os.utime(claim, (time.time() - 1000,) * 2)
            a_large_change(folder)
            assert state(folder) == states["new"], at
        shutil.rmtree(folder)
        if operations.count < at:
            break
    assert operations.count < at
    assert met == {"old", "new"}


@pytest.mark.parametrize(
    "error", [OSError(errno.EACCES, "Permission denied"), OSError(errno.EROFS, "Read-only file system")]
)
def test_a_folder_that_cannot_be_written_can_be_read(store, monkeypatch, error):
    commit(store, "a", about={"n": 1})
    real = Path.open
    monkeypatch.setattr(
        Path, "open", lambda path, mode="r", *a, **k: failing(error)() if "x" in mode else real(path, mode)
    )
    with pytest.raises(OutputError, match=f"cannot be written: {error.strerror}; nothing of this change"):
        commit(store, "b")
    assert state(store.folder)[0] == {"n": 1}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser can write everywhere")
def test_a_read_only_folder_is_an_output_error(store):
    commit(store, "a")
    for folder in (store.folder, store.folder / "shards"):
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        with pytest.raises(OutputError, match="cannot be written: Permission denied"):
            commit(store, "b")
        assert CorpusStore.open(store.folder).ids() == {"a"}
    finally:
        for folder in (store.folder, store.folder / "shards"):
            folder.chmod(stat.S_IRWXU)


def test_a_creation_that_was_killed_can_be_repeated(tmp_path, monkeypatch):
    for at in range(1, 20):
        folder = tmp_path / str(at)
        with pytest.MonkeyPatch.context() as patch:
            operations = Failing(patch, at, Killed(), dead=True, links=True)
            try:
                CorpusStore.create(folder)
            except Killed:
                if not CorpusStore.is_store(folder):
                    patch.undo()
                    CorpusStore.create(folder)
        assert CorpusStore.open(folder).count() == 0
        if operations.count < at:
            return
    raise AssertionError


# ---- several writers and readers


@pytest.mark.parametrize("links", [True, False], ids=["hard links", "no hard links"])
@pytest.mark.parametrize("when", ["before", "at the last moment"])
def test_of_two_writers_one_wins_and_the_other_is_told(tmp_path, monkeypatch, links, when):
    if not links:
        monkeypatch.setattr(os, "link", failing(OSError(errno.EPERM, "no links here")))
    first = CorpusStore.create(tmp_path / "corpus")
    commit(first, "a")
    second = CorpusStore.open(first.folder)
    with second.begin() as change:
        change.add("posts", posts("c", "d"))
        change.delete(["a"])
        if when == "before":
            commit(first, "b", about={"by": "first"})
        else:  # after the second has seen that nobody was there
            real = change_module.publish

            def overtaken(*arguments):
                monkeypatch.setattr(change_module, "publish", real)
                commit(first, "b", about={"by": "first"})
                real(*arguments)

            monkeypatch.setattr(change_module, "publish", overtaken)
        with pytest.raises(OutputError, match=LOST):
            change.commit({"by": "second"})
    assert state(first.folder)[0] == {"by": "first"}
    assert first.ids() == {"a", "b"}
    assert files(first.folder) == named(first.folder)


def test_a_link_that_was_made_but_reported_as_failed_is_a_commit(store, monkeypatch):
    real = os.link

    def link(*arguments, **options):
        real(*arguments, **options)
        raise FileExistsError(errno.EEXIST, "File exists")

    monkeypatch.setattr(os, "link", link)
    commit(store, "a", about={"n": 1})
    assert state(store.folder)[0] == {"n": 1}


def test_without_hard_links_a_commit_that_is_being_made_comes_first(store, monkeypatch):
    monkeypatch.setattr(os, "link", failing(OSError(errno.EPERM, "no links here")))
    claim = store.folder / "manifest-00000002.claim"
    claim.touch()
    with pytest.raises(OutputError, match=LOST):
        commit(store, "a")
    os.utime(claim, (time.time() - 1000,) * 2)
    commit(store, "a")
    assert state(store.folder)[3] == ["a"]
    assert not claim.exists()


def test_writers_of_the_same_content_do_not_share_files(store, small_shards):
    with store.begin() as one, CorpusStore.open(store.folder).begin() as two:
        one.add("posts", posts(*"abcd"))
        two.add("posts", posts(*"abcd"))
        one.commit({"by": "one"})
        with pytest.raises(OutputError, match=LOST):
            two.commit({"by": "two"})
    assert state(store.folder)[0] == {"by": "one"}


def test_a_writer_who_was_overtaken_twice_is_told(store):
    commit(store, "a")
    late = CorpusStore.open(store.folder)
    with late.begin() as change:
        change.add("posts", posts("late"))
        for name in "bcd":  # by now the manifest it began with, and the next, are gone
            commit(store, name)
        with pytest.raises(OutputError, match=LOST), pytest.MonkeyPatch.context() as patch:
            patch.setattr(change_module, "numbers", lambda _folder: [2])
            change.commit({})
    assert state(store.folder)[3] == list("abcd")


def test_a_reader_who_was_overtaken_reads_the_new_state(store):
    commit(store, "a")
    readers = [CorpusStore.open(store.folder) for _ in range(3)]
    midway = CorpusStore.open(store.folder).batches(rows=1)
    for n in range(3):
        commit(store, f"{n}x", f"{n}y", delete=store.ids())
    assert readers[0].ids() == {"2x", "2y"}
    assert readers[1].table()["doc_id"].tolist() == ["2x", "2y"]
    assert [row for batch in readers[2].batches() for row in batch["doc_id"]] == ["2x", "2y"]
    assert [row for batch in midway for row in batch["doc_id"]] == ["2x", "2y"]


def test_a_reader_overtaken_in_the_middle_is_told_and_gets_no_mixture(store, small_shards):
    commit(store, *"abcdefgh")
    batches = CorpusStore.open(store.folder).batches()
    assert next(batches)["doc_id"].tolist() == list("abcd")
    for n in range(3):
        commit(store, f"{n}", delete=store.ids())
    with pytest.raises(InputError, match="was changed while it was read; read it again"):
        list(batches)


# ---- damaged and forged


def shard_of(store: CorpusStore) -> Path:
    return next((store.folder / "shards").glob("posts-*"))


def manifest_of(store: CorpusStore) -> Path:
    return max(store.folder.glob("manifest-*.json"))


def forge(store: CorpusStore, change) -> None:
    """A manifest with another content and a right checksum."""
    whole = json.loads(manifest_of(store).read_text())
    whole.pop("check")
    change(whole)
    whole["check"] = manifest_module._check(whole)
    manifest_of(store).write_text(json.dumps(whole))


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff", b"null", b"[" * 100_000, b'{"format": "cluetrain-corpus 1"}']
)
def test_a_damaged_manifest_is_named_with_a_remedy(store, content):
    commit(store, "a")
    manifest_of(store).write_bytes(content)
    with pytest.raises(InputError, match=r"manifest-00000002\.json: is damaged .* or delete it to go back"):
        CorpusStore.open(store.folder)
    assert len(store.verify()) == 1
    assert CorpusStore.is_store(store.folder)
    with pytest.raises(InputError, match="is damaged"):
        store.begin()
    manifest_of(store).unlink()
    assert CorpusStore.open(store.folder).count() == 0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda m: m["shards"][0].update(file="../../x"), "key 'shards.0.file': got '../../x'"),
        (lambda m: m["shards"][0].update(file="/etc/passwd"), "key 'shards.0.file'"),
        (lambda m: m["shards"][0].update(file="shards/../" + m["shards"][0]["file"]), "key 'shards.0.file'"),
        (lambda m: m["shards"][0].update(file=m["shards"][0]["file"] + "\n"), "key 'shards.0.file'"),
        (lambda m: m["shards"][0].update(table="skipped"), "names a shard of one table as a shard of another"),
        (lambda m: m["shards"].append(m["shards"][0]), "names a shard twice"),
        (lambda m: m.update(number=7), "has the number of another manifest"),
        (lambda m: m.update(format="cluetrain-corpus 9"), "has the format 'cluetrain-corpus 9', this toolkit reads"),
        (lambda m: m["shards"][0].update(rows=-1), "key 'shards.0.rows': got -1"),
        (lambda m: m["shards"][0]["columns"].update(text="blob"), "key 'shards.0.columns.text': got 'blob'"),
        (lambda m: m["shards"][0].update(bytes=3), "its manifest says 3; it was cut or changed"),
        (lambda m: m["shards"][0].pop("sha256"), "the key 'shards.0.sha256' is missing"),
        (lambda m: m.update(more=1), "unknown key 'more'"),
    ],
)
def test_a_forged_manifest_is_refused(store, change, sentence):
    commit(store, "a")
    forge(store, change)
    with pytest.raises(InputError) as caught:
        CorpusStore.open(store.folder)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
    assert store.verify() == [str(caught.value)] or "bytes" in sentence or "cut or changed" in store.verify()[0]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda m: m["shards"][0].update(rows=2), "which it cannot have"),
        (lambda m: m["shards"][0]["columns"].update(more="text"), "has other columns than its manifest says"),
        (lambda m: m["shards"][0]["columns"].update(text="whole"), "has other columns than its manifest says"),
        (lambda m: m["shards"][0].update(columns={}), "has other columns than its manifest says"),
    ],
)
def test_a_manifest_that_says_something_else_than_the_shard_is_refused(store, change, sentence):
    commit(store, "a")
    forge(store, change)
    opened = CorpusStore.open(store.folder)
    assert sentence in opened.verify()[0]
    with pytest.raises(InputError, match=sentence):
        opened.table()


def test_a_missing_or_cut_shard_is_named(store):
    commit(store, "a")
    path = shard_of(store)
    data = path.read_bytes()
    path.write_bytes(data[:-1])
    for call in (lambda: CorpusStore.open(store.folder), store.table, lambda: commit(store, "b")):
        with pytest.raises(InputError, match=r"posts-.*\.parquet: has [0-9,]+ bytes, its manifest says"):
            call()
    path.unlink()
    for call in (lambda: CorpusStore.open(store.folder), store.ids, lambda: commit(store, "b")):
        with pytest.raises(InputError, match=r"posts-.*\.parquet: is missing; put back the whole folder from a copy"):
            call()
    assert store.verify() == [f"{path}: is missing."]
    path.write_bytes(data)
    assert store.verify() == []


def test_a_changed_byte_is_found(store):
    with store.begin() as change:
        change.add("posts", [post(f"p{n}", f"È l'ora di ascoltare, dijo el {n}.", lang="es", n=n) for n in range(20)])
        change.commit({})
    path = shard_of(store)
    data = path.read_bytes()
    for place in range(0, len(data), 23):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0x41]) + data[place + 1 :])
        assert store.verify() == [f"{path}: its content was changed (SHA-256 is another than the manifest says)."]
        for call in (store.table, store.ids, lambda: next(store.batches()), lambda: store.begin().delete(["p0"])):
            with pytest.raises(InputError, match="its content was changed"):
                call()


def test_any_shard_that_a_forged_manifest_vouches_for_is_read_or_refused(store):
    with store.begin() as change:
        change.add("posts", [post(f"p{n}", f"È l'ora di ascoltare, dijo el {n}.", lang="es", n=n) for n in range(20)])
        change.commit({})
    path, chance = shard_of(store), random.Random(4)
    data = path.read_bytes()
    for _ in range(100):
        changed = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            changed[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(changed)
        forge(store, lambda m, changed=changed: m["shards"][0].update(sha256=hashlib.sha256(changed).hexdigest()))
        opened = CorpusStore.open(store.folder)
        assert all("\n" not in problem for problem in opened.verify())
        with suppress(InputError):
            opened.table()


def test_verify_names_posts_whose_text_is_not_theirs(store):
    bad = [{**post(f"p{n}"), "sha256": sha256_text("otra cosa")} for n in range(8)]
    with store.begin() as change:
        change.add("posts", [*bad, post("good"), {"doc_id": "without", "text": "x"}])
        change.commit({})
    problems = store.verify()
    assert problems[0].endswith("the text of 'p0' is not the one its sha256 was made of.")
    assert (len(problems), problems[-1].endswith("3 further posts have such problems.")) == (6, True)


def test_what_is_no_corpus_is_told_so(tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    for name, sentence in [
        ("absent", "No such file"),
        ("file", "Not a directory"),
        ("folder", "is no corpus written by"),
    ]:
        assert not CorpusStore.is_store(tmp_path / name)
        with pytest.raises(InputError, match=sentence):
            CorpusStore.open(tmp_path / name)
    assert CorpusStore.create(tmp_path / "folder").count() == 0
    for name, sentence in [("folder", "is not empty; give a new folder"), ("file", "is a file; give a new folder")]:
        with pytest.raises(InputError, match=sentence):
            CorpusStore.create(tmp_path / name)


def test_a_link_in_place_of_the_shards_is_refused(store, tmp_path):
    commit(store, "a")
    (store.folder / "shards").rename(tmp_path / "elsewhere")
    (store.folder / "shards").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="shards: is a link"):
        CorpusStore.open(store.folder)


# ---- real processes

PROCESSES = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
PROCESSES.set_forkserver_preload(["toolkit.corpus.store.shards"])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_kill_at_any_moment_loses_nothing_that_was_reported(tmp_path):
    store = CorpusStore.create(tmp_path / "corpus")
    report = tmp_path / "report"
    report.touch()
    moments = random.Random(4)
    for _ in range(20):
        size = report.stat().st_size
        child = PROCESSES.Process(target=shards_child.change_for_ever, args=(str(store.folder), str(report)))
        child.start()
        limit = time.monotonic() + 20
        while report.stat().st_size == size and time.monotonic() < limit:
            time.sleep(0.002)
        time.sleep(moments.random() * 0.2)
        child.kill()
        child.join()
        assert report.stat().st_size > size, "the child did nothing"
        told = int(report.read_bytes().split()[-1])
        about, rows, _, ids = state(store.folder)
        assert about["n"] in (told, told + 1)
        expected = sorted(f"p{n}" for n in range(max(1, about["n"] - 3), about["n"] + 1))
        assert ids == expected
        assert rows == sorted(posts(*expected), key=lambda row: row["doc_id"])
    for path in store.folder.rglob("*"):
        os.utime(path, (time.time() - 90_000,) * 2)
    commit(store, "last")
    assert files(store.folder) == named(store.folder)


@pytest.mark.slow
def test_writers_at_the_same_time_lose_nothing(tmp_path):
    store = CorpusStore.create(tmp_path / "corpus")
    children = [PROCESSES.Process(target=shards_child.add_and_retry, args=(str(store.folder), name)) for name in "abc"]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0, 0, 0]
    assert state(store.folder)[3] == sorted(f"{name}{n}" for name in "abc" for n in range(6))
    assert files(store.folder) == named(store.folder)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="memory is measured as Unix tells it")
def test_memory_stays_flat(tmp_path):
    peaks = []
    for rows in (20_000, 200_000):
        here, there = PROCESSES.Pipe()
        child = PROCESSES.Process(target=shards_child.peak_of, args=(str(tmp_path / str(rows)), rows, there))
        child.start()
        peaks.append(here.recv())
        child.join()
    assert peaks[1] < 1.3 * peaks[0], peaks
