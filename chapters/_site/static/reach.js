// What is wider than its box scrolls there; this lets the keyboard scroll it too.
// The theme asks all boxes at once, and so lays out the whole page before it answers anybody; here they are asked
// bit by bit, when there is nothing else to do. With the last one the page is laid out whole.
"use strict";
{
  const later = window.requestIdleCallback ?? ((work) => setTimeout(work, 50));
  const boxes = [...document.querySelectorAll(
    "pre, .cell_output > .output, .pst-scrollable-table-container, div.math > .katex-display")];
  const reach = (box) => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  };
  let waiting = [];
  const some = () => {
    const end = performance.now() + 5;
    while (waiting.length && performance.now() < end) reach(waiting.shift());
    if (waiting.length) later(some);
    else document.documentElement.dataset.whole = "true";
  };
  const all = () => {
    if (!waiting.length) later(some);
    waiting = [...boxes];
  };
  new ResizeObserver(all).observe(document.querySelector(".bd-article-container"));
  const opened = new ResizeObserver((entries) => entries.forEach(({ target }) => reach(target)));
  boxes.forEach((box) => opened.observe(box));
}
// The theme's button to print has its script in the page, where the policy allows none.
document.querySelector(".btn-download-pdf-button")?.addEventListener("click", () => print());
