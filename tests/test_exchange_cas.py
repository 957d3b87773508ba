"""UIMA CAS XMI and JSON: what INCEpTION writes is read, what we write is a CAS for dkpro-cassis too."""

import io
import json
import random
import re
import shutil
import tempfile
import warnings
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import cassis
import pytest
from exchange_material import material_of, refused_cleanly, samples, through_format
from hypothesis import HealthCheck, given, settings

from toolkit.errors import InputError
from toolkit.exchange.formats import cas
from toolkit.exchange.formats.cas.folder import document_names, document_of
from toolkit.exchange.formats.cas.layer import FEATURES, LAYER, feature_of, name_of_feature
from toolkit.exchange.formats.cas.types import types_of_xml
from toolkit.exchange.gather import gather
from toolkit.exchange.model import FIELDS, Choices, Document, Material, Span
from toolkit.exchange.registry import FORMATS

INTEROP = Path(__file__).parent.parent.parent / "shared" / "interop"
BOTH = pytest.mark.parametrize("name", ["cas-xmi", "cas-json"])
#: Java's restricted names, which no feature of a layer in INCEpTION may have (inception, WebAnnoConst).
RESTRICTED = (
    "address begin end coveredText booleanValue doubleValue byteValue CAS CASImpl class featureValue floatValue "
    "longValue lowLevelCas printRefs sofa stringValue type typeIndexId view"
).lower().split()  # fmt: skip
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><xmi:XMI xmlns:xmi="http://www.omg.org/XMI" '
    'xmlns:cas="http:///uima/cas.ecore" xmlns:tcas="http:///uima/tcas.ecore" '
    'xmlns:custom="http:///webanno/custom.ecore" xmlns:own="http:///own.ecore" '
    'xmlns:pos="http:///de/tudarmstadt/ukp/dkpro/core/api/lexmorph/type/pos.ecore" '
    'xmlns:ner="http:///de/tudarmstadt/ukp/dkpro/core/api/ner/type.ecore" '
    'xmlns:seg="http:///de/tudarmstadt/ukp/dkpro/core/api/segmentation/type.ecore" xmi:version="2.0">'
    '<cas:NULL xmi:id="0"/>'
)


def xmi(*elements: str, text: str = "la voz humana", members: str = "2 3 4 5 6 7 8 9") -> str:
    """A small XMI in the style of UIMA's serializer."""
    return (
        f'{HEAD}{"".join(elements)}<cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" mimeType="text" '
        f'sofaString="{text}"/><cas:View sofa="1" members="{members}"/></xmi:XMI>'
    )


def read(folder: Path, content: str, *layers: str, types: str = ""):
    (folder / "uno.xmi").write_text(content, encoding="utf-8", newline="")
    if types:
        (folder / "TypeSystem.xml").write_text(types, encoding="utf-8")
    return cas.read_xmi(folder / "uno.xmi", Choices(layers=layers))


def rows(found) -> list[tuple[str, str]]:
    """Quote and code of each annotation that the core takes."""
    return [(one.quote, one.code) for one in gather([found], texts={}).annotations.itertuples()]


def losses(found) -> list[tuple[str, str, str | None]]:
    return [(one.kind, one.field, one.value) for one in found.losses]


def type_system(**declared: str) -> str:
    """Types of ``own``, each with its supertype and ``feature=range`` pairs."""
    made = ""
    for name, said in declared.items():
        above, *features = said.split()
        inside = "".join(
            f"<featureDescription><name>{key}</name><description/><rangeTypeName>{wanted}</rangeTypeName>"
            "</featureDescription>"
            for key, wanted in (one.split("=") for one in features)
        )
        made += (
            f"<typeDescription><name>own.{name}</name><description/><supertypeName>{above}</supertypeName>"
            f"<features>{inside}</features></typeDescription>"
        )
    return (
        '<?xml version="1.0"?><typeSystemDescription xmlns="http://uima.apache.org/resourceSpecifier">'
        f"<types>{made}</types></typeSystemDescription>"
    )


class TestThereAndBack:
    @BOTH
    def test_random_texts_and_codings_are_identical_up_to_the_losses(self, name):
        @settings(max_examples=15, derandomize=True, deadline=None, database=None,
                  suppress_health_check=[HealthCheck.too_slow])  # fmt: skip
        @given(samples())
        def check(sample):
            _, written, found = through_format(name, sample)
            assert not written
            assert not found.losses

        check()

    @BOTH
    @pytest.mark.parametrize(
        "text",
        [
            "\r\na\r\rb\n\tc ",
            "a\x85b\u2028c\u2029",
            " 😀👨‍👩‍👧e\u0301 ",
            '<a b="c">&amp;]]>\'',
            "\u200fשלום\u202c",
            "\ufeffa",
        ],
    )
    def test_every_character_of_a_text_survives_the_attribute(self, name, text, tmp_path):
        spans = [Span("d", at, at + 1, text[at] + "\n\t", text[at]) for at in range(len(text))]
        FORMATS[name].write(Material([Document("d", text)], spans, [], []), tmp_path)
        found = FORMATS[name].read(tmp_path, Choices())
        assert [one.text for one in found.documents] == [text]
        assert rows(found) == [(sign, sign + "\n\t") for sign in text]

    @BOTH
    def test_the_same_material_gives_the_same_bytes(self, name, tmp_path):
        material = Material([Document("es/uno", "voz 😀", "es", "T")], [Span("es/uno", 0, 3, "a", "voz")], ["a"], [])
        made = []
        for number in ("1", "2"):
            (tmp_path / number).mkdir()
            FORMATS[name].write(material, tmp_path / number)
            made.append({file.name: file.read_bytes() for file in (tmp_path / number).rglob("*") if file.is_file()})
        assert made[0] == made[1]
        assert set(made[0]) == {"TypeSystem.xml", "README.txt", f"es~2Funo{FORMATS[name].suffixes[0]}"}

    @BOTH
    def test_documents_called_like_our_own_files_do_not_collide(self, name, tmp_path):
        ids = ["TypeSystem.xml/uno", "README.txt", "readme.TXT/a", "TypeSystem", "", "/", "~2F", "a//b", "%", "%2F"]
        FORMATS[name].write(Material([Document(one, one) for one in ids], [], [], []), tmp_path)
        found = FORMATS[name].read(tmp_path, Choices())
        assert {one.doc_id: one.text for one in found.documents} == {one: one for one in ids}

    @pytest.mark.parametrize(
        "doc_id", ["".join(map(chr, range(32, 127))), "-a", ".a", "ñ/-😀/\x01\u202e", "con/aux", "a ", "~", ""]
    )
    def test_names_of_files_are_names_that_inception_takes(self, doc_id, tmp_path):
        """The signs are those of its own message (issue 4107); ValidationUtils.isValidFilename for the first sign."""
        (name,) = document_names([doc_id]).values()
        assert not set(name) & set("!\"#$%&'*+/:<=>?@\\`{|}") and name[0] not in "-." and name.isprintable()
        assert document_of(name) == doc_id
        cas.write_json(Material([Document(doc_id, "a")], [], [], []), tmp_path)
        assert (tmp_path / f"{name}.json").is_file()

    def test_a_name_too_long_for_a_file_is_refused(self):
        with pytest.raises(InputError, match="shorter doc_id"):
            document_names(["/".join("a" * 100)])

    def test_folders_and_names_as_they_were_written_before_are_read(self, tmp_path):
        cas.write_json(Material([Document("uno: dos", "a")], [], [], []), tmp_path)
        (tmp_path / "es").mkdir()
        (tmp_path / "uno~3A dos.json").rename(tmp_path / "es" / "uno%3A dos.json")
        assert [one.doc_id for one in cas.read_json(tmp_path, Choices()).documents] == ["es/uno: dos"]

    def test_a_text_too_long_for_xml_is_refused_before_it_is_written(self, tmp_path):
        with pytest.raises(InputError, match="cas-json"):
            cas.write_xmi(Material([Document("d", "ñ" * 5_100_000)], [], [], []), tmp_path)

    def test_features_have_every_field_and_names_that_inception_takes(self):
        assert set(FEATURES) == {"code", *FIELDS}
        names = ["a b", "_", "__", "a__b", "_a", "a_", "ñ", "begin", "_20z", "a_20z", "20z", "", "😀", "my_name", "a_1"]
        made = [*FEATURES, *map(feature_of, names)]
        assert [name_of_feature(feature_of(one)) for one in names] == names
        for one in made:
            assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", one) and "__" not in one and one.lower() not in RESTRICTED
        assert feature_of("my_name") == "feature_my_name"


