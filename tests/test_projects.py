"""Projects beyond decisions: what is frozen stays so, who joins later, what is said before numbers are quoted."""

import json

import pandas as pd
import pytest
from coded_project import coded_project, play
from small_codebook import YAML, small_codebook

from toolkit.annotating import aggregate_project, aggregated_annotations
from toolkit.annotation import (
    Session,
    add_coder,
    adjudication_session,
    create_project,
    export_project,
    open_project,
)
from toolkit.annotation.projects.status import status_text
from toolkit.cli import main
from toolkit.corpus import human_annotations
from toolkit.errors import InputError
from toolkit.principles import code_passages
from toolkit.resources import bundled_corpus


@pytest.fixture
def project(tmp_path):
    return coded_project(tmp_path / "p", 4, coders=("author", "second", "eva"), curators=())


def test_who_has_finished_nothing_does_not_count_and_is_named(project):
    place = project.items.iloc[0]
    session = Session(project, "eva")
    where = {"item": place["item"], "doc_id": place["doc_id"], "start": int(place["start"]), "end": int(place["end"])}
    quote = project.texts[where["doc_id"]][where["start"] : where["end"]]
    session.decide({"do": "set", **where, "quote": quote, "code": "listening", "stance": "endorses"})
    session.close()
    report = project.agreement(repeats=20, lang="es")
    assert set(report.table["coders"]) <= {"all", "author | second", "author", "second"}
    assert "eva" in report.notes[0] and report.notes[0] in str(report)
    assert "eva" in report._repr_html_()
    with pytest.raises(InputError, match="nobody has marked items as done yet"):
        coded_project(project.folder.parent / "q", 2, coders=("ana", "luis"), curators=()).agreement()


def test_a_machine_beside_people_is_no_person(project):
    passages = project.items.rename(columns={"item": "passage_id"}).assign(furniture=False)
    machine = code_passages(project.posts, passages, project.codebook, method="cues").annotations
    table = project.agreement(machine=machine, repeats=20, by="coders").table
    assert {"author | machine:cues", "machine:cues | second"} <= set(table["coders"])
    for change, message in (
        ({"coder": "second"}, "'second' is the name of a coder"),
        ({"kind": "human"}, "of kind 'human'"),
        ({"codebook": "other"}, "no coding of the project's texts with codebook 'cluetrain'"),
    ):
        with pytest.raises(InputError, match=message):
            project.agreement(machine=machine.assign(**change))


def test_what_bends_agreement_is_said_before_it(tmp_path, project):
    passages = project.items.rename(columns={"item": "passage_id"}).assign(furniture=False)
    machine = code_passages(project.posts, passages, project.codebook, method="cues").annotations
    shown = create_project(
        tmp_path / "shown", project.posts, coders=["author", "second"], suggestions=machine, blind=False
    )
    pd.DataFrame({"item": shown.items["item"], "weight": None}).to_csv(shown.folder / "sample.csv", index=False)
    human = human_annotations(bundled_corpus(), "cluetrain").annotations
    for who in shown.coders:
        play(shown, who, human[human["coder"] == who])
    notes = shown.agreement(repeats=20).notes
    assert [note.split()[0] for note in notes] == ["Suggestions", "The", "Coders"]
    assert "machine:cues" in notes[0]
    outcomes = shown.suggestion_outcomes()
    assert set(outcomes["outcome"]) <= {"given", "passed over"}
    assert len(outcomes) == 2 * len(shown.suggestions) > 0


def test_codes_of_a_whole_text_are_compared_as_such_and_not_as_stretches(tmp_path, project):
    free = create_project(tmp_path / "free", project.posts, coders=["ana", "luis"], unit="span")
    for who, code in (("ana", "listening"), ("luis", "listening")):
        session = Session(free, who)
        for number, row in enumerate(free.items.itertuples()):
            text = free.texts[row.doc_id]
            for start, end in ((row.start, row.end), (row.start, row.start + 10 + number)):
                place = {"item": row.item, "doc_id": row.doc_id, "start": start, "end": end, "quote": text[start:end]}
                if (start, end) != (row.start, row.end) or who == "ana":
                    session.decide({"do": "set", **place, "code": code, "stance": "endorses"})
            session.decide({"do": "done", "item": row.item})
        session.close()
    stretches = free.agreement(repeats=20)
    whole = stretches.table[stretches.table["by"].isna()].set_index("measure")["value"]
    assert whole["f1_exact"] == 1 and "4 codes of a whole text" in stretches.notes[0]
    assert free.agreement(repeats=20, unit="document").notes == []


