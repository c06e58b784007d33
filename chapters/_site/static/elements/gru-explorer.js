// A GRU of one unit to play with: its cell and its equations as one picture, all steps as curves, every weight a slider.
"use strict";
{
const STEPS = 10, PAUSE = 900; // milliseconds between two steps
const at = (values) => Object.assign(Array(STEPS).fill(0), values);

// Weights by name; the first three examples are one cell, with another bias, or with other inputs.
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
const OWN = "A cell of your own. The buttons bring the examples back, and Undo takes back one change; the pale curves are those before it.";
const RESET = "With one unit, after and before differ in c alone, which the original does not have.";
const KEEPS = "With the same weights this is another cell. Turn the signs of z’s weights, and the state is as before.";
const POINT = "Point at a symbol or at a wire: both are the same number.";

const GATES = [["Update gate z", "z", ["wz", "uz", "bz"]], ["Reset gate r", "r", ["wr", "ur", "br"]], ["Candidate g", "g", ["wh", "uh", "bh", "ch"]]];
const PULLED = { z: "bz", r: "br", g: "bh" }; // the weight that follows where a curve is dragged
const WEIGHTS = { low: -10, high: 10, step: 0.5 }, INPUT = { low: -1, high: 1, step: 0.1 };

/** Every value that a slider can take. */
const stops = ({ low, high, step }) =>
  Array.from({ length: Math.round((high - low) / step) + 1 }, (_, i) => Math.round(10 * (low + i * step)) / 10);

class Explorer extends book.Figure {
  static label = "A GRU of one unit, to play with";

  build() {
    this.past = []; // the cells before each change
    this.examples = Object.keys(EXAMPLES).map((name) => book.button(name, () => this.load(name)));
    this.note = book.html("p", { class: "gru-note", "aria-live": "polite" });
    this.chart = book.unitChart({
      choose: (t) => this.choose(t + 1), drag: (name, t, value) => this.pull(name, t, value), drop: () => (this.held = null),
    });
    this.handles = at({}).map((_, t) => book.html("input", {
      type: "range", min: INPUT.low, max: INPUT.high, step: INPUT.step, "aria-label": `Input at step ${t + 1}`,
      oninput: ({ target }) => this.input(t, +target.value),
    }));
    this.undo = book.button("Undo", () => this.takeBack());
    this.steps = book.slider({ label: "Step", min: 1, max: STEPS, step: 1, digits: 0, value: 1, change: (step) => this.choose(step) });
    this.player = book.player({ last: STEPS, pause: PAUSE, now: () => this.step, go: (step) => this.choose(step) });
    this.picture = book.html("div", { class: "gru-picture" });
    this.pointed = book.html("p", { class: "gru-pointed gru-maths" }, POINT);
    this.sums = book.html("div", { class: "gru-sums" });
    this.sliders = Object.fromEntries(book.UNIT_WEIGHTS.map((name) => [name, book.slider({
      label: name[0], min: WEIGHTS.low, max: WEIGHTS.high, step: WEIGHTS.step, value: 0, change: (value) => this.weigh(name, value),
    })]));
    this.reset = book.choice({
      legend: "The reset gate acts", options: [["after", "after the product: r ⊙ (h u + c)"], ["before", "before it: (r ⊙ h) u"]],
      change: (key) => this.become({ resetAfter: key === "after" }, RESET),
    });
    this.one = book.choice({
      legend: "An update gate of 1", options: [["keep", "keeps the state: z ⊙ h + (1 − z) ⊙ g"], ["take", "takes the candidate: (1 − z) ⊙ h + z ⊙ g"]],
      change: (key) => this.become({ keeps: key === "keep" }, KEEPS),
    });
    this.addEventListener("change", () => (this.held = null)); // a slider is let go
    book.lightParts(this, (part) => this.point(part));
    this.set(this.example("Remember"));
    return [
      book.html("div", { class: "book-buttons", role: "group", "aria-label": "Examples" }, ...this.examples),
      this.note,
      book.html("div", {}, // as far as its end the chart stays in sight
        book.html("div", { class: "gru-chart" }, this.chart,
          book.html("div", { class: "gru-inputs", role: "group", "aria-label": "Inputs", style: this.chart.inputs }, ...this.handles)),
        book.html("div", { class: "gru-step" }, book.html("div", { class: "book-buttons" }, ...this.player.buttons, this.undo), this.steps, this.words),
        book.html("div", { class: "gru-weights" }, ...GATES.map(([title, gate, names]) => book.html("fieldset", { class: gate },
          book.html("legend", {}, title), ...names.map((name) => this.sliders[name]))))),
      book.html("div", { class: "gru-cells" }, this.picture, book.html("div", {}, this.sums, this.pointed)),
      book.html("div", { class: "book-columns" }, this.reset,
        book.html("div", {}, this.one, book.button("Turn the signs of z’s weights", () => this.turn()))),
    ];
  }

  /** An example, in the book's conventions. */
  example(name) {
    const { weights, inputs, step, words } = EXAMPLES[name];
    const named = Object.fromEntries(book.UNIT_WEIGHTS.map((key, k) => [key, weights[k]]));
    return { cell: { weights: named, inputs, resetAfter: true, keeps: true }, step, note: words, name };
  }

  /** Show a cell, its step and what is said of it; all controls follow. */
  set({ cell, step, note, name = null }) {
    Object.assign(this, { cell, step, said: note, name });
    this.note.textContent = note;
    for (const button of this.examples) button.setAttribute("aria-pressed", button.textContent === name);
    for (const [key, value] of Object.entries(cell.weights)) this.sliders[key].set(value);
    this.handles.forEach((handle, t) => (handle.value = cell.inputs[t]));
    this.sliders.ch.querySelector("input").disabled = !cell.resetAfter; // the original has one bias
    this.reset.set(cell.resetAfter ? "after" : "before");
    this.one.set(cell.keeps ? "keep" : "take");
    this.steps.set(step);
    this.undo.disabled = !this.past.length;
    this.draw(cell);
  }

  /** Keep what there is for Undo; while one control is held, only what there was before it. */
  keep(control) {
    if (control && control === this.held) return;
    this.held = control;
    this.past.push({ cell: this.cell, step: this.step, note: this.said, name: this.name });
  }

  become(change, note = OWN, control = null, step = this.step) {
    this.keep(control);
    this.set({ cell: { ...this.cell, ...change }, step, note });
    this.update();
  }

  takeBack() {
    if (this.past.length) this.set(this.past.pop());
    this.update();
  }

  load(name) {
    this.keep();
    this.set(this.example(name));
    this.update();
  }

  weigh(name, value) {
    this.become({ weights: { ...this.cell.weights, [name]: value } }, OWN, name);
  }

  input(t, value) {
    this.become({ inputs: this.cell.inputs.with(t, value) }, OWN, `x${t}`, t + 1);
  }

  turn() {
    const turned = ["wz", "uz", "bz"].map((name) => [name, 0 - this.cell.weights[name]]);
    this.become({ weights: { ...this.cell.weights, ...Object.fromEntries(turned) } });
  }

  /** A curve is dragged: what moves it is the bias of its gate, and for the state the input of that step. */
  pull(name, t, wanted) {
    const change = (value) => (name === "h" ? { inputs: this.cell.inputs.with(t, value) }
      : { weights: { ...this.cell.weights, [PULLED[name]]: value } });
    const away = (value) => Math.abs(book.runUnit({ ...this.cell, ...change(value) })[t][name] - wanted);
    const values = stops(name === "h" ? INPUT : WEIGHTS), distances = values.map(away);
    const best = values[distances.indexOf(Math.min(...distances))];
    this.become(change(best), name === "h" ? `The input at step ${t + 1} follows the state that you drag.` : `The bias b of ${name} follows the curve that you drag.`, `pull ${name}${t}`, t + 1);
  }

  choose(step) {
    this.step = step;
    this.steps.set(step);
    this.update();
  }

  /** The picture and the equations of this kind of cell; they stay while only numbers change. */
  draw({ resetAfter, keeps }) {
    const kind = `${resetAfter} ${keeps}`;
    if (this.kind === kind) return;
    this.kind = kind;
    this.diagram = book.cellPicture({ resetAfter, keeps }, { role: "img", "aria-label": "The cell at this step" });
    this.formulas = book.unitFormulas({ resetAfter, keeps });
    this.results = Object.fromEntries("zrgh".split("").map((name) => [name, book.html("p", { class: name })]));
    this.picture.replaceChildren(this.diagram);
    this.sums.replaceChildren(...Object.keys(this.results).map((name) =>
      book.html("div", { class: `gru-equation ${name}` }, this.formulas.lines[name], this.results[name])));
  }

  update() {
    const steps = book.runUnit(this.cell), now = steps[this.step - 1];
    const before = this.name ? null : this.past.at(-1); // one example is not compared with another
    this.chart.show(steps, this.step - 1, before && book.runUnit(before.cell));
    this.diagram.show(now);
    this.formulas.show(now);
    for (const [name, words] of Object.entries(this.calculation(now))) this.results[name].textContent = words;
    this.say(this.inWords(now), this.player.playing());
  }

  /** Say what lights up. */
  point(part) {
    const [symbol, words] = part ? book.partWords(part, this.cell) : [];
    const value = part && book.shown(book.runUnit(this.cell)[this.step - 1][part]);
    this.pointed.replaceChildren(...(part ? [...book.maths(symbol), ` = ${value}: ${words}.`] : [POINT]));
  }

  /** The four equations with the numbers of one step. */
  calculation({ x, old, z, r, g, h }) {
    const { weights: w, resetAfter, keeps } = this.cell, n = book.shown;
    const factor = (a, digits) => (a < 0 ? `(${n(a, digits)})` : n(a, digits));
    const times = (a, b) => `${n(a)}·${factor(b, 1)}`;
    const plus = (a) => (a < 0 ? ` − ${n(-a, 1)}` : ` + ${n(a, 1)}`);
    const past = resetAfter ? `${n(r)}·(${times(old, w.uh)}${plus(w.ch)})` : `(${n(r)}·${factor(old, 2)})·${factor(w.uh, 1)}`;
    const rest = `(1 − ${n(z)})`, [first, second] = keeps ? [n(z), rest] : [rest, n(z)];
    return {
      z: `= σ(${times(x, w.wz)} + ${times(old, w.uz)}${plus(w.bz)}) = ${n(z)}`,
      r: `= σ(${times(x, w.wr)} + ${times(old, w.ur)}${plus(w.br)}) = ${n(r)}`,
      g: `= tanh(${times(x, w.wh)}${plus(w.bh)} + ${past}) = ${n(g)}`,
      h: `= ${first}·${factor(old, 2)} + ${second}·${factor(g, 2)} = ${n(h)}`,
    };
  }

  inWords({ x, old, keep, g, h }) {
    const percent = (share) => `${(100 * share).toFixed(Math.abs(share - 0.5) > 0.49 ? 1 : 0)} %`;
    return `Input ${book.shown(x, 1)}: ${percent(keep)} of the old state ${book.shown(old)} and ` +
      `${percent(1 - keep)} of the candidate ${book.shown(g)} make the new state ${book.shown(h)}.`;
  }
}

customElements.define("gru-explorer", Explorer);
}
