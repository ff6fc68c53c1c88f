// The pickup desk while its line is gone: checks codes against the list it keeps, remembers what was handed over, and
// says it to the server in its order when the line is back. docs/decisions/0037-till-and-offline-desk.md
(() => {
  "use strict";
  const desk = document.querySelector("[data-pickup]");
  if (!desk || !window.isSecureContext || !("serviceWorker" in navigator)) return;
  const EVERY = { online: 15_000, offline: 4_000 }; // milliseconds between two looks at the line
  const PATIENCE = 5_000;
  const part = (name) => desk.querySelector(`[data-${name}]`);
  const text = (name, values = {}) => Object.entries(values).reduce((shown, [key, value]) => shown.replace(`{${key}}`, value), desk.dataset[`text${name}`]);
  const time = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const form = document.getElementById("pickup-code");
  const asked = new URLSearchParams(location.search);
  let store = Number(desk.dataset.store || asked.get("store") || 0);
  let token = document.querySelector("meta[name=csrf-token]").content;
  let line = navigator.onLine && !desk.dataset.shell;
  let isOut = false; // logged out: the line is there, but nobody we know

  // -- the server ----------------------------------------------------------------------------------------------------
  async function contact() {
    try {
      const answer = await fetch(`${desk.dataset.waiting}?store=${store}`, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
      isOut = answer.type === "opaqueredirect" || answer.status === 403;
      if (!answer.ok) throw new Error(answer.type);
      const list = await answer.json();
      token = list.csrf;
      line = true;
      if (await send()) return contact(); // the list does not know of it yet
      delete list.csrf;
      await pickup.put("lists", { ...list, at: Date.now() });
    } catch {
      line = isOut;
    }
    await show();
  }

  // One tab at a time, one deed after the other; each is gone from here only when the server has said what became of it.
  const send = () =>
    navigator.locks.request("yutang-pickup", async () => {
      let count = 0;
      for (const deed of await pickup.all("deeds")) {
        if (deed.store !== store) continue; // said by the desk of that store
        const body = new URLSearchParams({ store: deed.store, code: deed.code, key: deed.key, age: Math.max(Date.now() - deed.at, 0) });
        for (const [position, pieces] of Object.entries(deed.pieces)) body.set(`pieces-${position}`, pieces);
        const answer = await fetch(desk.dataset.deed, { method: "POST", body, headers: { "X-CSRFToken": token }, redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
        const isNever = [400, 404, 422].includes(answer.status); // however often it is said
        if (!answer.ok && !isNever) throw new Error(String(answer.status));
        const said = isNever ? { message: text("Never", { status: answer.status }) } : await answer.json();
        if (said.outcome === "done") await pickup.remove("deeds", deed.id);
        else await pickup.refuse(deed, said.message);
        count += 1;
      }
      return count;
    });

  // -- a code, checked here ----------------------------------------------------------------------------------------------
  const digits = (typed) => typed.replace(/[\s-]/g, "").slice(0, 20);
  const isCode = (code) => /^\d{12}$/.test(code) && BigInt(code) % 97n === 1n;
  async function mark(code, salt) {
    const bytes = Uint8Array.from(salt.match(/../g), (pair) => parseInt(pair, 16));
    const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const signed = new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(code)));
    return [...signed.slice(0, 3)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  async function look(typed) {
    const code = digits(typed);
    const list = await pickup.list(store);
    part("goods").replaceChildren();
    if (!list) return refuse(text("Old"));
    store = list.store;
    if (!isCode(code)) return refuse(text("Unknown"));
    const own = await mark(code, list.salt);
    const done = (await pickup.all("deeds")).filter((deed) => deed.code === code);
    const order = list.orders.find((one) => one.mark === own);
    const used = list.used.find((one) => one.mark === own);
    if (!order) return refuse(used ? text("Used", { at: used.at }) : text("Elsewhere", { at: time(list.at) }));
    const left = order.items.map((item) => ({ ...item, left: item.left - done.reduce((sum, deed) => sum + (deed.pieces[item.position] || 0), 0) }));
    if (!left.some((item) => item.left > 0)) return refuse(done.length ? text("Used", { at: time(done.at(-1).at) }) : text("Held"));
    refuse("");
    offer(order, left, code);
  }

  function refuse(message) {
    part("refusal").textContent = message;
    part("refusal").hidden = !message;
  }

  function offer(order, items, code) {
    const box = desk.querySelector("template[data-order]").content.cloneNode(true);
    box.querySelector("[data-no]").textContent = order.no;
    box.querySelector("[data-name]").textContent = [order.name, order.slot].filter(Boolean).join(" · ");
    box.querySelector("[data-note]").textContent = order.note;
    for (const item of items.filter((one) => one.left > 0)) {
      const row = desk.querySelector("template[data-item]").content.cloneNode(true);
      row.querySelector("[data-title]").textContent = `${item.title} ${item.spec}`;
      row.querySelector("[data-left]").textContent = `/ ${item.left}`;
      Object.assign(row.querySelector("input"), { name: `pieces-${item.position}`, max: item.left, value: item.left, ariaLabel: item.title });
      box.querySelector("[data-items]").append(row);
    }
    box.querySelector("form").addEventListener("submit", async (event) => {
      event.preventDefault();
      const data = new FormData(event.target);
      data.set("key", crypto.randomUUID().replaceAll("-", ""));
      data.set("code", code);
      data.set("store", store);
      const deed = pickup.deed(data, { no: order.no, goods: goods(data, items) });
      if (!Object.values(deed.pieces).some(Boolean)) return;
      event.target.querySelector("button").disabled = true;
      await pickup.add("deeds", deed);
      part("goods").replaceChildren();
      part("field").value = "";
      part("field").focus();
      await show();
      if (line) contact();
    });
    part("goods").replaceChildren(box);
    part("goods").querySelector("button").focus();
  }
  const goods = (data, items) => items.filter((item) => Number(data.get(`pieces-${item.position}`))).map((item) => `${data.get(`pieces-${item.position}`)} × ${item.title}`).join(", ");

  // -- what is seen ----------------------------------------------------------------------------------------------------
  async function show() {
    const [deeds, refused, list] = [await pickup.all("deeds"), await pickup.all("refused"), await pickup.list(store)];
    store ||= list?.store ?? 0;
    const banner = part("line");
    banner.hidden = line && !deeds.length && !isOut;
    banner.classList.toggle("alert-warning", !line || isOut);
    banner.classList.toggle("alert-info", line && !isOut);
    part("state").textContent = isOut ? text("Out") : line ? text("Sending", { count: deeds.length }) : list ? text("Offline", { name: list.name, at: time(list.at), until: time(list.at + pickup.KEPT) }) : text("Old");
    part("queue").replaceChildren(...deeds.map((deed) => Object.assign(document.createElement("li"), { textContent: `${time(deed.at)} ${deed.no || deed.code} ${deed.goods || ""}` })));
    part("conflicts").hidden = !refused.length;
    part("conflicts").querySelector("ul").replaceChildren(
      ...refused.map((one) => {
        const row = desk.querySelector("template[data-conflict]").content.cloneNode(true);
        row.querySelector("[data-what]").textContent = `${time(one.at)} ${one.no || one.code} ${one.goods || ""}`;
        row.querySelector("[data-why]").textContent = one.message;
        row.querySelector("button").addEventListener("click", async () => {
          await pickup.remove("refused", one.id);
          await show();
        });
        return row;
      }),
    );
    // Back on the line, with nothing left to say: the desk of the server is better.
    if (desk.dataset.shell && line && !isOut && !deeds.length && !refused.length) location.replace(`/pickup?store=${store}`);
  }

  // -- forms of the page -------------------------------------------------------------------------------------------------
  form?.addEventListener("submit", (event) => {
    if (line && !desk.dataset.shell) return;
    event.preventDefault();
    look(part("field").value);
  });
  document.getElementById("pickup-goods")?.addEventListener("submit", async (event) => {
    if (line) return;
    event.preventDefault();
    const given = event.target;
    await pickup.add("deeds", pickup.deed(new FormData(given), { no: given.dataset.no }));
    location.assign(`/pickup?store=${store}`);
  });
  window.addEventListener("offline", () => {
    line = false;
    show();
  });
  window.addEventListener("online", contact);

  (async () => {
    if (!desk.dataset.shell) {
      // Where it cannot start, an open desk goes on all the same; it only cannot be opened anew.
      navigator.serviceWorker
        .register(desk.dataset.worker, { scope: "/pickup" })
        .then(() => navigator.serviceWorker.ready)
        .then((registration) => registration.active.postMessage("keep"))
        .catch((error) => console.warn(error));
    }
    store ||= (await pickup.list())?.store ?? 0;
    await contact();
    if (desk.dataset.shell && asked.get("code")) {
      part("field").value = asked.get("code");
      await look(asked.get("code"));
    }
    const again = () => setTimeout(async () => (await contact(), again()), line ? EVERY.online : EVERY.offline);
    again();
    desk.dataset.ready = "";
  })();
})();
