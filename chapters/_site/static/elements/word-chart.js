// Two probabilities over the words of a text; the words themselves are the axis.
"use strict";
{
const LEFT = 30, RIGHT = 98, TOP = 10, PLOT = 120, LETTER = 6.2, NARROW = 13;
const KINDS = [["bag", "bag of words", "g", "2 4"], ["gru", "GRU", "h", null]]; // key, name, colour, dashes

const level = (p) => TOP + PLOT * (1 - p);
const short = (word) => (word.length > 12 ? `${word.slice(0, 11)}…` : word);
const text = (x, y, words, attributes) => book.svg("text", { x, y, ...attributes }, words);

/** A chart; `choose(t)` is called where a reader points at a word. */
book.wordChart = ({ choose }) => {
  const chart = book.svg("svg", { role: "img", "aria-label": "Probability of a positive review after each word, by the GRU and by the bag of words" });
  let count = 0, column = 1;
  const point = ({ clientX }) => {
    const t = Math.floor((clientX - chart.getBoundingClientRect().left - LEFT) / column);
    if (count) choose(Math.min(count, Math.max(0, t)));
  };
  chart.addEventListener("pointermove", (event) => { if (event.pointerType === "mouse") point(event); });
  chart.addEventListener("click", point);

  /** Draw the curves, from before the first word to after the last, and mark the place after `chosen` words. */
  chart.show = (words, curves, chosen) => {
    count = words.length;
    const longest = Math.min(12, Math.max(0, ...words.map((word) => word.length)));
    column = (Math.max(chart.getBoundingClientRect().width, 240) - LEFT - RIGHT) / (count + 1);
    const ticks = column > NARROW, height = TOP + PLOT + 14 + (ticks ? longest * LETTER * 0.8 : 8);
    const width = book.pixels(chart, height), middle = (width - RIGHT + LEFT) / 2;
    const x = (t) => LEFT + column * (t + 0.5);
    const ends = KINDS.map(([key]) => level(curves[key].at(-1)));
    const apart = Math.max(0, 15 - Math.abs(ends[0] - ends[1])) / 2 * (ends[0] < ends[1] ? 1 : -1);
    chart.replaceChildren(
      book.svg("rect", { x: x(chosen) - column / 2, width: column, y: TOP, height: PLOT, rx: 3, class: "here" }),
      ...[0, 0.5, 1].flatMap((p) => [
        book.svg("line", { x1: LEFT, x2: width - RIGHT, y1: level(p), y2: level(p), class: "rule" }),
        text(LEFT - 6, level(p) + 4, p.toFixed(1), { "text-anchor": "end" })]),
      ...KINDS.flatMap(([key, name, colour, dash], k) => [
        book.svg("path", { class: colour, "stroke-dasharray": dash, d: `M${curves[key].map((p, t) => `${x(t).toFixed(1)} ${level(p).toFixed(1)}`).join("L")}` }),
        book.svg("circle", { class: `at ${colour}`, cx: x(chosen), cy: level(curves[key][chosen]), r: 4 }),
        text(width - RIGHT + 6, ends[k] + 4 + (k ? apart : -apart), name, { class: `name ${colour}` })]),
      ...(ticks ? words.map((word, t) => text(0, 0, short(word), {
        transform: `translate(${x(t + 1) + 3} ${TOP + PLOT + 13}) rotate(-52)`, "text-anchor": "end", class: t + 1 === chosen ? "chosen" : null,
      })) : [text(x(chosen) + (x(chosen) < middle ? -4 : 4), TOP + PLOT + 17, short(words[chosen - 1] ?? ""), {
        "text-anchor": x(chosen) < middle ? "start" : "end", class: "chosen",
      })]));
  };
  return chart;
};
}
