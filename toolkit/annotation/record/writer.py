"""Who writes to a log: a small file beside it names the session, so that two windows of one coder are noticed."""

import json
import os
import secrets
import socket
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from toolkit.errors import InputError
from toolkit.files import write_text

__all__ = ["Elsewhere", "Writer"]


class Elsewhere(InputError):
    """Somebody else has written, or taken over, this log."""


class Writer:
    """This session's claim to write to the log at ``log``; the caller holds the log's lock."""

    def __init__(self, log: Path) -> None:
        self._coder = log.stem
        self._path = log.with_suffix(".writer")
        self.session = secrets.token_hex(4)

    def other(self) -> str:
        """Who else writes here, as a sentence; empty if nobody who can still be alive does.

        On this machine that is known. A session on another machine counts as alive: only the person can tell.
        """
        token = self._token()
        if token is None or token.get("session") == self.session:
            return ""
        here = token.get("host") == socket.gethostname()
        # the same kernel: its cell was run again, which ends the window above
        if here and (token.get("pid") == os.getpid() or not _alive(token.get("pid"), token.get("started"))):
            return ""
        place = "in another notebook on this machine" if here else f"on the machine '{str(token.get('host'))[:60]}'"
        return (
            f"{self._coder} is open {place} since {str(token.get('since'))[:20]}; close it there, or take over and "
            "work here (nothing is lost; the other window stops writing)."
        )

    def claim(self) -> None:
        """Write our name."""
        token = {
            "session": self.session,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "started": psutil.Process().create_time(),
            "since": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        }
        write_text(self._path, json.dumps(token) + "\n")

    def check(self) -> None:
        """Raise :class:`Elsewhere` if somebody else's name stands there; where none does (the file was tidied away),
        write ours again."""
        token = self._token()
        if token is None:
            self.claim()
        elif token.get("session") != self.session:
            raise Elsewhere(f"{self._coder} is now open in another window; this one no longer writes. Take over here?")

    def release(self) -> None:
        """Take our name away, if it is ours."""
        token = self._token()
        if token is not None and token.get("session") == self.session:
            with suppress(OSError):  # the name then stays, of a session that no longer lives
                self._path.unlink(missing_ok=True)

    def _token(self) -> dict[str, Any] | None:
        """What the file says; one that is missing or damaged says nothing."""
        try:
            token = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return None
        return token if isinstance(token, dict) and {"session", "host", "pid"} <= token.keys() else None


def _alive(pid: Any, started: Any) -> bool:
    """Is it the process it was? Numbers of processes are given again."""
    if not isinstance(pid, int) or not isinstance(started, int | float):
        return False
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and abs(process.create_time() - started) < 2
    except psutil.AccessDenied:
        return True
    except (psutil.Error, ValueError, OverflowError):
        return False
