/**
 * The site without a network: what a reader has seen is kept, and Python is asked for once.
 *
 * Pages and their files come from the network while there is one. What lies under _static/live never changes under its
 * name, so it comes from the disk as soon as it is there.
 */
const CACHE = "site";
const SCOPE = self.registration.scope;
const LIVE = `${SCOPE}_static/live/`;
const NEVER_SEEN = "There is no network, and this page has not been opened before. Go back to one that has.";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "GET" && url.startsWith(SCOPE)) event.respondWith(answer(event));
});
// The first page was there before this worker: it says what it has loaded.
self.addEventListener("message", (event) => event.waitUntil(keepAll(event.data)));

async function answer(event) {
  const { request } = event;
  const cache = await caches.open(CACHE).catch(() => undefined); // a browser may refuse to keep anything
  if (!cache) return fetch(request);
  const kept = request.url.startsWith(LIVE) && (await cache.match(request));
  if (kept) return kept;
  try {
    const response = await fetch(request);
    if (response.status === 200) event.waitUntil(keep(cache, request, response.clone()));
    return response;
  } catch (error) {
    const found = await cache.match(request, { ignoreSearch: request.mode === "navigate" });
    if (found) return found;
    if (request.mode === "navigate") return new Response(NEVER_SEEN, { headers: { "Content-Type": "text/plain" } });
    throw error;
  }
}

/** Keep one file, and no other version of it; where the disk is full nothing is kept and nothing is lost. */
async function keep(cache, request, response) {
  try {
    await cache.put(request, response);
    const versions = await cache.keys(request, { ignoreSearch: true });
    await Promise.all(versions.filter(({ url }) => url !== (request.url ?? request)).map((old) => cache.delete(old)));
  } catch {
    // the next visit asks the network again
  }
}

async function keepAll(addresses) {
  const cache = await caches.open(CACHE);
  for (const address of addresses.filter((one) => one.startsWith(SCOPE))) {
    if (await cache.match(address)) continue;
    const response = await fetch(address, { cache: "force-cache" }).catch(() => undefined);
    if (response?.status === 200) await keep(cache, address, response);
  }
}
