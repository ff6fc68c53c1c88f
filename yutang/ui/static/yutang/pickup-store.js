// What the pickup desk keeps in the browser: the list of its store, what was handed over and not yet said, and what the
// server refused. Shared by the page, its other tabs and the worker.
self.pickup = (() => {
  "use strict";
  const KEPT = 15 * 60 * 1000; // milliseconds that a list may be used and kept without the server

  const opened = new Promise((resolve, reject) => {
    const request = indexedDB.open("yutang-pickup", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("lists", { keyPath: "store" });
      request.result.createObjectStore("deeds", { keyPath: "id", autoIncrement: true });
      request.result.createObjectStore("refused", { keyPath: "id", autoIncrement: true });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  async function run(stores, mode, act) {
    const transaction = (await opened).transaction(stores, mode, { durability: "strict" });
    const request = act(transaction);
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  }
  const number = (form, name) => Number(form.get(name) || 0);

  return {
    KEPT,
    all: (store) => run([store], "readonly", (t) => t.objectStore(store).getAll()),
    add: (store, row) => run([store], "readwrite", (t) => t.objectStore(store).add(row)),
    put: (store, row) => run([store], "readwrite", (t) => t.objectStore(store).put(row)),
    remove: (store, key) => run([store], "readwrite", (t) => t.objectStore(store).delete(key)),
    // Both or neither: a deed is never lost between the two.
    refuse: (deed, message) =>
      run(["deeds", "refused"], "readwrite", (t) => {
        const { id, ...rest } = deed;
        t.objectStore("refused").add({ ...rest, message });
        return t.objectStore("deeds").delete(id);
      }),
    // The list of a store, while it may be used; older ones go.
    async list(store) {
      for (const one of await this.all("lists")) if (Date.now() - one.at > KEPT) await this.remove("lists", one.store);
      const known = await this.all("lists");
      return store ? known.find((one) => one.store === store) : known.sort((a, b) => b.at - a.at)[0];
    },
    // What a form hands over.
    deed(form, more = {}) {
      const pieces = {};
      for (const name of form.keys()) if (/^pieces-\d+$/.test(name)) pieces[name.slice(7)] = number(form, name);
      return { key: form.get("key"), code: form.get("code"), store: number(form, "store"), pieces, at: Date.now(), ...more };
    },
  };
})();
