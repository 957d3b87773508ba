"""What a study costs at 1,000, 10,000 and 100,000 posts, again, with one post more, and on Dask; beside a peer.

    python tests/benchmarks/scale.py FOLDER [--part PART ...] [--posts 1000 10000 100000] [--results RESULTS]
        [--report docs/scale.md]

Parts (all without ``--part``; each writes RESULTS/PART*.json, FOLDER/results without ``--results``, so that a page can
be put together from parts that were measured one after the other; tests/benchmarks/scale_page.py is the page):
``sizes`` (load and run at each size: seconds of each stage, and the memory of all processes together, looked at twice a
second; pages that processes share count once), ``again`` (the same study a second time; one post more), ``dask`` (a
pool of two processes beside a local Dask cluster of two workers, 6 fits of each kind: the same tables?), ``kills`` (one
worker killed at a random moment in each of 20 runs: the same tables?), ``peer``
(tests/benchmarks/straightforward_study.py on the same posts: as it is on 1,000; on 5,000 and 10,000 with as many fits
of topic models as the study has, on 10,000 also ``--careful``), ``profile`` (the functions in which a run of one
process spends its time), ``tokens`` and ``mapping`` (tests/benchmarks/tokens_speed.py and mapping_speed.py).

Material: tests/benchmarks/recombined.py. Seconds are of the clock, of two processes on this machine; only ratios within
one part are to be compared.
"""

import argparse
import cProfile
import json
import os
import pstats
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pyarrow.parquet as pq
from scale_page import page
from stamp import stamp

from toolkit.analysis import analyse
from toolkit.corpus import load_corpus
from toolkit.settings import load_study

HERE = Path(__file__).parent
PARTS = ("sizes", "again", "dask", "kills", "peer", "profile", "tokens", "mapping")
WORKERS = 2
SMALL, MIDDLE = 1_000, 10_000
#: Where the peer fits as many topic models as the study: it takes most of an hour.
PEER_POSTS, PEER_FITS = 10_000, 48
#: The same on half as many: how the ratio grows with the posts.
FEWER_PEER_POSTS = 5_000
#: Enough for tables to be streamed, and for two minutes.
DASK_POSTS = 6_000
KILLS, KILL_POSTS = 20, 600
PROFILED = 2_000
#: Functions of a profile that are shown.
SHOWN = 12
#: More than the defaults: what is measured should have themes to find.
STUDY = """[study]
title = "Scale"
[corpus]
path = "{path}"
[text]
pipeline = "simple"
[topics]
per_language = 10
joint = 6
runs = {runs}
"""


def measured(command: list[str], cache: Path, **environment: str) -> dict[str, float]:
    """Run a command to its end: seconds, and the most memory that it and its processes had at a time (MB)."""
    began, most = time.perf_counter(), 0
    settings = {**os.environ, "CLUETRAIN_CACHE": str(cache), **environment}
    with subprocess.Popen(
        command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        whole = psutil.Process(process.pid)
        out: list[str] = []
        reader = threading.Thread(target=lambda: out.extend(process.stdout), daemon=True)  # type: ignore[arg-type]
        reader.start()
        while process.poll() is None:
            most = max(most, memory_of(whole))
            time.sleep(0.5)
        reader.join()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}\nended with {process.returncode}:\n{''.join(out)[-3000:]}")
    return {"seconds": time.perf_counter() - began, "megabytes": most / 1e6}


def memory_of(process: psutil.Process) -> int:
    """Memory of a process and all below it; what several share is divided among them, where the system says so."""
    total = 0
    for one in [process, *children_of(process)]:
        try:
            memory = one.memory_full_info()
            total += getattr(memory, "pss", memory.rss)
        except psutil.Error:
            continue
    return total


