/**
 * The end of a chapter, <p data-chapter-end="foundations/equations">: whether it is read, and a button to say so.
 *
 * It is read when each of its sections, and its end, has been on the screen for a second: today, or when it was open before.
 * To jump to the end is not to read it. Whoever reads by other means than the screen has the button.
 */
"use strict"; // else a function that is declared in the block would replace one of that name outside
{
  const A_MOMENT = 1000; // milliseconds
  const place = document.querySelector("[data-chapter-end]");
  const chapter = place.dataset.chapterEnd;
  const button = Object.assign(element("button", "", ""), { type: "button" });
  const says = element("span", "", "");
  says.setAttribute("role", "status");
  const headings = [...document.querySelectorAll("article h2")].filter((one) => one.offsetParent);
  const names = new Map([...headings.map((one) => [one, one.closest("section").id]), [place, "end"]]);
  let mine = reading.all()[chapter] ?? [];

  function show(isKept = true) {
    const isRead = mine === true;
    button.textContent = isRead ? "Mark as not read" : "Mark as read";
    place.classList.toggle("is-read", isRead);
    const where = isKept ? "It is kept in this browser alone." : "";
    says.textContent = `${isRead ? `✓ Read. ${where}` : ""} ${isKept ? "" : sayOnce()}`.trim();
  }

  function set(value) {
    mine = value;
    show(reading.set(chapter, value));
  }

  function see(heading) {
    if (mine === true) return;
    const seen = new Set([...mine, names.get(heading)]);
    set([...names.values()].every((name) => seen.has(name)) ? true : [...seen]);
  }

  const waiting = new Map();
  const wait = (heading) => {
    const look = () => (document.visibilityState === "visible" ? see(heading) : wait(heading)); // in a hidden tab nobody reads
    waiting.set(heading, setTimeout(look, A_MOMENT));
  };
  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      clearTimeout(waiting.get(target));
      if (isIntersecting) wait(target);
    }
  });

  button.addEventListener("click", () => set(mine === true ? [] : true));
  const renew = () => {
    mine = reading.all()[chapter] ?? [];
    show();
  };
  addEventListener("storage", ({ key }) => (key === READ || key === null) && renew());
  addEventListener("book:forgotten", renew);
  place.append(button, " ", says);
  place.hidden = false;
  show();
  for (const one of names.keys()) observer.observe(one);
}
