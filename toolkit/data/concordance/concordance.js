// The widget of a concordance: one ES module for anywidget, no imports, no build step, no network.
//
// It talks to Python through custom messages only (toolkit/statistics/kwic/view_desk.py answers them), so that no text
// is kept in a notebook's widget state. Texts are strangers' texts: they become text nodes, never HTML.
//
// Requests have `do`, `cid` and `state` (what this view shows: word, side, within, sample, seed, keys); the answer has
// `re` = cid, `ok`, and where it failed `error`, one sentence. hello -> words, query, sorts; lines {first} -> rows;
// open {line} -> pieces of the post; save {path, replace} -> said, exists; download {from} -> part, next.
// Every view hears every answer, also to what another view asked: each takes its own by `cid`.

/** Milliseconds without an answer until the widget says so; an answer that comes later counts as any other. */
const LATE = 8000;
/** Milliseconds between the pieces of a download: Jupyter drops what comes faster than 1 MB a second. */
const PACE = 350;
/** Said while the words in the reader's language are not there. */
const SILENT =
  "El kernel no responde: ejecuta la celda · Il kernel non risponde: esegui la cella · The kernel does not answer: run the cell";

/** An element: attributes, `on...` listeners; null and false are left out. */
function make(name, given = {}, ...kids) {
  const node = document.createElement(name);
  if (name === "button") node.type = "button";
  for (const [key, value] of Object.entries(given)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...kids.filter((kid) => kid !== null && kid !== undefined && kid !== false));
  return node;
}

const pause = (time) => new Promise((done) => setTimeout(done, time));
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/** Folded text: a line feed in it is shown as a pale sign. */
function shown(text, lang) {
  const node = make("bdi", { dir: "auto", lang: lang || null });
  text.split("\n").forEach((part, place) => {
    if (place) node.append(" ", make("span", { class: "ck-break" }, "¶"), " ");
    node.append(part);
  });
  return node;
}

/** Names of codes and documents, which may go on in the next line after the signs that join their words. */
function breakable(text) {
  return make("bdi", {}, ...text.split(/(?<=[_:/-])/).flatMap((part) => [part, make("wbr")]));
}

/** Requests and the promises of their answers. */
class Wire {
  constructor(model) {
    this.model = model;
    this.onLate = () => {};
    this.waiting = new Map();
    this.name = Math.random().toString(36).slice(2);
    this.number = 0;
    this.hear = (answer) => {
      const wait = this.waiting.get(answer?.re);
      if (!wait) return;
      this.waiting.delete(answer.re);
      clearTimeout(wait.late);
      if (wait.isLate) this.onLate("");
      if (answer.ok) wait.done(answer);
      else wait.failed(new Error(answer.error));
    };
    model.on("msg:custom", this.hear);
  }

  ask(what, more = {}) {
    const cid = `${this.name}:${(this.number += 1)}`;
    return new Promise((done, failed) => {
      const wait = { done, failed, isLate: false };
      wait.late = setTimeout(() => {
        wait.isLate = true;
        this.onLate(this.silent || SILENT);
      }, LATE);
      this.waiting.set(cid, wait);
      this.model.send({ do: what, cid, ...more });
    });
  }

  stop() {
    this.model.off("msg:custom", this.hear);
    for (const { late } of this.waiting.values()) clearTimeout(late);
    this.waiting.clear();
  }
}

class Reader {
  constructor(model, host) {
    this.wire = new Wire(model);
    this.host = host;
    host.classList.add("ck-host");
    this.state = {};
    this.first = 0;
    this.at = 0; // the line with the focus, in the page
    this.rows = [];
    this.stopped = false;
    this.told = make("p", { class: "ck-told", role: "status", "aria-live": "polite" });
    host.replaceChildren(this.told);
    this.wire.onLate = (text) => this.tell(text, text !== "");
    this.wire.ask("hello").then((setup) => this.build(setup), (error) => this.fail(error));
  }

  t(key, values = {}) {
    return fill(this.words[key], values);
  }

  // ---- the parts ----

