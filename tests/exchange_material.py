"""Random texts and codings as nasty as real ones, and the comparison of what went out with what came back.

Strategies: :func:`samples` (tables), and from a sample :func:`material_of` (what the writer of a format gets).
:func:`through_format` sends one through a format's ``write`` and ``read`` alone; ``test_exchange_roundtrip`` sends it
through the whole door. :func:`same_up_to` compares, and holds the loss report to its word both ways: what differs must
be reported, and what is reported must differ.
"""

import hashlib
import itertools
import re
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from hypothesis import strategies as st

from toolkit.errors import InputError
from toolkit.exchange.model import FEATURE, FIELDS, Choices, Document, Found, Loss, Material, Span
from toolkit.exchange.offsets import Offsets, likeliest_unit
from toolkit.exchange.registry import FORMATS, Format
from toolkit.tables import STANCES, check

#: What texts are made of. Each piece has broken some tool: what counts two in UTF-16, what is joined from several
#: code points, what ends a line somewhere, what XML or JSON writes in another way, what a tokeniser glues or drops.
PIECES = (
    "la voz humana", "Perché no?", "¡Olé!", "a", "b ", " ", "  ", "«", ".", "l’amico ", "co-op", "100%", "e.g.",
    "😀", "👨‍👩‍👧‍👦", "👍🏽", "🇪🇸🇮🇹", "❤️", "1️⃣", "𝒳", "e\u0301", "n\u0303o", "\u0301", "ﬁ", "İ", "ß", "한", "漢字",
    "\n", "\r\n", "\r", "\n\n", "\n\r", "\x85", "\u2028", "\u2029", "\t", "\x0b", "\x0c", "\u00a0", "\u3000",
    "\u200f", "שלום", "\u202eab\u202c", "\u200b", "\u200d", "\ufeff", "\u00ad", "\ufffd",
    "<b>&amp;", "]]>", "--", "\"'`", "\\", "\\n", "|", "#Text=", "1-1\t0-2\t", "# text = ", "%0A", "[1]", "_", "*",
    "{\"a\": 1}", "=1+1", "@x", ";", ",", "null", "-DOCSTART-",
)  # fmt: skip
#: Control characters and other signs that XML 1.0 cannot write.
CONTROLS = ("\x00", "\x01", "\x07", "\x08", "\x1b", "\x1c", "\x1e", "\x1f", "\x7f", "\ufffe", "\uffff", "\x9f")
#: Codes, coders, notes and the rest: what means something to one of the formats, or is trimmed or counted by it.
VALUES = (
    "voz", "voz humana", "Perché", "e\u0301ste", "a/b", "a::b", "a|b", "50%", "50%25", "<b>&amp;</b>", "\\", "\\n",
    "a\tb", "uno\ndos", "uno\r\ndos", "uno\rdos", "a\u2028b", "a\x85b", "\"", "'", "a,b", "a;b", "=1+1", "+1", "-1",
    "@x", " antes", "después ", "_", "*", "null", "NA", "nan", "None", "O", "B-x", "I-x", "B-", "T1", "#1", "# a", "0",
    "1", "1.0", "true", "[1]", "a[1]", "{}", "[]", "[\"a\"]", "😀", "👨‍👩‍👧‍👦", "\u200fשלום", "\ufeffx", "\u200b",
    "code", "text", "span", "endorses", "human", "machine", "http://a.b/c#d", "a=b", "a:b", "a -> b", "]]>", "--",
    "\u00a0x\u00a0", "x" * 300, "Ñandú", "ñandú", "ÑANDÚ", "class", "id", "xml:id", "a\x0bb", "a\x00b", "a\x1bb",
)  # fmt: skip
DOC_IDS = (
    "uno", "UNO", "uno dos", "es/uno", "es/dos", "it/uno", "ES/uno", "a/b/c", "ñandu\u0301", "ñandú", "n\u0303andú",
    "uno.txt", "uno.ann", "uno.", ".uno", "..", "../x", "/x", "x/", "a//b", "con", "nul.txt", "a:b", "a%20b", "a%b",
    "%", "a\\b", "a|b", "a\"b", "a<b>&c", "a?b*c", " x", "x ", "😀", "1", "https://a.b/c?d=e#f", "#a", "=1+1", "a\tb",
    "x" * 200, "posts", "TypeSystem", "annotation.conf", "a'b", "a,b", "null", "a\nb", "a__b", "a\u200fb",
)  # fmt: skip
TIMES = (
    "2026-11-22T02:09:47Z", "2009-03-12T10:00:00.123+01:00", "2009-03-12", "2009-03-12 10:00:00", "ayer", " 2009 ",
    "12/03/2009 10:00", "1258876800",
)  # fmt: skip
#: Shares, the last bits of which show, and the borders.
SCORES = (0.0, 1.0, 0.5, 0.1 + 0.2, 1 / 3, 5e-324, 1 - 2**-53, 1e-7, 0.1)
CODEBOOKS = (("cluetrain", "1.10"), ("cluetrain", "007"), ("imported", None), ("mi código: uno", None), ("a|b", " 2"))
#: Names of features that others use; none is a name of ours.
FEATURES = ("confidence", "tono", "Negación", "a b", "id", "value", "x-y", "xml:lang")


