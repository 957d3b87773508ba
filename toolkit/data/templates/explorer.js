"use strict";
// Texts are strangers' texts: they are put in as text nodes only, and the page's policy refuses anything else.
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const SHOWN = 30, START = 0.6, HITS = 24;
  const data = JSON.parse(document.getElementById("data").textContent);
  const views = data.views, byId = (id) => document.getElementById(id);
  const state = { view: 0, topic: 0, held: null, lambda: START };

  const put = (node, props, kids) => {
    for (const [key, value] of Object.entries(props || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
      else node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...kids.filter((kid) => kid !== null).map((kid) => (typeof kid === "object" ? kid : String(kid))));
    return node;
  };
  const el = (name, props, ...kids) => put(document.createElement(name), props, kids);
  const svg = (name, props, ...kids) => put(document.createElementNS(SVG, name), props, kids);
  const tongue = (lang) => (/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/.test(lang || "") ? lang : null);
  const said = (text, lang) => el("span", { class: "text", lang: tongue(lang) }, text);
  const toneOf = (lang) => (["es", "it", "en"].includes(lang) ? `lang-${lang}` : "");
  const percent = (share, digits = 1) => {
    if (share === null || share === undefined) return "–";
    const value = 100 * share;
    return value > 0 && value < 0.1 ? "< 0.1 %" : `${value.toFixed(value >= 9.95 ? 0 : digits)} %`;
  };
  const whole = (value) => Math.round(value).toLocaleString("en");
  const estimate = (value) => (value > 0 && value < 0.5 ? "< 1" : whole(value));
  const now = () => views[state.view];
  const topic = () => now().topics[state.topic];
  const first = (one) => one.labels[0] || "";

  // ---- numbers ------------------------------------------------------------------------------------------

  // per view: values[topic] = Map(term -> value); shares(term) = how the term's tokens (or weights) spread over topics
  for (const view of views) {
    view.values = view.topics.map(() => new Map());
    view.rows.forEach((row, term) => {
      for (let at = 0; at < row.length; at += 2) view.values[row[at]].set(term, row[at + 1] / view.units);
    });
    view.sum = view.rows.map((row) => row.reduce((sum, value, at) => (at % 2 ? sum + value / view.units : sum), 0));
    view.share = (term, place) => {
      const value = view.values[place].get(term) || 0;
      return view.kind === "terms" ? (value * view.topics[place].size) / view.mass[term] : value / view.sum[term];
    };
    view.langOf = (term) => (view.kind === "terms" ? view.lang : view.langs[term]);
  }

  const ranked = (view, place, lambda) => {
    if (view.kind !== "terms") {
      return [...view.values[place]].map(([term, value]) => ({ term, value })).sort((a, b) => b.value - a.value || a.term - b.term);
    }
    const size = view.topics[place].size, found = [];
    for (const [term, value] of view.values[place]) {
      if (value <= 0) continue;
      const relevance = Math.log(value) - (1 - lambda) * Math.log(view.counts[term] / view.total);
      found.push({ term, value, relevance, later: value * size < data.fewest });
    }
    return found.sort((a, b) => a.later - b.later || b.relevance - a.relevance || a.term - b.term);
  };

  // ---- map ----------------------------------------------------------------------------------------------

  let radius = () => 0;
  const drawMap = () => {
    const view = now(), map = byId("map"), topics = view.topics;
    const W = Math.max(260, map.clientWidth || 600), H = Math.round(Math.min(560, Math.max(300, W * 0.74)));
    // all circles together take an eighth of the map, so that area is share of tokens at any size of page
    const unit = Math.sqrt((0.125 * W * H) / Math.PI);
    radius = (share) => Math.max(2, unit * Math.sqrt(Math.max(share, 0)));
    const largest = Math.max(...topics.map((one) => radius(one.share))), edge = Math.min(largest, W / 5) + 16;
    const span = (key) => [Math.min(...topics.map((one) => one[key])), Math.max(...topics.map((one) => one[key]))];
    const [x0, x1] = span("x"), [y0, y1] = span("y");
    // one scale for both axes: distances are what the map is about
    const scale = Math.min((W - 2 * edge) / Math.max(x1 - x0, 1e-9), (H - 2 * edge) / Math.max(y1 - y0, 1e-9), 1e6);
    const place = (one) => [
      W / 2 + (x1 - x0 > 1e-9 ? (one.x - (x0 + x1) / 2) * scale : 0),
      H / 2 - (y1 - y0 > 1e-9 ? (one.y - (y0 + y1) / 2) * scale : 0),
    ];
    map.setAttribute("viewBox", `0 0 ${W} ${H}`);
    map.replaceChildren();
    if (view.variance) {
      const [cx, cy] = place({ x: 0, y: 0 });
      map.append(svg("line", { class: "axis", x1: 0, x2: W, y1: cy, y2: cy }), svg("line", { class: "axis", y1: 0, y2: H, x1: cx, x2: cx }));
    }
    const spots = topics.map(place), order = topics.map((_, at) => at).sort((a, b) => topics[b].share - topics[a].share);
    for (const at of order) {
      const one = topics[at], [cx, cy] = spots[at], r = radius(one.share);
      map.append(svg("g", {
        class: `topic${one.unstable ? " unstable" : ""}`, role: "option", "data-topic": at,
        "aria-label": `${one.id}: ${first(one)}; ${percent(one.share)} of ${view.unit}${one.unstable ? "; unstable" : ""}`,
        onclick: () => choose(at), onmouseenter: () => tell(one), onmouseleave: () => tell(null),
      },
      svg("circle", { class: "ghost", cx, cy, r }),
      svg("circle", { class: "size", cx, cy, r }),
      svg("circle", { class: "hit", cx, cy, r: Math.max(r, 12) })));
    }
    // numbers above all circles: no other circle's line runs through them
    for (const at of order) {
      const one = topics[at], [cx, cy] = spots[at], r = radius(one.share);
      map.append(svg("text", { class: `number${r >= 9 ? " inside" : ""}${one.unstable ? " unstable" : ""}`, "data-of": at, "aria-hidden": "true",
        x: cx, y: r >= 9 ? cy : cy - r - 8 }, one.id.slice(view.name.length + 1).slice(0, 14)));
    }
    nameCircles(map, spots, order, W, H);
    markMap();
  };

  // labels beside circles, largest topic first; one that would cover anything is left out (the table has them all)
  const nameCircles = (map, spots, order, W, H) => {
    const view = now(), taken = spots.map(([x, y], at) => {
      const r = Math.max(radius(view.topics[at].share), 9);
      return [x - r, y - r, x + r, y + r];
    });
    const clear = (box) => box[0] >= 2 && box[2] <= W - 2 && box[1] >= 2 && box[3] <= H - 2
      && taken.every((other) => box[2] < other[0] || other[2] < box[0] || box[3] < other[1] || other[3] < box[1]);
    for (const at of order) {
      const one = view.topics[at], [x, y] = spots[at], r = radius(one.share), label = first(one);
      const text = svg("text", { class: "name", lang: tongue(view.lang) }, label.length > 26 ? `${label.slice(0, 25)}…` : label);
      map.querySelector(`[data-topic="${at}"]`).append(text);
      const long = text.getComputedTextLength() + 6;
      const tries = [[x + r + 5, y], [x - r - 5 - long, y], [x - long / 2, y + r + 11], [x - long / 2, y - r - 11],
        [x + r * 0.75 + 4, y + r * 0.75 + 6], [x + r * 0.75 + 4, y - r * 0.75 - 6],
        [x - r * 0.75 - 4 - long, y + r * 0.75 + 6], [x - r * 0.75 - 4 - long, y - r * 0.75 - 6]];
      const good = tries.map(([left, mid]) => [left, mid - 8, left + long, mid + 8]).find(clear);
      if (!good) { text.remove(); continue; }
      taken.push(good);
      text.setAttribute("x", good[0] + 3);
      text.setAttribute("y", good[1] + 8);
    }
  };

  const markMap = () => {
    for (const node of byId("map").querySelectorAll(".topic")) {
      const at = Number(node.dataset.topic);
      node.setAttribute("aria-selected", String(at === state.topic));
      node.setAttribute("tabindex", at === state.topic ? "0" : "-1");
    }
    for (const text of byId("map").querySelectorAll(".number")) text.classList.toggle("chosen", Number(text.dataset.of) === state.topic);
  };

  // circles by how one term spreads over the topics; null: by the topics' sizes again
  const showTerm = (term) => {
    const view = now(), map = byId("map");
    map.classList.toggle("by-term", term !== null);
    for (const node of map.querySelectorAll(".topic")) {
      const at = Number(node.dataset.topic);
      node.querySelector(".size").setAttribute("r", radius(term === null ? view.topics[at].share : view.share(term, at)));
    }
    for (const row of byId("terms").querySelectorAll("tr[data-term]")) row.classList.toggle("held", Number(row.dataset.term) === term);
    if (term === null) return tell(null);
    const parts = view.topics.map((one, at) => [one, at, view.share(term, at)]).filter((part) => part[2] >= 0.005);
    parts.sort((a, b) => b[2] - a[2] || a[1] - b[1]);
    const status = byId("status");
    status.replaceChildren(el("b", {}, said(view.terms[term], view.langOf(term))), view.kind === "terms"
      ? `, ${whole(view.counts[term])} tokens in the corpus, of them by this model: ` : ", weight spread over themes: ");
    parts.slice(0, 6).forEach(([one, at, share], rank) => {
      status.append(rank ? ", " : "", el("button", { type: "button", class: "link", onclick: () => choose(at) }, one.id), ` ${percent(share)}`);
    });
    status.append(parts.length > 6 ? ", …" : ".");
  };

  const tell = (one) => {
    const status = byId("status"), view = now();
    if (one) status.replaceChildren(el("b", {}, one.id), " ", said(first(one), view.lang), ` · ${percent(one.share)} of ${view.unit}${one.unstable ? " · unstable" : ""}`);
    else if (state.held !== null) showTerm(state.held);
    else status.replaceChildren(el("span", { class: "soft" }, "Choose a topic; point at a term to see in which topics it stands."));
  };

  // ---- one topic ----------------------------------------------------------------------------------------

  const drawTopic = () => {
    const view = now(), one = topic();
    byId("heading").replaceChildren(el("span", { class: "id" }, `${one.id} `), said(first(one), view.lang));
    byId("badges").replaceChildren(
      el("span", { class: "tag" }, `${percent(one.share)} of ${view.unit} (${whole(one.size)})`),
      one.stability === null ? el("span", { class: "tag" }, "stability not measured") : el("span", { class: "tag" }, `stability ${one.stability.toFixed(2)}`),
      one.unstable ? el("span", { class: "tag warn" }, "unstable: it changes when the model is fitted again") : "");
    const more = one.labels.slice(1);
    byId("labels").hidden = !more.length;
    byId("labels").replaceChildren(el("span", { class: "soft" }, "other labels: "), ...more.flatMap((label, at) => [at ? " · " : "", said(label, view.lang)]));
    drawTerms();
    drawPassages();
    drawPrevalence();
    for (const row of byId("list").tBodies[0].rows) row.classList.toggle("chosen", Number(row.dataset.topic) === state.topic);
  };

  const bar = (part, all, most) => {
    const box = el("div", { class: "bar", "aria-hidden": "true" });
    for (const [name, value] of [["whole", all], ["part", part]]) {
      if (value === null) continue;
      const piece = el("div", { class: name });
      piece.style.width = `${(100 * value) / most}%`;
      box.append(piece);
    }
    return box;
  };

  const drawTerms = () => {
    const view = now(), table = byId("terms"), body = table.tBodies[0], focus = document.activeElement?.closest?.("tr")?.dataset.term;
    const counted = view.kind === "terms";
    table.querySelector("colgroup")?.remove();
    table.prepend(el("colgroup", {}, el("col", { class: "word" }), el("col"), ...(counted ? [1, 2] : [1]).map(() => el("col", { class: "count" }))));
    table.tHead.replaceChildren(el("tr", {}, el("th", { scope: "col" }, ""), el("th", { scope: "col", "aria-hidden": "true" }),
      ...(counted ? ["in topic", "in corpus"] : ["weight"]).map((name) => el("th", { scope: "col", class: "n" }, name))));
    table.tHead.rows[0].cells[0].append(el("span", { class: "soft" }, "term"));
    const all = ranked(view, state.topic, state.lambda), groups = new Map();
    for (const entry of all) {
      const lang = view.langOf(entry.term);
      if (!groups.has(lang)) groups.set(lang, []);
      groups.get(lang).push(entry);
    }
    const rows = [], each = Math.ceil(SHOWN / Math.max(groups.size, 1));
    for (const lang of [...groups.keys()].sort()) {
      const entries = groups.get(lang).slice(0, each);
      const most = Math.max(...entries.map((entry) => (counted ? view.counts[entry.term] : entry.value)));
      if (groups.size > 1) rows.push(el("tr", { class: "group" }, el("th", { colspan: 3, scope: "rowgroup" }, lang)));
      for (const { term, value } of entries) {
        const inside = counted ? view.counts[term] * view.share(term, state.topic) : value;
        rows.push(el("tr", { class: toneOf(lang), "data-term": term, onmouseenter: () => showTerm(term), onmouseleave: () => showTerm(state.held) },
          el("th", { scope: "row" }, el("button", { type: "button", class: "word-button text", lang: tongue(lang), tabindex: "-1", title: view.terms[term],
            "aria-pressed": String(state.held === term), onclick: () => hold(term), onfocus: () => showTerm(term), onblur: () => showTerm(state.held) }, view.terms[term])),
          el("td", {}, bar(inside, counted ? view.counts[term] : null, most)),
          el("td", { class: "n" }, counted ? estimate(inside) : value.toPrecision(2)),
          counted ? el("td", { class: "n" }, whole(view.counts[term])) : null));
      }
    }
    body.replaceChildren(...rows);
    const buttons = [...body.querySelectorAll("button")];
    const again = buttons.find((button) => button.closest("tr").dataset.term === focus);
    if (buttons.length) (again || buttons[0]).tabIndex = 0;
    if (again) again.focus();
    for (const row of body.querySelectorAll("tr[data-term]")) row.classList.toggle("held", Number(row.dataset.term) === state.held);
    byId("relevance").hidden = !counted;
    byId("lambda-value").textContent = state.lambda.toFixed(2);
    byId("legend").replaceChildren(el("span", { class: "entry" }, el("span", { class: "swatch" }), counted ? "tokens in this topic, as the model estimates" : "class-based tf-idf in this theme"),
      ...(counted ? [" ", el("span", { class: "entry" }, el("span", { class: "swatch pale" }), "tokens in the corpus, counted")] : []));
    byId("lambda-note").textContent = counted
      ? `The first ${Math.min(SHOWN, all.length)} terms by λ · log p(term | topic) + (1 − λ) · log (p(term | topic) / p(term)); terms expected fewer than ${data.fewest} times in the topic follow after the others.`
      : "Each language has its own terms and its own scale.";
  };

  const drawPassages = () => {
    const view = now(), one = topic(), box = byId("passages");
    box.replaceChildren(...one.passages.map((row) => el("figure", {},
      el("blockquote", { class: "text", lang: tongue(row.lang), dir: "auto" }, row.cut ? `${row.quote}…` : row.quote),
      el("figcaption", {}, el("span", { class: "text" }, row.doc), ` · ${row.start}–${row.end}${row.share === null ? "" : ` · ${percent(row.share)} this topic`}`))));
    if (!one.passages.length) box.append(el("p", { class: "soft" }, view.topics.some((other) => other.passages.length) ? "No passage stands for this topic." : "No passages were given."));
  };

  // ---- where and when -----------------------------------------------------------------------------------

  const drawPrevalence = () => {
    const view = now(), box = byId("prevalence"), groups = Object.entries(topic().prevalence);
    byId("prevalence-part").hidden = !view.topics.some((one) => Object.keys(one.prevalence).length);
    box.replaceChildren();
    for (const [by, rows] of groups) {
      // one scale for all topics of a model, so that they can be compared
      const most = Math.max(1e-9, ...view.topics.flatMap((one) => (one.prevalence[by] || []).flatMap((row) => [row[1] || 0, row[3] || 0])));
      // posts without a year have a row of their own, "(missing)", which is in the table and not on the line
      const dated = rows.filter((row) => /^\d{4}$/.test(row[0]));
      const years = dated.length > 2 && rows.every((row) => /^(\d{4}|\(.*\))$/.test(row[0]));
      box.append(el("h4", {}, by, el("span", { class: "soft small" }, ` · scale to ${percent(most)}`)));
      if (years) box.append(overTime(dated, most));
      const table = el("table", { class: "prevalence" }, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, by), el("th", { scope: "col", "aria-hidden": "true" }),
        el("th", { scope: "col", class: "n" }, "share"), el("th", { scope: "col", class: "n" }, "interval"), el("th", { scope: "col", class: "n" }, "n"))),
      el("tbody", {}, ...rows.map(([value, share, low, high, n]) => el("tr", {}, el("th", { scope: "row", class: "text" }, value), el("td", { class: "draw" }, range(share, low, high, most)),
        el("td", { class: "n" }, percent(share)), el("td", { class: "n soft" }, low === null || high === null ? "–" : `${percent(low)} – ${percent(high)}`), el("td", { class: "n soft" }, n === null ? "–" : whole(n))))));
      box.append(years ? el("details", {}, el("summary", { class: "small" }, "as a table"), table) : table);
    }
    if (!groups.length) box.append(el("p", { class: "soft" }, "Nothing is known for this topic."));
  };

  const range = (share, low, high, most) => {
    const box = el("div", { class: "range", "aria-hidden": "true" });
    if (low !== null && high !== null) {
      const span = el("div", { class: "span" });
      span.style.left = `${(100 * low) / most}%`;
      span.style.width = `${(100 * (high - low)) / most}%`;
      box.append(span);
    }
    if (share !== null) {
      const dot = el("div", { class: "dot" });
      dot.style.left = `${(100 * share) / most}%`;
      box.append(dot);
    }
    return box;
  };

  const overTime = (rows, most) => {
    const W = 480, H = 84, sorted = [...rows].sort((a, b) => a[0] - b[0]);
    const first = Number(sorted[0][0]), last = Number(sorted[sorted.length - 1][0]);
    const x = (year) => 14 + ((W - 28) * (year - first)) / Math.max(last - first, 1), y = (value) => 62 - (54 * value) / most;
    // a year without a share breaks line and band: nothing is drawn where nothing is known
    const runs = [[]];
    for (const row of sorted) {
      const run = runs[runs.length - 1];
      if (row[1] === null || (run.length && Number(row[0]) > Number(run[run.length - 1][0]) + 1)) runs.push([]);
      if (row[1] !== null) runs[runs.length - 1].push(row);
    }
    const picture = svg("svg", { class: "when", viewBox: `0 0 ${W} ${H}`, "aria-hidden": "true" });
    for (const run of runs.filter((part) => part.length)) {
      const banded = run.filter((row) => row[2] !== null && row[3] !== null);
      if (banded.length > 1) picture.append(svg("polygon", { class: "band", points: [...banded.map((row) => `${x(row[0])},${y(row[3])}`), ...banded.reverse().map((row) => `${x(row[0])},${y(row[2])}`)].join(" ") }));
      picture.append(svg("polyline", { class: "line", points: run.map((row) => `${x(row[0])},${y(row[1])}`).join(" ") }));
    }
    for (const row of sorted.filter((one) => one[1] !== null)) picture.append(svg("circle", { cx: x(row[0]), cy: y(row[1]), r: 3 }));
    const step = Math.max(1, Math.ceil(sorted.length / 8));
    sorted.forEach((row, at) => { if (at % step === 0) picture.append(svg("text", { x: x(row[0]), y: 80, "text-anchor": "middle" }, row[0])); });
    return picture;
  };

  // ---- choosing -----------------------------------------------------------------------------------------

  const address = () => {
    const hash = `#${encodeURIComponent(topic().id)}`;
    if (location.hash === hash) return;
    // inside a notebook's frame there is no history to write to
    try { history.replaceState(null, "", hash); } catch { /* nothing to do */ }
  };

  const choose = (at, focus = false) => {
    state.topic = at;
    markMap();
    drawTopic();
    showTerm(state.held);
    address();
    if (focus) byId("map").querySelector(`[data-topic="${at}"]`).focus();
  };

  const hold = (term) => {
    state.held = state.held === term ? null : term;
    for (const button of byId("terms").querySelectorAll("button")) button.setAttribute("aria-pressed", String(Number(button.closest("tr").dataset.term) === state.held));
    showTerm(state.held);
  };

  const open = (number, at = 0) => {
    Object.assign(state, { view: number, topic: at, held: null });
    const view = now();
    byId("panel").hidden = false;
    byId("panel").className = toneOf(view.lang);
    byId("panel").setAttribute("aria-labelledby", `tab-${number}`);
    [...byId("tabs").children].forEach((tab, place) => {
      tab.setAttribute("aria-selected", String(place === number));
      tab.tabIndex = place === number ? 0 : -1;
    });
    byId("about").textContent = view.note;
    byId("map-note").textContent = `Area: share of ${view.unit}. ` + (view.variance
      ? `Near: similar words; the two axes hold ${percent(view.variance[0] + view.variance[1], 0)} of the differences, so look at the words too.` : "")
      + (view.topics.some((one) => one.unstable) ? " Dashed: unstable." : "");
    const places = view.given ? "Places as given by the model."
      : "Jensen-Shannon distances between the topics’ words, laid out by classical scaling"
        + (view.variance ? `; the axes hold ${percent(view.variance[0])} and ${percent(view.variance[1])} of their variance.` : ".");
    byId("how-map").textContent = `${places} While a term is pointed at, areas show how it spreads over the topics; grey rings keep the sizes.`;
    byId("how-bars").textContent = view.kind === "terms"
      ? "A term’s tokens in the corpus are counted. The part in colour is what the model gives to the topic: the count times p(topic | term). The order is the relevance of Sievert & Shirley (2014); they found λ near 0.6 best for people who name topics."
      : "Class-based tf-idf: how often a term stands in the theme’s passages of its language, against all passages of that language.";
    byId("list").tBodies[0].replaceChildren(...view.topics.map((one, place) => el("tr", { "data-topic": place },
      el("th", { scope: "row", class: "code" }, el("button", { type: "button", class: "link", onclick: () => choose(place) }, one.id)),
      el("td", {}, said(first(one), view.lang), one.unstable ? el("span", { class: "soft" }, " (unstable)") : null),
      el("td", { class: "n" }, percent(one.share)), el("td", { class: "n" }, one.stability === null ? "–" : one.stability.toFixed(2)))));
    byId("query").value = "";
    search();
    drawMap();
    choose(at);
  };

  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const search = () => {
    const view = now(), wanted = plain(byId("query").value.trim()), hits = byId("hits");
    hits.replaceChildren();
    byId("hits-note").textContent = "";
    if (!wanted) return;
    const found = [];
    view.terms.forEach((text, term) => {
      const where = plain(text).indexOf(wanted);
      if (where >= 0) found.push([where ? 1 : 0, text.length, term]);
    });
    found.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
    byId("hits-note").textContent = found.length
      ? `${found.length} of the ${whole(view.terms.length)} terms in this page${found.length > HITS ? `; the first ${HITS}:` : ":"}`
      : `Not among the ${whole(view.terms.length)} terms in this page (the model has ${whole(view.vocabulary)}; the page keeps those that tell topics apart).`;
    hits.append(...found.slice(0, HITS).map(([, , term]) => el("button", { type: "button", lang: tongue(view.langOf(term)), class: "text", onclick: () => find(term) }, view.terms[term])));
  };

  // the topic where a term is commonest, with the term held
  const find = (term) => {
    const view = now(), shares = view.topics.map((_, at) => view.share(term, at));
    state.held = term;
    choose(shares.indexOf(Math.max(...shares)));
  };

  const fromAddress = () => {
    let wanted = location.hash.slice(1);
    try { wanted = decodeURIComponent(wanted); } catch { /* as it stands */ }
    for (const [number, view] of views.entries()) {
      const at = view.topics.findIndex((one) => one.id === wanted);
      if (at >= 0 || view.name === wanted) return [number, Math.max(at, 0)];
    }
    return null;
  };

  // where a key leads among n things; null where it leads nowhere
  const step = (key, at, n) => ({ ArrowRight: (at + 1) % n, ArrowDown: (at + 1) % n, ArrowLeft: (at + n - 1) % n, ArrowUp: (at + n - 1) % n, Home: 0, End: n - 1 })[key] ?? null;

  byId("tabs").append(...views.map((view, number) => el("button", { type: "button", role: "tab", id: `tab-${number}`, class: toneOf(view.lang), "aria-controls": "panel", onclick: () => open(number) }, view.title)));
  byId("tabs").addEventListener("keydown", (event) => {
    const to = step(event.key, state.view, views.length);
    if (to === null) return;
    event.preventDefault();
    open(to);
    byId(`tab-${to}`).focus();
  });
  byId("map").addEventListener("keydown", (event) => {
    const to = step(event.key, state.topic, now().topics.length);
    if (to === null) return;
    event.preventDefault();
    choose(to, true);
  });
  byId("terms").addEventListener("keydown", (event) => {
    const buttons = [...byId("terms").querySelectorAll("button")], at = buttons.indexOf(document.activeElement);
    const to = at < 0 || event.key === "ArrowLeft" || event.key === "ArrowRight" ? null : step(event.key, at, buttons.length);
    if (to === null) return;
    event.preventDefault();
    buttons[at].tabIndex = -1;
    buttons[to].tabIndex = 0;
    buttons[to].focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.held !== null) hold(state.held);
  });
  byId("before").addEventListener("click", () => choose(step("ArrowLeft", state.topic, now().topics.length)));
  byId("after").addEventListener("click", () => choose(step("ArrowRight", state.topic, now().topics.length)));
  byId("lambda").addEventListener("input", (event) => {
    state.lambda = Number(event.target.value);
    drawTerms();
  });
  byId("query").addEventListener("input", search);
  byId("search").addEventListener("submit", (event) => {
    event.preventDefault();
    byId("hits").querySelector("button")?.click();
  });
  addEventListener("hashchange", () => {
    const at = fromAddress();
    if (at) at[0] === state.view ? choose(at[1]) : open(...at);
  });
  open(...(fromAddress() || [0, 0]));
  let drawn = byId("map").clientWidth;
  new ResizeObserver(() => {
    if (Math.abs(byId("map").clientWidth - drawn) < 2) return;
    drawn = byId("map").clientWidth;
    drawMap();
    showTerm(state.held);
  }).observe(byId("map-box"));
})();