class TestSecondReader:
    """dkpro-cassis reads what we write, with our type system, and sees the same."""

    @BOTH
    def test_cassis_sees_the_same_quotes_and_features(self, name):
        @settings(max_examples=10, derandomize=True, deadline=None, database=None,
                  suppress_health_check=[HealthCheck.too_slow])  # fmt: skip
        @given(samples())
        def check(sample):
            material = material_of(sample, FORMATS[name].forbidden)
            with tempfile.TemporaryDirectory() as made:
                FORMATS[name].write(material, Path(made))
                types = cassis.load_typesystem(io.BytesIO((Path(made) / "TypeSystem.xml").read_bytes()))
                texts, seen = Counter(), Counter()
                for file in Path(made).rglob(f"*{FORMATS[name].suffixes[0]}"):
                    with file.open("rb") as stream:
                        one = (
                            cassis.load_cas_from_xmi(stream, types)
                            if name == "cas-xmi"
                            else cassis.load_cas_from_json(stream)
                        )
                    texts[one.sofa_string] += 1
                    for span in one.select(LAYER):
                        seen[span.begin, span.end, span.code, span.coder, span.note, span.get_covered_text()] += 1
                    for part in [*one.select(self.TOKEN), *one.select(self.SENTENCE)]:
                        assert part.get_covered_text().strip()
            assert texts == Counter(document.text for document in material.documents)
            assert seen == Counter((s.start, s.end, s.code, s.coder, s.note, s.quote) for s in material.spans)

        check()

    TOKEN = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token"
    SENTENCE = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Sentence"

    def test_tokens_end_where_annotations_do(self, tmp_path):
        text = "la voz humana"
        cas.write_xmi(Material([Document("d", text)], [Span("d", 4, 9, "a", text[4:9])], ["a"], []), tmp_path)
        types = cassis.load_typesystem(io.BytesIO((tmp_path / "TypeSystem.xml").read_bytes()))
        one = cassis.load_cas_from_xmi(io.BytesIO((tmp_path / "d.xmi").read_bytes()), types)
        tokens = [token.get_covered_text() for token in one.select(self.TOKEN)]
        assert tokens == ["la", "v", "oz", "hu", "mana"]

    def test_the_layer_is_one_that_inception_recognises_as_a_span_layer(self, tmp_path):
        """TypeSystemAnalysis.isSpanLayer: inherits from Annotation, and all its features are plain."""
        cas.write_json(Material([], [], [], []), tmp_path)
        types = cassis.load_typesystem(io.BytesIO((tmp_path / "TypeSystem.xml").read_bytes()))
        layer = types.get_type(LAYER)
        assert layer.supertype.name == "uima.tcas.Annotation"
        assert {one.rangeType.name for one in layer.features} == {"uima.cas.String"}
        assert LAYER.startswith("webanno.custom.")


