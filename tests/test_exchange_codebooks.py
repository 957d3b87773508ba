"""Codebooks of other programs: ours there and back, theirs in, and what a file does not hold."""

import dataclasses
import itertools
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.codebook import codebook_names, load_codebook
from toolkit.errors import InputError
from toolkit.exchange.codebooks import brat_conf, inception_tagset, labelling_config
from toolkit.exchange.codebooks.draft import CodebookDraft, CodeDraft, GroupDraft, StanceDraft, draft_of, ids_of
from toolkit.exchange.codebooks.registry import CODEBOOK_FORMATS, read_codebook, write_codebook, write_codebook_yaml

FILES = {
    "yaml": "uno.yaml",
    "qdc": "uno.qdc",
    "label-studio-config": "uno.xml",
    "brat-conf": "annotation.conf",
    "inception-tagset": "uno.json",
}
#: Parts that belong to the draft, by what a loss calls them.
LOST_PARTS = {
    "version": {"version"},
    "language": {"language"},
    "multi_label": {"multi_label"},
    "description": {"description"},
    "group": {"groups", "codes"},
    "order": {"groups", "codes"},
    "group definition": {"groups"},
    "stance": {"stances"},
    "stance definition": {"stances"},
}
ALL_BOOKS = [(name, lang) for name in codebook_names() for lang in ("es", "it", "en")]


def test_all_formats_are_tried():
    assert FILES.keys() == CODEBOOK_FORMATS.keys()


@pytest.mark.parametrize("format", [one for one in FILES if one != "yaml"])
@pytest.mark.parametrize(("name", "lang"), ALL_BOOKS)
def test_bundled_codebooks_come_back_up_to_the_losses(name, lang, format, tmp_path):
    book = load_codebook(name)
    before = draft_of(book, lang)
    lost = {one.field for one in write_codebook(book, tmp_path / FILES[format], lang=lang)}
    after = read_codebook(tmp_path / FILES[format])
    assert [(one.id, one.name, one.definition) for one in after.codes] == [
        (one.id, book.name(one.id, lang), book.code(one.id).definition[lang]) for one in book.codes
    ]
    assert (after.id, after.title, after.losses) == (book.id, book.title[lang], ())
    differing = {one.name for one in dataclasses.fields(before)
                 if getattr(before, one.name) != getattr(after, one.name)}  # fmt: skip
    excused = set().union(*(LOST_PARTS.get(one, set()) for one in lost))
    assert differing <= excused
    # what a draft does not have is lost everywhere
    assert {"include", "exclude", "languages", "cues", "examples"} <= lost


@pytest.mark.parametrize("name", codebook_names())
def test_our_own_format_loses_nothing(name, tmp_path):
    book = load_codebook(name)
    assert write_codebook(book, tmp_path / "uno.yaml") == []
    back = load_codebook(tmp_path / "uno.yaml")
    assert (back.sha256, back.codes, back.cues) == (book.sha256, book.codes, book.cues)
    with pytest.raises(InputError, match="is there already"):
        write_codebook(load_codebook(next(one for one in codebook_names() if one != name)), tmp_path / "uno.yaml")


@pytest.mark.parametrize("format", FILES)
def test_what_is_read_becomes_a_codebook_of_ours(format, tmp_path):
    write_codebook(load_codebook("engagement_phases"), tmp_path / FILES[format], lang="en")
    draft = read_codebook(tmp_path / FILES[format])
    assert write_codebook_yaml(draft, tmp_path / "back" / "mine.yaml") == []
    book = load_codebook(tmp_path / "back" / "mine.yaml")
    assert [(one.id, one.name["en"]) for one in book.codes] == [(one.id, one.name) for one in draft.codes]
    again = draft_of(book, "en")
    assert dataclasses.replace(again, multi_label=None) == dataclasses.replace(draft, multi_label=None)


@pytest.mark.parametrize("format", FILES)
def test_the_same_codebook_is_the_same_file(format, tmp_path):
    book = load_codebook("seven_levels")
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write_codebook(book, tmp_path / folder / FILES[format])
    a, b = ((tmp_path / folder / FILES[format]).read_bytes() for folder in ("a", "b"))
    assert a == b


