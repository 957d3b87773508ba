"""WebAnno TSV 3: what INCEpTION writes is read; what we write, INCEpTION reads; and nothing changes on the way.

:class:`Tool` follows, step by step, what INCEpTION's own reader does (inception-io-webanno-tsv, Tsv3XDeserializer), and
fails where that would fail or where one of its assertions would not hold: it stands for the tool itself.
"""

import re
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from exchange_material import material_of, same_up_to, sample_of_found, sample_of_material, samples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toolkit.errors import InputError
from toolkit.exchange.formats import webanno
from toolkit.exchange.formats.cas.folder import document_names
from toolkit.exchange.formats.cas.layer import FEATURES, LAYER, feature_of
from toolkit.exchange.formats.webanno.escapes import escape_text, escape_value, unescape_text, unescape_value
from toolkit.exchange.model import Choices, Document, Found, Material, Span
from toolkit.exchange.registry import FORMATS

#: What INCEpTION unescapes in values (Escaping.unescapeValue); "\r" is ours, and stays two signs there.
TOOL_VALUE = re.compile(r"\\(->|[\\\[\]|_;tn*])")
TOOL_TEXT = re.compile(r"\\([\x00-\x07\x0e-\x1ftnfrb\\])")
TOOL_SIGNS = {"t": "\t", "n": "\n", "f": "\f", "r": "\r", "b": "\b"}


def java(text: str) -> str:
    """A text in which every UTF-16 unit is one sign, as in Java."""
    data = text.encode("utf-16-le", "surrogatepass")
    return "".join(chr(data[at] | data[at + 1] << 8) for at in range(0, len(data), 2))


