"""CoNLL columns: the common forms read, our own form written and read back, and what other programs see of it."""

import json
import os
import random
from pathlib import Path

import pytest
from exchange_material import material_of, samples
from hypothesis import HealthCheck, given, settings

from toolkit.errors import InputError
from toolkit.exchange.formats.conll import read, recognise, write
from toolkit.exchange.formats.conll.tags import chunks_of, code_of, layers_of, tag_of
from toolkit.exchange.model import FIELDS, Choices, Document, Material, Span

MANY = int(os.environ.get("CLUETRAIN_EXAMPLES", "0"))
looked_at = settings(
    max_examples=MANY or 40,
    derandomize=not MANY,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def shared():
    folder = Path(__file__).parent.parent.parent / "shared" / "interop" / "doccano"
    if not folder.is_dir():
        pytest.skip("files of other programs (../shared/interop) are not on this machine")
    return folder


def found_in(folder, content, name="uno.conll", **choices):
    path = folder / name
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return read(path, Choices(**choices))


def quotes(found):
    """Each span as what stands there and its code; positions count code points of the documents' texts."""
    texts = {one.doc_id: one.text for one in found.documents}
    return [(texts[span.doc_id][span.start : span.end], span.code) for span in found.spans]


def losses(found):
    return [(loss.kind, loss.field) for loss in found.losses]


# ---- tags ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme", "tags", "expected"),
    [
        ("IOB2", "B-p I-p O B-l B-l", [(0, 1, "p"), (3, 3, "l"), (4, 4, "l")]),
        ("IOB1", "I-p I-p O I-l B-l I-o", [(0, 1, "p"), (3, 3, "l"), (4, 4, "l"), (5, 5, "o")]),
        ("BIOES", "B-p I-p E-p S-p S-l O B-l E-l", [(0, 2, "p"), (3, 3, "p"), (4, 4, "l"), (6, 7, "l")]),
        ("BILOU", "B-p L-p U-p O U-l", [(0, 1, "p"), (2, 2, "p"), (4, 4, "l")]),
        ("BMEWO", "B-p M-p E-p W-p O", [(0, 2, "p"), (3, 3, "p")]),
        ("IOE2", "I-p E-p E-p O I-l E-l", [(0, 1, "p"), (2, 2, "p"), (4, 5, "l")]),
        ("one type, without it", "B I O I", [(0, 1, "_"), (3, 3, "_")]),
        ("hyphens in the type", "B-co-op I-co-op", [(0, 1, "co-op")]),
    ],
)
def test_schemes_of_tags(scheme, tags, expected):
    assert [tuple(chunk) for chunk in chunks_of(tags.split())] == expected


@pytest.mark.parametrize(
    ("code", "tag"),
    [
        ("voz", "voz"),
        ("voz humana", "voz%20humana"),
        ("50%25", "50%2525"),
        ("a\tb\nc", "a%09b%0Ac"),
        ("\x85", "%C2%85"),
    ],
)
def test_codes_in_tags(code, tag):
    assert tag_of(code) == tag
    assert code_of(tag) == code


def test_no_two_stretches_overlap_in_a_layer():
    chance = random.Random(8)
    chunks = sorted((first, first + chance.randrange(9)) for first in (chance.randrange(60) for _ in range(80)))
    layers = layers_of(chunks)
    for number, (first, last) in enumerate(chunks):
        for other in range(number):
            if layers[other] == layers[number]:
                assert chunks[other][1] < first <= last
    deepest = max(sum(first <= at <= last for first, last in chunks) for at in range(70))
    assert max(layers) == deepest


# ---- files of others -----------------------------------------------------------------------------------------

