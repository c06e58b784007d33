// Two beginnings, one sequence: how long the state of a network, with random weights, tells how its sequence began.
"use strict";
{
const STEPS = 60, UNITS = 16, FIRST = 2; // the first input is +2 in one run and −2 in the other
const LEFT = 34, RIGHT = 10, HEIGHT = 230;
const PLOT = { top: 30, height: 160, low: -1.05, high: 1.05 };
const RUNS = [["first input +2", "z", null], ["first input −2", "r", "6 4"]]; // words, colour, dashes

/** The states of one run, (STEPS + 1, UNITS): every step but the first keeps the share z of the old state. */
const run = ({ inputs, W, U }, first, z) => {
  let h = new Float64Array(UNITS);
  return inputs.map(([later], t) => {
    const x = t ? later : first, keep = t ? z : 0;
    h = h.map((old, j) => {
      const sum = h.reduce((total, hi, i) => total + hi * U.h[i][j], x * W.h[0][j]);
      return keep * old + (1 - keep) * Math.tanh(sum);
    });
    return h;
  });
};

const distance = (a, b) => Math.hypot(...a.map((ai, i) => ai - b[i]));

const draw = (chart, pair, unit) => {
  const width = book.pixels(chart, HEIGHT) - LEFT - RIGHT;
  const x = (t) => LEFT + (width * t) / STEPS;
  const y = (value) => PLOT.top + (PLOT.height * (PLOT.high - value)) / (PLOT.high - PLOT.low);
  const text = (at, level, words, anchor) => book.svg("text", { x: at, y: level, "text-anchor": anchor }, words);
  const rules = [-1, 0, 1].flatMap((value) => [
    book.svg("line", { x1: LEFT, x2: LEFT + width, y1: y(value), y2: y(value), class: "rule" }),
    text(LEFT - 8, y(value) + 4, book.shown(value, 0), "end")]);
  const ticks = [0, 20, 40, 60].map((t) => text(x(t), PLOT.top + PLOT.height + 16, t, "middle"));
  const lines = pair.map((states, k) => book.svg("path", {
    class: RUNS[k][1], "stroke-dasharray": RUNS[k][2],
    d: `M${states.map((h, t) => `${x(t).toFixed(1)} ${y(h[unit]).toFixed(1)}`).join("L")}` }));
  const keys = RUNS.map(([words, colour, dash], k) => book.svg("g", { transform: `translate(${LEFT + 140 * k} 14)` },
    book.svg("path", { d: "M0 -4h22", class: colour, "stroke-dasharray": dash }), text(27, 0, words)));
  chart.replaceChildren(...rules, ...ticks, ...keys, ...lines,
    text(LEFT + width, HEIGHT - 6, "steps after the first →", "end"), text(LEFT, HEIGHT - 6, "state of one unit"));
};

class Beginnings extends book.Figure {
  static label = "Two beginnings of one sequence, to play with";

  build() {
    Object.assign(this, { z: 0, seed: 0 });
    this.chart = book.svg("svg", { role: "img", "aria-label": "State of one unit in both runs, by steps" });
    return [
      this.chart,
      book.slider({ label: "Share z of the old state that stays", min: 0, max: 1, step: 0.05, digits: 2, value: 0,
        change: (value) => { this.z = value; this.update(); } }),
      this.words,
      book.html("div", { class: "book-buttons" }, book.button("Draw other weights", () => { this.seed++; this.update(); })),
    ];
  }

  update() {
    const settings = { radius: 1, bias: 0, steps: STEPS + 1, seed: this.seed, units: UNITS, features: 1 };
    const network = book.randomNetwork("SimpleRNN", settings);
    const pair = [FIRST, -FIRST].map((first) => run(network, first, this.z));
    const apart = Array.from(pair[0][0], (a, i) => Math.abs(a - pair[1][0][i]));
    draw(this.chart, pair, apart.indexOf(Math.max(...apart)));
    const share = (t) => distance(pair[0][t], pair[1][t]) / distance(pair[0][0], pair[1][0]);
    const percent = (t) => (share(t) < 0.01 ? "less than 1\u00a0%" : `${Math.round(100 * share(t))}\u00a0%`);
    this.say(`Of the distance between the two states, ${percent(20)} is left after 20 steps and ${percent(STEPS)} after ${STEPS}. ` +
      `Of what arrives, a share of ${book.shown(1 - this.z, 2)} is taken in.`);
  }
}

customElements.define("gru-beginnings", Beginnings);
}
