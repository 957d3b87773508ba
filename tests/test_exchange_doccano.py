"""doccano: its exports and imports read, our tables written and brought back from it."""

import csv
import io
import json
import time
from pathlib import Path

import pandas as pd
import pytest
from exchange_material import refused_cleanly, samples, through_format
from hypothesis import HealthCheck, given, settings

from toolkit.errors import InputError
from toolkit.exchange.exchange import read_exchange
from toolkit.exchange.formats.doccano import read, recognise, write
from toolkit.exchange.model import Choices, Document, Material, Span
from toolkit.exchange.registry import FORMATS

SHARED = Path(__file__).parent.parent.parent / "shared" / "interop" / "doccano"


def saved(folder, *lines, name="export.jsonl"):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    path.write_bytes("\n".join(texts).encode())
    return path


def table_of(path, **options):
    """The rows that come out of the whole door."""
    found = read_exchange(path, "doccano", **options)
    return found.annotations.astype(object).where(found.annotations.notna(), None).to_dict("records"), found.losses


def named(rows):
    return [(row["quote"], row["code"], row["coder"]) for row in rows]


def said(losses):
    return [(one.kind, one.field) for one in losses]


# Reading what others made


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"text": "La voz", "label": [[3, 6, "V"], [0, 6, "W"]]}, [("La voz", "W"), ("voz", "V")]),
        ({"text": "La voz", "labels": [[3, 6, "V"]]}, [("voz", "V")]),
        ({"data": "La voz", "label": [[3, 6, "V"], [3, 6, "V"]]}, [("voz", "V"), ("voz", "V")]),
        ({"text": "La voz", "label": ["a", "b"]}, [("La voz", "a"), ("La voz", "b")]),
        ({"text": "La voz", "label": "a"}, [("La voz", "a")]),
        ({"text": "La voz", "label": [7]}, [("La voz", "7")]),
        ({"text": "La voz", "label": []}, []),
        ({"text": "", "label": []}, []),
        ({"text": "La voz", "label": None}, []),
        ({"text": "Voz 😀", "label": ["a"]}, [("Voz 😀", "a")]),
        (
            {
                "text": "La voz",
                "entities": [{"id": 4, "start_offset": 3, "end_offset": 6, "label": "V"}],
                "cats": ["c"],
            },
            [("La voz", "c"), ("voz", "V")],
        ),
        ({"text": "La voz", "entities": [[3, 6, "V"]], "cats": ["c"]}, [("La voz", "c"), ("voz", "V")]),
    ],
)
def test_labels(tmp_path, line, expected):
    rows, losses = table_of(saved(tmp_path, line))
    assert [(row["quote"], row["code"]) for row in rows] == expected
    assert losses.empty, losses.to_dict("records")


@pytest.mark.parametrize(
    ("line", "kind", "field", "reason"),
    [
        ({"label": [[0, 2, 5]]}, "refused", "annotation", "number 5 of an old export"),
        ({"annotations": [{"label": 5, "start_offset": 0, "end_offset": 2}]}, "refused", "annotation", "number 5"),
        ({"label": [[0, 2]]}, "refused", "annotation", "expected [start, end, name]"),
        ({"label": [[0.0, 2.0, "a"]]}, "refused", "annotation", "expected [start, end, name]"),
        ({"label": [[True, 2, "a"]]}, "refused", "annotation", "expected [start, end, name]"),
        ({"label": [["0", "2", "a"]]}, "refused", "annotation", "expected [start, end, name]"),
        ({"label": {"a": 1}}, "refused", "annotation", "expected [start, end, name]"),
        ({"relations": [{"from_id": 0, "to_id": 1, "type": "r"}]}, "lost", "relation", "relations"),
        ({"Comments": ["ojo"]}, "lost", "comment", "comment on a whole text"),
        ({"Comments": [{"id": 1, "comment": "ojo"}]}, "lost", "comment", "comment on a whole text"),
        ({"meta": {"autora": "x"}}, "lost", "meta", "no place"),
        ({"codings": [[0, 2, "a"]]}, "refused", "annotation", "among the codings"),
    ],
)
def test_what_is_no_coding_is_reported_with_its_place(tmp_path, line, kind, field, reason):
    found = read(saved(tmp_path, {"text": "La voz", "label": [[3, 6, "V"]]}, {"text": "Otra", **line}), Choices())
    assert [span.code for span in found.spans] == ["V"]
    (loss,) = found.losses
    assert (loss.kind, loss.field) == (kind, field)
    assert reason in loss.reason
    assert loss.place == ("export.jsonl" if field == "meta" else "export.jsonl, line 2")


