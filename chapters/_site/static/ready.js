/** <book-ready>: what this browser does for the site, a line each; ✓ it does, ○ it does not and one can do without. */
"use strict"; // else a function that is declared in the block would replace one of that name outside
{
  const keeps = () => {
    try {
      localStorage.setItem("book:ready", "1");
      const kept = localStorage.getItem("book:ready") === "1";
      localStorage.removeItem("book:ready");
      return kept;
    } catch {
      return false;
    }
  };
  const lacks = () => {
    if (!document.querySelector("live-cell")) return "this copy of the site was built without cells that run";
    if (location.protocol === "file:") return "the page was opened from a folder; ask for an address that begins with http";
    if (typeof WebAssembly !== "object") return "the browser has no WebAssembly; take Chrome, Edge, Firefox or Safari of this year";
    if (typeof Worker !== "function" || typeof DecompressionStream !== "function") return "the browser is too old; take one of this year";
    return "";
  };
  const python = lacks();
  const offline = location.protocol.startsWith("http") && "serviceWorker" in navigator;
  const lines = [
    [true, "Scripts run: figures move, quizzes answer, the search searches."],
    keeps()
      ? [true, "What you read and solve is kept in this browser."]
      : [false, "The browser keeps nothing, in a private window for one: what you solve is forgotten when you leave a page."],
    offline
      ? [true, "Pages that you have opened open without a network too."]
      : [false, "Pages need the network each time: that they are kept takes an address that begins with https."],
    python ? [false, `No Python runs in these pages: ${python}.`] : [true, "Python can run in these pages: press Run below, and see."],
  ];
  const list = document.createElement("ul");
  for (const [does, words] of lines) {
    const line = document.createElement("li");
    line.textContent = `${does ? "✓" : "○"} ${words}`;
    list.append(line);
  }
  for (const place of document.querySelectorAll("book-ready")) place.replaceChildren(list);
}
