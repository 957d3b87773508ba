"""The annotation widget in a bare page: a stand-in for Python keeps the project in the page's memory.

``widget_page(browser, project)`` opens a page of the pretended host ``http://widget.test``; nothing leaves the machine.
The stand-in answers as the protocol says, without disk: decisions are folded one by one, undo goes back to snapshots.
``session_page(browser, session)`` opens the same page with a real session behind it.
In the page: ``fake.sent`` (every message of the widget), ``fake.silent`` (give no answers), ``fake.owing`` (answers on
their way), ``fake.fail`` (the next decision's failure), ``fake.state`` (session), ``fake.render()`` (the cell is run
again), ``fake.view()`` (one view more), ``outside`` (keys that left).
"""

import json

from toolkit.resources import data_file

HOST = "http://widget.test"

#: Contrast (WCAG 2.2, 1 to 21) of the text of the first element that a selector finds, on the ground it stands on.
CONTRAST = """selector => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const light = (colour) => { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const node = document.querySelector(selector);
  let ground = node;
  while (getComputedStyle(ground).backgroundColor === 'rgba(0, 0, 0, 0)') ground = ground.parentElement;
  const pair = [light(getComputedStyle(node).color), light(getComputedStyle(ground).backgroundColor)];
  return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05); }"""