class Sample(NamedTuple):
    """Texts and codings as tables: posts (doc_id, lang, title, text, sha256) and annotations."""

    posts: pd.DataFrame
    annotations: pd.DataFrame


def texts(most: int = 14) -> st.SearchStrategy[str]:
    """Texts of the pieces above, now and then with control characters or anything that Unicode has."""
    pieces = st.sampled_from(PIECES)
    rare = st.one_of(
        pieces, pieces, pieces, st.sampled_from(CONTROLS), st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
    )
    return st.one_of(st.lists(pieces, max_size=most), st.lists(rare, max_size=most)).map("".join)


@st.composite
def samples(draw, documents: int = 3, spans: int = 7, features: bool = True) -> Sample:
    """Posts and annotations: empty texts and texts without codings, spans with any border, nested, overlapping,
    identical, the same row twice."""
    ids = draw(st.lists(st.sampled_from(DOC_IDS), min_size=1, max_size=documents, unique=True))
    posts = [
        {
            "doc_id": doc_id,
            "lang": draw(st.sampled_from(("es", "it", "pt-BR", None))),
            "title": draw(st.one_of(st.none(), st.sampled_from(VALUES))),
            "text": draw(texts()),
        }
        for doc_id in ids
    ]
    full = [post for post in posts if post["text"]]
    words = st.sampled_from(VALUES)
    missing_words = st.one_of(st.none(), words)
    codes = draw(st.lists(words, min_size=1, max_size=3, unique=True))
    coders = draw(st.lists(words, min_size=1, max_size=3, unique=True))
    names = draw(st.lists(st.sampled_from(FEATURES), max_size=2, unique=True)) if features else []
    rows: list[dict] = []
    for _ in range(draw(st.integers(0, spans)) if full else 0):
        kind = draw(st.sampled_from("nnnnnsr")) if rows else "n"
        if kind == "r":  # the very same row a second time
            rows.append(dict(draw(st.sampled_from(rows))))
            continue
        if kind == "s":  # the same place and code, by another coder perhaps
            row = dict(draw(st.sampled_from(rows)))
        else:
            post = draw(st.sampled_from(full))
            start = draw(st.integers(0, len(post["text"]) - 1))
            end = draw(st.one_of(st.integers(start + 1, len(post["text"])), st.just(len(post["text"]))))
            row = {
                "doc_id": post["doc_id"], "start": start, "end": end, "quote": post["text"][start:end],
                "code": draw(st.sampled_from(codes)),
            }  # fmt: skip
        codebook, version = draw(st.sampled_from(CODEBOOKS))
        machine = draw(st.booleans())
        row |= {
            "codebook": codebook,
            "codebook_version": version,
            "stance": draw(st.one_of(st.none(), st.sampled_from(STANCES))),
            "coder": draw(st.sampled_from(coders)),
            "kind": "machine" if machine else "human",
            "score": draw(st.one_of(st.none(), st.sampled_from(SCORES), st.floats(0, 1))),
            "evidence": draw(missing_words),
            "created": draw(st.one_of(st.none(), st.sampled_from(TIMES))),
            "note": draw(missing_words),
        }
        row |= {FEATURE + name: draw(missing_words) for name in names}
        rows.append(row)
    return sample_of(posts, rows)