  build(setup) {
    if (this.stopped) return;
    this.words = setup.words;
    this.wire.silent = setup.words.silent;
    this.size = setup.page;
    this.given = setup.order;
    this.box = make("section", { class: setup.wide ? "ck ck-wide" : "ck", lang: setup.lang, "aria-label": `${setup.query} ${setup.match}` });
    // keys that mean something to JupyterLab stay here
    for (const kind of ["keydown", "keypress", "keyup"]) this.box.addEventListener(kind, (event) => event.stopPropagation());
    this.box.addEventListener("keydown", (event) => this.onKey(event));
    this.counts = make("p", { class: "ck-counts", role: "status" });
    this.list = make("div", { class: "ck-list", role: "listbox", tabindex: "0", "aria-label": this.t("list") });
    this.list.addEventListener("keydown", (event) => this.onListKey(event));
    this.list.addEventListener("click", (event) => this.onClick(event));
    this.heads = make("div", { class: "ck-row ck-heads", "aria-hidden": "true" });
    this.post = make("article", { class: "ck-post", hidden: true });
    this.back = make("button", { onclick: () => this.turn(-1), title: this.t("previous"), "aria-label": this.t("previous") }, "‹");
    this.on = make("button", { onclick: () => this.turn(1), title: this.t("next"), "aria-label": this.t("next") }, "›");
    const title = make("h3", {}, make("bdi", {}, setup.query), " ", make("span", { class: "ck-soft" }, setup.match));
    const pages = make("div", { class: "ck-pages" }, this.back, this.counts, this.on);
    const lines = make("div", { class: "ck-lines" }, this.heads, this.list);
    const keys = make("p", { class: "ck-soft ck-keys" }, this.t("keys"));
    this.box.append(title, this.asking(setup.sorts), pages, lines, keys, this.post, this.saving(setup.file), this.told);
    this.host.replaceChildren(this.box);
    this.apply();
  }

  /** Filter, sample and order. */
  asking(sorts) {
    const field = (label, input) => make("label", {}, make("span", {}, label), input);
    this.word = make("input", { type: "text", class: "ck-word", autocomplete: "off", spellcheck: "false" });
    const side = (value, label) => make("option", { value }, label);
    this.side = make(
      "select",
      {},
      side("both", this.t("both")),
      side("left", this.words.left),
      side("right", this.words.right),
    );
    this.within = make("input", { type: "number", min: "1", max: "100", value: "5", class: "ck-number" });
    this.sample = make("input", { type: "number", min: "1", class: "ck-number ck-sample" });
    this.seed = make("input", { type: "number", min: "0", value: "1", class: "ck-number" });
    // as many keys as the concordance is sorted by have a place
    this.sorts = Array.from({ length: Math.max(3, this.given.length) }, (_, place) => this.key(place, sorts));
    const order = make("fieldset", {}, make("legend", {}, this.t("sort")), ...this.sorts.map((one) => one.box));
    this.order(this.given);
    const near = make(
      "fieldset",
      {},
      make("legend", {}, this.t("near")),
      this.word,
      field(this.t("side"), this.side),
      field(this.t("within"), this.within),
    );
    this.word.setAttribute("aria-label", this.t("near"));
    this.sample.setAttribute("aria-label", this.t("sample"));
    const drawn = make("fieldset", {}, make("legend", {}, this.t("sample")), this.sample, field(this.t("seed"), this.seed));
    const go = make("button", { type: "submit", class: "ck-go" }, this.t("apply"));
    const all = make("button", { class: "ck-all", onclick: () => this.reset() }, this.t("reset"));
    // a form of its own has an Enter of its own
    const submit = (event) => {
      event.preventDefault();
      this.apply();
    };
    return make("form", { class: "ck-asking", onsubmit: submit }, order, near, drawn, make("div", { class: "ck-do" }, go, all));
  }

  /** A sort key: what by, and from which end. */
  key(place, sorts) {
    const empty = place ? [["", "—"]] : [];
    const options = [...empty, ...sorts].map(([value, label]) => make("option", { value }, label));
    const name = place ? this.t("then") : this.t("sort");
    const change = () => {
      down.setAttribute("aria-pressed", "false"); // whoever chooses another key begins at its beginning
      this.order(this.keys());
      this.apply();
    };
    const by = make("select", { class: `ck-sort ck-sort-${place + 1}`, "aria-label": name, onchange: change }, ...options);
    const turn = () => {
      down.setAttribute("aria-pressed", String(down.getAttribute("aria-pressed") !== "true"));
      this.apply();
    };
    const label = `${name}: ${this.t("descending")}`;
    const down = make("button", { class: "ck-down", "aria-pressed": "false", title: label, "aria-label": label, onclick: turn }, "↓");
    return { by, down, box: make("span", { class: "ck-key" }, by, down) };
  }

  /** The keys chosen, with "-" before those from the end. */
  keys() {
    const chosen = this.sorts.filter((one) => one.by.value);
    return chosen.map((one) => (one.down.getAttribute("aria-pressed") === "true" ? "-" : "") + one.by.value);
  }

  /** Show keys; after the order of the text, which leaves nothing to sort, and after none, others cannot be chosen. */
  order(keys) {
    let open = true;
    this.sorts.forEach((one, place) => {
      const key = (open && keys[place]) || "";
      one.by.value = key.replace(/^-/, "");
      one.down.setAttribute("aria-pressed", String(key.startsWith("-")));
      one.by.disabled = !open;
      open &&= Boolean(key) && one.by.value !== "position";
      one.down.disabled = !key;
    });
  }

