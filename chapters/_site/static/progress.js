/**
 * What is read and what is solved: kept in this browser, by name, sent to nobody, and shown wherever a page has room for it.
 *
 * <span data-solved="equations" data-of="5"> says how many exercises of the chapter are solved, <span data-read="foundations/equations">
 * whether it is read; the heading of a book-exercise, whether it is solved. Where there is a map one can forget it all,
 * with the answers to quizzes (elements/gru-quiz.js) and the code that was typed (live/typed.js).
 */
const SOLVED = "book:solved"; // names such as "equations/by-hand"
const READ = "book:read"; // {"foundations/equations": true}, or the sections seen so far of one that is begun
const KEEPS_NOTHING = "The browser keeps nothing, so this is forgotten when you leave the page.";
// What can be forgotten: what it is called, and its key in the storage.
const EXERCISES = [["which exercises are solved", /^book:solved$/], ["the code that you have typed", /^live:/]];
const ALL = [["which pages are read", /^book:read$/], ...EXERCISES, ["the answers to quizzes", /^book:quiz$/]];
let hasSaidSo = false;

/** @returns what is kept under a key, as long as it is in order; storage may be forbidden, or hold something else */
function recall(key, isInOrder, otherwise) {
  try {
    const found = JSON.parse(localStorage.getItem(key));
    return isInOrder(found) ? found : otherwise;
  } catch {
    return otherwise;
  }
}

/** @returns {boolean} whether the browser keeps it; where it is full or forbids it, it does not */
function keep(key, value) {
  const text = JSON.stringify(value);
  try {
    localStorage.setItem(key, text);
    return localStorage.getItem(key) === text;
  } catch {
    return false;
  } finally {
    show();
  }
}

/** @returns {string} once on a page, that nothing is kept */
function sayOnce() {
  if (hasSaidSo) return "";
  hasSaidSo = true;
  return KEEPS_NOTHING;
}

const solved = {
  /** @returns {string[]} */
  names() {
    return recall(SOLVED, Array.isArray, []).filter((name) => typeof name === "string");
  },

  /** @returns {boolean} whether the browser keeps it */
  add(name) {
    return keep(SOLVED, [...new Set([...this.names(), name])]);
  },
};

const isRead = (value) => value === true || (Array.isArray(value) && value.every((one) => typeof one === "string"));

const reading = {
  /** @returns {{[chapter: string]: true | string[]}} */
  all() {
    const found = recall(READ, (value) => value !== null && typeof value === "object" && !Array.isArray(value), {});
    return Object.fromEntries(Object.entries(found).filter(([, value]) => isRead(value)));
  },

  /** @returns {boolean} whether the browser keeps it; true for a chapter that is read, else the sections seen of it */
  set(chapter, value) {
    return keep(READ, { ...this.all(), [chapter]: value });
  },
};

/** Bring every mark on the page up to date. */
function show() {
  const names = solved.names(), chapters = reading.all();
  const places = document.querySelectorAll("[data-read]");
  for (const place of document.querySelectorAll("[data-solved]")) {
    const count = names.filter((name) => name.startsWith(`${place.dataset.solved}/`)).length;
    place.hidden = count === 0;
    place.textContent = ` ✓ ${count} of ${place.dataset.of} solved`;
  }
  for (const place of places) {
    const state = chapters[place.dataset.read];
    place.hidden = !state?.length && state !== true;
    place.textContent = state === true ? " ✓ read" : " begun";
  }
  for (const exercise of document.querySelectorAll("book-exercise")) {
    const heading = exercise.closest("section").querySelector("h2, h3, h4");
    heading.querySelector(".solved-mark")?.remove();
    if (names.includes(exercise.getAttribute("name"))) heading.append(element("span", "solved-mark", "✓ solved"));
  }
  const read = [...places].filter((place) => chapters[place.dataset.read] === true).length;
  for (const place of document.querySelectorAll(".progress-sum")) {
    place.textContent = `✓ ${read} of ${places.length} pages read, ${names.length} ${names.length === 1 ? "exercise" : "exercises"} solved. `;
  }
  const isKept = kept(document.querySelector("book-exercise") ? EXERCISES : ALL).length > 0;
  for (const offer of document.querySelectorAll(".solved-forget")) offer.hidden = !isKept;
}

/** @returns {[string, string[]][]} what there is of some kinds: what it is called, and its keys */
function kept(kinds) {
  try {
    const keys = Object.keys(localStorage).filter((key) => !["[]", "{}"].includes(localStorage.getItem(key)));
    return kinds.map(([words, name]) => [words, keys.filter((key) => name.test(key))]).filter(([, found]) => found.length);
  } catch {
    return [];
  }
}

/** @returns {HTMLElement} */
function element(name, className, text) {
  return Object.assign(document.createElement(name), { className, textContent: text });
}

const inWords = (found) => new Intl.ListFormat("en").format(found.map(([words]) => words));

/** Put a button at the end of a line that forgets, once it is pressed again, and then says below what is forgotten. */
function offerToForget(line, kinds) {
  const button = Object.assign(element("button", "", "Forget it"), { type: "button" });
  const said = element("p", "solved-forgotten", "");
  said.setAttribute("role", "status");
  const rest = () => {
    if (button.textContent !== "Forget it") said.textContent = "";
    button.textContent = "Forget it";
  };
  button.onblur = rest;
  button.onclick = () => {
    const found = kept(kinds);
    if (button.textContent === "Forget it") {
      button.textContent = "Really forget?";
      said.textContent = `Press again to forget ${inWords(found)}.`;
      return;
    }
    for (const key of found.flatMap(([, keys]) => keys)) localStorage.removeItem(key);
    rest();
    show();
    said.textContent = `Forgotten: ${inWords(found)}.`;
    dispatchEvent(new Event("book:forgotten"));
  };
  line.append(button);
  line.after(said);
}

/** Make room for the chapter's count under its heading "Exercises", and on a map for the sum; and for a way to forget. */
function makeRoom() {
  const [exercise] = document.querySelectorAll("book-exercise");
  const [first, ...others] = document.querySelectorAll("[data-read]");
  const line = element("p", "solved-forget", "");
  if (exercise) {
    const count = document.createElement("span");
    const of = document.querySelectorAll("book-exercise").length;
    Object.assign(count.dataset, { solved: exercise.getAttribute("name").split("/")[0], of });
    line.append(count, " Your answers are kept in this browser. ");
    exercise.closest("section").parentElement.querySelector("h2").after(line);
    offerToForget(line, EXERCISES);
  } else if (others.length) {
    const sum = element("span", "progress-sum", "");
    line.append(sum, "Kept in this browser, and sent to nobody. ");
    const map = first.closest("section").parentElement.closest("section");
    (map.querySelector(":scope > p") ?? map.querySelector("h2")).after(line);
    offerToForget(line, ALL);
  }
}

makeRoom();
show();
for (const event of ["storage", "live:ran", "live:reset"]) addEventListener(event, show); // another page may have something to add
