"""A language model behind a chat endpoint as a coder of the user's own: off unless configured."""

import json
import warnings
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from tqdm import tqdm

from toolkit.cache import key_of, load_arrays, store_arrays
from toolkit.codebook import Codebook
from toolkit.errors import InputError, suggestion
from toolkit.principles.chat import ask, checked_address
from toolkit.principles.prompt import BadAnswer, Prompt, sendable

__all__ = ["EndpointCoder"]

#: Characters of a passage that are sent; the same as cues are looked for in.
LONGEST = 20_000


@dataclass(eq=False)
class EndpointCoder:
    """Code passages with a model behind an OpenAI-compatible chat endpoint, local ones first of all.

    Give it to :func:`~toolkit.principles.callables.as_coder` or call it. The codebook stands in the prompt
    (``toolkit/data/prompts/coding.yaml``) with the passage and its neighbours; texts are framed and declared to be
    material, which makes it harder, not impossible, for a text to steer the model. ``score`` is what the model says
    of its own sureness: no calibrated probability.

    Parameters
    ----------
    url : base address, for example ``http://localhost:11434/v1``; there is no default.
    model : the model's name on that server.
    timeout : seconds for one answer.
    retries : how often a timeout, a broken connection or a busy server is tried again.
    cache : keep answers in the user's cache folder by their content (address, model and whole prompt), so that a
        broken run goes on where it stopped and a repeated one gives the same codes.
    workers : questions asked at a time; changes the time and, with a deterministic server, no result.
    allow_remote : let texts leave this machine, for a host that is another one. No proxy is used.
    api_key : sent as a bearer token; never stored or shown.
    guide : "full": the whole codebook (``cluetrain``: 33,000 characters), or "short": names, definitions and stances
        only (5,600). The server's context window must hold it; some cut silently what is longer (Ollama: set
        OLLAMA_CONTEXT_LENGTH).
    structured : ask the server to hold the answer to a JSON schema.
    bad_answers : an answer that is no JSON of the form asked for, or has an unknown code, is sent back once with
        the reason. If the second is bad too: "refuse" raises, "leave_out" goes on with a warning and lists the
        passage in ``left_out``.
    lang : language of the codebook's texts in the prompt.
    seed : sent with the temperature 0.
    progress : in a terminal, show how many passages were answered, after two seconds.

    Raises
    ------
    InputError
        for an address or option that is not allowed; when called, for a server that cannot be reached, refuses, or
        answers what cannot be used.

    Examples
    --------
    Nothing is sent before the coder is called.

    >>> coder = EndpointCoder("http://localhost:11434/v1", "a-model")
    >>> coder.name
    'endpoint:a-model'
    """

    url: str
    model: str
    _: KW_ONLY
    timeout: float = 120.0
    retries: int = 2
    cache: bool = True
    workers: int = 1
    allow_remote: bool = False
    api_key: str | None = field(default=None, repr=False)
    guide: Literal["full", "short"] = "full"
    structured: bool = True
    bad_answers: Literal["refuse", "leave_out"] = "refuse"
    lang: str = "en"
    seed: int = 0
    progress: bool = True
    #: passage_id to the reason, of the passages that the last call left without an answer.
    left_out: dict[str, str] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        self._address = checked_address(self.url, allow_remote=self.allow_remote)
        if not (isinstance(self.model, str) and self.model.isprintable() and 0 < len(self.model.strip()) <= 70):
            raise InputError("model: give the model's name on the server, 1 to 70 characters on one line.")
        if not 0 < self.timeout <= 86_400:
            raise InputError(f"timeout: got {self.timeout}, expected seconds above 0, at most a day.")
        for name, value, least, most in (("retries", self.retries, 0, 20), ("workers", self.workers, 1, 64)):
            if not least <= value <= most:
                raise InputError(f"{name}: got {value}, allowed is {least} to {most}.")
        choices = {"guide": ("full", "short"), "bad_answers": ("refuse", "leave_out")}
        for name, allowed in choices.items():
            if getattr(self, name) not in allowed:
                raise InputError(f"{name}: got '{getattr(self, name)}'; {suggestion(getattr(self, name), allowed)}")
        if self.api_key is not None and not (self.api_key.isascii() and self.api_key.isprintable()):
            raise InputError("api_key: expected printable ASCII characters on one line.")

    @property
    def name(self) -> str:
        """What annotations call this coder."""
        return f"endpoint:{self.model}"

    def __call__(self, passages: pd.DataFrame, codebook: Codebook) -> list[dict[str, Any]]:
        """The codes of each passage; see :func:`~toolkit.principles.callables.coded_by` for the columns."""
        prompt = Prompt(
            codebook, self.model, lang=self.lang, full=self.guide == "full", structured=self.structured, seed=self.seed
        )
        rows = [row for row in passages.to_dict("records") if row["text"].strip()]
        found: dict[int, list[dict[str, Any]]] = {}
        self.left_out = {}
        bar = tqdm(total=len(rows), desc=self.name, delay=2, disable=None if self.progress else True, leave=False)
        pool = ThreadPoolExecutor(self.workers)
        try:
            with bar:
                waiting = {pool.submit(self._codes, prompt, row): number for number, row in enumerate(rows)}
                for future in as_completed(waiting):
                    number = waiting[future]
                    passage = str(rows[number]["passage_id"])
                    try:
                        found[number] = [{"passage_id": passage, **one} for one in future.result()]
                    except BadAnswer as bad:
                        if self.bad_answers == "refuse":
                            raise InputError(
                                f"passage '{passage}': the model '{self.model}' gave no usable answer, asked twice: "
                                f"{bad} Use another model, or bad_answers='leave_out'."
                            ) from bad
                        self.left_out[passage] = str(bad)
                    bar.update()
        finally:
            # what was not asked yet is not asked when something went wrong or the user stops
            pool.shutdown(cancel_futures=True)
        if self.left_out:
            self.left_out = dict(sorted(self.left_out.items()))
            warnings.warn(
                f"{self.name} gave no usable answer for {len(self.left_out)} of {len(rows)} passages, which have no "
                f"code now; first '{next(iter(self.left_out))}', all in left_out.",
                stacklevel=2,
            )
        return [one for number in sorted(found) for one in found[number]]

    def _codes(self, prompt: "Prompt", row: Mapping[Any, Any]) -> list[dict[str, Any]]:
        """The codes of one passage: from the cache, from the model, or from the model's second try."""
        text = sendable(row["text"])[:LONGEST]
        messages = prompt.messages(row, text)
        body = prompt.body(messages)
        key = key_of([self._address, json.dumps(body, sort_keys=True)])
        if self.cache and (kept := _stored(key)) is not None:
            try:
                return prompt.parsed(kept, text)
            except BadAnswer:
                pass
        answer = self._ask(body)
        try:
            codes = prompt.parsed(answer, text)
        except BadAnswer as bad:
            again = prompt.again(str(bad))
            answer = self._ask(prompt.body([*messages, {"role": "assistant", "content": answer[:4_000]}, again]))
            codes = prompt.parsed(answer, text)
        if self.cache:
            store_arrays("endpoint", key, {"answer": np.frombuffer(answer.encode("utf-8", "replace"), np.uint8)})
        return codes

    def _ask(self, body: dict[str, Any]) -> str:
        return ask(self._address, body, api_key=self.api_key, timeout=self.timeout, retries=self.retries)


def _stored(key: str) -> str | None:
    """An answer kept under a key; array files serve, since they are checked when read and replaced whole."""
    arrays = load_arrays("endpoint", key)
    if arrays is None or "answer" not in arrays:
        return None
    return arrays["answer"].astype(np.uint8).tobytes().decode("utf-8", "replace")
