// The segment builder: a tree of groups and conditions, kept as JSON in the form's textarea.
// Loaded before Alpine starts; nothing is evaluated (strict Content-Security-Policy).
(() => {
  "use strict";
  const { make } = window.yutangElements;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  let text, words, numbers;

  // -- small tools -------------------------------------------------------------------------------------------------
  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    for (const [key, value] of [["fill", "none"], ["stroke", "currentColor"], ["stroke-width", "2"]]) svg.setAttribute(key, value);
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `/static/vendor/icons.svg#${name}`);
    svg.append(use);
    return svg;
  }
  const option = (value, label, selected) => make("option", { value, selected: Boolean(selected) }, label);
  function select(label, options, value, change, css = "") {
    const box = make("select", { class: `form-select ${css}`, "aria-label": label, onchange: () => change(box.value) });
    for (const [key, shown] of options) box.append(option(key, shown, String(key) === String(value)));
    return box;
  }
  function input(type, label, value, change, extra = {}) {
    const box = make("input", { class: "form-control", type, "aria-label": label, placeholder: type === "text" ? label : null, ...extra });
    box.value = value ?? "";
    box.addEventListener("input", () => change(box.value));
    return box;
  }

  // -- what can be asked --------------------------------------------------------------------------------------------
  const places = new Map(); // "attr:customers.city", "did:orders.line" → its description
  const LIST = new Set(["in", "not in", "has all"]);
  const NO_VALUE = new Set(["is empty", "is not empty"]);
  function learn() {
    text = read("segment-texts");
    words = read("segment-vocabulary");
    numbers = 10 ** text.decimals;
    for (const area of words.areas) {
      area.attributes.forEach((attribute) => places.set(`attr:${attribute.key}`, attribute));
      area.facts.forEach((fact) => places.set(`did:${fact.key}`, fact));
    }
  }
  const monthChoices = () => [...Array(12)].map((_, i) => ({ value: i + 1, label: text.month.replace("%(month)s", i + 1) }));

  // -- JSON ⇄ tree ----------------------------------------------------------------------------------------------------
  const group = (join = "all", items = [], not = false) => ({ type: "group", join, items, not });
  function grow(json, fact = null) {
    if (json.all || json.any) return group(json.all ? "all" : "any", (json.all || json.any).map((part) => grow(part, fact)));
    if (json.not) {
      const inner = grow(json.not, fact);
      if (inner.type === "attr") return group("all", [inner], true);
      return { ...inner, not: !inner.not };
    }
    if (json.attr) return { type: "attr", key: json.attr, op: json.op, value: json.value, not: false };
    if (json.segment) return { type: "segment", id: json.segment, not: false };
    const within = json.within;
    const inside = json.where ? grow(json.where, json.did) : group();
    return {
      type: "did", not: false, fact: json.did, countOf: json.count_of || "",
      where: inside.type === "group" ? inside : group("all", [inside]),
      count: json.count || (json.sum ? null : { op: ">=", value: 1 }), sum: json.sum || null,
      window: !within ? { kind: "any", days: 90 } : typeof within === "object" ? { kind: "between", days: 90, ...within } : { kind: "last", days: parseInt(within, 10) },
    };
  }
  const missing = (value) => value === undefined || value === null || value === "" || (Array.isArray(value) && (!value.length || value.some(missing)));
  const turned = (json, not) => (not ? { not: json } : json);
  // Unfinished conditions are left out and collected; empty groups ask for nothing.
  function press(node, unfinished) {
    if (node.type === "group") {
      const parts = node.items.map((item) => press(item, unfinished)).filter(Boolean);
      return parts.length ? turned({ [node.join]: parts }, node.not) : null;
    }
    if (node.type === "new") return unfinished.push(node), null;
    if (node.type === "segment") {
      if (!node.id) return unfinished.push(node), null;
      return turned({ segment: Number(node.id) }, node.not);
    }
    if (node.type === "attr") {
      if (NO_VALUE.has(node.op)) return { attr: node.key, op: node.op };
      if (missing(node.value) || (node.op === "between" && node.value.length !== 2)) return unfinished.push(node), null;
      return { attr: node.key, op: node.op, value: node.value };
    }
    const json = { did: node.fact };
    const where = press(node.where, unfinished);
    if (where) json.where = where;
    for (const part of [node.count, node.sum]) if (part && missing(part.value)) return unfinished.push(node), null;
    if (node.count) json.count = { op: node.count.op, value: node.count.value };
    if (node.count && node.countOf) json.count_of = node.countOf;
    if (node.sum) json.sum = { column: node.sum.column, op: node.sum.op, value: node.sum.value };
    const { kind, days, from, to } = node.window;
    if (kind === "last") {
      if (!(days >= 1)) return unfinished.push(node), null;
      json.within = `${days}d`;
    }
    if (kind === "between" && (from || to)) json.within = { ...(from && { from }), ...(to && { to }) };
    return turned(json, node.not);
  }
  const ORDERED = new Set(["int", "money", "date"]);
  function fresh(place) {
    if (place === "segment") return { type: "segment", id: "", not: false };
    const [kind, key] = [place.slice(0, place.indexOf(":")), place.slice(place.indexOf(":") + 1)];
    if (kind === "attr") return freshAttribute(places.get(place));
    const fact = places.get(place);
    return {
      type: "did", not: false, fact: key, where: group(), countOf: fact.distinct[0]?.key || "",
      count: { op: ">=", value: 1 }, sum: null, window: { kind: fact.timeless ? "any" : "last", days: 90 },
    };
  }
  function freshAttribute(attribute) {
    const op = ["int", "money"].includes(attribute.kind) ? ">=" : words.ops[attribute.kind][0].op;
    return { type: "attr", key: attribute.key, op, value: attribute.kind === "bool" ? true : op === "within last" ? 30 : undefined, not: false };
  }

  // -- the screen --------------------------------------------------------------------------------------------------
  class Builder {
    constructor(root, rule, changed, valuesAt) {
      // `later`: searchable selects are made once their elements stand on the page.
      Object.assign(this, { root, changed, valuesAt, focus: null, later: [] });
      this.elements = new Map();
      this.plant(rule);
    }
    plant(rule) {
      const grown = grow(rule);
      this.tree = grown.type === "group" ? grown : group("all", [grown]);
      this.draw();
    }
    narrow(node) {
      const whole = this.tree.join === "all" && !this.tree.not;
      if (!whole) this.tree = group("all", [this.tree]);
      this.tree.items.push(node);
      this.draw();
    }
    draw() {
      this.root.querySelectorAll("select, input").forEach((element) => element.tomselect?.destroy());
      this.elements.clear();
      this.root.replaceChildren(this.group(this.tree, null));
      this.later.splice(0).forEach((enliven) => enliven());
      if (this.focus) {
        const [node, selector] = this.focus;
        this.focus = null;
        const row = this.elements.get(node);
        const target = row?.querySelector(selector) || row?.querySelector("select:not(.tomselected), input, button");
        // A searchable select that has just closed still settles its own focus; ours comes after.
        setTimeout(() => (target?.tomselect || target)?.focus(), 60);
      }
      this.changed();
    }
    // Something was added or taken away: draw again and go on where the eye is.
    redraw(node = null, selector = "[data-first]") {
      this.focus = node && [node, selector];
      this.draw();
    }
    removeButton(parent, node) {
      const take = () => {
        const place = parent.items.indexOf(node);
        parent.items.splice(place, 1);
        this.redraw(parent.items[Math.min(place, parent.items.length - 1)] || parent, ".ys-remove, .ys-foot button");
      };
      return make("button", { type: "button", class: "btn btn-icon btn-ghost-secondary ys-remove", "aria-label": text.remove, title: text.remove, onclick: take }, icon("x"));
    }
    group(node, parent, fact = null) {
      const heads = fact ? [text.rowsWhere, text.rowsNot] : [text.people, text.peopleNot];
      const head = make("div", { class: "ys-head" },
        select(text.condition, [["", heads[0]], ["not", heads[1]]], node.not ? "not" : "", (value) => ((node.not = value === "not"), this.redraw(node, ".ys-not")), "ys-auto ys-not"),
        select(text.operator, [["all", text.all], ["any", text.any]], node.join, (value) => ((node.join = value), this.redraw(node, ".ys-joins")), "ys-auto ys-joins"),
        parent ? this.removeButton(parent, node) : null);
      const list = make("div", { class: "ys-items" });
      node.items.forEach((item, i) => {
        if (i) list.append(make("div", { class: "ys-join" }, node.join === "all" ? text.and : text.or));
        list.append(item.type === "group" ? this.group(item, node, fact) : this.row(item, node, fact));
      });
      if (!node.items.length && !parent) list.append(make("div", { class: "text-secondary ys-nothing" }, text.empty));
      const add = (item) => (node.items.push(item), this.redraw(item));
      const first = fact ? () => ({ ...freshAttribute(fact.columns[0]) }) : () => ({ type: "new" });
      const foot = make("div", { class: "btn-list ys-foot" },
        make("button", { type: "button", class: "btn btn-sm", onclick: () => add(first()) }, icon("plus"), text.addCondition),
        make("button", { type: "button", class: "btn btn-sm btn-ghost-secondary", onclick: () => add(group(node.join === "all" ? "any" : "all", [first()])) }, icon("plus"), text.addGroup));
      const box = make("div", { class: `ys-group ${node.not ? "is-not" : ""} ${parent ? "" : "card"} ${fact ? "is-where" : ""}`, role: "group" }, head, list, foot);
      this.elements.set(node, box);
      return box;
    }
    row(node, parent, fact) {
      const body = make("div", { class: "ys-body" });
      const box = make("div", { class: "ys-row" }, body, this.removeButton(parent, node));
      this.elements.set(node, box);
      if (fact) this.attribute(body, node, parent, fact.columns, fact.key);
      else if (node.type === "did") this.did(body, node, parent);
      else if (node.type === "segment") this.segment(body, node, parent);
      else this.attribute(body, node, parent);
      return box;
    }
    // The picker of everything that can be asked, by area.
    picker(node, parent, columns) {
      const swap = (made) => {
        const place = parent.items.indexOf(node);
        if (place < 0) return; // a select that goes away may tell of its choice twice
        parent.items[place] = made;
        this.redraw(made, ".ys-op, .ys-when, .ys-value select");
      };
      if (columns) {
        return select(text.condition, columns.map((c) => [c.key, c.label]), node.key, (key) => swap(freshAttribute(columns.find((c) => c.key === key))), "ys-auto");
      }
      const current = node.type === "attr" ? `attr:${node.key}` : node.type === "did" ? `did:${node.fact}` : node.type === "segment" ? "segment" : "";
      const box = make("select", { class: "form-select ys-pick", "aria-label": text.condition, "data-first": true }, option("", text.pick, !current));
      for (const area of words.areas) {
        const part = make("optgroup", { label: area.label });
        area.facts.forEach((f) => part.append(option(`did:${f.key}`, `${f.label} (${text.behaviour})`, current === `did:${f.key}`)));
        area.attributes.forEach((a) => part.append(option(`attr:${a.key}`, a.label, current === `attr:${a.key}`)));
        box.append(part);
      }
      if (words.segments.length) box.append(make("optgroup", { label: text.segment }, option("segment", text.segment, current === "segment")));
      const picked = (value) => value && value !== current && swap(fresh(value));
      this.later.push(() => new TomSelect(box, { maxOptions: 300, refreshThrottle: 0, render: { no_results: () => "" }, onChange: (value) => setTimeout(picked, 0, value) }));
      return box;
    }
    attribute(body, node, parent, columns = null, fact = "") {
      body.append(this.picker(node, parent, columns));
      if (node.type === "new") return;
      const described = columns ? columns.find((c) => c.key === node.key) : places.get(`attr:${node.key}`);
      const before = node.op;
      const change = (op) => {
        node.op = op;
        const shape = (o) => (NO_VALUE.has(o) ? "none" : LIST.has(o) ? "list" : o === "between" ? "pair" : o === "month is" ? "months" : o === "within last" ? "days" : "one");
        if (shape(op) !== shape(before)) node.value = shape(op) === "list" && !missing(node.value) && !Array.isArray(node.value) ? [node.value] : shape(op) === "days" ? 30 : undefined;
        this.redraw(node, ".ys-op");
      };
      const ops = words.ops[described.kind].map((o) => [o.op, o.label]);
      body.append(select(text.operator, ops, node.op, change, "ys-auto ys-op"));
      if (!NO_VALUE.has(node.op)) body.append(this.value(node, described, fact));
    }
    value(node, described, fact) {
      const set = (value) => ((node.value = value), this.changed());
      const { kind } = described;
      const single = (value, put) => {
        const number = (raw, scale) => (raw === "" || !Number.isFinite(Number(raw)) ? undefined : Math.round(Number(raw) * scale));
        if (kind === "date") return input("date", text.value, value, (raw) => put(raw || undefined));
        if (kind === "money") return input("number", text.value, missing(value) ? "" : value / numbers, (raw) => put(number(raw, numbers)), { step: 1 / numbers, inputmode: "decimal" });
        return input("number", text.value, value, (raw) => put(number(raw, 1)), { step: 1, inputmode: "numeric" });
      };
      if (node.op === "within last") {
        const days = input("number", text.days, node.value, (raw) => set(raw === "" ? undefined : Math.round(Number(raw))), { min: 1, max: 36500, step: 1 });
        return make("div", { class: "ys-unit" }, days, make("span", {}, text.days));
      }
      if (node.op === "month is") return this.choices([].concat(node.value ?? []), monthChoices(), true, (found) => set(found.map(Number)), true);
      if (node.op === "between") {
        const pair = [...(node.value || [undefined, undefined])];
        const put = (i) => (value) => ((pair[i] = value), set([...pair]));
        return make("div", { class: "ys-pair" }, single(pair[0], put(0)), make("span", {}, "–"), single(pair[1], put(1)));
      }
      if (kind === "bool") return select(text.value, [["true", text.yes], ["false", text.no]], String(node.value), (raw) => set(raw === "true"), "ys-auto");
      const many = LIST.has(node.op);
      const cast = kind === "int" || kind === "choices" || described.numbered ? Number : String;
      if (kind === "choice" || kind === "choices") return this.choices([].concat(node.value ?? []), described.choices, many, (found) => set(many ? found.map(cast) : missing(found) ? undefined : cast(found)), true);
      if (kind === "text" && ["contains", "starts with"].includes(node.op)) return input("text", text.value, node.value, (raw) => set(raw || undefined), { maxlength: 500 });
      if (kind === "text" || many) return this.choices([].concat(node.value ?? []), [], many, (found) => set(many ? found.map(cast).filter((v) => v !== "" && !Number.isNaN(v)) : found || undefined), false, kind === "text" ? { key: described.key, fact, labels: described.labels } : null);
      return single(node.value, set);
    }
    // One or many of a list, or free values with those that exist offered while typing.
    choices(chosen, known, many, put, fixed, source = null) {
      const box = make("select", { class: "form-select", multiple: many, "aria-label": text.value });
      const extra = chosen.filter((value) => !known.some((k) => String(k.value) === String(value)));
      if (!many) box.append(option("", "", !chosen.length));
      for (const item of [...known, ...extra.map((value) => ({ value, label: source?.labels[value] ?? String(value) }))]) {
        box.append(option(item.value, item.label, chosen.some((value) => String(value) === String(item.value))));
      }
      const load = async (term, done) => {
        const question = new URLSearchParams({ key: source.key, fact: source.fact, q: term });
        const answer = await fetch(`${this.valuesAt}?${question}`, { headers: { Accept: "application/json" } });
        done(answer.ok ? (await answer.json()).values.map((item) => ({ value: item.value, text: item.label })) : []);
      };
      const holder = make("div", { class: "ys-value" }, box);
      this.later.push(() => {
        new TomSelect(box, {
          create: !fixed, createOnBlur: !fixed, persist: false, maxOptions: 500, refreshThrottle: 0, placeholder: text.value, hidePlaceholder: true,
          plugins: many ? ["remove_button"] : [], onChange: put,
          ...(source ? { load, preload: "focus", loadThrottle: 250 } : {}),
          render: { option_create: (data, escape) => `<div class="create">${escape(data.input)}</div>`, no_results: () => "" },
        });
      });
      return holder;
    }
    comparison(node, part, css, scale = 1) {
      const op = select(text.operator, words.comparisons.map((c) => [c.op, c.label]), part.op, (value) => {
        const wasPair = part.op === "between";
        part.op = value;
        if ((value === "between") !== wasPair) part.value = undefined;
        this.redraw(node, `.${css}`);
      }, `ys-auto ${css}`);
      const number = (value, put) => input("number", text.value, missing(value) ? "" : value / scale, (raw) => (put(raw === "" ? undefined : Math.round(Number(raw) * scale)), this.changed()), { step: 1 / scale });
      if (part.op !== "between") return [op, make("div", { class: "ys-number" }, number(part.value, (value) => (part.value = value)))];
      const pair = [...(part.value || [undefined, undefined])];
      const put = (i) => (value) => ((pair[i] = value), (part.value = [...pair]));
      return [op, make("div", { class: "ys-pair" }, number(pair[0], put(0)), make("span", {}, "–"), number(pair[1], put(1)))];
    }
    did(body, node, parent) {
      const fact = places.get(`did:${node.fact}`);
      const not = select(text.condition, [["", text.did], ["not", text.didNot]], node.not ? "not" : "", (value) => ((node.not = value === "not"), this.changed()), "ys-auto");
      const kinds = [["last", text.last], ["any", text.anyTime], ["between", text.fromTo]];
      const when = make("div", { class: "ys-line" }, select(text.window, kinds, node.window.kind, (value) => ((node.window.kind = value), this.redraw(node, ".ys-when")), "ys-auto ys-when"));
      if (node.window.kind === "last") {
        when.append(make("div", { class: "ys-number" }, input("number", text.days, node.window.days, (raw) => ((node.window.days = Math.round(Number(raw))), this.changed()), { min: 1, max: 36500 })), make("span", {}, text.days));
      }
      if (node.window.kind === "between") {
        const day = (key, label) => input("date", label, node.window[key], (raw) => ((node.window[key] = raw || undefined), this.changed()));
        when.append(make("div", { class: "ys-pair" }, day("from", text.from), make("span", {}, "–"), day("to", text.to)));
      }
      const units = [["", text.rows], ...fact.distinct.map((d) => [d.key, d.label])];
      const line = make("div", { class: "ys-line" });
      if (node.count) line.append(make("span", {}, text.count), select(text.count, units, node.countOf, (value) => ((node.countOf = value), this.changed()), "ys-auto"), ...this.comparison(node, node.count, "ys-count-op"));
      const sums = [["", text.none], ...fact.sums.map((s) => [s.key, s.label])];
      const total = (column) => {
        node.sum = column ? { column, op: ">=", value: undefined } : null;
        if (node.sum && node.count?.op === ">=" && node.count.value === 1) node.count = null;
        if (!node.sum) node.count ??= { op: ">=", value: 1 };
        this.redraw(node, ".ys-sum");
      };
      const sum = make("div", { class: "ys-line" }, make("span", {}, text.sum), select(text.sum, sums, node.sum?.column || "", total, "ys-auto ys-sum"));
      if (node.sum) sum.append(...this.comparison(node, node.sum, "ys-sum-op", fact.sums.find((s) => s.key === node.sum.column)?.kind === "money" ? numbers : 1));
      body.append(make("div", { class: "ys-line" }, not, this.picker(node, parent)), when, ...(node.count ? [line] : []), sum);
      if (node.where.items.length) body.append(this.group(node.where, { items: [node.where], splice: null }, fact));
      else {
        const narrow = () => (node.where.items.push(freshAttribute(fact.columns[0])), this.redraw(node.where.items[0], "select"));
        body.append(make("button", { type: "button", class: "btn btn-sm btn-ghost-secondary ys-narrow", onclick: narrow }, icon("filter"), text.addWhere));
      }
    }
    segment(body, node, parent) {
      const not = select(text.condition, [["", text.in], ["not", text.notIn]], node.not ? "not" : "", (value) => ((node.not = value === "not"), this.changed()), "ys-auto");
      const pick = this.choices(node.id ? [node.id] : [], words.segments, false, (value) => ((node.id = value), this.changed()), true);
      body.append(this.picker(node, parent), not, pick);
    }
  }

  document.addEventListener("alpine:init", () => {
    Alpine.data("segmentBuilder", () => ({
      init() {
        learn();
        const code = this.$root.querySelector("textarea[name=rule]");
        const note = this.$root.querySelector("[data-incomplete]");
        const broken = this.$root.querySelector("[data-json-error]");
        const form = this.$root.closest("form");
        let unfinished = [];
        let builder = null;
        const ask = () => ["live", "charts"].forEach((id) => document.getElementById(id)?.dispatchEvent(new CustomEvent("rule-changed")));
        const changed = () => {
          if (!builder) return;
          unfinished = [];
          const json = JSON.stringify(press(builder.tree, unfinished) || { all: [] }, null, 2);
          note.hidden = true;
          broken.hidden = true;
          builder.elements.forEach((element) => element.classList.remove("is-unfinished"));
          if (json === code.value) return;
          code.value = json;
          ask();
        };
        const sent = code.value;
        builder = new Builder(this.$root.querySelector(".ys-tree"), read("segment-rule"), changed, this.$root.dataset.values);
        code.value = "";
        changed();
        if (sent && sent !== code.value) code.defaultValue = sent;
        code.addEventListener("change", () => {
          try {
            builder.plant(JSON.parse(code.value));
          } catch {
            broken.textContent = text.badJson;
            broken.hidden = false;
          }
        });
        // A bar of the pictures: its people, besides what is asked already.
        form.addEventListener("click", (event) => {
          const bar = event.target.closest("[data-narrow]");
          if (bar) builder.narrow(grow(JSON.parse(bar.dataset.narrow)));
        });
        form.addEventListener("submit", (event) => {
          if (!unfinished.length) return;
          event.preventDefault();
          note.textContent = text.incomplete;
          note.hidden = false;
          unfinished.forEach((node) => builder.elements.get(node)?.classList.add("is-unfinished"));
          builder.elements.get(unfinished[0])?.querySelector("input, select")?.focus();
        });
        // htmx may not have taken up the live card yet.
        setTimeout(ask, 0);
      },
    }));
  });
})();