def sample_of(posts: list[dict], rows: list[dict]) -> Sample:
    """Tables of plain rows: posts need doc_id and text; annotations doc_id, start, end and code."""
    table = pd.DataFrame(
        [
            {"lang": None, "title": None, **post, "sha256": hashlib.sha256(post["text"].encode()).hexdigest()}
            for post in posts
        ]
    )
    held = {post["doc_id"]: post["text"] for post in posts}
    defaults = {"codebook": "imported", "coder": "ana", "kind": "human"}
    full = [{**defaults, "quote": held[row["doc_id"]][row["start"] : row["end"]], **row} for row in rows]
    columns = ["doc_id", "start", "end", "quote", "code", "coder", "kind", "codebook"]
    annotations = pd.DataFrame(full, columns=None if full else columns)
    for name in annotations:
        if name.startswith(FEATURE):
            annotations[name] = annotations[name].astype("str")
    return Sample(table, check("annotations", annotations, held))


def _plain(value):
    """A cell as None, text, int or float."""
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return None
    return value.item() if hasattr(value, "item") else value


def rows_of(table: pd.DataFrame) -> list[dict]:
    """The rows of a table as dicts of plain values; missing is None."""
    names = list(table.columns)
    return [
        {name: _plain(value) for name, value in zip(names, row, strict=True)}
        for row in table.astype(object).itertuples(index=False)
    ]


def material_of(sample: Sample, forbidden: str = "", title: str = "annotations", codebook=None) -> Material:
    """What a writer gets of it, ``forbidden`` characters (a pattern) replaced as the core does."""

    def clean(value):
        return re.sub(forbidden, "\ufffd", value) if forbidden and isinstance(value, str) else value

    posts = [{name: clean(value) for name, value in row.items()} for row in rows_of(sample.posts)]
    rows = [{name: clean(value) for name, value in row.items()} for row in rows_of(sample.annotations)]
    documents = [
        Document(one["doc_id"], one["text"], one.get("lang"), one.get("title"))
        for one in sorted(posts, key=lambda one: one["doc_id"])
    ]
    spans = [
        Span(
            row["doc_id"], row["start"], row["end"], row["code"], row["quote"],
            **{name: row.get(name) for name in FIELDS},
            features={
                name.removeprefix(FEATURE): value
                for name, value in row.items()
                if name.startswith(FEATURE) and value is not None
            },
        )
        for row in rows
    ]  # fmt: skip
    codes = sorted({span.code for span in spans})
    spans.sort(key=lambda span: (span.doc_id, span.start, span.end, span.code, str(span.coder), str(span)))
    return Material(documents, spans, codes, sorted({str(span.coder) for span in spans}), codebook, title)


def sample_of_material(material: Material) -> Sample:
    """The tables of a material."""
    return _sample(material.documents, material.spans)


