/**
 * Which exercises are solved: kept in this browser, by name, and shown wherever a page has room for it.
 *
 * <span data-solved="equations" data-of="5"> says how many of the chapter's are; the heading of a book-exercise, whether it is.
 */
const KEY = "book:solved";

const solved = {
  /** @returns {string[]} names such as "equations/by-hand" */
  names() {
    try {
      const names = JSON.parse(localStorage.getItem(KEY) ?? "[]");
      return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
    } catch {
      return []; // storage is forbidden, or holds something else
    }
  },

  /** @returns {boolean} whether the browser keeps it */
  add(name) {
    return this.keep([...new Set([...this.names(), name])]);
  },

  forget() {
    this.keep([]);
  },

  keep(names) {
    try {
      localStorage.setItem(KEY, JSON.stringify(names));
    } catch {
      // full or forbidden: what is not kept is not read back either
    }
    show();
    return names.every((name) => this.names().includes(name));
  },
};

/** Bring every mark on the page up to date. */
function show() {
  const names = solved.names();
  for (const place of document.querySelectorAll("[data-solved]")) {
    const count = names.filter((name) => name.startsWith(`${place.dataset.solved}/`)).length;
    place.hidden = count === 0;
    place.textContent = ` ✓ ${count} of ${place.dataset.of} solved`;
  }
  for (const exercise of document.querySelectorAll("book-exercise")) {
    const heading = exercise.closest("section").querySelector("h2, h3, h4");
    heading.querySelector(".solved-mark")?.remove();
    if (names.includes(exercise.getAttribute("name"))) heading.append(element("span", "solved-mark", "✓ solved"));
  }
  for (const offer of document.querySelectorAll(".solved-forget")) offer.hidden = names.length === 0;
}

/** @returns {HTMLElement} */
function element(name, className, text) {
  return Object.assign(document.createElement(name), { className, textContent: text });
}

/** Make room for the chapter's count under its heading "Exercises", and below each list a way to forget. */
function makeRoom() {
  const exercises = document.querySelectorAll("book-exercise");
  const line = element("p", "solved-forget", "");
  if (exercises.length) {
    const count = document.createElement("span");
    Object.assign(count.dataset, { solved: exercises[0].getAttribute("name").split("/")[0], of: exercises.length });
    line.append(count, " Kept in this browser. ");
    exercises[0].closest("section").parentElement.querySelector("h2").after(line);
  } else {
    line.append("What you have solved is kept in this browser. ");
    [...document.querySelectorAll("[data-solved]")].at(-1).closest("section").append(line);
  }
  const button = element("button", "", "Forget it");
  Object.assign(button, { type: "button", title: "Forget which exercises of the book are solved", onclick: () => solved.forget() });
  line.append(button);
}

makeRoom();
show();
addEventListener("storage", show); // another page of the book has solved one