# --- ids


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        (["Voz humana", "Perché?"], ["voz_humana", "perche"]),
        (["listening", "Listening", "LISTENING"], ["listening", "listening_2", "listening_3"]),
        (["Listening", "listening"], ["listening_2", "listening"]),
        (["1", "¿?", "漢字", ""], ["code_1", "code", "code_2", "code_3"]),
        (["a", "a", "a_2"], ["a", "a_3", "a_2"]),
        (["x" * 80, "x" * 80], ["x" * 60, "x" * 58 + "_2"]),
    ],
)
def test_ids_are_made_of_names(names, ids):
    assert ids_of(names) == ids


@given(st.lists(st.text(max_size=70) | st.sampled_from(["a", "A", "á", "a_2", "a 2", "1", "x" * 61]), max_size=12))
def test_ids_are_different_and_such_as_codebooks_take(names):
    ids = ids_of(names)
    assert len(set(ids)) == len(names)
    assert all(one.isascii() and one[0].isalpha() and one == one.lower() and len(one) <= 60 for one in ids)


def test_thousands_of_equal_names_take_no_time():
    assert len(set(ids_of(["Ñ"] * 20_000))) == 20_000


# --- our YAML


def test_a_missing_definition_is_said_and_not_invented(tmp_path):
    draft = CodebookDraft("uno", "Uno", (CodeDraft("voz", "Voz", colour="#ff0000", key="v"),))
    losses = write_codebook_yaml(draft, tmp_path / "uno.yaml", lang="es")
    assert [(one.field, one.code, one.value) for one in losses] == [
        ("definition", "voz", None), ("colour", "voz", "#ff0000"), ("key", "voz", "v"),
    ]  # fmt: skip
    book = load_codebook(tmp_path / "uno.yaml")
    assert book.languages == ("es",)
    assert "no define este código" in book.code("voz").definition["es"]


def test_a_language_nobody_named_is_undetermined(tmp_path):
    write_codebook_yaml(CodebookDraft("uno", "Uno", (CodeDraft("voz", "Voz"),)), tmp_path / "uno.yaml")
    assert load_codebook(tmp_path / "uno.yaml").languages == ("und",)
    with pytest.raises(InputError, match="ISO 639"):
        write_codebook_yaml(
            CodebookDraft("uno", "Uno", (CodeDraft("voz", "Voz"),)), tmp_path / "x.yaml", lang="Español"
        )


@pytest.mark.parametrize("format", [one for one in FILES if one != "yaml"])
def test_a_codebook_with_a_long_description_is_recognised(format, tmp_path):
    path = tmp_path / FILES[format]
    draft = CodebookDraft("uno", "Uno", (CodeDraft("voz", "Voz", "Hablar."),), description="palabra " * 2_000)
    CODEBOOK_FORMATS[format].function("write")(draft, path)
    assert read_codebook(path).codes[0].id == "voz"


def test_a_language_that_the_file_says_is_not_written_as_another_one(tmp_path):
    write_codebook(load_codebook("groundswell"), tmp_path / "uno.qdc", lang="es")
    write_codebook_yaml(read_codebook(tmp_path / "uno.qdc"), tmp_path / "uno.yaml", lang="en")
    assert load_codebook(tmp_path / "uno.yaml").languages == ("es",)
    draft = CodebookDraft("uno", "Uno", (CodeDraft("voz", "Voz"),), language="Spanish")
    write_codebook_yaml(draft, tmp_path / "dos.yaml", lang="es")
    assert load_codebook(tmp_path / "dos.yaml").languages == ("es",)


def test_steps_that_are_none_and_stances_of_others_are_losses(tmp_path):
    draft = CodebookDraft(
        "uno", "Uno",
        (*(CodeDraft(one, one, group="g", order=1) for one in ("a", "b")), CodeDraft("c", "C", order=2)),
        groups=(GroupDraft("g", "G", ordered=True),),
        stances=(StanceDraft("endorses", "A favor"), StanceDraft("ironic", "Irónico")),
    )  # fmt: skip
    losses = write_codebook_yaml(draft, tmp_path / "uno.yaml")
    assert [(one.field, one.code, one.value) for one in losses if one.field != "definition"] == [
        ("stance", None, "ironic"), ("order", "a", "1"), ("order", "b", "1"), ("order", "c", "2"),
    ]  # fmt: skip
    book = load_codebook(tmp_path / "uno.yaml")
    assert [one.id for one in book.stances] == ["endorses"]
    assert not book.groups[0].ordered


