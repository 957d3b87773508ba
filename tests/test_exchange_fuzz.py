"""Damaged files of every exchange format: what is not read is refused in one sentence. ``benchmarks/exchange_fuzz.py``
does the same for as long as one likes."""

import pytest
from benchmarks.exchange_fuzz import run, sources

from toolkit.exchange.registry import FORMATS

#: So many cases a format take about a second.
CASES = 25


@pytest.mark.parametrize("name", FORMATS)
def test_damaged_files_are_read_or_refused(name):
    counts, failures = run(name, seconds=60, most=CASES)
    assert not failures, failures[:3]
    assert sum(counts.values()) == CASES
    assert counts["refused"], "no wound was deep enough"


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_damaged_was_sound_before(name, tmp_path):
    from benchmarks.exchange_fuzz import attempt

    entry, files = sources(name)[0]
    assert attempt(name, entry, files, tmp_path) == "read"
