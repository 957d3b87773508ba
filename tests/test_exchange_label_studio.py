"""Label Studio: its JSON and JSON-MIN exports read, our tables written and brought back from it."""

import json
import time
from pathlib import Path

import pandas as pd
import pytest
from exchange_material import refused_cleanly, samples, through_format
from hypothesis import HealthCheck, given, settings

from toolkit.errors import InputError
from toolkit.exchange import read_exchange, write_annotations
from toolkit.exchange.formats.label_studio import read, recognise, write
from toolkit.exchange.model import Choices, Document, Material, Span
from toolkit.exchange.registry import FORMATS

SHARED = Path(__file__).parent.parent.parent / "shared" / "interop" / "label_studio"
ANA = {"id": 3, "email": "ana@a.es", "first_name": "Ana", "last_name": ""}


def saved(folder, content, name="export.json"):
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def result(kind, values, start=None, end=None, text=None, name=None, **more):
    """A result as the editor writes it."""
    value = {} if start is None else {"start": start, "end": end}
    value |= {} if text is None else {"text": text}
    value["text" if kind == "textarea" else kind] = values
    name = name or {"labels": "label", "textarea": "note"}.get(kind, kind)
    return {"type": kind, "value": value, "from_name": name, "to_name": "text", **more}


def task(*results, text="Escuchar a los clientes", number=1, **more):
    """A task with one annotation by Ana."""
    annotation = {"id": 70 + number, "completed_by": ANA, "created_at": "2024-05-15T12:09:16Z", "result": list(results)}
    return {"id": number, "annotations": [annotation | more.pop("annotation", {})], "data": {"text": text}, **more}


def table_of(path, **options):
    """The rows that come out of the whole door."""
    found = read_exchange(path, "label-studio", **options)
    return found.annotations.astype(object).where(found.annotations.notna(), None).to_dict("records"), found.losses


def said(losses):
    return [(one.kind, one.field) for one in losses]


# Reading what others made


def test_regions_of_two_people_and_a_model(tmp_path):
    path = saved(
        tmp_path,
        [
            task(
                result("labels", ["listening"], 0, 8, "Escuchar", id="r1", origin="manual"),
                result("choices", ["endorses"], 0, 8, "Escuchar", "stance", id="r1"),
                result("textarea", ["uno", "dos"], 0, 8, id="r1"),
                result("choices", ["A", "B"], 0, 8, "Escuchar", "tono", id="r1"),
                result("rating", 4, 0, 8, "Escuchar", "seguro", id="r1"),
                result("labels", ["voz", "clientes"], 15, 23, "clientes", id="r2", origin="prediction-changed"),
            )
            | {
                "predictions": [
                    {
                        "model_version": "hybrid 2", "score": 0.25, "created_at": "2024-01-01T00:00:00Z",
                        "result": [
                            result("labels", ["voz"], 0, 8, "Escuchar", id="p1", score=0.75),
                            result("labels", ["voz"], 9, 10, "a", id="p2"),
                        ],
                    }
                ]
            }
        ],
    )  # fmt: skip
    rows, losses = table_of(path)
    named = [(row["quote"], row["code"], row["coder"], row["kind"], row["score"], row["stance"]) for row in rows]
    assert named == [
        ("Escuchar", "listening", "ana@a.es", "human", None, "endorses"),
        ("Escuchar", "voz", "hybrid 2", "machine", 0.75, None),
        ("a", "voz", "hybrid 2", "machine", None, None),
        ("clientes", "clientes", "ana@a.es", "human", None, None),
        ("clientes", "voz", "ana@a.es", "human", None, None),
    ]
    assert [rows[0][name] for name in ("note", "feature_tono", "feature_seguro", "created")] == [
        "uno\ndos", "A; B", "4", "2024-05-15T12:09:16Z",
    ]  # fmt: skip
    assert "feature_from_name" not in rows[0]
    assert [row["feature_origin"] for row in rows] == [None, None, None, "prediction-changed", "prediction-changed"]
    # the score of the whole prediction is none of its regions
    assert losses[["kind", "field", "value"]].to_numpy().tolist() == [["lost", "score", "0.25"]]


