"""The documents of one task of Label Studio, and what its annotations are known by."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from toolkit.exchange.formats.label_studio.drafts import Work
from toolkit.exchange.formats.label_studio.spans import Reading
from toolkit.exchange.formats.label_studio.texts import Config, text_key
from toolkit.exchange.json_values import said, text_of
from toolkit.exchange.model import Document, Loss

__all__ = ["OURS", "Names"]

#: What the data of a task says of a document.
OURS = ("doc_id", "lang", "language", "title")


class Names:
    """The documents of one task: one for each of its texts."""

    def __init__(
        self, reading: Reading, file: Path, number: int, task: Mapping[str, Any], config: Config, place: str
    ) -> None:
        self.reading, self.file, self.number, self.config, self.place = reading, file, number, config, place
        self.task: Mapping[str, Any] = task
        self.data: Mapping[str, Any] = task["data"]
        #: doc_id by key of the data
        self.known: dict[str, str] = {}

    def work(self, annotation: Mapping[str, Any]) -> Work:
        """What its task and an annotation are known by: their ids, as files of a cloud storage hold one annotation each
        of the same task; where they have none, where they stand."""
        self.reading.read += 1
        task_id, own = self.task.get("id"), annotation.get("id")
        task = f"{self.file}, {self.number}" if task_id is None else repr(task_id)
        return Work(task, f"no id {self.reading.read}" if own is None else repr(own))

    def doc_id(self, to_name: str | None, source: str | None) -> str | None:
        """The document of an object, which is one from now on; None if it shows no text."""
        key = text_key(self.data, to_name, source, self.config)
        if key is None:
            return None
        if key not in self.known:
            self.known[key] = self._document(key)
        return self.known[key]

    def _document(self, key: str) -> str:
        text: str = self.data[key]
        given = self.data.get("doc_id")
        doc_id = str(self.number)
        for value in (given, self.task.get("id")):
            # an empty name is one of ours, a task has none
            if isinstance(value, int | str) and not isinstance(value, bool) and (value != "" or value is given):
                doc_id = value if isinstance(value, str) else said(value)
                break
        # the first text of a task has its name, a second one adds its own
        taken = doc_id if not self.known else f"{doc_id}/{key}"
        reading = self.reading
        known = reading.names.known(taken, text)
        if known is not None:
            return known
        doc_id = reading.names.of(taken, text)
        if doc_id != taken:
            reason = f"another task has the name '{taken[:60]}' and another text"
            reading.losses.append(Loss("changed", "doc_id", reason, self.place, doc_id=doc_id))
        lang = text_of(self.data.get("lang")) or text_of(self.data.get("language"))
        title = text_of(self.data.get("title"))
        reading.documents[doc_id] = Document(doc_id, text, lang, title, self.place)
        return doc_id
