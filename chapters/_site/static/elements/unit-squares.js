// Gates and state of 64 units as squares, and a drawing with its words.
"use strict";
{
const STATES = { z: "update gates z", r: "reset gates r", h: "states h (hollow: negative)" };

/** A part of a figure with what it is below. */
book.named = (words, part) => book.html("figure", {}, part, book.html("figcaption", {}, words));

/** The values of one sign as squares in rows of eight, in area what the values are in size. */
const squares = (values, sign) => Array.from(values, (value, k) => {
  if (value * sign <= 0) return "";
  const side = 0.94 * Math.sqrt(value * sign), x = (k % 8) + (1 - side) / 2, y = Math.floor(k / 8) + (1 - side) / 2;
  return `M${x.toFixed(2)} ${y.toFixed(2)}h${side.toFixed(2)}v${side.toFixed(2)}h${(-side).toFixed(2)}z`;
}).join("");

/** The three drawings, each with its words; `show(step)` fills them, and empties them without a step. */
book.unitSquares = () => {
  const drawings = Object.fromEntries(Object.keys(STATES).map((name) => [name, book.svg("svg", {
    viewBox: "0 0 8 8", class: `gru-units ${name}`, role: "img", "aria-label": `${STATES[name]} of the 64 units, as squares`,
  }, book.svg("path"), book.svg("path", { class: "hollow" }))]));
  return {
    figures: Object.entries(STATES).map(([name, words]) => book.named(words, drawings[name])),
    show(step) {
      for (const [name, drawing] of Object.entries(drawings)) {
        [1, -1].forEach((sign, i) => drawing.children[i].setAttribute("d", squares(step?.[name] ?? [], sign)));
      }
    },
  };
};
}
