/** Lets the site's worker keep this page, so that it opens without a network; a browser that has none goes without. */
"use strict"; // else a function that is declared in the block would replace one of that name outside
{
  const root = new URL(document.documentElement.dataset.content_root ?? "./", location.href);
  const LIST = new URL("offline.json", root);

  async function keepThisPage() {
    const first = !navigator.serviceWorker.controller;
    await navigator.serviceWorker.register(new URL("service-worker.js", root));
    if (!first) return; // the worker has seen it all
    const { active } = await navigator.serviceWorker.ready;
    const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
    active.postMessage([location.href.split("#")[0], ...loaded]);
  }

  /** Ask for every file of the book: the worker keeps what passes through it. */
  async function keepBook(say = () => {}) {
    await navigator.serviceWorker.ready;
    const controlled = () => new Promise((go) => navigator.serviceWorker.addEventListener("controllerchange", go, { once: true }));
    if (!navigator.serviceWorker.controller) await controlled();
    const files = (await (await fetch(LIST)).json()).map((name) => new URL(name, root).href);
    for (const [done, file] of files.entries()) {
      say(`${Math.round((100 * done) / files.length)} % of the book is here.`);
      await (await fetch(file)).blob();
    }
    const kept = await Promise.all(files.map((file) => caches.match(file)));
    if (!kept.every(Boolean)) throw new Error("The browser has no room for all of it.");
    say("The whole book is kept in this browser, and opens without a network.");
  }

  /** Offer on the front page to keep all. */
  function offer(place) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "sd-btn sd-btn-outline-primary" });
    const says = Object.assign(document.createElement("p"), { role: "status" });
    button.textContent = `Keep the whole book (${place.dataset.megabytes} MB)`;
    button.addEventListener("click", async () => {
      button.disabled = true;
      await keepBook((words) => (says.textContent = words)).catch(({ message }) => {
        says.textContent = `It was not kept. ${message} What has come stays here; try again to go on.`;
      });
      button.disabled = false;
    });
    place.append(button, says);
    place.hidden = false;
  }

  if (location.protocol.startsWith("http") && "serviceWorker" in navigator) {
    addEventListener("load", () => keepThisPage().catch(() => {}));
    addEventListener("appinstalled", () => keepBook().catch(() => {}));
    document.querySelectorAll(".keep-book").forEach(offer);
  }
}
