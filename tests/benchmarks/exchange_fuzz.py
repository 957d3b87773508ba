"""Damaged files of every exchange format: each is read or refused in one sentence, quickly, in bounded memory.

``python tests/benchmarks/exchange_fuzz.py [--seconds 60] [--format NAME] [--seed 1]`` damages files that we write and,
where they are beside the checkout (``../shared/interop``), files of other programs. Prints cases, read and refused per
format, and each failure with the damaged files kept; exit status 1 for any.
"""

import argparse
import io
import random
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS))

from exchange_material import VALUES, refused_cleanly, sample_of  # noqa: E402

from toolkit.errors import InputError  # noqa: E402
from toolkit.exchange.exchange import read_exchange, write_annotations  # noqa: E402
from toolkit.exchange.registry import FORMATS  # noqa: E402

INTEROP = TESTS.parent.parent / "shared" / "interop"
#: Slower than this, a small file has hit something that grows without bound. The slowest good case takes 0.3 s.
SLOWEST = 5.0
#: A reader that does not come back is stopped here.
STOPPED = 20
#: Memory of the process: the toolkit with all its readers loaded takes 2 GB of addresses.
MEMORY = 6_000_000_000

NUMBERS = (
    b"-1", b"0", b"1", b"10000000", b"9" * 30, b"1e400", b"NaN", b"Infinity", b"true", b"null", b"0.5", b"1.0",
    b'"3"', b"[]", b"{}", b"", b"+1", b"1_0", "٣".encode(), b"0x10", b"9" * 5000,
)  # fmt: skip
WORDS = (
    b"null", b"true", b"[]", b"{}", b'""', b'".."', b'"\\ud800"', b'"\\u0000"', b"1", b'{"a": [1]}', b'"/etc/passwd"',
    b'"../../x"', b'"' + b"x" * 70_000 + b'"', b'"=1+1"', b'[[[["a"]]]]', b'"file:///etc/passwd"', b"-0.0",
)  # fmt: skip
PIECES = (
    b"\x00", b"\xff", b"\xed\xa0\x80", b"\r", b"\r\n", "\u2028".encode(), "😀".encode(), b"\t", b"|", b"\\", b"%",
    b'"', b"<", b"&#0;", b"&#xD800;", b"&amp;", b"&x;", b"]]>", b"<!--", b"[", b"{", b",", b";", b"*", b"_",
    b"\xef\xbb\xbf", b"#", b"\n\n", b"../", b"[" * 50_000, b"{\"a\":" * 50_000, b"<a>" * 5_000, b"T1\t", b"1-1\t",
    b"\xfe\xff",
)  # fmt: skip
DOCTYPES = (
    b'<!DOCTYPE a [<!ENTITY x "y">]>',
    b'<!DOCTYPE a SYSTEM "file:///etc/passwd">',
    b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>',
    b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
    b'<!DOCTYPE a PUBLIC "-//x//y" "http://127.0.0.1:9/x.dtd">',
)
NAMES = ("../x.txt", "/etc/x", "a\\..\\b", "C:x", "x" * 300, "con", "", "é", "..", "a/../../b", "sources/../../x")

Files = dict[str, bytes]


def rich():
    """A sample with something in every column."""
    text = "👨‍👩‍👧‍👦 Perche\u0301 no?\r\nLa voz 😀 «humana»\n\n  fin \u200fשלום\t🇪🇸."
    rows = [
        {
            "doc_id": doc_id, "start": start, "end": end, "code": VALUES[start], "coder": coder, "kind": kind,
            "score": 1 / 3, "stance": "breach", "note": VALUES[start + 20], "created": "2026-11-22T02:09:47Z",
            "evidence": "x", "codebook": "cluetrain", "codebook_version": "1.10", "feature_tono": VALUES[start + 9],
        }
        for doc_id in ("es/uno dos", "tre")
        for start, end, coder, kind in ((8, 15, "ana", "human"), (10, 30, "m 1", "machine"), (8, 9, "luis", "human"))
    ]  # fmt: skip
    posts = [{"doc_id": name, "text": text, "lang": "es", "title": "Uno"} for name in ("es/uno dos", "tre")]
    return sample_of([*posts, {"doc_id": "vuoto", "text": ""}], rows)