def test_without_codes_there_is_no_codebook(tmp_path):
    with pytest.raises(InputError, match="has no codes"):
        write_codebook_yaml(CodebookDraft("uno", "Uno", ()), tmp_path / "uno.yaml")


#: Words that YAML takes for something else, and signs that it writes in another way.
ODD = st.sampled_from(
    ["No", "1e5", "null", "~", "10:32", "a: b", "- a", "# a", "'", '"', "\\", "a\nb", "a\n\nb", " a ", "\x85", "\u2028",
     "😀", "e\u0301", "<b>&", "--", "-->", "]]>", "|", "a\tb", "a\r\nb", "!tag", "*a", "&a", "%", "$text", "\x01",
     "GROUP_a", "Codebook: x", "[entities]", "\ufeff"]
)  # fmt: skip
TEXTS = st.lists(ODD | st.text(st.characters(exclude_categories=["Cs"]), max_size=4), max_size=4).map("".join)
NAMES = TEXTS.filter(str.strip)


@st.composite
def drafts(draw) -> CodebookDraft:
    names = draw(st.lists(NAMES, min_size=1, max_size=5))
    groups = [
        GroupDraft(f"g{number}", draw(NAMES), draw(TEXTS), draw(st.booleans()))
        for number in range(draw(st.integers(0, 2)))
    ]
    counts = itertools.count(1)
    codes = []
    for name, code_id in zip(names, ids_of(names), strict=True):
        group = draw(st.sampled_from([*groups, None]))
        order = next(counts) if group is not None and group.ordered else None
        codes.append(CodeDraft(code_id, name, draw(TEXTS), group.id if group else None, order))
    return CodebookDraft(
        draw(st.sampled_from(["uno", "dos"])), draw(NAMES), tuple(codes), draw(st.sampled_from(["1.0.0", "v 2"])),
        draw(TEXTS), "es", draw(st.sampled_from([True, False, None])), tuple(groups),
        draw(st.sampled_from([(), (StanceDraft("endorses", "A favor", "Sí\nclaro"), StanceDraft("breach", "No")),])),
    )  # fmt: skip


def plain(text: str) -> str:
    """As XML holds it."""
    return "".join(one if one in "\t\n\r" or (one >= " " and one not in "\ufffe\uffff") else "\ufffd" for one in text)


@settings(max_examples=40, deadline=None)
@given(drafts())
def test_any_draft_comes_back_from_brat(draft):
    with tempfile.TemporaryDirectory() as folder:
        assert brat_conf.write(draft, Path(folder) / "annotation.conf") == []
        assert brat_conf.read(Path(folder) / "annotation.conf") == draft
        assert brat_conf.write(draft, Path(folder) / "annotation.conf")[0].field == "name"


@settings(max_examples=40, deadline=None)
@given(drafts())
def test_any_draft_comes_back_from_label_studio(draft):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "uno.xml"
        losses = labelling_config.write(draft, path)
        back = labelling_config.read(path)
        changed = [one for one in draft.codes if plain(one.name) != one.name]
        assert [one.code for one in losses if one.field == "name"] == [one.id for one in changed]
        assert back.codes == tuple(
            dataclasses.replace(one, name=plain(one.name), definition=plain(one.definition)) for one in draft.codes
        )
        assert dataclasses.replace(back, title=draft.title, description=draft.description, codes=draft.codes) == draft
        assert (back.title, back.description) == (plain(draft.title), plain(draft.description))


@settings(max_examples=40, deadline=None)
@given(drafts())
def test_any_draft_comes_back_from_inception(draft):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "uno.json"
        losses = inception_tagset.write(draft, path)
        back = inception_tagset.read(path)
        changed = {one.code for one in losses}
        for before, after in zip(draft.codes, back.codes, strict=True):
            assert (after.id, after.definition) == (before.id, before.definition)
            assert (after.name != before.name) == (before.id in changed)
        assert (back.id, back.version, back.language, back.description) == (
            draft.id, draft.version, draft.language, draft.description,
        )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(drafts())