def sample_of_found(found: Found, material: Material | None = None) -> Sample:
    """The tables of what a reader found: positions in code points, and None filled as the core fills it.

    Fails where a position or a quote is wrong. ``material``: its texts are taken where the format holds none.
    """
    held = {one.doc_id: one.text for one in material.documents} if material else {}
    documents = [
        one if one.text is not None else Document(one.doc_id, held[one.doc_id], one.lang, one.title)
        for one in found.documents
    ]
    assert len({one.doc_id for one in documents}) == len(documents), "a document was found twice"
    texts_by_id = {one.doc_id: one.text or "" for one in documents}
    quoted = [(texts_by_id[s.doc_id], s.start, s.end, s.quote) for s in found.spans if s.quote is not None]
    as_quoted = found.as_quoted or str
    unit = likeliest_unit(found.units, quoted, as_quoted) if quoted else found.units[0]
    spans = []
    for span in found.spans:
        text = texts_by_id[span.doc_id]
        offsets = Offsets(text, unit)
        start, end = offsets.to_points(span.start), offsets.to_points(span.end)
        if span.quote is not None:
            assert as_quoted(text[start:end]) == as_quoted(span.quote), (span, text[start:end])
        values = {name: getattr(span, name) for name in FIELDS}
        values |= {
            name: default
            for name, default in {"codebook": "imported", "kind": "human", "coder": "unknown"}.items()
            if values[name] is None
        }
        spans.append(Span(span.doc_id, start, end, span.code, text[start:end], **values, features=dict(span.features)))
    return _sample(documents, spans)


def _sample(documents, spans) -> Sample:
    return sample_of(
        [{"doc_id": one.doc_id, "text": one.text, "lang": one.lang, "title": one.title} for one in documents],
        [
            {"doc_id": s.doc_id, "start": s.start, "end": s.end, "code": s.code}
            | {name: getattr(s, name) for name in FIELDS}
            | {FEATURE + name: value for name, value in s.features.items()}
            for s in spans
        ],
    )


def through_format(name: str, sample: Sample, folder: Path | None = None) -> tuple[Material, list[Loss], Found]:
    """A sample through ``write`` and ``read`` of one format, without the core, and the comparison of both.

    ``folder``: an empty folder to write into (a new one, if None). Returns the material that was written, the losses
    of writing (whole columns that the format does not carry among them), and what was found.
    """
    if folder is None:
        with tempfile.TemporaryDirectory() as made:
            return through_format(name, sample, Path(made))
    what = FORMATS[name]
    material = material_of(sample, what.forbidden)
    path = folder if what.folder else folder / f"annotations{what.suffixes[0]}"
    losses = [*what.write(material, path), *columns_lost(what, material)]
    held = {one.doc_id: one.text or "" for one in material.documents}
    found = what.read(path, Choices(texts={} if what.texts else held))
    same_up_to([*losses, *found.losses], sample_of_material(material), sample_of_found(found, material))
    return material, losses, found


def columns_lost(what: Format, material: Material) -> list[Loss]:
    """A loss for each column with a value that the format does not carry, as the core adds them."""
    lost = [
        name
        for name in FIELDS
        if name not in what.carries and any(getattr(span, name) is not None for span in material.spans)
    ]
    if "features" not in what.carries:
        lost += sorted({FEATURE + name for span in material.spans for name in span.features})
    lost += [
        name
        for name in ("lang", "title")
        if name not in what.carries and any(getattr(one, name) is not None for one in material.documents)
    ]
    return [Loss("lost", name, f"{what.title} has no place for it") for name in lost]


def same_up_to(losses, before, after) -> None:
    """Assert that ``after`` is ``before`` as a multiset of rows, but for what ``losses`` say, and that they say true.

    ``losses``: :class:`Loss`es, or tables of them, of writing and of reading. A loss without ``start`` speaks of every
    row (of its document, if it names one). Row by row:

    * "annotation" that is lost or refused: the row is not in ``after``; as many are missing as are reported;
    * another field: it may differ in that row, and does so in as many rows as are reported;
    * "text" of a document that changed: as long as before, and what differs is U+FFFD;
    * "doc_id", "lang", "title", "document": alike for documents.
    """
    said = _losses(losses)
    renamed = _same_documents(said, rows_of(before.posts), rows_of(after.posts))
    held = {row["doc_id"]: row["text"] for row in rows_of(after.posts)}
    befores, afters = rows_of(before.annotations), rows_of(after.annotations)
    for row in afters:
        assert row["quote"] == held[row["doc_id"]][row["start"] : row["end"]], f"slice and quote differ: {row}"
    fields = ["code", *FIELDS]
    fields += sorted({name for row in befores[:1] + afters[:1] for name in row if name.startswith(FEATURE)})
    licences = [{one["field"] for one in said if _of(one, row)} for row in befores]
    partners = _partners(befores, afters, renamed, fields, licences)
    _none_invented(partners, afters)
    _lost_as_said(said, befores, partners)
    _differ_as_said(said, befores, afters, partners)


