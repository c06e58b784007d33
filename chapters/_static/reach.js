// An equation that is wider than the page scrolls in its own box; this lets the keyboard scroll it too.
"use strict";
{
  const reach = () => {
    for (const one of document.querySelectorAll("div.math > .katex-display")) {
      if (one.scrollWidth > one.clientWidth) one.tabIndex = 0;
      else one.removeAttribute("tabindex");
    }
  };
  addEventListener("resize", reach);
  reach();
}