class TestWhatIsRead:
    def test_custom_layers_and_named_entities_and_the_rest_is_listed(self, tmp_path):
        found = read(
            tmp_path,
            xmi(
                '<seg:Token xmi:id="2" sofa="1" begin="0" end="2" order="0"/>',
                '<custom:Tema xmi:id="3" sofa="1" begin="3" end="6" Label="voz" sure="7" comment="bien"/>',
                '<ner:NamedEntity xmi:id="4" sofa="1" begin="7" end="13" value="PER"/>',
                '<own:Other xmi:id="5" sofa="1" begin="0" end="2" value="x"/>',
                '<pos:POS_NOUN xmi:id="6" sofa="1" begin="3" end="6" PosValue="NN"/>',
            ),
        )
        assert rows(found) == [("voz", "voz"), ("humana", "PER")]
        (voz,) = [one for one in found.spans if one.code == "voz"]
        assert dict(voz.features) == {"layer": "webanno.custom.Tema", "sure": "7"}
        assert voz.note == "bien"
        assert losses(found) == [("lost", "layer", "1"), ("lost", "layer", "1")]
        assert {one.reason.split()[0] for one in found.losses} == {
            "own.Other",
            "de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS_NOUN",
        }

    @pytest.mark.parametrize(
        ("layer", "expected"),
        [("POS_NOUN", [("voz", "NN")]), ("own.Other", [("la", "x")]), ("Token", [("la", "Token")])],
    )
    def test_a_chosen_layer_is_read_by_its_full_or_short_name(self, layer, expected, tmp_path):
        content = xmi(
            '<seg:Token xmi:id="2" sofa="1" begin="0" end="2"/>',
            '<custom:Tema xmi:id="3" sofa="1" begin="3" end="6" value="voz"/>',
            '<own:Other xmi:id="5" sofa="1" begin="0" end="2" value="x"/>',
            '<pos:POS_NOUN xmi:id="6" sofa="1" begin="3" end="6" PosValue="NN"/>',
        )
        found = read(tmp_path, content, layer)
        assert rows(found) == expected
        assert ("lost", "layer", "1") in losses(found)

    def test_a_chosen_layer_takes_its_subtypes_and_an_unknown_one_is_refused(self, tmp_path):
        types = type_system(Other="uima.tcas.Annotation", Sub="own.Other value=uima.cas.String")
        content = xmi('<own:Sub xmi:id="2" sofa="1" begin="0" end="2" value="x"/>')
        assert rows(read(tmp_path, content, "Other", types=types)) == [("la", "x")]
        with pytest.raises(InputError, match=r"has no layer 'Othr'; did you mean 'Other'\?"):
            read(tmp_path, content, "Othr", types=types)

    def test_relations_chains_links_and_document_labels_are_losses(self, tmp_path):
        found = read(
            tmp_path,
            xmi(
                '<custom:S xmi:id="2" sofa="1" begin="0" end="2" value="a" slot="5"/>',
                '<custom:S xmi:id="3" sofa="1" begin="3" end="6" value="b"/>',
                '<custom:R xmi:id="4" sofa="1" begin="3" end="6" Governor="2" Dependent="3" value="r"/>',
                '<custom:Link xmi:id="5" role="agent" target="3"/>',
                '<custom:CChain xmi:id="6" sofa="1" first="7"/>',
                '<custom:CLink xmi:id="7" sofa="1" begin="0" end="2" next="8"/>',
                '<custom:CLink xmi:id="8" sofa="1" begin="7" end="13"/>',
                '<custom:Whole xmi:id="9" sofa="1" genre="blog"/>',
            ),
        )
        assert rows(found) == [("la", "CLink"), ("la", "a"), ("voz", "b"), ("humana", "CLink")]
        assert set(losses(found)) == {
            ("lost", "relation", "R (value=r): 'la' - 'voz'"),
            ("lost", "link", "agent: 'voz'"),
            ("lost", "chain", "'la' - 'humana'"),
            ("lost", "annotation", '{"Whole": {"genre": "blog"}}'),
        }

    def test_a_type_system_tells_numbers_from_references(self, tmp_path):
        content = xmi(
            '<own:S xmi:id="2" sofa="1" begin="0" end="2" rating="3" other="3"/>',
            '<own:S xmi:id="3" sofa="1" begin="3" end="6" rating="1"/>',
        )
        types = type_system(S="uima.tcas.Annotation rating=uima.cas.Integer other=uima.tcas.Annotation")
        told = read(tmp_path, content, types=types)
        assert dict(told.spans[0].features) == {"layer": "own.S", "rating": "3"}
        assert losses(told) == [("lost", "link", "'voz'")]
        (tmp_path / "TypeSystem.xml").unlink()
        guessed = read(tmp_path, content)
        assert dict(guessed.spans[0].features) == {"layer": "own.S", "rating": "3", "other": "3"}
        assert {one.kind for one in guessed.losses} == {"changed"}
        assert {re.search("'(.+?)'", one.reason)[1] for one in guessed.losses} == {"rating", "other"}

    def test_several_values_of_a_code_are_several_rows_and_of_a_feature_a_list(self, tmp_path):
        found = read(
            tmp_path,
            xmi(
                '<custom:S xmi:id="2" sofa="1" begin="0" end="2"><value>a</value><value>b</value>'
                "<why>x</why><why>y</why></custom:S>"
            ),
        )
        assert rows(found) == [("la", "a"), ("la", "b")]
        assert dict(found.spans[0].features) == {"layer": "webanno.custom.S", "why": '["x", "y"]'}

    def test_an_array_that_many_point_to_is_not_written_out_in_full(self, tmp_path):
        array = "".join(f"<elements>{number}</elements>" for number in range(300))
        spans = (f'<own:S xmi:id="{number}" sofa="1" begin="0" end="2" tags="2"/>' for number in range(3, 6))
        types = type_system(S="uima.tcas.Annotation tags=uima.cas.TOP")
        found = read(tmp_path, xmi(f'<cas:StringArray xmi:id="2">{array}</cas:StringArray>', *spans), types=types)
        assert [len(json.loads(one.features["tags"])) for one in found.spans] == [100] * 3
        assert losses(found) == [("changed", "annotation", "200 more")] * 3

    def test_fields_of_others_are_ours_only_where_they_plainly_are(self, tmp_path):
        found = read(
            tmp_path,
            xmi(
                '<custom:S xmi:id="2" sofa="1" begin="0" end="2" stance="breach" Annotator="ana" score="0.5"/>',
                '<custom:S xmi:id="3" sofa="1" begin="3" end="6" value="a" stance="angry" score="5" kind="odd"/>',
            ),
        )
        one, two = found.spans
        layer = {"layer": "webanno.custom.S"}
        assert (one.stance, one.coder, one.score, dict(one.features)) == ("breach", "ana", 0.5, layer)
        assert dict(two.features) == {**layer, "stance": "angry", "score": "5", "kind": "odd"}
        assert (two.coder, two.created, two.kind) == (None, None, None)

    @pytest.mark.parametrize(
        ("place", "kind", "reason"),
        [
            ('sofa="1" begin="1" end="3"', "refused", "inside a character"),
            ('sofa="1" begin="0" end="99"', "refused", "outside the text"),
            ('sofa="1" begin="x" end="3"', "refused", "no positions"),
            ('sofa="1" begin="3" end="2"', "refused", "no positions"),
            ('sofa="1" end="2"', "refused", "no positions"),
            ('sofa="7" begin="0" end="2"', "refused", "not in the file"),
            ('sofa="1" begin="2" end="2"', "lost", "no length"),
        ],
    )
    def test_one_bad_position_costs_one_row(self, place, kind, reason, tmp_path):
        found = read(
            tmp_path,
            xmi(
                f'<custom:S xmi:id="2" {place} value="bad"/>',
                '<custom:S xmi:id="3" sofa="1" begin="0" end="2" value="good"/>',
                text="😀 voz",
            ),
        )
        tables = gather([found], texts={})
        assert list(tables.annotations["quote"]) == ["😀"]
        (loss,) = tables.losses.itertuples()
        assert (loss.kind, loss.field) == (kind, "annotation")
        assert reason in loss.reason
        assert loss.place.endswith("uno.xmi, xmi:id 2")

    def test_annotations_that_are_in_no_view_are_losses(self, tmp_path):
        found = read(tmp_path, xmi('<custom:S xmi:id="2" sofa="1" begin="0" end="2"/>', members=""))
        assert [(one.kind, one.field, one.code) for one in found.losses] == [("lost", "annotation", "S")]

    def test_an_annotation_of_our_layer_without_a_code_is_refused(self, tmp_path):
        found = read(tmp_path, xmi('<custom:Code xmi:id="2" sofa="1" begin="0" end="2" note="x"/>'))
        assert [(one.kind, one.reason) for one in found.losses] == [("refused", "it has no code")]
        assert not found.spans

    def test_views_are_documents(self, tmp_path):
        content = xmi('<custom:S xmi:id="2" sofa="1" begin="0" end="2"/>').replace(
            "<cas:View",
            '<custom:S xmi:id="3" sofa="9" begin="0" end="4"/><cas:Sofa xmi:id="9" sofaNum="2" sofaID="it" '
            'sofaString="voce"/><cas:View sofa="9" members="3"/><cas:View',
            1,
        )
        found = read(tmp_path, content)
        assert [(one.doc_id, one.text) for one in found.documents] == [("uno", "la voz humana"), ("uno#it", "voce")]
        assert rows(found) == [("la", "S"), ("voce", "S")]

    def test_json_of_uima_with_structures_by_id_and_special_numbers(self, tmp_path):
        said = {
            "%TYPES": {"own.S": {"%NAME": "own.S", "%SUPER_TYPE": "uima.tcas.Annotation"}},
            "%FEATURE_STRUCTURES": {
                "1": {"%TYPE": "uima.cas.Sofa", "sofaNum": 1, "sofaID": "_InitialView", "sofaString": "😀 voz"},
                "2": {
                    "%TYPE": "own.S", "@sofa": 1, "begin": 3, "end": 6, "label": "a", "#share": "NaN", "sure": True,
                    "many": 3, "part": 0.5, "@tags": 3, "@other": 2,
                },
                "3": {"%TYPE": "uima.cas.StringArray", "%ELEMENTS": ["x", "y"]},
            },
            "%VIEWS": {"_InitialView": {"%SOFA": 1, "%MEMBERS": [2]}},
        }  # fmt: skip
        (tmp_path / "uno.json").write_text(json.dumps(said), encoding="utf-8")
        found = cas.read_json(tmp_path / "uno.json", Choices())
        assert rows(found) == [("voz", "a")]
        assert dict(found.spans[0].features) == {
            "layer": "own.S", "share": "NaN", "sure": "true", "many": "3", "part": "0.5", "tags": '["x", "y"]',
        }  # fmt: skip
        assert losses(found) == [("lost", "link", "'voz'")]