def test_a_text_that_was_changed_is_noticed(project):
    path = project.folder / "texts.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    row = json.loads(lines[1])
    lines[1] = json.dumps({**row, "text": "X" + row["text"][1:]}, ensure_ascii=False)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"texts\.jsonl, line 2: the text of .* was changed"):
        _ = open_project(project.folder).posts


def test_a_torn_log_is_reported_and_what_stands_before_it_counts(project):
    path = project.log_path("second")
    path.write_bytes(path.read_bytes() + b'{"n":2,"at":"2026-')
    assert open_project(project.folder).torn("second")
    assert "second: the last line of the log is incomplete" in status_text(project)
    assert len(project.annotations("second"))


def test_somebody_joins_later(project):
    now = add_coder(project, "leo", like="author")
    assert now.coders == ["author", "second", "eva", "leo"]
    assert now.queue("leo") == now.queue("author")
    assert (now.folder / "annotate_leo.ipynb").exists()
    one = add_coder(now, "mia", items=now.queue("author")[:2])
    assert one.queue("mia") == now.queue("author")[:2]
    assert open_project(project.folder).queue("leo") == now.queue("author")
    for name, settings, message in (
        ("Leo", {}, "'leo' is there already"),
        ("a/b", {}, "cannot be a name of a file"),
        ("zoe", {"like": "nobody"}, "no coder 'nobody'"),
        ("zoe", {"items": ["nothing"]}, "there is no item 'nothing'"),
        ("zoe", {"items": [], "like": "leo"}, "give one of them"),
    ):
        with pytest.raises(InputError, match=message):
            add_coder(one, name, **settings)
    assert open_project(project.folder).coders == one.coders


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"title": "x" * 401}, "title: got 401 characters"),
        ({"seed": -1}, "seed: got -1"),
        ({"coders": []}, "no coder is named"),
        ({"coders": ["a", "A"]}, "names must differ"),
        ({"unit": "word"}, "unit 'word' is unknown"),
        ({"order": "informative"}, "needs scores"),
    ],
)
def test_settings_that_do_not_fit_make_nothing(tmp_path, project, settings, message):
    with pytest.raises(InputError, match=message):
        create_project(tmp_path / "new", project.posts, **{"coders": ["ana"], **settings})
    assert not (tmp_path / "new").exists()


def test_stretches_are_compared_also_where_a_unit_takes_one_code(tmp_path, project, capsys):
    small_codebook(tmp_path, yaml=YAML.replace("example_files", "multi_label: false\nexample_files"))
    one = create_project(tmp_path / "one", project.posts, coders=["ana", "luis"], codebook=tmp_path / "oficina.yaml")
    code = one.codebook.code_ids[0]
    for who in one.coders:
        session = Session(one, who)
        for row in one.items.head(6).itertuples():
            place = {"item": row.item, "doc_id": row.doc_id, "start": row.start, "end": row.end}
            quote = one.texts[row.doc_id][row.start : row.end]
            session.decide({"do": "set", **place, "quote": quote, "code": code})
            session.decide({"do": "done", "item": row.item, "why": ""})
        session.close()
    assert main(["agreement", str(one.folder), "--unit", "span", "--repeats", "20"]) == 0
    assert "1.000" in capsys.readouterr().out
    assert "f1_exact" in set(one.agreement(unit="span", repeats=20).table["measure"])


def test_what_a_majority_settles_is_not_called_agreed(tmp_path, project):
    three = create_project(tmp_path / "three", project.posts, coders=["ana", "luis", "eva"])
    row = next(three.items.itertuples())
    place = {"item": row.item, "doc_id": row.doc_id, "start": row.start, "end": row.end}
    quote = three.texts[row.doc_id][row.start : row.end]
    for who, stance in (("ana", "endorses"), ("luis", "endorses"), ("eva", "breach")):
        session = Session(three, who)
        session.decide({"do": "set", **place, "quote": quote, "code": "listening", "stance": stance})
        for item in three.items["item"][:2]:
            session.decide({"do": "done", "item": item})
        session.close()
    adjudication_session(three, "curator", adopt="majority").close()
    (batch,) = three.lines("curator")
    said = [(change["do"], change["why"]) for change in batch["changes"]]
    assert said == [("set", "majority"), ("done", "majority"), ("done", "agreed")]


