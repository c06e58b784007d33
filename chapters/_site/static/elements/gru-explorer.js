// A GRU of one unit: sliders for every weight and input, all gates over time, one step taken apart.
"use strict";
{
const STEPS = 10;
const at = (values) => Object.assign(Array(STEPS).fill(0), values);

// Weights by gate; the first three examples are one cell, with another bias, or with other inputs.
const NAMES = ["wz", "uz", "bz", "wr", "ur", "br", "wh", "uh", "bh", "ch"];
const EXAMPLES = {
  Remember: {
    weights: [-10, 0, 6, 0, 0, 0, 2, 0, 0, 0], inputs: at({ 2: 1 }), step: 3,
    words: "At step 3 the input pulls z down to nearly 0, and the candidate is written. Then z is nearly 1 again, and the state stays.",
  },
  Forget: {
    weights: [-10, 0, 1, 0, 0, 0, 2, 0, 0, 0], inputs: at({ 2: 1 }), step: 4,
    words: "The same cell with b of z at 1 instead of 6. Now z is 0.73 between inputs: after three steps less than half of the state is left.",
  },
  Ignore: {
    weights: [-10, 0, 6, 0, 0, 0, 2, 0, 0, 0], inputs: [0.2, -0.2, 0.1, -0.1, 1, 0.2, -0.2, 0.1, -0.2, 0.2], step: 6,
    words: "The cell of Remember again. Small inputs leave z near 1, and change next to nothing. Only the large one gets in.",
  },
  "Start afresh": {
    weights: [0, 0, -2, 8, 0, 4, 0.5, 3, 0, 0], inputs: at({ 1: 1, 5: -1 }), step: 6,
    words: "The state holds itself up through the candidate. At step 6 r shuts: the candidate sees the input alone, and the state turns.",
  },
};
const OWN = "A cell of your own. The buttons bring the examples back.";

const GATES = [
  ["Update gate", "z = σ(x·w + h·u + b)", ["wz", "uz", "bz"]],
  ["Reset gate", "r = σ(x·w + h·u + b)", ["wr", "ur", "br"]],
  ["Candidate", "", ["wh", "uh", "bh", "ch"]],
];

// The chart has three strips; its sides and heights in pixels.
const LEFT = 28, RIGHT = 4, HEIGHT = 312, THUMB = 7;
const INPUTS = { top: 24, height: 62, low: -1, high: 1 };
const SHARES = { top: 114, height: 62, low: 0, high: 1 };
const STATES = { top: 204, height: 84, low: -1, high: 1 };
const STYLES = { z: null, r: "7 4", h: null, g: "2 4" }; // dashes, for those who see no colours

/** Where a value stands in a strip; as high and low as the middle of a slider's thumb can go. */
const level = ({ top, height, low, high }, value) =>
  top + THUMB + ((height - 2 * THUMB) * (high - value)) / (high - low);

const text = (x, y, words, anchor = "start", name = null) =>
  book.svg("text", { x, y, "text-anchor": anchor, class: name }, words);

/** All steps: inputs, gates, candidate and state, one strip below the other. */
const drawSteps = (chart, steps, chosen) => {
  const width = book.pixels(chart, HEIGHT), column = (width - LEFT - RIGHT) / STEPS;
  const x = (t) => LEFT + column * (t + 0.5);
  const rules = [INPUTS, SHARES, STATES].flatMap((strip) =>
    [-1, 0, 1].filter((value) => value >= strip.low).flatMap((value) => [
      book.svg("line", { x1: LEFT, x2: width - RIGHT, y1: level(strip, value), y2: level(strip, value), class: "rule" }),
      text(LEFT - 7, level(strip, value) + 4, book.shown(value, 0), "end"),
    ]));
  const bars = steps.map((step, t) => book.svg("rect", {
    x: x(t) - 0.2 * column, width: 0.4 * column, class: "x",
    y: Math.min(level(INPUTS, step.x), level(INPUTS, 0)), height: Math.abs(level(INPUTS, step.x) - level(INPUTS, 0)),
  }));
  const lines = [["z", SHARES], ["r", SHARES], ["g", STATES], ["h", STATES]].map(([name, strip]) => book.svg("path", {
    class: name, "data-name": name, "stroke-dasharray": STYLES[name],
    d: steps.map((step, t) => `${t ? "L" : "M"}${x(t).toFixed(1)} ${level(strip, step[name]).toFixed(1)}`).join(""),
  }));
  const dots = steps.map((step, t) => book.svg("circle", { cx: x(t), cy: level(STATES, step.h), r: 3.5, class: "dot" }));
  const key = (x, { top }, name, words) => book.svg("g", { transform: `translate(${x} ${top - 4})` },
    book.svg("path", { d: "M0 -4h24", class: name, "stroke-dasharray": STYLES[name] }), text(31, 0, words));
  chart.replaceChildren(
    book.svg("rect", { x: x(chosen) - column / 2, width: column, y: INPUTS.top, height: STATES.top + STATES.height - INPUTS.top, rx: 4, class: "here" }),
    ...rules, ...bars, ...lines, ...dots,
    text(LEFT, INPUTS.top - 4, "input x: drag the handles"),
    key(LEFT, SHARES, "z", "update gate z"), key(LEFT + 128, SHARES, "r", "reset gate r"),
    key(LEFT, STATES, "h", "state h"), key(LEFT + 128, STATES, "g", "candidate g"),
    text(0, HEIGHT - 4, "step"), ...steps.map((_, t) => text(x(t), HEIGHT - 4, `${t + 1}`, "middle", t === chosen ? "chosen" : null)),
  );
};

/** One step as wires, the thicker the more they carry. */
const drawCell = (diagram, { x, old, keep, z, r, g, h, past }, resetAfter) => {
  const n = book.shown;
  const wire = (d, name, much) => book.svg("path", { d, class: name, style: `stroke-width: ${1 + 5 * Math.min(1, Math.abs(much))}` });
  const box = (x, y, name, words) => book.svg("g", {},
    book.svg("rect", { x: x - 34, y: y - 16, width: 68, height: 32, rx: 8, class: `box ${name}` }), text(x, y + 4, words, "middle"));
  const node = (x, y, sign) => book.svg("g", {},
    book.svg("circle", { cx: x, cy: y, r: 10, class: "box" }), text(x, y + 4, sign, "middle"));
  diagram.replaceChildren(
    wire("M6 40H94", "h", old), wire("M114 40H268", "h", keep * old), wire("M288 40H336", "h", h),
    wire("M104 182V50", "z", keep), wire("M104 92H268", "z", 1 - keep),
    wire("M278 122V102", "g", g), wire("M278 82V50", "g", (1 - keep) * g),
    wire("M40 40V138H178", "h", old), wire("M188 182V148", "r", r), wire("M198 138H244", "h", past),
    text(4, 22, `old h ${n(old)}`), text(336, 22, `new h ${n(h)}`, "end"),
    text(110, 66, `keep ${n(keep)}`), text(186, 84, `write ${n(1 - keep)}`, "middle"),
    text(141, 132, resetAfter ? "h·u + c" : "h", "middle"), text(221, 132, resetAfter ? "" : "·u", "middle"),
    node(104, 40, "×"), node(278, 40, "+"), node(278, 92, "×"), node(188, 138, "×"),
    box(104, 198, "z", `z ${n(z)}`), box(188, 198, "r", `r ${n(r)}`), box(278, 138, "g", `g ${n(g)}`),
    text(146, 236, "both see x and h", "middle"), text(278, 176, `sees x ${n(x)}`, "middle"),
  );
};

class Explorer extends book.Figure {
  static label = "A GRU of one unit, to play with";

  build() {
    this.examples = Object.keys(EXAMPLES).map((name) => book.button(name, () => { this.load(name); this.update(); }));
    this.note = book.html("p", { class: "gru-note", "aria-live": "polite" });
    this.chart = book.svg("svg", { role: "img", "aria-label": "Input, gates, candidate and state at each step" });
    this.chart.addEventListener("click", ({ clientX }) => this.press(clientX));
    this.handles = at({}).map((_, t) => book.html("input", {
      type: "range", min: -1, max: 1, step: 0.1, "aria-label": `Input at step ${t + 1}`,
      oninput: ({ target }) => { this.inputs[t] = +target.value; this.step = t + 1; this.own(); },
    }));
    this.steps = book.slider({ label: "Step", min: 1, max: STEPS, step: 1, digits: 0, value: 1, change: (step) => this.choose(step) });
    this.diagram = book.svg("svg", { viewBox: "0 0 340 244", role: "img", "aria-label": "The cell at this step" });
    this.sums = book.html("div", { class: "gru-sums" });
    this.sliders = Object.fromEntries(NAMES.map((name) => [name, book.slider({
      label: name[0], min: -10, max: 10, step: 0.5, value: 0, change: (value) => { this.weights[name] = value; this.own(); },
    })]));
    this.formulas = GATES.map(([, formula]) => book.html("span", {}, formula));
    this.reset = book.choice({
      legend: "The reset gate acts", options: [["after", "after the product: r·(h·u + c)"], ["before", "before it: (r·h)·u"]],
      change: (key) => { this.resetAfter = key === "after"; this.own("With one unit, after and before differ in c alone, which the original does not have."); },
    });
    this.one = book.choice({
      legend: "An update gate of 1", options: [["keep", "keeps the state: z·h + (1 − z)·g"], ["take", "takes the candidate: (1 − z)·h + z·g"]],
      change: (key) => { this.keeps = key === "keep"; this.own("With the same weights this is another cell. Turn the signs of z’s weights, and the state is as before."); },
    });
    this.load("Remember");
    return [
      book.html("div", { class: "book-buttons", role: "group", "aria-label": "Examples" }, ...this.examples),
      this.note,
      book.html("div", { class: "gru-chart" }, this.chart, book.html("div", {
        class: "gru-inputs", role: "group", "aria-label": "Inputs",
        style: `top: ${INPUTS.top}px; height: ${INPUTS.height}px; left: ${LEFT}px; right: ${RIGHT}px`,
      }, ...this.handles)),
      book.html("div", { class: "gru-weights" }, ...GATES.map(([title, , names], k) => book.html("fieldset", {},
        book.html("legend", {}, title, " ", this.formulas[k]), ...names.map((name) => this.sliders[name])))),
      book.html("div", { class: "gru-step" }, this.steps, this.words),
      book.html("div", { class: "book-columns" }, this.diagram, this.sums),
      book.html("div", { class: "book-columns" }, this.reset,
        book.html("div", {}, this.one, book.button("Turn the signs of z’s weights", () => this.turn()))),
    ];
  }

  load(name) {
    const { weights, inputs, step, words } = EXAMPLES[name];
    Object.assign(this, { inputs: [...inputs], step, resetAfter: true, keeps: true }); // the book's conventions
    this.weights = Object.fromEntries(NAMES.map((key, k) => [key, weights[k]]));
    this.show(words, name);
    this.reset.set("after");
    this.one.set("keep");
  }

  own(words = OWN) {
    this.show(words);
    this.update();
  }

  show(words, example = null) {
    this.note.textContent = words;
    for (const button of this.examples) button.setAttribute("aria-pressed", button.textContent === example);
    for (const name of NAMES) this.sliders[name].set(this.weights[name]);
    this.handles.forEach((handle, t) => (handle.value = this.inputs[t]));
    this.steps.set(this.step);
  }

  choose(step) {
    this.step = step;
    this.steps.set(step);
    this.update();
  }

  press(clientX) {
    const { left, width } = this.chart.getBoundingClientRect();
    const t = Math.floor((STEPS * (clientX - left - LEFT)) / (width - LEFT - RIGHT));
    this.choose(Math.min(STEPS, Math.max(1, t + 1)));
  }

  turn() {
    for (const name of ["wz", "uz", "bz"]) this.weights[name] = 0 - this.weights[name];
    this.own();
  }

  /** All steps. Where 1 takes the candidate, the gate that keeps is 1 − z = σ of minus the sum. */
  run() {
    const w = this.weights, sign = this.keeps ? 1 : -1;
    const weights = {
      kernel: [sign * w.wz, w.wr, w.wh],
      recurrentKernel: [sign * w.uz, w.ur, w.uh],
      bias: [sign * w.bz, w.br, w.bh, 0, 0, w.ch],
    };
    let old = 0;
    return book.gruForward(this.inputs.map((x) => [x]), weights, this.resetAfter).map((step, t) => {
      const [keep, r, g, h, past] = [step.z, step.r, step.g, step.h, step.resetPart].map(([value]) => value);
      const shown = { x: this.inputs[t], old, keep, z: this.keeps ? keep : 1 - keep, r, g, h, past };
      old = h;
      return shown;
    });
  }

  update() {
    const steps = this.run(), now = steps[this.step - 1];
    this.sliders.ch.querySelector("input").disabled = !this.resetAfter; // the original has one bias
    this.formulas[2].textContent = `g = tanh(x·w + b + ${this.resetAfter ? "r·(h·u + c)" : "(r·h)·u"})`;
    drawSteps(this.chart, steps, this.step - 1);
    drawCell(this.diagram, now, this.resetAfter);
    this.sums.replaceChildren(...this.calculation(now).map(([name, words]) => book.html("p", { class: name }, words)));
    this.say(this.inWords(now));
  }

  /** The four equations with the numbers of one step. */
  calculation({ x, old, z, r, g, h }) {
    const w = this.weights, n = book.shown;
    const factor = (a, digits) => (a < 0 ? `(${n(a, digits)})` : n(a, digits));
    const times = (a, b) => `${n(a)}·${factor(b, 1)}`;
    const plus = (a) => (a < 0 ? ` − ${n(-a, 1)}` : ` + ${n(a, 1)}`);
    const past = this.resetAfter ? `${n(r)}·(${times(old, w.uh)}${plus(w.ch)})` : `(${n(r)}·${factor(old, 2)})·${factor(w.uh, 1)}`;
    const rest = `(1 − ${n(z)})`, [first, second] = this.keeps ? [n(z), rest] : [rest, n(z)];
    return [
      ["z", `z = σ(${times(x, w.wz)} + ${times(old, w.uz)}${plus(w.bz)}) = ${n(z)}`],
      ["r", `r = σ(${times(x, w.wr)} + ${times(old, w.ur)}${plus(w.br)}) = ${n(r)}`],
      ["g", `g = tanh(${times(x, w.wh)}${plus(w.bh)} + ${past}) = ${n(g)}`],
      ["h", `h = ${first}·${factor(old, 2)} + ${second}·${factor(g, 2)} = ${n(h)}`],
    ];
  }

  inWords({ x, old, keep, g, h }) {
    const percent = (share) => `${(100 * share).toFixed(Math.abs(share - 0.5) > 0.49 ? 1 : 0)} %`;
    return `Input ${book.shown(x, 1)}: ${percent(keep)} of the old state ${book.shown(old)} and ` +
      `${percent(1 - keep)} of the candidate ${book.shown(g)} make the new state ${book.shown(h)}.`;
  }
}

customElements.define("gru-explorer", Explorer);
}
