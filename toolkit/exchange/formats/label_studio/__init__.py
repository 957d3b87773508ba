"""Label Studio: tasks with annotations and predictions (its JSON export), and JSON-MIN; writing is in
:mod:`toolkit.exchange.formats.label_studio.writing`.

Who. A person is the email of ``completed_by``, else its number; a machine is the ``model_version`` of a prediction. An
import into Label Studio forgets who coded and when, so in files that we wrote ``meta`` says it, as long as the region
is what we wrote: what was changed there is a decision of the one who changed it.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from toolkit.errors import InputError
from toolkit.exchange.formats.label_studio import min as label_studio_min
from toolkit.exchange.formats.label_studio import writing as label_studio_write
from toolkit.exchange.formats.label_studio.results import regions_of
from toolkit.exchange.formats.label_studio.spans import Draft, Reading, found_in
from toolkit.exchange.formats.label_studio.texts import Config, config_beside, text_key
from toolkit.exchange.formats.label_studio.values import (
    list_of,
    mapping_of,
    number_of,
    said,
    text_of,
    whole_of,
    without_halves,
)
from toolkit.exchange.inputs import read_json, read_text
from toolkit.exchange.model import Choices, Document, Found, Loss

__all__ = ["read", "recognise", "write"]

write = label_studio_write.write

_TASK = re.compile(
    rb'\s*\[?\s*\{(?:\s*"id"\s*:\s*\d+\s*,)?\s*"(?:data|annotations|predictions|completions|file_upload|drafts)"\s*:'
)
_MINIMAL = re.compile(rb'"(?:annotation_id|lead_time)"\s*:')
_RESULT = (b'"from_name"', b'"to_name"')
#: What the data of a task says of a document, by our name.
_OURS = {"doc_id": "doc_id", "lang": "lang", "language": "lang", "title": "title"}
#: What else stands in tasks and annotations, and why it is not taken in.
_ELSE = {
    "drafts": "drafts are not submitted yet",
    "reviews": "reviews have no place in our table",
    "history": "earlier versions have no place in our table",
    "lead_time": "how long it took has no place in our table",
    "agreement": "agreement is computed from the annotations",
    "meta": "has no place in our table",
}


def recognise(path: Path, head: bytes) -> bool:
    """A list of objects that begin as tasks do, or hold results or what JSON-MIN has."""
    if path.suffix.lower() != ".json":
        return False
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"["):
        listed = _MINIMAL.search(head) or all(word in head for word in _RESULT)
        return bool(listed or _TASK.match(head)) or re.fullmatch(rb"\[\s*\]\s*", head) is not None
    return bool(_TASK.match(head))


def read(path: Path, choices: Choices) -> Found:
    """What stands in an export (or in the exports in a folder).

    Raises :class:`InputError` for what is no JSON, or holds no task.
    """
    files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
    if not files:
        raise InputError(f"{path}: holds no file that ends in .json.")
    reading = Reading(choices)
    try:
        _read_files(files, reading)
        return found_in(reading)
    except RecursionError as error:
        raise InputError(f"{path}: is JSON nested too deep to be read.") from error


def _read_files(files: list[Path], reading: Reading) -> None:
    for file in files:
        tasks = list(_tasks(file, reading))
        if len(files) == 1 and tasks and not any(isinstance(task, dict) for _, task in tasks):
            raise InputError(f"{file}: holds no tasks of Label Studio; give its JSON or JSON-MIN export.")
        config = config_beside(file)
        for number, task in tasks:
            _read_task(reading, file, number, task, config)


def _tasks(file: Path, reading: Reading) -> Iterator[tuple[int, Any]]:
    """The tasks of a file with their numbers; a single task may stand for itself."""
    content = read_json(file)
    if isinstance(content, dict | list):
        content, halves = without_halves(content, read_text(file))
        if halves:
            reason = "half of a surrogate pair, which is no character, became U+FFFD"
            reading.losses.append(Loss("changed", "text", reason, file.name))
    if isinstance(content, dict):
        if not ("data" in content or label_studio_min.is_minimal(content)):
            keys = ", ".join(content)[:60]
            raise InputError(f"{file}: holds no tasks of Label Studio but one object ({keys!r}); give its JSON export.")
        content = [content]
    if not isinstance(content, list):
        raise InputError(f"{file}: holds {said(content)} and no tasks of Label Studio; give its JSON export.")
    yield from enumerate(content, 1)


def _read_task(reading: Reading, file: Path, number: int, task: Any, config: Config) -> None:
    place = f"{file.name}, task {number}"
    if isinstance(task, dict) and label_studio_min.is_minimal(task):
        task = label_studio_min.task_of(task, config.controls)
    if not isinstance(task, dict) or not isinstance(task.get("data"), dict):
        reading.losses.append(Loss("refused", "document", f"got {said(task)}, expected a task with its data", place))
        return
    task_id = task.get("id")
    if isinstance(task_id, int | str) and not isinstance(task_id, bool):
        place = f"{file.name}, task {said(task_id)}"
    data, names = task["data"], _Names(reading, file, number, task, config, place)
    # annotations were called completions before version 1.0
    for annotation in list_of(task.get("annotations")) or list_of(task.get("completions")):
        _read_annotation(reading, annotation, names, machine=False)
    for prediction in list_of(task.get("predictions")):
        _read_annotation(reading, prediction, names, machine=True)
    if not names.known:
        names.doc_id(None, None)
    for key, value in data.items():
        if key not in names.known and key not in _OURS and value not in (None, ""):
            reading.others[file.name, key, "the posts have no place for what a task says"] += 1
    _count_others(reading, file, task)


def _count_others(reading: Reading, file: Path, holder: Mapping[str, Any]) -> None:
    for key, reason in _ELSE.items():
        if holder.get(key):
            reading.others[file.name, key, reason] += 1


class _Names:
    """The documents of one task: one for each of its texts."""

    def __init__(
        self, reading: Reading, file: Path, number: int, task: Mapping[str, Any], config: Config, place: str
    ) -> None:
        self.reading, self.file, self.number, self.config, self.place = reading, file, number, config, place
        self.task: Mapping[str, Any] = task
        self.data: Mapping[str, Any] = task["data"]
        #: doc_id by key of the data
        self.known: dict[str, str] = {}

    def doc_id(self, to_name: str | None, source: str | None) -> str | None:
        """The document of an object, which is one from now on; None if it shows no text."""
        key = text_key(self.data, to_name, source, self.config)
        if key is None:
            return None
        if key not in self.known:
            self.known[key] = self._document(key)
        return self.known[key]

    def _document(self, key: str) -> str:
        text: str | None = self.data[key]
        given, task_id = self.data.get("doc_id"), self.task.get("id")
        for value in (given, task_id, self.number):
            if isinstance(value, int | str) and not isinstance(value, bool) and (value or value is given):
                doc_id = value if isinstance(value, str) else said(value)
                break
        # the first text of a task has its name, a second one adds its own
        doc_id = doc_id if not self.known else f"{doc_id}/{key}"
        documents = self.reading.documents
        before = documents.get(doc_id)
        if before is not None and before.text != text:
            taken, again = doc_id, 2
            while f"{taken} ({again})" in documents:
                again += 1
            doc_id = f"{taken} ({again})"
            reason = f"another task has the name '{taken[:60]}' and another text"
            self.reading.losses.append(Loss("changed", "doc_id", reason, self.place, doc_id=doc_id))
        lang = text_of(self.data.get("lang")) or text_of(self.data.get("language"))
        documents.setdefault(doc_id, Document(doc_id, text, lang, text_of(self.data.get("title")), self.place))
        return doc_id


def _read_annotation(reading: Reading, one: Any, names: _Names, *, machine: bool) -> None:
    what = "prediction" if machine else "annotation"
    place = f"{names.place}, {what}"
    if not isinstance(one, dict) or not isinstance(one.get("result"), list):
        reading.losses.append(Loss("refused", "annotation", f"got {said(one)}, expected results", place))
        return
    if one.get("id") is not None:
        place += f" {said(one['id'])}"
    _count_others(reading, names.file, one)
    coder = text_of(one.get("model_version")) if machine else _person(one.get("completed_by"))
    if one.get("was_cancelled") is True or one.get("skipped") is True:
        reason = f"it was skipped by its annotator, with {len(one['result'])} results"
        reading.losses.append(Loss("lost", "annotation", reason, place, coder=coder))
        return
    extra = {"ground_truth": "true"} if one.get("ground_truth") is True else {}
    created, score = text_of(one.get("created_at")), number_of(one.get("score"))
    reading.controls.update(
        name for result in one["result"] if isinstance(result, dict) and (name := text_of(result.get("from_name")))
    )
    layers = reading.choices.layers
    for region in regions_of(one["result"], place, reading.losses):
        for coding in region.codings:
            if layers and coding.from_name not in layers:
                continue
            doc_id = names.doc_id(coding.to_name, coding.source)
            if doc_id is None:
                reason = f"'{coding.to_name}' shows no plain text of this task"
                reading.losses.append(Loss("lost", "annotation", reason, place, code=coding.code, coder=coder))
            else:
                draft = Draft(doc_id, coding, region, place, machine, coder, created, score, extra)
                reading.drafts.append(draft)


def _person(value: Any) -> str | None:
    """Who completed an annotation: email, else name, else number."""
    person = mapping_of(value)
    if person:
        name = " ".join(part for key in ("first_name", "last_name") if (part := text_of(person.get(key))))
        value = text_of(person.get("email")) or name or person.get("id")
    return text_of(value) or (str(number) if (number := whole_of(value)) is not None else None)