class TestWhichFeatureIsTheCode:
    """One feature for a layer, over all files that are read together."""

    @pytest.mark.parametrize(
        ("said", "codes", "changed"),
        [
            # a comment is no code where another feature is, in whatever order
            (['Comment="dudosa" Tipo="a"', 'Why="no sé"', 'Tipo="b" Why="sí"'], ["a", "S", "b"], ["S"]),
            (['Why="porque sí" Tipo="a"', 'Why="no" Tipo="a"'], ["a", "a"], []),
            (['Comentario="dudosa" Tipo="a"', 'Comentario="no sé"', 'Comentario="sí"'], ["a", "S", "S"], ["S", "S"]),
            # as often, as different: the first
            (['Uno="x" Dos="y"'], ["x"], []),
            # names that people give to codes come first, though another is filled more often
            (['label="a" Tipo="b"', 'Tipo="c"'], ["a", "S"], ["S"]),
            (['identifier="Q1"', 'value="" identifier="Q2"'], ["Q1", "Q2"], []),
            # such a name that nobody filled in: then there is no code
            (['value="" Why="no"', 'Why="sí"'], ["S", "S"], []),
            (['Sure="0.5" ok="true"'], ["S"], []),
        ],
    )
    def test_the_same_for_all_annotations(self, said, codes, changed, tmp_path):
        spans = (f'<own:S xmi:id="{n}" sofa="1" begin="{n}" end="{n + 1}" {one}/>' for n, one in enumerate(said, 2))
        names = dict.fromkeys(re.findall(r"(\w+)=", " ".join(said)))
        types = type_system(S=" ".join(["uima.tcas.Annotation", *(f"{name}=uima.cas.String" for name in names)]))
        found = read(tmp_path, xmi(*spans), types=types)
        assert [one.code for one in found.spans] == codes
        assert [(one.kind, one.field, one.code) for one in found.losses] == [
            ("changed", "code", one) for one in changed
        ]
        everything = {value for one in said for value in re.findall('="([^"]+)"', one)}
        kept = {value for one in found.spans for value in (one.code, one.note, *one.features.values())}
        assert everything <= kept, "what is no code is kept beside"

    def test_one_for_all_files(self, tmp_path):
        for name, one in (("a", 'Why="no sé"'), ("b", 'Why="sí" Tipo="x"'), ("c", 'Tipo="x"'), ("d", 'Tipo="x"')):
            content = xmi(f'<own:S xmi:id="2" sofa="1" begin="0" end="2" {one}/>')
            (tmp_path / f"{name}.xmi").write_text(content, encoding="utf-8")
        found = cas.read_xmi(tmp_path, Choices())
        assert [one.code for one in found.spans] == ["S", "x", "x", "x"]

    def test_it_may_have_several_values(self, tmp_path):
        one = '<own:S xmi:id="2" sofa="1" begin="0" end="2" Why="no"><Tipo>a</Tipo><Tipo>b</Tipo></own:S>'
        found = read(tmp_path, xmi(one, '<own:S xmi:id="3" sofa="1" begin="0" end="2" Tipo="a"/>'))
        assert [one.code for one in found.spans] == ["a", "b", "a"]
        assert found.spans[0].features == {"layer": "own.S", "Why": "no"}


