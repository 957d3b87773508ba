"""Exports of Label Studio, or a folder of them, task by task; the format is told in
:mod:`toolkit.exchange.formats.label_studio`.

A project with a target storage writes a file for each annotation, which holds the annotation and in ``task`` its task
(``StorageAnnotationSerializer`` in ``label_studio/io_storages/serializers.py`` of HumanSignal/label-studio).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from toolkit.errors import InputError
from toolkit.exchange.detect import files_of
from toolkit.exchange.formats.label_studio import min as label_studio_min
from toolkit.exchange.formats.label_studio.drafts import Draft, Holder
from toolkit.exchange.formats.label_studio.names import OURS, Names
from toolkit.exchange.formats.label_studio.results import regions_of
from toolkit.exchange.formats.label_studio.spans import Reading, found_in
from toolkit.exchange.formats.label_studio.texts import Config, config_beside
from toolkit.exchange.inputs import read_json
from toolkit.exchange.json_values import list_of, mapping_of, number_of, said, text_of, whole_of
from toolkit.exchange.model import Choices, Found, Loss

__all__ = ["read"]

#: What else stands in tasks and annotations, and why it is not taken in.
_ELSE = {
    "drafts": "drafts are not submitted yet",
    "reviews": "reviews have no place in our table",
    "history": "earlier versions have no place in our table",
    "lead_time": "how long it took has no place in our table",
    "agreement": "agreement is computed from the annotations",
    "meta": "has no place in our table",
}


def read(path: Path, choices: Choices) -> Found:
    """What stands in an export, or in all exports in a folder; files in it that are none are refused one by one.

    Raises :class:`InputError` for what is no JSON, or holds no task.
    """
    files = files_of(path, (".json",)) if path.is_dir() else [path]
    if not files:
        raise InputError(f"{path}: holds no file that ends in .json.")
    reading = Reading(choices)
    refused: list[InputError] = []
    try:
        for file in files:
            try:
                tasks = _tasks(file)
            except InputError as error:
                refused.append(error)
                reading.losses.append(Loss("refused", "document", str(error).rstrip("."), file.name))
                continue
            config = config_beside(file)
            reading.configs.append(config)
            for number, task in enumerate(tasks, 1):
                _read_task(reading, file, number, task, config)
        if len(refused) == len(files):
            raise refused[0]
        return found_in(reading)
    except RecursionError as error:
        raise InputError(f"{path}: is JSON nested too deep to be read.") from error


def _tasks(file: Path) -> list[Any]:
    """The tasks of a file; a single task may stand for itself. InputError where it is no export."""
    content = read_json(file)
    if isinstance(content, dict):
        if not ("data" in content or label_studio_min.is_minimal(content) or _is_stored(content)):
            keys = ", ".join(content)[:60]
            raise InputError(f"{file}: holds no tasks of Label Studio but one object ({keys!r}); give its JSON export.")
        content = [content]
    if not isinstance(content, list):
        raise InputError(f"{file}: holds {said(content)} and no tasks of Label Studio; give its JSON export.")
    if content and not any(isinstance(task, dict) for task in content):
        raise InputError(f"{file}: holds no tasks of Label Studio; give its JSON or JSON-MIN export.")
    return content


def _is_stored(record: Mapping[str, Any]) -> bool:
    """Is this an annotation with its task, as in a cloud storage?"""
    return isinstance(record.get("result"), list) and "data" in mapping_of(record.get("task"))


def _read_task(reading: Reading, file: Path, number: int, task: Any, config: Config) -> None:
    place = f"{file.name}, task {number}"
    if isinstance(task, dict) and label_studio_min.is_minimal(task):
        task = label_studio_min.task_of(task, config.controls)
    elif isinstance(task, dict) and "data" not in task and _is_stored(task):
        annotation = {name: value for name, value in task.items() if name != "task"}
        task = {**task["task"], "annotations": [annotation]}
    if not isinstance(task, dict) or not isinstance(task.get("data"), dict):
        reading.losses.append(Loss("refused", "document", f"got {said(task)}, expected a task with its data", place))
        return
    task_id = task.get("id")
    if isinstance(task_id, int | str) and not isinstance(task_id, bool):
        place = f"{file.name}, task {said(task_id)}"
    data, names = task["data"], Names(reading, file, number, task, config, place)
    # annotations were called completions before version 1.0
    for annotation in list_of(task.get("annotations")) or list_of(task.get("completions")):
        _read_annotation(reading, annotation, names, machine=False)
    for prediction in list_of(task.get("predictions")):
        _read_annotation(reading, prediction, names, machine=True)
    if not names.known:
        names.doc_id(None, None)
    for key, value in data.items():
        if key not in names.known and key not in OURS and value not in (None, ""):
            reading.others[file.name, key, "the posts have no place for what a task says"] += 1
    _count_others(reading, file, task)


def _count_others(reading: Reading, file: Path, holder: Mapping[str, Any]) -> None:
    for key, reason in _ELSE.items():
        if holder.get(key):
            reading.others[file.name, key, reason] += 1


def _read_annotation(reading: Reading, one: Any, names: Names, *, machine: bool) -> None:
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
    reading.controls.update(
        name for result in one["result"] if isinstance(result, dict) and (name := text_of(result.get("from_name")))
    )
    regions = regions_of(one["result"], place, reading.losses)
    score = number_of(one.get("score")) if machine else None
    if score is not None and (len(regions) != 1 or regions[0].score not in (None, score)):
        # it says how good all of them are together, not each
        reason = f"the score of a whole prediction, with {len(regions)} regions, is not the score of each"
        reading.losses.append(Loss("lost", "score", reason, place, coder=coder, value=repr(score)))
        score = None
    copied = one.get("parent_annotation") is not None
    holder = Holder(place, machine, coder, text_of(one.get("created_at")), score, extra, copied, names.work(one))
    layers = reading.choices.layers
    for region in regions:
        for coding in region.codings:
            if layers and coding.from_name not in layers:
                continue
            doc_id = names.doc_id(coding.to_name, coding.source)
            if doc_id is None:
                reason = f"'{coding.to_name}' shows no plain text of this task"
                reading.losses.append(Loss("lost", "annotation", reason, place, code=coding.code, coder=coder))
            else:
                reading.drafts.append(Draft(doc_id, coding, region, holder))


def _person(value: Any) -> str | None:
    """Who completed an annotation: email, else name, else number."""
    person = mapping_of(value)
    if person:
        name = " ".join(part for key in ("first_name", "last_name") if (part := text_of(person.get(key))))
        value = text_of(person.get("email")) or name or person.get("id")
    return text_of(value) or (str(number) if (number := whole_of(value)) is not None else None)
