"""The page on what a study costs, from what tests/benchmarks/scale.py measured: every figure as it stands there.

python tests/benchmarks/scale_page.py RESULTS > docs/scale.md
"""

import json
import sys
from pathlib import Path

Result = dict[str, object]

_HEAD = """# What a study costs

Measured by `python tests/benchmarks/scale.py FOLDER` on posts that were put together for the purpose
(`tests/benchmarks/recombined.py`: nobody wrote them, and nothing may be concluded from them but seconds and bytes).
Their words come from 120 posts and the dictionaries, so what is kept of a word is met again sooner than in real texts;
of their sentences nearly all are different ones. Seconds are of the clock, on the machine named, each measured once
unless it is said otherwise; only ratios of one section are to be compared. Memory is that of all processes together,
looked at twice a second.
"""
_HEAVIEST = 3
_MILLION = 1_000_000
#: What limits the heaviest stages, as read from their profiles.
_LIMITS = {
    "principles of each passage": (
        "Products of matrices come first, at the speed of the processor: the second convolution of the sentence "
        "encoder (`_convolve`; what depends on a piece of a word alone is looked up), the comparison with the "
        "22,000 passages that the coder learnt from (`_compared`), the encoder's dense layers (`_deep`). The rest "
        "is spread thin: words that were not met before (pieces, lemmas, n-grams), evidence of the decided codes. "
        "A cheaper stage needs another encoder, or a coder that learnt from less."
    ),
    "themes": (
        "The fits of topic models come first: tomotopy's compiled sampler. They are many (seeds and samples of the "
        "posts, each language), and from 1,000 posts of a language on the same for any number, since models are "
        "fitted to no more. A cheaper stage means fewer runs (`topics.runs`) or sweeps (`topics.iterations`), and less "
        "certainty about what holds."
    ),
    "passages and tokens": (
        "Pieces between spaces are cut by spaCy's rules and looked up from then on; what is left is the finding of "
        "sentences and paragraphs in each text, and words that were not met before."
    ),
    "page furniture and languages": (
        "Lines are held against some 170 rules, most of which a search for their literal parts rules out; what is "
        "left are regular expressions on short lines, and the language of each post by character n-grams."
    ),
    "themes x principles, intervals": (
        "Permutations of codes between whole posts come first, 1,000 of each: they are drawn where a theme and a "
        "principle would meet in few posts (`add`, `permuted`); of all others the moments are computed, which costs "
        "the same for any number of permutations."
    ),
}


def page(results: Path) -> str:
    """The page from the results in a folder; a section that was not measured is left out."""
    found = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in results.glob("*.json")}
    sizes = sorted((found[name] for name in found if name.startswith("sizes")), key=lambda run: run["posts"])
    first = {run["posts"]: run["run"]["seconds"] for run in sizes}
    parts = [_HEAD]
    if sizes:
        parts.append(_section("Load and run", sizes[-1], _table_of_sizes(sizes) + _line_through(sizes)))
    for name in sorted(found):
        result, kind = found[name], name.partition("-")[0]
        if kind == "again":
            title = f"A second run, {result['posts']:,} posts"
            parts.append(_section(title, result, _again(result, first.get(result["posts"]))))
        elif kind in _TEXTS:
            title, text = _TEXTS[kind]
            how = ", by a careful hand" if result.get("careful") else ""
            parts.append(_section(title.format(how=how, **result), result, text(result)))
    return "\n".join(parts)


def _section(title: str, result: Result, text: str) -> str:
    return f"## {title}\n\n{text}\n\n_{result['machine']}; {result['date']}, commit {result['commit']}._\n"


def _table_of_sizes(runs: list[dict]) -> str:
    names = list(dict.fromkeys(name for run in runs for name in run["stages"]))
    rows: list[tuple[str, list[str]]] = [
        ("tokens", [f"{run['rows']['tokens']:,}" for run in runs]),
        ("sentences and paragraphs", [f"{run['rows']['passages']:,}" for run in runs]),
        ("`toolkit load`, s", [f"{run['load']['seconds']:,.0f}" for run in runs]),
        ("`toolkit run`, s", [f"{run['run']['seconds']:,.0f}" for run in runs]),
        *((f"– {name}, s", [f"{run['stages'].get(name, 0):,.0f}" for run in runs]) for name in names),
        ("– start, figures, report, files, s", [f"{_rest(run):,.0f}" for run in runs]),
        ("both, minutes", [f"{_total(run) / 60:,.1f}" for run in runs]),
        ("both, ms a post", [f"{1000 * _total(run) / run['posts']:,.1f}" for run in runs]),
        ("most memory, MB", [f"{_most(run):,.0f}" for run in runs]),
        ("kept for later runs, MB", [f"{run['bytes']['kept'] / 1e6:,.0f}" for run in runs]),
        ("run folder, MB", [f"{run['bytes']['run'] / 1e6:,.0f}" for run in runs]),
        ("commit", [str(run["commit"]) for run in runs]),
    ]
    lines = ["| posts | " + " | ".join(f"{run['posts']:,}" for run in runs) + " |", "|---|" + "---:|" * len(runs)]
    return "\n".join([*lines, *(f"| {name} | " + " | ".join(values) + " |" for name, values in rows)])