def test_lines_without_a_text_or_json_are_refused_and_reading_goes_on(tmp_path):
    lines = [
        '{"text": "a"',
        "",
        '{"text": "a\u2028b", "label": [[0, 3, "V"]]}',
        "[1]",
        '{"label": []}',
        '{"text": NaN}',
    ]
    found = read(saved(tmp_path, *lines), Choices())
    assert [(one.doc_id, one.text) for one in found.documents] == [("export-3", "a\u2028b")]
    assert sorted((loss.kind, loss.place) for loss in found.losses) == [
        ("refused", f"export.jsonl, line {number}") for number in (1, 4, 5, 6)
    ]


@pytest.mark.parametrize(
    ("label", "quote", "unit"),
    [
        # as doccano's editor counts, and as a script in Python does
        ([8, 11, "V"], "voz", "UTF-16"),
        ([7, 10, "V"], "voz", "code points"),
        # before the emoji both are the same, and nothing is taken on trust
        ([0, 4, "V"], "Hola", None),
    ],
)
def test_the_unit_that_fits_words_is_taken_and_said(tmp_path, label, quote, unit):
    rows, losses = table_of(saved(tmp_path, {"text": "Hola 😀 voz", "label": [label]}))
    assert [row["quote"] for row in rows] == [quote]
    assert list(losses["field"]) == ([] if unit is None else ["start"])
    assert unit is None or unit in losses["reason"][0]


def test_members_of_an_export_are_coders(tmp_path):
    lines = {name: {"id": 3, "text": "La voz", "label": [[3, 6, name]]} for name in ("ana", "luis", "all", "unknown")}
    for name, line in lines.items():
        saved(tmp_path / "export", line, name=f"{name}.jsonl")
    (tmp_path / "export" / "README.txt").write_text("exportado ayer")
    rows, losses = table_of(tmp_path / "export")
    assert named(rows) == [
        ("voz", "all", "unknown"), ("voz", "ana", "ana"), ("voz", "luis", "luis"), ("voz", "unknown", "unknown"),
    ]  # fmt: skip
    assert {row["doc_id"] for row in rows} == {"3"}
    assert losses[["kind", "field", "place"]].to_numpy().tolist() == [
        ["refused", "document", "README.txt"], ["changed", "coder", "ana.jsonl"], ["changed", "coder", "luis.jsonl"],
    ]  # fmt: skip
    # who the user says it was, it was
    assert {row["coder"] for row in table_of(tmp_path / "export", coder="giulia")[0]} == {"giulia"}
    # the name of a single file, or of one that doccano did not give out, says nothing
    for line in ({"text": "La voz", "label": ["a"]}, {"id": 1, "text": "La voz", "label": ["a"]}):
        path = saved(tmp_path, line, name="ana.jsonl")
        assert [span.coder for span in read(path, Choices()).spans] == [None]
        assert table_of(path, coder="giulia")[0][0]["coder"] == "giulia"
    old = saved(tmp_path, {"text": "La voz", "label": ["a"], "username": "giulia"}, name="old.jsonl")
    assert [span.coder for span in read(old, Choices()).spans] == ["giulia"]


