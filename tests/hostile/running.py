"""A command of the toolkit in a process of its own: what it said, what it made, how long it took, how much memory.

Processes are forked from one that has the usual modules loaded, so that a hundred of them cost seconds.
"""

import contextlib
import io
import multiprocessing
import os
import re
import resource
import sys
import time
import traceback
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from toolkit.printable import printable

__all__ = ["MAX_MEGABYTES", "MAX_SECONDS", "Ran", "problems_of", "run"]

#: What one input may cost. Libraries alone take 200 to 400 MB.
MAX_SECONDS, MAX_MEGABYTES = 60, 1_500
_LONGEST_SENTENCE = 600
#: Addresses a process may ask for; what it does not touch costs nothing.
_ADDRESSES = 10_000_000_000
_LOADED = ["toolkit.cli", "toolkit.loading", "toolkit.converting", "toolkit.settings", "toolkit.codebook", "lxml.etree"]


@dataclass(frozen=True)
class Ran:
    """A command that has ended, or was ended: ``status`` None."""

    status: int | None
    out: str
    err: str
    seconds: float
    megabytes: float
    made: list[str] = field(default_factory=list)


def run(arguments: list[str], folder: Path, seconds: float = MAX_SECONDS) -> Ran:
    """Run ``toolkit ARGUMENTS`` with ``folder`` as the current directory."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_LOADED)
    before = _entries(folder)
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(arguments, str(folder), there))
    began = time.perf_counter()
    process.start()
    there.close()
    answer = None
    with contextlib.suppress(EOFError):
        answer = here.recv() if here.poll(seconds) else None
    took = time.perf_counter() - began
    if answer is None:
        process.kill()
    process.join()
    status, out, err, megabytes = answer or (None, "", f"ended with {process.exitcode}", 0.0)
    return Ran(status, out, err, took, megabytes, sorted(_entries(folder) - before))


def _entries(folder: Path) -> set[str]:
    """All files, links and folders below a folder, links not followed."""
    found = set()
    for root, folders, files in os.walk(folder):
        found |= {os.path.relpath(os.path.join(root, name), folder) for name in (*folders, *files)}  # noqa: PTH118
    return found


def _work(arguments: list[str], folder: str, answer: Connection) -> None:
    from toolkit.cli import main

    os.chdir(folder)
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESSES, _ADDRESSES))
    out, err = io.StringIO(), io.StringIO()
    status: int | None = None
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main(arguments)
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 1
        except BaseException:  # a panic of compiled code too
            traceback.print_exc()
            status = 70
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000
    answer.send((status, out.getvalue(), err.getvalue(), peak if sys.platform != "darwin" else peak / 1_000))
    answer.close()


def problems_of(ran: Ran, secret: str, allowed: str) -> list[str]:
    """What must not have happened, whatever the input was; ``allowed``: names below which it may have made files."""
    found = []
    if ran.status is None:
        found.append(f"did not end by itself within {ran.seconds:.0f} s ({ran.err})")
    elif ran.status not in (0, 1, 2):
        found.append(f"ended with {ran.status}: {ran.err.strip().splitlines()[-1:]}")
    if "Traceback" in ran.err:
        found.append(f"a traceback: {ran.err.strip().splitlines()[-1]}")
    elif ran.status == 2:
        last = [line for line in re.split(r"[\r\n]", ran.err) if line.startswith("toolkit")]
        if not last or len(last[-1]) > _LONGEST_SENTENCE:
            found.append(f"not one sentence: {ran.err[-300:]!r}")
    said = ran.out + ran.err
    if secret in said:
        found.append("shows what stands in another file")
    shown = said.replace("\r", "\n")  # progress bars go back to the left
    if printable(shown) != shown:
        found.append(f"steers a terminal: {set(shown) - set(printable(shown))!r}")
    if ran.megabytes > MAX_MEGABYTES:
        found.append(f"took {ran.megabytes:,.0f} MB")
    elsewhere = [name for name in ran.made if not name.startswith(allowed)]
    if elsewhere:
        found.append(f"made files elsewhere: {elsewhere[:3]}")
    return found
