"""What the user chose about reading: columns, names, folders, a table beside the texts, what to leave out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from toolkit.corpus.metadata import OWN, NamePattern, Sidecar, folder_fields, read_sidecar
from toolkit.corpus.pseudonyms import Pseudonyms, pseudonyms_from
from toolkit.corpus.readers import Options
from toolkit.errors import InputError

__all__ = ["Choices", "choices"]


@dataclass(frozen=True)
class Choices:
    """Everything the user chose about reading; see :func:`choices`."""

    options: Options = field(default_factory=Options)
    pattern: NamePattern | None = None
    folders: tuple[str, ...] = ()
    sidecar: Sidecar | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    pseudonyms: Pseudonyms | None = None


def choices(
    *,
    columns: Mapping[str, str] | None = None,
    name_pattern: str | None = None,
    folders: str | Sequence[str] = (),
    metadata: str | Path | None = None,
    constants: Mapping[str, str] | None = None,
    comments: bool = False,
    drafts: bool = False,
    private: bool = False,
    commenters: bool = False,
    whole_page: bool = False,
    pseudonymise: str | Path | None = None,
) -> Choices:
    """What to read and how; every argument may be left out.

    Parameters
    ----------
    columns : the name a table has for one of ours, ``{"text": "contenido", "date": "fecha"}``.
    name_pattern : fields in file names, ``"{date}_{author}_{title}"``.
    folders : what the folders under the path mean, from the top: ``"lang/site"``; ``-`` skips one.
    metadata : a table (.csv, .tsv, .jsonl, .parquet) with a column ``doc_id`` or ``file`` and further metadata.
    constants : metadata for every post that says nothing else, ``{"lang": "es"}``.
    comments, drafts, private, commenters : of a WordPress export also approved comments, drafts, private posts; and
        the names of commenters. E-mail and IP addresses are never read.
    whole_page : all text of HTML pages instead of their main text.
    pseudonymise : the file with the key of pseudonyms (made if there is none): names of authors are replaced, the same
        name always by the same pseudonym; contact data are left out.

    Raises
    ------
    InputError
        for a pattern, level, table or constant that cannot be used.

    >>> chosen = choices(columns={"text": "contenido"}, folders="lang/site", constants={"Country": "AR"})
    >>> chosen.options.columns, chosen.folders, chosen.constants
    ({'text': 'contenido'}, ('lang', 'site'), {'country': 'AR'})
    """
    levels = tuple(folders.split("/")) if isinstance(folders, str) and folders else tuple(folders)
    folder_fields(levels, ())
    given = {str(key).lower(): str(value) for key, value in (constants or {}).items()}
    own = next((key for key in given if key in OWN), None)
    if own:
        raise InputError(f"constants: '{own}' cannot be given for all posts; the toolkit sets it.")
    return Choices(
        Options(dict(columns or {}), comments, drafts, private, commenters, whole_page),
        NamePattern(name_pattern) if name_pattern else None,
        levels,
        read_sidecar(metadata) if metadata is not None else None,
        given,
        pseudonyms_from(pseudonymise) if pseudonymise is not None else None,
    )