FORMS = {
    "two columns, tabs": ("Ana\tB-PER\nRuiz\tI-PER\nhabla\tO\n\nRoma\tB-LOC\n", [("Ana Ruiz", "PER"), ("Roma", "LOC")]),
    "two columns, blanks": ("Ana  B-PER\nRuiz I-PER \nhabla O\n", [("Ana Ruiz", "PER")]),
    "a word with blanks": ("Ana Ruiz\tB-PER\nhabla\tO\n", [("Ana Ruiz", "PER")]),
    "lines end in CR LF": ("Ana\tB-PER\r\nhabla\tO\r\n\r\nRoma\tB-LOC\r\n", [("Ana", "PER"), ("Roma", "LOC")]),
    "byte order mark": ("\ufeffAna\tB-PER\n", [("Ana", "PER")]),
    "CoNLL-2003": (
        "-DOCSTART- -X- -X- O\n\nAna NNP I-NP I-PER\nhabla VB I-VP O\n\n-DOCSTART- -X- -X- O\n\nRoma NNP I-NP I-LOC\n",
        [("Ana", "PER"), ("Roma", "LOC")],
    ),
    "CoNLL-2002": ("Ana NP B-PER\nhabla V O\n. Fp O\n", [("Ana", "PER")]),
    "GermEval: a number first, outer and inner": (
        "#\thttp://a.b [2009-01-01]\n1\tRoma\tB-LOC\tO\n2\tAntica\tI-LOC\tB-OTH\n\n#\tx\n1\tEs\tO\tO\n",
        [("Roma Antica", "LOC"), ("Antica", "OTH")],
    ),
    "comments between": ("# id 1\tdomain=es\nAna _ _ B-PER\nhabla _ _ O\n", [("Ana", "PER")]),
    "a word that is #": ("#\tB-TEMA\nvoz\tI-TEMA\n", [("# voz", "TEMA")]),
    "spaCy's .iob": ("Ana|NNP|B-PER Ruiz|NNP|I-PER .|.|O\n||SYM|B-SIGN\n", [("Ana Ruiz", "PER"), ("|", "SIGN")]),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_others(form, tmp_path):
    content, expected = FORMS[form]
    assert quotes(found_in(tmp_path, content)) == expected


def test_a_text_made_of_words_is_said_to_be(tmp_path):
    found = found_in(tmp_path, "Ana\tB-PER\nhabla\tO\n\nSì\tO\n")
    assert [(one.doc_id, one.text) for one in found.documents] == [("uno", "Ana habla\nSì")]
    assert losses(found) == [("changed", "text")]


def test_documents_of_a_file(tmp_path):
    found = found_in(tmp_path, "-DOCSTART- -X- O O\n\nAna N O B-PER\n\n-DOCSTART- -X- O O\n\nRoma N O B-LOC\n")
    assert [(one.doc_id, one.text) for one in found.documents] == [("uno-1", "Ana"), ("uno-2", "Roma")]
    found = found_in(tmp_path, "# newdoc id = es/dos\nAna\tB-PER\n\n# doc_id = 7\nRoma\tB-LOC\n")
    assert [(span.doc_id, span.code) for span in found.spans] == [("es/dos", "PER"), ("7", "LOC")]


def test_a_text_given_is_used_word_by_word(tmp_path):
    text = "  «Ana\u00a0Ruiz»,\r\n\r\nhabla 😀."
    rows = "«\tO\nAna\tB-PER\nRuiz\tI-PER\n»,\tO\n\nhabla\tO\n😀\tB-RISA\n.\tO\n"
    found = found_in(tmp_path, rows, texts={"uno": text})
    assert found.documents[0].text == text
    assert quotes(found) == [("Ana\u00a0Ruiz", "PER"), ("😀", "RISA")]
    assert not found.losses


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [("Ana grita.", 2, "the row says 'habla'"), ("Ana habla hoy", 2, "'hoy' of the text is missing")],
)
def test_words_that_are_not_those_of_the_text_are_refused(text, line, reason, tmp_path):
    found = found_in(tmp_path, "Ana\tB-PER\nhabla\tO\n", texts={"uno": text})
    assert not found.spans
    (loss,) = found.losses
    assert (loss.kind, loss.field, loss.place) == ("refused", "document", f"uno.conll, line {line}")
    assert reason in loss.reason


