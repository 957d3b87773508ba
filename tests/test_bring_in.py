"""Codings made elsewhere, brought into a project."""

import pandas as pd
import pytest
from coded_project import coded_project

from toolkit.annotation import create_project, import_annotations, open_project
from toolkit.corpus import human_annotations
from toolkit.errors import InputError
from toolkit.resources import bundled_corpus

KEYS = ["doc_id", "start", "end", "quote", "code", "stance"]


@pytest.fixture(scope="module")
def human():
    return human_annotations(bundled_corpus(), "cluetrain")


@pytest.fixture
def project(tmp_path):
    return coded_project(tmp_path / "p", 3, coders=("ana", "luis"), curators=())


@pytest.fixture
def coding(human):
    return human.annotations[human.annotations["coder"] == "author"]


def rows(table):
    return sorted(map(tuple, table[KEYS].fillna("").to_numpy().tolist()))


def places(table):
    return set(zip(table["doc_id"], table["start"], table["end"], strict=True))


def test_what_is_brought_in_stands_there_and_what_does_not_fit_is_listed(project, coding, human):
    judged = human.judged[human.judged["coder"] == "author"]
    left = import_annotations(project, "ana", coding, judged, source="the corpus")
    own = coding[coding["doc_id"].isin(list(project.texts))]
    taken = project.annotations("ana")
    assert len(left) + len(taken) == len(coding)
    assert rows(taken) and set(rows(taken)) <= set(rows(own))
    assert set(left["reason"]) <= {"no text of the project", "no sentence of the project"}
    assert (left["reason"] == "no text of the project").sum() == len(coding) - len(own)
    assert places(project.judged("ana")) == places(judged) & places(project.items)
    (line,) = project.lines("ana")
    assert (line["do"], line["source"]) == ("batch", "the corpus")


def test_without_judged_the_items_with_a_code_are_done(project, coding):
    import_annotations(project, "luis", coding)
    coded = project.annotations("luis")
    assert places(project.judged("luis")) == places(coded)
    assert len(places(coded)) < len(project.items)


def test_stretches_go_to_the_text_they_lie_in(tmp_path, project, coding):
    free = create_project(tmp_path / "free", project.posts, coders=["ana"], unit="span")
    left = import_annotations(free, "ana", coding)
    assert set(left["reason"]) == {"no text of the project"}
    assert rows(free.annotations("ana")) == rows(coding[coding["doc_id"].isin(list(free.texts))])


def test_codes_of_a_machine_do_not_become_decisions_of_a_person(project, coding):
    own = coding[places_in(coding, project)].reset_index(drop=True)
    some = own.index % 2 == 0
    left = import_annotations(project, "ana", own.assign(kind=["machine" if one else "human" for one in some]))
    assert rows(left) == rows(own[some]) and set(left["reason"]) == {"given by a machine, no decision of a person"}
    assert rows(project.annotations("ana")) == rows(own[~some])
    assert len(rows(own[some])) and len(rows(own[~some]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"coder": ["eva", "leo"]}, "several coders"),
        ({"code": ["nothing"]}, "no code 'nothing'"),
        ({"quote": ["x"]}, "the quote 'x' is not the text"),
    ],
)
def test_what_cannot_be_right_is_refused_whole(project, coding, change, message):
    table = coding[places_in(coding, project)].head(2).reset_index(drop=True)
    table = table.assign(**{name: [*values, *table[name][len(values) :]] for name, values in change.items()})
    with pytest.raises(InputError, match=message):
        import_annotations(project, "ana", table)
    assert open_project(project.folder).lines("ana") == []


def places_in(coding, project):
    known = places(project.items)
    return [place in known for place in zip(coding["doc_id"], coding["start"], coding["end"], strict=True)]


def test_an_item_whose_code_could_not_be_taken_in_is_not_judged_to_have_none(project, coding):
    first = project.items.iloc[0]
    row = coding.iloc[[0]].assign(doc_id=first["doc_id"], start=first["start"], end=first["end"] + 1)
    row["quote"] = project.texts[first["doc_id"]][first["start"] : first["end"] + 1]
    left = import_annotations(project, "ana", row, project.items[["doc_id", "start", "end"]])
    assert list(left["reason"]) == ["no sentence of the project"]
    done = project.judged("ana")
    assert len(done) == len(project.items) - 1
    assert places(project.items.iloc[[0]]).isdisjoint(places(done))


def test_a_code_given_twice_at_a_place_is_taken_as_it_stands_first_and_the_other_is_listed(project, coding):
    own = coding[coding["doc_id"].isin(list(project.texts)) & coding["stance"].eq("breach")].head(1)
    table = pd.concat([own, own, own.assign(stance="rejects")])
    left = import_annotations(project, "ana", table)
    assert left[["stance", "reason"]].to_numpy().tolist() == [
        ["rejects", "this code stands at this place already, of another row of the table"]
    ]
    assert rows(project.annotations("ana")) == rows(own)