METADATA = (
    '<meta:DocumentMetaData xmlns:meta="http:///de/tudarmstadt/ukp/dkpro/core/api/metadata/type.ecore" xmi:id="9" '
    'sofa="1" begin="0" end="13" language="es" {}/>'
)


class TestMetadata:
    """What INCEpTION writes of a document that it exports (inception, FormatSupport.addOrUpdateDocumentMetadata)."""

    def said(self, title="es~2Funo.xmi", who="ana", project="mio"):
        return (
            f'documentTitle="{title}" documentId="{who}" collectionId="{project}" documentBaseUri="{project}" '
            f'documentUri="{project}/{title}"'
        )

    def found(self, folder, name, said):
        spans = (
            '<custom:Code xmi:id="2" sofa="1" begin="0" end="2" code="a" coder="luis"/>',
            '<custom:Code xmi:id="3" sofa="1" begin="3" end="6" code="b"/>',
        )
        (folder / f"{name}.xmi").write_text(xmi(METADATA.format(said), *spans), encoding="utf-8")
        found = cas.read_xmi(folder / f"{name}.xmi", Choices())
        (document,) = found.documents
        assert document.lang == "es"
        return document.doc_id, document.title, [one.coder for one in found.spans]

    def test_the_id_is_who_annotated_and_the_title_no_title(self, tmp_path):
        assert self.found(tmp_path, "es~2Funo", self.said()) == ("es/uno", None, ["luis", "ana"])
        assert self.found(tmp_path, "otro", self.said("a.txt")) == ("otro", None, ["luis", "ana"])
        # in a ZIP of one document, the file is called after the id
        assert self.found(tmp_path, "ana", self.said()) == ("es/uno", None, ["luis", "ana"])
        assert self.found(tmp_path, "uno", self.said("uno.txt", "INITIAL_CAS")) == ("uno", None, ["luis", None])

    @pytest.mark.parametrize(
        ("said", "title"),
        [
            ('documentTitle="Un día" documentId="uno"', "Un día"),
            ('documentTitle="Un día" documentId="ana"', "Un día"),
            ('documentTitle="uno.txt" documentId="uno.txt" documentUri="file:/tmp/uno.txt"', None),
            ('documentTitle="uno.x" documentId="uno" collectionId="m" documentBaseUri="m" documentUri="m/uno.x"', None),
        ],
    )
    def test_other_ids_are_nobody(self, said, title, tmp_path):
        assert self.found(tmp_path, "uno", said) == ("uno", title, ["luis", None])


def exported(folder: Path, name: str, files: dict[str, list[Span]]) -> Path:
    """A project after our file was imported and these annotators worked on it, in the folders of the tool."""
    ending = FORMATS[name].suffixes[0]
    for who, spans in files.items():
        made = folder / "made" / who
        made.mkdir(parents=True)
        FORMATS[name].write(Material([Document("es/uno", "la voz humana")], spans, [], []), made)
        (file,) = (one for one in made.iterdir() if one.suffix == ending)
        above = "curation" if who == "CURATION_USER" else "annotation"
        target = folder / above / file.name / f"{who}{ending}"
        target.parent.mkdir(parents=True, exist_ok=True)
        file.rename(target)
    return folder


class TestWhatStandsInEveryFile:
    """All three formats of INCEpTION: annotations that were there before anyone began."""

    ALL = pytest.mark.parametrize("name", ["cas-xmi", "cas-json", "webanno-tsv"])
    ANA = Span("es/uno", 0, 2, "a", "la", coder="ana", stance="breach", note="una nota", features={"tono": "x"})
    LUIS = Span("es/uno", 3, 6, "b", "voz", coder="luis", score=0.5)

    def read(self, folder: Path, name: str):
        """Quote, code, coder and named coder of each span; each loss."""
        found = FORMATS[name].read(folder, Choices())
        assert {one.doc_id for one in found.documents} == {"es/uno"}
        spans = sorted(
            ("la voz humana"[one.start : one.end], one.code, one.coder, one.features.get("coder", ""))
            for one in found.spans
        )
        return spans, [(one.kind, one.field, one.code, one.coder, one.reason) for one in found.losses]

    @ALL
    def test_what_nobody_changed_counts_once_and_keeps_its_coder(self, name, tmp_path):
        both = [self.ANA, self.LUIS, self.LUIS]
        folder = exported(tmp_path, name, {"INITIAL_CAS": both, "ana": both, "luis": both, "giulia": both})
        spans, losses = self.read(folder, name)
        assert spans == [("la", "a", "ana", ""), ("voz", "b", "luis", ""), ("voz", "b", "luis", "")]
        assert losses == []
        (row, *_) = gather([FORMATS[name].read(folder, Choices())], texts={}).annotations.to_dict("records")
        assert (row["note"], row["feature_tono"], row["stance"]) == ("una nota", "x", "breach")

    @ALL
    def test_also_where_nobody_has_begun(self, name, tmp_path):
        folder = exported(tmp_path, name, {"INITIAL_CAS": [self.ANA]})
        assert self.read(folder, name) == ([("la", "a", "ana", "")], [])

    @ALL
    def test_what_is_new_or_changed_is_the_annotators_and_a_loss_says_so(self, name, tmp_path):
        new, changed = Span("es/uno", 7, 13, "c", "humana"), replace(self.LUIS, code="d")
        giulia = [self.ANA, changed, new, self.ANA]
        folder = exported(tmp_path, name, {"INITIAL_CAS": [self.ANA, self.LUIS], "giulia": giulia})
        spans, losses = self.read(folder, name)
        assert spans == [
            ("humana", "c", "giulia", ""),
            ("la", "a", "ana", ""),
            ("la", "a", "giulia", "ana"),
            ("voz", "b", "luis", ""),
            ("voz", "d", "giulia", "luis"),
        ]
        said = "giulia deleted or changed it in INCEpTION; it still counts"
        assert losses == [("changed", "annotation", "b", "luis", said)]

    @ALL
    def test_who_changes_her_own_withdraws_it_and_who_changes_anothers_does_not(self, name, tmp_path):
        other = replace(self.ANA, note="otra")
        files = {"INITIAL_CAS": [self.ANA, self.LUIS], "ana": [other, self.LUIS], "luis": [self.LUIS]}
        folder = exported(tmp_path, name, files)
        spans, losses = self.read(folder, name)
        assert spans == [("la", "a", "ana", ""), ("voz", "b", "luis", "")]
        assert [one.note for one in FORMATS[name].read(folder, Choices()).spans if one.code == "a"] == ["otra"]
        assert [(kind, field, code, coder, why.partition(" ")[0]) for kind, field, code, coder, why in losses] == [
            ("changed", "annotation", "a", "ana", "ana"),
            ("changed", "annotation", "a", "ana", "luis"),
        ]

    @ALL
    def test_what_was_curated_was_decided_again(self, name, tmp_path):
        folder = exported(tmp_path, name, {"INITIAL_CAS": [self.ANA, self.LUIS], "CURATION_USER": [self.ANA]})
        spans, losses = self.read(folder, name)
        assert spans == [("la", "a", "CURATION_USER", "ana"), ("la", "a", "ana", ""), ("voz", "b", "luis", "")]
        assert losses == []

    @ALL
    def test_documents_are_called_as_ours_unless_two_would_be(self, name, tmp_path):
        folder = exported(tmp_path, name, {"ana": [self.ANA]})
        ending = FORMATS[name].suffixes[0]
        for other in ("dos.txt", "tres.json", "tres.tsv", "cuatro.XMI"):
            shutil.copytree(folder / "annotation" / f"es~2Funo{ending}", folder / "annotation" / other)
        (folder / "exportedproject1.json").write_text("{}", encoding="utf-8")
        found = FORMATS[name].read(folder, Choices())
        assert sorted(one.doc_id for one in found.documents) == ["cuatro", "dos.txt", "es/uno", "tres.json", "tres.tsv"]