def test_conll_u_with_tags_in_misc(tmp_path):
    rows = [
        ("1", "Ana", "NER=B-PER|SpaceAfter=No"), ("2", ",", "_"), ("3-4", "del", "_"), ("3", "de", "NER=O"),
        ("4", "el", "NER=O"), ("4.1", "x", "_"), ("5", "Sur", "SpaceAfter=No|ner=S-LOC"), ("6", ".", "_"),
    ]  # fmt: skip
    lines = ["\t".join((number, word, *("_",) * 7, misc)) for number, word, misc in rows]
    bare = found_in(tmp_path, "# sent_id = 1\n" + "\n".join(lines) + "\n", "uno.conllu")
    assert bare.documents[0].text == "Ana, del Sur."
    assert quotes(bare) == [("Ana", "PER"), ("Sur", "LOC")]
    with_text = found_in(tmp_path, "# text = Ana,  del Sur.\n" + "\n".join(lines) + "\n", "uno.conllu")
    assert with_text.documents[0].text == "Ana,  del Sur."
    assert quotes(with_text) == [("Ana", "PER"), ("Sur", "LOC")]


def test_what_conll_u_says_beyond_the_tags_is_said_to_be_lost(tmp_path):
    rows = [
        ("1-2", "nella", "PREP", "_"), ("1", "in", "_", "NER=B-LOC"), ("2", "la", "_", "NER=B-ORA"),
        ("3", "notte", "NOUN", "NER=x"), ("3", "", "_", "_"),
    ]  # fmt: skip
    lines = ["\t".join((number, word, "_", pos, *("_",) * 5, misc)) for number, word, pos, misc in rows]
    found = found_in(tmp_path, "\n".join(lines) + "\nrotto\n", "uno.conllu")
    assert quotes(found) == [("nella", "LOC")]
    assert found.documents[0].text == "nella notte rotto"
    assert [(loss.kind, loss.field, loss.value or loss.code, loss.place) for loss in found.losses] == [
        ("lost", "annotation", "ORA", "uno.conllu, line 3"),
        ("refused", "annotation", None, "uno.conllu, line 4"),
        ("refused", "annotation", None, "uno.conllu, line 5"),
        ("refused", "annotation", None, "uno.conllu, line 6"),
        ("lost", "column", "UPOS", "uno.conllu"),
        ("changed", "text", None, "uno.conllu, line 1"),
    ]
    with pytest.raises(InputError, match="its tags are in MISC"):
        found_in(tmp_path, "\n".join(lines), "uno.conllu", layers=("NER",))


def test_layers_are_columns(tmp_path):
    rows = "1\tRoma\tB-LOC\tO\n2\tAntica\tI-LOC\tB-OTH\n"
    assert [span.features for span in found_in(tmp_path, rows).spans] == [{"layer": "3"}, {"layer": "4"}]
    assert quotes(found_in(tmp_path, rows, layers=("4",))) == [("Antica", "OTH")]
    named = "# global.columns = FORM NE:OUTER NE:INNER\nRoma\tB-LOC\tO\nAntica\tI-LOC\tB-OTH\n"
    assert quotes(found_in(tmp_path, named, layers=("NE:OUTER",))) == [("Roma Antica", "LOC")]
    with pytest.raises(InputError, match="has no layer 'x'; its columns of tags are NE:OUTER, NE:INNER"):
        found_in(tmp_path, named, layers=("x",))


def test_what_is_not_read_is_said(tmp_path):
    found = found_in(tmp_path, "# sent_id = 1\nAna NNP I-NP I-PER\nhabla VB I-VP O\nya O\nsin VB O PER\n\tX\tO\tO\n")
    assert quotes(found) == [("Ana", "PER")]
    assert [(loss.kind, loss.field, loss.place) for loss in found.losses] == [
        ("refused", "annotation", "uno.conll, line 4"),
        ("refused", "annotation", "uno.conll, line 5"),
        ("refused", "annotation", "uno.conll, line 6"),
        ("lost", "column", "uno.conll"),
        ("lost", "comment", "uno.conll"),
        ("changed", "text", "uno.conll, line 2"),
    ]
    assert found.losses[3].value == "2, 3"


