"""WebAnno TSV 3: the tab-separated files of WebAnno and INCEpTION, one for each document (and coder).

Sources: INCEpTION, user guide, "WebAnno TSV 3.3 File format", and the module ``inception-io-webanno-tsv``
(``Tsv3XDeserializer``, ``Tsv3XSerializer``, ``Escaping``); for the folders of an exported project
``AnnotationDocumentExporter``. Offsets are UTF-16 units. The tool reads what is written here into a project that has
the layer of TypeSystem.xml beside the files, the same as in our UIMA CAS; documents without text it refuses.
"""

from collections.abc import Iterator
from pathlib import Path

from toolkit.errors import InputError
from toolkit.exchange.formats.cas.files import INITIAL, CasFile, cas_files
from toolkit.exchange.formats.cas.layer import LAYER, declared_types, type_system
from toolkit.exchange.formats.cas.layers import check_layers
from toolkit.exchange.formats.webanno.lines import SIGNATURE, Layer, layers_of, placed, sheet_of
from toolkit.exchange.formats.webanno.reading import chosen, spans_of
from toolkit.exchange.formats.webanno.writing import columns_of, sheet_text
from toolkit.exchange.inputs import read_text
from toolkit.exchange.model import Choices, Document, Found, Loss, Material, Span
from toolkit.exchange.names import doc_id_of, file_names

__all__ = ["read", "recognise", "write"]

#: How much of a file is read to learn its layers: a layer has a line of some hundred characters.
_HEAD = 1 << 16
#: Beside the documents in the folder we write, as for UIMA CAS.
_TYPES, _README_NAME = "TypeSystem.xml", "README.txt"
_README = """\
Annotations as WebAnno TSV 3.3, one file per document, to be opened in INCEpTION.

1. In the settings of an INCEpTION project, "Layers", import TypeSystem.xml (format "UIMA"). This makes the layer "Code"
   with the features code, stance, note, coder and others. Do this first: INCEpTION refuses files with a layer or a
   feature that the project does not have.
2. In "Documents", import the .tsv files in the format "WebAnno TSV v3.3".
   INCEpTION does not import documents without any text.
3. If the codes shall be chosen from a list, import the tagset of the codebook and give it to the feature "code".

All annotations become part of the document that every annotator starts from; who made them stands in "coder".
To read the work of your annotators, export the whole project from INCEpTION with this format as "secondary format".
UIMA CAS XMI does the same and also keeps languages and titles of documents; INCEpTION itself recommends it.
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
    files = list(_named(path))
    take = _layers_to_read([file for file, _ in files], choices, path)
    documents: dict[str, Document] = {}
    spans: list[Span] = []
    first_problem: InputError | None = None
    for file, doc_id in files:
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
        found, lost = spans_of(sheet, text, doc_id, file.coder, take, bool(choices.layers), file.place)
        if file.coder in INITIAL and found:
            reason = f"what stands in {file.coder} is what annotators started from and nobody's work"
            losses.append(Loss("lost", "layer", reason, file.place, doc_id, value=str(len(found))))
        else:
            spans += found
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
    return Found(list(documents.values()), spans, losses)


def write(material: Material, path: Path) -> list[Loss]:
    """One file for each document, named after it. Everything that the format has a place for is in it."""
    features = columns_of(material.spans)
    names = file_names(document.doc_id for document in material.documents)
    for document, spans in material.by_document():
        name = names[document.doc_id]
        if name.partition("/")[0].lower() in (_TYPES.lower(), _README_NAME.lower()):
            # a folder of documents that is called as one of our files
            name = f"%{ord(name[0]):02X}{name[1:]}"
        file = path / f"{name}.tsv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(sheet_text(document, spans, features).encode("utf-8"))
    (path / _TYPES).write_bytes(type_system(declared_types(features)).encode("utf-8"))
    (path / _README_NAME).write_bytes(_README.encode("utf-8"))
    return []


def _named(path: Path) -> Iterator[tuple[CasFile, str]]:
    """The files, each with the name of its document: of our own files in a project, the name without ending."""
    for file in cas_files(path, ".tsv"):
        yield file, file.doc_id if file.coder is None else doc_id_of(file.doc_id.removesuffix(".tsv"))


def _layers_to_read(files: list[CasFile], choices: Choices, path: Path) -> set[str]:
    """Names of the layers that carry codes, the same for all files."""
    layers: dict[str, Layer] = {}
    for file in files:
        try:
            with file.path.open("rb") as stream:
                head = stream.read(_HEAD).removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
            layers |= {layer.name: layer for layer in layers_of(head, file.place)[0] if layer.kind != "RL"}
        except (InputError, OSError):
            continue  # said when it is read
    if layers:
        check_layers(choices.layers, {layer.name: [layer.name] for layer in layers.values()}, str(path))
    return chosen(list(layers.values()), choices.layers)