def test_any_draft_becomes_a_codebook_of_ours(draft):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "uno.yaml"
        write_codebook_yaml(draft, path)
        book = load_codebook(path)
        assert [(one.id, one.name["es"]) for one in book.codes] == [(one.id, one.name) for one in draft.codes]
        for code in draft.codes:
            if code.definition.strip():
                assert book.code(code.id).definition["es"] == code.definition


# --- brat


CONF = """# Entidades de la prueba
[entities]
<TODAS>=Persona|Lugar
!Cosas
\tPersona|PER
\t\tAutora
\tLugar
----
Voz_u0020_humana
Grupo
\tHijo

[relations]
Cerca\tArg1:<TODAS>, Arg2:Lugar
[events]
[attributes]
Negation\tArg:<ENTITY>
Stance\tArg:<ENTITY>, Value:breach|endorses|rara
"""
VISUAL = (
    "[labels]\nPersona | La persona | Pers\n#Lugar | no\nVoz_u0020_humana | La voz\n[drawing]\nPersona\tbgColor:red\n"
)


def test_annotation_conf_of_others(tmp_path):
    (tmp_path / "annotation.conf").write_text(CONF, "utf-8")
    (tmp_path / "visual.conf").write_text(VISUAL, "utf-8")
    draft = read_codebook(tmp_path / "annotation.conf")
    assert [(one.id, one.name, one.group) for one in draft.codes] == [
        ("persona", "La persona", "cosas"),
        ("autora", "Autora", "cosas"),
        ("lugar", "Lugar", "cosas"),
        ("voz_humana", "La voz", None),
        ("grupo", "Grupo", None),
        ("hijo", "Hijo", None),
    ]
    assert [(one.id, one.name, one.ordered) for one in draft.groups] == [("cosas", "Cosas", False)]
    assert [one.id for one in draft.stances] == ["endorses", "breach"]
    assert (draft.language, draft.multi_label, draft.title) == (None, None, tmp_path.name)
    assert [(one.kind, one.field, one.value) for one in draft.losses] == [
        ("lost", "relation", "Cerca"),
        ("lost", "attribute", "Negation"),
        ("changed", "group", "Cosas/Persona/Autora"),
        ("changed", "group", "Grupo/Hijo"),
        *[("changed", "code", None)] * 6,
    ]
    assert [one.written for one in draft.codes] == ["Persona", "Autora", "Lugar", "Voz humana", "Grupo", "Hijo"]


def test_the_real_annotation_conf(tmp_path):
    folder = Path(__file__).parent.parent.parent / "shared" / "interop"
    if not folder.is_dir():
        pytest.skip("the real files of other programs (../shared/interop) are not on this machine")
    draft = read_codebook(folder / "brat" / "annotation.conf")
    assert [one.name for one in draft.codes] == ["ORG", "PER", "LOC", "MISC"]
    assert [one.id for one in draft.codes] == ["org", "per", "loc", "misc"]
    assert [(one.field, one.code) for one in draft.losses] == [("code", name) for name in ("ORG", "PER", "LOC", "MISC")]
    with pytest.raises(InputError, match="no labels or choices for text"):
        read_codebook(next((folder / "label_studio").glob("*.xml")))


def test_what_brat_shows(tmp_path):
    write_codebook(load_codebook("engagement_phases"), tmp_path / "annotation.conf", lang="es")
    lines = (tmp_path / "annotation.conf").read_text("utf-8").split("\n")
    types = [one for one in lines if one and not one.lstrip().startswith("#")]
    assert types[:4] == ["[entities]", "!GROUP_phases", "\tconnection", "\tfeedback_interaction"]
    assert "Stance\tArg:<ENTITY>, Value:endorses|breach|rejects|mentions" in types
    assert "connection | Conexión" in (tmp_path / "visual.conf").read_text("utf-8").split("\n")


# --- Label Studio


CONFIG = """<View>
  <Header value="Tono de la noticia"/>
  <Image name="foto" value="$foto"/>
  <RectangleLabels name="caras" toName="foto"><Label value="Cara"/></RectangleLabels>
  <HyperTextLabels name="tono" toName="web">
    <Label value="Frío" alias="frio" hint="Sin emoción" background="#FF0000" hotkey="f"/>
    <Label value="Cálido" background="red"/>
  </HyperTextLabels>
  <HyperText name="web" value="$html"/>
  <Choices name="idioma" toName="web"><Choice value="es"/></Choices>
</View>"""


