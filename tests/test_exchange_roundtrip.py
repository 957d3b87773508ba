"""Our table -> each format -> our table: identical up to the loss report, over random texts and codings.

``CLUETRAIN_EXAMPLES=2000`` looks longer, and each time elsewhere.
"""

import os
import tempfile
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from exchange_material import Sample, same_up_to, sample_of, samples
from hypothesis import HealthCheck, Phase, given, settings

from toolkit.exchange.detect import detect_format
from toolkit.exchange.exchange import read_exchange, write_annotations
from toolkit.exchange.model import Loss
from toolkit.exchange.registry import FORMATS

MANY = int(os.environ.get("CLUETRAIN_EXAMPLES", "0"))
#: Without the search for the smallest failing sample, which takes minutes; ask for it with CLUETRAIN_EXAMPLES.
QUICK = (Phase.explicit, Phase.generate)
looked_at = settings(
    max_examples=MANY or 6,
    derandomize=not MANY,
    phases=tuple(Phase) if MANY else QUICK,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
#: Few and large, as most of the time goes into opening and closing files.
large = samples(documents=6, spans=24)


def target(folder: Path, name: str) -> Path:
    """Where a format is written: a folder, or a file with its ending."""
    return folder / ("out" if FORMATS[name].folder else f"out{FORMATS[name].suffixes[0]}")


def there_and_back(name: str, sample: Sample, folder: Path):
    """Written, read again, and compared. Returns the path, the losses of writing, and what was read."""
    path = target(folder, name)
    losses = write_annotations(sample.annotations, path, name, texts=sample.posts)
    back = read_exchange(path, name)
    same_up_to([losses, back.losses], sample, back)
    return path, losses, back


def tree(path: Path) -> dict[str, bytes]:
    """All files by name with their bytes; of a single file, also those beside it."""
    root = path if path.is_dir() else path.parent
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in root.rglob("*") if file.is_file()}


def differences(one: dict[str, bytes], two: dict[str, bytes]) -> list[tuple[str, bytes, bytes]]:
    """The files that differ, and their bytes from a little before the first difference on."""
    found = []
    for name in sorted(one.keys() | two.keys()):
        first, second = one.get(name, b""), two.get(name, b"")
        if first != second or (name in one) != (name in two):
            pairs = enumerate(zip(first, second, strict=False))
            same = next((at for at, (a, b) in pairs if a != b), min(len(first), len(second)))
            found.append((name, first[max(0, same - 80) : same + 80], second[max(0, same - 80) : same + 80]))
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_identical_up_to_the_loss_report_and_written_again_the_same_bytes(name):
    @looked_at
    @given(large)
    def check(sample):
        sample = Sample(sample.posts.sort_values("doc_id"), sample.annotations)
        with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
            path, losses, back = there_and_back(name, sample, Path(first))
            again = target(Path(second), name)
            more = write_annotations(back.annotations, again, name, texts=back.posts)
            assert not len(more), more.to_dict("records")
            if not len(losses):  # what was replaced may stand in another order
                assert differences(tree(path), tree(again)) == []
            same_up_to([], back, read_exchange(again, name))

    check()


#: One text with all that breaks positions, and codings with a value in every column.
TEXT = "👨‍👩‍👧‍👦 Perche\u0301 no?\r\nLa voz 😀 «humana»\n\n  fin \u200fשלום\t🇪🇸."
RICH = sample_of(
    [
        {"doc_id": "es/uno dos", "text": TEXT, "lang": "es", "title": "Título «uno»"},
        {"doc_id": "it/vuoto", "text": "", "lang": "it"},
        {"doc_id": "it/tre", "text": "Senza codici."},
    ],
    [
        {
            "doc_id": "es/uno dos", "start": start, "end": end, "code": code, "coder": coder, "kind": kind,
            "score": score, "stance": stance, "evidence": evidence, "created": created, "note": note,
            "codebook": "cluetrain", "codebook_version": "1.10",
        }
        for start, end, code, coder, kind, score, stance, evidence, created, note in (
            (8, 15, "voz", "ana", "human", None, "endorses", None, "2026-11-22T02:09:47Z", "dos\nlíneas"),
            (8, 15, "voz", "luis", "human", None, None, None, None, None),
            (8, 14, "voz", "ana", "human", 0.1 + 0.2, "breach", "el acento", None, None),
            (20, 40, "a|b \"c\" <d>", "modelo 1", "machine", 1 / 3, "rejects", None, None, "50% \\ & _"),
            (0, len(TEXT), "todo", "ana", "human", 1.0, None, None, "ayer", None),
        )
    ],
)  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_a_written_file_is_recognised(name, tmp_path):
    path, _, _ = there_and_back(name, RICH, tmp_path)
    assert detect_format(path) == name