  saving(name) {
    this.file = make("input", { type: "text", value: name, class: "ck-file", spellcheck: "false", autocomplete: "off" });
    this.file.addEventListener("input", () => (this.over.hidden = true));
    this.over = make("button", { class: "ck-over", hidden: true, onclick: () => this.save(true) }, this.t("replace"));
    this.fetching = make("button", { class: "ck-download", onclick: () => this.download() }, this.t("download"));
    const submit = (event) => {
      event.preventDefault();
      this.save(false);
    };
    const go = make("button", { type: "submit", class: "ck-save" }, this.t("save"));
    const label = make("label", {}, make("span", {}, this.t("file")), this.file);
    return make("form", { class: "ck-saving", onsubmit: submit }, label, go, this.over, this.fetching);
  }

  // ---- what is said ----

  tell(text, bad = false) {
    this.told.textContent = text;
    this.told.classList.toggle("ck-bad", bad);
    this.told.setAttribute("role", bad ? "alert" : "status");
  }

  fail(error) {
    if (!this.stopped) this.tell(error.message, true);
  }

  // ---- lines ----

  asked() {
    return {
      word: this.word.value,
      side: this.side.value,
      within: this.within.value,
      sample: this.sample.value,
      seed: this.seed.value,
      keys: this.keys(),
    };
  }

  apply() {
    return this.show(0, this.asked());
  }

  reset() {
    this.word.value = this.sample.value = "";
    this.side.value = "both";
    [this.within.value, this.seed.value] = ["5", "1"];
    this.order(this.given);
    this.apply();
  }

  turn(way) {
    const first = this.first + way * this.size;
    if (first >= 0 && first < this.n) return this.show(first);
  }

  /** A page of lines; the latest wish wins. */
  async show(first, state = this.state, at = 0) {
    const wish = (this.wish = {});
    this.list.setAttribute("aria-busy", "true");
    try {
      const found = await this.wire.ask("lines", { first, state });
      if (this.stopped || wish !== this.wish) return;
      this.state = state;
      this.first = found.first;
      this.n = found.n;
      this.closePost(false);
      this.over.hidden = true;
      this.tell("");
      this.draw(found, at);
    } catch (error) {
      if (wish === this.wish) this.fail(error);
    } finally {
      if (wish === this.wish) this.list.removeAttribute("aria-busy");
    }
  }

  draw(found, at) {
    const whole = found.n < found.all ? [found.whole] : [];
    this.counts.textContent = [found.said, ...whole, ...found.notes].join(" · ");
    this.back.disabled = found.first === 0;
    this.on.disabled = found.first + found.rows.length >= found.n;
    const head = (text, look) => make("span", { class: look, title: text }, text);
    const wide = this.box.classList.contains("ck-wide");
    this.heads.replaceChildren(
      head("", "ck-n"),
      make("span", { class: "ck-left" }, make("bdi", {}, this.words.left)),
      head(`${this.words.node} · ${this.words.right}`, "ck-right"),
      ...found.heads.map((text) => head(text, "ck-cell")),
    );
    this.rows = found.rows.map((row, place) => {
      const cells = row.cells.map((value, number) =>
        make("span", { class: "ck-cell", title: `${found.heads[number]}: ${value}` }, wide ? breakable(value) : make("bdi", {}, value)),
      );
      const given = { class: "ck-row", role: "option", "aria-selected": "false", id: `${this.wire.name}-${place}`, "data-place": place };
      return make(
        "div",
        given,
        make("span", { class: "ck-n" }, String(found.first + place + 1)),
        make("span", { class: "ck-left" }, shown(row.left, row.lang)),
        " ",
        make("span", { class: "ck-right" }, make("b", { class: "ck-node" }, shown(row.node, row.lang)), shown(row.right, row.lang)),
        ...cells.flatMap((cell) => [" ", cell]),
      );
    });
    this.list.replaceChildren(...(this.rows.length ? this.rows : [make("p", { class: "ck-none" }, this.words.none)]));
    this.list.scrollTop = 0;
    this.mark(at < 0 ? this.rows.length - 1 : at);
  }

  mark(at) {
    this.rows[this.at]?.setAttribute("aria-selected", "false");
    this.at = Math.min(Math.max(at, 0), Math.max(this.rows.length - 1, 0));
    const row = this.rows[this.at];
    this.list.removeAttribute("aria-activedescendant");
    if (!row) return;
    row.setAttribute("aria-selected", "true");
    this.list.setAttribute("aria-activedescendant", row.id);
    const low = row.offsetTop - this.list.offsetTop;
    if (low < this.list.scrollTop) this.list.scrollTop = low;
    const high = low + row.offsetHeight - this.list.clientHeight;
    if (high > this.list.scrollTop) this.list.scrollTop = high;
  }