FAKE = r"""
import widget from "/annotate.js";
const project = JSON.parse(document.getElementById("project").textContent);
const copy = (value) => JSON.parse(JSON.stringify(value));

class Fake {
  constructor() {
    this.handlers = [];
    this.sent = [];
    this.owing = 0;           // answers on their way
    this.log = [];            // decisions: {cid, message, answer}
    this.data = { annotations: [], items: {}, suggestions: copy(project.suggestions || []) };
    for (const one of project.annotations || []) this.data.annotations.push({ ...one, n: 0, at: "", from: null });
    for (const { item } of project.items) this.data.items[item] = { item, status: "", flag: false, note: "" };
    this.past = [];
    this.future = [];
    this.state = project.state || "writing";
    this.silent = false;
    this.fail = null;
  }
  on(name, handler) { this.handlers.push(handler); }
  off(name, handler) { this.handlers = this.handlers.filter((one) => one !== handler); }
  push(content) { this.handlers.forEach((handler) => handler(copy(content), [])); }
  send(message) {
    this.sent.push(copy(message));
    if (this.closed) throw new Error("closed");
    if (this.silent) return;
    this.owing += 1;
    setTimeout(() => {
      this.push({ re: message.cid, ...this.answer(copy(message)) });
      this.owing -= 1;
    }, 0);
  }
  item(name) { return project.items.find((one) => one.item === name); }
  of(list, { doc_id }) { return (list || []).filter((one) => one.doc_id === doc_id); }
  undoable() { return { undo: this.past.length > 0, redo: this.future.length > 0 }; }
  counters() {
    const all = Object.values(this.data.items);
    const count = (fits) => all.filter(fits).length;
    return {
      total: all.length, done: count((one) => one.status === "done"), skipped: count((one) => one.status === "skipped"),
      flagged: count((one) => one.flag), codes: this.data.annotations.length, minutes: 42, per_hour: 118.4,
    };
  }
  codes(item) {
    return this.of(this.data.annotations, item).filter((a) => a.start >= item.start && a.end <= item.end).length;
  }
  hello() {
    const setup = { ...project.setup, words: project.words[project.setup.lang], langs: ["es", "it", "en"] };
    const queue = project.items.map((item) => {
      const { doc_id, title } = item;
      return { ...this.data.items[item.item], doc_id, title, codes: this.codes(item) };
    });
    const at_item = (queue.find((one) => !one.status) || queue[0])?.item;
    const session = { state: this.state, message: "" };
    return { ok: true, setup, queue, counters: this.counters(), at_item, session, ...this.undoable() };
  }
  own(item) { return this.of(this.data.annotations, item).map(({ doc_id: _, ...a }) => a); }
  open(name) {
    const item = this.item(name);
    const items = this.of(project.items, item).map((one) => [one.item, one.start, one.end]);
    const view = {
      item: { ...item, ...this.data.items[name] }, annotations: this.own(item), judged_by: project.judged_by || [],
      doc: { doc_id: item.doc_id, items, ...project.docs[item.doc_id] },
      suggestions: this.of(this.data.suggestions, item), others: this.of(project.others, item),
      disagreements: this.of(project.disagreements, item),
    };
    return { ok: true, view };
  }
  answer(message) {
    const what = message.do;
    if (what === "language") project.setup.lang = message.lang;
    if (what === "take_over") this.state = "writing";
    if (what === "hello" || what === "language" || what === "take_over") return this.hello();
    if (what === "open") return this.open(message.item);
    const known = this.log.find((one) => one.cid === message.cid);
    if (known) return known.answer;
    const session = { state: this.state, message: "" };
    if (this.state === "elsewhere") return { ok: false, kind: "elsewhere", error: "other window", session };
    const { fail } = this;
    this.fail = null;
    if (fail) return { ok: false, ...fail };
    const extra = this.change(message), item = this.item(message.item);
    const answer = {
      ok: true, n: this.log.length + 1, at: "2026-11-22T14:03:07.000Z", item: item.item, doc_id: item.doc_id,
      annotations: this.own(item), items: [{ ...this.data.items[item.item], codes: this.codes(item) }],
      counters: this.counters(), suggestions: this.of(this.data.suggestions, item), ...this.undoable(), ...extra,
    };
    this.log.push({ cid: message.cid, message, answer: copy(answer) });
    return answer;
  }
  change(message) {
    if (message.do === "undo" || message.do === "redo") {
      const [from, to] = message.do === "undo" ? [this.past, this.future] : [this.future, this.past];
      const step = from.pop();
      if (step) { to.push({ data: this.data, item: step.item }); this.data = step.data; }
      return { goto: step?.item };
    }
    this.past.push({ data: copy(this.data), item: message.item });
    this.future = [];
    const { doc_id } = this.item(message.item), entry = this.data.items[message.item];
    const fits = (a, field) => a[field] === message[field];
    const same = (a) => a.doc_id === doc_id && ["start", "end", "code"].every((field) => fits(a, field));
    const old = this.data.annotations.find(same);
    const suggestion = this.data.suggestions.find((one) => one.id === message.suggestion);
    const drop = () => { this.data.annotations = this.data.annotations.filter((a) => !same(a)); };
    const add = (a) => this.data.annotations.push({ doc_id, n: this.log.length + 1, at: "", ...a });
    const { start, end, code, stance, note } = message;
    if (message.do === "set") { drop(); add({ start, end, code, stance, note, from: message.from ?? null }); }
    if (message.do === "remove") drop();
    if (message.do === "move" && old) { drop(); add({ ...old, start: message.to_start, end: message.to_end }); }
    if (message.do === "accept") {
      suggestion.state = "accepted";
      const { start, end, code } = suggestion;
      add({ start, end, code, stance, note: "", from: { suggestion: suggestion.id } });
    }
    if (message.do === "dismiss") suggestion.state = "dismissed";
    if (message.do === "flag") entry.flag = message.on;
    if (message.do === "note") entry.note = message.note;
    if (message.do === "reopen") entry.status = "";
    if (message.do === "done" || message.do === "skip") {
      entry.status = message.do === "done" ? "done" : "skipped";
      const here = project.items.findIndex((one) => one.item === message.item);
      const order = [...project.items.slice(here + 1), ...project.items.slice(0, here)];
      return { next: order.find((one) => !this.data.items[one.item].status)?.item ?? null };
    }
    return {};
  }
  render() {
    this.end?.();
    this.end = widget.render({ model: this, el: document.getElementById("cell") });
  }
  view() {
    const el = document.createElement("div");
    document.body.append(el);
    widget.render({ model: this, el });
  }
}
window.outside = [];
for (const kind of ["keydown", "keypress", "keyup"]) {
  document.addEventListener(kind, (event) => window.outside.push(kind + " " + event.key));
}
window.fake = new Fake();
window.fake.render();
"""

