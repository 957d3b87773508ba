"""Label Studio: tasks with annotations and predictions (its JSON export), JSON-MIN, and the files of a cloud storage.

Reading is in :mod:`toolkit.exchange.formats.label_studio.reading`, writing in
:mod:`toolkit.exchange.formats.label_studio.writing`.

Who. A person is the email of ``completed_by``, else its number; a machine is the ``model_version`` of a prediction. An
import into Label Studio forgets who coded and when, so in files that we wrote ``meta`` says it, as long as the region
is what we wrote: what was changed there is a decision of the one who changed it, and what was copied there of the one
who copied it (:mod:`toolkit.exchange.formats.label_studio.owners`).
"""

import re
from pathlib import Path

from toolkit.exchange.formats.label_studio.reading import read
from toolkit.exchange.formats.label_studio.writing import write
from toolkit.exchange.json_values import longer_head

__all__ = ["read", "recognise", "write"]

_TASK = re.compile(
    rb'\s*\[?\s*\{(?:\s*"id"\s*:\s*\d+\s*,)?\s*"(?:data|annotations|predictions|completions|file_upload|drafts)"\s*:'
)
_OBJECTS = re.compile(rb"\[\s*\{")
_MINIMAL = re.compile(rb'"(?:annotation_id|lead_time)"\s*:')
_RESULT = (b'"from_name"', b'"to_name"')
_STORED = re.compile(rb'"result"\s*:\s*\[')


def recognise(path: Path, head: bytes) -> bool:
    """A list of objects that begin as tasks do, or hold results or what JSON-MIN has; one object that does."""
    if path.suffix.lower() != ".json":
        return False
    begin = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if begin.startswith(b"["):
        # the first post may be longer than the head: what tells JSON-MIN stands behind it
        return _is_list(begin) or (_OBJECTS.match(begin) is not None and _is_list(longer_head(path, head)))
    stored = _STORED.search(begin) and (b'"completed_by"' in begin or all(word in begin for word in _RESULT))
    return bool(begin.startswith(b"{") and (stored or _TASK.match(begin)))


def _is_list(begin: bytes) -> bool:
    listed = _MINIMAL.search(begin) or all(word in begin for word in _RESULT) or _TASK.match(begin)
    return bool(listed) or re.fullmatch(rb"\[\s*\]\s*", begin) is not None