def children_of(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def toolkit(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "toolkit", *arguments]


def material(folder: Path, posts: int) -> Path:
    """A JSONL of so many constructed posts."""
    path = folder / f"posts-{posts}.jsonl"
    if not path.exists():
        part = path.with_suffix(".part")
        subprocess.run([sys.executable, HERE / "recombined.py", str(part), "--posts", str(posts)], check=True)
        part.rename(path)
    return path


def study(folder: Path, path: Path, runs: int = 24) -> Path:
    file = folder / f"{path.stem}-{runs}.toml"
    file.write_text(STUDY.format(path=path, runs=runs), encoding="utf-8")
    return file


def fresh(path: Path) -> Path:
    shutil.rmtree(path, ignore_errors=True)
    return path


def sizes(folder: Path, posts: int) -> dict[str, object]:
    """A corpus loaded and studied, nothing kept before."""
    source, cache = material(folder, posts), fresh(folder / f"cache-{posts}")
    loaded = measured(toolkit("load", str(source), "--output", str(fresh(folder / f"corpus-{posts}"))), cache)
    out = fresh(folder / f"run-{posts}")
    ran = measured(
        toolkit("run", str(study(folder, folder / f"corpus-{posts}")), "--output", str(out), "--workers", str(WORKERS)),
        cache,
    )
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    rows = {name: about["rows"] for name, about in record["tables"].items()}
    kept = sum(file.stat().st_size for file in (cache / "parts").rglob("*") if file.is_file())
    made = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    return {
        "posts": posts, "load": loaded, "run": ran, "stages": record["seconds"], "rows": rows,
        "bytes": {"texts": source.stat().st_size, "kept": kept, "run": made},
    }  # fmt: skip


def again(folder: Path, posts: int) -> dict[str, object]:
    """The study of ``sizes`` once more; then with one post added. Needs what ``sizes`` kept."""
    cache, corpus = folder / f"cache-{posts}", folder / f"corpus-{posts}"
    file = str(study(folder, corpus))
    out = str(fresh(folder / f"again-{posts}"))
    unchanged = measured(toolkit("run", file, "--output", out, "--workers", str(WORKERS)), cache)
    shutil.rmtree(out)
    more = fresh(folder / f"more-{posts}")
    shutil.copytree(corpus, more)
    one = folder / "one.jsonl"
    lines = material(folder, SMALL).read_text(encoding="utf-8").splitlines()
    post = json.loads(lines[7])
    one.write_text(
        json.dumps({**post, "doc_id": "a-new-post", "text": post["text"] + "\n\nY nada más por hoy."}) + "\n"
    )
    measured(toolkit("load", str(one), "--output", str(more), "--append"), cache)
    out = fresh(folder / f"more-run-{posts}")
    added = measured(toolkit("run", str(study(folder, more)), "--output", str(out), "--workers", str(WORKERS)), cache)
    stages = json.loads((out / "run.json").read_text(encoding="utf-8"))["seconds"]
    shutil.rmtree(out)
    return {"posts": posts, "unchanged": unchanged, "added": added, "stages": stages}


def same(one: Path, other: Path) -> list[str]:
    """The tables of two runs that differ (but for the time of annotations)."""
    names = [{path.stem for path in (run / "tables").glob("*.parquet")} for run in (one, other)]
    different = sorted(names[0] ^ names[1])
    for name in sorted(names[0] & names[1]):
        left, right = (pq.read_table(run / "tables" / f"{name}.parquet") for run in (one, other))
        if "created" in left.column_names:
            left, right = (table.drop_columns(["created"]) for table in (left, right))
        if not left.equals(right):
            different.append(name)
    return different


DASK = """
import sys
from toolkit.parallel import local_cluster
from toolkit.settings import load_study
from toolkit.study import run_study

if __name__ == "__main__":
    with local_cluster({workers}) as client:
        print("pids", *client.run(__import__("os").getpid).values(), flush=True)
        run_study(load_study(sys.argv[1]), sys.argv[2], workers=client, say=lambda line: print(line, flush=True))
"""


def dask(folder: Path, posts: int) -> dict[str, object]:
    """One study by a pool and by a cluster on this machine, one after the other and again."""
    path = material(folder, posts)
    file, script = str(study(folder, path, runs=6)), folder / "on_dask.py"
    script.write_text(DASK.format(workers=WORKERS), encoding="utf-8")
    seconds: dict[str, list[float]] = {"pool": [], "dask": []}
    outs = {}
    for turn in range(2):
        for how in ("pool", "dask") if turn % 2 == 0 else ("dask", "pool"):
            outs[how] = fresh(folder / f"{how}-run")
            command = (
                toolkit("run", file, "--output", str(outs[how]), "--workers", str(WORKERS))
                if how == "pool"
                else [sys.executable, str(script), file, str(outs[how])]
            )
            seconds[how].append(measured(command, fresh(folder / f"{how}-cache"))["seconds"])
    return {"posts": posts, "seconds": seconds, "different": same(outs["pool"], outs["dask"])}


def kills(folder: Path) -> dict[str, object]:
    """Runs on a local cluster in which one worker is killed at a random moment."""
    chance = random.Random(1)
    file = str(study(folder, material(folder, KILL_POSTS), runs=4))
    script = folder / "on_dask.py"
    script.write_text(DASK.format(workers=WORKERS), encoding="utf-8")
    alone = fresh(folder / "alone")
    whole = measured(toolkit("run", file, "--output", str(alone), "--workers", "1"), fresh(folder / "kill-cache"))
    different, killed, moments = [], 0, []
    length = None
    for number in range(-1, KILLS):  # the first one lives, and tells how long a run is
        out = fresh(folder / "killed")
        settings = {**os.environ, "CLUETRAIN_CACHE": str(fresh(folder / "kill-cache"))}
        began = time.perf_counter()
        command = [sys.executable, str(script), file, str(out)]
        with subprocess.Popen(
            command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as run:
            assert run.stdout is not None
            pids = [int(pid) for pid in run.stdout.readline().split()[1:]]
            started = time.perf_counter() - began
            threading.Thread(target=run.stdout.read, daemon=True).start()
            if length is not None:
                moment = chance.uniform(0, length)
                time.sleep(moment)
                if run.poll() is None:
                    os.kill(chance.choice(pids), signal.SIGKILL)
                    killed += 1
                    moments.append(round(moment / length, 2))
            if run.wait():
                different.append(f"run {number}: ended with {run.returncode}")
        if length is None:
            length = time.perf_counter() - began - started
        different += [f"run {number}: {name}" for name in same(alone, out)]
    return {
        "posts": KILL_POSTS, "runs": KILLS, "killed": killed, "moments": moments, "different": different,
        "seconds alone": whole["seconds"],
    }  # fmt: skip


def peer(folder: Path, posts: int, fits: int = 11, careful: bool = False) -> dict[str, object]:
    """The same posts by a straightforward script and by the toolkit, one after the other; ``fits`` of the script's
    topic models for each language."""
    path = material(folder, posts)
    out = fresh(folder / "peer-run")
    ours = measured(
        toolkit("run", str(study(folder, path)), "--output", str(out), "--workers", str(WORKERS)),
        fresh(folder / "peer-cache"),
    )
    command = [sys.executable, str(HERE / "straightforward_study.py"), str(path), str(fresh(folder / "peer-out"))]
    command += ["--topics", "10", "--models", str(fits - 1), *(["--careful"] if careful else [])]
    began = time.perf_counter()
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "OMP_NUM_THREADS": "2"}
    )
    theirs = {"seconds": time.perf_counter() - began, "steps": json.loads(done.stdout.splitlines()[-1])}
    stages = json.loads((out / "run.json").read_text(encoding="utf-8"))["seconds"]
    return {"posts": posts, "fits": fits, "careful": careful, "ours": ours, "stages": stages, "peer": theirs}