def test_the_score_of_a_prediction_with_one_region_is_that_of_the_region(tmp_path):
    prediction = {"model_version": "m", "score": 0.25, "result": [result("labels", ["voz"], 0, 3, id="p1")]}
    rows, losses = table_of(saved(tmp_path, [task() | {"predictions": [prediction]}]))
    assert [(row["coder"], row["score"]) for row in rows] == [("m", 0.25)]
    assert losses.empty


@pytest.mark.parametrize(
    ("results", "kind", "field", "reason"),
    [
        ([{"type": "relation", "from_id": "a", "to_id": "b"}], "lost", "relation", "relations"),
        ([result("rectanglelabels", ["Car"], x=1)], "lost", "annotation", "rectanglelabels"),
        ([result("labels", ["v"], 0.5, 2.25)], "lost", "annotation", "sound"),
        ([result("labels", ["v"], 0, 3, original_length=9)], "lost", "annotation", "sound"),
        ([result("hypertextlabels", ["v"], "/p[1]/text()[1]", "/p[1]/text()[1]")], "lost", "annotation", "hypertext"),
        ([{**result("labels", ["v"]), "value": {"startOffset": 1, "labels": ["v"]}}], "lost", "annotation", "HTML"),
        ([result("labels", [], 0, 3)], "lost", "annotation", "without a label"),
        ([result("textarea", ["un comentario"])], "lost", "note", "belongs to no label"),
        ([result("labels", ["v"], "0", "3")], "refused", "annotation", "expected whole numbers"),
        ([result("labels", ["v"], True, 3)], "refused", "annotation", "expected whole numbers"),
        ([result("labels", ["v"], -1, 3)], "refused", "annotation", "expected whole numbers"),
        ([result("labels", ["v"])], "refused", "annotation", "expected whole numbers"),
        (["x"], "refused", "annotation", "got 'x'"),
        ([{"type": "labels", "value": None}], "refused", "annotation", "no value"),
    ],
)
def test_what_is_no_coding_of_text_is_reported_with_its_place(tmp_path, results, kind, field, reason):
    found = read(saved(tmp_path, [task(result("labels", ["x"], 0, 3, "Esc", id="good"), *results)]), Choices())
    assert [span.code for span in found.spans] == ["x"]
    (loss,) = found.losses
    assert (loss.kind, loss.field) == (kind, field)
    assert reason in loss.reason
    assert loss.place == "export.json, task 1, annotation 71"


@pytest.mark.parametrize(
    ("start", "end", "quote", "slice"),
    [
        (6, 9, "voz", "voz"),
        # UTF-16 units of older versions
        (8, 11, "voz", "voz"),
        # a line end, and white space, as the editor shows them
        (0, 5, "👍 a\\n", "👍 a\r\n"),
        (10, 14, "x y", "x  y"),
    ],
)
def test_the_quote_decides_the_unit(tmp_path, start, end, quote, slice):
    path = saved(tmp_path, [task(result("labels", ["v"], start, end, quote), text="👍 a\r\n😀voz x  y.")])
    rows, losses = table_of(path)
    assert losses.empty, losses.to_dict("records")
    assert rows[0]["quote"] == slice


def test_a_quote_that_is_not_the_text_is_refused(tmp_path):
    path = saved(tmp_path, [task(result("labels", ["v"], 0, 3, "uno"), result("labels", ["w"], 0, 3, "Esc"))])
    rows, losses = table_of(path)
    assert [row["code"] for row in rows] == ["w"]
    assert losses[["kind", "place"]].to_numpy().tolist() == [["refused", "export.json, task 1, annotation 71"]]


def test_without_quotes_the_unit_is_said_to_be_taken_on_trust(tmp_path):
    path = saved(tmp_path, [task(result("labels", ["v"], 2, 5), text="😀 voz")])
    rows, losses = table_of(path)
    assert rows[0]["quote"] == "voz"
    assert losses[["kind", "field"]].to_numpy().tolist() == [["changed", "start"]]