def sources(name: str) -> list[tuple[str, Files]]:
    """Valid files to damage: the path to read (a name in the folder, or "." for all of it) and all files by name."""
    what = FORMATS[name]
    sample = rich()
    with tempfile.TemporaryDirectory() as made:
        target = Path(made) / ("out" if what.folder else f"out{what.suffixes[0]}")
        write_annotations(sample.annotations, target, name, texts=sample.posts)
        listed = [(target.name, _files(Path(made)))]
        if what.folder:
            packed = Path(made) / "zip" / "out.zip"
            packed.parent.mkdir()
            write_annotations(sample.annotations, packed, name, texts=sample.posts)
            listed.append((packed.name, _files(packed.parent)))
    for file in sorted(INTEROP.rglob("*")) if INTEROP.is_dir() else ():
        if file.is_file() and file.suffix in what.suffixes and file.stat().st_size < 50_000:
            with file.open("rb") as stream:
                if what.recognise(file, stream.read(4_000)):
                    beside = {one.name: one.read_bytes() for one in file.parent.glob(f"{file.stem.split('__')[0]}*")}
                    listed.append((file.name, {**beside, file.name: file.read_bytes()}))
    return listed


def _files(folder: Path) -> Files:
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()}


def damaged(files: Files, draw: random.Random) -> Files:
    """The files with one to three wounds, mostly in one of them."""
    found = dict(files)
    name = draw.choice(sorted(found))
    for _ in range(draw.randint(1, 3)):
        data = found[name]
        packed = data.startswith(b"PK\x03\x04") and draw.random() < 0.8
        if packed:
            found[name] = _zip(data, draw)
        elif data[:1] == b"\x78" and draw.random() < 0.8:
            found[name] = _zlib(data, draw)
        else:
            found[name] = _wound(data, draw)
    if draw.random() < 0.05 and len(found) > 1:
        del found[draw.choice(sorted(found))]
    if draw.random() < 0.03 and len(found) > 1:
        one, two = draw.sample(sorted(found), 2)
        found[one], found[two] = found[two], found[one]
    return found


def _wound(data: bytes, draw: random.Random) -> bytes:
    """Bytes with one wound."""
    here, there = sorted((draw.randint(0, len(data)), draw.randint(0, len(data))))
    there = min(there, here + draw.choice((1, 4, 40, 4_000)))
    kind = draw.randrange(14)
    if kind == 0:
        return data[:here]
    if kind == 1:
        return data[:here] + data[there:]
    if kind == 2:
        return data[:there] + data[here:]
    if kind == 3:
        return data[:here] + bytes(draw.randrange(256) for _ in range(there - here)) + data[there:]
    if kind in (4, 5):
        return data[:here] + draw.choice(PIECES) + data[here:]
    if kind in (6, 7, 8):
        return _replaced(rb"-?\d+(?:\.\d+)?", draw.choice(NUMBERS), data, draw)
    if kind in (9, 10):
        return _replaced(rb'"(?:[^"\\]|\\.){0,200}"', draw.choice(WORDS), data, draw)
    if kind == 11:
        return _replaced(rb"[A-Za-z_:]{3,}", draw.choice((b"x", b"", b"start", b"null", b"id", b"begin")), data, draw)
    if kind == 12 and data.lstrip()[:1] == b"<":
        at = data.find(b"?>") + 2 if b"?>" in data[:200] else 0
        return data[:at] + draw.choice(DOCTYPES) + data[at:]
    lines = data.split(b"\n")
    one, two = draw.randrange(len(lines)), draw.randrange(len(lines))
    if draw.random() < 0.5:
        lines[one], lines[two] = lines[two], lines[one]
    else:
        lines[one:one] = [lines[two]]
    return b"\n".join(lines)


def _replaced(pattern: bytes, new: bytes, data: bytes, draw: random.Random) -> bytes:
    """The data with one of its numbers or strings replaced."""
    places = [match.span() for match in re.finditer(pattern, data[:200_000])]
    if not places:
        return data + new
    start, end = draw.choice(places)
    return data[:start] + new + data[end:]


def _zlib(data: bytes, draw: random.Random) -> bytes:
    try:
        inside = zlib.decompress(data)
    except zlib.error:
        return _wound(data, draw)
    if draw.random() < 0.02:
        inside += b"\x00" * 400_000_000
    return zlib.compress(_wound(inside, draw) if len(inside) < 10_000_000 else inside, 1)


