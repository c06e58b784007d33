// An equation that is wider than the page scrolls in its own box; this lets the keyboard scroll it too.
// What is out of sight has no width yet, so each equation is laid out when there is nothing else to do.
"use strict";
{
  const later = window.requestIdleCallback ?? ((work) => setTimeout(() => work({ timeRemaining: () => 10 }), 50));
  const equations = [...document.querySelectorAll("div.math > .katex-display")];
  const reach = (one) => {
    if (one.scrollWidth > one.clientWidth) one.tabIndex = 0;
    else one.removeAttribute("tabindex");
  };
  const waiting = [...equations];
  const some = (idle) => {
    while (waiting.length && idle.timeRemaining() > 2) {
      const one = waiting.shift();
      one.style.contentVisibility = "visible";
      reach(one);
    }
    if (waiting.length) later(some);
  };
  later(some);
  addEventListener("resize", () => equations.forEach(reach));
}