@pytest.mark.parametrize("where", ["in texts that are not coded", "on what is no item"])
def test_a_machine_that_suggests_nothing_on_the_items_is_no_hindrance(tmp_path, project, where):
    suggested = project.annotations("author").assign(kind="machine", coder="machine:cues")
    here = project.items["doc_id"] == suggested["doc_id"].iloc[0]
    coded = set(zip(suggested["doc_id"], suggested["start"], strict=True))
    places = zip(project.items["doc_id"], project.items["start"], strict=True)
    bare = pd.Series([place not in coded for place in places])
    items = project.items[~here] if where == "in texts that are not coded" else project.items[here & bare]
    suggested = suggested[suggested["doc_id"] == suggested["doc_id"].iloc[0]]
    fresh = create_project(tmp_path / "q", project.posts, coders=["ana"], items=items, suggestions=suggested)
    session = Session(fresh, "ana")
    session.close()
    assert session.queue and len(fresh.suggestions) == len(fresh.suggestion_outcomes()) == 0


def test_an_item_named_twice_adds_nobody(project):
    item = project.items["item"].iloc[0]
    with pytest.raises(InputError, match="'giulia' has an item twice"):
        add_coder(project, "giulia", items=[item, item])
    assert "giulia" not in open_project(project.folder).coders
    assert add_coder(project, "giulia", items=[item]).queue("giulia") == [item]


def test_what_the_curator_opened_again_is_not_adopted_again(project):
    session = adjudication_session(project, "curator")
    coding = next(key for key, coding in session.state.codings.items())
    item = session.state.codings[coding].item
    place = dict(zip(("doc_id", "start", "end"), coding[:3], strict=True))
    session.decide({"do": "reopen", "item": item})
    for key in [key for key, one in session.state.codings.items() if one.item == item]:
        session.decide({"do": "remove", "item": item, **place, "code": key[3]})
    before = list(session.queue)
    session.close()
    session = adjudication_session(project, "curator")
    # but it stands among what is to be decided, where the text has it
    assert item not in before and set(session.queue) == {*before, item}
    assert session.queue == sorted(session.queue, key=project.items["item"].tolist().index)
    session.close()
    state = open_project(project.folder).state("curator")
    assert not state.item(item).status and not any(one.item == item for one in state.codings.values())


def test_where_stretches_take_one_code_each_a_whole_text_takes_several(tmp_path, project):
    small_codebook(tmp_path, yaml=YAML.replace("languages:", "multi_label: false\nlanguages:"))
    posts = project.posts.head(2)
    free = create_project(tmp_path / "f", posts, coders=["ana", "eva"], codebook=tmp_path / "oficina.yaml", unit="span")
    rows = [
        (doc_id, at, at + 5, free.texts[doc_id][at : at + 5], code)
        for doc_id, start in zip(free.items["doc_id"], free.items["start"], strict=True)
        for at, code in ((start, "precios"), (start + 10, "respuestas"))
    ]
    given = pd.DataFrame(rows, columns=["doc_id", "start", "end", "quote", "code"])
    for who in free.coders:
        play(free, who, given.assign(codebook="oficina", coder=who, kind="human"))
    found = aggregate_project(free).aggregated
    assert found["decided"].all() and sorted(found["code"]) == ["precios"] * 2 + ["respuestas"] * 2
    assert free.agreement(unit="document", repeats=20).table["value"].max() == 1


def test_texts_that_nobody_gave_a_code_can_be_put_together(project, tmp_path):
    bare = create_project(tmp_path / "bare", project.posts, coders=["ana", "eva"])
    for who in bare.coders:
        play(bare, who, project.annotations("author").head(0))
    found = aggregate_project(bare)
    assert len(found.aggregated) == len(aggregated_annotations(bare, found, "majority")) == 0


def test_somebody_named_twice_is_exported_once(project, tmp_path):
    once, twice = (
        export_project(project, tmp_path / "out" / str(len(who)), who=who) for who in (["author"], ["author"] * 2)
    )
    assert (once / "annotations.csv").read_bytes() == (twice / "annotations.csv").read_bytes()
