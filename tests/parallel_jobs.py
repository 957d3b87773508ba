"""Work for tests of toolkit.parallel: functions that other processes can import."""

import os
import signal
import time
from pathlib import Path


def square(number):
    return number * number


def scaled(factor, number):
    return factor * number


def fails_at(bad, number):
    if number == bad:
        raise ValueError(f"no {number}")
    return number


def noted(folder, number):
    """Leaves a file, so that a test sees which tasks were begun."""
    Path(folder, f"{number}-{time.monotonic_ns()}").touch()
    return number


def dies_once(folder, number):
    """Kills its own process at the first call with 3."""
    flag = Path(folder, "died")
    if number == 3 and not flag.exists():
        flag.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def dies(number):
    os.kill(os.getpid(), signal.SIGKILL)


def process(number):
    """The process that it is done by."""
    time.sleep(0.01)
    return os.getpid()


def too_late(number):
    raise TimeoutError(f"too late for {number}")


def slow(number):
    time.sleep(0.8)
    return number