def python(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")


class Tool:
    """What INCEpTION has after reading a file: text, sentences, tokens, annotations (begin, end, and what they say)."""

    def __init__(self, content: str) -> None:
        self.lines = re.split(r"\r\n|\r|\n", java(content))
        if self.lines[-1] == "":
            self.lines.pop()
        assert self.lines.pop(0) == "#FORMAT=WebAnno TSV 3.3"
        self.columns: list[str] = []
        while self.lines[0].strip():
            kind, _, rest = self.lines.pop(0).partition("=")
            assert kind == "#T_SP"
            layer, *self.columns = rest.split("|")
            assert layer == LAYER
            # what UIMA takes as a name, and what the tool would not take for a type
            assert all(re.fullmatch("[A-Za-z][A-Za-z0-9_]*", name) and "__" not in name for name in self.columns)
        self.lines.pop(0)
        assert self.lines.pop(0) == ""
        self.text, self.sentences, self.tokens, self.annotations = "", [], [], {}
        self.read()
        self.text = python(self.text)

    def read(self) -> None:
        assert self.lines, "the tool refuses a file without sentences"
        before, waiting, begin_of_sentence = "space", "", 0
        for line in [*self.lines, None]:
            if line is not None and line.startswith("#") and before in ("space", "header"):
                assert line.startswith("#Text=")
                state = "header"
                waiting += TOOL_TEXT.sub(lambda m: TOOL_SIGNS.get(m[1], m[1]), line[6:]) + "\n"
            elif not line:
                state = "end" if line is None else "space"
                assert before == "token", f"{state} after {before}"
                self.sentences.append((begin_of_sentence, len(self.text) - 1))
            else:
                state = "token"
                assert before in ("header", "token")
                fields = line.split("\t")
                assert len(fields) == len(self.columns) + 4 and fields[-1] == ""
                begin, end = (int(part) for part in fields[1].split("-"))
                if before == "header":
                    if len(self.text) > begin:
                        assert len(self.text) == begin + 1 and self.text.endswith("\n")
                        self.text = self.text[:-1]
                    self.text += " " * (begin - len(self.text))
                    assert len(self.text) == begin
                    begin_of_sentence = begin
                    self.text += waiting
                    waiting = ""
                assert re.fullmatch(rf"{len(self.sentences) + 1}-\d+", fields[0])
                self.tokens.append((begin, end))
                self.cells(begin, end, fields[3:-1])
            before = state

    def cells(self, begin: int, end: int, cells: list[str]) -> None:
        stack: dict[int, str] = {}
        for name, cell in zip(self.columns, cells, strict=True):
            if cell == "_":
                continue
            parts = re.split(r"(?<!\\)\|", cell)
            while parts and parts[-1] == "":
                parts.pop()
            for index, part in enumerate(parts):
                assert part.endswith("]") and not part.endswith("\\]")
                value, _, number = part[:-1].rpartition("[")
                assert stack.setdefault(index, number) == number, "one place of the stack, two annotations"
                said = self.annotations.setdefault(int(number), [begin, end, {}])
                said[1] = end
                if value != "*":
                    said[2][name] = python(TOOL_VALUE.sub(lambda m: TOOL_SIGNS.get(m[1], m[1]), value))


def tool_agrees(content: str, document: Document, spans: list[Span]) -> None:
    """The tool has the same text, and the same annotations on the same words with the same values."""
    tool = Tool(content)
    text = document.text or ""
    # its reader always leaves a line feed at the end
    assert tool.text == text + "\n"
    borders = [0, *(place for token in tool.tokens for place in token)]
    assert borders == sorted(borders), "tokens overlap"
    assert all(begin < end for begin, end in tool.tokens)
    assert all(end <= begin for (_, end), (begin, _) in zip(tool.sentences, tool.sentences[1:], strict=False))
    assert all(any(b <= begin and end <= e for b, e in tool.sentences) for begin, end in tool.tokens)
    in_java = java(text)
    assert Counter((python(in_java[b:e]), said["code"]) for b, e, said in tool.annotations.values()) == Counter(
        (span.quote, span.code.replace("\r", "\\r")) for span in spans
    )
    for number, span in enumerate(spans, 1):
        _, _, said = tool.annotations[number]
        wanted = {name: getattr(span, name) for name in ("stance", "coder", "note", "created", "codebook")}
        wanted |= {feature_of(name): value for name, value in span.features.items()}
        for name, value in wanted.items():
            assert said.get(name) == (None if value is None else value.replace("\r", "\\r"))
        assert said.get("score") == (None if span.score is None else repr(span.score))


def content_of(folder: Path) -> dict[str, str]:
    """The files of a folder as they are, by their names without ending."""
    return {
        file.relative_to(folder).as_posix().removesuffix(".tsv"): file.read_bytes().decode()
        for file in folder.rglob("*.tsv")
    }


def written(folder: Path, text: str, *spans: Span) -> str:
    """The file of one document."""
    folder.mkdir(exist_ok=True)
    material = Material([Document("uno", text)], list(spans), ["voz"], ["ana"])
    assert webanno.write(material, folder) == []
    return content_of(folder)["uno"]


def read_text(folder: Path, content: str, choices: Choices | None = None) -> Found:
    """What is found in a file with this content."""
    file = folder / "uno.tsv"
    file.write_bytes(content.encode())
    return webanno.read(file, choices or Choices())


def shown(found: Found) -> list[tuple[str, str]]:
    """Quote and code of each span."""
    texts = {document.doc_id: document.text or "" for document in found.documents}
    return [(texts[span.doc_id][span.start : span.end], span.code) for span in found.spans]


def lost(found: Found) -> list[tuple[str, str, str | None]]:
    """Kind, field and value of each loss."""
    return [(loss.kind, loss.field, loss.value) for loss in found.losses]


quick = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@quick
@given(samples())
def test_there_and_back_is_the_same_and_the_tool_reads_it_too(sample):
    material = material_of(sample, FORMATS["webanno-tsv"].forbidden)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        losses = webanno.write(material, folder)
        found = webanno.read(folder, Choices())
        assert losses == [] and found.losses == []
        bare = Material(
            [Document(one.doc_id, one.text) for one in material.documents], material.spans, material.codes, []
        )
        same_up_to([], sample_of_material(bare), sample_of_found(found))
        files = content_of(folder)
        names = document_names(one.doc_id for one in material.documents)
        assert set(files) == set(names.values())
        for document, spans in material.by_document():
            if document.text:
                tool_agrees(files[names[document.doc_id]], document, spans)


def test_a_file_as_it_is_written(tmp_path):
    """Line ends, an emoji (two units), a word cut by a border, two codings of one place, and what no column holds."""
    text = "Hola 😀 mundo\r\n\n  fin"
    spans = [
        Span("uno", 0, 6, "voz", text[:6], coder="ana", score=0.5, kind="human", note="a|b\r"),
        Span("uno", 7, 9, "a_b", "mu", coder="luis", features={"tono claro": ""}),
        Span("uno", 7, 9, "voz", "mu", coder="ana"),
    ]
    content = written(tmp_path, text, *spans)

    def cells(*said: dict[str, str]) -> str:
        """The columns of a row with these annotations: one after the other, each value with the id."""
        names = [*FEATURES, feature_of("tono claro")]
        return "\t".join("|".join(f"{one.get(name, '*')}[{one['id']}]" for one in said) for name in names)

    first = {"id": "1", "code": "voz", "coder": "ana", "score": "0.5", "kind": "human", "note": "a\\|b\\r"}
    second = {"id": "2", "code": "a\\_b", "coder": "luis", feature_of("tono claro"): ""}
    third = {"id": "3", "code": "voz", "coder": "ana"}
    empty = "\t".join("_" * (len(FEATURES) + 1))
    assert content.split("\n")[4:] == [
        "#Text=Hola 😀 mundo\\r",
        "#Text=",
        f"1-1\t0-4\tHola\t{cells(first)}\t",
        f"1-2\t5-7\t😀\t{cells(first)}\t",
        f"1-3\t8-10\tmu\t{cells(second, third)}\t",
        f"1-4\t10-13\tndo\t{empty}\t",
        "",
        "#Text=fin",
        f"2-1\t18-21\tfin\t{empty}\t",
        "",
    ]
    tool_agrees(content, Document("uno", text), spans)
    assert (tmp_path / "TypeSystem.xml").read_text().count(LAYER) == 1
    assert "TypeSystem.xml" in (tmp_path / "README.txt").read_text()


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("uno dos", 3, 7),  # begins in white space: the tool would cut it off, were this no token
        ("uno dos", 0, 4),
        ("uno \t dos", 4, 5),
        ("uno\ndos", 3, 4),
        ("uno\ndos", 2, 5),
        ("\n\nuno", 2, 5),
        ("\n\nuno", 0, 1),
        ("  uno\n\n", 2, 5),
        ("   ", 1, 2),
        ("\r\n", 0, 1),
        ("a\u2028b\x85c\x0bd\x0ce\x1cf", 2, 9),
        ("e\u0301s", 0, 1),
        ("👨‍👩‍👧‍👦!", 2, 5),
        ("\ufeffuno", 0, 2),
        ("\\t \\\\ \x00\x01\t", 1, 6),
    ],
)
def test_every_border_and_every_character_comes_back(tmp_path, text, start, end):
    span = Span("uno", start, end, "voz", text[start:end])
    content = written(tmp_path, text, span)
    found = webanno.read(tmp_path, Choices())
    assert [(one.doc_id, one.text) for one in found.documents] == [("uno", text)]
    assert [(one.start, one.end, one.code) for one in found.spans] == [(start, end, "voz")]
    assert found.losses == []
    tool_agrees(content, Document("uno", text), [span])


