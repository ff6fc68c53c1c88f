// The product form: specifications become a grid of SKUs, kept as JSON in the form's textarea; pictures into the text;
// rows of freight templates. Loaded before Alpine starts; nothing is evaluated (strict Content-Security-Policy).
(() => {
  "use strict";
  const { make } = window.yutangElements;
  const MOST = 600;
  const key = (values) => JSON.stringify(values);
  const words = (text) => [...new Set(text.split(/[,，、]/).map((word) => word.trim()).filter(Boolean))];

  document.addEventListener("alpine:init", () => {
    Alpine.data("skuEditor", () => ({
      init() {
        this.text = this.$root.dataset;
        this.source = document.getElementById(this.text.source);
        const read = JSON.parse(this.source.value || "{}");
        this.specifications = (read.specifications || []).map((row) => ({ name: row.name, text: row.values.join(", ") }));
        this.skus = read.skus || [];
        this.specs = make("div");
        this.grid = make("div", { class: "yg-grid" });
        this.$root.append(this.specs, make("button", { type: "button", class: "btn btn-sm", onclick: () => this.add() }, this.text.textAdd), this.grid);
        this.drawSpecifications();
        this.drawGrid();
      },
      add() {
        if (this.specifications.length < 5) this.specifications.push({ name: "", text: "" });
        this.drawSpecifications();
        this.specs.lastElementChild?.querySelector("input").focus();
      },
      // Combinations of the values as they stand; rows that were typed are kept by their values, codes stay with them.
      combinations() {
        const lists = this.specifications.map((row) => words(row.text)).filter((list) => list.length);
        return lists.reduce((found, list) => found.flatMap((values) => list.map((value) => [...values, value])), [[]]).slice(0, MOST);
      },
      rows() {
        const held = new Map();
        for (const sku of this.skus) if (!held.has(key(sku.values))) held.set(key(sku.values), sku);
        const wanted = this.combinations().map((values) => held.get(key(values)) || this.fresh(values));
        const gone = this.skus.filter((sku) => sku.code && !wanted.includes(sku));
        gone.forEach((sku) => (sku.is_active = false));
        return [...wanted, ...gone];
      },
      fresh(values) {
        const like = this.skus.find((sku) => sku.price) || {};
        return { code: "", barcode: "", values, price: like.price || "", list_price: "", cost: like.cost || "", weight: like.weight || "", is_active: true };
      },
      keep() {
        const used = this.specifications.filter((row) => words(row.text).length);
        this.source.value = JSON.stringify({ specifications: used.map((row) => ({ name: row.name.trim(), values: words(row.text) })), skus: this.skus });
      },
      drawSpecifications() {
        this.specs.replaceChildren(
          ...this.specifications.map((row, index) =>
            make("div", { class: "yg-spec" },
              this.input(row, "name", this.text.textName, () => this.drawGrid(), 40),
              this.input(row, "text", this.text.textValues, () => this.drawGrid(), 2000),
              make("button", { type: "button", class: "btn btn-ghost-danger", onclick: () => { this.specifications.splice(index, 1); this.drawSpecifications(); this.drawGrid(); } }, this.text.textRemove),
            ),
          ),
        );
      },
      input(row, name, label, change, longest = 80, extra = {}) {
        const box = make("input", { class: "form-control", "aria-label": label, placeholder: label, maxlength: longest, autocomplete: "off", ...extra });
        box.value = row[name] ?? "";
        box.addEventListener("input", () => { row[name] = box.value; this.keep(); });
        if (change) box.addEventListener("change", change);
        return box;
      },
      drawGrid() {
        this.skus = this.rows();
        const wanted = this.combinations().length;
        const t = this.text;
        const money = { inputmode: "decimal", class: "form-control text-end" };
        const columns = [["code", t.textCode, 80, { placeholder: t.textAuto }], ["barcode", t.textBarcode, 40, {}], ["price", t.textPrice, 20, money], ["list_price", t.textList, 20, money], ["cost", t.textCost, 20, money], ["weight", t.textWeight, 9, { inputmode: "numeric", class: "form-control text-end" }]];
        const head = make("tr", {}, make("th", {}, t.textSku), ...columns.map(([, label]) => make("th", {}, label)), make("th", {}, t.textActive));
        const rows = this.skus.map((sku, index) => {
          const isGone = index >= wanted;
          const active = make("input", { type: "checkbox", class: "form-check-input", "aria-label": t.textActive, onchange: () => { sku.is_active = active.checked; this.keep(); } });
          active.checked = sku.is_active;
          active.disabled = isGone;
          const name = sku.values.join(" / ") || t.textOnly;
          return make("tr", { class: isGone ? "is-gone" : null },
            make("td", {}, isGone ? `${name} (${t.textGone})` : name),
            ...columns.map(([field, label, longest, extra]) => {
              const box = this.input(sku, field, `${label}: ${name}`, null, longest, { placeholder: "", ...extra });
              box.disabled = isGone;
              return make("td", {}, box);
            }),
            make("td", {}, active));
        });
        if (wanted > 1) rows.unshift(this.fillRow(columns));
        this.grid.replaceChildren(make("table", { class: "table" }, make("thead", {}, head), make("tbody", {}, ...rows)));
        this.keep();
      },
      // One line that writes into all rows.
      fillRow(columns) {
        const fill = (field) => (event) => {
          if (!event.target.value) return;
          this.skus.filter((sku) => sku.is_active).forEach((sku) => (sku[field] = event.target.value));
          this.drawGrid();
        };
        return make("tr", { class: "is-fill" }, make("td", {}, this.text.textAll),
          ...columns.map(([field, label, longest, extra]) =>
            make("td", {}, ["code", "barcode"].includes(field) ? null : make("input", { ...extra, class: extra.class || "form-control", maxlength: longest, "aria-label": `${this.text.textAll}: ${label}`, onchange: fill(field) }))),
          make("td"));
      },
    }));
  });

  document.addEventListener("click", (event) => {
    const insert = event.target.closest("[data-insert]");
    if (insert) {
      const area = document.querySelector("textarea[name=description]");
      const image = make("img", { src: insert.dataset.insert, alt: insert.dataset.alt || "" });
      tabler.Tab.getOrCreateInstance(document.querySelector("[data-bs-target='#tab-text']")).show();
      area.setRangeText(`${image.outerHTML}\n`, area.selectionStart, area.selectionEnd, "end");
      area.dispatchEvent(new Event("input", { bubbles: true }));
      area.focus();
    }
    if (event.target.closest("[data-add-row]")) {
      const box = document.querySelector("[data-rows]");
      const total = document.getElementById(`id_${box.dataset.rows}-TOTAL_FORMS`);
      const row = document.querySelector("[data-row-template]").content.firstElementChild.cloneNode(true);
      for (const element of row.querySelectorAll("*")) {
        for (const { name, value } of [...element.attributes]) if (value.includes("__prefix__")) element.setAttribute(name, value.replaceAll("__prefix__", total.value));
      }
      total.value = Number(total.value) + 1;
      box.append(row);
      htmx.trigger(row, "htmx:afterSettle");
    }
  });
  // The export of the whole list follows the filters that htmx has put into the address.
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-export]")) event.target.action = event.target.action.split("?")[0] + location.search;
  }, true);
})();
