// The annotation widget: one ES module for anywidget, no imports, no build step, no network.
//
// It talks to Python through custom messages only (toolkit/annotation/ answers them), so that no text is ever kept in
// a notebook's widget state. Positions in messages are Unicode code points, inside this file UTF-16 units; they are
// converted at the border (Positions). What a decision does is shown at once, but "saved" only after Python's answer.
// Texts, codebooks and notes are strangers' texts: they become text nodes, never HTML. The one exception is
// setup.guidelines, which Python has made safe.
//
// Messages. Every request has `cid`; its answer has `re` = that cid, `ok`, and where it failed `kind` (input, elsewhere,
// disk, internal), `error` (one sentence) and `session`. {push: "session", session} comes unasked.
//   hello, language {lang}, take_over -> setup, queue, counters, at_item, undo, redo, session {state, message};
//     state: writing, elsewhere (another window writes), readonly
//   open {item} -> view: item, doc (text, furniture, sentences, items: what a click goes to), annotations (own),
//     suggestions (the machine's), others, judged_by, disagreements, and in practice feedback (null until it is done:
//     kind, title, points, why, rules, hint, summary; all text)
//   set {start, end, quote, code, stance, note, from?, why?}, remove {start, end, code, why?},
//   move {start, end, code, to_start, to_end, quote, why?}, note {note}, flag {on}, done, skip, reopen,
//   accept {suggestion, stance}, dismiss {suggestion}, undo, redo; all with {item} ->
//     n, at, doc_id, item, annotations, items (those that changed), counters, undo, redo, suggestions?, feedback?, next?, goto?
// A decision that was not answered stays in localStorage (cluetrain-annotate:<project_id>:<coder>) and is sent again,
// under its old cid, when the widget is drawn anew. Notes and reasons being written are kept beside it (...:drafts).
// A widget may be in view several times (JupyterLab's "Create New View for Cell Output", a second tab of the same
// notebook): every view hears every answer, also to what another view asked.
//
// Keys that codes may have (all others are commands), in the order in which they should be given out:
//   CODE_KEYS = 1 2 3 4 5 6 7 8 9 0 b c e h i l m o p t u v y z
// While a stance is asked for, the stances' own keys (1 to 4) win; every other code key gives its code.

const CODE_KEYS = "1234567890bcehilmoptuvyz";

/** Of Okabe & Ito (2008) and three more, as in toolkit/marked_text.py: at least 3:1 on white, #111111, #1e1e1e. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8f66c9", "#8a7b1e", "#7d7d7d"];
const GREY = COLOURS.length - 1;
/** Lines are told apart by pattern too: 4 patterns and 7 colours meet again after 28 codes. */
const PATTERNS = [[], [9, 3], [3, 3], [9, 3, 2, 3]];
/** Stances as signs, as in toolkit/principles/evidence_view.py. */
const SIGNS = { endorses: "+", breach: "!", rejects: "−", mentions: "○" };
const LANES = 6; // lines under one word; further marks keep their label and stand in the strip
const LANE = 5; // pixels of a lane: a line of 3 and air
const BLOCK = 2000; // characters after which a block of text ends at the next line break ...
const LONGEST_BLOCK = 6000; // ... or, in text without line breaks, at the last end of a sentence
const LATE = 3000; // milliseconds without an answer until the banner
const MOST_PENDING = 200; // decisions without an answer; then the widget takes no more, rather than promise too much
const MOST_CHIPS = 40;
const MOST_DRAFTS = 20; // notes begun and not saved; the oldest goes
const LONGEST_NOTE = 10000; // characters; Python takes 20,000
const LABEL = 22; // characters of a code's name in a label: more would pull the text apart
const ROW = 44; // pixels of a row of the list (it draws only the rows in view)
const SIZES = [14, 30]; // text size in pixels, from and to
const HIGHLIGHT = "ct-annotate-selection";
/** Said while the words in the reader's language are not there. */
const SILENT =
  "El kernel no responde: ejecuta la celda · Il kernel non risponde: esegui la cella · " + "The kernel does not answer: run the cell";

// ---- small helpers --------------------------------------------------------------------------------------

/**
 * @param {string} name @param {Object<string, any>} [props] attributes; on... are listeners; null and false are left out
 * @param {...(Node|string|number|null|undefined|false)} kids
 */
function el(name, props, ...kids) {
  const node = document.createElement(name);
  if (name === "button") node.setAttribute("type", "button");
  for (const [key, value] of Object.entries(props || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "style") Object.assign(node.style, value);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...kids.flat(4).filter((kid) => kid !== null && kid !== undefined && kid !== false));
  return node;
}

/** @param {string} look class of the style sheet @param {...any} kids */
const div = (look, ...kids) => el("div", { class: look }, ...kids);
const span = (look, ...kids) => el("span", { class: look }, ...kids);
const soft = (...kids) => span("ct-soft", ...kids);

