"""Checked settings: pydantic models that refuse what they do not know, with errors a reader can act on."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from toolkit.errors import InputError, suggestion

__all__ = ["StrictModel", "validate"]


class StrictModel(BaseModel):
    """A record whose unknown keys, wrong types and values out of range are errors.

    >>> from toolkit.schema import validate
    >>> class Settings(StrictModel):
    ...     topics: int = 4
    >>> validate(Settings, {"topics": 6}, "study.toml").topics
    6
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, str_strip_whitespace=False)


Model = TypeVar("Model", bound=StrictModel)


def validate(model: type[Model], data: Any, where: str) -> Model:
    """``data`` as a ``model``; every problem becomes one sentence that starts with ``where``.

    Raises :class:`InputError` with one line per problem: the key, what was got, what is allowed, and for an
    unknown key the nearest valid one.

    >>> from toolkit.schema import StrictModel
    >>> class Settings(StrictModel):
    ...     topics: int = 4
    >>> validate(Settings, {"topcs": 6}, "study.toml")
    Traceback (most recent call last):
        ...
    toolkit.errors.InputError: study.toml: unknown key 'topcs'; did you mean 'topics'?
    """
    if not isinstance(data, Mapping):
        raise InputError(f"{where}: expected keys and values, got {_shown(data)}.")
    try:
        # read as JSON: lists fill tuples and dates are text, while "5" for 5 is still refused
        text = json.dumps(_plain(data), default=str)
    except ValueError as error:  # a number of thousands of digits
        raise InputError(f"{where}: cannot be read: {str(error).split(';')[0]}; write a smaller number.") from error
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        found = error.errors(include_url=False)
        places = [problem["loc"] for problem in found]
        # "too few items" about a list whose items are the problem would be a second, false line
        found = [
            one for one in found if not any(p != one["loc"] and p[: len(one["loc"])] == one["loc"] for p in places)
        ]
        problems = [_sentence(model, problem) for problem in found]
        raise InputError("\n".join(f"{where}: {problem}" for problem in problems[:20])) from error


def _plain(value: Any) -> Any:
    """The value with all keys as text, as JSON wants them (YAML has dates and numbers as keys too)."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value


def _sentence(model: type[BaseModel], problem: Mapping[str, Any]) -> str:
    location, kind, got = problem["loc"], problem["type"], problem.get("input")
    key = ".".join(str(part) for part in location) or "the whole"
    context = problem.get("ctx", {})
    if kind == "extra_forbidden":
        return f"unknown key '{key}'; {suggestion(str(location[-1]), _fields_at(model, location[:-1]))}"
    if kind == "missing":
        return f"the key '{key}' is missing."
    if kind == "value_error":
        return f"key '{key}': {context.get('error', problem['msg'])}"
    if kind == "too_short":
        least = context["min_length"]
        return f"key '{key}': got {_shown(got)}, allowed is a list of at least {least} item{'s' if least > 1 else ''}."
    if kind == "model_type":
        return f"key '{key}': got {_shown(got)}, allowed is a table of keys and values."
    allowed = problem["msg"].replace("Input should be ", "").replace("Value should have ", "")
    return f"key '{key}': got {_shown(got)}, allowed is {allowed}."


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _fields_at(model: Any, location: tuple[Any, ...]) -> list[str]:
    """The field names valid at a place of a nested model."""
    for part in location:
        if isinstance(part, int):
            continue
        if isinstance(model, type) and issubclass(model, BaseModel) and part in model.model_fields:
            model = _inner(model.model_fields[part].annotation)
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _inner(annotation: Any) -> Any:
    """The model inside ``tuple[Code, ...]``, ``dict[str, Code]`` or ``Code | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        found = _inner(argument)
        if found is not None:
            return found
    return None