@pytest.mark.parametrize("name", [name for name, one in FORMATS.items() if one.folder])
def test_a_folder_can_be_read_as_zip(name, tmp_path):
    folder, losses, back = there_and_back(name, RICH, tmp_path / "a")
    packed = tmp_path / "b" / "out.zip"
    packed.parent.mkdir()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder).as_posix())
    again = read_exchange(packed, name)
    same_up_to([losses, again.losses], RICH, again)
    pd.testing.assert_frame_equal(again.annotations, back.annotations)
    detected = read_exchange(packed)
    pd.testing.assert_frame_equal(detected.annotations, back.annotations)


@pytest.mark.parametrize("name", FORMATS)
def test_a_table_without_rows_and_texts_without_codings(name, tmp_path):
    bare = sample_of([{"doc_id": "uno", "text": "Hola 😀"}, {"doc_id": "dos", "text": ""}], [])
    _, losses, back = there_and_back(name, bare, tmp_path)
    assert not len(losses)
    assert sorted(back.posts["doc_id"]) == ["dos", "uno"]


# The comparison itself: a comparison that lets everything pass would make all of the above worthless.

PLAIN = sample_of(
    [{"doc_id": "uno", "text": "La voz humana", "lang": "es"}],
    [
        {"doc_id": "uno", "start": 3, "end": 6, "code": "voz", "note": "x", "coder": "ana"},
        {"doc_id": "uno", "start": 3, "end": 6, "code": "voz", "note": "y", "coder": "luis"},
        {"doc_id": "uno", "start": 3, "end": 6, "code": "voz", "note": "y", "coder": "luis"},
    ],
)
KEY = {"doc_id": "uno", "start": 3, "end": 6, "code": "voz"}


def without(**changes) -> Sample:
    """The plain sample with other values in its first row, or without rows (``drop``)."""
    table = PLAIN.annotations.copy()
    table = table.drop(index=changes.pop("drop", [])).reset_index(drop=True)
    for name, value in changes.items():
        if name not in table:
            table[name] = pd.Series([None] * len(table), dtype="str")
        table.loc[0, name] = value
    return Sample(PLAIN.posts, table)


LOST_NOTE = Loss("lost", "note", "no place", **KEY, coder="ana", value="x")
LOST_ROW = Loss("lost", "annotation", "no place", **KEY, coder="luis")


@pytest.mark.parametrize(
    ("losses", "after"),
    [
        ([], PLAIN),
        ([LOST_NOTE], without(note=None)),
        ([Loss("lost", "note", "no place")], without(note=None)),
        ([LOST_ROW], without(drop=[1])),
        ([LOST_ROW, LOST_ROW], without(drop=[1, 2])),
        ([Loss("changed", "code", "too long", **KEY, coder="ana")], without(code="v")),
        ([Loss("lost", "lang", "no place", doc_id="uno")], Sample(PLAIN.posts.assign(lang=None), PLAIN.annotations)),
    ],
)
def test_comparison_accepts_what_is_reported(losses, after):
    same_up_to(losses, PLAIN, after)


@pytest.mark.parametrize(
    ("losses", "after", "problem"),
    [
        ([], without(note=None), "differs and no loss says so"),
        ([], without(note="z"), "differs and no loss says so"),
        ([], without(code="v"), "differs and no loss says so"),
        ([], without(score=0.5), "differs and no loss says so"),
        ([], without(feature_x="y"), "differs and no loss says so"),
        ([], without(start=2, quote=" voz"), "differs and no loss says so"),
        ([], without(quote="vo"), "slice and quote differ"),
        ([], without(drop=[1]), "did not come back"),
        ([LOST_ROW], without(drop=[1, 2]), "2 rows are missing, 1 are reported"),
        ([LOST_ROW], without(drop=[0]), "did not come back"),
        ([LOST_ROW], PLAIN, "reported as lost but came back"),
        ([LOST_NOTE], PLAIN, "reported but not so"),
        ([LOST_NOTE, LOST_NOTE], without(note=None), "1 rows differ in note, 2 are reported"),
        ([Loss("lost", "note", "no place", **KEY, coder="ana", value="z")], without(note=None), "the loss shows"),
        ([Loss("lost", "score", "no place")], PLAIN, "reported but not so"),
        ([Loss("lost", "lang", "no place")], PLAIN, "reported but not so"),
        ([], Sample(PLAIN.posts.assign(lang=None), PLAIN.annotations), "no loss says so"),
        ([], Sample(PLAIN.posts.iloc[:0], PLAIN.annotations.iloc[:0]), "did not come back"),
        ([Loss("changed", "text", "no place")], Sample(PLAIN.posts.assign(text="La"), PLAIN.annotations[:0]), "text"),
    ],
)  # fmt: skip
def test_comparison_sees_what_is_not_reported_or_not_so(losses, after, problem):
    with pytest.raises(AssertionError, match=problem):
        same_up_to(losses, PLAIN, after)