def test_words_are_the_tokens_where_no_annotation_needs_more(tmp_path):
    tool = Tool(written(tmp_path, "  La voz.\n\nHola, tú", Span("uno", 5, 8, "voz", "voz")))
    assert [tool.text[begin:end] for begin, end in tool.tokens] == ["La", "voz", ".", "Hola", ",", "tú"]
    assert [tool.text[begin:end] for begin, end in tool.sentences] == ["La voz.\n", "Hola, tú"]


def test_an_empty_document_is_a_file_without_sentences(tmp_path):
    assert written(tmp_path, "") == f"#FORMAT=WebAnno TSV 3.3\n#T_SP={LAYER}|{'|'.join(FEATURES)}\n\n\n"
    assert webanno.read(tmp_path, Choices()) == Found([Document("uno", "", place="uno.tsv")], [], [])


@given(st.text(st.characters(exclude_categories=["Cs"])))
@settings(quick, max_examples=200)
def test_escapes_come_back(text):
    assert unescape_value(escape_value(text)) == text
    assert not set(escape_value(text)) & set("\t\n\r")
    line = text.replace("\n", "")
    assert unescape_text(escape_text(line)) == line
    assert not set(escape_text(line)) & set("\t\n\r")


#: By hand, in the style of the tool: stacked, over several rows, parts of words, features, slots, relations, chains.
FOREIGN = """\
#FORMAT=WebAnno TSV 3.3
#T_SP=webanno.custom.Tono|Author|Score|comentario|stance|value
#T_SP=webanno.custom.Frame|ROLE_webanno.custom.Frame:papeles_webanno.custom.FrameLink|webanno.custom.Tono
#T_SP=de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS|PosValue
#T_CH=webanno.custom.CorefLink|referenceRelation|referenceType
#T_RL=webanno.custom.Causa|fuerza|BT_webanno.custom.Tono


#Sentence.id=s1
#Text=Ay 😊 qué bien
1-1\t0-2\tAy\talto[1]|*[2]\t_\t_\tqueja\\|risa[1]|*[2]\trejects[1]|never[2]\t_\t_\tINTJ\tigual->1-1\tella[1]\t_\t_\t
1-2\t3-5\t😊\t*[2]\t_\t*[2]\t*[2]\tnever[2]\t_\t_\t_\t_\t_\t_\t_\t
1-3\t6-9\tqué\t_\t_\t_\t_\t_\t*\t1-1[1]\t_\t_\t_\t_\t_\t
1-3.1\t6-8\tqu\tana\t0.25\t*\t*\tvoz\t_\t_\t_\t_\t_\tmucho\t1-1[1_0]\t
1-3.2\t9-9\t\t*\t*\t*\t*\tnada\t_\t_\t_\t_\t_\t_\t_\t
1-4\t10-14\tbien\t*\t7\tsí\t*\t*\t_\t_\tADV\t*->1-2\tella[1]\t_\t_\t

#Text=Y
#Text=adiós
2-1\t15-16\tY\t_\t_\t_\t_\t_\t_\t_\t_\t_\t_\t_\t_\t
2-2\t17-22\tadiós\t_\t_\t_\t_\t_\t_\t_\t_\t_\t_\t_\t_\t
"""


