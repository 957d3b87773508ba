"""What every result says of itself: the day, the commit, the machine."""

import datetime
import os
import platform
import subprocess
from pathlib import Path

import pandas as pd

__all__ = ["commit", "machine", "stamp"]


def stamp() -> dict[str, object]:
    """Date, commit and machine, to stand before what was measured."""
    return {"date": datetime.date.today().isoformat(), "commit": commit(), "machine": machine()}


def machine() -> str:
    """Processor, cores, and the versions that matter most."""
    about = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = next((line.partition(":")[2].strip() for line in about.splitlines() if line.startswith("model name")), "")
    software = f"Python {platform.python_version()}, pandas {pd.__version__}"
    return f"{model or platform.processor()}, {os.cpu_count()} cores, {software}"


def commit() -> str:
    """What was measured: the commit, with a + where files were changed since."""
    here = Path(__file__).parent
    done = subprocess.run(["git", "describe", "--always", "--dirty=+"], cwd=here, capture_output=True, text=True)
    return done.stdout.strip()