  // ---- the post ----

  async openPost() {
    if (!this.rows.length) return;
    const wish = (this.reading = {});
    try {
      const found = await this.wire.ask("open", { line: this.first + this.at, state: this.state });
      if (this.stopped || wish !== this.reading) return;
      this.drawPost(found);
    } catch (error) {
      if (wish === this.reading) this.fail(error);
    }
  }

  drawPost(found) {
    const close = make("button", { class: "ck-close", onclick: () => this.closePost(true), "aria-label": this.t("close") }, "✕");
    close.title = this.t("close");
    const about = make("p", { class: "ck-soft" });
    found.about.forEach(([name, value], place) => about.append(place ? " · " : "", `${name}: `, make("bdi", {}, value)));
    let node = null;
    const text = make("div", { class: "ck-text", dir: "auto", lang: found.lang || null });
    for (const [part, kind] of found.pieces) {
      const piece = kind ? make(kind.includes("node") ? "mark" : "span", { class: kind.replace(/\b(?=[a-z])/g, "ck-is-") }, part) : part;
      if (kind.includes("node")) node ??= piece;
      text.append(piece);
    }
    const scroll = make("div", { class: "ck-scroll", tabindex: "0", role: "region", "aria-label": this.t("post", { title: found.title }) });
    const cut = (said) => said && make("p", { class: "ck-soft ck-cut" }, said);
    scroll.append(...[cut(found.before), text, cut(found.after)].filter(Boolean));
    const head = make("header", {}, make("h4", {}, make("bdi", {}, found.title), " ", make("span", { class: "ck-soft" }, found.where)), close);
    this.post.replaceChildren(head, about, scroll);
    this.post.hidden = false;
    this.box.classList.add("ck-open");
    this.mark(this.at); // the list has become lower
    if (node) scroll.scrollTop = node.offsetTop - scroll.offsetTop - scroll.clientHeight / 3;
  }

  closePost(focus) {
    this.reading = null;
    this.post.hidden = true;
    this.post.replaceChildren();
    this.box.classList.remove("ck-open");
    if (focus) this.list.focus({ preventScroll: true });
  }

  // ---- hands ----

  onClick(event) {
    const row = event.target.closest("[data-place]");
    if (!row || String(getSelection())) return; // whoever marks words wants to copy them
    this.mark(Number(row.dataset.place));
    this.openPost();
  }

  onKey(event) {
    if (event.key === "Escape" && !this.post.hidden) {
      event.preventDefault();
      this.closePost(true);
    }
  }

  onListKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) this.step(steps[event.key]);
    else if (event.key === "PageDown") this.turn(1);
    else if (event.key === "PageUp") this.turn(-1);
    else if (event.key === "Home") this.go(0);
    else if (event.key === "End") this.go(this.rows.length - 1);
    else if (event.key === "Enter" || event.key === " ") this.openPost();
    else return;
    event.preventDefault();
  }

  go(at) {
    const open = !this.post.hidden;
    this.mark(at);
    if (open) this.openPost();
  }

  step(way) {
    const at = this.at + way;
    if (at >= 0 && at < this.rows.length) return this.go(at);
    const first = this.first + way * this.size;
    if (first >= 0 && first < this.n) this.show(first, this.state, way > 0 ? 0 : -1);
  }

  // ---- files ----

  async save(replace) {
    this.tell(this.t("saving"));
    try {
      const found = await this.wire.ask("save", { path: this.file.value, replace, state: this.state });
      this.over.hidden = !found.exists;
      this.tell(found.said, found.exists);
    } catch (error) {
      this.over.hidden = true;
      this.fail(error);
    }
  }

  async download() {
    const state = this.state;
    const parts = [];
    this.fetching.disabled = true;
    try {
      for (let from = 0; from !== null; ) {
        const found = await this.wire.ask("download", { from, state });
        parts.push(found.part);
        from = found.next;
        this.tell(from === null ? found.said : this.t("loading", { percent: found.percent }));
        if (from !== null) await pause(PACE);
      }
      const address = URL.createObjectURL(new Blob(parts, { type: "text/csv;charset=utf-8" }));
      const link = make("a", { href: address, download: "concordance.csv" });
      link.click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch (error) {
      this.fail(error);
    } finally {
      this.fetching.disabled = false;
    }
  }

  stop() {
    this.stopped = true;
    this.wire.stop();
  }
}

export default {
  /** @param {{model: any, el: HTMLElement}} context @returns {() => void} */
  render({ model, el: host }) {
    const reader = new Reader(model, host);
    return () => {
      reader.stop();
      host.replaceChildren();
    };
  },
};
