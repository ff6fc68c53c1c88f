// Yutang's collector for web pages: what visitors see, click and search for. docs/how-to/collect-events.md
(() => {
  "use strict";
  const tag = document.currentScript, { site, collector, channel = "web", consent } = tag.dataset;
  const QUEUE = "yutang.queue", VISITOR = "yutang.visitor", CONSENT = "yutang.consent", MOST = 200;
  const address = `${collector}/collect?key=${site}`;
  const store = {
    get: (name) => { try { return localStorage.getItem(name); } catch { return null; } },
    set: (name, value) => { try { localStorage.setItem(name, value); } catch { /* no storage: nothing is kept */ } },
    drop: (name) => { try { localStorage.removeItem(name); } catch { /* as above */ } },
  };
  const id = () => crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
  const allowed = () => {
    const said = store.get(CONSENT);
    if (said) return said === "yes";
    return consent !== "required" && navigator.doNotTrack !== "1" && !navigator.globalPrivacyControl;
  };
  const visitor = () => {
    let found = store.get(VISITOR);
    if (!found) store.set(VISITOR, (found = id()));
    return found;
  };
  const read = () => { try { return JSON.parse(store.get(QUEUE)) || []; } catch { return []; } };
  let sending = false, timer;

  function track(kind, { page = location.pathname, source = document.referrer, item = "", ...properties } = {}) {
    if (!allowed()) return;
    const event = { id: id(), kind, occurred_at: new Date().toISOString(), visitor: visitor(), channel, properties };
    Object.assign(event, { page: page.slice(0, 500), source: source.slice(0, 120), item: item.slice(0, 120) });
    store.set(QUEUE, JSON.stringify([...read(), event].slice(-MOST)));
    clearTimeout(timer);
    timer = setTimeout(flush, 500);
  }

  // An event leaves the queue when the server has it on disk. Sent twice, it is recorded once.
  async function flush() {
    const events = read().slice(0, 50);
    if (sending || !events.length || !allowed()) return;
    sending = true;
    let wait = 0;
    try {
      const body = JSON.stringify(events);
      const answer = await fetch(address, { method: "POST", body, keepalive: true, credentials: "omit", headers: { "Content-Type": "text/plain" } });
      if (answer.ok) {
        const gone = new Set(events.map((event) => event.id));
        store.set(QUEUE, JSON.stringify(read().filter((event) => !gone.has(event.id))));
      } else wait = 30000;
    } catch { wait = 30000; }
    sending = false;
    if (read().length) timer = setTimeout(flush, wait);
  }

  addEventListener("pagehide", () => {
    const events = read().slice(0, 50);
    if (events.length && allowed()) navigator.sendBeacon(address, JSON.stringify(events));
  });
  const told = ({ yutangItem: item = "", yutangTarget: target = "" }) => ({ item, target });
  addEventListener("click", (event) => {
    const marked = event.target.closest?.("[data-yutang]");
    if (marked && marked.tagName !== "FORM") track(marked.dataset.yutang || "click", told(marked.dataset));
  }, true);
  addEventListener("submit", (event) => {
    const field = event.target.querySelector?.("[data-yutang-search]");
    if (field?.value) track("search", { query: field.value.slice(0, 200) });
  }, true);

  window.yutang = {
    track, flush, visitor,
    consent(yes) { store.set(CONSENT, yes ? "yes" : "no"); if (!yes) { store.drop(QUEUE); store.drop(VISITOR); } },
    reset() { store.drop(VISITOR); },
  };
  track("view", { title: document.title.slice(0, 200), item: document.querySelector("[data-yutang-page]")?.dataset.yutangPage || "" });
  flush();
})();
