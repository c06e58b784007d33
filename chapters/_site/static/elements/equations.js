// The four equations of a unit, symbol by symbol: each lights up with its wire, by pointer and by keyboard.
"use strict";
{
/** What stands in a formula or beside a wire: letters are italic, _{…} is an index. */
book.typeset = (markup, italic, index) =>
  markup.match(/_\{[^}]*\}|_.|[A-Za-z]+|[^A-Za-z_]+/g).map((piece) => {
    if (piece[0] === "_") return index(piece.replace(/^_\{?|\}$/g, ""));
    return /^(tanh|[^A-Za-z]*)$/.test(piece) ? piece : italic(piece);
  });

book.maths = (markup) =>
  book.typeset(markup, (letters) => book.html("i", {}, letters), (letters) => book.html("sub", {}, letters));

const WORDS = {
  x: ["x_t", "the input"], old: ["h_{t−1}", "the old state"], z: ["z_t", "the update gate"], r: ["r_t", "the reset gate"],
  not: ["1 − z_t", "the rest of the update gate"], g: ["g_t", "the candidate"], h: ["h_t", "the new state"],
  fresh: ["x_t w + b", "what the input says to the candidate"],
  kept: ["", "what stays of the old state"], written: ["", "what is written of the candidate"],
  past: ["", "what the past says"], seen: ["", "what the candidate sees of the past"],
};

/** The symbol of a part, and what it is in words. */
book.partWords = (part, { resetAfter = true, keeps = true } = {}) => {
  const [symbol, words] = WORDS[part];
  const depends = {
    kept: keeps ? "z_t ⊙ h_{t−1}" : "(1 − z_t) ⊙ h_{t−1}", written: keeps ? "(1 − z_t) ⊙ g_t" : "z_t ⊙ g_t",
    past: resetAfter ? "h_{t−1} u + c" : "r_t ⊙ h_{t−1}", seen: resetAfter ? "r_t ⊙ (h_{t−1} u + c)" : "(r_t ⊙ h_{t−1}) u",
  };
  return [depends[part] ?? symbol, words];
};

/** The four equations: text, or [part, what it consists of]. */
book.unitEquations = ({ resetAfter = true, keeps = true } = {}) => {
  const x = ["x", "x_t"], old = ["old", "h_{t−1}"], z = ["z", "z_t"], r = ["r", "r_t"], g = ["g", "g_t"];
  const not = ["not", "(1 − z_t)"], [first, second] = keeps ? [z, not] : [not, z];
  const gate = (part) => [part, " = σ(", x, " w + ", old, " u + b)"];
  const seen = resetAfter
    ? ["seen", r, " ⊙ ", ["past", "(", old, " u + c)"]]
    : ["seen", ["past", "(", r, " ⊙ ", old, ")"], " u"];
  return {
    z: gate(z), r: gate(r),
    g: [g, " = tanh(", ["fresh", x, " w + b"], " + ", seen, ")"],
    h: [["h", "h_t"], " = ", ["kept", first, " ⊙ ", old], " + ", ["written", second, " ⊙ ", g]],
  };
};

/** What is read of a symbol, and said of its wire. */
const plain = (markup) => markup.replace(/_\{?([^}\s]*)\}?/g, " $1");

const symbols = (piece) => {
  if (typeof piece === "string") return book.maths(piece);
  const [part, ...inside] = piece;
  const role = inside.some(Array.isArray) ? "group" : "img";
  return [book.html("span", { "data-part": part, role, tabindex: -1 }, ...inside.flatMap(symbols))];
};

/** The equations by name, and `show(step)` for what their symbols are worth; one Tab stop, and arrows from there. */
book.unitFormulas = (kind) => {
  const lines = Object.fromEntries(Object.entries(book.unitEquations(kind)).map(([name, [left, ...right]]) =>
    [name, book.html("p", { class: `gru-maths ${name}` }, ...[left, ...right].flatMap(symbols))]));
  const stops = Object.values(lines).flatMap((line) => [...line.querySelectorAll("[data-part]")]);
  stops[0].tabIndex = 0;
  const go = (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const to = stops[(stops.indexOf(event.target) + by + stops.length) % stops.length];
    stops.forEach((stop) => (stop.tabIndex = stop === to ? 0 : -1));
    to.focus();
  };
  stops.forEach((stop) => stop.addEventListener("keydown", go));
  const show = (step) => stops.forEach((stop) => {
    const [symbol, words] = book.partWords(stop.dataset.part, kind);
    stop.setAttribute("aria-label", `${plain(symbol)}, ${words}: ${book.shown(step[stop.dataset.part])}`);
  });
  return { lines, show };
};

/** Where the reader points at a symbol or a wire, or comes to one by keyboard, all that is of the same part lights up. */
book.lightParts = (figure, tell) => {
  const light = (part) => {
    figure.classList.toggle("gru-lit", Boolean(part));
    for (const one of figure.querySelectorAll("[data-part]")) one.classList.toggle("lit", one.dataset.part === part);
    tell(part);
  };
  const of = ({ target }) => light(target.closest("[data-part]")?.dataset.part);
  for (const event of ["pointerover", "focusin", "click"]) figure.addEventListener(event, of);
  figure.addEventListener("pointerleave", () => light(document.activeElement?.closest?.("[data-part]")?.dataset.part));
};
}