def test_a_file_of_others(tmp_path):
    content = FOREIGN.replace("alto[1]|*[2]\t_\t_\tqueja", "ana[1]|*[2]\t*[1]|*[2]\t*[1]|*[2]\t*[1]|*[2]\tqueja", 1)
    content = content.replace("[1]|*[2]\trejects[1]|never[2]\t", "[1]|no[2]\t", 1).replace("never[2]", "no[2]")
    found = read_text(tmp_path, content)
    assert found.documents[0].text == "Ay 😊 qué bien\nY\nadiós"
    assert shown(found) == [("Ay", "queja|risa"), ("Ay 😊", "no"), ("qu", "voz"), ("bien", "Tono"), ("qué", "Frame"),
                            ("Ay", "CorefLink"), ("bien", "CorefLink")]  # fmt: skip
    one = {span.code: span for span in found.spans}
    assert (one["queja|risa"].coder, one["voz"].coder, one["voz"].score) == ("ana", "ana", 0.25)
    assert found.spans[-2].features == {
        "layer": "webanno.custom.CorefLink", "referenceRelation": "igual", "referenceType": "ella",
    }  # fmt: skip
    # what others have as their code is empty: the comment is none, and the layer is said
    assert one["Tono"].features == {"layer": "webanno.custom.Tono", "Score": "7", "comentario": "sí"}
    assert one["voz"].place.endswith("line 14") and one["voz"].kind is None and one["voz"].created is None
    assert lost(found) == [
        ("lost", "annotation", None),
        ("lost", "link", "papeles * -> 1-1[1]"),
        ("lost", "layer", "2"),
        ("lost", "chain", "igual->1-1 ella[1]: Ay; *->1-2 ella[1]: bien"),
        ("lost", "relation", "fuerza: mucho, source: 1-1[1_0]"),
        ("lost", "sentence", "1"),
        ("changed", "text", "1"),
        ("changed", "code", None),
    ]


def test_a_comment_is_no_code(tmp_path):
    """One feature is the code of a layer in all files, whatever stands in a cell."""
    head = "#FORMAT=WebAnno TSV 3.3\n#T_SP=webanno.custom.Tema|{}\n\n\n#Text=Hola Ana Ruiz\n"
    rows = "1-1\t0-4\tHola\tno sé\t*\t\n1-2\t5-8\tAna\t*\tsaludo\t\n1-3\t9-13\tRuiz\tapellido\tsaludo\t\n"
    found = read_text(tmp_path, head.format("Comentario|Tipo") + rows)
    assert shown(found) == [("Hola", "Tema"), ("Ana", "saludo"), ("Ruiz", "saludo")]
    assert [one.features.get("Comentario") for one in found.spans] == ["no sé", None, "apellido"]
    assert [(loss.kind, loss.field, loss.code) for loss in found.losses] == [("changed", "code", "Tema")]
    # a name that people give to codes, declared and never filled
    unfilled = read_text(tmp_path, head.format("Comentario|value") + rows.replace("saludo", "*"))
    assert {code for _, code in shown(unfilled)} == {"Tema"} and unfilled.losses == []


def test_layers_are_chosen_by_name(tmp_path):
    found = read_text(tmp_path, FOREIGN, Choices(layers=("POS",)))
    assert shown(found) == [("Ay", "INTJ"), ("bien", "ADV")]
    assert {loss.field for loss in found.losses} == {"chain", "relation", "sentence", "text"}
    assert shown(read_text(tmp_path, FOREIGN, Choices(layers=("CorefLink",)))) == [
        ("Ay", "CorefLink"),
        ("bien", "CorefLink"),
    ]
    with pytest.raises(InputError, match=r"uno\.tsv: has no layer 'Pos'; allowed are CorefLink, Frame, POS, Tono"):
        read_text(tmp_path, FOREIGN, Choices(layers=("Pos",)))


def test_chains_with_their_columns_the_other_way_round(tmp_path):
    """As in the user guide, "Chain Annotations"; two links of one type are two annotations."""
    content = HEAD.replace(
        "SP=webanno.custom.Tono|value", "CH=webanno.custom.CorefLink|referenceType|referenceRelation"
    )
    content += "#Text=ella y ella\n1-1\t0-4\tella\tpr[1]\tcoref->1-1\t\n1-2\t5-6\ty\t_\t_\t\n"
    found = read_text(tmp_path, content + "1-3\t7-11\tella\tpr[1]\t*->1-2\t\n")
    assert [(span.start, span.end, dict(span.features).get("referenceType")) for span in found.spans] == [
        (0, 4, "pr"), (7, 11, "pr"),
    ]  # fmt: skip
    assert lost(found) == [("lost", "chain", "pr[1] coref->1-1: ella; pr[1] *->1-2: ella")]


