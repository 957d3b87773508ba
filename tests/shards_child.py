"""What processes of their own do in ``test_shards.py``; a module without pytest, so that they begin at once."""

from toolkit.corpus.store import change as change_module
from toolkit.corpus.store.shards import CorpusStore
from toolkit.errors import OutputError
from toolkit.files import sha256_text


def post(doc_id: str, text: str = "", **further):
    text = text or f"Perché non ascoltano? Así empezó {doc_id}."
    return {"doc_id": doc_id, "text": text, "sha256": sha256_text(text), **further}


def posts(*doc_ids: str):
    return [post(doc_id) for doc_id in doc_ids]


def commit(store: CorpusStore, *doc_ids: str, delete=(), about=None) -> None:
    with store.begin() as change:
        if delete:
            change.delete(list(delete))
        change.add("posts", posts(*doc_ids))
        change.commit(about or {})


def change_for_ever(folder: str, report: str) -> None:
    """Each commit adds a post and deletes the fourth before it; its number is reported when it is made."""
    change_module.MOST_SMALL = 3
    with open(report, "ab", buffering=0) as told:  # noqa: PTH123
        store = CorpusStore.open(folder)
        for n in range(store.about.get("n", 0) + 1, 100_000):
            commit(store, f"p{n}", delete=[f"p{n - 4}"], about={"n": n})
            told.write(b"%d\n" % n)


def add_and_retry(folder: str, name: str) -> None:
    """Six commits of one post; a lost race is run again."""
    store = CorpusStore.open(folder)
    for n in range(6):
        while True:
            try:
                commit(store, f"{name}{n}")
                break
            except OutputError as error:
                assert "somebody else" in str(error)


def peak_of(folder: str, rows: int, answer) -> None:
    """The most memory this process had after writing and reading so many posts."""
    import resource

    store = CorpusStore.create(folder)
    with store.begin() as change:
        for n in range(rows):
            change.add("posts", [post(f"blog/2009/{n:07}", f"Così, por ejemplo, {n}. " * 20)])
        change.commit({})
    assert sum(len(batch) for batch in store.batches()) == store.count() == rows
    answer.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