@pytest.mark.parametrize("content", ["", "\n\n", "Hola, ¿qué tal?\n", "a\tb\nc\td\n", "# solo\n"])
def test_files_without_tags_are_refused(content, tmp_path):
    with pytest.raises(InputError, match=r"uno\.conll: no column holds tags such as O, B-code"):
        found_in(tmp_path, content)


def test_files_not_in_utf8_are_refused(tmp_path):
    with pytest.raises(InputError, match="line 2: not UTF-8"):
        found_in(tmp_path, "Ana\tB-PER\nhabló\tO\n".encode("latin-1"))


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("a.conll", b"Ana\tB-PER\n", True),
        ("a.CONLL", b"\xef\xbb\xbf# x\nAna B-PER\r\n", True),
        ("a.bio", b"-DOCSTART- -X- O O\n", True),
        ("a.iob", b"Ana|B-PER habla|O\n", True),
        ("a.conll", b"# global.columns = FORM IOB2:1\tO\n", True),
        ("a.conll", b"#Text=Ana\n1-1\t0-3\tAna\t_\n", False),
        ("a.conll", b"Hola\n", False),
        ("a.conll", b"", False),
        ("a.tsv", b"Ana\tB-PER\n", False),
        ("a.txt", b"Ana\tB-PER\n", False),
    ],
)
def test_recognised(name, head, expected):
    assert recognise(Path(name), head) is expected


REAL = {
    "data_import_sequence_labeling_example.conll": [("JAPAN", "LOC"), ("Nadim Ladki", "PER")],
    "data_import_sequence_labeling_labeling.trailing.conll": [("JAPAN", "LOC"), ("CHINA", "PER")],
}


@pytest.mark.parametrize("name", REAL)
def test_files_of_doccano(name, shared):
    found = read(shared / name, Choices())
    assert quotes(found) == REAL[name]
    assert losses(found) == [("changed", "text")]
    assert recognise(shared / name, (shared / name).read_bytes()[:4_000])


# ---- our own form --------------------------------------------------------------------------------------------

TEXT = "La voz humana 😀\r\nno  calla.\n\u200fשלום"


def material(*spans, text=TEXT, doc_id="es/uno"):
    rows = [Span(doc_id, start, end, code, text[start:end], **rest) for start, end, code, rest in spans]
    return Material([Document(doc_id, text, "es", "Título")], rows, [], [])


def rows_in(path):
    lines = path.read_text(encoding="utf-8").split("\n")
    return [line.split("\t") for line in lines if line and not line.startswith("# ")]


def test_words_and_tags_as_other_programs_read_them(tmp_path):
    path = tmp_path / "uno.conll"
    assert write(material((3, 13, "voz humana", {}), (7, 10, "hum", {}), (24, 25, "x", {})), path) == []
    assert rows_in(path) == [
        ["La", "O", "O"],
        ["voz", "O", "B-voz%20humana"],
        ["hum", "B-hum", "I-voz%20humana"],
        ["ana", "O", "I-voz%20humana"],
        ["😀", "O", "O"],
        ["no", "O", "O"],
        ["cal", "O", "O"],
        ["l", "O", "B-x"],
        ["a", "O", "O"],
        [".", "O", "O"],
        ["\u200f", "O", "O"],
        ["שלום", "O", "O"],
    ]
    assert path.read_text(encoding="utf-8").startswith(
        "# global.columns = FORM IOB2:2 IOB2:1\tO\n\n# newdoc id = es/uno\tO"
    )