def test_layers_of_words_are_read_only_when_named(tmp_path):
    content = "\n".join([
        "#FORMAT=WebAnno TSV 3.3", "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Lemma|value",
        "", "", "#Text=voces", "1-1\t0-5\tvoces\tvoz\t", "",
    ])  # fmt: skip
    assert lost(read_text(tmp_path, content)) == [("lost", "layer", "1")]
    assert shown(read_text(tmp_path, content, Choices(layers=("Lemma",)))) == [("voces", "voz")]


HEAD = "#FORMAT=WebAnno TSV 3.3\n#T_SP=webanno.custom.Tono|value\n\n\n"


def one_layer(*rows: str, text: str = "uno dos") -> str:
    """A file with one sentence and one layer with one feature; blanks in the rows stand for tabs."""
    lines = "".join(f"#Text={line}\n" for line in text.split("\n"))
    return HEAD + lines + "".join(row.replace(" ", "\t") + "\n" for row in rows)


@pytest.mark.parametrize(
    ("content", "reason", "spans"),
    [
        (one_layer("1-1 0-x uno a", "1-2 4-7 dos b"), "'0-x' is no place (as 0-4)", [("dos", "b")]),
        (one_layer("1-1 0-3 uno a", "1-2 7-4 dos b"), "ends before it begins (7-4)", [("uno", "a")]),
        (one_layer("1-1 0-3 uno a", "1-2 4-7 des b"), "'des' is not what the text has at 4-7", [("uno", "a")]),
        (one_layer("1-1 0-3 uno a", "1-2 4-99 dos b"), "'dos' is not what the text has at 4-99", [("uno", "a")]),
        (one_layer("1-1 0-3 uno a", "1-2 4-7 dos"), "a row of 3 fields, not 4", [("uno", "a")]),
        (one_layer("1-1 0-3 uno a", f"1-2 4-{'9' * 5000} dos b"), "is no place (as 0-4)", [("uno", "a")]),
        # one row of an annotation of two is wrong: where it ends is then unknown
        (one_layer("1-1 0-3 uno a[1]", "1-2 4-x dos a[1]"), "'4-x' is no place (as 0-4)", []),
        (one_layer("1-1 0-3 uno a[1]", "1-2 4-7 dos b[1]"), "says 'a' and 'b' of one annotation", [("uno dos", "a")]),
    ],
)
def test_what_contradicts_itself_is_refused_with_its_place(tmp_path, content, reason, spans):
    found = read_text(tmp_path, content)
    assert shown(found) == spans
    assert {loss.kind for loss in found.losses} == {"refused"}
    assert any(reason in loss.reason for loss in found.losses)
    assert all(re.search(r"uno\.tsv, line [67]$", loss.place or "") for loss in found.losses)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not WebAnno TSV 3"),
        ("#id=1\n#text=uno\n", "not WebAnno TSV 3"),
        ("#FORMAT=WebAnno TSV 2.0\n", "is WebAnno TSV 2.0; only 3.x is read"),
        (HEAD + "1-1\t0-3\tuno\ta\n", "line 5: a row without a sentence"),
        (one_layer("1-1 0-3 uno a") + "\n#Text=dos\n2-1\t5-8\tdos\ta\n", "line 8: the sentence begins at 5, but"),
        (one_layer("1-1 99999999-999999999 uno a"), "line 5: the sentence begins at 99999999"),
        (HEAD.replace("value", "a|a"), "line 2: the layer 'webanno.custom.Tono' declares a feature twice"),
        (HEAD.replace("webanno.custom.Tono|value", "|"), "line 2: declares a layer without a name"),
        (HEAD.replace("\n\n\n", "\n#T_SP=webanno.custom.Tono\n\n\n"), "line 3: the layer 'webanno.custom.Tono' is"),
    ],
)
def test_what_cannot_be_read_at_all_is_refused(tmp_path, content, message):
    with pytest.raises(InputError, match=re.escape(message)) as error:
        read_text(tmp_path, content)
    assert str(error.value).startswith(str(tmp_path / "uno.tsv"))
    # among others it is one loss, and the others are read
    (tmp_path / "dos.tsv").write_text(one_layer("1-1 0-3 uno a", "1-2 4-7 dos b"))
    found = webanno.read(tmp_path, Choices())
    assert shown(found) == [("uno", "a"), ("dos", "b")]
    assert [(loss.kind, loss.field, loss.place) for loss in found.losses] == [("refused", "document", "uno.tsv")]


def test_a_file_that_is_not_utf8_is_refused(tmp_path):
    (tmp_path / "uno.tsv").write_bytes(HEAD.encode() + b"#Text=a\xf1o\n")
    with pytest.raises(InputError, match="line 5: not UTF-8"):
        webanno.read(tmp_path / "uno.tsv", Choices())


