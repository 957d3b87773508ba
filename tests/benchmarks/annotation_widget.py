"""How fast the annotation widget answers a key, and the session a decision. Prints Markdown.

    python tests/benchmarks/annotation_widget.py [--items 10000] [--codings 10000] [--keys 30]

A project in which stretches are chosen freely: one text of 203,000 characters with 500 codes, and 9,999 short ones,
all in one coder's queue; 10,000 codes given before (their log is written by the session itself, without waiting for
the disk; everything measured waits for it).

Session: the time of ``Session.handle`` for each kind of message, ``--keys`` times each, with the line on the disk.
"Kilobytes": the answer as JSON.

Key to paint: Chromium shows the widget with that session behind it (tests/widget_page.py; no JupyterLab). From the
keydown event to the second animation frame after it, which is up to two frames (33 ms) more than the paint itself:
words and sentences selected, codes and stances given, removed and undone, in the middle of the long text.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

import pandas as pd

sys.path.insert(0, str(Path(__file__).parent.parent))
from widget_page import session_page

from toolkit.annotation import create_project, open_project
from toolkit.annotation.session import Session
from toolkit.files import sha256_text

SENTENCE = "La tienda contestó cada queja en una hora, y los clientes volvieron otra vez. "
KEYS = ("ArrowRight", "Shift+ArrowRight", "1", "2", "ArrowDown", "s", "3", "1", "Backspace", "Control+z")
TIMED = """() => {
  window.times = [];
  document.querySelector('.ct').addEventListener('keydown', () => {
    const start = performance.now();
    requestAnimationFrame(() => requestAnimationFrame(() => window.times.push(performance.now() - start)));
  }, true);
}"""


def posts(items: int) -> pd.DataFrame:
    long = "".join(SENTENCE + ("\n\n" if number % 8 == 7 else "") for number in range(2600))
    texts = [long, *(f"Texto {number}. {SENTENCE.strip()}" for number in range(1, items))]
    return pd.DataFrame(
        {"doc_id": f"d{number:05}", "lang": "es", "text": text, "title": f"Texto {number}", "sha256": sha256_text(text)}
        for number, text in enumerate(texts)
    )


def filled(folder: Path, items: int, codings: int) -> Session:
    """A session on a project in which ``codings`` codes were given before, 500 of them in the long text."""
    create_project(folder, posts(items), coders=["ana"], unit="span", order="given")
    project = open_project(folder)
    session = Session(project, "ana")
    codes = sorted(project.codebook.code_ids)
    first = project.items.iloc[0]
    long = project.texts[first["doc_id"]]
    every = len(long) // 500
    with mock.patch("os.fsync"):
        for number in range(codings):
            row = first if number < 500 else project.items.iloc[1 + (number - 500) % (items - 1)]
            text = project.texts[row["doc_id"]]
            start = number * every if number < 500 else 0
            end = start + 40 + 90 * (number % 3 == 0) if number < 500 else len(text) - (number - 500) // (items - 1)
            code = codes[number % len(codes)]
            session.decide(
                {"do": "set", "item": row["item"], "doc_id": row["doc_id"], "start": start, "end": end,
                 "quote": text[start:end], "code": code, "stance": "endorses"}
            )  # fmt: skip
    session.close()
    return Session(open_project(folder), "ana")


def messages(session: Session, number: int) -> list[tuple[str, dict[str, object]]]:
    """One round of what a coder does, in the long text and in a short one."""
    project = session.project
    long, short = project.items.iloc[0], project.items.iloc[5]
    code = sorted(project.codebook.code_ids)[number % 5]
    start = 90_000 + 100 * number
    place = {"item": long["item"], "start": start, "end": start + 33}
    quote = project.texts[long["doc_id"]][start : start + 33]
    text = project.texts[short["doc_id"]]
    other = {"item": short["item"], "start": 0, "end": len(text) - 1 - number, "quote": text[: len(text) - 1 - number]}
    return [
        ("long text: open", {"do": "open", "item": long["item"]}),
        ("long text: code", {"do": "set", **place, "quote": quote, "code": code, "stance": None, "note": ""}),
        ("long text: stance", {"do": "set", **place, "quote": quote, "code": code, "stance": "breach", "note": ""}),
        ("long text: remove", {"do": "remove", **place, "code": code}),
        ("long text: undo", {"do": "undo", "item": long["item"]}),
        ("short text: open", {"do": "open", "item": short["item"]}),
        ("short text: code", {"do": "set", **other, "code": code, "stance": "breach", "note": ""}),
        ("short text: flag", {"do": "flag", "item": short["item"], "on": number % 2 == 0}),
        ("short text: done", {"do": "done", "item": short["item"]}),
    ]


def spread(times: list[float]) -> str:
    return f"{statistics.median(times):.0f} | {statistics.quantiles(times, n=20)[-1]:.0f} | {max(times):.0f}"


def time_session(session: Session, rounds: int) -> None:
    found: dict[str, list[float]] = {}
    sizes: dict[str, int] = {}
    work = [one for number in range(rounds) for one in messages(session, number)]
    for number, (what, message) in enumerate([*work, *[("window opens", {"do": "hello"})] * rounds]):
        began = time.perf_counter()
        answer = session.handle({"cid": str(number), **message})
        found.setdefault(what, []).append((time.perf_counter() - began) * 1000)
        assert answer["ok"], answer
        sizes[what] = len(json.dumps(answer)) // 1000
    print("| Session | median ms | p95 ms | most ms | kilobytes |\n|---|---|---|---|---|")
    for what, times in found.items():
        print(f"| {what} | {spread(times)} | {sizes[what]} |")
    decisions = [one for what, times in found.items() if "open" not in what for one in times]
    print(f"| all decisions | {spread(decisions)} | |\n")


def time_keys(session: Session, rounds: int) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        page = session_page(browser, session)
        page.click(".ct-place")
        page.evaluate("document.querySelector('.ct-text').scrollTop = 40000")
        page.mouse.click(600, 400)
        page.evaluate(TIMED)
        pressed = []
        for _ in range(rounds):
            for key in KEYS:
                pressed += [key] * (key.count("+") + 1)  # the key that is held down is an event too
                page.keyboard.press(key)
                page.wait_for_function("n => window.times.length >= n", arg=len(pressed))
                page.wait_for_selector(".ct-saved:not(.ct-waiting):not(.ct-bad)")
        times = page.evaluate("window.times")
        problems = [*page.problems, *page.locator(".ct-banner").all_inner_texts()]
        browser.close()
    assert not problems, problems
    print("| Key to paint | median ms | p95 ms | most ms |\n|---|---|---|---|")
    for key in KEYS:
        print(f"| {key} | {spread([one for name, one in zip(pressed, times, strict=True) if name == key])} |")
    print(f"| all {len(times)} | {spread(times)} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--codings", type=int, default=10_000)
    parser.add_argument("--keys", type=int, default=30, help="how often each key and message")
    settings = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        session = filled(Path(folder) / "project", settings.items, settings.codings)
        length = max(map(len, session.project.texts.values()))
        print(
            f"{settings.items:,} items, {len(session.state.codings):,} codes in the log, a text of {length:,} "
            f"characters; made in {time.perf_counter() - began:.0f} s; load {os.getloadavg()[0]:.1f}\n"
        )
        time_session(session, settings.keys)
        time_keys(session, settings.keys)
        session.close()


if __name__ == "__main__":
    main()