class TestProjects:
    """Exported INCEpTION projects: one file per document and coder."""

    def project(self, folder: Path, *, zipped: bool) -> Path:
        for where, value, coder in (
            ("annotation/uno.txt/ana", "a", 'coder="luis"'),
            ("annotation/uno.txt/luis", "b", ""),
            ("annotation/uno.txt/INITIAL_CAS", "c", ""),
            ("curation/uno.txt/CURATION_USER", "d", ""),
        ):
            content = xmi(f'<custom:Code xmi:id="2" sofa="1" begin="3" end="6" code="{value}" {coder}/>')
            target = folder / f"{where}{'.zip' if zipped else '.xmi'}"
            target.parent.mkdir(parents=True, exist_ok=True)
            if zipped:
                with zipfile.ZipFile(target, "w") as archive:
                    archive.writestr(f"{target.stem}.xmi", content)
                    archive.writestr("TypeSystem.xml", type_system(S="uima.tcas.Annotation"))
            else:
                target.write_text(content, encoding="utf-8")
        (folder / "source").mkdir()
        (folder / "source" / "uno.xmi").write_text(xmi(), encoding="utf-8")
        return folder

    @pytest.mark.parametrize("zipped", [True, False])
    def test_the_coder_is_whose_file_it_is(self, zipped, tmp_path):
        found = cas.read_xmi(self.project(tmp_path, zipped=zipped), Choices())
        assert {one.doc_id for one in found.documents} == {"uno.txt"}
        assert [(one.code, one.coder, dict(one.features)) for one in found.spans] == [
            ("a", "ana", {"coder": "luis"}),
            ("b", "luis", {}),
            ("d", "CURATION_USER", {}),
        ]
        assert losses(found) == [("lost", "layer", "1")]

    def test_a_folder_that_is_only_called_annotation_is_no_project(self, tmp_path):
        (tmp_path / "annotation" / "es").mkdir(parents=True)
        (tmp_path / "annotation" / "es" / "uno.xmi").write_text(xmi(), encoding="utf-8")
        found = cas.read_xmi(tmp_path, Choices())
        assert [one.doc_id for one in found.documents] == ["annotation/es/uno"]
        (tmp_path / "exportedproject1.json").write_text("{}", encoding="utf-8")
        assert [one.doc_id for one in cas.read_xmi(tmp_path, Choices()).documents] == ["es"]

    def test_a_zip_that_is_none_costs_one_file(self, tmp_path):
        folder = self.project(tmp_path, zipped=True)
        (folder / "annotation" / "uno.txt" / "luis.zip").write_bytes(b"no zip")
        found = cas.read_xmi(folder, Choices())
        assert [one.coder for one in found.spans] == ["ana", "CURATION_USER"]
        assert ("refused", "document", None) in losses(found)


