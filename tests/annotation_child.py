"""A small annotation project, and processes that code in it and are killed: for the tests of people at work.

``python annotation_child.py`` is a warm process that forks a child for each task it reads from its input (a line of
JSON), so that 200 kernels start in the time of one. No pytest here: it begins at once.
"""

import json
import os
import random
import sys
import time
from pathlib import Path

import pandas as pd

from toolkit.annotation.projects.create import create_project
from toolkit.annotation.projects.project import Project
from toolkit.annotation.record import log as log_module
from toolkit.annotation.session import Session
from toolkit.files import sha256_text

#: An emoji before the words, a family of joined emoji, an accent of its own, two kinds of line ends, NUL.
TEXTS = {
    "uno": "🙂 La tienda escucha. Nadie contesta 👩‍👧. Cafe\u0301 y pan.",
    "dos": "Primera línea.\r\nSegunda\x00 línea rota.\nTercera línea.",
    "tre": "Il negozio risponde. I prezzi salgono.",
}
BOOK = """
id: tienda
version: "1"
languages: [es, it]
title: {es: Tienda, it: Negozio}
multi_label: %s
stances:
  - {id: endorses, name: {es: A favor, it: A favore}, definition: {es: Lo pide., it: Lo chiede.}}
  - {id: breach, name: {es: Falta, it: Mancanza}, definition: {es: No se hace., it: Non si fa.}}
codes:
  - {id: escucha, name: {es: Escucha, it: Ascolto}, definition: {es: Se escucha., it: Si ascolta.}}
  - {id: precios, name: {es: Precios, it: Prezzi}, definition: {es: Lo que cuesta., it: Quanto costa.}}
  - {id: trato, name: {es: Trato, it: Modi}, definition: {es: Cómo se trata., it: Come si tratta.}}
"""


def make_project(folder, *, unit="span", several=True, texts=TEXTS, suggestions=(), **further):
    """The project in ``folder``/p. ``suggestions``: (doc_id, start, end, code, stance) of a machine."""
    folder.mkdir(parents=True, exist_ok=True)
    book = folder / "tienda.yaml"
    book.write_text(BOOK % str(several).lower(), encoding="utf-8")
    posts = pd.DataFrame(
        [
            {"doc_id": doc_id, "lang": "it" if doc_id == "tre" else "es", "text": text, "sha256": sha256_text(text)}
            for doc_id, text in texts.items()
        ]
    ).reindex(columns=["doc_id", "lang", "text", "title", "author", "date", "url", "source", "sha256"])
    table = None
    if suggestions:
        table = pd.DataFrame(
            [
                {
                    "doc_id": doc_id, "start": start, "end": end, "quote": texts[doc_id][start:end],
                    "codebook": "tienda", "codebook_version": "1", "code": code, "stance": stance, "coder": "máquina",
                    "kind": "machine", "score": 0.8, "evidence": None, "created": None, "note": None,
                }
                for doc_id, start, end, code, stance in suggestions
            ]
        )  # fmt: skip
    return create_project(
        folder / "p", posts, codebook=book, unit=unit, suggestions=table,
        **{"coders": ["ana", "luis"], "stance_required": False, **further},
    )  # fmt: skip


def say(**words):
    """One line to the parent, whole: the kernel does not cut writes this short."""
    os.write(1, (json.dumps({"pid": os.getpid(), **words}) + "\n").encode())


def some_decision(chance, item):
    """A decision at random: what it needs is there or it is refused, both as in a day's work."""
    start, length = chance.randrange(0, 20), chance.randrange(1, 12)
    place = {"item": item, "start": start, "end": start + length}
    quote = TEXTS["uno"][start : start + length]
    code = chance.choice(["escucha", "precios", "trato"])
    return chance.choice(
        [
            {"do": "set", **place, "quote": quote, "code": code, "note": "x" * chance.randrange(0, 3000)},
            {"do": "set", **place, "quote": quote, "code": code, "stance": "breach"},
            {"do": "remove", **place, "code": code},
            {"do": "note", "item": item, "note": "más palabras " * chance.randrange(0, 50)},
            {"do": chance.choice(["done", "reopen", "skip"]), "item": item},
            {"do": chance.choice(["undo", "redo"])},
        ]
    )