def test_labelling_config_of_others(tmp_path):
    (tmp_path / "tono.xml").write_text(CONFIG, "utf-8")
    draft = read_codebook(tmp_path / "tono.xml")
    assert draft.title == "Tono de la noticia"
    assert draft.codes == (
        CodeDraft("frio", "Frío", "Sin emoción", colour="#ff0000", key="f"),
        CodeDraft("calido", "Cálido", written="Cálido"),
    )
    assert [(one.field, one.value) for one in draft.losses] == [
        ("control", "RectangleLabels caras"),
        ("control", "Choices idioma"),
        ("code", None),
    ]


def test_choices_for_whole_texts_are_codes_where_there_are_no_labels(tmp_path):
    (tmp_path / "uno.xml").write_text(
        '<View><Text name="t" value="$t"/><Choices name="c" toName="t"><Choice value="Sí"/></Choices></View>', "utf-8"
    )
    assert [one.id for one in read_codebook(tmp_path / "uno.xml").codes] == ["si"]


@pytest.mark.parametrize(
    ("body", "written", "lost"),
    [
        # labels for a picture are no codes of a text
        (
            '<Image name="i" value="$i"/><Labels name="l" toName="i"><Label value="coche"/></Labels>'
            '<Text name="t" value="$t"/><Choices name="c" toName="t"><Choice value="voz"/></Choices>',
            ["voz"],
            ["Labels l"],
        ),
        (
            '<Text name="t" value="$t"/><Taxonomy name="x" toName="t">'
            '<Choice value="A"><Choice value="A 1" alias="a1"/></Choice><Choice value="A 1"/></Taxonomy>',
            ["A", "A/a1", "A 1"],
            [],
        ),
        (
            '<Text name="t" value="$t"/><Choices name="c" toName="t" allowNested="true">'
            '<Choice value="A"><Choice value="B"/></Choice></Choices><Taxonomy name="x" toName="t"/>',
            ["A", "A/B"],
            ["Taxonomy x"],
        ),
        # what it speaks of is not in the file
        ('<Labels name="l" toName="t"><Label value="voz"/></Labels>', ["voz"], []),
    ],
)
def test_codes_are_what_is_said_of_text_as_the_data_say_it(tmp_path, body, written, lost):
    (tmp_path / "uno.xml").write_text(f"<View>{body}</View>", "utf-8")
    draft = labelling_config.read(tmp_path / "uno.xml")
    assert [one.written or one.id for one in draft.codes] == written
    assert [one.value for one in draft.losses] == lost


def test_labels_for_pictures_and_sound_are_no_codebook(tmp_path):
    (tmp_path / "uno.xml").write_text(
        '<View><Image name="i" value="$i"/><Labels name="l" toName="i"><Label value="coche"/></Labels></View>', "utf-8"
    )
    with pytest.raises(InputError, match="no labels or choices for text"):
        labelling_config.read(tmp_path / "uno.xml")


def test_the_controls_are_those_of_the_data_we_write(tmp_path):
    from lxml import etree

    write_codebook(load_codebook("cluetrain"), tmp_path / "uno.xml", lang="it")
    root = etree.parse(str(tmp_path / "uno.xml")).getroot()
    controls = {(one.tag, one.get("name"), one.get("toName"), one.get("perRegion")) for one in root if one.get("name")}
    assert controls == {
        ("Labels", "code", "text", None),
        ("Text", "text", None, None),
        ("Choices", "stance", "text", "true"),
        ("TextArea", "note", "text", "true"),
    }
    # what annotations hold is the alias (label-studio-sdk, LabelTag), so it is the code
    assert [one.get("alias") for one in root.iter("Label")] == load_codebook("cluetrain").code_ids
    assert [one.get("alias") for one in root.iter("Choice")] == ["endorses", "breach", "rejects", "mentions"]
    assert root.find("Labels")[0].get("value") == "Conversazione a due sensi"


# --- INCEpTION