def test_texts_of_one_name_are_kept_apart(tmp_path):
    found = read(saved(tmp_path, *({"id": 1, "text": text, "label": []} for text in ("x", "y", "x", "z"))), Choices())
    assert [(one.doc_id, one.text) for one in found.documents] == [("1", "x"), ("1 (2)", "y"), ("1 (3)", "z")]
    assert said(found.losses) == [("changed", "doc_id")] * 2


def test_a_category_of_an_empty_text_is_lost(tmp_path):
    found = read(saved(tmp_path, {"text": "", "label": ["a"]}), Choices())
    assert said(found.losses) == [("lost", "annotation")]


def test_a_very_long_text_in_a_csv_is_read_and_the_limit_of_all_others_stays(tmp_path):
    limit = csv.field_size_limit()
    rows, _ = table_of(saved(tmp_path, f"text,label\n{'voz ' * 50_000}.,a\n", name="uno.csv"))
    assert [row["end"] for row in rows] == [200_001]
    assert csv.field_size_limit() == limit


def test_classification_as_csv_json_and_fasttext(tmp_path):
    csv = saved(
        tmp_path, 'id,text,label,autora\r\n1,"uno\r\n""dos""",a#b,x\r\n2,tres,C#,\r\n3,,a,\r\n4,z', name="a.csv"
    )
    rows, losses = table_of(csv)
    assert [(row["quote"], row["code"]) for row in rows] == [
        ('uno\r\n"dos"', "a"), ('uno\r\n"dos"', "b"), ("tres", "C#"),
    ]  # fmt: skip
    assert losses[["kind", "field", "place"]].to_numpy().tolist() == [
        ["refused", "document", "a.csv, row 4"],
        ["refused", "document", "a.csv, row 3"],
        ["lost", "autora", "a.csv"],
    ]
    fast = saved(tmp_path, "__label__a __label__b uno  dos ", "tres", "", name="a.txt")
    assert [(row["quote"], row["code"]) for row in table_of(fast)[0]] == [("uno  dos ", "a"), ("uno  dos ", "b")]
    listed = saved(tmp_path, [{"text": "uno", "label": ["a"]}, {"text": "dos", "label": []}], name="a.json")
    assert [(row["doc_id"], row["code"]) for row in table_of(listed)[0]] == [("a-1", "a")]
    for path in (csv, fast, listed):
        assert recognise(path, path.read_bytes())


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", "hola\n", "no line that is a JSON object"),
        ("a.jsonl", "[" * 5000, "too deep|no line"),
        ("a.jsonl", '{"a": ' * 5000 + "1" + "}" * 5000, "too deep"),
        ("a.json", "[1, 2]", "no line that is a JSON object"),
        ("a.csv", "texto,etiqueta\n", "has no column 'text'"),
        ("a.csv", 'text,label\n"a"b,c\n', "after row 0: no CSV"),
        ("a.csv", '"text', "after row 0: no CSV"),
        ("a.txt", "EU  B-ORG\n", "do not begin with __label__"),
    ],
)
def test_what_is_not_of_doccano_is_refused(tmp_path, name, content, message):
    path = saved(tmp_path, content, name=name)
    with pytest.raises(InputError, match=message) as refused:
        read(path, Choices())
    refused_cleanly(refused.value, path)


