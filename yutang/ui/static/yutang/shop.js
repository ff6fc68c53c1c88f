// The phone shop. Every page works without this file; with it fewer taps are needed and less is loaded.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const text = document.body.dataset;
  const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  function say(message) {
    const line = document.createElement("p");
    line.className = "sh-toast-text";
    line.textContent = message;
    $("#toast").replaceChildren(line);
  }

  // -- what is looked at becomes an interaction, once the page is there --------------------------------------------
  if (document.visibilityState === "visible" || !("onvisibilitychange" in document)) tell();
  else document.addEventListener("visibilitychange", tell, { once: true });
  function tell() {
    if (!text.seen) return; // a preview
    const seen = { id: newKey(), page: location.pathname, item: text.item || "", title: (text.title || "").slice(0, 200) };
    const source = new URLSearchParams(location.search).get("from");
    if (source) seen.source = source.slice(0, 120);
    navigator.sendBeacon(text.seen, JSON.stringify(seen));
  }

  // -- htmx ---------------------------------------------------------------------------------------------------------
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = $('meta[name="csrf-token"]').content;
  });
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) document.addEventListener(name, () => say(text.textFailed));
  document.addEventListener("htmx:afterRequest", (event) => {
    const picker = event.target.closest?.("#picker");
    if (picker && event.detail.successful) picker.close();
  });

  // -- what cannot be undone asks first --------------------------------------------------------------------------------
  document.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  }, true);

  // -- one tap is one order, however often the thumb comes down -------------------------------------------------------
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !("once" in event.target.dataset) || event.submitter?.hasAttribute("hx-post")) return;
    const button = event.submitter || $("button", event.target);
    setTimeout(() => button && (button.disabled = true));
    // Coming back by the back button finds it open again.
    window.addEventListener("pageshow", () => button && (button.disabled = false), { once: true });
  });

  // -- small controls ---------------------------------------------------------------------------------------------------
  document.addEventListener("click", (event) => {
    const step = event.target.closest("[data-step]");
    if (step) {
      const input = $("input[type=number]", step.parentElement);
      const least = Number(input.min), most = Number(input.max);
      input.value = Math.min(most, Math.max(least, Number(input.value || 0) + Number(step.dataset.step)));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
    const copied = event.target.closest("[data-copy]");
    if (copied) navigator.clipboard.writeText(copied.dataset.copy).then(() => say(text.textCopied));
    if (event.target.closest("[data-close]") || event.target.matches("dialog")) event.target.closest("dialog").close();
  });

  $(".sh-chips-tabs [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

  const share = $("[data-share]"), sheet = $("#share");
  if (share && sheet) {
    share.addEventListener("click", (event) => {
      event.preventDefault(); // without a script it leads to the poster
      const poster = $("img", sheet);
      poster.src ||= poster.dataset.src;
      sheet.showModal();
    });
    const send = $("[data-share-link]", sheet);
    send.hidden = !navigator.share;
    send.addEventListener("click", () => navigator.share({ title: send.dataset.title, url: send.dataset.shareLink }).catch(() => {}));
  }

  // -- blocks of pages that the brand has made ---------------------------------------------------------------------------
  for (const slides of document.querySelectorAll("[data-slides]")) {
    const dots = [...slides.nextElementSibling.children];
    slides.addEventListener("scroll", () => {
      const at = Math.round(slides.scrollLeft / slides.clientWidth);
      dots.forEach((dot, place) => dot.classList.toggle("is-on", place === at));
    }, { passive: true });
  }
  const counts = document.querySelectorAll("[data-until]");
  function count() {
    for (const box of counts) {
      const left = Math.max(0, Math.floor((new Date(box.dataset.until) - Date.now()) / 1000));
      const parts = { days: Math.floor(left / 86400), hours: Math.floor(left / 3600) % 24, minutes: Math.floor(left / 60) % 60, seconds: left % 60 };
      for (const [part, n] of Object.entries(parts)) $(`[data-part=${part}]`, box).textContent = part === "days" ? n : String(n).padStart(2, "0");
      box.parentElement.hidden = left === 0;
    }
  }
  if (counts.length) setInterval(count, 1000);

  function wait() {
    for (const button of document.querySelectorAll("[data-wait]")) {
      const seconds = Math.ceil((new Date(button.dataset.wait) - Date.now()) / 1000);
      button.dataset.label ||= button.textContent;
      button.disabled = seconds > 0;
      button.textContent = seconds > 0 ? `${button.dataset.label} (${seconds})` : button.dataset.label;
    }
  }
  setInterval(wait, 500);

  // -- provinces, cities and districts become lists; until they are there, and without a script, they are typed --------
  const regions = $("[data-regions]");
  if (regions) fetch(regions.dataset.regions).then((answer) => answer.json()).then((tree) => {
    const names = ["province", "city", "district"];
    const chosen = names.map((name) => $(`[data-region=${name}]`, regions).value);
    const boxes = names.map((name, at) => {
      const input = $(`[data-region=${name}]`, regions);
      const box = document.createElement("select");
      box.name = name;
      box.addEventListener("change", () => { chosen.splice(at, 3, box.value); draw(); });
      input.replaceWith(box);
      return box;
    });
    function draw() {
      let below = tree;
      boxes.forEach((box, at) => {
        const known = Array.isArray(below) ? below : Object.keys(below || {});
        box.replaceChildren(new Option("", ""), ...known.map((name) => new Option(name, name, false, name === chosen[at])));
        box.required = known.length > 0;
        below = Array.isArray(below) ? [] : (below || {})[chosen[at]];
      });
    }
    draw();
  });

  // -- the picker of a product --------------------------------------------------------------------------------------
  const picker = $("#picker");
  if (!picker) return;
  const { specifications, skus } = JSON.parse($("#choices").textContent);
  const form = $("form", picker);
  const picked = skus[0] ? [...(skus.find((sku) => sku.left > 0) || skus[0]).values] : [];

  function draw() {
    $("[data-specs]", picker).replaceChildren(...specifications.map((one, at) => {
      const box = document.createElement("fieldset");
      const name = document.createElement("legend");
      name.textContent = one.name;
      box.append(name, ...one.values.map((value) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = value;
        button.setAttribute("aria-pressed", String(picked[at] === value));
        button.disabled = !skus.some((sku) => sku.left > 0 && sku.values.every((v, i) => (i === at ? v === value : v === picked[i] || specifications.length === 1)));
        button.addEventListener("click", () => { picked[at] = value; draw(); refocus(at, value); });
        return button;
      }));
      return box;
    }));
    show();
  }
  function refocus(at, value) {
    const box = picker.querySelectorAll("[data-specs] fieldset")[at];
    [...box.querySelectorAll("button")].find((button) => button.textContent === value)?.focus();
  }
  function show() {
    const sku = skus.find((one) => one.values.every((value, at) => value === picked[at])) || skus[0];
    form.elements.sku.value = sku.id;
    $("[data-picked-price]", picker).textContent = sku.price;
    const left = $("[data-picked-left]", picker);
    left.textContent = sku.left > 0 ? left.dataset.textLeft.replace("{n}", sku.left) : left.dataset.textNone;
    $("[data-picked-submit]", picker).disabled = sku.left <= 0;
    form.elements.quantity.max = Math.min(999, Math.max(1, sku.left));
    const picture = $("[data-picked-picture]", picker);
    if (sku.picture) { picture.src = `${picture.dataset.base}${sku.picture}-200.webp`; picture.hidden = false; }
  }
  for (const opener of document.querySelectorAll("[data-pick]")) {
    opener.disabled = false; // on a slow line a tap before this script is there would do nothing
    opener.addEventListener("click", () => {
      form.elements.then.value = opener.dataset.pick;
      form.elements.key.value = newKey();
      draw();
      picker.showModal();
    });
  }
})();