def _zip(data: bytes, draw: random.Random) -> bytes:
    """An archive with a wound in a member, a name that leads out, a member twice, a bomb, or false sizes."""
    buffer = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as old:
            members = [(one.filename, old.read(one)) for one in old.infolist()]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError, OSError, ValueError):
        return _wound(data, draw)
    kind = draw.randrange(8)
    at = draw.randrange(len(members)) if members else None
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number, (name, inside) in enumerate(members):
            if number == at and kind < 4:
                inside = _wound(inside, draw)
            if number == at and kind == 4:
                name = draw.choice(NAMES)
            new.writestr(name or "x", inside)
            if number == at and kind == 5:
                new.writestr(name, inside)
        if kind == 6 and draw.random() < 0.2:
            new.writestr("bomb.txt", b"\x00" * 60_000_000)
    found = buffer.getvalue()
    if kind == 7:  # sizes in the list of members that are not so
        where = found.find(b"PK\x01\x02") + draw.choice((20, 24, 42))
        found = (
            found[:where] + draw.choice((b"\xff\xff\xff\x7f", b"\x01\x00\x00\x00", b"\x00" * 4)) + found[where + 4 :]
        )
    return found


class TooSlow(Exception):
    """A reader did not come back."""


def attempt(name: str, entry: str, files: Files, folder: Path) -> str:
    """Write the files and read them: "read" or "refused". Raises whatever is no clean refusal."""
    for file, data in files.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    path = folder / entry
    started = time.perf_counter()
    previous = signal.signal(signal.SIGALRM, _stop)
    signal.alarm(STOPPED)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = read_exchange(path, name)
        result = "read"
    except InputError as error:
        result = "refused"
        refused_cleanly(error)
        there = {path.name, *(Path(file).name for file in files)}
        assert any(one in str(error) for one in there), f"names no file: {error}"
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)
    took = time.perf_counter() - started
    assert took < SLOWEST, f"took {took:.1f} s"
    if result == "read":
        _sound(found)
    return result


def _stop(*_):
    raise TooSlow(f"no end after {STOPPED} s")


def _sound(found) -> None:
    """What was read is what it says: quotes are the text, losses have a reason in one line."""
    texts = dict(zip(found.posts["doc_id"], found.posts["text"], strict=True))
    rows = found.annotations
    for doc_id, start, end, quote in zip(rows["doc_id"], rows["start"], rows["end"], rows["quote"], strict=True):
        assert texts[doc_id][start:end] == quote != ""
    for reason in found.losses["reason"]:
        assert len(reason) < 600, f"a reason of {len(reason)} characters: {reason[:100]}"
        assert len(reason.splitlines()) == 1, f"a reason of several lines: {reason!r}"
        for word in ("Traceback", "object at 0x", "<class", "NoneType", "Error("):
            assert word not in reason, f"words of a program: {reason}"


def cases(name: str, seed: int) -> Iterator[tuple[str, Files]]:
    """Damaged files without end, the same for the same seed."""
    listed = sources(name)
    draw = random.Random(f"{name} {seed}")
    while True:
        entry, files = listed[0] if draw.random() < 0.4 else draw.choice(listed)
        yield entry, damaged(files, draw)


def run(name: str, seconds: float, seed: int = 1, most: int = 10**9, keep: Path | None = None) -> tuple[Counter, list]:
    """Cases for so long: how many were read, refused and failed, and the failures (case, message, last lines)."""
    counts: Counter = Counter()
    failures = []
    ends = time.perf_counter() + seconds
    for number, (entry, files) in enumerate(cases(name, seed)):
        if number >= most or time.perf_counter() > ends:
            break
        with tempfile.TemporaryDirectory() as made:
            try:
                counts[attempt(name, entry, files, Path(made))] += 1
            except (Exception, TooSlow) as error:
                counts["failed"] += 1
                frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "toolkit" in frame.filename]
                where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
                failures.append((number, where, f"{type(error).__name__}: {str(error)[:300]}"))
                if keep is not None:
                    shutil.copytree(made, keep / f"{name}-{number}", dirs_exist_ok=True)
    return counts, failures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--format", choices=FORMATS, action="append")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "exchange_fuzz")
    chosen = parser.parse_args()
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except ImportError:
        print("no limit of memory on this system")
    print("| format | cases | read | refused | failed |\n|-|-|-|-|-|")
    bad = []
    for name in chosen.format or FORMATS:
        counts, failures = run(name, chosen.seconds, chosen.seed, keep=chosen.keep)
        total = sum(counts.values())
        print(f"| {name} | {total:,} | {counts['read']:,} | {counts['refused']:,} | {counts['failed']:,} |", flush=True)
        bad += [(name, *failure) for failure in failures]
    seen: Counter = Counter()
    for name, number, where, message in bad:
        seen[name, where] += 1
        if seen[name, where] <= 2:
            print(f"{name}, case {number} ({where}): {message}")
    if bad:
        print(f"damaged files: {chosen.keep}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