def test_windows_line_ends_and_byte_order_marks_do_no_harm(tmp_path):
    content = "\ufeff" + one_layer("1-1 0-3 uno a", "1-2 4-7 dos b", text="uno\ndos").replace("\n", "\r\n")
    assert webanno.recognise(Path("uno.tsv"), content.encode())
    found = read_text(tmp_path, content)
    assert found.documents[0].text == "uno\ndos" and shown(found) == [("uno", "a"), ("dos", "b")]


def test_old_files_escape_as_java_does(tmp_path):
    content = one_layer("1-1 0-1 ñ a", text='\\u00f1 \\t \\"').replace("3.3", "3.1")
    assert read_text(tmp_path, content).documents[0].text == 'ñ \t "'


def test_a_word_with_a_tab_does_not_shift_the_columns(tmp_path):
    """The tool writes words as they are."""
    found = read_text(tmp_path, HEAD + "#Text=a\\tb c\n1-1\t0-3\ta\tb\tx\t\n1-2\t4-5\tc\ty\t\n")
    assert shown(found) == [("a\tb", "x"), ("c", "y")] and found.losses == []


def test_a_file_that_counts_code_points_is_told_by_its_words(tmp_path):
    rows = "1-1 0-1 😀 _", "1-2 2-5 uno a"
    assert shown(read_text(tmp_path, one_layer(*rows, text="😀 uno"))) == [("uno", "a")]
    second = "\n#Text=dos\n2-1\t6-9\tdos\tb\n"
    assert shown(read_text(tmp_path, one_layer(*rows, text="😀 uno") + second)) == [("uno", "a"), ("dos", "b")]


def test_a_text_that_is_known_fills_what_the_file_leaves_out(tmp_path):
    content = one_layer("1-1 0-3 uno a") + "\n#Text=dos\n2-1\t10-13\tdos\tb\n"
    guess = read_text(tmp_path, content)
    assert guess.documents[0].text == "uno dos\n  dos" and lost(guess) == [("changed", "text", "1")]
    known = read_text(tmp_path, content, Choices(texts={"uno": "uno dos\r\n\tdos."}))
    assert known.documents[0].text == "uno dos\r\n\tdos." and known.losses == [] and shown(known) == shown(guess)
    other = read_text(tmp_path, content, Choices(texts={"uno": "uno tres\n dos"}))
    assert other.documents[0].text == guess.documents[0].text


def test_a_project_of_inception(tmp_path):
    """annotation/DOCUMENT/CODER.tsv: the coder is whose file it is, and what all began with is nobody's."""
    rows = "1-1 0-3 uno {}", "1-2 4-7 dos _"
    for name, code in (
        ("annotation/uno.tsv/INITIAL_CAS", "a"),
        ("annotation/uno.tsv/luis", "b"),
        ("annotation/uno.tsv/ana", "a"),
        ("annotation/dos.txt/ana", "c"),
        ("curation/uno.tsv/CURATION_USER", "d"),
        ("source/uno", "a"),
    ):
        file = tmp_path / f"{name}.tsv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(one_layer(*rows).format(code))
    found = webanno.read(tmp_path, Choices())
    assert {(span.doc_id, span.coder, span.code) for span in found.spans} == {
        ("uno", "luis", "b"), ("uno", "ana", "a"), ("dos.txt", "ana", "c"), ("uno", "CURATION_USER", "d"),
    }  # fmt: skip
    assert sorted(one.doc_id for one in found.documents) == ["dos.txt", "uno"]
    assert lost(found) == [("lost", "layer", "1")]
    (tmp_path / "annotation/uno.tsv/luis.tsv").write_text(one_layer("1-1 0-3 une b", text="une dos"))
    assert ("refused", "document") in {(loss.kind, loss.field) for loss in webanno.read(tmp_path, Choices()).losses}


def test_whom_a_changed_annotation_names_is_kept_beside_whose_file_it_is(tmp_path):
    """More on what stands in every file: test_exchange_cas, TestWhatStandsInEveryFile."""
    content = written(tmp_path / "out", "uno", Span("uno", 0, 3, "voz", "uno", coder="ana"))
    work = tmp_path / "in" / "annotation" / "uno.tsv"
    work.mkdir(parents=True)
    (work / "INITIAL_CAS.tsv").write_text(content)
    (work / "luis.tsv").write_text(content.replace("voz[", "otra["))
    span, first = webanno.read(tmp_path / "in", Choices()).spans
    assert (first.coder, first.code, first.features) == ("ana", "voz", {})
    assert (span.coder, span.features) == ("luis", {"coder": "ana"})


