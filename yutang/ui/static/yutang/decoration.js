// The editor of shop pages: what htmx does not do. Drags, undoes, and keeps the phone beside the draft.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const editor = $("#editor"), frame = $("#preview"), undo = $("[data-undo]");
  const drafts = [$("#draft").textContent]; // as they were, the newest last
  let opened = "", undoing = false;

  function act(values) {
    return htmx.ajax("POST", editor.dataset.change, { source: "#editor", target: "#form", values: { ...values, opened, revision: $("#revision").value } });
  }

  // -- undo ---------------------------------------------------------------------------------------------------------
  function takeBack() {
    if (drafts.length < 2 || undoing) return;
    drafts.pop();
    undoing = true;
    act({ act: "replace", blocks: drafts.at(-1) }).finally(() => (undoing = false));
  }
  if (undo) {
    undo.addEventListener("click", takeBack);
    document.addEventListener("keydown", (event) => {
      // Within a text the browser's own undo is meant.
      if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.target.closest("input, textarea, select")) return;
      event.preventDefault();
      takeBack();
    });
  }

  // -- after every change ---------------------------------------------------------------------------------------------
  document.addEventListener("htmx:afterSettle", () => {
    const draft = $("#draft").textContent;
    if (draft !== drafts.at(-1)) {
      drafts.push(draft);
      reload();
    } else if (undoing) reload();
    if (undo) undo.disabled = drafts.length < 2;
    const form = $("[data-block-form]");
    opened = form ? form.dataset.blockForm : "";
    mark();
  });
  function mark() {
    for (const row of editor.querySelectorAll("[data-row]")) row.classList.toggle("is-open", row.dataset.row === opened);
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-reload]")) {
      event.preventDefault();
      location.reload();
    }
  });
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.path === editor.dataset.change) event.detail.parameters.opened = opened;
  });

  // -- the phone --------------------------------------------------------------------------------------------------------
  // One load after the other: browsers drop a second one of the same address that comes while the first is under way.
  let scrolled = 0, isLoading = true, isStale = false;
  function reload() {
    isStale = isLoading;
    if (isLoading) return;
    isLoading = true;
    // Not its own reload: while it stands on an error of the line, it is nobody's document.
    scrolled = frame.contentDocument?.scrollingElement?.scrollTop ?? scrolled;
    frame.contentWindow.location.replace(frame.src);
  }
  function loaded() {
    isLoading = false;
    if (frame.contentDocument) frame.contentWindow.scrollTo(0, scrolled);
    if (isStale) reload();
  }
  frame.addEventListener("load", loaded);
  if (frame.contentDocument?.readyState === "complete" && frame.contentDocument.URL !== "about:blank") loaded();
  frame.addEventListener("preview:tap", (event) => {
    const button = $(`[data-open="${event.detail}"]`);
    if (!button) return;
    htmx.process(button); // one that has just been put here would not be heard before it has settled
    button.click();
  });
  document.addEventListener("click", (event) => {
    const open = event.target.closest("[data-open]");
    if (open) frame.contentDocument?.getElementById(`b-${open.dataset.open}`)?.scrollIntoView({ block: "center", behavior: "smooth" });
  });

  // -- order: dragged, or Alt and an arrow ----------------------------------------------------------------------------
  const rows = () => [...editor.querySelectorAll("[data-row]")];
  let dragged = null;
  editor.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-row]");
    dragged?.classList.add("is-dragged");
  });
  editor.addEventListener("dragover", (event) => {
    const over = event.target.closest?.("[data-row]");
    if (!dragged || !over) return;
    event.preventDefault();
    rows().forEach((row) => row.classList.toggle("is-over", row === over && row !== dragged));
  });
  editor.addEventListener("drop", (event) => {
    const over = event.target.closest?.("[data-row]");
    if (!dragged || !over || over === dragged) return;
    event.preventDefault();
    act({ act: `move:${dragged.dataset.row}:${rows().indexOf(over)}` });
  });
  editor.addEventListener("dragend", () => {
    rows().forEach((row) => row.classList.remove("is-over", "is-dragged"));
    dragged = null;
  });
  editor.addEventListener("keydown", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row?.draggable || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const id = row.dataset.row, to = rows().indexOf(row) + (event.key === "ArrowUp" ? -1 : 1);
    if (to >= 0 && to < rows().length) act({ act: `move:${id}:${to}` }).then(() => $(`[data-open="${id}"]`)?.focus());
  });
})();