@pytest.mark.parametrize(
    ("name", "head", "known"),
    [
        ("a.jsonl", b'{"id": 3, "text": "x", "label": [[0, 1, "A"]], "Comments": []}\n', True),
        ("a.jsonl", b'\xef\xbb\xbf{"text": "x", "entities": [], "relations": []}', True),
        ("a.jsonl", b'{\n  "text": "x",\n  "entities": []\n}', True),
        ("a.jsonl", b'{"id": 3, "text": "' + b"x" * 3900, True),
        ("a.json", b'[{"column_data": "x", "column_label": ["a"]}]', True),
        ("a.jsonl", b'{"text": "x", "label": "a", "_task_hash": 1, "answer": "reject"}\n', False),
        ("a.jsonl", b'{"id": 3, "text": "x", "label": ["a"], "_task_hash": 1}\n', True),
        ("a.csv", b"text,label\nx,y\n", True),
        ("a.csv", b"doc_id,start,end,code,text,label\n", False),
        ("a.csv", b"text, label\nx,y\n", False),
        ("a.jsonl", b'{"doc_id": "a", "start": 0, "end": 1, "quote": "x", "code": "c"}', False),
        ("a.jsonl", b'{"doc_id": "a", "lang": "es", "text": "x"}', False),
        ("a.jsonl", b"", False),
        ("a.json", b'[{"id": 1, "annotations": [], "data": {"text": "x"}}]', False),
        ("a.json", b'[{"text": "x", "label": [], "annotator": 1, "annotation_id": 2}]', False),
        ("a.json", b'{"%TYPES": {}}', False),
        ("a.txt", b"JAPAN\tB-LOC\n", False),
    ],
)
def test_recognise(name, head, known):
    assert recognise(Path(name), head) is known


# Writing, and back from doccano

TEXT = "Perche\u0301 no? 😀 «voz»\r\n"
WRITTEN = Material(
    [Document("es/uno", TEXT, "es", "Título"), Document("tre", "Senza"), Document("vacío", "")],
    [
        Span("es/uno", 0, 7, "voz", TEXT[0:7], "k", "1.1", "breach", "ana", "human", 0.1 + 0.2, "e", "ayer", "n"),
        Span("es/uno", 0, 7, "voz", TEXT[0:7], stance="endorses", coder="luis", kind="human", features={"tono": "x"}),
        Span("es/uno", 12, 13, "b", TEXT[12:13], coder="hybrid", kind="machine", score=1 / 3, evidence="😀"),
        Span("es/uno", 15, 18, "c", TEXT[15:18], coder="ana", kind="human"),
    ],
    ["voz", "b", "c"],
    ["ana", "hybrid", "luis"],
)


def written(folder):
    path = folder / "out.jsonl"
    assert write(WRITTEN, path) == []
    return path


def test_lines_as_doccano_imports_them(tmp_path):
    lines = [json.loads(line) for line in written(tmp_path).read_bytes().decode().split("\n") if line]
    assert [list(line) for line in lines] == [["text", "label", "doc_id", "lang", "title", "codings"]] * 3
    # UTF-16: the emoji counts two; what two people coded alike is one label
    assert lines[0]["label"] == [[0, 7, "voz"], [12, 14, "b"], [16, 19, "c"]]
    assert len(lines[0]["codings"]) == 4


def from_doccano(path, name="jefa", change=lambda record: None):
    """What doccano gives back, through the same steps of pandas as its import and export take."""
    frame = pd.DataFrame([json.loads(line) for line in path.read_bytes().decode().split("\n") if line])
    records = []
    for number, row in enumerate(frame.drop(columns="label").to_dict("records"), 41):
        text = row.pop("text")
        if text:
            meta = json.loads(json.dumps(row))
            record = {"id": number, "text": text, **meta, "label": frame["label"][number - 41], "Comments": []}
            change(record)
            records.append(record | {"label": sorted(tuple(one) for one in record["label"])})
    buffer = io.StringIO()
    pd.DataFrame(records).to_json(buffer, orient="records", force_ascii=False, lines=True)
    target = path.with_name(f"{name}.jsonl")
    target.write_text(buffer.getvalue(), encoding="utf-8")
    return target


def test_what_doccano_only_stored_comes_back_as_it_was(tmp_path):
    path = written(tmp_path)
    before, _ = table_of(path)
    after, losses = table_of(from_doccano(path))
    assert after == before
    assert losses.empty
    assert [row["coder"] for row in after] == ["ana", "luis", "hybrid", "ana"]
    assert (after[0]["score"], after[2]["score"]) == (0.1 + 0.2, 1 / 3)


