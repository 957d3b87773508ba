"""What a chat model is asked about a passage, and what its answer means."""

import re
from collections.abc import Mapping
from typing import Any

from toolkit.cache import key_of
from toolkit.codebook import Codebook
from toolkit.codebook.schema import in_language
from toolkit.files import read_yaml
from toolkit.principles.chat import strict_json
from toolkit.resources import data_file
from toolkit.tables import STANCES

__all__ = ["BadAnswer", "Prompt", "sendable"]

#: Characters of each neighbour and of the heading: some five sentences.
_CONTEXT = 600
#: Tokens of an answer: all 14 codes of ``cluetrain`` with a quote of 180 characters each are 3,900 characters.
_MOST_TOKENS = 2_000
_FENCED = re.compile(r"```(?:json)?\s*(.*?)\s*```", re.DOTALL | re.IGNORECASE)
_KEYS = ("code", "stance", "score", "quote")


class BadAnswer(Exception):
    """An answer that cannot be used, and why."""


class Prompt:
    """What is asked with one codebook, and what answers to it mean."""

    def __init__(self, codebook: Codebook, model: str, *, lang: str, full: bool, structured: bool, seed: int) -> None:
        import jinja2

        self._model, self._structured, self._seed = model, structured, seed
        self._codes = codebook.code_ids
        self._most = len(codebook.codes) if codebook.multi_label else 1
        defined: list[tuple[str, str, str]] = [
            (stance.id, in_language(stance.name, lang), in_language(stance.definition, lang))
            for stance in codebook.stances
        ]
        stances = defined or [(stance, "", "") for stance in STANCES]
        self._stances = [stance for stance, *_ in stances]
        # texts go in as values and are never read as templates
        environment = jinja2.Environment(
            autoescape=False, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        texts = read_yaml(data_file("prompts", "coding.yaml"))
        self._user, self._again = (environment.from_string(texts[name]) for name in ("user", "again"))
        self._system = environment.from_string(texts["system"]).render(
            _view(codebook, lang, full=full), stances=stances
        )

    def messages(self, row: Mapping[Any, Any], text: str) -> list[dict[str, str]]:
        """System and user message for one passage."""
        context = {name: sendable(str(row.get(name) or "")).strip() for name in ("heading", "before", "after")}
        context["before"] = context["before"][-_CONTEXT:]
        context |= {name: context[name][:_CONTEXT] for name in ("heading", "after")}
        # no text can hold its own digest, so none can close its frame
        mark = key_of([*context.values(), text])[:12]
        user = self._user.render(**context, text=text, mark=mark, lang=row.get("lang") or "")
        return [{"role": "system", "content": self._system}, {"role": "user", "content": user.strip()}]

    def again(self, problem: str) -> dict[str, str]:
        """The message that sends an answer back."""
        return {"role": "user", "content": self._again.render(problem=problem).strip()}

    def body(self, messages: list[dict[str, str]]) -> dict[str, Any]:
        """The request."""
        body: dict[str, Any] = {
            **{"model": self._model, "messages": messages, "temperature": 0, "seed": self._seed},
            **{"max_tokens": _MOST_TOKENS, "stream": False},
        }
        if self._structured:
            schema = _schema(self._codes, self._stances, self._most)
            form = {"name": "codes", "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": form}
        return body

    def parsed(self, answer: str, text: str) -> list[dict[str, Any]]:
        """The codes of an answer, or :class:`BadAnswer` with the reason as a sentence."""
        fenced = _FENCED.fullmatch(answer.strip())
        try:
            value = strict_json(fenced[1] if fenced else answer)
        except ValueError as error:
            raise BadAnswer(f"it is not JSON ({str(error)[:120]}).") from error
        given = value.get("codes") if isinstance(value, dict) and set(value) == {"codes"} else None
        if not isinstance(given, list):
            raise BadAnswer('it is not of the form {"codes": [...]}.')
        if len(given) > self._most:
            raise BadAnswer(f"it gives {len(given)} codes; at most {self._most} are allowed.")
        rows = [self._row(one, text) for one in given]
        codes = [row["code"] for row in rows]
        double = next((code for number, code in enumerate(codes) if code in codes[:number]), None)
        if double:
            raise BadAnswer(f"it gives the code '{double}' twice.")
        return rows

    def _row(self, one: Any, text: str) -> dict[str, Any]:
        if not isinstance(one, dict) or not {"code", "stance"} <= set(one) <= set(_KEYS):
            raise BadAnswer(f"each code must be an object with the keys {', '.join(_KEYS)}.")
        code, stance, score, quote = (one.get(key) for key in _KEYS)
        if code not in self._codes:
            raise BadAnswer(f"the code {str(code)[:60]!r} is not in the codebook.")
        if stance not in self._stances:
            raise BadAnswer(f"the stance {str(stance)[:60]!r} is none of {', '.join(self._stances)}.")
        if score is not None and (isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1):
            raise BadAnswer(f"the score {str(score)[:60]!r} is no number from 0 to 1.")
        if quote is not None and not isinstance(quote, str):
            raise BadAnswer("the quote is no text.")
        row = {"code": code, "stance": stance, "score": score}
        start = text.find(quote) if quote else -1
        if start >= 0 and quote:
            row["cues"] = [{"cue": quote, "start": start, "end": start + len(quote)}]
        elif quote:
            row["note"] = "the words the model quotes do not stand in the passage"
        return row


def sendable(text: str) -> str:
    """A text in characters that UTF-8 has, as many as before."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _schema(codes: list[str], stances: list[str], most: int) -> dict[str, Any]:
    """The form of an answer as a JSON schema; every key required, as strict servers want."""
    one = {
        "code": {"type": "string", "enum": codes},
        "stance": {"type": "string", "enum": stances},
        "score": {"type": "number", "minimum": 0, "maximum": 1},
        "quote": {"type": "string"},
    }
    item = {"type": "object", "properties": one, "required": list(_KEYS), "additionalProperties": False}
    return {
        "type": "object",
        "properties": {"codes": {"type": "array", "maxItems": most, "items": item}},
        "required": ["codes"],
        "additionalProperties": False,
    }


def _view(codebook: Codebook, lang: str, *, full: bool) -> dict[str, Any]:
    """What the prompt says of a codebook, in a language or the first one it has."""

    def listed(lists: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
        return (lists.get(lang) or next(iter(lists.values()), ())) if full else ()

    return {
        "title": in_language(codebook.title, lang),
        "version": f"{codebook.id} {codebook.version}",
        "description": in_language(codebook.description, lang),
        "multi_label": codebook.multi_label,
        "rules": [in_language(rule, lang) for rule in codebook.rules] if full else [],
        "codes": [
            {
                "id": code.id,
                "name": in_language(code.name, lang),
                "definition": in_language(code.definition, lang),
                "include": listed(code.include),
                "exclude": listed(code.exclude),
                "contrasts": [(other, in_language(words, lang)) for other, words in code.contrasts.items() if full],
            }
            for code in codebook.codes
        ],
    }