def _losses(losses) -> list[dict]:
    if isinstance(losses, pd.DataFrame):
        return rows_of(losses)
    rows: list[dict] = []
    for one in losses:
        if isinstance(one, Loss):
            rows.append({name: getattr(one, name) for name in Loss.__dataclass_fields__})
        else:
            rows += _losses(one)
    for row in rows:
        assert row["kind"] in ("refused", "lost", "changed"), row
        assert row["reason"] and not row["reason"].endswith("."), row
    return rows


def _of(loss: dict, row: dict) -> bool:
    """Does a loss speak of this row?"""
    return all(loss[name] is None or loss[name] == row[name] for name in ("doc_id", "start", "end", "code", "coder"))


def _same_documents(said, befores, afters) -> dict[str, str]:
    """The doc_id afterwards of each one before; asserts that documents are the same up to the losses."""
    whole = [one for one in said if one["start"] is None]

    def licence(field: str, doc_id: str) -> bool:
        return any(one["field"] == field and one["doc_id"] in (None, doc_id) for one in whole)

    found = {row["doc_id"]: row for row in afters}
    assert len(found) == len(afters), "a doc_id came back twice"
    renamed, differs = {}, Counter()
    for row in befores:
        doc_id = row["doc_id"]
        name = doc_id if doc_id in found else None
        if name is None and licence("doc_id", doc_id):
            near = [one for one in found if _marked(doc_id, one) and one not in renamed.values()]
            name = near[0] if near else None
            differs["doc_id"] += name is not None
        if name is None:
            assert licence("document", doc_id), f"the document {doc_id!r} did not come back ({list(found)})"
            differs["document"] += 1
            continue
        renamed[doc_id] = name
        for field in ("lang", "title", "text"):
            if row.get(field) != found[name].get(field):
                assert licence(field, doc_id), (
                    f"{field} of {doc_id!r} differs and no loss says so: {row.get(field)!r} -> {found[name][field]!r}"
                )
                differs[field] += 1
        text, back = row["text"], found[name]["text"]
        assert text == back or _marked(text, back), f"the text of {doc_id!r} changed: {text!r} -> {back!r}"
    extra = set(found) - set(renamed.values())
    assert not extra, f"documents that were not there: {sorted(extra)}"
    for field in ("lang", "title", "text", "document"):
        reported = [one for one in whole if one["field"] == field]
        assert not reported or differs[field], f"reported but not so: {reported[0]}"
        assert not differs[field] or len(reported) <= differs[field], f"{field} reported too often: {reported}"
    return renamed


def _marked(before: str, after: str) -> bool:
    """Is the second text the first with some characters replaced by U+FFFD?"""
    return len(before) == len(after) and all(b in (a, "\ufffd") for a, b in zip(before, after, strict=True))


def _partners(befores, afters, renamed, fields, licences) -> list[int | None]:
    """For each row before its row afterwards: equal ones first, then those that differ where they may, the fewest
    fields first (as many pairs as there can be, by augmenting paths)."""

    def key(row, doc_id):
        return (doc_id, row["start"], row["end"], *(row.get(name) for name in fields))

    partners: list[int | None] = [None] * len(befores)
    equal: dict[tuple, list[int]] = {}
    for number, row in enumerate(afters):
        equal.setdefault(key(row, row["doc_id"]), []).append(number)
    for number, row in enumerate(befores):
        there = equal.get(key(row, renamed.get(row["doc_id"])))
        if there:
            partners[number] = there.pop()
    free = [number for numbers in equal.values() for number in numbers]
    near: dict[int, list[int]] = {}
    for number, row in enumerate(befores):
        if partners[number] is not None:
            continue
        fits = []
        for other in free:
            back = afters[other]
            place = (back["doc_id"], back["start"], back["end"])
            differ = {name for name in fields if row.get(name) != back.get(name)}
            if place == (renamed.get(row["doc_id"]), row["start"], row["end"]) and differ <= licences[number]:
                fits.append((len(differ), other))
        near[number] = [other for _, other in sorted(fits)]
    owner: dict[int, int] = {}

    def place_one(number: int, seen: set[int]) -> bool:
        for other in near[number]:
            if other not in seen:
                seen.add(other)
                if other not in owner or place_one(owner[other], seen):
                    owner[other] = number
                    return True
        return False

    for number in near:
        place_one(number, set())
    for other, number in owner.items():
        partners[number] = other
    return partners