def test_decisions_made_in_doccano_belong_to_the_member(tmp_path):
    def change(record):
        if record["doc_id"] == "es/uno":
            record["label"] = [one for one in record["label"] if one[2] != "c"] + [[16, 19, "d"], [0, 7, "voz"]]
        else:
            record["label"].append([0, 5, "tutto"])

    found = read(from_doccano(written(tmp_path), change=change), Choices())
    rows, _ = table_of(tmp_path / "jefa.jsonl")
    assert named(rows) == [
        ("Perche\u0301", "voz", "ana"), ("Perche\u0301", "voz", "jefa"), ("Perche\u0301", "voz", "luis"),
        ("😀", "b", "hybrid"), ("voz", "d", "jefa"), ("Senza", "tutto", "jefa"),
    ]  # fmt: skip
    member, taken, uneven = found.losses
    assert (member.kind, member.field, member.coder, member.place) == ("changed", "coder", "jefa", "jefa.jsonl")
    assert (taken.kind, taken.field, taken.code, taken.doc_id) == ("changed", "annotation", "c", "es/uno")
    assert "of 'ana'" in taken.reason
    assert (uneven.kind, uneven.field) == ("changed", "start")


def test_only_the_member_who_imported_has_the_imported_labels(tmp_path):
    path = written(tmp_path)
    folder = tmp_path / "export"
    folder.mkdir()
    from_doccano(path).rename(folder / "jefa.jsonl")

    def alone(record):
        record["label"] = [[0, 7, "voz"]] if record["doc_id"] == "es/uno" else []

    from_doccano(path, "marco", alone).rename(folder / "marco.jsonl")
    rows, _ = table_of(folder)
    assert [row["coder"] for row in rows if row["code"] == "voz"] == ["ana", "luis", "marco"]
    assert len(rows) == 5


def blind(record):
    """One label that is the same as one that went out, one that is not."""
    record["label"] = [[0, 7, "voz"], [15, 18, "d"]] if record["doc_id"] == "es/uno" else []


def test_labels_of_who_coded_blind_are_their_own(tmp_path):
    path = written(tmp_path)
    found = read(from_doccano(path, "luisa", blind), Choices())
    assert [(span.code, span.coder) for span in found.spans] == [("voz", "luisa"), ("d", "luisa")]
    assert said(found.losses) == [("changed", "annotation"), ("changed", "coder"), ("changed", "start")]
    assert "1 of 3 labels" in found.losses[0].reason
    # whoever it was, if the user knows it
    found = read(tmp_path / "luisa.jsonl", Choices(coder="ana"))
    assert [(span.code, span.coder) for span in found.spans] == [("voz", None), ("d", None)]


def test_of_members_of_whom_one_imported_each_has_their_own(tmp_path):
    path = written(tmp_path)
    before, _ = table_of(path)
    folder = tmp_path / "export"
    folder.mkdir()
    from_doccano(path).rename(folder / "jefa.jsonl")
    from_doccano(path, "luisa", blind).rename(folder / "luisa.jsonl")
    rows, losses = table_of(folder)
    assert [row for row in rows if row["coder"] != "luisa"] == before
    assert [row["code"] for row in rows if row["coder"] == "luisa"] == ["voz", "d"]
    assert losses[["field", "place"]].to_numpy().tolist() == [
        ["coder", "luisa.jsonl"],
        ["start", "luisa.jsonl, line 1"],
    ]
    # nobody has most of what went out: all coded anew
    from_doccano(path, "jefa", blind).rename(folder / "jefa.jsonl")
    rows, losses = table_of(folder)
    assert [row["coder"] for row in rows] == ["jefa", "luisa"] * 2
    # both have all of it: the first is taken, and that is said
    for name in ("jefa", "luisa"):
        from_doccano(path, name).rename(folder / f"{name}.jsonl")
    rows, losses = table_of(folder)
    assert sorted({row["coder"] for row in rows}) == ["ana", "hybrid", "luis", "luisa"]
    assert "in the files 'jefa', 'luisa'" in losses["reason"][0]


