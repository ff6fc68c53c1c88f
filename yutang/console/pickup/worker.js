// Starts the pickup desk where there is no line, and keeps what a form was about to send when the line broke.
// A template: the addresses of this installation are filled in.
"use strict";
importScripts("{% static "yutang/pickup-store.js" %}");
const SHELL = "{% url "console:pickup_offline" %}";
const HAND_OVER = "{% url "console:pickup_hand_over" %}";
const CACHE = "yutang-pickup";
const PATIENCE = 8000; // milliseconds for a page before the desk starts by itself

// The shell and what it is made of, as they are now.
async function keep() {
  const shell = await fetch(SHELL, { credentials: "same-origin", redirect: "manual" });
  if (!shell.ok) return;
  const page = await shell.clone().text();
  const parts = new Set([...page.matchAll(/(?:src|href)="(\/static\/[^"#]+)/g)].map((found) => found[1]));
  await caches.delete(CACHE);
  const cache = await caches.open(CACHE);
  await cache.addAll([...parts]);
  await cache.put(SHELL, shell);
}

async function navigate(request) {
  const form = request.method === "POST" && new URL(request.url).pathname === HAND_OVER ? await request.clone().formData() : null;
  try {
    if (request.method !== "GET") return await fetch(request);
    return await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
  } catch (error) {
    if (form) {
      // Whether it arrived is unknown; said again with its key it counts once.
      await pickup.add("deeds", pickup.deed(form));
      return Response.redirect(`/pickup?store=${form.get("store")}`, 303);
    }
    const shell = await caches.match(SHELL, { ignoreVary: true });
    if (shell) return shell;
    throw error;
  }
}

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => event.data === "keep" && event.waitUntil(keep().catch(() => {})));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.mode === "navigate" && /^\/pickup(\/hand-over)?$/.test(pathname)) event.respondWith(navigate(request));
  else if (pathname.startsWith("/static/")) {
    event.respondWith(fetch(request).catch(async () => (await caches.match(request, { ignoreVary: true })) ?? Response.error()));
  }
});