def test_no_blank_line_stands_inside_an_annotation(tmp_path):
    path = tmp_path / "uno.conll"
    write(material((3, 23, "largo", {})), path)
    blocks = path.read_text(encoding="utf-8").strip().split("\n\n")[3:]
    assert [block.split("\t")[0] for block in blocks] == ["La", "\u200f"]
    write(material(), path)
    blocks = path.read_text(encoding="utf-8").strip().split("\n\n")[3:]
    assert [block.split("\t")[0] for block in blocks] == ["La", "no", "\u200f"]


def test_every_line_has_as_many_columns_as_doccano_wants(tmp_path):
    # doccano, data_import/pipeline/parsers.py: every line that is not blank is a word, a tab and a tag; lines end
    # where Python's files end them
    path = tmp_path / "uno.conll"
    write(material((3, 6, "voz", {"note": "a\tb\nc\u2028d"}), text=TEXT + "\x0b\x85\u2028#tema\x00"), path)
    with path.open(encoding="utf-8") as file:
        columns = [line.rstrip().split("\t") for line in file if line.rstrip()]
    assert {len(row) for row in columns} == {2}
    assert {row[1] for row in columns} == {"O", "B-voz"}


def test_spacy_converts_the_file(tmp_path):
    converters = pytest.importorskip("spacy.training.converters")
    path = tmp_path / "uno.conll"
    write(material((3, 13, "voz", {}), (3, 23, "larga", {"note": "dos palabras"}), (26, 27, "x", {})), path)
    docs = list(converters.conll_ner_to_docs(path.read_text(encoding="utf-8"), n_sents=0, no_print=True))
    found = [(ent.text, ent.label_) for doc in docs for ent in doc.ents]
    assert ("voz humana", "voz") in found
    assert {label for _, label in found} <= {"voz", "x"}


def key(span):
    values = [getattr(span, name) for name in ("doc_id", "start", "end", "code", *FIELDS)]
    return [str(value) if not isinstance(value, float) else value.hex() for value in values] + [
        sorted(span.features.items())
    ]


def assert_same(found, sent):
    assert [(one.doc_id, one.text, one.lang, one.title) for one in found.documents] == [
        (one.doc_id, one.text, one.lang, one.title) for one in sent.documents
    ]
    assert sorted(map(key, found.spans)) == sorted(map(key, sent.spans))
    assert not found.losses