class TestRefused:
    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("a.xmi", "<a/>", "is no UIMA CAS XMI"),
            ("a.xmi", "", "no element"),
            ("a.xmi", HEAD, "no well-formed XML"),
            ("a.xmi", "<!DOCTYPE a [<!ENTITY b 'c'>]>" + HEAD.partition("?>")[2] + "</xmi:XMI>", "defines entities"),
            ("a.xmi", xmi(text="&#1;").replace("1.0", "1.1", 1), "export it as XML 1.0"),
            ("a.json", "[1]", "is no UIMA CAS JSON"),
            ("a.json", '{"%FEATURE_STRUCTURES": 3}', "are no list"),
            ("a.json", '{"%TYPES": {}, "%VIEWS": NaN}', "NaN"),
            ("a.json", '{"%TYPES": "\\ud83d"}', "surrogate"),
            ("a.json", "[" * 100_000, "nested too deep"),
        ],
    )
    def test_what_is_no_cas_in_one_sentence(self, name, content, said, tmp_path):
        file = tmp_path / name
        file.write_text(content, encoding="utf-8")
        reader = cas.read_xmi if name.endswith("xmi") else cas.read_json
        with pytest.raises(InputError, match=re.escape(said)) as caught:
            reader(file, Choices())
        refused_cleanly(caught.value, file)

    def test_one_bad_file_of_a_folder_costs_that_file(self, tmp_path):
        (tmp_path / "bad.xmi").write_text("<a/>", encoding="utf-8")
        (tmp_path / "good.xmi").write_text(xmi(), encoding="utf-8")
        found = cas.read_xmi(tmp_path, Choices())
        assert [one.doc_id for one in found.documents] == ["good"]
        assert [(one.kind, one.field, one.place) for one in found.losses] == [("refused", "document", "bad.xmi")]

    @BOTH
    def test_two_seconds_of_mutations_give_a_reading_or_a_refusal(self, name, tmp_path):
        spans = [Span("u", 4, 8, "voz", "😀 vo", None, None, "endorses", "ana", features={"a b": "1"})]
        FORMATS[name].write(Material([Document("u", "año 😀 voz\nhumana", "es", "t")], spans, [], []), tmp_path)
        file = tmp_path / f"u{FORMATS[name].suffixes[0]}"
        whole, chance = file.read_bytes(), random.Random(8)
        bits = [b"-1", b"9" * 30, b"1.5", b"null", b"[]", b"{}", b'"x"', b"\x00", b"&b;", b"<", b'"', b"\xff", b"@sofa"]
        read_ones = 0
        for _ in range(400):
            data = bytearray(whole)
            for _ in range(chance.choice((1, 1, 3))):
                at = chance.randrange(len(data))
                data[at : at + chance.choice((0, 1, 2, 8))] = chance.choice(bits)
            file.write_bytes(bytes(data))
            try:
                found = FORMATS[name].read(file, Choices())
            except InputError as error:
                refused_cleanly(error, file)
            else:
                read_ones += 1
                assert all(type(one.start) is int and type(one.end) is int and one.code for one in found.spans)
        assert read_ones > 10


class TestRecognise:
    def test_each_knows_its_own_and_no_other(self, tmp_path):
        cases = [
            ("a.xmi", xmi(), "xmi"),
            ("a.xml", '<TEI xmlns="http://www.tei-c.org/ns/1.0"/>', None),
            ("TypeSystem.xml", type_system(), None),
            ("a.xmi", '<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:uml="http://schema.omg.org/UML"/>', None),
            ("a.json", '\ufeff \n{ "%VIEWS" : {}}', "json"),
            ("exportedproject.json", '{"name": "%TYPES"}', None),
            ("a.json", '[{"data": {"text": "x"}}]', None),
        ]
        for name, content, expected in cases:
            head = content.encode()[:4000]
            known = [one for one in ("xmi", "json") if getattr(cas, f"recognise_{one}")(tmp_path / name, head)]
            assert known == ([expected] if expected else []), (name, content)


def test_a_type_system_in_a_circle_ends():
    types = types_of_xml(type_system(A="own.B", B="own.A").encode(), "x")
    assert types.ancestors("own.A") == ["own.A", "own.B"]
    assert types.refers("own.A", "none") is None