def profile(folder: Path) -> dict[str, object]:
    """One process, every stage under the profiler: seconds, and the functions it spends them in."""
    profiles: dict[str, cProfile.Profile] = {}
    running: list[cProfile.Profile] = []

    def say(line: str) -> None:
        if running:
            running.pop().disable()
        name = line.split("] ", 1)[-1]
        profiles[name] = cProfile.Profile()
        running.append(profiles[name])
        profiles[name].enable()

    path = material(folder, PROFILED)
    corpus = load_corpus(path, progress=False)
    analyse(corpus, load_study(study(folder, path, runs=6)), workers=1, keep=False, say=say)
    running.pop().disable()
    found = {}
    for name, one in profiles.items():
        stats = pstats.Stats(one)
        own = sorted(stats.stats.items(), key=lambda item: -item[1][2])[:SHOWN]  # type: ignore[attr-defined]
        found[name] = {
            "seconds": stats.total_tt,  # type: ignore[attr-defined]
            "functions": [(where(*place), calls, own) for place, (_, calls, own, *_) in own],
        }
    return {"posts": PROFILED, "stages": found}


def where(file: str, line: int, function: str) -> str:
    """A function by module and name, without the folders of this machine."""
    function = re.sub(r" at 0x[0-9a-f]+", "", function)
    if file == "~":
        return function.strip("<>")
    parts = Path(file).with_suffix("").parts
    for top in ("site-packages", "toolkit"):
        if top in parts:
            parts = parts[parts.index(top) + (top != "toolkit") :]
    return f"{'.'.join(parts[-4:])}: {function}"


def other(folder: Path, script: str) -> dict[str, object]:
    """A benchmark that prints a table of its own."""
    one_core = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(HERE / script)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=one_core)
    return {"table": done.stdout}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--posts", nargs="+", type=int, default=[SMALL, MIDDLE, 100_000])
    parser.add_argument("--results", type=Path)
    parser.add_argument("--report", type=Path)
    options = parser.parse_args()
    results = options.results or options.folder / "results"
    results.mkdir(parents=True, exist_ok=True)
    for part in options.part:
        jobs = {
            "sizes": [(f"sizes-{n}", lambda n=n: sizes(options.folder, n)) for n in options.posts],
            "again": [(f"again-{n}", lambda n=n: again(options.folder, n)) for n in options.posts if n == MIDDLE],
            "dask": [("dask", lambda: dask(options.folder, DASK_POSTS))],
            "kills": [("kills", lambda: kills(options.folder))],
            "peer": [
                (f"peer-{SMALL}", lambda: peer(options.folder, SMALL)),
                (f"peer-{FEWER_PEER_POSTS}", lambda: peer(options.folder, FEWER_PEER_POSTS, PEER_FITS)),
                (f"peer-{PEER_POSTS}", lambda: peer(options.folder, PEER_POSTS, PEER_FITS)),
                (f"peer-{PEER_POSTS}-careful", lambda: peer(options.folder, PEER_POSTS, PEER_FITS, careful=True)),
            ],
            "profile": [("profile", lambda: profile(options.folder))],
            "tokens": [("tokens", lambda: other(options.folder, "tokens_speed.py"))],
            "mapping": [("mapping", lambda: other(options.folder, "mapping_speed.py"))],
        }[part]
        for name, job in jobs:
            found = {**stamp(), **job()}
            (results / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
            print(f"{name}: done", file=sys.stderr, flush=True)
    made = page(results)
    if options.report is not None:
        options.report.write_text(made, encoding="utf-8")
    print(made)


if __name__ == "__main__":
    main()
