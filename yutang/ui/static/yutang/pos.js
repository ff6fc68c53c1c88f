// The till: keys, the change to give, and the camera. What is sold and for how much is the server's.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // -- keys: <button data-hotkey="F9"> is clicked, a field is gone to ----------------------------------------------
  document.addEventListener("keydown", (event) => {
    const target = /^F\d+$/.test(event.key) && document.querySelector(`[data-hotkey="${event.key}"]:not(:disabled)`);
    if (!target) return;
    event.preventDefault();
    if (target.matches("input")) {
      target.focus();
      target.select();
    } else target.click();
  });

  // -- the counter ---------------------------------------------------------------------------------------------------
  document.addEventListener("click", (event) => {
    const step = event.target.closest("[data-step]");
    if (step) {
      const input = step.parentElement.querySelector("input[type=number]");
      input.value = Math.max(Number(input.value) + Number(step.dataset.step), 0);
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
    const opener = event.target.closest("[data-open]");
    if (opener) {
      const form = document.getElementById(opener.dataset.open);
      form.hidden = !form.hidden;
      if (!form.hidden) form.querySelector("input:not([type=hidden])").focus();
    }
  });
  document.addEventListener("pos-added", () => {
    const field = document.getElementById("q");
    htmx.trigger(field, "htmx:abort");
    field.value = "";
    document.getElementById("found").replaceChildren();
    field.focus();
  });
  // A basket that was sold or parked elsewhere gives way to another one: the scanner follows.
  document.addEventListener("htmx:afterSwap", () => {
    const key = document.querySelector("#counter [data-key-of-basket]")?.value;
    if (key) all("#scan [data-key-of-basket]").forEach((input) => (input.value = key));
    // What had the focus was replaced: the next thing that is typed is a scan.
    if (document.activeElement === document.body) document.getElementById("q")?.focus();
  });
  // A scanner ends with Enter: what was being looked for while it typed is of no use any more.
  document.addEventListener("submit", (event) => {
    if (event.target.id === "scan") htmx.trigger(document.getElementById("q"), "htmx:abort");
  });

  // -- change ----------------------------------------------------------------------------------------------------------
  document.addEventListener("input", (event) => {
    const given = event.target.closest("#given");
    if (!given) return;
    const output = given.parentElement.querySelector("output");
    const currency = { style: "currency", currency: given.dataset.currency };
    const format = new Intl.NumberFormat(document.documentElement.lang, { ...currency, currencyDisplay: "narrowSymbol" });
    const digits = format.resolvedOptions().maximumFractionDigits;
    const difference = Number(given.value.replace(",", ".")) - Number(given.dataset.due) / 10 ** digits;
    const text = difference < 0 ? output.dataset.textRest : output.dataset.textBack;
    output.textContent = given.value && Number.isFinite(difference) ? `${text} ${format.format(Math.abs(difference))}` : "";
  });

  // -- camera, where the browser reads barcodes ------------------------------------------------------------------------
  function camera(button) {
    const box = document.querySelector(".yp-camera");
    const video = box.querySelector("video");
    const detector = new BarcodeDetector();
    const again = 2000; // milliseconds until the same code counts again
    let last = { code: "", at: 0 };
    async function look() {
      if (!video.srcObject) return;
      const [found] = await detector.detect(video).catch(() => []);
      if (found && (found.rawValue !== last.code || Date.now() - last.at > again)) {
        last = { code: found.rawValue, at: Date.now() };
        document.getElementById("q").value = found.rawValue;
        document.getElementById("scan").requestSubmit();
      }
      setTimeout(look, 200);
    }
    button.addEventListener("click", async () => {
      if (video.srcObject) {
        video.srcObject.getTracks().forEach((track) => track.stop());
        video.srcObject = null;
        box.hidden = true;
        return;
      }
      try {
        video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      } catch {
        button.title = document.querySelector("[data-pos]").dataset.textCamera;
        button.disabled = true;
        return;
      }
      box.hidden = false;
      await video.play();
      look();
    });
  }
  document.addEventListener("DOMContentLoaded", () => {
    if ("BarcodeDetector" in window) {
      all("[data-camera]").forEach((button) => {
        button.hidden = false;
        camera(button);
      });
    }
  });
})();
