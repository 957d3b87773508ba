"""Documents of terms on disk, for corpora that do not fit into memory: Parquet shards over one vocabulary.

The folder is written aside and renamed, so it is whole or not there::

    FOLDER/manifest.json       format, size, the shards with their SHA-256, check (SHA-256 of the rest)
    FOLDER/vocabulary.json     the terms, sorted; a term's place is its number
    FOLDER/part-000000.parquet one row a document: doc_id, passage_id, numbers (of its terms, rising), counts

Reading holds one shard at a time. A shard that was changed, cut or comes from another folder is refused.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field

from toolkit.errors import InputError
from toolkit.files import new_folder, sha256_text, write_bytes, write_text
from toolkit.schema import StrictModel, validate
from toolkit.topics.documents import DocumentTerms

__all__ = ["SIZE", "Shard", "ShardContent", "TermShards", "open_shards", "write_shards"]

#: Documents with terms in a shard: the chunk of gensim's LdaModel, so that a shard is one step of its E-step.
SIZE = 2000
_FORMAT = "cluetrain-terms 1"
_MANIFEST, _VOCABULARY = "manifest.json", "vocabulary.json"
#: A shard also ends after this many times its size of rows, when most documents are empty.
_ROWS = 20
#: The largest vocabulary and manifest read (10 million terms; 300,000 shards), and the largest shard unpacked.
_TEXT_BYTES, _UNPACKED = 200_000_000, 200_000_000
_COLUMNS = ["doc_id", "passage_id", "numbers", "counts"]

_Whole = Annotated[int, Field(ge=0)]
_Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Shard(StrictModel):
    """One Parquet file: its documents, those of them with terms (``filled``), tokens, bytes and SHA-256."""

    file: Annotated[str, Field(pattern=r"^part-[0-9]{6,9}\.parquet$")]
    documents: Annotated[int, Field(ge=1)]
    filled: _Whole
    tokens: _Whole
    bytes: _Whole
    sha256: _Digest


class _Manifest(StrictModel):
    format: str
    size: Annotated[int, Field(ge=1)]
    vocabulary: _Digest
    shards: tuple[Shard, ...]


class ShardContent(NamedTuple):
    """``names``: DataFrame with doc_id, passage_id, one row a document; ``documents``: their terms, by number."""

    names: pd.DataFrame
    documents: DocumentTerms


@dataclass(frozen=True, repr=False)
class TermShards:
    """Documents on disk. ``vocabulary``: sorted terms; ``size``: documents with terms per shard; ``shards``: files.

    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.topics import document_terms
    >>> from toolkit.topics.distribution import write_shards
    >>> documents = document_terms([["marca", "voz"], ["precio", "venta"]] * 6)
    >>> names = pd.DataFrame({"doc_id": [f"p{n}" for n in range(12)]}).assign(passage_id="1")
    >>> with TemporaryDirectory() as folder:
    ...     shards = write_shards(folder, [(names, documents)], documents.vocabulary, size=5)
    >>> len(shards), shards.vocabulary
    (3, ('marca', 'precio', 'venta', 'voz'))
    """

    folder: Path
    vocabulary: tuple[str, ...]
    size: int
    shards: tuple[Shard, ...]
    digest: str

    def __len__(self) -> int:
        return len(self.shards)

    def __repr__(self) -> str:
        return (
            f"TermShards: {self.documents:,} documents, {self.tokens:,} tokens, {len(self.vocabulary):,} terms, "
            f"{len(self):,} shards"
        )

    @cached_property
    def documents(self) -> int:
        """Documents, empty ones too."""
        return sum(shard.documents for shard in self.shards)

    @cached_property
    def filled(self) -> int:
        """Documents with at least one term."""
        return sum(shard.filled for shard in self.shards)

    @cached_property
    def tokens(self) -> int:
        """Tokens of all documents."""
        return sum(shard.tokens for shard in self.shards)

    def read(self, number: int) -> ShardContent:
        """The documents of one shard; :class:`InputError` if it is not the file that was written."""
        table = _read(self, self.shards[number])
        numbers, counts = table["numbers"], table["counts"]
        ids = np.repeat(numbers.flatten().to_numpy(), counts.flatten().to_numpy()).astype(np.int32)
        bounds = np.concatenate([[0], np.cumsum(counts.flatten().to_numpy(), dtype=np.int64)])
        starts = bounds[numbers.offsets.to_numpy()]
        names = pd.DataFrame({name: table[name].to_pylist() for name in _COLUMNS[:2]}, dtype=object)
        return ShardContent(names, DocumentTerms(self.vocabulary, ids, starts))

    def bags(self, number: int) -> list[list[tuple[int, int]]]:
        """The documents with terms of one shard as gensim's bags of words."""
        table = _read(self, self.shards[number])
        bounds = table["numbers"].offsets.to_pylist()
        pairs = list(zip(table["numbers"].flatten().to_pylist(), table["counts"].flatten().to_pylist(), strict=True))
        return [pairs[first:last] for first, last in pairwise(bounds) if last > first]