def test_choices_without_a_place_are_of_the_whole_text(tmp_path):
    tree = result("taxonomy", [["marca", "voz"]])
    path = saved(tmp_path, [task(result("choices", ["Positive", "😀"]), tree, text="Hola 😀 voz")])
    rows, _ = table_of(path)
    assert [(row["start"], row["end"], row["code"]) for row in rows] == [
        (0, 10, "Positive"), (0, 10, "marca/voz"), (0, 10, "😀"),
    ]  # fmt: skip
    assert {row["feature_from_name"] for row in rows} == {"choices", "taxonomy"}
    empty = read(saved(tmp_path, [task(result("choices", ["Positive"]), text="")]), Choices())
    assert (list(empty.spans), said(empty.losses)) == ([], [("lost", "annotation")])
    assert len(empty.documents) == 1


def test_skipped_annotations_and_bookkeeping_are_listed(tmp_path):
    path = saved(
        tmp_path,
        [
            task(result("labels", ["v"], 0, 3), annotation={"was_cancelled": True}),
            task(result("labels", ["v"], 0, 3), number=2, annotation={"lead_time": 3.5, "reviews": [{}]}),
            task(number=3, drafts=[{"result": []}])
            | {"data": {"text": "c", "autora": "x", "image": "https://a.b/c.png"}},
        ],
    )
    found = read(path, Choices())
    assert [(span.doc_id, span.code) for span in found.spans] == [("2", "v")]
    assert [(loss.field, loss.value) for loss in found.losses] == [
        ("annotation", None), ("autora", "1 times"), ("drafts", "1 times"), ("image", "1 times"),
        ("lead_time", "1 times"), ("reviews", "1 times"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("person", "coder"),
    [
        ({"id": 1, "email": "ana@a.es"}, "ana@a.es"),
        ({"id": 1, "email": "", "first_name": "Ana", "last_name": "Luz"}, "Ana Luz"),
        ({"id": 1}, "1"),
        (7, "7"),
        (None, None),
        (True, None),
        ([], None),
    ],
)
def test_who_coded(tmp_path, person, coder):
    path = saved(tmp_path, [task(result("labels", ["v"], 0, 3), annotation={"completed_by": person})])
    assert [span.coder for span in read(path, Choices()).spans] == [coder]


CONFIG = (
    '<View><Labels name="label" toName="cuerpo"><Label value="v"/></Labels>'
    '<Text name="cuerpo" value="$b"/><Image name="foto" value="$a"/></View>'
)


@pytest.mark.parametrize(
    ("data", "to_name", "config", "text"),
    [
        ({"a": "uno dos", "b": "tres cuatro"}, "cuerpo", CONFIG, "tres cuatro"),
        ({"a": "uno dos", "b": "tres cuatro"}, "foto", CONFIG, None),
        ({"a": "uno dos", "text": "tres cuatro"}, "a", None, "uno dos"),
        ({"a": "uno dos", "text": "tres cuatro"}, "t", None, "tres cuatro"),
        ({"a": "uno", "b": "tres cuatro", "title": "un título"}, "t", None, "tres cuatro"),
        ({"a": "https://a.b/c.png", "b": "uno"}, "t", None, "uno"),
        ({"a": "https://a.b/c.png", "text": "uno"}, "a", None, None),
        ({"a": "uno dos", "b": "tres cuatro"}, "t", None, None),
        ({"a": "uno dos", "b": "x"}, "t", "<View", "uno dos"),
    ],
)
def test_where_the_text_stands(tmp_path, data, to_name, config, text):
    if config:
        saved(tmp_path, config, "label_config.xml")
    one = task({**result("choices", ["v"]), "to_name": to_name}) | {"data": data}
    found = read(saved(tmp_path, [one]), Choices())
    assert [span.quote for span in found.spans] == ([text] if text else [])
    lost = [loss.reason for loss in found.losses if loss.field == "annotation"]
    assert lost == ([] if text else [f"'{to_name}' shows no plain text of this task"])


def test_two_texts_of_one_task_are_two_documents(tmp_path):
    results = [{**result("labels", ["v"], 0, 3), "to_name": name} for name in ("post", "reply")]
    found = read(saved(tmp_path, [task(*results) | {"data": {"post": "Uno y dos", "reply": "Tres"}}]), Choices())
    assert [(one.doc_id, one.text) for one in found.documents] == [("1", "Uno y dos"), ("1/reply", "Tres")]
    assert [span.doc_id for span in found.spans] == ["1", "1/reply"]


def test_tasks_of_one_name_with_other_texts_are_kept_apart(tmp_path):
    tasks = [{"data": {"doc_id": "a", "text": text}, "annotations": []} for text in ("x", "y", "x", "z")]
    found = read(saved(tmp_path, tasks), Choices())
    assert [(one.doc_id, one.text) for one in found.documents] == [("a", "x"), ("a (2)", "y"), ("a (3)", "z")]
    assert said(found.losses) == [("changed", "doc_id")] * 2


def test_a_text_kept_elsewhere_is_asked_for(tmp_path):
    path = saved(tmp_path, [task(result("labels", ["v"], 40, 45), text="s3://bucket/uno.txt")])
    (document,) = read(path, Choices()).documents
    assert document.text is None


def test_layers_are_controls(tmp_path):
    path = saved(tmp_path, [task(result("labels", ["v"], 0, 3), result("choices", ["w"], name="sentiment"))])
    assert [span.code for span in read(path, Choices(layers=("sentiment",))).spans] == ["w"]


def test_tasks_of_one_number_in_two_files_are_kept_apart(tmp_path):
    for name, text in (("a.json", "Uno dos"), ("b.json", "Tres cuatro")):
        saved(tmp_path, [task(result("labels", ["v"], 0, 3, text[:3]), text=text)], name)
    saved(tmp_path, "[1", "c.json")
    (tmp_path / "b").mkdir()
    saved(tmp_path / "b", [task(text="Uno dos")], "d.json")
    found = read(tmp_path, Choices())
    assert [(one.doc_id, one.text) for one in found.documents] == [("1", "Uno dos"), ("1 (2)", "Tres cuatro")]
    assert [(span.doc_id, span.quote) for span in found.spans] == [("1", "Uno"), ("1 (2)", "Tre")]
    assert said(found.losses) == [("changed", "doc_id"), ("refused", "document")]
    (tmp_path / "a.json").unlink()
    (tmp_path / "b.json").unlink()
    (tmp_path / "b" / "d.json").unlink()
    with pytest.raises(InputError, match="not JSON"):
        read(tmp_path, Choices())


def test_annotations_in_a_cloud_storage(tmp_path):
    for number, person in ((5, "a@x.es"), (6, "b@x.es")):
        one = {
            "id": number, "result": [result("labels", ["v"], 0, 4, "Hola", id="r")], "created_at": "2024-01-01",
            "completed_by": {"id": 1, "email": person}, "task": {"id": 0, "data": {"text": "Hola 1"}, "meta": {}},
        }  # fmt: skip
        path = saved(tmp_path, one, f"{number}.json")
        assert recognise(path, path.read_bytes())
    rows, losses = table_of(tmp_path)
    assert [(row["doc_id"], row["quote"], row["coder"]) for row in rows] == [
        ("0", "Hola", "a@x.es"), ("0", "Hola", "b@x.es"),
    ]  # fmt: skip
    assert losses.empty


def test_many_regions_at_one_place_and_many_texts_of_one_name_take_no_long_time(tmp_path):
    behind = {"annotator": 4, "annotation_id": 9}
    spans = [{"start": 0, "end": 3, "text": "Uno", "labels": [f"v{at}"]} for at in range(20_000)]
    notes = [f"n{at}" for at in range(20_000)]
    path = saved(tmp_path, [{"text": "Uno dos", "id": 1, "label": spans, "note": notes} | behind])
    begin = time.process_time()
    found = read(path, Choices())
    tasks = [{"id": 1, "data": {"text": f"t {at}", "doc_id": "same"}, "annotations": []} for at in range(20_000)]
    names = [one.doc_id for one in read(saved(tmp_path, tasks), Choices()).documents]
    # each was over a minute for 10,000 when every name was tried from the first on
    assert time.process_time() - begin < 20
    assert [(span.code, span.note) for span in found.spans] == [(f"v{at}", f"n{at}") for at in range(20_000)]
    assert names[:3] + names[-1:] == ["same", "same (2)", "same (3)", "same (20000)"]


def test_json_min_with_a_long_first_post_is_recognised(tmp_path):
    record = {"text": "é " * 9_000, "id": 1, "label": [], "annotator": 4, "annotation_id": 9, "lead_time": 2}
    path = saved(tmp_path, [record])
    assert recognise(path, path.read_bytes()[:4000])
    other = saved(tmp_path, [{"text": "é " * 9_000, "id": 1, "label": []}], "other.json")
    assert not recognise(other, other.read_bytes()[:4000])


def test_json_min(tmp_path):
    behind = {"annotator": 4, "annotation_id": 9, "created_at": "2024-01-30", "updated_at": "x", "lead_time": 2.5}
    spans = [{"start": at, "end": at + 3, "text": text, "labels": ["v"]} for at, text in ((0, "Uno"), (4, "dos"))]
    path = saved(
        tmp_path,
        [
            {"text": "Uno dos", "autora": "x", "id": 1, "label": spans, "stance": ["breach", "mentions"], "tema": "m"}
            | behind,
            {"text": "Tres", "id": 2, "tema": {"choices": ["a", "b"]}, "tono": ["x", "y", "z"]} | behind,
        ],
    )
    assert recognise(path, path.read_bytes())
    found = read(path, Choices())
    named = [(span.doc_id, span.start, span.end, span.code, span.stance, span.coder) for span in found.spans]
    assert named == [
        ("1", 0, 3, "v", "breach", "4"),
        ("1", 4, 7, "v", "mentions", "4"),
        ("1", 0, 7, "m", None, "4"),
        ("2", 0, 4, "a", None, "4"),
        ("2", 0, 4, "b", None, "4"),
    ]
    assert [(loss.field, loss.value) for loss in found.losses] == [
        ("tono", "['x']"), ("tono", "['y']"), ("tono", "['z']"), ("autora", "1 times"), ("lead_time", "2 times"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not JSON"),
        ("[{}", "not JSON"),
        ("[NaN]", "not JSON"),
        ('"x"', "no tasks"),
        ("[1, 2]", "no tasks"),
        ('{"labels_{{idx}}": {}}', "no tasks of Label Studio but one object"),
        ("[" * 5000 + "]" * 5000, "too deep"),
    ],
)
def test_what_is_no_export_is_refused(tmp_path, content, message):
    path = saved(tmp_path, content)
    with pytest.raises(InputError, match=message) as refused:
        read(path, Choices())
    refused_cleanly(refused.value, path)


def test_half_characters_do_not_come_in(tmp_path):
    path = saved(tmp_path, json.dumps([task(result("labels", ["\ud83d"], 0, 3), text="\ud83d voz")]))
    (row,), losses = table_of(path)
    assert (row["code"], read_exchange(path).posts["text"][0]) == ("\ufffd", "\ufffd voz")
    assert set(losses["kind"]) == {"changed"}


@pytest.mark.parametrize(
    ("name", "head", "known"),
    [
        ("a.json", b'[{"id": 1, "annotations": [', True),
        ("a.json", b'\xef\xbb\xbf [\n {\n "data": {"te', True),
        ("a.json", b'{"id": 1, "data": {"text"', True),
        ("a.json", b'{"id": 5, "result": [], "task": {"id": 1}, "completed_by": {"email": "a"}}', True),
        ("a.json", b'{"id": 5, "result": [{"from_name": "a", "to_name": "b"', True),
        ("a.json", b'{"id": 5, "result": []}', False),
        ("a.json", b'[{"text": "x", "label": [], "annotator": 1, "annotation_id": 2}]', True),
        ("a.json", b"[]\n", True),
        ("a.json", b'[{"id": 1, "text": "x", "label": ["a"]}]', False),
        ("a.json", b'{"%TYPES": {}, "%FEATURE_STRUCTURES": []', False),
        ("a.jsonl", b'{"data": {"text": "x"}, "annotations": []}', False),
    ],
)
def test_recognise(name, head, known):
    assert recognise(Path(name), head) is known


# Writing, and back from Label Studio

TEXT = "Perche\u0301 no? 😀 «voz»\r\n"
WRITTEN = Material(
    [Document("es/uno", TEXT, "es", "Título"), Document("vacío", "")],
    [
        Span(
            "es/uno", 0, 7, "voz", TEXT[0:7], "cluetrain", "1.1", "breach", "ana", "human", 0.1 + 0.2, "e", "ayer", "n"
        ),
        Span("es/uno", 0, 7, "voz", TEXT[0:7], stance="endorses", coder="luis", kind="human", features={"tono": "x"}),
        Span("es/uno", 12, 13, "b", TEXT[12:13], coder="hybrid", kind="machine", score=1 / 3, evidence="😀"),
        Span("es/uno", 14, 21, "c", TEXT[14:21], coder="ana", kind="human", created="2024"),
    ],
    ["voz", "b", "c"],
    ["ana", "hybrid", "luis"],
)


def written(folder):
    path = folder / "out.json"
    assert write(WRITTEN, path) == []
    return path


def test_tasks_as_label_studio_imports_them(tmp_path):
    first, second = json.loads(written(tmp_path).read_text(encoding="utf-8"))
    assert first["data"] == {"text": TEXT, "doc_id": "es/uno", "lang": "es", "title": "Título"}
    assert second["data"] == {"text": "", "doc_id": "vacío"}
    assert [one["id"] for one in first["annotations"]] == [1, 2]
    # an unknown member would stop the import, and ground truth is assumed where nothing is said
    for one in first["annotations"]:
        assert "completed_by" not in one
        assert one["ground_truth"] is one["was_cancelled"] is False
    assert [one["model_version"] for one in first["predictions"]] == ["hybrid"]
    label, stance, note = first["annotations"][0]["result"][:3]
    assert label["value"] == {"start": 0, "end": 7, "text": "Perche\u0301", "labels": ["voz"]}
    assert (stance["from_name"], stance["value"]["choices"]) == ("stance", ["breach"])
    assert (note["from_name"], note["type"], note["value"]["text"]) == ("note", "textarea", ["n"])
    assert {one["id"] for one in (label, stance, note)} == {"c1"}
    assert {one["to_name"] for one in (label, stance, note)} == {"text"}


def from_label_studio(path, change=lambda tasks: None):
    """What Label Studio gives back of an import: everything belongs to who imported, with new ids and times."""
    tasks = json.loads(path.read_text(encoding="utf-8"))
    for number, one in enumerate(tasks, 500):
        one |= {"id": number, "drafts": [], "inner_id": number, "project": 9}
        for annotation in one["annotations"]:
            annotation |= {"completed_by": ANA | {"email": "jefa@a.es"}, "created_at": "2027-01-01T00:00:00Z"}
        for prediction in one["predictions"]:
            prediction |= {"created_at": "2027-01-01T00:00:00Z", "score": None, "cluster": None}
    change(tasks)
    path.write_text(json.dumps(tasks, ensure_ascii=True, indent=1), encoding="utf-8")
    return table_of(path)


def test_what_label_studio_only_stored_comes_back_as_it_was(tmp_path):
    before, _ = table_of(written(tmp_path))
    after, losses = from_label_studio(tmp_path / "out.json")
    assert after == before
    assert losses.empty
    assert [row["coder"] for row in after] == ["ana", "luis", "hybrid", "ana"]
    assert after[0]["score"] == 0.1 + 0.2


def test_decisions_made_in_label_studio_belong_to_who_made_them(tmp_path):
    def change(tasks):
        ana, luis = (one["result"] for one in tasks[0]["annotations"])
        ana[3]["value"] |= {"start": 15, "end": 18, "text": TEXT[15:18]}
        luis[1]["value"]["choices"] = ["rejects"]
        taken = json.loads(json.dumps(tasks[0]["predictions"][0]["result"][0]))
        ana.append(taken | {"origin": "prediction", "id": "x1"})
        ana.append(result("labels", ["nuevo"], 0, 3, "Per", "code", id="x2", origin="manual"))

    written(tmp_path)
    rows, losses = from_label_studio(tmp_path / "out.json", change)
    named = [(row["start"], row["code"], row["stance"], row["coder"], row["kind"], row["score"]) for row in rows]
    assert named == [
        (0, "nuevo", None, "jefa@a.es", "human", None),
        (0, "voz", "breach", "ana", "human", 0.1 + 0.2),
        (0, "voz", "rejects", "jefa@a.es", "human", None),
        (12, "b", None, "hybrid", "machine", 1 / 3),
        (12, "b", None, "jefa@a.es", "human", None),
        (15, "c", None, "jefa@a.es", "human", None),
    ]
    assert (rows[4]["feature_origin"], rows[4]["feature_suggested_by"]) == ("prediction", "hybrid")
    assert losses[["kind", "field", "code"]].to_numpy().tolist() == [
        ["changed", "coder", "c"],
        ["changed", "coder", "voz"],
    ]


def test_what_annotators_write_beside_a_region_stays(tmp_path):
    foreign = [
        task(
            result("labels", ["v"], 0, 3, id="a", meta={"text": ["mirar", "otra vez"], "lead": 3}),
            result("labels", ["w"], 0, 3, id="b", meta={"text": ["mirar"]}),
            result("textarea", ["nota"], 0, 3, id="b"),
        )
    ]
    rows, _ = table_of(saved(tmp_path, foreign))
    assert [(row["note"], row["feature_meta_text"], row["feature_meta_lead"]) for row in rows] == [
        ("mirar\notra vez", None, "3"),
        ("nota", "mirar", None),
    ]

    def change(tasks):
        tasks[0]["annotations"][0]["result"][0]["meta"]["text"] = ["mirar"]

    written(tmp_path)
    rows, losses = from_label_studio(tmp_path / "out.json", change)
    assert (rows[0]["coder"], rows[0]["note"], rows[0]["feature_meta_text"]) == ("ana", "n", "mirar")
    assert losses.empty


def test_a_project_without_our_controls_keeps_stance_and_note(tmp_path):
    def only_labels(tasks):
        for one in tasks:
            for holder in one["annotations"] + one["predictions"]:
                holder["result"] = [item for item in holder["result"] if item["from_name"] == "code"]

    before, _ = table_of(written(tmp_path))
    saved(tmp_path, '<View><Labels name="code" toName="text"/><Text name="text" value="$text"/></View>', "out.xml")
    after, losses = from_label_studio(tmp_path / "out.json", only_labels)
    assert after == before
    assert losses.empty
    # where nothing says whether the project has the controls, they count as taken away and each is said
    (tmp_path / "out.xml").unlink()
    after, losses = table_of(tmp_path / "out.json")
    assert [(row["coder"], row["stance"], row["note"]) for row in after] == [
        ("ana", None, None), ("luis", None, None), ("hybrid", None, None), ("ana", None, None),
    ]  # fmt: skip
    assert losses[["kind", "field", "coder", "value"]].to_numpy().tolist() == [
        ["changed", "stance", "ana", "breach"],
        ["changed", "note", "ana", "n"],
        ["changed", "stance", "luis", "endorses"],
    ]


@pytest.mark.parametrize("beside", [True, False])
def test_a_stance_that_was_taken_away_does_not_come_back(tmp_path, beside):
    def change(tasks):
        ana, luis = (one["result"] for one in tasks[0]["annotations"])
        del ana[1]
        if beside:
            del luis[1]

    written(tmp_path)
    if beside:
        controls = '<Labels name="code" toName="text"/><Choices name="stance" toName="text"/>'
        saved(tmp_path, f'<View>{controls}<Text name="text" value="$text"/></View>', "out.xml")
    rows, losses = from_label_studio(tmp_path / "out.json", change)
    expected = [(None, "jefa@a.es"), (None, "jefa@a.es")] if beside else [(None, "jefa@a.es"), ("endorses", "luis")]
    assert [(row["stance"], row["coder"]) for row in rows if row["code"] == "voz"] == expected
    assert said(losses.itertuples()) == [("changed", "coder")] * (2 if beside else 1)


@pytest.mark.parametrize(("first", "named"), [(True, True), (False, True), (False, False)])
def test_a_copy_of_an_annotation_is_of_who_completed_it(tmp_path, first, named):
    def change(tasks):
        ana, luis = tasks[0]["annotations"]
        copy = json.loads(json.dumps(ana)) | {"id": 99, "completed_by": {"id": 7, "email": "maria@a.es"}}
        copy |= {"created_at": "2028"} | ({"parent_annotation": ana["id"]} if named else {})
        tasks[0]["annotations"] = [copy, ana, luis] if first else [ana, luis, copy]

    written(tmp_path)
    rows, losses = from_label_studio(tmp_path / "out.json", change)
    assert [(row["code"], row["coder"], row["created"], row["stance"]) for row in rows] == [
        ("voz", "ana", "ayer", "breach"),
        ("voz", "luis", None, "endorses"),
        ("voz", "maria@a.es", "2028", "breach"),
        ("b", "hybrid", None, None),
        ("c", "ana", "2024", None),
        ("c", "maria@a.es", "2028", None),
    ]
    assert [row["feature_copied_from"] for row in rows] == [None, None, "ana", None, None, "ana"]
    assert losses[["kind", "field", "coder"]].to_numpy().tolist() == [["changed", "coder", "ana"]]
    assert losses["reason"][0].startswith("2 rows of 'ana'")


@settings(max_examples=25, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(samples())
def test_out_and_in_is_identical(sample):
    _, losses, found = through_format("label-studio", sample)
    assert losses == []
    assert list(found.losses) == []


def test_no_documents(tmp_path):
    path = tmp_path / "a.json"
    write(Material([], [], [], []), path)
    found = read(path, Choices())
    assert (list(found.documents), list(found.spans)) == ([], [])
    assert FORMATS["label-studio"].recognise(path, path.read_bytes())


# The real files: documents, spans, losses that are whole annotations; or why they are refused

REAL = {
    "test_export_csv__csv_test.json": (2, 0, 5),
    "test_export_csv__csv_test_colliding_keys.json": (1, 1, 0),
    "test_export_csv__csv_test_history.json": (1, 1, 0),
    "test_export_json_min__data.json": (0, 0, 1),
    "test_export_json_min__label_config.xml": "not JSON",
    "test_export_json_min__label_config_repeater.json": "no tasks of Label Studio but one object",
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
            lost = [loss for loss in found.losses if loss.field == "annotation"]
            assert (len(found.documents), len(found.spans), len(lost)) == expected, name
            assert all("labels' is no stretch" in loss.reason for loss in lost)
            assert len(read_exchange(path, "label-studio").annotations) == expected[1]
    (span,) = read(SHARED / "test_export_csv__csv_test_history.json", Choices()).spans
    assert (span.code, span.start, span.end) == ("Positive", 0, 83)
    assert str(span.quote).startswith("Calif. wildfires")


def exports_of(folder, **changes):
    """Our file, exported by each project that it was imported into: other task ids, other people."""
    sample = pd.DataFrame(
        [{"doc_id": "uno", "start": 0, "end": 4, "quote": "Hola", "code": "voz", "coder": "ana", "kind": "human",
          "codebook": "imported"}]
    )  # fmt: skip
    write_annotations(sample, folder / "ours.json", "label-studio", texts={"uno": "Hola mundo"})
    tasks = json.loads((folder / "ours.json").read_text(encoding="utf-8"))
    (folder / "ours.json").unlink()
    for number, who in enumerate(("luis", "maria"), 1):
        for task in tasks:
            task["id"] = number * 10
            for annotation in task["annotations"]:
                annotation |= {"id": number * 100, "completed_by": {"email": who}} | changes
        (folder / f"{who}.json").write_text(json.dumps(tasks), encoding="utf-8")


def test_rows_of_one_file_in_two_projects_count_once(tmp_path):
    exports_of(tmp_path)
    found = read_exchange(tmp_path, "label-studio")
    assert found.annotations["coder"].tolist() == ["ana"]
    assert found.losses["value"].tolist() == ["1 rows"]


def test_a_copy_without_its_original_is_of_who_made_it(tmp_path):
    exports_of(tmp_path, parent_annotation=7)
    found = read_exchange(tmp_path / "luis.json", "label-studio")
    assert found.annotations["coder"].tolist() == ["luis"]
    assert found.annotations["feature_copied_from"].tolist() == ["ana"]