def test_what_an_annotator_changed_in_our_layer_is_never_lost(tmp_path):
    content = written(
        tmp_path, "uno dos", Span("uno", 0, 3, "voz", "uno", stance="endorses", score=0.5),
        Span("uno", 4, 7, "voz", "dos", stance="breach"),
    ).replace("endorses[1]", "ni fu[1]").replace("0.5[1]", "mucho[1]").replace("voz[2]", "*[2]")  # fmt: skip
    found = read_text(tmp_path, content)
    (span,) = found.spans
    assert (span.stance, span.score, span.features) == (None, None, {"stance": "ni fu", "score": "mucho"})
    assert [(loss.kind, loss.reason) for loss in found.losses] == [("refused", "it has no code")]


@given(st.data())
@settings(quick, max_examples=150)
def test_damaged_files_are_refused_or_read(data):
    """Any damage gives what was found or an InputError, and positions that lie in the text."""
    content = bytearray(FOREIGN.encode())
    pieces = [b"\t", b"\n", b"|", b"[1]", b"]", b"\\", b"_", b"*", b"-", b"9" * 12, b"#Text=", b"\x00", b"\xff", b"->"]
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content)))
        content[at : at + data.draw(st.integers(0, 4))] = data.draw(st.sampled_from([b"", *pieces]))
    with tempfile.TemporaryDirectory() as made:
        file = Path(made) / "uno.tsv"
        file.write_bytes(content)
        try:
            found = webanno.read(file, Choices())
        except InputError:
            return
        length = len(found.documents[0].text or "")
        assert all(0 <= span.start < span.end <= length for span in found.spans)


#: The real files beside an XMI of the same annotations (inception-io-webanno-tsv, tsv3-suite): how many spans we read.
SUITE = {
    "testAnnotationWithLeadingWhitespace": 1, "testAnnotationWithTrailingWhitespace": 1,
    "testComplexSlotFeatureWithoutValues": 3, "testCrossSentenceSpanWithoutFeatureValue": 1, "testElevatedType": 1,
    "testMultiTokenSlotFeature": 3, "testMultiTokenSpanWithoutFeatureValue": 1,
    "testMultiTokenStackedSpanWithFeatureValue": 2, "testSentenceId": 0, "testSentenceWithEmoji": 1,
    "testSentenceWithLineBreak": 1, "testSimpleChain": 3, "testSimpleSameRoleSlotFeature": 3,
    "testSimpleSlotFeatureWithoutValues": 3, "testSingleNonMultiTokenRelationWithoutFeatureValue": 2,
    "testSingleNonTokenRelationWithoutFeatureValue": 2, "testSingleStackedNonTokenRelationWithoutFeatureValue": 4,
    "testSingleStackedNonTokenRelationWithoutFeatureValue3": 3, "testSingleTokenRelationWithMultipleFeatureValues": 0,
    "testSingleTokenWithoutFeatureValue": 1, "testStackedComplexSlotFeatureWithoutSlotFillers": 4,
    "testStackedNonMultiTokenRelationWithMultipleFeatureValues": 2, "testStackedSubMultiTokenSpanWithFeatureValue": 18,
    "testSubMultiTokenSpanWithoutFeatureValue": 1, "testSubMultiTokenSpanWithoutFeatureValue3": 2,
    "testSubTokenRelation": 2, "testSubtokenChain": 2, "testTokenBoundedBioLookAlike": 5,
    "testTokenBoundedSpanWithFeatureValue": 5, "testTokenBoundedSpanWithSpecialSymbolsValue": 5,
    "testTokenBoundedSpanWithoutFeatureValue": 5, "testTokenBoundedStackedSpanWithFeatureValue": 10,
    "testUnsetSlotFeature": 3, "testZeroLengthSlotFeature2": 2, "testZeroLengthSpansWithFeatureValues": 0,
    "testZeroLengthSpansWithoutFeatures": 0, "testZeroWidthAnnotationBeforeFirstTokenIsMovedToBeginOfFirstToken": 0,
    "testZeroWidthAnnotationBeyondLastTokenIsMovedToEndOfLastToken": 0,
}  # fmt: skip
#: Annotations without length, which the tool moves to the nearest word, and we list as lost.
WITHOUT_LENGTH = re.compile(r"ZeroLength|ZeroWidth|StackedSub|SubtokenChain")
#: The tool's writer leaves out the white space at the border (user guide, "Span Annotations"): TSV holds less than XMI.
CUT = {"testAnnotationWithLeadingWhitespace": (5, 8), "testAnnotationWithTrailingWhitespace": (0, 3)}
#: Of our spans, not in the XMI: what these types are called there.
NOT_SPANS = re.compile(
    r"Token|Sentence|DocumentMetaData|DocumentAnnotation|.*Relation|Dependency|SimpleChain|TagsetDescription"
)


