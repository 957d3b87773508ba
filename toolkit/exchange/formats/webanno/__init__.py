"""WebAnno TSV 3: the tab-separated files of WebAnno and INCEpTION, one for each document (and coder).

Sources: INCEpTION, user guide, "WebAnno TSV 3.3 File format", and the module ``inception-io-webanno-tsv``
(``Tsv3XDeserializer``, ``Tsv3XSerializer``, ``Escaping``); for the folders of an exported project
``AnnotationDocumentExporter``. Offsets are UTF-16 units. The tool reads what is written here into a project that has
the layer of TypeSystem.xml beside the files, the same as in our UIMA CAS; documents without text it refuses.
"""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from toolkit.errors import InputError
from toolkit.exchange.formats.cas.features import Said, Survey, spans_of_said
from toolkit.exchange.formats.cas.files import CasFile, cas_files
from toolkit.exchange.formats.cas.folder import columns_of, write_folder
from toolkit.exchange.formats.cas.layer import LAYER, NAMES
from toolkit.exchange.formats.cas.layers import check_layers
from toolkit.exchange.formats.cas.projects import Work, owned
from toolkit.exchange.formats.webanno.lines import SIGNATURE, Layer, layers_of, placed, sheet_of
from toolkit.exchange.formats.webanno.reading import chosen, read_sheet
from toolkit.exchange.formats.webanno.writing import sheet_text
from toolkit.exchange.inputs import read_text
from toolkit.exchange.model import Choices, Document, Found, Loss, Material, Span

__all__ = ["read", "recognise", "write"]

#: How much of a file is read to learn its layers: a layer has a line of some hundred characters.
_HEAD = 1 << 16
_README = """\
Annotations as WebAnno TSV 3.3, one file per document, to be opened in INCEpTION.

1. In the settings of an INCEpTION project, "Layers", import TypeSystem.xml (format "UIMA"). This makes the layer "Code"
   with the features code, stance, note, coder and others. Do this first: INCEpTION refuses files with a layer or a
   feature that the project does not have.
2. In "Documents", import the .tsv files in the format "WebAnno TSV v3.3".
   INCEpTION does not import documents without any text.
3. If the codes shall be chosen from a list, import the tagset of the codebook and give it to the feature "code".

{names}
UIMA CAS XMI does the same and also keeps the languages of documents; INCEpTION itself recommends it.
"""


def recognise(path: Path, head: bytes) -> bool:
    """Files of the format begin with its name."""
    return head.removeprefix(b"\xef\xbb\xbf").startswith(SIGNATURE)


def read(path: Path, choices: Choices) -> Found:
    """The documents, spans and losses of a file, of a folder of files, or of an exported INCEpTION project.

    Offsets come in code points: the text itself is built from offsets, so that their unit (UTF-16) must be known here.
    Raises :class:`InputError` when nothing can be read.
    """
    losses: list[Loss] = []
    files = list(cas_files(path, ".tsv"))
    survey = Survey()
    take = _layers_to_read(files, choices, path, survey)
    documents: dict[str, Document] = {}
    sheets: list[tuple[CasFile, list[Said]]] = []
    first_problem: InputError | None = None
    for file in files:
        doc_id = file.doc_id
        try:
            sheet = sheet_of(read_text(file.path), file.place)
            before = documents.get(doc_id)
            other = before.text if before else None
            known = [text for text in (other, choices.texts.get(doc_id)) if text is not None]
            text = placed(sheet, file.place, known)
        except InputError as error:
            first_problem = first_problem or error
            reason = str(error).removesuffix(".").removeprefix(f"{file.path}: ")
            losses.append(Loss("refused", "document", reason, file.place, doc_id))
            continue
        if before is not None and before.text != text.text:
            reason = f"its text is not that of the same document in {before.place}"
            losses.append(Loss("refused", "document", reason, file.place, doc_id))
            continue
        if before is None:
            documents[doc_id] = Document(doc_id, text.text, place=file.place)
        annotations, lost = read_sheet(sheet, text, doc_id, take, bool(choices.layers), file.place)
        sheets.append((file, annotations))
        for one in annotations:
            survey.add(one)
        losses += [*sheet.losses, *lost]
        if sheet.ids:
            reason = "ids of sentences have no place here"
            losses.append(Loss("lost", "sentence", reason, file.place, doc_id, value=str(sheet.ids)))
        # in our own files it is known what stands there
        if text.guessed and before is None and not any(layer.name == LAYER for layer in sheet.layers):
            reason = "the file does not say what stands between sentences; read as a line feed and blanks, as INCEpTION"
            losses.append(Loss("changed", "text", reason, file.place, doc_id, value=str(text.guessed)))
    if not documents and first_problem is not None:
        said = str(first_problem)
        raise InputError(said if said.startswith(str(path)) else f"{path}: {said}")
    spans, more = _spans(sheets, survey)
    return Found(list(documents.values()), spans, [*losses, *more])


def write(material: Material, path: Path) -> list[Loss]:
    """One file for each document, named after it. Everything that the format has a place for is in it.

    Raises :class:`InputError` for a ``doc_id`` too long for a file's name.
    """
    features = columns_of(material.spans)

    def text_of(document: Document, spans: Sequence[Span]) -> str:
        return sheet_text(document, spans, features)

    write_folder(material, path, ".tsv", text_of, _README.format(names=NAMES))
    return []


def _spans(sheets: Sequence[tuple[CasFile, Sequence[Said]]], survey: Survey) -> tuple[list[Span], list[Loss]]:
    """The spans of all files, when it is known which features are codes, and what of them is lost or changed."""
    works: list[Work] = []
    losses: list[Loss] = []
    for file, said in sheets:
        spans: dict[str, list[Span]] = defaultdict(list)
        for one in said:
            found, lost = spans_of_said(one, survey)
            spans[one.layer] += found
            losses += lost
        works.append(Work(file, spans))
    made, changed = owned(works)
    return made, [*losses, *changed]


def _layers_to_read(files: Sequence[CasFile], choices: Choices, path: Path, survey: Survey) -> set[str]:
    """Names of the layers that carry codes, the same for all files. ``survey``: gets the features they declare."""
    layers: dict[str, Layer] = {}
    for file in files:
        try:
            with file.path.open("rb") as stream:
                head = stream.read(_HEAD).removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
            declared = [layer for layer in layers_of(head, file.place)[0] if layer.kind != "RL"]
        except (InputError, OSError):
            continue  # said when it is read
        for layer in declared:
            layers[layer.name] = layer
            survey.declare(layer.name, [column.name for column in layer.columns if column.kind == "feature"])
    if layers:
        check_layers(choices.layers, {layer.name: [layer.name] for layer in layers.values()}, str(path))
    return chosen(list(layers.values()), choices.layers)
