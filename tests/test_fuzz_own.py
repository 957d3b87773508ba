"""Damaged files that the toolkit wrote itself, or that people write for it: read, or refused in one sentence.

The wounds are those of ``test_fuzz.py``: bits flipped, stretches cut out, doubled, spliced, overwritten.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from annotation_child import make_project
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_codebook import small_codebook
from test_fuzz import damaged

from toolkit.annotation import open_project
from toolkit.annotation.record.log import read_lines
from toolkit.annotation.session import Session
from toolkit.codebook import load_codebook
from toolkit.corpus import load_corpus
from toolkit.errors import ToolkitError
from toolkit.loading import load_to
from toolkit.recheck import _record_of
from toolkit.settings import Study, load_study, study_toml
from toolkit.storage import read_named, write_file
from toolkit.tables import check
from toolkit.topics.documents import document_terms
from toolkit.topics.engines import fit_model
from toolkit.topics.model_file import load_model, save_model

CODED = pd.DataFrame(
    [
        {
            "doc_id": "uno", "start": 0, "end": 8, "quote": "La marca", "codebook": "cluetrain",
            "codebook_version": "1", "code": "listening", "stance": "endorses", "coder": "ana", "kind": "human",
            "score": 0.5, "evidence": None, "created": "2026-01-01T10:00:00Z", "note": "=1+1, «nota»",
        }
    ]
    * 3
)  # fmt: skip


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One sound file of each kind."""
    folder = tmp_path_factory.mktemp("sound")
    (folder / "book").mkdir()
    small_codebook(folder / "book")
    (folder / "study.toml").write_text(study_toml(Study()), encoding="utf-8")
    for kind in ("csv", "jsonl", "parquet"):
        write_file(CODED, folder / f"coded.{kind}")
    project = make_project(folder)
    session = Session(project, "ana")
    for number, note in enumerate(("una nota", "otra\nnota", "🙂")):
        session.handle({"cid": f"n{number}", "do": "note", "item": session.queue[0], "note": note})
    session.close()
    texts = folder / "textos"
    texts.mkdir()
    (texts / "uno.txt").write_text("La marca escucha a la gente.\n", encoding="utf-8")
    load_to([texts], folder / "corpus", progress=False)
    documents = document_terms([["casa", "perro"] * 4, ["gato", "casa"] * 4])
    save_model(fit_model(documents, 2, iterations=5), folder / "model.npz")
    record = {"corpus": {"path": "", "posts": {"a": "b"}}, "codebook": {"sha256": "x", "path": ""}, "versions": {}}
    (folder / "run.json").write_text(json.dumps({**record, "tables": {"posts": {"rows": 1}}}), encoding="utf-8")
    return folder


def _project(path: Path) -> None:
    project = open_project(path)
    session = Session(project, "ana")
    session.handle({"cid": "h", "do": "hello"})
    session.close()


#: The file that is damaged, the folder that must come with it, and what reads it.
READ: dict[str, tuple[str, str, Callable[[Path], object]]] = {
    "codebook": ("book/oficina.yaml", "book", load_codebook),
    "study file": ("study.toml", "", load_study),
    "table as CSV": ("coded.csv", "", lambda path: check("annotations", read_named(path, "annotations"))),
    "table as JSON Lines": ("coded.jsonl", "", lambda path: check("annotations", read_named(path, "annotations"))),
    "table as Parquet": ("coded.parquet", "", lambda path: check("annotations", read_named(path, "annotations"))),
    "decisions": ("p/decisions/ana.jsonl", "p", lambda path: (read_lines(path), _project(path.parent.parent))),
    "project": ("p/project.json", "p", lambda path: _project(path.parent)),
    "manifest of a corpus": ("corpus/manifest-00000002.json", "corpus", lambda path: load_corpus(path.parent)),
    "topic model": ("model.npz", "", load_model),
    "record of a run": ("run.json", "", lambda path: _record_of(path.parent)),
}


@pytest.mark.parametrize("name", READ)
def test_what_is_damaged_was_sound_before(name: str, sound: Path) -> None:
    file, _, read = READ[name]
    read(sound / file)


@pytest.mark.slow
@pytest.mark.parametrize("name", READ)
@settings(max_examples=80, deadline=10_000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_a_damaged_file_is_read_or_refused(name: str, sound: Path, tmp_path: Path, seed: int) -> None:
    file, folder, read = READ[name]
    place = tmp_path / f"{seed}"
    if folder:
        shutil.copytree(sound / folder, place / folder)
    path = place / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(damaged((sound / file).read_bytes(), seed))
    try:
        read(path)
    except ToolkitError as error:
        assert 0 < len(str(error)) < 5_000
        assert "Traceback" not in str(error)
    finally:
        shutil.rmtree(place)