def code_for_ever(project, seed):
    """Decide as fast as possible; each confirmed decision is reported after its answer."""
    session = Session(project, "ana")
    say(opened=session.handle({"cid": "h", "do": "hello"})["session"])
    chance = random.Random(seed)
    item = next(item for item in session.queue if item.startswith("uno"))
    for number in range(1_000_000):
        cid = f"{seed}-{number}"
        decision = some_decision(chance, item)
        answer = session.handle({"cid": cid, **decision})
        if answer["ok"]:
            say(n=answer["n"], cid=cid, do=decision["do"])
        elif answer["kind"] != "input":
            say(failed=answer)


def hammer(project, name, rounds):
    """Decide in turn with others, taking over whenever told that somebody else writes; the disk is a slow one, which
    gives the others time between the look at the log and the line."""
    chance, write = random.Random(name), log_module._write_all
    log_module._write_all = lambda handle, data: (time.sleep(chance.uniform(0, 0.02)), write(handle, data))
    session = Session(project, "ana", take_over=True)
    item = session.queue[0]
    told = 0
    for number in range(rounds):
        message = {"cid": f"{name}-{number}", "do": "note", "item": item, "note": f"{name} {number}"}
        answer = session.handle(message)
        while not answer["ok"]:
            if answer["kind"] != "elsewhere":
                say(failed=answer)
                return
            told += 1
            taken = session.handle({"cid": "t", "do": "take_over"})
            if not taken["ok"]:
                say(failed=taken)
                return
            answer = session.handle(message)
        time.sleep(chance.uniform(0, 0.02))
    say(told=told)


def code_on_a_full_disk(project, room):
    """Decide until the file may grow no more, then with room again."""
    import resource  # not on Windows

    session = Session(project, "ana")
    item = session.queue[0]
    log = project.log_path("ana")
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((log.stat().st_size if log.exists() else 0) + room, hard))
    confirmed, answer = 0, {"ok": True}
    while answer["ok"] and confirmed < 10_000:
        answer = session.handle({"cid": f"a{confirmed}", "do": "note", "item": item, "note": "y" * 100})
        confirmed += answer["ok"]
    note = session.state.item(item).note
    say(confirmed=confirmed, answer=answer, size=log.stat().st_size, note=note)
    again = session.handle({"cid": "still", "do": "note", "item": item, "note": "y" * 100})
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    after = session.handle({"cid": "room", "do": "note", "item": item, "note": "hay sitio"})
    say(again=again, after=after)


def open_read_only(project, user):
    """As a user without rights on the folder."""
    if user is not None:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    session = Session(project, "ana")
    item = session.queue[0]
    say(
        hello=session.handle({"cid": "h", "do": "hello"})["session"],
        view=session.handle({"cid": "v", "do": "open", "item": item})["ok"],
        answer=session.handle({"cid": "a", "do": "flag", "item": item, "on": True}),
        over=session.handle({"cid": "t", "do": "take_over"})["session"],
    )
    session.close()


def hold(project):
    """Open, and do nothing until killed."""
    session = Session(project, "ana")
    say(opened=session.handle({"cid": "h", "do": "hello"})["session"])
    time.sleep(60)


TASKS = {
    "code_for_ever": code_for_ever, "hammer": hammer, "code_on_a_full_disk": code_on_a_full_disk,
    "open_read_only": open_read_only, "hold": hold,
}  # fmt: skip


def serve():
    """Fork a child for each task; ``reap`` false leaves the dead as zombies, as a careless parent does."""
    projects = {}
    say(ready=True)
    for line in sys.stdin:
        order = json.loads(line)
        folder = order["folder"]
        if folder not in projects:
            projects[folder] = Project(Path(folder))
            Session(projects[folder], "luis").close()  # what is read once is read here
        children = []
        for name, arguments in order["tasks"]:
            child = os.fork()
            if not child:
                try:
                    TASKS[name](projects[folder], **arguments)
                except BaseException as error:
                    say(raised=f"{type(error).__name__}: {error}")
                os._exit(0)
            children.append(child)
        for child in children:
            os.waitid(os.P_PID, child, os.WEXITED | (0 if order.get("reap", True) else os.WNOWAIT))
            say(dead=child)


if __name__ == "__main__":
    serve()
