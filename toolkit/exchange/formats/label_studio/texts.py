"""Where in a Label Studio task the text stands that was annotated."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from toolkit.errors import InputError
from toolkit.exchange.inputs import read_xml
from toolkit.exchange.json_values import is_link

__all__ = ["Config", "config_beside", "text_key"]

#: Tags that show a plain text.
_PLAIN = ("Text", "Header")
#: The longest configuration that is read; one for 1,000 codes has 0.1 MB.
_MOST = 4_000_000


class Config(NamedTuple):
    """The labelling configuration: tags by name of controls, and (tag, data key) by name of objects."""

    controls: Mapping[str, str]
    objects: Mapping[str, tuple[str, str]]


def config_beside(path: Path) -> Config:
    """The configuration that stands beside an export: NAME.xml or label_config.xml; an empty one where there is none.

    Exports do not hold it; a project's settings show it, and we write it beside for codebooks.
    """
    for name in (f"{path.stem}.xml", "label_config.xml"):
        file = path.with_name(name)
        if not file.is_file():
            continue
        try:
            root = read_xml(file, _MOST)
        except InputError:
            continue
        if root.tag != "View":
            continue
        controls, objects = {}, {}
        for tag in root.iter():
            given = str(tag.get("name") or "")
            if given and tag.get("toName"):
                controls[given] = str(tag.tag)
            elif given and str(tag.get("value") or "").startswith("$"):
                objects[given] = (str(tag.tag), str(tag.get("value"))[1:])
        return Config(controls, objects)
    return Config({}, {})


def text_key(data: Mapping[str, Any], to_name: str | None, source: str | None, config: Config) -> str | None:
    """The key of the data that holds the text of the object ``to_name``, or None if it shows no plain text.

    In this order: what the configuration says; the ``source`` of a prediction ("$text"); the key of the same name as
    the object; "text"; the only text that is no link and holds white space; the only one that is no link.
    """
    if to_name is not None and to_name in config.objects:
        tag, named = config.objects[to_name]
        return named if tag in _PLAIN and isinstance(data.get(named), str) else None
    for key in ((source or "")[1:] if (source or "").startswith("$") else None, to_name):
        if key and key in data:
            value = data[key]
            return key if isinstance(value, str) and (key == "text" or not is_link(value)) else None
    if isinstance(data.get("text"), str):
        return "text"
    ours = ("doc_id", "lang", "language", "title", "id")
    texts = [key for key, value in data.items() if isinstance(value, str) and key not in ours and not is_link(value)]
    for some in ([key for key in texts if len(data[key].split()) > 1], texts):
        if len(some) == 1:
            return some[0]
    return None