def test_tag_set_of_others(tmp_path):
    value = {
        "name": "STTS", "description": "Wortarten\n\nmehr", "language": "de", "create_tag": True, "type_name": "POS",
        "tags": [{"tag_name": "NN", "tag_description": "Nomen\n\nnormal"}, {"tag_name": "NN\ud800"}, {"tag_name": 7},
                 3],
    }  # fmt: skip
    (tmp_path / "uno.json").write_text(json.dumps(value), "utf-8")
    draft = read_codebook(tmp_path / "uno.json")
    assert (draft.id, draft.title, draft.description, draft.language) == ("stts", "STTS", "Wortarten\n\nmehr", "de")
    assert draft.codes == (
        CodeDraft("nn", "NN", "Nomen\n\nnormal", written="NN"), CodeDraft("nn_2", "NN\ufffd", written="NN\ufffd"),
    )  # fmt: skip
    assert [(one.kind, one.field, one.place) for one in draft.losses] == [
        ("refused", "code", "uno.json, tag 3"),
        ("refused", "code", "uno.json, tag 4"),
        ("lost", "create_tag", "uno.json"),
        *[("changed", "code", "uno.json")] * 2,
    ]


# --- what is refused


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.conf", "[entities]\n", "no types"),
        ("a.conf", "nada", "is no codebook"),
        ("a.conf", "[events]\nUno\n", "no section"),
        ("a.xml", "<View/>", "no labels or choices"),
        ("a.xml", '<View><Labels toName="t" name="l"/></View>', "lists no labels"),
        ("a.xml", "<View", "not XML|damaged|XML"),
        ("a.xml", '<!DOCTYPE a [<!ENTITY b "c">]><View>&b;</View>', "is no codebook|DOCTYPE|entit"),
        ("a.xml", "<TEI/>", "is no codebook"),
        ("a.json", '{"tags": 1, "x": [{"tag_name": 1}]}', "expected a tag set"),
        ("a.json", '{"tags": [{"tag_name": 1}]}', "no tags"),
        ("a.json", '{"tags": [{"tag_name": NaN}]}', "not JSON"),
        ("a.json", "[]", "is no codebook"),
        ("a.pdf", "%PDF", "is no codebook"),
        ("a.yaml", "id: 7", "a.yaml"),
    ],
)
def test_other_files_are_refused_in_one_sentence(tmp_path, name, data, message):
    (tmp_path / name).write_text(data, "utf-8")
    with pytest.raises(InputError, match=message) as error:
        read_codebook(tmp_path / name)
    assert name in str(error.value)


def test_names_of_formats_and_languages_that_do_not_exist(tmp_path):
    book = load_codebook("groundswell")
    with pytest.raises(InputError, match="did you mean 'brat-conf'"):
        write_codebook(book, tmp_path / "a.conf", "brat-config")
    with pytest.raises(InputError, match="the ending says no format"):
        write_codebook(book, tmp_path / "a.doc")
    with pytest.raises(InputError, match="not written in 'fr'"):
        write_codebook(book, tmp_path / "a.conf", lang="fr")
    with pytest.raises(InputError, match="no such file"):
        read_codebook(tmp_path / "a.conf")
    with pytest.raises(InputError, match="is a folder"):
        read_codebook(tmp_path)


def test_a_macro_that_multiplies_itself_is_bounded(tmp_path):
    lines = ["[entities]"] + [f"<{chr(97 + n)}>= <{chr(98 + n)}> <{chr(98 + n)}>" for n in range(24)] + ["<a>", "uno"]
    (tmp_path / "a.conf").write_text("\n".join(lines), "utf-8")
    assert read_codebook(tmp_path / "a.conf").codes[-1].id == "uno"


def test_macros_in_macros_stand_for_the_same_whatever_the_order_of_a_set(tmp_path):
    names = "ABCDEFGH"
    macros = ["<A>=voz", *(f"<{name}>=<{before}>_{name.lower()}" for before, name in itertools.pairwise(names))]
    path = tmp_path / "annotation.conf"
    path.write_text("\n".join([*macros, "[entities]", *(f"<{name}>" for name in names)]), encoding="utf-8")
    expected = list(itertools.accumulate(names[1:].lower(), "{}_{}".format, initial="voz"))
    assert [code.id for code in read_codebook(path).codes] == expected