def test_parts_of_our_own_work_are_read_together(tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    for name in ("a", "b"):
        span = Span(name, 0, 1, "voz", "x", coder="ana", kind="human")
        write(Material([Document(name, "x y")], [span], ["voz"], ["ana"]), folder / f"{name}.jsonl")
    rows, losses = table_of(folder)
    assert [(row["doc_id"], row["coder"]) for row in rows] == [("a", "ana"), ("b", "ana")]
    assert losses.empty


def test_many_texts_of_one_name_take_no_long_time(tmp_path):
    lines = ({"text": f"t {at}", "label": [], "doc_id": "same"} for at in range(20_000))
    path = saved(tmp_path, *lines)
    begin = time.process_time()
    names = [one.doc_id for one in read(path, Choices()).documents]
    # over a minute when every name was tried from the first on
    assert time.process_time() - begin < 20
    assert names[:2] + names[-1:] == ["same", "same (2)", "same (20000)"]


def test_a_list_with_a_long_first_text_is_recognised(tmp_path):
    path = saved(tmp_path, [{"text": "é " * 9_000, "label": []}], name="a.json")
    assert recognise(path, path.read_bytes()[:4000])


@settings(max_examples=25, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(samples())
def test_out_and_in_is_identical(sample):
    _, losses, found = through_format("doccano", sample)
    assert losses == []
    assert list(found.losses) == []


def test_what_is_written_is_recognised_whatever_its_length(tmp_path):
    path = tmp_path / "a.jsonl"
    for text in ("a", "", "é" * 9000):
        spans = [Span("a", 0, 1, "c", text[:1], coder="ana", kind="human")] if text else []
        write(Material([Document("a", text)], spans, ["c"], ["ana"]), path)
        head = path.read_bytes()[:4000]
        assert FORMATS["doccano"].recognise(path, head)
        assert not FORMATS["jsonl"].recognise(path, head)


# The real files: documents, spans, whole losses; or why they are refused

REAL = {
    "data_export_relation_extraction_example.jsonl": (1, 4, ["relation"] * 3),
    "data_export_text_classification_example.csv": (3, 3, []),
    "data_export_text_classification_example.jsonl": (3, 3, []),
    "data_import_relation_extraction_example.jsonl": (1, 4, ["relation"] * 3),
    "data_import_sequence_labeling_example.conll": "no line that is a JSON object",
    "data_import_sequence_labeling_example.txt": "do not begin with __label__",
    "data_import_sequence_labeling_example_overlapping.jsonl": (1, 2, ["meta"]),
    "data_import_sequence_labeling_labeling.trailing.conll": "no line that is a JSON object",
    "data_import_text_classification_example.invalid.2.csv": "has no column 'label'",
    "data_import_text_classification_example.json": (3, 3, []),
    "data_import_text_classification_example.jsonl": (3, 3, ["meta"]),
    "data_import_text_classification_example.txt": (3, 3, []),
    "data_import_text_classification_example_out_of_order_columns.csv": (2, 1, ["document", "foo"]),
}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real files (../shared/interop) are not on this machine")
def test_real_files():
    assert {path.name for path in SHARED.iterdir()} == set(REAL)
    for name, expected in REAL.items():
        path = SHARED / name
        assert recognise(path, path.read_bytes()[:4000]) is not isinstance(expected, str), name
        if isinstance(expected, str):
            with pytest.raises(InputError, match=expected) as refused:
                read(path, Choices())
            refused_cleanly(refused.value, path)
        else:
            found = read(path, Choices())
            fields = [loss.field for loss in found.losses]
            assert (len(found.documents), len(found.spans), fields) == expected, name
            assert len(read_exchange(path, "doccano").annotations) == expected[1]
    for name in ("data_export_relation_extraction_example.jsonl", "data_import_relation_extraction_example.jsonl"):
        rows, _ = table_of(SHARED / name)
        assert [(row["quote"], row["code"]) for row in rows] == [
            ("Google", "ORG"), ("September 4, 1998", "DATE"), ("Larry Page", "PERSON"), ("Sergey Brin", "PERSON"),
        ]  # fmt: skip
