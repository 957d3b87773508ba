"""Codings of Label Studio on their way to spans."""

from collections.abc import Mapping
from typing import NamedTuple

from toolkit.exchange.formats.label_studio.results import Coding, Region

__all__ = ["Draft", "Holder", "Work"]


class Work(NamedTuple):
    """What a task and an annotation of it are known by."""

    task: str
    annotation: str


class Holder(NamedTuple):
    """The annotation or prediction that a coding stands in. ``copied``: it was made out of another annotation."""

    place: str
    machine: bool
    coder: str | None
    created: str | None
    score: float | None
    extra: Mapping[str, str]
    copied: bool
    work: Work


class Draft(NamedTuple):
    """A coding on its way to a span."""

    doc_id: str
    coding: Coding
    region: Region
    holder: Holder