#: The widget's messages go to ``window.python``, which tests bind to a session.
BRIDGE = r"""
import widget from "/annotate.js";
window.bridge = {
  handlers: [],
  on(name, handler) { this.handlers.push(handler); },
  off(name, handler) { this.handlers = this.handlers.filter((one) => one !== handler); },
  async send(message) {
    const answer = await window.python(JSON.stringify(message));
    this.handlers.forEach((handler) => handler(JSON.parse(answer), []));
  },
};
widget.render({ model: window.bridge, el: document.getElementById("cell") });
"""

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>widget</title>
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="/annotate.css"><style>body {{ margin: 8px; background: light-dark(#fff, #111) }}
html {{ color-scheme: light dark }}</style></head>
<body><div id="cell"></div><script type="application/json" id="project">{project}</script>
<script type="module" src="/fake.js"></script></body></html>"""

CODES = [
    ("listening", "Listening", "The organisation hears what people tell it and answers."),
    ("human_voice", "Human voice", "It speaks like a person, not like a brochure."),
    ("openness", "Openness", "It shows what it does, mistakes included."),
    ("control", "Control", "Who decides what may be said."),
    ("trust", "Trust", "Why people believe it, or stopped believing it."),
    ("community", "Community", "People around a brand, a trade or a hobby who know each other."),
    ("advertising", "Advertising", "Paid messages that interrupt."),
    ("networked_customers", "Networked customers", "Customers tell each other what they live through."),
    ("cocreation", "Co-creation", "Products and texts made together with customers."),
]
STANCES = [("endorses", "Endorses"), ("breach", "Breach"), ("rejects", "Rejects"), ("mentions", "Mentions")]


def words():
    """The interface texts as shipped."""
    return json.loads(data_file("annotation", "words.json").read_text(encoding="utf-8"))


def setup(unit="span", lang="en", role="coder", **more):
    """The ``setup`` of a small project."""
    codes = [
        {
            "id": code,
            "key": "123456789"[place],
            "name": name,
            "definition": definition,
            "include": [f"A sentence that says so: {name.lower()}."],
            "exclude": ["A bare number without conduct."],
            "contrasts": [{"code": CODES[(place + 1) % len(CODES)][0], "text": "there the theme is another one."}],
            "examples": [
                {"text": "They answered within the hour.", "kind": "positive", "stance": "endorses"},
                {"text": "The widget shows five comments.", "kind": "negative", "stance": None},
            ],
            "group": "Conversation" if place < 4 else "People",
            "colour": place,
        }
        for place, (code, name, definition) in enumerate(CODES)
    ]
    stances = [
        {"id": stance, "key": str(place + 1), "name": name, "definition": f"{name}."}
        for place, (stance, name) in enumerate(STANCES)
    ]
    return {
        "project": "Conversaciones 2005–2016",
        "project_id": "p1",
        "coder": "ana",
        "role": role,
        "lang": lang,
        "unit": unit,
        "stance_required": False,
        "blind": role == "coder",
        "codebook": {
            "id": "demo",
            "version": "1.0.0",
            "title": "Demo",
            "codes": codes,
            "stances": stances,
            "rules": ["One stance per code.", "Most sentences take no code."],
        },
        "guidelines": "<h2>What to read</h2><p>Code one sentence at a time.</p>",
        **more,
    }


def doc(text, lang="es", **more):
    """A document as the protocol sends it; sentences are the stretches between line breaks and full stops."""
    sentences, start = [], 0
    for place, sign in enumerate(text):
        if sign in ".\n?!" or place == len(text) - 1:
            end = place + 1
            stretch = text[start:end]
            if stretch.strip():
                lead = len(stretch) - len(stretch.lstrip())
                sentences.append([start + lead, start + len(stretch.rstrip())])
            start = end
    return {
        "title": "Una tienda que escucha",
        "date": "2009-03-14",
        "lang": lang,
        "source": "",
        "text": text,
    }, sentences


def span_project(text, doc_id="d1", furniture=(), **more):
    """One document in which stretches are chosen, and a second one."""
    document, sentences = doc(text)
    document |= {"sentences": sentences, "furniture": list(furniture)}
    second, more_sentences = doc("Segundo texto. Fin.")
    second |= {"sentences": more_sentences, "furniture": [], "title": "Segundo"}
    items = [
        {"item": "i1", "doc_id": doc_id, "start": 0, "end": len(text), "unit": "span", "title": document["title"]},
        {"item": "i2", "doc_id": "d2", "start": 0, "end": 19, "unit": "span", "title": "Segundo"},
    ]
    return {
        "setup": setup("span", **more.pop("setup", {})),
        "docs": {doc_id: document, "d2": second},
        "items": items,
        **more,
    }


def sentence_project(text, **more):
    """Every sentence of one document is an item."""
    document, sentences = doc(text)
    document |= {"sentences": sentences, "furniture": more.pop("furniture", [])}
    items = [
        {
            "item": f"i{place + 1}",
            "doc_id": "d1",
            "start": start,
            "end": end,
            "unit": "sentence",
            "title": text[start:end][:60],
        }
        for place, (start, end) in enumerate(sentences)
    ]
    return {
        "setup": setup("sentence", **more.pop("setup", {})),
        "docs": {"d1": document},
        "items": items,
        **more,
    }


def session_page(browser, session, **context):
    """Open the widget of a :class:`toolkit.annotation.session.Session` in a page of its own; returns the page."""
    page = browser.new_context(**{"viewport": {"width": 1360, "height": 860}, **context}).new_page()
    page.expose_function("python", lambda message: json.dumps(session.handle(json.loads(message))))
    return widget_page(browser, {}, page, BRIDGE)


def widget_page(browser, project, page=None, script=FAKE, **context):
    """Open ``project`` in a page of its own, or in ``page``; returns the page.

    ``page.requests`` lists everything it asked for, ``page.problems`` every error and complaint of the browser.
    """
    if page is None:
        page = browser.new_context(**{"viewport": {"width": 1360, "height": 860}, **context}).new_page()
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda message: page.problems.append(message.text) if message.type == "error" else None)
    else:
        page.unroute_all()
    page.requests, page.problems = [], []
    files = {
        "/annotate.js": ("text/javascript", data_file("annotation", "annotate.js").read_text(encoding="utf-8")),
        "/annotate.css": ("text/css", data_file("annotation", "annotate.css").read_text(encoding="utf-8")),
        "/fake.js": ("text/javascript", script),
        "/": (
            "text/html",
            PAGE.format(
                project=json.dumps({"words": words(), **project}, ensure_ascii=False)
                .replace("&", "\\u0026")
                .replace("<", "\\u003c")
                # a parser of HTML would turn a carriage return into a line feed
            ),
        ),
    }

    def serve(route):
        page.requests.append(route.request.url)
        path = route.request.url.removeprefix(HOST)
        if not route.request.url.startswith(HOST) or path not in files:
            return route.fulfill(status=404, body="")
        kind, body = files[path]
        return route.fulfill(
            status=200,
            content_type=f"{kind}; charset=utf-8",
            body=body,
            # inline styles only through scripts, nothing from elsewhere, nothing inline that runs
            headers={"Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'"},
        )

    page.route("**/*", serve)
    page.goto(HOST + "/")
    page.wait_for_selector(".ct-block")
    return page


def decisions(page):
    """The decisions the widget has sent, in order."""
    return page.evaluate(
        "fake.sent.filter((one) => !['hello', 'open', 'language', 'take_over'].includes(one.do))",
    )