def test_everything_comes_back(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")

    @looked_at
    @given(samples())
    def check(sample):
        sent = material_of(sample, forbidden=r"[\ud800-\udfff]")
        path = folder / "uno.conll"
        assert write(sent, path) == []
        assert_same(read(path, Choices()), sent)
        first = path.read_bytes()
        write(sent, path)
        assert path.read_bytes() == first

    check()


def test_white_space_and_deep_overlaps_come_back(tmp_path):
    text = "a \n\n b"
    spans = [(1, 2, "s", {}), (1, 5, "s", {}), (0, 2, "s", {}), (4, 6, "s", {})]
    spans += [(0, 6, "NP", {"coder": f"c{number}", "score": 1 / 3}) for number in range(60)]
    sent = material(*spans, text=text)
    path = tmp_path / "uno.conll"
    write(sent, path)
    assert_same(read(path, Choices()), sent)


def edited(tmp_path, change):
    path = tmp_path / "uno.conll"
    spans = [(3, 6, "voz", {"coder": "ana", "note": "n"}), (7, 13, "humana", {"coder": "luis"})]
    write(material(*spans), path)
    before = path.read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    path.write_text(after, encoding="utf-8", newline="")
    return read(path, Choices())


def test_tags_changed_in_another_program_win(tmp_path):
    found = edited(tmp_path, lambda text: text.replace("voz\tB-voz", "voz\tB-tono%20nuevo"))
    assert sorted((span.code, span.coder) for span in found.spans) == [("humana", "luis"), ("tono nuevo", None)]
    (loss,) = found.losses
    assert (loss.kind, loss.field, loss.code, loss.coder, loss.start) == ("lost", "annotation", "voz", "ana", 3)


def test_tags_added_or_taken_away_in_another_program_win(tmp_path):
    found = edited(tmp_path, lambda text: text.replace("La\tO", "La\tB-x"))
    assert sorted((span.start, span.end, span.code) for span in found.spans) == [
        (0, 2, "x"),
        (3, 6, "voz"),
        (7, 13, "humana"),
    ]
    assert not found.losses
    found = edited(tmp_path, lambda text: text.replace("humana\tB-humana", "humana\tO"))
    assert [span.code for span in found.spans] == ["voz"]
    assert losses(found) == [("lost", "annotation")]


def test_words_changed_in_another_program_are_refused_with_their_line(tmp_path):
    found = edited(tmp_path, lambda text: text.replace("voz\tB-voz", "VOZ\tB-voz"))
    assert not found.spans
    (loss,) = found.losses
    assert (loss.kind, loss.field, loss.place) == ("refused", "document", "uno.conll, line 8")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda text: text.replace('"start": 3', '"start": "3"'), "annotation"),
        (lambda text: text.replace('"start": 3', '"start": true'), "annotation"),
        (lambda text: text.replace('"end": 6', '"end": 6.0'), "annotation"),
        (lambda text: text.replace('"end": 6', '"end": 1' + "0" * 400), "annotation"),
        (lambda text: text.replace('"coder": "ana"', '"coder": ["ana"]'), "annotation"),
        (lambda text: text.replace('# document = {"text"', '# document = {"txt"'), "document"),
        (lambda text: text.replace('# document = {"text"', "# document = " + "[" * 100_000), "document"),
    ],
)
def test_comments_that_were_damaged_are_refused(change, field, tmp_path):
    found = edited(tmp_path, change)
    assert ("refused", field) in losses(found)
    # what the tags say is still there
    assert ("voz", "voz") in quotes(found)


def test_damaged_files_are_read_or_refused(tmp_path):
    path = tmp_path / "uno.conll"
    write(material((3, 13, "voz", {"coder": "ana"}), (3, 6, "x", {"score": 0.5})), path)
    seeds = [path.read_bytes(), *(content.encode() for content, _ in FORMS.values())]
    pieces = [
        b"\t",
        b"\n",
        b"#",
        b"O",
        b"B-",
        b"-DOCSTART-",
        b"# document = {}",
        b"# newdoc",
        b'"',
        b"}",
        b"|",
        b"\xff",
        b"1-2",
    ]
    chance = random.Random(17)
    outcomes = set()
    for _ in range(MANY or 400):
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(len(data) + 1)
            data[at : at + chance.randrange(4)] = chance.choice(pieces)
        path.write_bytes(bytes(data))
        try:
            found = read(path, Choices())
        except InputError:
            outcomes.add("refused")
        else:
            outcomes.add("read")
            texts = {one.doc_id: one.text for one in found.documents}
            assert all(0 <= span.start < span.end <= len(texts[span.doc_id]) for span in found.spans)
        recognise(path, bytes(data[:4_000]))
    assert outcomes == {"read", "refused"}


def test_the_comment_is_json_on_one_line(tmp_path):
    path = tmp_path / "uno.conll"
    write(material((3, 6, "voz", {"note": "a\u2028b", "score": 0.1 + 0.2})), path)
    (line,) = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("# document = ")]
    details = json.loads(line.removeprefix("# document = ").removesuffix("\tO"))
    expected = {"start": 3, "end": 6, "code": "voz", "layer": 1, "score": 0.1 + 0.2, "note": "a\u2028b"}
    assert details["annotations"] == [expected]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("EU B-ORG\nrejects O\n\nPeter B-PER\n", True),
        ("La voz humana.\nOtra línea O\n", False),
        ("Una sola línea O\n", False),
        ("", False),
    ],
)
def test_a_plain_text_is_taken_for_columns_only_where_every_row_is_tagged(text, known):
    assert recognise(Path("uno.txt"), text.encode()) is known