@pytest.fixture(scope="session")
def interop():
    folder = Path(__file__).parent.parent.parent / "shared" / "interop"
    if not folder.is_dir():
        pytest.skip("the real files of other tools (../shared/interop) are not on this machine")
    return folder


@pytest.fixture(scope="session")
def webanno_types(interop):
    """The type system of WebAnno, with two features that newer files have and the stored one has not."""
    cassis = pytest.importorskip("cassis", reason="dkpro-cassis is not installed")
    types = cassis.load_typesystem((interop / "uima_cas" / "webanno_types.xml").read_text(encoding="utf-8"))
    token = types.get_type("de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token")
    types.create_feature(token, "order", "uima.cas.Integer")
    types.create_feature(types.get_type("webanno.custom.ComplexRelation"), "intValue", "uima.cas.Integer")
    return types


@pytest.mark.parametrize("name", SUITE)
def test_the_real_files_say_what_their_xmi_says(name, interop, webanno_types):
    import cassis

    path = interop / "webanno_tsv3" / f"{name}.tsv"
    found = webanno.read(path, Choices(layers=("POS",) if name == "testElevatedType" else ()))
    text = found.documents[0].text or ""
    cas = cassis.load_cas_from_xmi(path.with_suffix(".xmi").read_text(encoding="utf-8"), webanno_types)
    # what stands behind the last sentence is not in the file
    assert text == cas.sofa_string.rstrip(" ")
    wanted, without_length = [], 0
    for one in cas.select_all_annotations():
        if NOT_SPANS.fullmatch(one.type.name.rpartition(".")[2]):
            continue
        values = [one.get(feature) for feature in ("value", "PosValue") if one.type.get_feature(feature)]
        begin, end = CUT.get(name, (one.begin, one.end))
        without_length += begin == end
        if begin < end:
            wanted.append((begin, end, next((value for value in values if value), None)))
    ours = [
        (span.start, span.end, None if span.code == span.features["layer"].rpartition(".")[2] else span.code)
        for span in found.spans
    ]
    assert Counter(ours) == Counter(wanted)
    assert len(ours) == SUITE[name]
    zero = [loss for loss in found.losses if loss.field == "annotation"]
    assert len(zero) == without_length and bool(zero) == bool(WITHOUT_LENGTH.search(name))
    assert {loss.kind for loss in found.losses} <= {"lost", "changed"}


def test_the_real_file_without_xmi(interop):
    found = webanno.read(interop / "webanno_tsv3" / "sampleSlotAnnotation1.tsv", Choices())
    assert shown(found) == [("is", "SimpleSpan"), ("a", "SimpleSpan"), ("This", "SimpleSlotHost")]
    assert [(loss.field, loss.value) for loss in found.losses] == [
        ("layer", "1"), ("link", "links pr2 -> 1-3[1]"), ("link", "links pr1 -> 1-2[2]"),
    ]  # fmt: skip


#: The files of INCEpTION's curation tests: spans by default, spans of the layer POS, and relations.
CURATION = {
    "relStackedTest": {"curator": (1, None, 0), "user1": (4, None, 2), "user2": (4, None, 4)},
    "relationLabelTest": {"curator": (0, 26, 25), "user1": (0, 26, 26), "user2": (0, 26, 26)},
    "simpleRelGovDiffTest": {"curator": (0, 1, 0), "user1": (0, 2, 1), "user2": (0, 2, 1)},
    "simpleRelNoDiffTest": {"curator": (0, 2, 1), "user1": (0, 2, 1), "user2": (0, 2, 1)},
    "simpleSpanDiffIncompleteTest": {"curator": (0, None, 0), "user1": (0, 1, 0), "user2": (0, 1, 0)},
    "simpleSpanDiffNoLabelTest": {"curator": (0, None, 0), "user1": (0, 1, 0), "user2": (0, None, 0)},
    "simpleSpanDiffWithLabelStacking2Test": {"curator": (0, None, 0), "user1": (2, None, 0), "user2": (2, None, 0)},
    "simpleSpanNoDiffWithLabelTest": {"curator": (0, 1, 0), "user1": (0, 1, 0), "user2": (0, 1, 0)},
}


@pytest.mark.parametrize(("name", "who"), [(name, who) for name, files in CURATION.items() for who in files])
def test_the_real_files_of_curation(name, who, interop):
    path = interop / "webanno_tsv3_curation" / f"{name}__{who}.tsv"
    spans, words, relations = CURATION[name][who]
    found = webanno.read(path, Choices())
    assert len(found.spans) == spans
    assert sum(loss.field == "relation" for loss in found.losses) == relations
    assert {loss.kind for loss in found.losses} <= {"lost"}
    assert words is None or len(webanno.read(path, Choices(layers=("POS",))).spans) == words
    if name == "simpleSpanDiffWithLabelStacking2Test" and spans:
        assert {quote for quote, _ in shown(found)} == {"Champions League"}
