// Everything the console does in the browser. No build step; strict Content-Security-Policy, so nothing is evaluated.
(() => {
  "use strict";
  const body = () => document.body;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // -- Alpine components (CSP build: markup names them, code stands here) ---------------------------------------
  document.addEventListener("alpine:init", () => {
    Alpine.data("toast", () => ({
      init() {
        // Errors stay until somebody has read them.
        if (this.$root.dataset.level !== "error") setTimeout(() => this.close(), 5000);
      },
      close() {
        this.$root.remove();
      },
    }));
    Alpine.data("theme", () => ({
      toggle() {
        const next = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
        document.documentElement.dataset.bsTheme = next;
        localStorage.setItem("yutang-theme", next);
        charts.redraw();
      },
    }));
    // Password fields that can be looked at.
    Alpine.data("reveal", () => ({
      shown: false,
      toggle() {
        this.shown = !this.shown;
        all("input", this.$root).forEach((input) => (input.type = this.shown ? "text" : "password"));
      },
    }));
    // <div x-data="disclosure"><button x-on:click="toggle" x-bind:aria-expanded="open">…<div x-show="open">
    Alpine.data("disclosure", () => ({
      open: false,
      init() {
        this.open = this.$root.dataset.open === "true";
      },
      toggle() {
        this.open = !this.open;
      },
    }));
    // Copies the text of [data-copy-text] inside it.
    Alpine.data("copy", () => ({
      async copy() {
        await navigator.clipboard.writeText(all("[data-copy-text]", this.$root).map((e) => e.value || e.textContent.trim()).join("\n"));
        toast("success", body().dataset.textCopied);
      },
    }));
  });

  // -- toasts from here --------------------------------------------------------------------------------------------
  function toast(level, text) {
    const box = document.createElement("div");
    box.className = "toast show yt-toast";
    box.role = level === "error" ? "alert" : "status";
    box.dataset.level = level;
    box.setAttribute("x-data", "toast");
    const line = document.createElement("div");
    line.className = "d-flex align-items-start gap-2 p-3";
    const message = document.createElement("div");
    message.className = `flex-fill ${level === "error" ? "text-red" : ""}`;
    message.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn-close";
    close.setAttribute("aria-label", body().dataset.textClose);
    close.setAttribute("x-on:click", "close");
    line.append(message, close);
    box.append(line);
    document.getElementById("toasts").append(box);
  }

  // -- htmx --------------------------------------------------------------------------------------------------------
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = document.querySelector("meta[name=csrf-token]").content;
    // Addresses keep only the filters that are set.
    if (event.detail.elt.matches("[data-filters]")) {
      for (const [name, value] of [...event.detail.formData.entries()]) {
        if (value === "") event.detail.formData.delete(name);
      }
    }
  });
  document.addEventListener("htmx:pushedIntoHistory", () => {
    all("[data-clear]").forEach((link) => (link.hidden = !location.search));
  });
  document.addEventListener("htmx:sendError", () => toast("error", body().dataset.textFailed));
  document.addEventListener("htmx:timeout", () => toast("error", body().dataset.textFailed));
  document.addEventListener("htmx:responseError", () => toast("error", body().dataset.textServer));

  // -- destructive actions ask: hx-confirm="…" on htmx elements, data-confirm="…" on buttons of plain forms ----------
  function ask(text, then) {
    const dialog = document.getElementById("confirm");
    const modal = tabler.Modal.getOrCreateInstance(dialog);
    dialog.querySelector("#confirm-text").textContent = text;
    dialog.querySelector("#confirm-yes").onclick = () => {
      modal.hide();
      then();
    };
    dialog.addEventListener("shown.bs.modal", () => dialog.querySelector("[data-bs-dismiss].btn").focus(), { once: true });
    modal.show();
  }
  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    ask(event.detail.question, () => event.detail.issueRequest(true));
  });
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    const text = button?.dataset.confirm || event.target.dataset.confirm;
    if (!text || event.target.dataset.confirmed) return;
    event.preventDefault();
    ask(text, () => {
      event.target.dataset.confirmed = "1";
      event.target.requestSubmit(button ?? undefined);
    });
  });

  // -- lists: bulk selection, rows that are links, dates ---------------------------------------------------------------
  function countSelected() {
    const bar = document.querySelector("[data-bulk]");
    if (!bar) return;
    const rows = all("[data-bulk-row]");
    const chosen = rows.filter((box) => box.checked).length;
    bar.hidden = chosen === 0;
    bar.querySelector("[data-bulk-count]").textContent = chosen;
    const head = document.querySelector("[data-bulk-all]");
    if (head) {
      head.checked = chosen > 0 && chosen === rows.length;
      head.indeterminate = chosen > 0 && chosen < rows.length;
    }
  }
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-bulk-all]")) all("[data-bulk-row]").forEach((box) => (box.checked = event.target.checked));
    if (event.target.matches("[data-bulk-all], [data-bulk-row]")) countSelected();
    // A form that is sent by choosing: <select data-submit>.
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
    // <input type=checkbox data-check-group="orders"> ticks every box whose data-group is the same.
    const group = event.target.dataset.checkGroup;
    if (group) all(`[data-group="${CSS.escape(group)}"]`).forEach((box) => !box.disabled && (box.checked = event.target.checked));
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-back]")) return history.back();
    if (event.target.closest("[data-print]")) return window.print();
    const row = event.target.closest("tr[data-href]");
    if (row && !event.target.closest("a, button, input, label, form, select") && !String(getSelection())) {
      if (event.metaKey || event.ctrlKey) window.open(row.dataset.href);
      else location.href = row.dataset.href;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.closest("input, textarea, select, [contenteditable]")) {
      const search = document.getElementById("q");
      if (search) {
        event.preventDefault();
        search.focus();
      }
    }
  });

  // -- libraries that only some pages need ------------------------------------------------------------------------
  const loading = {};
  function load(address) {
    loading[address] ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });
    return loading[address];
  }

  // <select data-select> becomes searchable. data-create allows new values.
  // Typing filters at once (refreshThrottle: 0): after a wait the list would open again behind a choice and take the focus.
  async function selects(root) {
    const found = all("select[data-select]", root).filter((select) => !select.tomselect);
    if (!found.length) return;
    await load(body().dataset.tomSelect);
    const nothing = () => Object.assign(document.createElement("div"), { className: "no-results", textContent: body().dataset.textNothing });
    for (const select of found) {
      const options = { maxOptions: 500, refreshThrottle: 0, create: "create" in select.dataset, plugins: select.multiple ? ["remove_button"] : [], render: { no_results: nothing } };
      new TomSelect(select, options);
    }
  }

  // -- charts: <div data-chart="id of the JSON"> --------------------------------------------------------------------
  const language = () => (document.documentElement.lang.startsWith("zh") ? "zh-CN" : "en");
  const formatters = {
    percent: () => new Intl.NumberFormat(language(), { style: "percent", maximumFractionDigits: 1 }),
    number: () => new Intl.NumberFormat(language()),
    money: (currency) => new Intl.NumberFormat(language(), { style: "currency", currency, currencyDisplay: "narrowSymbol", trailingZeroDisplay: "stripIfInteger" }),
  };
  // {"yt": "percent"} in the JSON stands for a function; JSON itself cannot hold one. No text does: texts of the data
  // may come from anybody.
  function resolved(value) {
    if (Array.isArray(value)) return value.map(resolved);
    if (value?.yt) {
      const format = formatters[value.yt](value.currency);
      return (shown) => format.format(Array.isArray(shown) ? shown.at(-1) : shown);
    }
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolved(inner)]));
    return value;
  }
  const charts = {
    palette: ["#0e7490", "#f59e0b", "#6366f1", "#10b981", "#ef4444", "#8b5cf6", "#64748b", "#ec4899"],
    watch: null,
    async draw(root) {
      const boxes = all("[data-chart]", root).filter((box) => !box.dataset.drawn);
      if (!boxes.length) return;
      await load(body().dataset.echarts);
      charts.watch ??= new ResizeObserver((entries) => entries.forEach((entry) => echarts.getInstanceByDom(entry.target)?.resize()));
      for (const box of boxes) {
        box.dataset.drawn = "1";
        charts.render(box);
        charts.watch.observe(box);
      }
    },
    render(box) {
      const option = resolved(JSON.parse(document.getElementById(box.dataset.chart).textContent));
      echarts.getInstanceByDom(box)?.dispose();
      const dark = document.documentElement.dataset.bsTheme === "dark";
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      const chart = echarts.init(box, dark ? "dark" : null, { renderer: "canvas" });
      chart.setOption({
        backgroundColor: "transparent",
        color: charts.palette,
        animation: !still,
        textStyle: { fontFamily: getComputedStyle(body()).fontFamily },
        aria: { enabled: true },
        grid: { left: 8, right: 16, top: 40, bottom: 8, containLabel: true },
        ...option,
      });
      // {"yutangLinks": true} in the option: a point with a `href` leads there.
      chart.on("click", (point) => point.data?.href && (location.href = point.data.href));
    },
    redraw() {
      all("[data-chart][data-drawn]").forEach(charts.render);
    },
  };

  function enliven(root) {
    selects(root);
    charts.draw(root);
    countSelected();
    all("[data-bs-toggle=tooltip]", root).forEach((element) => tabler.Tooltip.getOrCreateInstance(element));
  }
  // The navigation is longer than most screens: the page one is on stays in sight.
  function showWhereWeAre() {
    document.querySelector(".yt-side [aria-current]")?.scrollIntoView({ block: "center" });
  }
  document.addEventListener("DOMContentLoaded", () => {
    showWhereWeAre();
    enliven(document);
  });
  // hx-target="#panel-body" opens the side panel.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "panel-body") tabler.Offcanvas.getOrCreateInstance(document.getElementById("panel")).show();
  });
  document.addEventListener("htmx:afterSettle", (event) => enliven(event.target));
})();
