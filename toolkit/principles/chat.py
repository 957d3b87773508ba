"""One question to a chat endpoint with the interface of OpenAI's: checked address, bounded answer, clear errors."""

import http.client
import ipaddress
import json
import socket
import time
import urllib.error
import urllib.request
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn
from urllib.parse import urlsplit

from toolkit.errors import InputError
from toolkit.printable import printable

__all__ = ["ask", "checked_address", "strict_json"]

#: Bytes of an answer that are read: a code with its quote takes some 200, a verbose server's frame a few thousand.
MOST_BYTES = 1_000_000
#: Seconds waited before a request is repeated, at most, whatever the server asks for.
LONGEST_WAIT = 60.0
#: Statuses that may pass (RFC 9110, section 15): too many requests, server errors.
_PASSING = (429, 500, 502, 503, 504)
_KEPT = "answers so far are kept where cache is on, so running again goes on from there"


class _Again(Exception):
    """Something that may pass: message, and the seconds the server asks to wait, if any."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirection: texts go to the address given and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        """Nothing; the answer is then an error with its status."""


def checked_address(url: str, *, allow_remote: bool) -> str:
    """The address of chat completions below a base URL such as ``http://localhost:11434/v1``.

    Raises :class:`InputError` for anything but http and https, for addresses with a user, a query or no host, and
    for hosts that are not this machine (localhost, 127.0.0.0/8, ::1) unless ``allow_remote``.
    """
    shown = printable(str(url))[:200]
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except (ValueError, AttributeError, TypeError) as error:
        raise InputError(f"url: got '{shown}', which is no address: {error}.") from error
    if parts.scheme not in ("http", "https") or not host or any(c.isspace() or ord(c) < 32 for c in url):
        raise InputError(f"url: got '{shown}', expected http:// or https:// and a host, as http://localhost:11434/v1.")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise InputError("url: give the address without user, query or fragment; a key goes into api_key=.")
    if not allow_remote and not _is_here(host):
        raise InputError(
            f"url: '{host}' is not this machine, and the texts would leave it; if you may send them there, give "
            "allow_remote=True."
        )
    path = parts.path.rstrip("/")
    path = path if path.endswith("/chat/completions") else f"{path}/chat/completions"
    return f"{parts.scheme}://{parts.netloc}{path}"


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def ask(address: str, body: dict[str, Any], *, api_key: str | None, timeout: float, retries: int) -> str:
    """The text a chat model answers; no proxy, no redirection.

    Timeouts, broken connections and the statuses 429 and 5xx are tried again ``retries`` times, after the seconds
    the server asks for (at most :data:`LONGEST_WAIT`), else after 1, 2, 4 ...

    Raises :class:`InputError` saying what happened and what to do.
    """
    for attempt in range(retries + 1):
        try:
            return _content(_post(address, body, api_key, timeout), address)
        except _Again as again:
            wait = 2.0**attempt if again.wait is None else again.wait
            if attempt == retries or wait > LONGEST_WAIT:
                later = f" It asks to wait {wait:.0f} seconds." if again.wait else ""
                raise InputError(f"{again}{later}") from again
            time.sleep(wait)
    raise AssertionError  # pragma: no cover - the last attempt returns or raises


def strict_json(text: str | bytes) -> Any:
    """JSON without NaN and Infinity, which are no JSON; ValueError for what is none."""

    def refuse(name: str) -> NoReturn:
        raise ValueError(f"{name} is no JSON")

    try:
        return json.loads(text, parse_constant=refuse)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _post(address: str, body: dict[str, Any], api_key: str | None, timeout: float) -> bytes:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if api_key:
        headers["Authorization"] = f"Bearer {api_key}"
    request = urllib.request.Request(address, json.dumps(body).encode("ascii"), headers, method="POST")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay())
    slow = f"{address} gave no answer within {timeout:g} seconds; give a longer timeout= or a smaller model ({_KEPT})."
    try:
        with opener.open(request, timeout=timeout) as response:
            return _read(response, time.monotonic() + timeout)
    except urllib.error.HTTPError as error:
        with error:
            _refused(address, error)
    except TimeoutError as error:
        raise _Again(slow) from error
    except urllib.error.URLError as error:
        reason = error.reason
        if isinstance(reason, TimeoutError):
            raise _Again(slow) from error
        if isinstance(reason, ConnectionRefusedError):
            raise InputError(f"{address}: the connection was refused; start the server, or correct the url.") from error
        if isinstance(reason, socket.gaierror):
            raise InputError(f"{address}: the host is not known; correct the url.") from error
        if isinstance(reason, ConnectionError):
            raise _Again(f"{address}: the connection broke ({reason}); see the server's log ({_KEPT}).") from error
        raise InputError(f"{address}: cannot be reached: {printable(str(reason))[:200]}.") from error
    except (http.client.HTTPException, ConnectionError) as error:
        problem = printable(str(error))[:200] or type(error).__name__
        raise _Again(f"{address}: the connection broke ({problem}); see the server's log ({_KEPT}).") from error


def _read(response: http.client.HTTPResponse, deadline: float) -> bytes:
    """The body in pieces, so that neither an endless nor a dripping answer is waited for."""
    parts, size = [], 0
    while part := response.read1(65_536):
        size += len(part)
        if size > MOST_BYTES:
            raise InputError(f"the answer has more than {MOST_BYTES:,} bytes; is this a chat endpoint?")
        if time.monotonic() > deadline:
            raise TimeoutError
        parts.append(part)
    return b"".join(parts)


def _refused(address: str, error: urllib.error.HTTPError) -> NoReturn:
    """An error status as a sentence."""
    try:
        raw = error.read(2_000).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        raw = ""
    said = " ".join(printable(raw).split())[:200]
    said = f" It says: {said}" if said else ""
    status = error.code
    if status in _PASSING:
        what = "takes no more requests for now" if status == 429 else f"has an error of its own ({status})"
        raise _Again(f"{address} {what}; try later, with fewer workers= ({_KEPT}).{said}", _wait(error)) from error
    if status in (401, 403):
        raise InputError(f"{address} refuses access ({status}); give the right api_key=.{said}") from error
    if status == 404:
        raise InputError(f"{address}: no such address or model (404); correct url= or model=.{said}") from error
    if 300 <= status < 400:
        raise InputError(f"{address} sends on to another address ({status}), which is not followed; give that one.")
    hint = ""
    if any(word in raw for word in ("response_format", "json_schema", "grammar")):
        hint = " If it knows no JSON schemas, give structured=False."
    raise InputError(f"{address} refuses the request ({status}).{hint}{said}") from error


def _wait(error: urllib.error.HTTPError) -> float | None:
    """The seconds of a Retry-After header, given as a number or a date (RFC 9110, section 10.2.3)."""
    value = error.headers.get("Retry-After")
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value.strip()[:9])
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


def _content(raw: bytes, address: str) -> str:
    """The model's words in the frame the endpoint puts around them."""
    try:
        frame = strict_json(raw)
    except ValueError as error:
        shown = printable(raw[:80].decode("utf-8", "replace"))
        raise InputError(f"{address}: the answer is not JSON ({shown!r}); is this a chat endpoint?") from error
    try:
        content = frame["choices"][0]["message"]["content"]
    except (LookupError, TypeError):
        content = None
    if not isinstance(content, str):
        raise InputError(f"{address}: the answer has no choices[0].message.content; is this a chat endpoint?")
    return content