#: Every real file: documents, annotations, and losses by field (counted by reading the files by eye).
REAL = {
    "uima_cas/casWithFloatingPointSpecialValues__debug.xmi": (0, 0, {"document": 1, "layer": 1}),
    "uima_cas/casWithSofaDataArray__debug.xmi": (1, 0, {"text": 1}),
    "uima_cas/casWithText__debug.xmi": (1, 0, {}),
    "uima_cas/casWithTraditionalChineseTextAndAnnotations__debug.xmi": (1, 4, {}),
    "uima_cas/cas_has_fs_with_no_namespace.xmi": (1, 1, {}),
    "uima_cas/cas_with_collections.xmi": (1, 0, {"annotation": 3}),
    "uima_cas/cas_with_floating_point_special_values.xmi": (1, 0, {"layer": 1}),
    "uima_cas/cas_with_list_features.xmi": (1, 0, {"annotation": 2, "layer": 8, "text": 1}),
    "uima_cas/cas_with_nonindexed_fs.xmi": (1, 0, {"layer": 1}),
    "uima_cas/cas_with_reserved_names.xmi": (1, 0, {"annotation": 1}),
    "uima_cas/cas_with_two_sofas.xmi": (2, 0, {}),
    "uima_cas/emptyCas__debug.xmi": (0, 0, {"document": 1}),
    "uima_cas/lenient_cas.xmi": (1, 1, {"layer": 2}),
    "uima_cas/casExtendingDocumentAnnotation__data.json": (1, 0, {}),
    "uima_cas/casWithBadSofaFsOrder__data-ref.json": (1, 0, {}),
    "uima_cas/casWithBadSofaFsOrder__data.json": (1, 0, {}),
    "uima_cas/casWithFloatingPointSpecialValues__data.json": (1, 0, {"layer": 1, "text": 1}),
    "uima_cas/casWithSofaDataArray__data.json": (1, 0, {"text": 1}),
    "uima_cas/casWithText__data.json": (1, 0, {}),
    "uima_cas/casWithTraditionalChineseTextAndAnnotations__data.json": (1, 4, {}),
    "uima_cas/emptyCas__data.json": (0, 0, {"document": 1}),
    "webanno_tsv3/testAnnotationWithLeadingWhitespace.xmi": (1, 1, {}),
    "webanno_tsv3/testAnnotationWithTrailingWhitespace.xmi": (1, 1, {}),
    "webanno_tsv3/testComplexSlotFeatureWithoutValues.xmi": (1, 3, {"link": 2}),
    "webanno_tsv3/testCrossSentenceSpanWithoutFeatureValue.xmi": (1, 1, {}),
    "webanno_tsv3/testElevatedType.xmi": (1, 0, {"layer": 1}),
    "webanno_tsv3/testMultiTokenSlotFeature.xmi": (1, 3, {"link": 2}),
    "webanno_tsv3/testMultiTokenSpanWithoutFeatureValue.xmi": (1, 1, {}),
    "webanno_tsv3/testMultiTokenStackedSpanWithFeatureValue.xmi": (1, 2, {}),
    "webanno_tsv3/testSentenceId.xmi": (1, 0, {"layer": 1}),
    "webanno_tsv3/testSentenceWithEmoji.xmi": (1, 1, {}),
    "webanno_tsv3/testSentenceWithLineBreak.xmi": (1, 1, {}),
    "webanno_tsv3/testSimpleChain.xmi": (1, 3, {"chain": 1}),
    "webanno_tsv3/testSimpleSameRoleSlotFeature.xmi": (1, 3, {"link": 2}),
    "webanno_tsv3/testSimpleSlotFeatureWithoutValues.xmi": (1, 3, {"link": 2}),
    "webanno_tsv3/testSingleNonMultiTokenRelationWithoutFeatureValue.xmi": (1, 2, {"relation": 1}),
    "webanno_tsv3/testSingleNonTokenRelationWithoutFeatureValue.xmi": (1, 2, {"relation": 1}),
    "webanno_tsv3/testSingleStackedNonTokenRelationWithoutFeatureValue.xmi": (1, 4, {"relation": 1}),
    "webanno_tsv3/testSingleStackedNonTokenRelationWithoutFeatureValue3.xmi": (1, 3, {"relation": 1}),
    "webanno_tsv3/testSingleTokenRelationWithMultipleFeatureValues.xmi": (1, 0, {"relation": 1}),
    "webanno_tsv3/testSingleTokenWithoutFeatureValue.xmi": (1, 1, {}),
    "webanno_tsv3/testStackedComplexSlotFeatureWithoutSlotFillers.xmi": (1, 4, {}),
    "webanno_tsv3/testStackedNonMultiTokenRelationWithMultipleFeatureValues.xmi": (1, 2, {"relation": 2}),
    "webanno_tsv3/testStackedSubMultiTokenSpanWithFeatureValue.xmi": (1, 18, {"annotation": 6}),
    "webanno_tsv3/testSubMultiTokenSpanWithoutFeatureValue.xmi": (1, 1, {}),
    "webanno_tsv3/testSubMultiTokenSpanWithoutFeatureValue3.xmi": (1, 2, {}),
    "webanno_tsv3/testSubTokenRelation.xmi": (1, 2, {"relation": 1}),
    "webanno_tsv3/testSubtokenChain.xmi": (1, 2, {"annotation": 1, "chain": 1}),
    "webanno_tsv3/testTokenBoundedBioLookAlike.xmi": (1, 5, {}),
    "webanno_tsv3/testTokenBoundedSpanWithFeatureValue.xmi": (1, 5, {}),
    "webanno_tsv3/testTokenBoundedSpanWithSpecialSymbolsValue.xmi": (1, 5, {}),
    "webanno_tsv3/testTokenBoundedSpanWithoutFeatureValue.xmi": (1, 5, {}),
    "webanno_tsv3/testTokenBoundedStackedSpanWithFeatureValue.xmi": (1, 10, {}),
    "webanno_tsv3/testUnsetSlotFeature.xmi": (1, 3, {}),
    "webanno_tsv3/testZeroLengthSlotFeature2.xmi": (1, 2, {"annotation": 1, "link": 2}),
    "webanno_tsv3/testZeroLengthSpansWithFeatureValues.xmi": (1, 0, {"annotation": 2}),
    "webanno_tsv3/testZeroLengthSpansWithoutFeatures.xmi": (1, 0, {"annotation": 2}),
    "webanno_tsv3/testZeroWidthAnnotationBeforeFirstTokenIsMovedToBeginOfFirstToken.xmi": (1, 0, {"annotation": 1}),
    "webanno_tsv3/testZeroWidthAnnotationBeyondLastTokenIsMovedToEndOfLastToken.xmi": (1, 0, {"annotation": 1}),
}
QUOTES = {
    "uima_cas/lenient_cas.xmi": [("The train was late .", "NotInTypesystem")],
    "webanno_tsv3/testSentenceWithEmoji.xmi": [("😊", "NamedEntity")],
    "webanno_tsv3/testAnnotationWithLeadingWhitespace.xmi": [(" two", "NamedEntity")],
    "webanno_tsv3/testSubMultiTokenSpanWithoutFeatureValue3.xmi": [("his i", "NamedEntity"), ("s a te", "NamedEntity")],
    "webanno_tsv3/testSubTokenRelation.xmi": [("T", "OTH"), ("t", "OTH")],
    "webanno_tsv3/testMultiTokenStackedSpanWithFeatureValue.xmi": [
        ("This is a test .", "LOCATION"),
        ("This is a test .", "PERSON"),
    ],
}


@pytest.fixture(scope="module")
def interop():
    if not INTEROP.is_dir():
        pytest.skip("the real files of other tools (../shared/interop) are not on this machine")
    return INTEROP


class TestRealFiles:
    def test_the_table_names_every_file(self, interop):
        there = [*interop.glob("uima_cas/*.xmi"), *interop.glob("uima_cas/*.json"), *interop.glob("webanno_tsv3/*.xmi")]
        assert {one.relative_to(interop).as_posix() for one in there} == set(REAL)

    @pytest.mark.parametrize("name", REAL)
    def test_is_read_as_expected(self, name, interop):
        file = interop / name
        kind = file.suffix.removeprefix(".")
        assert getattr(cas, f"recognise_{kind}")(file, file.read_bytes()[:4000])
        found = getattr(cas, f"read_{kind}")(file, Choices())
        documents, spans, lost = REAL[name]
        assert len(found.documents) == documents
        assert len(rows(found)) == len(found.spans) == spans, "every slice is proved by the core"
        assert Counter(one.field for one in found.losses) == lost
        if name in QUOTES:
            assert rows(found) == QUOTES[name]

    def test_the_same_spans_as_dkpro_cassis_sees(self, interop):
        """Where cassis can read a file with the type system of WebAnno, every NamedEntity is at the same place."""
        with (interop / "uima_cas" / "webanno_types.xml").open("rb") as stream:
            types = cassis.load_typesystem(stream)
        entity = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"
        compared = 0
        for file in sorted((interop / "webanno_tsv3").glob("*.xmi")):
            try:
                with file.open("rb") as stream, warnings.catch_warnings(action="ignore"):
                    other = cassis.load_cas_from_xmi(stream, types)
            except TypeError:  # a feature that the type system does not declare
                continue
            theirs = Counter(
                (s.begin, s.end, s.value or "NamedEntity") for s in other.select(entity) if s.begin < s.end
            )
            tables = gather([cas.read_xmi(file, Choices(layers=()))], texts={})
            custom = {"SimpleSpan", "SimpleLink", "SimpleLinkHost", "ComplexLinkHost", "FlexLinkHost", "val1", "val2"}
            ours = Counter((s.start, s.end, s.code) for s in tables.annotations.itertuples() if s.code not in custom)
            assert ours == theirs, file.name
            compared += 1
        assert compared >= 30