const clip = (text, most) => {
  const signs = [...text.replace(/\s+/g, " ").trim()];
  return signs.length > most ? signs.slice(0, most - 1).join("") + "…" : signs.join("");
};
const keyOf = (a) => `${a.start}:${a.end}:${a.code}`;
const tongue = (lang) => (/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/.test(lang || "") ? lang : null);
/** First place in a sorted array where `before` is no longer true. */
function firstNot(array, before) {
  let low = 0,
    high = array.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (before(array[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The line of a code: colour and pattern together, as a background image. */
function lineImage(colour, broken) {
  const tint = COLOURS[colour % COLOURS.length];
  const pattern = broken ?? PATTERNS[colour % PATTERNS.length];
  if (!pattern.length) return `linear-gradient(${tint},${tint})`;
  let at = 0;
  const parts = pattern.map((length, place) => {
    const from = at;
    at += length;
    return `${place % 2 ? "transparent" : tint} ${from}px ${at}px`;
  });
  return `repeating-linear-gradient(90deg,${parts.join(",")})`;
}

/** Coders have grey lines, each with a pattern: colours always mean codes. */
const coderLine = (place) => lineImage(GREY, PATTERNS[place % PATTERNS.length]);
const swatch = (colour) => el("span", { class: "ct-swatch", "aria-hidden": "true", style: { backgroundImage: lineImage(colour) } });
const cap = (key) => el("kbd", { class: "ct-key" }, key);

// ---- positions: code points outside, UTF-16 units inside ------------------------------------------------

/** Converts between code points and UTF-16 units of one text; free of cost where no sign needs two units. */
class Positions {
  /** @param {string} text */
  constructor(text) {
    /** Code point positions of the signs that take two units. @type {number[]} */
    this.wide = [];
    for (const match of text.matchAll(/[\u{10000}-\u{10FFFF}]/gu)) this.wide.push(match.index - this.wide.length);
  }

  /** @param {number} point */
  unit(point) {
    return this.wide.length ? point + firstNot(this.wide, (wide) => wide < point) : point;
  }

  /** @param {number} unit */
  point(unit) {
    if (!this.wide.length) return unit;
    let low = 0,
      high = this.wide.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.wide[middle] + middle < unit) low = middle + 1;
      else high = middle;
    }
    return unit - low;
  }
}

const graphemes = typeof Intl !== "undefined" && Intl.Segmenter ? new Intl.Segmenter("und", { granularity: "grapheme" }) : null;
/** What a reader sees as one sign, where the browser cannot tell: pairs, CRLF, combining marks, joiners, flags. */
const CLUSTER =
  /\r\n|\p{RI}\p{RI}|\P{M}[\p{M}\u200d\ufe0f\u{1f3fb}-\u{1f3ff}]*(?:(?<=\u200d)\P{M}[\p{M}\u200d\ufe0f\u{1f3fb}-\u{1f3ff}]*)*|\p{M}+/gsu;

/** The borders of signs around a position: [border at or before it, border at or after it]. */
function borders(text, unit) {
  if (unit <= 0 || unit >= text.length) return [unit, unit];
  // from the last blank on, so that flags (pairs of signs) are counted from their beginning
  let from = unit - 1;
  while (from > 0 && unit - from < 400 && !/\s/.test(text[from])) from -= 1;
  if (text[from] === "\n" && text[from - 1] === "\r") from -= 1;
  if (/[\udc00-\udfff]/.test(text[from])) from -= 1;
  const part = text.slice(from, unit + 400);
  const pieces = graphemes ? graphemes.segment(part) : [...part.matchAll(CLUSTER)].map((m) => ({ index: m.index, segment: m[0] }));
  for (const piece of pieces) {
    const start = from + piece.index,
      end = start + piece.segment.length;
    if (start === unit) return [unit, unit];
    if (start < unit && unit < end) return [start, end];
    if (start > unit) break;
  }
  return [unit, unit];
}

/** The next border of a sign in a direction (-1 or 1). */
function step(text, unit, way) {
  if (way > 0) return unit >= text.length ? unit : Math.max(borders(text, unit + 1)[1], unit + 1);
  return unit <= 0 ? 0 : borders(text, unit - 1)[0];
}

const splitter = graphemes ? new Intl.Segmenter("es", { granularity: "word" }) : null;
const WORDY = /[\p{L}\p{N}\p{Extended_Pictographic}\p{RI}]/u;

/** Words of a stretch as [start, end]; @name and #tag are one word, an emoji too, punctuation is none. */
function wordsOf(text, from, to) {
  const part = text.slice(from, to);
  const pieces = splitter
    ? splitter.segment(part)
    : [...part.matchAll(/[\p{L}\p{N}\p{M}'’_-]+|[^\s\p{P}]+/gu)].map((m) => ({ index: m.index, segment: m[0] }));
  const words = [];
  for (const { index, segment } of pieces) {
    if (!WORDY.test(segment)) continue;
    const sign = /[@#]/.test(part[index - 1] || "") ? 1 : 0;
    words.push([from + index - sign, from + index + segment.length]);
  }
  return words;
}

// ---- wire: requests, answers, what is not saved yet ------------------------------------------------------

/**
 * Sends requests and keeps decisions until they are answered, in localStorage too.
 * @typedef {{m: Object<string, any>, doc: string|null, range?: {start: number, end: number, code: string}}} Pending
 */
class Wire {
  /** @param {any} model @param {{changed: () => void, decided: Function, session: Function, overheard: Function}} hooks */
  constructor(model, hooks) {
    this.model = model;
    this.hooks = hooks;
    /** @type {Map<string, {message: Object<string, any>, resolve: Function, at: number}>} */
    this.waiting = new Map();
    /** @type {Pending[]} */
    this.pending = [];
    this.store = null;
    this.late = false;
    this.closed = false;
    this.noCopy = false;
    this.count = 0;
    this.run = globalThis.crypto?.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    this.onMessage = (content) => this.receive(content);
    model.on("msg:custom", this.onMessage);
    this.clock = setInterval(() => this.check(), 250);
  }

  stop() {
    clearInterval(this.clock);
    this.model.off("msg:custom", this.onMessage);
  }

  /** A question: anything that changes nothing on disk. @returns {Promise<any>} */
  ask(message) {
    const cid = `${this.run}:${(this.count += 1)}`;
    return new Promise((resolve) => this.send({ cid, ...message }, resolve));
  }

  /** A decision: kept until answered. @param {Pending} pending */
  decide(pending) {
    pending.m = { cid: `${this.run}:${(this.count += 1)}`, ...pending.m };
    this.pending.push(pending);
    this.keep();
    this.post(pending);
    return pending.m.cid;
  }

  post(pending) {
    this.send(pending.m, (answer) => {
      this.pending = this.pending.filter((one) => one !== pending);
      this.keep(pending.m.cid);
      this.hooks.decided(answer, pending);
    });
  }

  send(message, resolve) {
    this.waiting.set(message.cid, { message, resolve, at: performance.now() });
    try {
      this.model.send(message);
    } catch {
      this.closed = true; // no channel to the kernel: no need to wait
      this.check();
    }
  }

  /** Everything unanswered once more, under its old id: Python answers what it has logged already as if it were new. */
  again() {
    for (const entry of this.waiting.values()) {
      entry.at = performance.now();
      try {
        this.model.send(entry.message);
      } catch {
        return; // still closed; the banner stays
      }
    }
  }

  receive(content) {
    this.closed = false;
    if (content?.push === "session") this.hooks.session(content.session);
    const entry = content?.re !== undefined && this.waiting.get(content.re);
    if (entry) {
      this.waiting.delete(content.re);
      this.check();
      entry.resolve(content);
    } else if (content?.re !== undefined) this.hooks.overheard(content); // another view of the same widget asked
  }

  check() {
    const oldest = Math.min(...[...this.waiting.values()].map((entry) => entry.at));
    this.setLate(this.waiting.size > 0 && (this.closed || performance.now() - oldest > LATE));
  }

  setLate(late) {
    if (late === this.late) return;
    this.late = late;
    this.hooks.changed();
  }

  /** Where unanswered decisions are kept; those of earlier renders are taken up. @returns {number} how many were sent again */
  adopt(store) {
    this.store = store;
    const mine = new Set(this.pending.map((one) => one.m.cid));
    const old = this.stored().filter((one) => !mine.has(one.m.cid));
    this.pending = [...old, ...this.pending];
    old.forEach((one) => this.post(one));
    this.keep();
    return old.length;
  }

  /** @returns {Pending[]} */
  stored() {
    try {
      const list = JSON.parse(localStorage.getItem(this.store) || "[]");
      return Array.isArray(list) ? list.filter((one) => one && one.m && typeof one.m.cid === "string") : [];
    } catch {
      return [];
    }
  }

  /** Write what is unanswered; what other windows of this coder keep there stays. */
  keep(answered) {
    if (!this.store) return;
    const mine = new Set([answered, ...this.pending.map((one) => one.m.cid)]);
    const all = [...this.stored().filter((one) => !mine.has(one.m.cid)), ...this.pending].slice(-2 * MOST_PENDING);
    try {
      if (all.length) localStorage.setItem(this.store, JSON.stringify(all));
      else localStorage.removeItem(this.store);
      this.noCopy = false;
    } catch {
      this.noCopy = this.pending.length > 0; // storage full or forbidden: said in the banner
    }
  }
}

/**
 * Notes and reasons begun and not saved, in localStorage: a reload must not cost what somebody was writing.
 * @typedef {{item: string, what: string, text: string}} Draft `what`: "item", "why", or the key of an annotation
 */
class Drafts {
  /** @param {string} store */
  constructor(store) {
    this.store = store;
  }

  /** @returns {Draft[]} oldest first */
  all() {
    try {
      const list = JSON.parse(localStorage.getItem(this.store) || "[]");
      return Array.isArray(list) ? list.filter((one) => typeof one?.text === "string") : [];
    } catch {
      return [];
    }
  }

  /** @param {string} item @param {string} [what] any, if left out; but no "why" */
  find(item, what) {
    return this.all().findLast((one) => one.item === item && (what ? one.what === what : one.what !== "why"));
  }

  /** Keep a text, in place of the one before; an empty text lets go of it. */
  keep(item, what, text) {
    const others = this.all().filter((one) => one.item !== item || one.what !== what);
    const list = text ? [...others, { item, what, text: text.slice(0, LONGEST_NOTE) }].slice(-MOST_DRAFTS) : others;
    try {
      if (list.length) localStorage.setItem(this.store, JSON.stringify(list));
      else localStorage.removeItem(this.store);
    } catch {
      // no storage: the note is in the field only, as in every other form
    }
  }
}

/** A coder's annotations as they will be once the pending decisions are saved; `several`: codes on one stretch. */
function folded(annotations, pending, doc, several) {
  let shown = annotations;
  for (const { m: message, doc: where, range } of pending) {
    if (where !== doc) continue;
    const m = message.do === "accept" ? { ...message, ...range, do: "set", from: { suggestion: message.suggestion } } : message;
    const key = keyOf(m);
    const old = shown.find((a) => keyOf(a) === key);
    const gone = (a) => a === old || (m.do === "set" && !several && a.start === m.start && a.end === m.end);
    const rest = shown.filter((a) => !gone(a));
    if (m.do === "set")
      shown = [
        ...rest,
        {
          n: 0,
          ...old,
          start: m.start,
          end: m.end,
          code: m.code,
          stance: m.stance ?? null,
          note: m.note ?? "",
          from: m.from ?? null,
          pending: true,
        },
      ];
    else if (m.do === "remove") shown = rest;
    else if (m.do === "move" && old) {
      const moved = { ...old, start: m.to_start, end: m.to_end, pending: true };
      shown = [...rest.filter((a) => keyOf(a) !== keyOf(moved)), moved];
    }
  }
  return [...shown].sort((a, b) => a.start - b.start || b.end - a.end || (a.code < b.code ? -1 : 1));
}

// ---- the text: blocks, lines under it, the selection ----------------------------------------------------

/**
 * A mark in UTF-16 units. @typedef {{start: number, end: number, group: number, colour: number, kind: string,
 *   label: string, title: string, focus: boolean, movable?: boolean, pending: boolean, key: string, lane?: number}} Mark
 */

/**
 * Lanes: marks that overlap have different ones. Another coder's lie at least as deep as the coder's place, so that
 * the lines stay where they are when a curator takes a reading over.
 */
function setLanes(marks) {
  const ends = [];
  const last = new Map();
  for (const mark of marks) {
    const before = last.get(mark.group);
    last.set(mark.group, mark);
    if (mark.group > 1 && before && before.start === mark.start && before.end === mark.end) {
      mark.lane = -1; // one line says that this coder coded here; the labels say what
      continue;
    }
    let lane = Math.max(0, mark.group - 1);
    while (ends[lane] > mark.start) lane += 1;
    ends[lane] = mark.end;
    mark.lane = lane;
  }
}

class TextPane {
  /** @param {HTMLElement} root the scrolling element */
  constructor(root) {
    this.root = root;
    this.id = null;
    this.text = "";
    this.blocks = [];
    this.starts = new WeakMap();
    this.range = null;
  }

  /** @param {{doc_id: string, text: string, lang: string}} doc @param {number[][]} sentences in units */
  load(doc, sentences) {
    if (this.id === doc.doc_id && this.text === doc.text) return;
    this.id = doc.doc_id;
    this.text = doc.text;
    this.blocks = this.cut(sentences).map(([start, end]) => ({ start, end, node: div("ct-block"), texts: [], look: null, words: null }));
    this.root.replaceChildren(...this.blocks.map((block) => block.node));
    const lang = tongue(doc.lang);
    if (lang) this.root.setAttribute("lang", lang);
    else this.root.removeAttribute("lang");
    this.root.scrollTop = 0;
  }

  /** Blocks end after a line break: cut there, the text looks the same. */
  cut(sentences) {
    const blocks = [];
    let start = 0;
    while (start < this.text.length) {
      const brk = this.text.indexOf("\n", start + BLOCK);
      let end = brk < 0 ? this.text.length : brk + 1;
      if (end - start > LONGEST_BLOCK) {
        const late = this.text.lastIndexOf("\n", start + BLOCK) + 1;
        const last = sentences[firstNot(sentences, (one) => one[0] <= start + LONGEST_BLOCK) - 1];
        const blank = this.text.lastIndexOf(" ", start + LONGEST_BLOCK) + 1;
        end = [late, last?.[0], blank].find((place) => place > start) || borders(this.text, start + LONGEST_BLOCK)[0];
      }
      blocks.push([start, end]);
      start = end;
    }
    return blocks;
  }

  blockAt(unit) {
    return Math.max(0, firstNot(this.blocks, (block) => block.start <= unit) - 1);
  }

  /** Draw what has changed. @param {Mark[]} marks sorted by start @param {{start:number,end:number,css:string,title?:string}[]} areas */
  paint(marks, areas) {
    setLanes(marks);
    const looks = this.blocks.map(() => ({ marks: [], areas: [], look: "" }));
    const deal = (list, name) => {
      for (const one of list) {
        for (let place = this.blockAt(one.start); place < this.blocks.length && this.blocks[place].start < one.end; place += 1)
          looks[place][name].push(one);
      }
    };
    deal(marks, "marks");
    deal(areas, "areas");
    let painted = 0;
    this.blocks.forEach((block, place) => {
      const look = looks[place];
      const sign = JSON.stringify([
        look.marks.map((m) => [m.start, m.end, m.lane, m.colour, m.kind, m.label, m.title, m.focus, m.movable, m.pending]),
        look.areas.map((area) => [area.start, area.end, area.css]),
      ]);
      if (sign === block.look) return;
      block.look = sign;
      this.paintBlock(block, look.marks, look.areas);
      painted += 1;
    });
    return painted;
  }

  paintBlock(block, marks, areas) {
    const cuts = new Set([block.start, block.end]);
    for (const one of [...marks, ...areas]) {
      cuts.add(Math.max(one.start, block.start));
      cuts.add(Math.min(one.end, block.end));
    }
    const places = [...cuts].sort((a, b) => a - b);
    const kids = [];
    block.texts = [];
    places.forEach((from, place) => {
      const ending = marks.filter((mark) => mark.end === from && from > block.start);
      const held = (list) => list.filter((mark) => mark.focus && mark.movable);
      kids.push(
        ...held(ending).map((mark) => this.handle("end", mark)),
        ...ending.map((mark) => this.label(mark)),
        ...held(marks.filter((mark) => mark.start === from && from < block.end)).map((mark) => this.handle("start", mark)),
      );
      const to = places[place + 1];
      if (to === undefined) return;
      const text = document.createTextNode(this.text.slice(from, to));
      this.starts.set(text, from);
      block.texts.push(text);
      kids.push(
        this.stretch(
          text,
          marks.filter((m) => m.start <= from && m.end >= to),
          areas.filter((a) => a.start <= from && a.end >= to),
        ),
      );
    });
    block.node.replaceChildren(...kids);
  }

  stretch(text, marks, areas) {
    if (!marks.length && !areas.length) return text;
    const node = el("span", {
        class: [
          ...new Set([
            ...areas.map((a) => a.css),
            ...marks.map((m) => `ct-m ct-${m.kind}${m.focus && m.movable ? " ct-focus" : ""}${m.pending ? " ct-pending" : ""}`),
          ]),
        ].join(" "),
      },
      text,
    );
    const title = [...marks.map((m) => m.title), ...areas.map((a) => a.title)].filter(Boolean).join("\n");
    if (title) node.title = title;
    const drawn = marks.filter((mark) => mark.lane >= 0 && mark.lane < LANES);
    if (drawn.length) {
      const depth = (Math.max(...drawn.map((m) => m.lane)) + 1) * LANE;
      node.style.backgroundImage = drawn
        .map((m) => (m.group > 1 ? coderLine(m.group - 2) : lineImage(m.colour, m.kind === "machine" ? [2, 3] : null)))
        .join(",");
      node.style.backgroundSize = drawn.map((m) => `100% ${m.kind === "own" ? 3 : 2}px`).join(",");
      node.style.backgroundPosition = drawn.map((m) => `0 calc(100% - ${depth - (m.lane + 1) * LANE}px)`).join(",");
      node.style.paddingBottom = `${depth}px`;
      if (depth > 2 * LANE) node.style.lineHeight = `max(1.9em, 1.25em + ${2 * depth - 4}px)`; // only where there are many
    }
    return node;
  }

  label(mark) {
    // the text of a label is drawn by the style sheet: it is no part of the author's text
    return el("i", {
      class: `ct-label ct-${mark.kind}${mark.focus ? " ct-focus" : ""}`, "data-label": mark.label, title: mark.title,
      "aria-hidden": "true", style: { borderColor: COLOURS[mark.colour % COLOURS.length] },
    });
  }

  handle(side, mark) {
    return el("i", { class: `ct-handle ct-${side}`, "data-side": side, "data-key": mark.key, "aria-hidden": "true" });
  }

  /** Position in the text of a place in the page, or null. */
  position(node, offset) {
    if (this.starts.has(node)) return this.starts.get(node) + offset;
    if (!this.root.contains(node)) {
      const order = this.root.compareDocumentPosition(node);
      if (order & Node.DOCUMENT_POSITION_PRECEDING) return 0;
      return order & Node.DOCUMENT_POSITION_FOLLOWING ? this.text.length : null;
    }
    const walker = document.createTreeWalker(this.root, NodeFilter.SHOW_TEXT);
    const after = node.childNodes[offset];
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
      if (
        after
          ? after === text || after.contains(text) || after.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING
          : node.compareDocumentPosition(text) === Node.DOCUMENT_POSITION_FOLLOWING
      ) {
        return this.starts.get(text);
      }
    }
    return this.text.length;
  }

  atPoint(x, y) {
    const root = /** @type {any} */ (this.root.getRootNode());
    const caret = document.caretPositionFromPoint?.(x, y, root instanceof ShadowRoot ? { shadowRoots: [root] } : undefined);
    if (caret && this.root.contains(caret.offsetNode)) return this.position(caret.offsetNode, caret.offset);
    const range = caret ? null : document.caretRangeFromPoint?.(x, y);
    return range && this.root.contains(range.startContainer) ? this.position(range.startContainer, range.startOffset) : null;
  }

  rangeOf(start, end) {
    const range = document.createRange();
    const place = (unit, first) => {
      const block = this.blocks[this.blockAt(first ? unit : Math.max(0, unit - 1))];
      for (const text of block?.texts ?? []) {
        const from = this.starts.get(text);
        if (unit < from + text.length || (!first && unit <= from + text.length)) return [text, Math.max(0, unit - from)];
      }
      const last = block?.texts.at(-1);
      return last ? [last, last.length] : [this.root, 0];
    };
    range.setStart(...place(start, true));
    range.setEnd(...place(end, false));
    return range;
  }

  /** Show the selection without touching the text's nodes (CSS Custom Highlight), else as the browser's own. */
  select(start, end) {
    const registry = globalThis.CSS?.highlights;
    if (registry && this.range) registry.get(HIGHLIGHT)?.delete(this.range);
    this.range = start === null || start >= end ? null : this.rangeOf(start, end);
    if (!this.range) return;
    if (registry) {
      if (!registry.has(HIGHLIGHT)) registry.set(HIGHLIGHT, new Highlight());
      registry.get(HIGHLIGHT).add(this.range);
    } else
      getSelection()?.setBaseAndExtent(this.range.startContainer, this.range.startOffset, this.range.endContainer, this.range.endOffset);
  }

  /** Scroll so that a stretch is in view; blocks out of view have an estimated height, hence the second look. */
  show(start, end) {
    for (let look = 0; look < 3; look += 1) {
      const rect = this.rangeOf(start, Math.max(end, start + 1)).getBoundingClientRect();
      const pane = this.root.getBoundingClientRect();
      const bottom = Math.min(rect.bottom, rect.top + pane.height * 0.6);
      if (rect.top >= pane.top + 8 && bottom <= pane.bottom - 72) return; // room for labels that wrap
      this.root.scrollTop += rect.top - pane.top - pane.height * 0.28;
    }
  }

  wordsIn(place) {
    const block = this.blocks[place];
    if (block && !block.words) block.words = wordsOf(this.text, block.start, block.end);
    return block ? block.words : [];
  }

  /** The first word that starts at or after `unit`, or with way -1 the last that ends at or before it. */
  word(unit, way) {
    for (let place = this.blockAt(way > 0 ? unit : Math.max(0, unit - 1)); place >= 0 && place < this.blocks.length; place += way) {
      const words = this.wordsIn(place);
      const found = way > 0 ? words[firstNot(words, (word) => word[0] < unit)] : words[firstNot(words, (word) => word[1] <= unit) - 1];
      if (found) return found;
    }
    return null;
  }
}

// ---- the widget -----------------------------------------------------------------------------------------

class Annotator {
  constructor(model, host) {
    this.setup = null;
    this.queue = [];
    this.places = new Map();
    this.view = null;
    this.confirmed = [];
    this.sel = null;
    this.cursor = 0;
    this.focus = null; // key of the focused annotation
    this.asking = false; // a stance is asked for
    this.tab = "codes";
    this.filter = "all";
    this.noting = null;
    this.notice = null;
    this.saved = null;
    this.moving = null; // what the widget waits for before it shows another item
    this.why = "";
    this.case = 0;
    this.counters = {};
    this.session = { state: "readonly", message: "" };
    this.memory = new WeakMap();
    this.wire = new Wire(model, {
      changed: () => this.refresh(), decided: (answer, pending) => this.decided(answer, pending),
      session: (session) => this.setSession(session), overheard: (answer) => this.overheard(answer),
    });
    this.build(host);
    this.hello({ do: "hello" });
  }

  t(key, values) {
    const text = this.setup?.words?.[key];
    if (text === undefined) return this.setup ? key : "";
    return text.replace(/\{(\w+)\}/g, (whole, name) => (values && name in values ? String(values[name]) : whole));
  }

  get curator() {
    return this.setup?.role === "curator";
  }

  get spans() {
    return this.setup?.unit === "span";
  }

  /** Waiting for another item: nobody codes what is not yet in view. A silent kernel does not hold it up for ever. */
  get busy() {
    return Boolean(this.moving) && this.moving.item !== this.view?.item.item && !this.wire.late;
  }

  get writable() {
    return this.session.state === "writing";
  }

  // ---- frame ----

  build(host) {
    this.text = el("div", { class: "ct-text", tabindex: "0", role: "group", dir: "auto" });
    this.pane = new TextPane(this.text);
    this.top = div("ct-top");
    this.banners = div("ct-banners");
    this.head = div("ct-head");
    this.strip = div("ct-strip");
    this.said_about = el("div", { class: "ct-feedback", role: "status", "aria-live": "polite", tabindex: "0", hidden: true });
    this.panel = div("ct-panel");
    this.savedLine = el("span", { class: "ct-saved", role: "status", "aria-live": "polite" });
    this.live = el("div", { class: "ct-hidden", "aria-live": "polite", role: "status" });
    this.hint = div("ct-hint");
    this.sheet = el("div", { class: "ct-sheet", hidden: true });
    // what is saved and what is wrong stand beside the text: where there is little room, that is what is in view
    const about = div("ct-about-text", this.head, this.savedLine);
    this.column = div("ct-column", this.banners, about, this.text, this.said_about, this.strip);
    this.box = el(
      "div",
      // without data-lm-suppress-shortcuts JupyterLab acts on keys too: "d d" deletes the cell (measured)
      { class: "ct", role: "application", tabindex: "-1", "data-lm-suppress-shortcuts": "true", translate: "no" },
      this.top,
      div("ct-main", this.column, this.panel),
      this.sheet,
      this.live,
    );
    this.top.append(span("ct-loading", "…"));
    host.append(div("ct-host", this.box));
    this.resized = globalThis.ResizeObserver ? new ResizeObserver(() => this.fit()) : null;
    this.resized?.observe(host);
    this.fit();
    for (const kind of ["keydown", "keypress", "keyup"]) this.box.addEventListener(kind, (event) => event.stopPropagation());
    this.box.addEventListener("keydown", (event) => this.onKey(event));
    this.box.addEventListener("copy", (event) => this.onCopy(event));
    this.box.addEventListener("focusin", (event) => this.onFocus(event));
    this.text.addEventListener("pointerdown", (event) => this.onPointer(event));
    this.text.addEventListener("scroll", () => (this.scrolled = this.text.scrollTop), { passive: true });
    this.setSize(this.remembered("size") || 18);
  }

  /** As high as the visible part of the notebook: nothing of the widget is beyond its edge. */
  fit() {
    if (!this.box.clientHeight) return; // in a tab that is not in front
    if (!this.scroller?.contains(this.box)) {
      if (this.scroller) this.resized?.unobserve(this.scroller);
      this.scroller = this.findScroller();
      this.resized?.observe(this.scroller);
    }
    const page = this.scroller === document.documentElement;
    this.box.style.setProperty("--ct-room", `${page ? innerHeight : this.scroller.clientHeight}px`);
    // an element that was moved to another place of the page (a tab beside the other) is at its beginning again
    if (!this.text.scrollTop && this.scrolled) this.text.scrollTop = this.scrolled;
  }

  /** What the notebook scrolls in: of the elements that scroll the first whose height is not that of its content. */
  findScroller() {
    for (let pane = this.box.parentElement; pane; pane = pane.parentElement) {
      if (!/auto|scroll/.test(getComputedStyle(pane).overflowY)) continue;
      const height = pane.clientHeight;
      this.box.style.height = "1px";
      const same = pane.clientHeight === height;
      this.box.style.height = "";
      if (same) return pane;
    }
    return document.documentElement;
  }

  /** Whoever works in the widget has all of it in view, or where that cannot be (narrow), the text and its codes. */
  intoView() {
    const inPane = this.scroller && this.scroller !== document.documentElement;
    const pane = inPane ? this.scroller.getBoundingClientRect() : { top: 0, bottom: innerHeight };
    const fits = (node) => node.getBoundingClientRect().height <= pane.bottom - pane.top;
    const part = [this.box, this.column].find(fits) ?? this.text;
    const { top, bottom } = part.getBoundingClientRect();
    if (top < pane.top || bottom > pane.bottom) part.scrollIntoView({ block: "nearest" });
  }

  /** Preferences of looks, in this browser only. */
  remembered(name, value) {
    try {
      const all = JSON.parse(localStorage.getItem("cluetrain-annotate:looks") || "{}");
      if (value === undefined) return all[name];
      localStorage.setItem("cluetrain-annotate:looks", JSON.stringify({ ...all, [name]: value }));
    } catch {
      return undefined; // no storage: the looks start anew each time
    }
    return value;
  }

  setSize(size) {
    this.size = Math.min(SIZES[1], Math.max(SIZES[0], Number(size) || 18));
    this.box.style.setProperty("--ct-size", `${this.size}px`);
  }

  /** Rebuild a part only when what it shows has changed. */
  part(node, shown, make) {
    const sign = JSON.stringify(shown);
    if (this.memory.get(node) === sign) return;
    this.memory.set(node, sign);
    const root = /** @type {any} */ (this.box.getRootNode());
    const held = node.contains(root.activeElement) ? (root.activeElement.dataset?.id ?? "") : null;
    node.replaceChildren(...make().filter(Boolean));
    if (held === null || node.contains(root.activeElement)) return;
    const again = held && [...node.querySelectorAll("[data-id]")].find((one) => one.dataset.id === held);
    this.quiet = true;
    (again || this.text).focus({ preventScroll: true });
    this.quiet = false;
  }

  // ---- talking with Python ----

  async hello(message) {
    const answer = await this.wire.ask(message);
    if (!answer.ok) return this.fail(answer, null);
    const here = this.view?.item.item;
    Object.assign(this, { setup: answer.setup, queue: answer.queue, undo: answer.undo, redo: answer.redo, counters: answer.counters });
    this.places = new Map(this.queue.map((entry, place) => [entry.item, place]));
    this.codes = new Map(this.setup.codebook.codes.map((code) => [code.id, code]));
    this.stances = new Map((this.setup.codebook.stances || []).map((stance) => [stance.id, stance]));
    this.stance_list = this.setup.codebook.stances || [];
    this.store = `cluetrain-annotate:${this.setup.project_id}:${this.setup.coder}`;
    this.drafts = new Drafts(`${this.store}:drafts`);
    this.memory = new WeakMap();
    if (this.curator && !this.panelBody) this.tab = "compare";
    this.box.setAttribute("aria-label", `${this.t("title")}: ${this.setup.project}`);
    this.box.setAttribute("lang", tongue(this.setup.lang) || "en");
    this.buildPanel();
    this.setSession(answer.session);
    if (this.queue.length) await this.open(here && this.places.has(here) ? here : (answer.at_item ?? this.queue[0].item));
    return undefined;
  }

  setSession(session) {
    if (!session) return;
    // a writer is told what was found when the log was opened (a line cut off by a crash, for example)
    if (session.state === "writing" && session.message && session.message !== this.session.message) this.notice = { text: session.message };
    this.session = session;
    if (this.setup && this.writable && this.wire.store === null) {
      const sent = this.wire.adopt(this.store);
      if (sent) this.notice = { text: [this.notice?.text, this.t("resent", { n: sent })].filter(Boolean).join(" ") };
    }
    this.refresh();
  }

  async open(item, then) {
    const token = { item };
    this.moving = token;
    const answer = await this.wire.ask({ do: "open", item });
    if (this.moving !== token) return;
    this.moving = null;
    if (!answer.ok) {
      this.fail(answer, null);
      return;
    }
    this.saveNote();
    const same = this.view?.item.item === item;
    this.take(answer.view, same);
    this.refresh();
    const area = this.spans && same ? null : this.itemUnits();
    if (area && !this.spans) this.pane.show(...area);
    else if (!same) this.pane.show(this.cursor, this.cursor);
    if (!same)
      this.tell(
        this.t("say_item", {
          k: this.places.get(item) + 1,
          n: this.queue.length,
          quote: clip(this.spans ? answer.view.doc.title || "" : this.slice(...area), 300),
        }),
      );
    then?.();
  }

  take(view, same) {
    const { doc } = view;
    if (this.view?.doc.doc_id !== doc.doc_id || this.view.doc.text !== doc.text) {
      this.at = new Positions(doc.text);
      this.furniture = (doc.furniture || []).map(([start, end, kind]) => ({
        start: this.at.unit(start),
        end: this.at.unit(end),
        css: "ct-furniture",
        title: kind ? this.t("furniture", { kind }) : "",
      }));
      // the keyboard passes over furniture; the mouse may still select in it
      const furnished = (unit) => this.furniture.some((area) => area.start <= unit && unit < area.end);
      this.sentences = (doc.sentences || [])
        .map(([start, end]) => [this.at.unit(start), this.at.unit(end)])
        .filter(([start]) => !furnished(start));
      this.sel = null;
      this.cursor = this.sentences[0]?.[0] ?? 0;
    }
    this.view = view;
    this.pane.load(doc, this.sentences);
    this.confirmed = view.annotations;
    if (!same) {
      const why = (this.curator && this.drafts.find(view.item.item, "why")?.text) || "";
      Object.assign(this, { sel: null, focus: null, asking: false, noting: null, why, case: 0, suggestion: null, said: "" });
      if (this.whyBox) this.whyBox.value = why;
    }
    if (this.writable && !this.noting) this.offerDraft();
  }

  /** Make a decision about the current item: shown at once, saved when Python answers. @returns {boolean} */
  decide(what, fields = {}, range = undefined) {
    if (!this.view) return false;
    if (!this.writable) return this.say(this.session.state === "elsewhere" ? this.t("elsewhere") : this.t("readonly"));
    if (this.wire.pending.length >= MOST_PENDING) return this.say(this.t("too_many", { n: MOST_PENDING }));
    const why = this.curator && this.why.trim() && ["set", "remove", "move", "done"].includes(what) ? { why: this.why.trim() } : {};
    this.last = this.wire.decide({ m: { do: what, item: this.view.item.item, ...fields, ...why }, doc: this.view.doc.doc_id, range });
    this.refresh();
    return true;
  }

  decided(answer, pending) {
    const { m } = pending;
    if (!answer.ok) return this.fail(answer, pending);
    this.saved = { at: answer.at, n: answer.n };
    this.absorb(answer);
    // what was being written is on the disk now; what was written since stays kept
    const { what, text } = m.do === "note" ? { what: "item", text: m.note } : { what: keyOf(m), text: m.note };
    if (this.drafts.find(m.item, what)?.text.trim() === text) this.drafts.keep(m.item, what, "");
    if (m.why && this.drafts.find(m.item, "why")?.text.trim() === m.why) this.drafts.keep(m.item, "why", "");
    if (this.moving?.cid === m.cid) this.moving = null;
    const alone = this.last === m.cid; // nothing was decided since: it may go on to another item
    this.refresh();
    if ((m.do === "done" || m.do === "skip") && alone && m.item === this.view?.item.item) {
      if (answer.next) this.open(answer.next);
      else if (answer.next === null) this.finished();
    } else if (answer.goto && alone && (answer.goto !== this.view?.item.item || answer.doc_id !== this.view?.doc.doc_id))
      this.open(answer.goto);
    this.tell(this.spoken(m));
    return undefined;
  }

  /** What another view of this widget was told: its decisions and who writes are true here too. */
  overheard(answer) {
    if (!this.setup || !this.view) return;
    if (answer.ok && answer.n !== undefined) {
      this.saved = { at: answer.at, n: answer.n };
      this.absorb(answer);
      this.refresh();
    }
    if (answer.session && (answer.setup || !answer.ok)) this.setSession(answer.session);
  }

  /** What an answer says about the state, whoever asked. */
  absorb(answer) {
    if (!answer.counters) return;
    Object.assign(this, { counters: answer.counters, undo: answer.undo, redo: answer.redo });
    for (const change of answer.items || []) {
      const entry = this.queue[this.places.get(change.item)];
      if (entry) Object.assign(entry, change);
      if (this.view?.item.item === change.item)
        Object.assign(this.view.item, { status: change.status, flag: change.flag, note: change.note });
    }
    if (answer.doc_id === this.view?.doc.doc_id) {
      this.confirmed = answer.annotations;
      if (answer.suggestions) this.view.suggestions = answer.suggestions;
      if ("feedback" in answer && answer.item === this.view.item.item) this.view.feedback = answer.feedback;
    }
    this.queueChanged = true;
  }

  fail(answer, pending) {
    if (answer.session) this.session = answer.session;
    if (this.moving && pending && this.moving.cid === pending.m.cid) this.moving = null;
    const retry = pending && answer.kind !== "input" ? () => this.retry(pending) : null;
    this.notice = {
      text: pending ? this.t("failed", { error: answer.error || answer.kind }) : answer.error || answer.kind,
      bad: true,
      retry,
    };
    this.refresh();
  }

  retry(pending) {
    this.notice = null;
    if (!this.writable) return this.refresh();
    const { cid, ...rest } = pending.m;
    this.wire.decide({ m: rest, doc: pending.doc });
    return this.refresh();
  }

  spoken(m) {
    const saved = this.t("say_saved");
    if (m.do === "set") return `${this.nameOf(m.code)}, ${this.stanceName(m.stance)}, ${saved}`;
    if (m.do === "remove") return `${this.t("say_removed", { code: this.nameOf(m.code) })}, ${saved}`;
    if (m.do === "move") return `${this.t("say_moved", { code: this.nameOf(m.code), quote: clip(m.quote, 80) })}, ${saved}`;
    if (m.do === "undo") return this.t("say_undone");
    if (m.do === "redo") return this.t("say_redone");
    return saved;
  }

  finished() {
    this.notice = {
      text: `${this.t("all_done")} ${this.t("open_left", { skipped: this.counters.skipped ?? 0, flagged: this.counters.flagged ?? 0 })}`,
      good: true,
    };
    this.refresh();
  }

  // ---- what is shown ----

  nameOf(code) {
    return this.codes.get(code)?.name ?? String(code);
  }

  stanceName(stance) {
    return stance ? (this.stances.get(stance)?.name ?? String(stance)) : this.t("stance_open");
  }

  sign(stance) {
    return stance ? (SIGNS[stance] ?? this.stances.get(stance)?.key ?? "") : "";
  }

  colour(code) {
    return this.codes.get(code)?.colour ?? 6;
  }

  slice(start, end) {
    return this.view.doc.text.slice(start, end);
  }

  /** A code on all of a text that stretches are chosen in: a code of the document, not of a place in it. */
  isWhole(a) {
    return this.spans && a.start === this.view.item.start && a.end === this.view.item.end;
  }

  /** The words of a stretch; of a whole text the words for that. */
  quoteOf(a, most) {
    return this.isWhole(a) ? el("em", {}, this.t("whole")) : el("q", {}, clip(this.slice(...this.units(a)), most));
  }

  units(a) {
    return [this.at.unit(a.start), this.at.unit(a.end)];
  }

  itemUnits() {
    return this.units(this.view.item);
  }

  annotations() {
    return folded(this.confirmed, this.wire.pending, this.view.doc.doc_id, this.setup.codebook.several !== false);
  }

  /** Status, flag and note of the current item as they will be once the pending decisions are saved. */
  itemState() {
    const state = { ...this.view.item };
    for (const { m } of this.wire.pending) {
      if (m.item !== state.item) continue;
      if (m.do === "done") state.status = "done";
      if (m.do === "skip") state.status = "skipped";
      if (m.do === "reopen") state.status = "";
      if (m.do === "flag") state.flag = m.on;
      if (m.do === "note") state.note = m.note;
    }
    return state;
  }

  focused() {
    return this.focus ? (this.annotations().find((a) => keyOf(a) === this.focus) ?? null) : null;
  }

  /** The stretch that a code would go to, in units: the item, the selection, or the focused annotation's stretch. */
  target() {
    if (!this.spans) return this.itemUnits();
    if (this.sel) return [this.sel.start, this.sel.end];
    const focused = this.focused();
    return focused ? this.units(focused) : null;
  }

  /** The stretch in hand, if it is a place in the text. */
  targetPlace() {
    const target = this.target();
    return target && this.isWhole({ start: this.at.point(target[0]), end: this.at.point(target[1]) }) ? null : target;
  }

  openSuggestions() {
    const answered = new Set(this.wire.pending.map(({ m }) => m.suggestion));
    const list = (this.view.suggestions || []).filter((one) => !one.state && !answered.has(one.id));
    return this.spans ? list : list.filter((one) => one.start < this.view.item.end && one.end > this.view.item.start);
  }

  suggestionNow() {
    const list = this.openSuggestions();
    // in a long text nothing is accepted that is not in view: the first key goes there, the second decides
    return list.find((one) => one.id === this.suggestion) ?? (this.spans ? null : (list[0] ?? null));
  }

  /** Few at a time: the one in hand, or those from the cursor on. */
  suggestionsToList() {
    const list = this.openSuggestions();
    const now = this.suggestionNow();
    if (!this.spans) return list.slice(0, 12);
    const from = now ? list.indexOf(now) : list.findIndex((one) => this.at.unit(one.end) > this.cursor);
    return list.slice(Math.max(0, from)).slice(0, 3);
  }

  /** The keys a and d. */
  judgeSuggestion(act) {
    const now = this.suggestionNow();
    const list = this.openSuggestions();
    if (now) act(now);
    else if (list.length) this.focusSuggestion(list.find((one) => this.at.unit(one.start) >= this.cursor) ?? list[0]);
  }

  describe(a, who) {
    return [who, this.nameOf(a.code), this.stance_list.length ? this.stanceName(a.stance) : "", a.note, a.why].filter(Boolean).join(" · ");
  }

  marks() {
    const marks = [];
    const add = (a, group, kind, colour, label, title, extra) => {
      // a line under everything would say nothing: codes of a whole text stand in the strip and the panel
      if (this.isWhole(a) || this.setup.unit === "document") return;
      marks.push({
        start: this.at.unit(a.start),
        end: this.at.unit(a.end),
        group,
        kind,
        colour,
        label,
        title,
        focus: false,
        pending: false,
        key: keyOf(a),
        ...extra,
      });
    };
    for (const a of this.annotations()) {
      const label = [clip(this.nameOf(a.code), LABEL), this.sign(a.stance), a.note ? "✎" : ""].filter(Boolean).join(" ");
      add(a, 0, "own", this.colour(a.code), label, this.describe(a, this.setup.coder), {
        focus: this.focus === keyOf(a),
        movable: this.spans && this.writable,
        pending: Boolean(a.pending),
      });
    }
    for (const one of this.openSuggestions()) {
      const score = typeof one.score === "number" ? one.score.toFixed(2) : "";
      add(
        one,
        1,
        "machine",
        this.colour(one.code),
        `${this.t("machine")}: ${clip(this.nameOf(one.code), LABEL)} ${score}`,
        `${this.t("suggested")}: ${this.describe(one)} ${score}`,
        { focus: one.id === this.suggestion },
      );
    }
    const coders = this.coders();
    // of single sentences only the one in hand: what others said of its neighbours would drown it
    for (const one of this.spans ? this.view.others || [] : this.othersHere()) {
      const place = coders.indexOf(one.coder);
      add(
        one,
        2 + place,
        "other",
        this.colour(one.code),
        `${one.coder}: ${clip(this.nameOf(one.code), LABEL)} ${this.sign(one.stance)}`,
        this.describe(one, one.coder),
        {},
      );
    }
    return marks.sort((a, b) => a.start - b.start || b.end - a.end || a.group - b.group);
  }

  coders() {
    return [...new Set([...(this.view.judged_by || []), ...(this.view.others || []).map((one) => one.coder)])].sort();
  }

  refresh() {
    if (!this.setup) {
      this.paintWaiting();
      return;
    }
    this.paintTop();
    this.paintBanners();
    if (!this.view) return;
    if (this.focus && !this.focused()) Object.assign(this, { focus: null, asking: false }); // undone or removed
    const areas = [...this.furniture];
    if (!this.spans) {
      const [start, end] = this.itemUnits();
      areas.push({ start, end, css: this.setup.unit === "document" ? "ct-whole" : "ct-item", title: "" });
    }
    this.pane.paint(
      this.marks(),
      areas.sort((a, b) => a.start - b.start),
    );
    this.box.classList.toggle("ct-fixed", !this.spans && this.setup.unit !== "document");
    this.paintSelection();
    this.paintHead();
    this.paintFeedback();
    this.paintStrip();
    this.paintPanel();
  }

  /** In practice: what was agreed on this item, once it is done. */
  paintFeedback() {
    const found = this.view.feedback;
    this.said_about.hidden = !found;
    this.part(this.said_about, [found ?? null, this.setup.lang], () => {
      if (!found) return [];
      const para = (look, text) => el("p", { class: look }, text);
      this.said_about.className = `ct-feedback ct-${found.kind === "good" ? "good" : "warn"}`;
      this.said_about.scrollTop = 0;
      return [
        this.summaryOf(found.summary),
        el("h3", {}, `${found.kind === "good" ? "✓" : "✗"} ${found.title}`),
        el("ul", {}, found.points.map((point) => el("li", {}, point))),
        para("", found.why),
        ...found.rules.map((rule) => para("ct-soft", rule)),
        para("ct-soft", found.hint),
      ];
    });
  }

  /** What the practice came to; once closed it stays closed while one looks at single items again. */
  summaryOf([first, ...lines]) {
    if (!first) return null;
    const toggled = (event) => (this.summaryShut = !event.target.open);
    const kids = [el("summary", {}, first), ...lines.map((line) => el("p", {}, line))];
    return el("details", { class: "ct-summary", open: !this.summaryShut, ontoggle: toggled }, kids);
  }

  paintSelection() {
    const range = this.sel ? [this.sel.start, this.sel.end] : [null, null];
    this.pane.select(...range);
  }

  paintWaiting() {
    // before Python's first answer there are no words in the reader's language: these three stand in
    const late = this.wire.late ? SILENT : "…";
    this.part(this.banners, ["waiting", late], () => [el("div", { class: "ct-banner", role: "status" }, late)]);
  }

  pace() {
    const { per_hour: rate, total, done = 0, skipped = 0 } = this.counters;
    if (!rate) return "";
    const minutes = Math.max(0, Math.round(((total - done - skipped) / rate) * 60));
    const left = minutes >= 60 ? this.t("hours", { h: Math.floor(minutes / 60), m: minutes % 60 }) : this.t("minutes", { m: minutes });
    return minutes ? this.t("pace", { rate: Math.round(rate), left }) : this.t("pace_only", { rate: Math.round(rate) });
  }

  paintTop() {
    const k = this.view ? (this.places.get(this.view.item.item) ?? 0) + 1 : 0;
    const { total = 0, done = 0, skipped = 0 } = this.counters;
    const shown = [k, total, done, skipped, this.pace(), this.panelOff, this.setup.lang, this.setup.project, this.setup.coder];
    this.part(this.top, shown, () => [
      div("ct-title", el("strong", {}, this.setup.project), soft(this.t(this.curator ? "curator" : "coder", { name: this.setup.coder }))),
      div("ct-progress",
        this.button("previous", "‹", () => this.go(-1), { class: "ct-icon" }),
        span("ct-place", this.t("item_of", { k, n: this.queue.length })),
        this.button("next", "›", () => this.go(1), { class: "ct-icon" }),
        el("span", {
            class: "ct-bar", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": total, "aria-valuenow": done,
            "aria-label": this.t("progress", { done, skipped, total }), title: this.t("progress", { done, skipped, total }),
          },
          el("span", { class: "ct-bar-done", style: { width: `${total ? (100 * done) / total : 0}%` } }),
          el("span", { class: "ct-bar-skipped", style: { width: `${total ? (100 * skipped) / total : 0}%` } }),
        ),
        span("ct-soft ct-pace", this.pace()),
      ),
      div("ct-tools",
        el("select", {
            "aria-label": this.t("language"), title: this.t("language"), "data-id": "lang",
            onchange: (event) => this.hello({ do: "language", lang: event.target.value }),
          },
          (this.setup.langs || [this.setup.lang]).map((lang) => el("option", { value: lang, selected: lang === this.setup.lang }, lang)),
        ),
        this.button("smaller", "A−", () => this.resize(-1), { class: "ct-icon" }),
        this.button("bigger", "A+", () => this.resize(1), { class: "ct-icon" }),
        this.button("help", "?", () => this.openSheet(), { class: "ct-icon" }),
        this.button(this.panelOff ? "panel_show" : "panel_hide", this.panelOff ? "⇤" : "⇥", () => this.togglePanel(), {
          class: "ct-icon",
          "data-id": "panel",
        }),
      ),
    ]);
    this.paintSaved();
  }

  paintSaved() {
    const waiting = this.wire.pending.length;
    let text = this.t("nothing_yet");
    let look = "";
    if (waiting)
      [text, look] = this.wire.late ? [this.t("not_saved", { n: waiting }), "ct-bad"] : [this.t("saving", { n: waiting }), "ct-waiting"];
    else if (this.saved) [text, look] = [this.t("saved", { time: clock(this.saved.at), n: this.saved.n }), "ct-good"];
    else if (this.counters.done || this.counters.codes) text = this.t("all_saved");
    this.savedLine.className = `ct-saved ${look}`;
    if (this.savedLine.textContent !== text) this.savedLine.textContent = text;
  }

  paintBanners() {
    const waiting = this.wire.pending.length;
    const { state, message } = this.session;
    const shown = [
      this.wire.late,
      this.wire.late && waiting,
      this.wire.noCopy,
      state,
      message,
      this.notice && this.notice.text,
      this.setup.lang,
    ];
    this.part(this.banners, shown, () => {
      const list = [];
      if (this.wire.late) {
        const text = waiting ? this.t("late", { n: waiting }) : this.t("late_read");
        list.push(
          this.banner(
            "ct-bad",
            "alert",
            `${text} ${this.t("late_help")}`,
            this.button("try_again", this.t("try_again"), () => this.wire.again(), {}),
          ),
        );
      }
      if (this.wire.noCopy) list.push(this.banner("ct-bad", "alert", this.t("no_copy")));
      if (state === "elsewhere")
        list.push(
          this.banner(
            "ct-warn",
            "alert",
            message || this.t("elsewhere"),
            this.button("work_here", this.t("work_here"), () => this.hello({ do: "take_over" }), {}),
          ),
        );
      else if (state !== "writing") list.push(this.banner("ct-warn", "status", `${this.t("readonly")} ${message || ""}`));
      if (this.notice) {
        const { text, bad, good, retry } = this.notice;
        list.push(
          this.banner(
            bad ? "ct-bad" : good ? "ct-good" : "",
            bad ? "alert" : "status",
            text,
            retry && this.button("try_again", this.t("try_again"), retry, {}),
            this.button("dismiss_notice", this.t("dismiss_notice"), () => this.closeNotice(), {}),
          ),
        );
      }
      return list;
    });
  }

  banner(look, role, text, ...buttons) {
    return el("div", { class: `ct-banner ${look}`, role }, el("span", {}, text), ...buttons);
  }

  closeNotice() {
    this.notice = null;
    this.refresh();
    this.text.focus({ preventScroll: true });
  }

  /** A button; `name` is its word and the id by which it keeps the keyboard when a part is drawn again. */
  button(name, kids, act, props, hint) {
    return el(
      "button",
      { title: this.t(name) + (hint ? ` (${hint})` : ""), "aria-label": this.t(name), "data-id": name, onclick: act, ...props },
      kids,
    );
  }

  paintHead() {
    const { doc } = this.view;
    const item = this.itemState();
    this.text.setAttribute("aria-label", this.t("text_region", { title: doc.title || doc.doc_id }));
    this.part(this.head, [doc.doc_id, doc.title, doc.date, doc.source, item.status, item.flag, this.setup.lang], () => [
      el("strong", { lang: tongue(doc.lang), dir: "auto", title: doc.title }, doc.title || doc.doc_id),
      el("span", { class: "ct-soft", title: doc.source }, [doc.date, doc.source].filter(Boolean).join(" · ")),
      item.status && span(`ct-badge ct-${item.status}`, this.t(`status_${item.status}`)),
      item.flag && span("ct-badge ct-flagged", `⚑ ${this.t("status_flag")}`),
    ]);
  }

  // ---- the strip under the text: what was given here, its stance, notes, buttons ----

  paintStrip() {
    if (this.noting?.field?.isConnected && !this.noting.found) return; // somebody writes: the field stays as it is
    const item = this.itemState();
    const chips = this.chips();
    const focused = this.focused();
    const suggestions = this.suggestionsToList();
    const target = this.target();
    const place = this.targetPlace();
    const quote = place && this.spans ? clip(this.slice(...place), 160) : "";
    const whole = this.spans ? this.annotations().filter((a) => this.isWhole(a)) : [];
    const given = [...whole, ...chips.list];
    const all = Boolean(target && !place); // the whole text is in hand
    const shown = [
      item,
      given,
      this.focus,
      this.asking,
      suggestions,
      this.suggestion,
      quote,
      this.noting && [this.noting.what, this.noting.found],
      this.undo,
      this.redo,
      this.writable,
      this.setup.lang,
      this.said,
      chips.more,
      all,
    ];
    this.part(this.strip, shown, () => [
      div("ct-given",
        div("ct-about",
          soft(quote ? `${this.t("selection")}: ` : this.t(this.spans ? "in_text" : "this_item")),
          quote && el("q", {}, quote),
          this.spans && this.wholeButton(all),
        ),
        given.length > 0 &&
          el("ul", { class: "ct-chips", "aria-label": this.t("given") },
            given.map((a) => this.chip(a)),
            chips.more > 0 && el("li", { class: "ct-soft" }, this.t("more", { n: chips.more })),
          ),
        !(all ? given : chips.list).length && div("ct-soft", this.t(this.spans ? (target ? "none_here" : "none_selected") : "none_given")),
        suggestions.length > 0 &&
          el("ul", { class: "ct-chips ct-machines", "aria-label": this.t("suggested") },
            !this.suggestionNow() && el("li", { class: "ct-soft" }, `${this.t("suggested")} `, cap("a")),
            suggestions.map((one) => this.machineChip(one)),
          ),
      ),
      this.stanceRow(focused),
      this.noteRow(item, focused),
      this.actions(item),
    ]);
    this.hint.textContent = this.said || "";
    const now = this.strip.querySelector(".ct-chip.ct-now");
    const list = now?.closest(".ct-given");
    if (now) list.scrollTop += Math.max(0, now.getBoundingClientRect().bottom - list.getBoundingClientRect().bottom + 3);
  }

  /** Takes the whole text in hand, for codes of the document. */
  wholeButton(pressed) {
    const kids = [el("span", {}, this.t("whole")), cap(`${this.t("key_ctrl")}+A`)];
    return this.button("whole", kids, () => this.selectWhole(), { "aria-pressed": String(pressed) }, this.t("do_whole"));
  }

  /** Annotations to list: those on the stretch, else the nearest ones. */
  chips() {
    const all = this.annotations().filter((a) => !this.isWhole(a));
    const target = this.targetPlace();
    if (target) {
      const list = all.filter((a) => this.at.unit(a.start) < target[1] && this.at.unit(a.end) > target[0]);
      return { list: list.slice(0, MOST_CHIPS), more: list.length - MOST_CHIPS };
    }
    const near = Math.max(0, firstNot(all, (a) => this.at.unit(a.start) < this.cursor) - MOST_CHIPS / 2);
    return { list: all.slice(near, near + MOST_CHIPS), more: all.length - MOST_CHIPS };
  }

  chip(a) {
    const key = keyOf(a);
    const now = key === this.focus;
    const stance = this.stance_list.length ? this.stanceName(a.stance) : "";
    return el("li", {
        title: this.describe(a, (a.from?.coders || []).join(", ")),
        class: `ct-chip${now ? " ct-now" : ""}${a.pending ? " ct-pending" : ""}`,
      },
      el("button", {
          "data-id": `chip ${key}`, "data-chip": key, "aria-pressed": String(now),
          "aria-label": [this.nameOf(a.code), stance, a.note, this.spans && this.quoteOf(a, 80).textContent].filter(Boolean).join(", "),
          onclick: () => this.focusOn(key, true),
        },
        swatch(this.colour(a.code)),
        span("ct-name", this.nameOf(a.code)),
        this.isWhole(a) && span("ct-scope", this.t("whole")),
        stance && el("span", { class: a.stance ? "ct-stance" : "ct-stance ct-none" }, `${this.sign(a.stance)} ${stance}`),
        a.note && span("ct-soft ct-noted", `✎ ${clip(a.note, 40)}`),
      ),
      this.writable &&
        el("button", {
            class: "ct-x", tabindex: "-1", title: this.t("remove_code", { code: this.nameOf(a.code) }),
            "aria-label": this.t("remove_code", { code: this.nameOf(a.code) }), onclick: () => this.remove(a),
          },
          "×",
        ),
    );
  }

  machineChip(one) {
    const now = this.suggestionNow()?.id === one.id;
    return el("li", { class: `ct-chip ct-machine${now ? " ct-now" : ""}` },
      el("button", { "data-id": `machine ${one.id}`, "data-machine": one.id, onclick: () => this.focusSuggestion(one) },
        swatch(this.colour(one.code)),
        soft(`${this.t("machine")}:`),
        span("ct-name", this.nameOf(one.code)),
        one.stance && span("ct-stance", `${this.sign(one.stance)} ${this.stanceName(one.stance)}`),
        typeof one.score === "number" && soft(one.score.toFixed(2)),
        this.spans && this.quoteOf(one, 50),
      ),
      el("button", { tabindex: "-1", onclick: () => this.accept(one) }, now && cap("a"), this.t("accept")),
      el("button", { tabindex: "-1", onclick: () => this.dismissOne(one) }, now && cap("d"), this.t("dismiss")),
    );
  }

  focusSuggestion(one) {
    this.suggestion = one.id;
    if (this.spans && !this.isWhole(one)) this.pane.show(...this.units(one));
    this.refresh();
  }

  stanceRow(focused) {
    if (!focused || !this.stance_list.length) return null;
    // key caps are shown only while they act: without them the same digits give codes
    return el("div", {
        class: `ct-stances${this.asking ? " ct-asking" : ""}`,
        role: "group",
        "aria-label": this.t("stance_of", { code: this.nameOf(focused.code) }),
      },
      span("ct-question", this.t("stance_ask")),
      this.stance_list.map((stance) =>
        el("button", {
            tabindex: "-1", title: stance.definition, "aria-pressed": String(focused.stance === stance.id),
            onclick: () => this.setStance(stance.id),
          },
          this.asking && cap(stance.key),
          `${SIGNS[stance.id] ?? ""} ${stance.name}`,
        ),
      ),
      this.asking &&
        el("button", { tabindex: "-1", class: "ct-plain", onclick: () => this.stopAsking() },
          cap(this.t("key_esc")),
          this.t(focused.stance ? "close" : "stance_later"),
        ),
    );
  }

  noteRow(item, focused) {
    if (!this.noting) return item.note ? div("ct-noteline", soft(`✎ ${this.t("note_item")}: `), item.note) : null;
    const label = this.noting.annotation ? this.t("note_code", { code: this.nameOf(this.noting.annotation.code) }) : this.t("note_item");
    this.noteField = el("textarea", {
      class: "ct-note", rows: "2", "aria-label": label, "data-id": "note", maxlength: LONGEST_NOTE,
      onfocus: () => this.takeUpNote(found), onblur: () => this.saveNote(),
      oninput: (event) => this.writeNote(event.target.value),
    });
    this.noteField.value = this.noting.text;
    this.noting.field = this.noteField;
    const found = el("div", { class: "ct-found", hidden: !this.noting.found },
      this.t("note_found"),
      this.button("note_save", [this.t("note_save"), cap("n")], () => this.startNote()),
      this.button("dismiss", this.t("dismiss"), () => this.dropDraft()),
    );
    return div("ct-noting", el("label", {}, label), found, this.noteField, !this.noting.found && soft(this.t("note_help")));
  }

  actions(item) {
    const off = !this.writable;
    const enter = this.t("key_enter");
    const action = (name, key, act, props) =>
      this.button(name, [el("span", {}, this.t(name)), cap(key)], act, { disabled: off, ...props }, key);
    return div("ct-actions",
      action("done", enter, () => this.finish(), { class: "ct-main-action" }),
      item.status ? action("reopen", "r", () => this.reopen(), {}) : action("skip", "x", () => this.skip(), {}),
      action(item.flag ? "unflag" : "flag", "f", () => this.flag(), { "data-id": "flag" }),
      action("note", "n", () => this.startNote(), {}),
      this.hint,
      this.button(
        "undo",
        "↶",
        () => this.undoRedo("undo"),
        { class: "ct-icon", disabled: off || (!this.undo && !this.wire.pending.length) },
        "Ctrl+Z",
      ),
      this.button("redo", "↷", () => this.undoRedo("redo"), { class: "ct-icon", disabled: off || !this.redo }, "Ctrl+Y"),
    );
  }

  // ---- the panel: codes, guidelines, list, comparison ----

  buildPanel() {
    const tabs = ["codes", "guidelines", "list", ...(this.curator || !this.setup.blind ? ["compare"] : [])];
    if (!tabs.includes(this.tab)) this.tab = "codes";
    this.tabs = tabs.map((name) =>
      el(
        "button",
        { role: "tab", id: this.id(name), "data-tab": name, "aria-controls": this.id("panel"), onclick: () => this.setTab(name) },
        this.t(`tab_${name}`),
        { guidelines: cap("g"), list: cap("q"), codes: cap("/") }[name] ?? null,
      ),
    );
    this.search = el("input", {
      type: "search", class: "ct-search", placeholder: this.t("search"), "aria-label": this.t("search"), role: "combobox",
      "aria-expanded": "true", "aria-controls": this.id("codes-list"), autocomplete: "off", spellcheck: "false",
      oninput: () => this.searchCodes(),
    });
    this.codeList = el("div", { class: "ct-codes", role: "listbox", id: this.id("codes-list"), "aria-label": this.t("tab_codes") });
    this.detail = el("div", { class: "ct-detail", tabindex: "0" });
    this.fillCodes();
    this.panelBodies = {
      codes: div("ct-body ct-body-codes", this.search, this.codeList, this.detail),
      guidelines: this.guidelines(),
      list: this.buildList(),
      compare: el("div", { class: "ct-body", tabindex: "0" }, this.curator && this.whyField(), (this.compare = el("div", {}))),
    };
    this.panelBody = el("div", { class: "ct-panel-body", role: "tabpanel", id: this.id("panel") });
    this.panel.replaceChildren(el("div", { class: "ct-tabs", role: "tablist" }, this.tabs), this.panelBody);
    this.setTab(this.tab, true);
  }

  id(name) {
    this.prefix ??= `ct${Math.random().toString(36).slice(2, 9)}`;
    return `${this.prefix}-${name}`;
  }

  setTab(name, quiet) {
    this.tab = name;
    this.panelBody.replaceChildren(this.panelBodies[name]);
    for (const tab of this.tabs) {
      const now = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", String(now));
      if (now) this.panelBody.setAttribute("aria-labelledby", tab.id);
    }
    if (this.panelOff) this.togglePanel();
    if (name === "list") this.drawList(true);
    if (!quiet) this.refresh();
  }

  togglePanel() {
    this.panelOff = !this.panelOff;
    this.box.classList.toggle("ct-wide", this.panelOff);
    this.refresh();
  }

  fillCodes() {
    this.options = [];
    let group = null;
    const kids = [];
    for (const code of this.setup.codebook.codes) {
      if (code.group && code.group !== group) kids.push(el("div", { class: "ct-group", role: "presentation" }, (group = code.group)));
      const scope = el("span", { class: "ct-scope", hidden: true }, this.t("whole"));
      const option = el("div", {
          class: "ct-code", role: "option", id: this.id(`code-${this.options.length}`), "aria-selected": "false",
          title: code.definition, onclick: () => this.clickCode(code.id), onpointerenter: () => this.lookLater(code.id),
          onpointerleave: () => clearTimeout(this.looking),
        },
        code.key ? cap(code.key) : span("ct-key ct-nokey"),
        swatch(code.colour ?? 0),
        span("ct-name", code.name, " ", scope),
      );
      this.options.push({ code, option, scope, words: plain([code.name, code.id, code.definition, ...(code.include || [])].join(" ")) });
      kids.push(option);
    }
    this.noMatch = el("div", { class: "ct-soft", hidden: true }, this.t("no_match"));
    this.codeList.replaceChildren(...kids, this.noMatch);
    this.showCode(this.detailOf ?? this.setup.codebook.codes[0]?.id);
  }

  clickCode(code) {
    this.settle();
    this.showCode(code);
    this.give(code);
    this.text.focus({ preventScroll: true });
  }

  lookLater(code) {
    clearTimeout(this.looking);
    this.looking = setTimeout(() => this.showCode(code), 250); // passing over the list should not make it flicker
  }

  searchCodes() {
    const wanted = plain(this.search.value).split(/\s+/).filter(Boolean);
    let found = 0;
    for (const { option, words } of this.options) {
      const hit = wanted.every((word) => words.includes(word));
      option.hidden = !hit;
      found += Number(hit);
    }
    for (const group of this.codeList.querySelectorAll(".ct-group")) group.hidden = wanted.length > 0;
    this.noMatch.hidden = found > 0;
    // names that begin with what was typed come first in mind, but the order of the codebook stays
    const hits = this.options.filter(({ option }) => !option.hidden);
    this.activate(wanted.length ? (hits.find(({ code }) => plain(code.name).startsWith(wanted[0])) ?? hits[0]) : null);
  }

  activate(entry) {
    this.active = entry ?? null;
    for (const { option } of this.options) option.classList.toggle("ct-active", option === entry?.option);
    if (entry) {
      this.search.setAttribute("aria-activedescendant", entry.option.id);
      entry.option.scrollIntoView({ block: "nearest" });
      this.showCode(entry.code.id);
    } else this.search.removeAttribute("aria-activedescendant");
  }

  showCode(id) {
    const code = this.codes.get(id);
    if (!code) return;
    this.detailOf = id;
    const lines = (word, list) =>
      list?.length > 0 && [
        el("h4", {}, this.t(word)),
        el(
          "ul",
          {},
          list.map((line) => el("li", {}, line)),
        ),
      ];
    const about = (one) => [
      /positive|example|^$/.test(one.kind || "") ? "" : this.t("counterexample"),
      one.stance && this.stanceName(one.stance),
    ];
    const example = (one) => el("span", {}, el("q", {}, one.text), soft(` ${about(one).filter(Boolean).join(", ")}`));
    const examples = (code.examples || []).map(example);
    const contrasts = (code.contrasts || []).map((one) => el("span", {}, el("strong", {}, this.nameOf(one.code)), `: ${one.text}`));
    this.part(this.detail, [id, this.setup.lang], () =>
      [
        el("h3", {}, swatch(code.colour ?? 0), code.name),
        el("p", {}, code.definition),
        lines("include", code.include),
        lines("exclude", code.exclude),
        lines("contrasts", contrasts),
        lines("examples", examples),
      ].flat(),
    );
    this.detail.scrollTop = 0;
  }

  guidelines() {
    const body = el("div", { class: "ct-body ct-guidelines", tabindex: "0" });
    const rules = this.setup.codebook.rules || [];
    const text = el("div", {});
    text.innerHTML = this.setup.guidelines || ""; // made safe by Python: the one place where HTML comes in
    body.append(text);
    if (rules.length)
      body.append(
        el("h3", {}, this.t("rules")),
        el(
          "ol",
          {},
          rules.map((rule) => el("li", {}, typeof rule === "string" ? rule : (rule.text ?? ""))),
        ),
      );
    return body;
  }

  buildList() {
    this.listRows = div("ct-rows");
    this.listScroll = el("div", {
        class: "ct-scroll", tabindex: "0", role: "list", "aria-label": this.t("tab_list"), onscroll: () => this.drawList(),
        onkeydown: (event) => this.onListKey(event),
      },
      this.listRows,
    );
    const choose = el("select", {
        "aria-label": this.t("list_filter"),
        onchange: (event) => {
          this.filter = event.target.value;
          this.drawList(true);
        },
      },
      ["all", "open", "done", "skipped", "flag"].map((name) =>
        el("option", { value: name, selected: this.filter === name }, this.t(`filter_${name}`)),
      ),
    );
    this.listCount = span("ct-soft");
    if (globalThis.ResizeObserver) new ResizeObserver(() => this.drawList()).observe(this.listScroll);
    return div("ct-body ct-body-list", div("ct-filter", choose, this.listCount), this.listScroll);
  }

  listed() {
    const fits = {
      all: () => true,
      open: (e) => !e.status,
      done: (e) => e.status === "done",
      skipped: (e) => e.status === "skipped",
      flag: (e) => e.flag,
    }[this.filter];
    return this.queue.map((entry, place) => [entry, place]).filter(([entry]) => fits(entry));
  }

  /** Only the rows in view exist: a list of 10,000 items stays light. */
  drawList(toNow) {
    if (this.tab !== "list" || !this.view) return;
    if (toNow || this.queueChanged || !this.rows) this.rows = this.listed();
    this.queueChanged = false;
    const { rows } = this;
    const here = rows.findIndex(([entry]) => entry.item === this.view.item.item);
    if (toNow && here >= 0) this.listScroll.scrollTop = here * ROW - this.listScroll.clientHeight / 3;
    const from = Math.max(0, Math.floor(this.listScroll.scrollTop / ROW) - 3);
    const to = Math.min(rows.length, from + Math.ceil((this.listScroll.clientHeight || 400) / ROW) + 6);
    this.listRows.style.height = `${Math.max(1, rows.length) * ROW}px`;
    this.listCount.textContent = `${rows.length} / ${this.queue.length}`;
    this.part(this.listRows, [from, to, this.view.item.item, rows.slice(from, to), this.setup.lang], () =>
      rows.length
        ? rows.slice(from, to).map(([entry, place], nth) => this.listRow(entry, place, from + nth))
        : [div("ct-soft", this.t("list_empty"))],
    );
  }

  /** Sentences of one text all have its title: where their words are at hand, these are shown. */
  rowTitle(entry) {
    if (this.placed?.of !== this.view.doc)
      this.placed = { of: this.view.doc, items: new Map((this.view.doc.items || []).map(([item, ...place]) => [item, place])) };
    const place = this.spans ? null : this.placed.items.get(entry.item);
    return place ? clip(this.slice(...place.map((point) => this.at.unit(point))), 80) : entry.quote || entry.title || entry.item;
  }

  listRow(entry, place, nth) {
    const now = entry.item === this.view.item.item;
    const status = entry.status || "open";
    return el("div", { class: "ct-row", role: "listitem", style: { top: `${nth * ROW}px`, height: `${ROW}px` } },
      el("button", {
          tabindex: now ? "0" : "-1", "data-id": `row ${entry.item}`, "aria-current": now ? "true" : null,
          onclick: () => this.open(entry.item),
        },
        el("span", { class: `ct-dot ct-${status}`, "aria-hidden": "true" }, { done: "✓", skipped: "»", open: "·" }[status]),
        span("ct-row-text",
          span("ct-row-title", `${place + 1}. ${this.rowTitle(entry)}`),
          soft(
            [this.t(`status_${status}`), entry.codes ? this.t("n_codes", { n: entry.codes }) : "", entry.note ? `✎ ${entry.note}` : ""]
              .filter(Boolean)
              .join(" · "),
          ),
        ),
        entry.flag && el("span", { class: "ct-flagged", title: this.t("status_flag") }, "⚑"),
      ),
    );
  }

  onListKey(event) {
    const way = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (!way) return;
    event.preventDefault();
    event.ctHandled = true;
    this.listScroll.scrollTop += way * ROW;
  }

  paintPanel() {
    const given = new Set(this.chips().list.map((a) => a.code));
    const whole = new Set(
      this.annotations()
        .filter((a) => this.isWhole(a))
        .map((a) => a.code),
    );
    for (const { code, option, scope } of this.options) {
      const on = String(given.has(code.id) || whole.has(code.id));
      if (option.getAttribute("aria-selected") !== on) option.setAttribute("aria-selected", on);
      scope.hidden = !whole.has(code.id);
    }
    this.box.classList.toggle("ct-asks", this.asking);
    this.drawList();
    if (this.tab === "compare") this.paintCompare();
  }

  // ---- comparison: who said what ----

  cases() {
    const { item } = this.view;
    const list = this.view.disagreements || [];
    return this.spans ? list : list.filter((one) => one.start < item.end && one.end > item.start);
  }

  /** The readings of a disagreement: what the first and the second coder said; null means no code. */
  readings(one) {
    const first = { coder: one.first, start: one.start, end: one.end, code: one.code, stance: one.first_stance ?? null };
    if (one.kind === "missed") return [first, { ...first, coder: one.second, none: true, stance: null }];
    return [
      first,
      {
        coder: one.second, start: one.other_start ?? one.start, end: one.other_end ?? one.end,
        code: one.other_code ?? one.code, stance: one.second_stance ?? null,
      },
    ];
  }

  othersHere() {
    const target = this.spans ? this.target() : this.itemUnits();
    const list = this.view.others || [];
    return target ? list.filter((one) => this.at.unit(one.start) < target[1] && this.at.unit(one.end) > target[0]) : list.slice(0, 200);
  }

  /** What every coder who judged this item said alike. */
  agreed() {
    const coders = this.coders();
    if (coders.length < 2) return [];
    const groups = new Map();
    for (const one of this.othersHere()) {
      const key = `${keyOf(one)}:${one.stance ?? ""}`;
      groups.set(key, [...(groups.get(key) || []), one]);
    }
    return [...groups.values()].filter((group) => new Set(group.map((one) => one.coder)).size === coders.length).map((group) => group[0]);
  }

  paintCompare() {
    const cases = this.cases();
    const own = this.annotations();
    const here = this.othersHere();
    const agreed = this.agreed().filter((one) => !own.some((a) => this.equal(a, one)));
    this.part(
      this.compare,
      [cases, this.case, own, here, this.view.judged_by, agreed, this.setup.lang, this.curator, this.view.item.item],
      () => [
        this.curator && el("h3", {}, `${this.t("disagreements")} (${cases.length})`),
        this.curator && !cases.length && el("p", { class: "ct-soft" }, this.t("disagreements_none")),
        ...(this.curator ? cases.slice(0, 100).map((one, place) => this.caseCard(one, place, own)) : []),
        this.curator &&
          agreed.length > 0 &&
          el("button", { class: "ct-agreed", "data-id": "agreed", onclick: () => this.takeAgreed() },
            cap("⇧0"),
            this.t("take_agreed", { n: agreed.length }),
          ),
        el("h3", {}, this.t("readings")),
        this.sideBySide(here),
      ],
    );
  }

  whyField() {
    const field = el("textarea", {
      class: "ct-note", rows: "2", "data-id": "why", "aria-label": this.t("why"), maxlength: LONGEST_NOTE,
      oninput: (event) => this.writeWhy(event.target.value),
    });
    field.value = this.why;
    this.whyBox = field;
    return div("ct-why", el("label", {}, this.t("why"), " ", cap("w")), field);
  }

  writeWhy(text) {
    this.why = text;
    if (this.view) this.drafts.keep(this.view.item.item, "why", text.trim());
  }

  equal(a, reading) {
    return keyOf(a) === keyOf(reading) && (a.stance ?? null) === (reading.stance ?? null);
  }

  caseCard(one, place, own) {
    const now = place === Math.min(this.case, this.cases().length - 1);
    const readings = this.readings(one);
    const settled = readings.some((reading) => !reading.none && own.some((a) => this.equal(a, reading)));
    return el("div", { class: `ct-case${now ? " ct-now" : ""}`, onclick: () => this.setCase(place) },
      div("ct-case-head", el("strong", {}, this.t(`kind_${one.kind}`)), settled && span("ct-badge ct-done", `✓ ${this.t("settled")}`)),
      (this.spans || one.kind === "boundary") && this.quoteOf(one, 140),
      readings.map((reading, nth) =>
        el("button", {
            class: "ct-reading",
            "data-id": `take ${place} ${nth}`,
            onclick: (event) => {
              event.stopPropagation();
              this.setCase(place, true);
              this.takeReading(reading);
            },
          },
          now && cap(`⇧${nth + 1}`),
          el("strong", {}, `${reading.coder}: `),
          reading.none
            ? soft(this.t("nothing_by"))
            : [
                swatch(this.colour(reading.code)),
                el("span", {}, ` ${this.nameOf(reading.code)} `),
                span("ct-stance", `${this.sign(reading.stance)} ${this.stance_list.length ? this.stanceName(reading.stance) : ""}`),
              ],
          one.kind === "boundary" && span("ct-bounds", this.quoteOf(reading, 90)),
        ),
      ),
      one.rule && el("p", { class: "ct-rule" }, el("strong", {}, `${this.t("rule")}: `), one.rule),
    );
  }

  sideBySide(here) {
    const coders = this.coders();
    if (!coders.length) return el("p", { class: "ct-soft" }, this.t("readings_none"));
    const judged = new Set(this.view.judged_by || []);
    return div("ct-sides",
      coders.map((coder, place) =>
        el("section", { class: "ct-side", "aria-label": coder },
          el("h4", {}, el("span", { class: "ct-swatch", "aria-hidden": "true", style: { backgroundImage: coderLine(place) } }), coder),
          here.filter((one) => one.coder === coder).map((one) => this.sideReading(one)),
          !here.some((one) => one.coder === coder) &&
            el("p", { class: "ct-soft" }, this.t(judged.has(coder) ? "nothing_by" : "not_judged")),
        ),
      ),
    );
  }

  sideReading(one) {
    return div("ct-side-one",
      this.spans && this.quoteOf(one, 70),
      el("div", {}, swatch(this.colour(one.code)), ` ${this.nameOf(one.code)}`),
      this.stance_list.length > 0 && div("ct-stance", `${this.sign(one.stance)} ${this.stanceName(one.stance)}`),
      one.note && div("ct-soft", `✎ ${one.note}`),
      this.curator && this.writable && el("button", { tabindex: "-1", onclick: () => this.takeReading(one) }, this.t("take")),
    );
  }

  setCase(place, quiet) {
    const cases = this.cases();
    if (!cases.length) return;
    this.case = Math.max(0, Math.min(cases.length - 1, place));
    if (this.spans && !this.isWhole(cases[this.case])) this.pane.show(...this.units(cases[this.case]));
    if (!quiet) this.refresh();
    const card = this.panelBodies.compare.querySelectorAll(".ct-case")[this.case];
    card?.scrollIntoView({ block: "nearest" });
  }

  /** Take over a coder's reading, with the names of all who read it so. */
  takeReading(reading) {
    if (reading.none) {
      const own = this.annotations().find((a) => keyOf(a) === keyOf(reading));
      return own ? this.remove(own) : this.say(this.t("take_nothing"));
    }
    const coders = [
      ...new Set([reading.coder, ...(this.view.others || []).filter((one) => this.equal(one, reading)).map((one) => one.coder)]),
    ].sort();
    this.sel = null;
    if (!this.put(reading, reading.code, { stance: reading.stance ?? null, note: "", from: { coders } })) return false;
    this.focusOn(keyOf(reading), false);
    return true;
  }

  takeAgreed() {
    const own = this.annotations();
    const list = this.agreed().filter((one) => !own.some((a) => this.equal(a, one)));
    if (!list.length) this.say(this.t("take_nothing"));
    list.forEach((one) => this.takeReading(one));
  }

  // ---- acts ----

  /** Tell those who listen. */
  tell(text) {
    if (this.live.textContent === text) this.live.textContent = "";
    this.live.textContent = text;
  }

  /** Say something that everybody should see. @returns {false} */
  say(text) {
    this.said = text;
    this.tell(text);
    this.refresh();
    return false;
  }

  put(range, code, { stance = null, note = "", from = null } = {}) {
    const quote = this.slice(...this.units(range));
    return this.decide("set", { start: range.start, end: range.end, quote, code, stance, note, ...(from ? { from } : {}) });
  }

  give(code) {
    if (this.busy || !this.view) return false;
    const target = this.target();
    if (!target || target[0] >= target[1]) return this.say(this.t("select_first"));
    const range = { start: this.at.point(target[0]), end: this.at.point(target[1]), code };
    this.said = "";
    this.showCode(code);
    if (!this.annotations().some((a) => keyOf(a) === keyOf(range)) && !this.put(range, code)) return false;
    this.sel = null;
    this.focusOn(keyOf(range), true);
    return true;
  }

  focusOn(key, ask) {
    this.focus = key;
    this.asking = Boolean(key && ask && this.stance_list.length && this.writable);
    const a = this.focused();
    if (a) {
      this.sel = null;
      this.showCode(a.code);
      if (!this.isWhole(a)) {
        this.cursor = this.at.unit(a.end);
        if (this.spans) this.pane.show(...this.units(a));
      }
    }
    this.refresh();
    return false;
  }

  setStance(stance) {
    const a = this.focused();
    if (!a) return;
    this.said = "";
    if (this.put(a, a.code, { stance, note: a.note, from: a.from })) this.stopAsking();
  }

  stopAsking() {
    this.asking = false;
    this.refresh();
  }

  remove(a) {
    const { start, end, code } = a;
    if (!this.decide("remove", { start, end, code })) return false;
    const [from, to] = this.units(a);
    Object.assign(this, { focus: null, asking: false });
    if (this.isWhole(a)) this.selectWhole();
    else if (this.spans) this.setSelection([from, to], [from, to]);
    this.text.focus({ preventScroll: true });
    this.refresh();
    return true;
  }

  moveBorders(a, from, until) {
    const [first, last] = this.itemUnits();
    const [start, end] = [Math.max(first, from), Math.min(last, until)];
    if (start >= end || (start === this.at.unit(a.start) && end === this.at.unit(a.end))) return;
    const to = { start: this.at.point(start), end: this.at.point(end), code: a.code };
    if (
      this.decide("move", { start: a.start, end: a.end, code: a.code, to_start: to.start, to_end: to.end, quote: this.slice(start, end) })
    )
      this.focusOn(keyOf(to), this.asking);
  }

  accept(one) {
    this.decide("accept", { suggestion: one.id, stance: one.stance ?? null }, { start: one.start, end: one.end, code: one.code });
  }

  dismissOne(one) {
    this.decide("dismiss", { suggestion: one.id });
  }

  finish() {
    if (this.busy) return;
    const { item } = this.view;
    const missing =
      this.setup.stance_required && this.stance_list.length
        ? this.annotations().find((a) => !a.stance && (this.spans || (a.start === item.start && a.end === item.end)))
        : null;
    if (missing) {
      this.focusOn(keyOf(missing), true);
      this.say(this.t("stance_needed", { code: this.nameOf(missing.code) }));
      return;
    }
    this.said = "";
    if (this.itemState().status === "done") this.goOpen();
    else this.leave("done");
  }

  skip() {
    if (!this.busy) this.leave("skip");
  }

  /** Done or skip; until the next item is there, keys that decide are ignored. */
  leave(what) {
    if (this.decide(what)) this.moving = { cid: this.last };
  }

  reopen() {
    if (this.itemState().status) this.decide("reopen");
  }

  flag() {
    this.decide("flag", { on: !this.itemState().flag });
  }

  undoRedo(what) {
    if (what === "undo" && !this.undo && !this.wire.pending.length) return this.say(this.t("say_no_undo"));
    if (what === "redo" && !this.redo) return this.say(this.t("say_no_redo"));
    this.said = "";
    this.asking = false;
    return this.decide(what);
  }

  startNote() {
    if (!this.writable || !this.view) return;
    const a = this.focused();
    // a note that was found again is gone on with, unless another code is in hand
    if (!this.noting?.found || (a && this.noting.what !== keyOf(a))) this.noting = this.noteOn(a);
    this.refresh();
    this.noteField.focus();
    this.noteField.setSelectionRange(this.noting.text.length, this.noting.text.length);
  }

  /** A note to write, on an annotation or (null) on the item: what is saved, or what was begun before. */
  noteOn(a) {
    const what = a ? keyOf(a) : "item";
    const old = (a ? a.note : this.itemState().note) || "";
    const begun = this.drafts.find(this.view.item.item, what)?.text;
    return { what, annotation: a, item: this.view.item.item, old, text: begun ?? old, found: begun !== undefined };
  }

  /** A note that was being written when the page went away is in its field again; whether it is saved, people say. */
  offerDraft() {
    const { item } = this.view.item;
    const draft = this.drafts.find(item);
    if (!draft) return;
    const a = this.annotations().find((one) => keyOf(one) === draft.what);
    if (!a && draft.what !== "item") {
      // the code it was about is gone: what was written is not
      const text = [this.drafts.find(item, "item")?.text, draft.text].filter(Boolean).join("\n");
      this.drafts.keep(item, draft.what, "");
      this.drafts.keep(item, "item", text);
    }
    const note = this.noteOn(a ?? null);
    if (note.text.trim() !== note.old.trim()) this.noting = note;
  }

  /** From here on leaving the field saves it. */
  takeUpNote(found) {
    if (this.noting) this.noting.found = false;
    found.hidden = true;
  }

  writeNote(text) {
    if (!this.noting) return;
    Object.assign(this.noting, { text, found: false });
    this.drafts.keep(this.noting.item, this.noting.what, text.trim() === this.noting.old.trim() ? "" : text);
  }

  dropDraft() {
    const { item } = this.view.item;
    this.noting = null;
    for (let draft = this.drafts.find(item); draft; draft = this.drafts.find(item)) this.drafts.keep(item, draft.what, "");
    this.refresh();
    this.text.focus({ preventScroll: true });
  }

  /** Leaving the field saves, by whichever way: a note is never lost, and undo takes it back. */
  saveNote() {
    if (!this.noting) return;
    const { annotation: a, text, old, found } = this.noting;
    const note = text.trim();
    this.noting = null; // first: taking the field out of the page makes it blur once more
    if (!found && note !== old.trim()) {
      if (a) this.put(a, a.code, { stance: a.stance, note, from: a.from });
      else this.decide("note", { note });
    }
    this.refresh();
  }

  go(way) {
    if (!this.view) return;
    const next = this.queue[this.places.get(this.view.item.item) + way];
    if (next) this.open(next.item);
    else this.say(this.t("say_end"));
  }

  /** The next item still open, from here on and round again. */
  goOpen() {
    const here = this.places.get(this.view.item.item);
    const next = [...this.queue.slice(here + 1), ...this.queue.slice(0, here)].find((entry) => !entry.status);
    if (next) this.open(next.item);
    else this.finished();
  }

  resize(way) {
    this.setSize(this.size + 2 * way);
    this.remembered("size", this.size);
  }

  // ---- selecting ----

  /** @param {number[]} anchor stretch where it began @param {number[]} focus stretch that moves */
  setSelection(anchor, focus) {
    const { text } = this.view.doc;
    const [first, last] = this.itemUnits(); // blanks around a text are no part of what is judged
    const start = Math.max(first, borders(text, Math.min(anchor[0], focus[0]))[0]);
    const end = Math.min(last, borders(text, Math.max(anchor[1], focus[1]))[1]);
    this.sel = end > start ? { start, end, anchor, focus } : null;
    if (this.sel) Object.assign(this, { focus: null, asking: false, said: "", cursor: start });
    this.refresh();
    if (this.sel) {
      this.pane.show(...(focus[0] < anchor[0] ? [start, start] : [Math.max(start, end - 1), end]));
      this.tell(this.t("say_selected", { quote: clip(this.slice(start, end), 200) }));
    }
  }

  /** All of the text, for a code of the document; the cursor stays where it is. */
  selectWhole() {
    if (!this.spans || !this.view) return;
    const [start, end] = this.itemUnits();
    if (start >= end) return;
    Object.assign(this, { sel: { start, end, anchor: [start, end], focus: [start, end] }, focus: null, asking: false, said: "" });
    this.text.focus({ preventScroll: true });
    this.refresh();
    this.tell(this.t("say_selected", { quote: this.t("whole") }));
  }

  sentenceAt(unit) {
    const place = firstNot(this.sentences, (one) => one[1] <= unit);
    return Math.min(place, this.sentences.length - 1);
  }

  /** Arrow keys in a text where stretches are chosen. */
  moveSelection(way, { sentence, extend, character }) {
    if (this.sel && this.isWhole({ start: this.at.point(this.sel.start), end: this.at.point(this.sel.end) })) this.sel = null;
    const found = this.focused();
    const focused = found && !this.isWhole(found) ? found : null; // from a whole text on: where the cursor is
    if (focused && extend && !sentence) return this.stretchFocused(focused, way, character);
    if (this.sel && character) return this.byCharacter(way);
    const here = focused ? this.units(focused) : [this.cursor, this.cursor];
    const now = this.sel ?? { anchor: here, focus: here };
    const next = sentence ? this.nextSentence(now, way, extend) : this.pane.word(way > 0 ? now.focus[1] : now.focus[0], way);
    if (!next) return this.say(this.t("say_end"));
    const empty = now.anchor[0] === now.anchor[1];
    return this.setSelection(extend && !empty ? now.anchor : next, next);
  }

  nextSentence(now, way, extend) {
    const place = this.sentenceAt(way > 0 ? Math.max(now.focus[0], now.focus[1] - 1) : now.focus[0]);
    const whole =
      this.sentences[place] &&
      now.anchor[0] === this.sentences[this.sentenceAt(now.anchor[0])]?.[0] &&
      now.focus[1] === this.sentences[place][1];
    // with nothing selected, the sentence that begins at the cursor (or after it) is the next one
    const ahead = way > 0 && now.anchor[0] === now.anchor[1] && now.focus[0] <= this.sentences[place]?.[0];
    const next = this.sentences[ahead ? place : place + way];
    if (!next) return null;
    return whole || extend ? next : (this.pane.word(next[0], 1) ?? next);
  }

  byCharacter(way) {
    const { text } = this.view.doc;
    const { start, end, focus, anchor } = this.sel;
    if (focus[0] >= anchor[0]) {
      const to = step(text, end, way);
      if (to > start) this.setSelection([start, Math.min(anchor[1], to)], [Math.max(start, Math.min(focus[0], to - 1)), to]);
    } else {
      const from = step(text, start, way);
      if (from < end) this.setSelection(anchor, [from, Math.max(focus[1], from)]);
    }
  }

  /** Shift+arrow moves the end of the focused annotation by a word, Alt+Shift+arrow its beginning. */
  stretchFocused(a, way, atStart) {
    const [start, end] = this.units(a);
    if (atStart) {
      const word = way < 0 ? this.pane.word(start, -1) : this.pane.word(start + 1, 1);
      if (word && word[0] < end) this.moveBorders(a, word[0], end);
    } else {
      const word = way > 0 ? this.pane.word(end, 1) : this.pane.word(end - 1, -1);
      if (word && word[1] > start) this.moveBorders(a, start, word[1]);
    }
  }

  selectSentence() {
    if (!this.spans) return;
    const at = this.targetPlace()?.[0] ?? this.cursor;
    const sentence = this.sentences[this.sentenceAt(at)];
    if (sentence) this.setSelection(sentence, sentence);
  }

  clear() {
    if (this.asking) return this.stopAsking();
    Object.assign(this, { sel: null, focus: null, said: "" });
    this.text.focus({ preventScroll: true });
    return this.refresh();
  }

  // ---- mouse ----

  onPointer(event) {
    clearTimeout(this.coming);
    if (event.button !== 0 || !this.view) return;
    const handle = event.target.closest?.(".ct-handle");
    if (handle) {
      this.dragBorder(event, handle);
      return;
    }
    const done = () => {
      removeEventListener("pointerup", done, true);
      // the browser settles its selection after the event; of a double click only the second half is looked at
      clearTimeout(this.settling);
      this.pointed = event;
      this.settling = setTimeout(() => this.settle(), 0);
      this.coming = setTimeout(() => this.intoView(), 500); // not between the halves of a double click
    };
    addEventListener("pointerup", done, true);
  }

  /** What the mouse did takes effect before a key that comes after it. */
  settle() {
    const event = this.pointed;
    this.pointed = null;
    clearTimeout(this.settling);
    if (event) this.onDragged(event);
  }

  onDragged(event) {
    const root = /** @type {any} */ (this.box.getRootNode());
    const native = root.getSelection ? root.getSelection() : getSelection();
    if (!native || !native.rangeCount || native.isCollapsed) {
      this.onClick(event);
      return;
    }
    if (!this.spans) return; // reading with the mouse
    const range = native.getRangeAt(0);
    let start = this.pane.position(range.startContainer, range.startOffset);
    let end = this.pane.position(range.endContainer, range.endOffset);
    if (start === null || end === null) return;
    const { text } = this.view.doc;
    [start, end] = [borders(text, start)[0], borders(text, end)[1]];
    while (start < end && /\s/.test(text[end - 1])) end -= 1; // blanks at the ends are the hand's, not meant
    while (start < end && /\s/.test(text[start])) start += 1;
    if (CSS.highlights) native.removeAllRanges();
    if (start < end) this.setSelection([start, end], [start, end]);
  }

  onClick(event) {
    const unit = this.pane.atPoint(event.clientX, event.clientY);
    if (unit === null) return;
    if (!this.spans) {
      const found = (this.view.doc.items || []).find(([, start, end]) => this.at.unit(start) <= unit && unit < this.at.unit(end));
      if (found && found[0] !== this.view.item.item && this.places.has(found[0])) this.open(found[0]);
      return;
    }
    const hit = (a) => !this.isWhole(a) && this.at.unit(a.start) <= unit && unit < this.at.unit(a.end);
    const under = this.annotations()
      .filter(hit)
      .sort((a, b) => a.end - a.start - (b.end - b.start));
    if (under.length) {
      const place = under.findIndex((a) => keyOf(a) === this.focus); // clicking again goes to the one beneath
      this.focusOn(keyOf(under[(place + 1) % under.length]), true);
      return;
    }
    Object.assign(this, { sel: null, focus: null, asking: false, cursor: borders(this.view.doc.text, unit)[0] });
    this.refresh();
  }

  dragBorder(event, handle) {
    event.preventDefault();
    const a = this.annotations().find((one) => keyOf(one) === handle.dataset.key);
    if (!a) return;
    const [start, end] = this.units(a);
    let now = [start, end];
    const move = (moved) => {
      const unit = this.pane.atPoint(moved.clientX, moved.clientY);
      if (unit === null) return;
      const place = borders(this.view.doc.text, unit)[0];
      now = handle.dataset.side === "start" ? [Math.min(place, end), end] : [start, Math.max(place, start)];
      this.pane.select(...now);
    };
    const stop = () => {
      removeEventListener("pointermove", move, true);
      removeEventListener("pointerup", stop, true);
      this.pane.select(null, null);
      this.moveBorders(a, ...now);
    };
    addEventListener("pointermove", move, true);
    addEventListener("pointerup", stop, true);
  }

  onCopy(event) {
    if (!this.view || isField(event.target) || !getSelection()?.isCollapsed) return;
    const target = this.target();
    if (!target) return;
    event.clipboardData.setData("text/plain", this.slice(...target));
    event.preventDefault();
  }

  onFocus(event) {
    if (this.quiet || !this.view) return;
    // a click between the parts must not leave the keyboard to the notebook
    if (event.target === this.box) this.text.focus({ preventScroll: true });
    const { chip, machine } = event.target.dataset ?? {};
    if (chip && (chip !== this.focus || !this.asking)) this.focusOn(chip, true);
    else if (machine) {
      this.suggestion = machine;
      this.refresh();
    }
  }

  // ---- keys ----

  onKey(event) {
    this.settle();
    if (event.ctHandled) return;
    this.intoView();
    // composing, dead keys and AltGr (Ctrl+Alt on Windows) make letters, not commands
    if (event.isComposing || event.keyCode === 229 || event.key === "Dead") return;
    if (event.getModifierState?.("AltGraph") || (event.ctrlKey && event.altKey)) return;
    if (!this.sheet.hidden) {
      if (event.key === "Escape" || event.key === "?") this.closeSheet();
      if (event.key === "Tab" || event.key === "Escape" || event.key === "?") event.preventDefault();
      return;
    }
    const control = event.ctrlKey || event.metaKey;
    const act = isField(event.target) ? this.fieldKey : control ? this.controlKey : this.plainKey;
    if (act.call(this, event)) event.preventDefault();
  }

  fieldKey(event) {
    const { target, key } = event;
    const leave = () => {
      this.text.focus({ preventScroll: true });
      return true;
    };
    if (target === this.search && !event.altKey && !event.ctrlKey && !event.metaKey) {
      if (key === "ArrowDown" || key === "ArrowUp") {
        const hits = this.options.filter(({ option }) => !option.hidden);
        const place = hits.indexOf(this.active);
        this.activate(hits[Math.max(0, Math.min(hits.length - 1, place + (key === "ArrowDown" ? 1 : -1)))]);
        return true;
      }
      if (key === "Enter" || key === "Escape") {
        const code = key === "Enter" && this.active?.code.id;
        this.search.value = "";
        this.searchCodes();
        leave();
        if (code) this.give(code);
        return true;
      }
    }
    if (key === "Escape") return leave();
    if (key === "Enter" && target === this.noteField && !event.shiftKey) return leave();
    return false;
  }

  controlKey(event) {
    const key = event.key.toLowerCase();
    if (event.altKey) return false;
    if (key === "z" || key === "y") {
      if (!event.repeat) this.undoRedo(key === "y" || event.shiftKey ? "redo" : "undo");
      return true;
    }
    if (key === "s") {
      this.tell(this.savedLine.textContent); // nothing to save: the browser should not offer its dialog
      return true;
    }
    if (key === "a") this.selectWhole(); // never the whole notebook
    return key === "a";
  }

  plainKey(event) {
    if (!this.view || event.key.length === 0) return false;
    const { key, target } = event;
    const onButton = target.tagName === "BUTTON" && !target.dataset.chip && !target.dataset.machine;
    if (key === " " && target.tagName === "BUTTON") return false;
    if (key === "Enter" && event.shiftKey) return true; // runs a cell elsewhere; here it would be a decision by habit
    if (key === "Enter" && (onButton || event.repeat)) return event.repeat;
    if (key.startsWith("Arrow") || key.startsWith("Page") || key === "Home" || key === "End") return this.arrowKey(event);
    if (event.altKey) return false;
    if (this.commandKey(event)) return true;
    if (event.repeat || key.length > 2) return key.length === 1;
    return this.letterKey(key.toLowerCase());
  }

  arrowKey({ key, shiftKey, altKey, target }) {
    if (target !== this.text && !target.dataset.chip && !target.dataset.machine && target.closest?.(".ct-panel, .ct-top")) return false;
    const way = key === "ArrowLeft" || key === "ArrowUp" ? -1 : 1;
    const upDown = key === "ArrowUp" || key === "ArrowDown";
    if (key.startsWith("Arrow") && this.spans) {
      this.text.focus({ preventScroll: true });
      this.moveSelection(way, { sentence: upDown, extend: shiftKey, character: altKey && shiftKey });
      return true;
    }
    if (key === "ArrowLeft" || key === "ArrowRight") {
      if (!shiftKey && !altKey) this.go(way);
      return true;
    }
    const page = this.text.clientHeight * 0.85;
    const by = { ArrowUp: -60, ArrowDown: 60, PageUp: -page, PageDown: page, Home: -Infinity, End: Infinity }[key];
    if (Number.isFinite(by)) this.text.scrollTop += by;
    else this.text.scrollTop = by < 0 ? 0 : this.text.scrollHeight;
    return true;
  }

  /** Keys that are no code's. @returns {boolean} whether it was one */
  commandKey(event) {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const commands = {
      "?": () => this.openSheet(),
      "/": () => this.openSearch(),
      "+": () => this.resize(1),
      "-": () => this.resize(-1),
      Escape: () => this.clear(),
      Enter: () => this.finish(),
      Backspace: () => this.removeFocused(),
      Delete: () => this.removeFocused(),
      " ": () => {
        this.text.scrollTop += this.text.clientHeight * 0.85;
      },
      s: () => this.selectSentence(),
      n: () => this.startNote(),
      f: () => this.flag(),
      x: () => this.skip(),
      r: () => this.reopen(),
      j: () => this.go(1),
      k: () => this.go(-1),
      g: () => this.setTab(this.tab === "guidelines" ? this.home() : "guidelines"),
      q: () => this.setTab(this.tab === "list" ? this.home() : "list"),
      a: () => this.judgeSuggestion((one) => this.accept(one)),
      d: () => this.judgeSuggestion((one) => this.dismissOne(one)),
    };
    if (this.curator) {
      commands["."] = () => this.setCase(this.case + 1);
      commands[","] = () => this.setCase(this.case - 1);
      commands.w = () => this.openWhy();
      // Shift+digit is a different sign on every keyboard: the one place where the key's place counts
      const digit = event.shiftKey && /^Digit([0-2])$/.exec(event.code || "")?.[1];
      if (digit && !(key in commands)) {
        if (!event.repeat) this.takeByNumber(Number(digit));
        return true;
      }
    }
    if (!Object.hasOwn(commands, key)) return false;
    if (!event.repeat || "+-jk ".includes(key)) commands[key]();
    return true;
  }

  home() {
    return this.curator ? "compare" : "codes";
  }

  letterKey(key) {
    if (key.length !== 1) return false;
    if (this.asking && this.focused()) {
      const stance = this.stance_list.find((one) => one.key === key);
      if (stance) {
        this.setStance(stance.id);
        return true;
      }
    }
    const code = this.setup.codebook.codes.find((one) => one.key === key);
    if (code) this.give(code.id);
    else if (CODE_KEYS.includes(key)) this.say(this.t("say_no_code", { key }));
    return true;
  }

  removeFocused() {
    const a = this.focused();
    if (a) this.remove(a);
  }

  takeByNumber(number) {
    if (this.busy) return;
    if (number === 0) this.takeAgreed();
    else {
      const one = this.cases()[this.case];
      if (one) this.takeReading(this.readings(one)[number - 1]);
    }
  }

  openSearch() {
    if (this.tab !== "codes") this.setTab("codes");
    else if (this.panelOff) this.togglePanel();
    this.search.focus();
    this.search.select();
  }

  openWhy() {
    if (this.tab !== "compare") this.setTab("compare");
    this.whyBox?.focus();
  }

  // ---- the sheet of keys ----

  /** Groups of rows: keys, what they do, and whether they do it here. */
  keySheet() {
    const [shift, alt, ctrl] = [this.t("key_shift"), this.t("key_alt"), this.t("key_ctrl")];
    const free = this.spans; // stretches are chosen
    const groups = {
      keys_move: [
        [["←", "→"], "do_word", free],
        [["↑", "↓"], "do_sentence", free],
        [[`${shift}+← → ↑ ↓`], "do_extend", free],
        [[`${alt}+${shift}+← →`], "do_character", free],
        [[`${alt}+${shift}+← →`], "do_start", free],
        [["s"], "do_select", free],
        [[`${ctrl}+A`], "do_whole", free],
        [[this.t("key_esc")], "do_clear"],
        [["Page↑", "Page↓"], "do_scroll", free],
        [["↑", "↓", "Page↑", "Page↓"], "do_scroll", !free],
      ],
      keys_code: [
        [[this.t("key_code")], "do_code"],
        [["1–4"], "do_stance"],
        [[this.t("key_tab")], "do_tab"],
        [[this.t("key_back")], "do_remove"],
        [["n"], "do_note"],
        [["a"], "do_accept"],
        [["d"], "do_dismiss"],
        [[`${ctrl}+Z`], "undo"],
        [[`${ctrl}+${shift}+Z`, `${ctrl}+Y`], "redo"],
      ],
      keys_item: [
        [[this.t("key_enter")], "done"],
        [["x"], "do_skip"],
        [["r"], "do_reopen"],
        [["k", "j"], "do_near", free],
        [["k", "j", "←", "→"], "do_near", !free],
        [["f"], "do_flag"],
      ],
      keys_look: [
        [["/"], "do_search"],
        [["g"], "do_guide"],
        [["q"], "do_list"],
        [["+", "-"], "do_size"],
        [["?"], "do_help"],
      ],
      keys_compare: [
        [[",", "."], "do_case", this.curator],
        [[`${shift}+1`, `${shift}+2`], "do_take", this.curator],
        [[`${shift}+0`], "do_take_agreed", this.curator],
        [["w"], "do_why", this.curator],
      ],
    };
    const here = Object.entries(groups).map(([title, rows]) => [title, rows.filter(([, , acts = true]) => acts)]);
    return here.filter(([, rows]) => rows.length);
  }

  openSheet() {
    const close = el("button", { onclick: () => this.closeSheet() }, this.t("close"), " ", cap(this.t("key_esc")));
    const row = ([keys, what]) => [el("dt", {}, keys.map(cap)), el("dd", {}, this.t(what))];
    const groups = this.keySheet().map(([title, rows]) => el("section", {}, el("h3", {}, this.t(title)), el("dl", {}, rows.map(row))));
    const head = div("ct-dialog-head", el("h2", {}, this.t("help")), close);
    const look = { class: "ct-dialog", role: "dialog", "aria-modal": "true", "aria-label": this.t("help") };
    this.sheet.replaceChildren(el("div", look, head, div("ct-dialog-body", groups)));
    this.sheet.hidden = false;
    this.sheet.onclick = (event) => event.target === this.sheet && this.closeSheet();
    close.focus();
  }

  closeSheet() {
    this.sheet.hidden = true;
    this.text.focus({ preventScroll: true });
  }

  stop() {
    this.saveNote();
    clearTimeout(this.settling);
    this.wire.stop();
    this.pane.select(null, null);
    this.resized?.disconnect();
    clearTimeout(this.looking);
    clearTimeout(this.coming);
  }
}

const isField = (node) => /^(INPUT|TEXTAREA|SELECT)$/.test(node?.tagName ?? "") || node?.isContentEditable === true;
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const clock = (at) => {
  const date = new Date(at);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()];
  return Number.isNaN(date.getTime()) ? String(at) : parts.map((n) => String(n).padStart(2, "0")).join(":");
};

export default {
  /** @param {{model: any, el: HTMLElement}} context @returns {() => void} */
  render({ model, el: host }) {
    const widget = new Annotator(model, host);
    return () => {
      widget.stop();
      host.replaceChildren();
    };
  },
};