def write_shards(
    folder: str | Path,
    parts: Iterable[tuple[pd.DataFrame, DocumentTerms]],
    vocabulary: Sequence[str],
    *,
    size: int = SIZE,
) -> TermShards:
    """Write documents to a new or empty folder, holding one shard of them at a time.

    Parameters
    ----------
    parts : pairs of a table with doc_id and passage_id and the DocumentTerms of its rows; a generator is fine.
    vocabulary : the terms to keep, such as those of a model; terms of the parts that it lacks are left out.
    size : documents with terms per shard, 1 or more; each shard but the last has exactly as many, unless more than
        nineteen of twenty documents are empty.

    Raises
    ------
    InputError
        for a folder that is not empty, an empty vocabulary, a table and documents of different length, names that
        are not text, and parts without any document.
    OutputError
        if the folder cannot be written; nothing is left of it then.

    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.topics import document_terms
    >>> from toolkit.topics.distribution import write_shards
    >>> documents = document_terms([["marca", "voz"], ["precio", "venta"]] * 6)
    >>> names = pd.DataFrame({"doc_id": [f"p{n}" for n in range(12)]}).assign(passage_id="1")
    >>> with TemporaryDirectory() as folder:
    ...     write_shards(folder, [(names, documents)], documents.vocabulary, size=5)
    TermShards: 12 documents, 24 tokens, 4 terms, 3 shards
    """
    terms = tuple(sorted(set(vocabulary)))
    if not terms:
        raise InputError("shards: the vocabulary is empty; loosen the choice of terms.")
    if size < 1:
        raise InputError(f"shards: size is {size}, allowed is 1 or more documents.")
    text = json.dumps(terms, indent=0)
    digest, entries = sha256_text(text), []
    with new_folder(Path(folder)) as part:
        write_text(part / _VOCABULARY, text)
        for number, rows in enumerate(_cut(parts, terms, size)):
            entries.append(_write(part, number, rows, digest))
        if not entries:
            raise InputError("shards: there are no documents; give parts with passages.")
        whole = _Manifest(format=_FORMAT, size=size, vocabulary=digest, shards=tuple(entries)).model_dump()
        write_text(part / _MANIFEST, json.dumps({**whole, "check": _check(whole)}, indent=1))
    return TermShards(Path(folder), terms, size, tuple(entries), digest)


def open_shards(folder: str | Path) -> TermShards:
    """The documents in a folder written by :func:`write_shards`; :class:`InputError` if it is none, or was changed.

    Shards are compared with their SHA-256 when they are read.

    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.topics import document_terms
    >>> from toolkit.topics.distribution import open_shards, write_shards
    >>> documents = document_terms([["marca", "voz"], ["precio", "venta"]] * 6)
    >>> names = pd.DataFrame({"doc_id": [f"p{n}" for n in range(12)]}).assign(passage_id="1")
    >>> with TemporaryDirectory() as folder:
    ...     written = write_shards(folder, [(names, documents)], documents.vocabulary, size=5)
    ...     open_shards(folder).digest == written.digest
    True
    """
    folder = Path(folder)
    text = _text(folder / _MANIFEST)
    try:
        whole = json.loads(text)
        intact = isinstance(whole, dict) and whole.pop("check", None) == _check(whole)
    except (ValueError, RecursionError):
        intact, whole = False, None
    if isinstance(whole, dict) and whole.get("format", _FORMAT) != _FORMAT:
        raise InputError(f"{folder}: has the format {str(whole['format'])[:60]!r}, this version reads {_FORMAT!r}.")
    if not intact:
        raise InputError(f"{folder / _MANIFEST}: is damaged (cut, or changed by hand); write the shards again.")
    manifest = validate(_Manifest, whole, str(folder / _MANIFEST))
    text = _text(folder / _VOCABULARY)
    if sha256_text(text) != manifest.vocabulary:
        raise InputError(f"{folder / _VOCABULARY}: is not the vocabulary these shards were written with.")
    return TermShards(folder, tuple(json.loads(text)), manifest.size, manifest.shards, manifest.vocabulary)


class _Rows(NamedTuple):
    doc_ids: list[str]
    passage_ids: list[str]
    numbers: list[np.ndarray]
    counts: list[np.ndarray]


def _cut(parts: Iterable[tuple[pd.DataFrame, DocumentTerms]], terms: tuple[str, ...], size: int) -> Iterator[_Rows]:
    """Documents in portions of one shard."""
    rows, filled = _Rows([], [], [], []), 0
    for passages, documents in parts:
        if len(passages) != len(documents):
            raise InputError(f"shards: a part has {len(passages):,} passages and {len(documents):,} documents.")
        documents = documents.over(terms)
        for row, (doc_id, passage_id) in enumerate(zip(passages["doc_id"], passages["passage_id"], strict=True)):
            numbers, counts = np.unique(documents.row(row), return_counts=True)
            rows.doc_ids.append(doc_id)
            rows.passage_ids.append(passage_id)
            rows.numbers.append(numbers)
            rows.counts.append(counts)
            filled += len(numbers) > 0
            if filled == size or len(rows.doc_ids) == _ROWS * size:
                yield rows
                rows, filled = _Rows([], [], [], []), 0
    if rows.doc_ids:
        yield rows