def _none_invented(partners, afters) -> None:
    extra = sorted(set(range(len(afters))) - {one for one in partners if one is not None})
    if extra:
        raise AssertionError(f"came back but was not sent, or differs and no loss says so: {afters[extra[0]]}")


def _lost_as_said(said, befores, partners) -> None:
    whole = [one for one in said if one["field"] == "annotation" and one["kind"] != "changed"]
    missing = [row for row, other in zip(befores, partners, strict=True) if other is None]
    for row in missing:
        assert any(_of(one, row) for one in whole), f"did not come back and no loss says so: {row}"
    for one in whole:
        assert any(_of(one, row) for row in missing), f"reported as lost but came back: {one}"
    exact = [one for one in whole if one["start"] is not None]
    assert len(exact) <= len(missing), f"{len(missing)} rows are missing, {len(exact)} are reported: {exact}"
    if len(exact) == len(whole):
        assert len(exact) == len(missing), f"{len(missing)} rows are missing, {len(exact)} are reported"


def _differ_as_said(said, befores, afters, partners) -> None:
    """Every loss of a field is true: in as many rows as it is reported, the field is another one afterwards."""
    pairs = [(row, afters[other]) for row, other in zip(befores, partners, strict=True) if other is not None]
    named = [one for one in said if one["field"] in ("code", *FIELDS) or str(one["field"]).startswith(FEATURE)]
    order = ("doc_id", "start", "end", "code", "coder", "field")
    for key, group in itertools.groupby(sorted(named, key=lambda one: str([one[n] for n in order])), _loss_key(order)):
        listed = list(group)
        field = key[-1]
        there = [(row, back) for row, back in pairs if _of(listed[0], row)]
        differ = [row for row, back in there if row.get(field) != back.get(field)]
        assert differ, f"reported but not so: {listed[0]}"
        if listed[0]["start"] is not None:
            assert len(listed) == len(differ), f"{len(differ)} rows differ in {field}, {len(listed)} are reported"
            values = Counter(str(row[field]) for row in differ)
            shown = [one["value"] for one in listed if one["value"] is not None]
            for value in shown:
                assert any(one == value or (len(value) >= 60 and one[:50] == value[:50]) for one in values), (
                    f"the loss shows {value!r} for {field}, which was {sorted(values)}"
                )
    changed = [one for one in said if one["field"] == "annotation" and one["kind"] == "changed"]
    for one in changed:
        there = [(row, back) for row, back in pairs if _of(one, row)]
        assert any(row != back for row, back in there), f"reported as changed but is the same: {one}"


def _loss_key(order):
    return lambda one: tuple(one[name] for name in order)


def refused_cleanly(error: BaseException, path: Path | None = None) -> None:
    """Assert that a refusal is one sentence for people: an InputError, one line, short, without a traceback's words."""
    assert isinstance(error, InputError), f"{type(error).__name__}: {str(error)[:300]}"
    message = str(error)
    assert len(message) < 600, f"{len(message)} characters: {message[:200]}"
    assert len(message.splitlines()) == 1, f"more than one line: {message!r}"
    for word in ("Traceback", "object at 0x", "<class", "NoneType", "Error(", "Exception", "KeyError", "TypeError"):
        assert word not in message, f"words of a program: {message}"
    if path is not None:
        assert path.name in message, f"names no file: {message}"
