/**
 * What a word, an equation or a source is, beside the link to it, for a mouse that rests there and for the keyboard.
 *
 * previews.py has put it into the page. A tap follows the link, as without this script. Escape closes.
 */
"use strict";
{
  const [WAIT, LINGER] = [250, 200]; // milliseconds: to pass over a link shows nothing, to cross the gap keeps it
  const known = document.getElementById("previews")?.content;
  const box = Object.assign(document.createElement("div"), { id: "preview", popover: "manual" });
  let timer;

  const previews = new Map([...(known?.children ?? [])].map((one) => [one.dataset.for, one]));
  const of = (node) => {
    const link = node.closest?.(".bd-article a.reference.internal");
    return link && previews.has(link.getAttribute("href")) ? link : null;
  };
  const soon = (action, time) => {
    clearTimeout(timer);
    timer = setTimeout(action, time);
  };

  function show(link) {
    hide();
    box.replaceChildren(...previews.get(link.getAttribute("href")).cloneNode(true).childNodes);
    link.removeAttribute("title"); // which says the same, and would lie above
    link.setAttribute("aria-describedby", box.id);
    box.link = link;
    box.showPopover();
    place();
  }

  function place() {
    if (!box.link) return;
    const [around, own] = [box.link.getClientRects()[0], box.getBoundingClientRect()];
    const below = around.bottom + own.height + 12 < innerHeight;
    box.style.left = `${Math.max(8, Math.min(around.left, document.documentElement.clientWidth - own.width - 8))}px`;
    box.style.top = `${below ? around.bottom + 6 : Math.max(8, around.top - own.height - 6)}px`;
  }

  function hide() {
    clearTimeout(timer);
    if (!box.link) return;
    box.link.removeAttribute("aria-describedby");
    box.link = null;
    box.hidePopover();
  }

  if (previews.size && box.showPopover) {
    document.body.append(box);
    addEventListener("pointerover", ({ target, pointerType }) => {
      if (pointerType !== "mouse") return;
      const link = of(target);
      if (box.contains(target) || (link && link === box.link)) clearTimeout(timer);
      else if (link) soon(() => show(link), WAIT);
      else if (document.activeElement !== box.link) soon(hide, LINGER);
    });
    addEventListener("focusin", ({ target }) => (of(target)?.matches(":focus-visible") ? show(of(target)) : hide()));
    addEventListener("focusout", hide);
    addEventListener("keydown", ({ key }) => key === "Escape" && hide());
    addEventListener("scroll", place, { passive: true });
  }
}