def _write(folder: Path, number: int, rows: _Rows, digest: str) -> Shard:
    lengths = [len(part) for part in rows.numbers]
    bounds = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    lists = [pa.ListArray.from_arrays(bounds, np.concatenate(part).astype(np.int32)) for part in rows[2:]]
    try:
        names = [pa.array(part, pa.string()) for part in rows[:2]]
        null = sum(part.null_count for part in names)
    except (pa.ArrowException, TypeError, UnicodeError) as error:
        raise InputError(f"shards: a doc_id or passage_id is no text: {str(error).splitlines()[0]}.") from error
    if null:
        raise InputError("shards: a document has no doc_id or passage_id; name all.")
    table = pa.table(dict(zip(_COLUMNS, [*names, *lists], strict=True))).replace_schema_metadata({"vocabulary": digest})
    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer, compression="zstd")
    data = buffer.getvalue().to_pybytes()
    if table.nbytes > _UNPACKED // 2:
        raise InputError(f"shards: {len(lengths):,} documents have {table.nbytes:,} bytes; give a smaller size.")
    file = f"part-{number:06}.parquet"
    write_bytes(folder / file, data)
    return Shard(
        file=file,
        documents=len(lengths),
        filled=sum(length > 0 for length in lengths),
        tokens=int(sum(part.sum() for part in rows.counts)),
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _read(shards: TermShards, shard: Shard) -> dict[str, Any]:
    """The columns of one shard as Arrow arrays, checked."""
    path = shards.folder / shard.file
    problem = "its content was changed (SHA-256 is another than the manifest says)"
    try:
        if path.stat().st_size != shard.bytes:
            problem = f"has {path.stat().st_size:,} bytes, the manifest says {shard.bytes:,}; it was cut or changed"
        data = path.read_bytes() if shard.bytes <= _UNPACKED else b""
        same = hashlib.sha256(data).hexdigest() == shard.sha256
        with pq.ParquetFile(pa.BufferReader(data)) as file:
            about = file.metadata
            if (about.metadata or {}).get(b"vocabulary", b"").decode() != shards.digest:
                problem, same = "is a shard of another vocabulary; write all documents into one folder", False
            if not same:
                raise InputError(f"{path}: {problem}.")
            groups = [about.row_group(number) for number in range(about.num_row_groups)]
            values = max(sum(group.column(column).num_values for group in groups) for column in range(4))
            unpacked = sum(group.total_byte_size for group in groups)
            if values > shard.tokens + shard.documents or unpacked > _UNPACKED or about.num_rows != shard.documents:
                raise InputError(f"{path}: has other rows than its manifest says.")
            table = file.read(use_threads=False).combine_chunks()
            table.validate(full=True)
    except FileNotFoundError as error:
        raise InputError(f"{path}: is missing; put back the whole folder from a copy.") from error
    except InputError:
        raise
    except (pa.ArrowException, OSError, ValueError, IndexError) as error:
        raise InputError(f"{path}: {problem}.") from error
    if table.column_names != _COLUMNS or any(column.null_count for column in table.columns):
        raise InputError(f"{path}: has other columns than a shard of terms.")
    found = {name: table[name].chunk(0) for name in _COLUMNS}
    if not _sound(found, len(shards.vocabulary), shard):
        raise InputError(f"{path}: its numbers are no terms of the vocabulary.")
    return found


def _sound(columns: dict[str, Any], terms: int, shard: Shard) -> bool:
    """Whether numbers rise within documents and are terms, and counts belong to them and add up."""
    numbers, counts = columns["numbers"], columns["counts"]
    if any(part.type.value_type != pa.int32() or part.values.null_count for part in (numbers, counts)):
        return False
    bounds, values = numbers.offsets.to_numpy(), numbers.flatten().to_numpy()
    weights = counts.flatten().to_numpy()
    if not np.array_equal(bounds, counts.offsets.to_numpy()) or int(weights.sum(dtype=np.int64)) != shard.tokens:
        return False
    inner = np.ones(max(len(values) - 1, 0), dtype=bool)
    edges = bounds[1:-1] - 1
    inner[edges[(edges >= 0) & (edges < len(inner))]] = False
    rising = bool((np.diff(values)[inner] > 0).all())
    inside = not len(values) or bool(values.min() >= 0 and values.max() < terms and weights.min() >= 1)
    return rising and inside and int((np.diff(bounds) > 0).sum()) == shard.filled


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _TEXT_BYTES:
            raise InputError(f"{path}: has more than {_TEXT_BYTES:,} bytes, which no such file has.")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise InputError(f"{path.parent}: is no folder of term shards (it has no {path.name}).") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as UTF-8.") from error


def _check(whole: dict[str, Any]) -> str:
    return sha256_text(json.dumps(whole, sort_keys=True, separators=(",", ":")))
