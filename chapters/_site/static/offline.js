/** Lets the site's worker keep this page, so that it opens without a network; a browser that has none goes without. */
{
  const root = new URL(document.documentElement.dataset.content_root ?? "./", location.href);

  async function keepThisPage() {
    const first = !navigator.serviceWorker.controller;
    await navigator.serviceWorker.register(new URL("service-worker.js", root));
    if (!first) return; // the worker has seen it all
    const { active } = await navigator.serviceWorker.ready;
    const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
    active.postMessage([location.href.split("#")[0], ...loaded]);
  }

  if (location.protocol.startsWith("http") && "serviceWorker" in navigator) {
    addEventListener("load", () => keepThisPage().catch(() => {}));
  }
}
