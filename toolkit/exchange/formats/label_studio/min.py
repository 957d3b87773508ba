"""Records of Label Studio's JSON-MIN export as the tasks they were made of.

A record is one annotation: the data of its task, "id", one key per control with results (``from_name``), then
"annotator", "annotation_id", "created_at", "updated_at", "lead_time" (``convert_to_json_min`` in
``label_studio_sdk/converter/converter.py`` of HumanSignal/label-studio-sdk writes them in this order). What a single
choice or a single entry of text was given to is left out there (``prettify_result`` in ``converter/utils.py``), and
so are the names of regions: results of one place are taken as one region.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from toolkit.exchange.json_values import list_of, mapping_of

__all__ = ["is_minimal", "task_of"]

#: What stands behind the results.
_BEHIND = ("annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement", "history")
#: Our own controls that are asked for each region.
_OF_REGIONS = ("stance", "note")


@dataclass
class _Regions:
    """The regions of a record so far, named by their places: all in their order, and the first at each place."""

    names: list[str] = field(default_factory=list)
    first: dict[tuple[int, int], str] = field(default_factory=dict)
    counts: Counter[tuple[int, int]] = field(default_factory=Counter)

    def add(self, place: tuple[int, int]) -> str:
        """A new region; a second one at the same place is another one."""
        self.counts[place] += 1
        name = f"{place}" if self.counts[place] == 1 else f"{place}, {self.counts[place]}"
        self.first.setdefault(place, name)
        self.names.append(name)
        return name


def is_minimal(record: Mapping[str, Any]) -> bool:
    """Is this a record of JSON-MIN and no task?"""
    return "annotation_id" in record and "annotator" in record and "annotations" not in record


def task_of(record: Mapping[str, Any], controls: Mapping[str, str]) -> dict[str, Any]:
    """The task of one record, with one annotation. ``controls``: the tags of controls by name, where they are known."""
    names = list(record)
    first = names.index("id") + 1 if "id" in names else 0
    outputs = names[first : names.index("annotator")]
    if not any(isinstance(record[name], str) for name in names[: first - 1]) and "id" in names:
        # the data had an "id" of its own, so that results do not begin behind it
        outputs = [name for name in names[: names.index("annotator")] if name in controls or _is_result(record[name])]
    data = {name: record[name] for name in names if name not in outputs and name not in (*_BEHIND, "id")}
    regions = _Regions()
    results = [one for name in outputs for one in _results(name, record[name], controls.get(name, ""), regions)]
    task = {name: record[name] for name in ("id", "agreement") if name in record}
    annotation = {name: record[name] for name in ("created_at", "updated_at", "lead_time", "history") if name in record}
    annotation |= {"id": record["annotation_id"], "completed_by": record["annotator"], "result": results}
    return {**task, "data": data, "annotations": [annotation]}


def _is_result(value: Any) -> bool:
    items = value if isinstance(value, list) else [value]
    return bool(items) and all(isinstance(one, dict) and ("choices" in one or "start" in one) for one in items)


def _results(name: str, value: Any, tag: str, regions: _Regions) -> Iterator[dict[str, Any]]:
    """The results of one control as they stand in a task."""
    items = value if isinstance(value, list) else [value]
    # a control has one result in a region: as many plain texts as regions are one each, in their order
    one_each = (
        isinstance(value, list) and len(items) == len(regions.names) and all(isinstance(item, str) for item in items)
    )
    of_only = isinstance(value, str) and len(regions.names) == 1 and name in _OF_REGIONS
    for number, item in enumerate(items):
        if isinstance(item, str):
            kind = "textarea" if tag == "TextArea" or name == "note" else "choices"
            result: dict[str, Any] = {
                "type": kind,
                "from_name": name,
                "value": {"text" if kind == "textarea" else kind: [item]},
            }
            if one_each or of_only:
                result["id"] = regions.names[number]
            elif isinstance(value, list) and len(items) > 1:
                result["of_region"] = True
            yield result
            continue
        inner = dict(mapping_of(item))
        kind = next((key for key in inner if key.endswith("labels") or key in ("choices", "taxonomy")), "")
        if not kind and list_of(inner.get("text")):
            kind = "textarea"
        result = {"type": kind or tag.lower() or "result", "from_name": name, "value": inner}
        if isinstance(inner.get("start"), int) and isinstance(inner.get("end"), int):
            place = (inner["start"], inner["end"])
            labelled = kind.endswith("labels")
            result["id"] = regions.add(place) if labelled else regions.first.get(place, f"{place}")
        yield result