def _line_through(runs: list[dict]) -> str:
    """What a post more costs, by the two largest sizes, and a million posts by the line through both."""
    if len(runs) < 2:
        return ""
    less, more = runs[-2:]
    posts = more["posts"] - less["posts"]
    seconds = (_total(more) - _total(less)) / posts
    memory = (_most(more) - _most(less)) / posts
    ratio = _total(more) / more["posts"] / (_total(less) / less["posts"])
    ahead = _MILLION - more["posts"]
    return (
        f"\n\nA post at {more['posts']:,} costs {ratio:.2f} of one at {less['posts']:,}. Between the two, each post "
        f"more took {1000 * seconds:.1f} ms and {1000 * memory:.0f} kB: the texts and passages of all posts were held "
        "by one process, and of tokens, shares and annotations what tables over all posts need, as numbers. (Since "
        "this was measured, the texts have gone to a file and passages are read by parts.)\n\nA "
        "million posts were not run, since they would take over two hours. By the line through the two largest sizes: "
        f"{(_total(more) + ahead * seconds) / 3600:.1f} hours and {(_most(more) + ahead * memory) / 1000:.0f} GB of "
        "memory ([a plan for more](a-billion-posts.md))."
    )


def _most(run: dict) -> float:
    return float(max(run[what]["megabytes"] for what in ("load", "run")))


def _total(run: dict) -> float:
    return float(run["load"]["seconds"] + run["run"]["seconds"])


def _rest(run: dict) -> float:
    return float(run["run"]["seconds"] - sum(run["stages"].values()))


def _again(result: dict, first: float | None) -> str:
    def line(what: str, seconds: float) -> str:
        return f"- {what}: {seconds:,.1f} s" + (
            f", {first / seconds:.1f} times less than the first run" if first else ""
        )

    unchanged, added = (result[name]["seconds"] for name in ("unchanged", "added"))
    return "\n".join(
        [
            line("nothing changed", unchanged),
            line("one post more", added),
            f"\nStages with one post more: {_stages(result['stages'])}.",
        ]
    )


def _dask(result: dict) -> str:
    pool, cluster = (min(result["seconds"][how]) for how in ("pool", "dask"))
    return (
        f"Pool {pool:,.0f} s, Dask {cluster:,.0f} s: {pool / cluster:.2f} of its speed (the faster of two runs each, "
        f"with 6 fits of each kind where a study has 24). Tables that differ: "
        f"{', '.join(result['different']) or 'none'}."
    )


def _kills(result: dict) -> str:
    return (
        f"{result['killed']} of {result['runs']} runs (4 fits of each kind) lost a worker. Differences from the run of "
        f"one process: {', '.join(result['different']) or 'none'}. Moments, as shares of a run: "
        f"{', '.join(f'{moment:.2f}' for moment in sorted(result['moments']))}."
    )


_SCRIPT = (
    "`tests/benchmarks/straightforward_study.py`, one process, libraries at their defaults, topic models fitted to all "
    "posts (ours are to at most 1,000 of a language, so that the ratio grows with the posts)"
)
_CAREFUL = (
    "`tests/benchmarks/straightforward_study.py --careful`, by somebody who has looked at where its time goes: topic "
    "models are fitted to at most 1,000 posts of a language, as ours are, in two processes; a paragraph's vector is "
    "the mean of its sentences'"
)
_LESS = (
    "It does less than the study: a dozen patterns for furniture, no near duplicates, stances, evidence, consensus, "
    "tests of chance, correction for errors or report, few intervals"
)


def _peer(result: dict) -> str:
    theirs, ours = result["peer"]["seconds"], result["ours"]["seconds"]
    steps = result["peer"]["steps"]["seconds"]
    return (
        f"{_CAREFUL if result.get('careful') else _SCRIPT}; {result['fits']} fits for each language (the study has "
        f"48). It took {theirs:,.0f} s, `toolkit run` {ours:,.0f} s in two processes: {theirs / ours:.1f} times less. "
        f"{_LESS}; of its time {steps.get('learn principles', 0):,.0f} s are for learning from examples what the "
        "toolkit brings along. How good its principles are stands in the section on those.\n\n"
        f"- Its steps: {_stages(steps)}.\n- Ours: {_stages(result['stages'])}."
    )


def _profile(result: dict) -> str:
    heaviest = sorted(result["stages"].items(), key=lambda item: -item[1]["seconds"])[:_HEAVIEST]
    lines = [
        "One process, 6 fits of each kind where a study has 24; under the profiler much that is written in Python "
        "takes up to twice its time."
    ]
    for name, stage in heaviest:
        lines += ["", f"### {name}: {stage['seconds']:,.0f} s", "", "| function | calls | own s | share |"]
        lines.append("|---|---:|---:|---:|")
        lines += [
            f"| `{function}` | {calls:,} | {own:,.1f} | {own / stage['seconds']:.0%} |"
            for function, calls, own in stage["functions"]
        ]
        lines += ["", _LIMITS[name]] if name in _LIMITS else []
    return "\n".join(lines)


def _stages(seconds: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:,.1f} s" for name, value in seconds.items())


def _own_table(result: dict) -> str:
    return str(result["table"]).strip()


_TEXTS = {
    "dask": ("Dask beside a pool, {posts:,} posts, two workers each", _dask),
    "kills": ("One worker killed at a random moment, {posts:,} posts", _kills),
    "peer": ("A straightforward script, {posts:,} posts{how}", _peer),
    "profile": ("The three heaviest stages, {posts:,} posts", _profile),
    "tokens": ("Tokens and lemmas (`tests/benchmarks/tokens_speed.py`)", _own_table),
    "mapping": ("Principles of passages (`tests/benchmarks/mapping_speed.py`)", _own_table),
}


if __name__ == "__main__":
    print(page(Path(sys.argv[1])))
