// How far back a gradient reaches: SimpleRNN, GRU and LSTM side by side, untrained.
"use strict";
{
const KINDS = [["SimpleRNN", "r", "7 4"], ["GRU", "z", null], ["LSTM", "g", "2 4"]]; // name, colour, dashes
const LABEL = 14; // pixels between the names at the ends
const FEW = -3; // the power of ten at which a gradient counts as lost
const LEFT = 44, RIGHT = 82, HEIGHT = 312;
const PLOT = { top: 14, height: 256, low: -8, high: 4 };

const level = (log) => PLOT.top + (PLOT.height * (PLOT.high - log)) / (PLOT.high - PLOT.low);

const text = (x, y, words, anchor = "start") => book.svg("text", { x, y, "text-anchor": anchor }, words);

const raised = (power) => [...`${power}`].map((c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c])).join("");

/** A number for reading: 0.37, or 4·10⁻⁸. */
const brief = (value) => {
  if (value === 0 || (value >= 0.01 && value < 1000)) return `${Number(value.toPrecision(2))}`;
  const [digits, power] = value.toExponential(0).split("e");
  return `${digits}·10${raised(Number(power))}`;
};

/** The first number of steps back after which less than a thousandth is left; undefined if there is none. */
const reach = (lengths) => {
  const end = lengths.findIndex((length) => length < 10 ** FEW);
  return end < 0 ? undefined : end;
};

/** The points of a curve; it ends where it leaves the plot. */
const points = (lengths, x) => {
  const found = [];
  for (const [back, length] of lengths.entries()) {
    const log = Math.log10(length), inside = Math.min(PLOT.high, Math.max(PLOT.low, log));
    found.push([x(back), level(inside)]);
    if (log !== inside) break;
  }
  return found;
};

const path = (at, attributes) => book.svg("path", { d: `M${at.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`, ...attributes });

/** The names at the ends of the curves, moved apart where they meet: away from the foot of the plot. */
const names = (ends) => {
  const up = ends.some(([, y]) => y > PLOT.top + PLOT.height - LABEL) ? -1 : 1;
  const inOrder = ends.map(([x, y], k) => ({ x, y, k })).sort((a, b) => up * (a.y - b.y) || b.x - a.x);
  inOrder.forEach((end, i) => {
    const last = inOrder[i - 1];
    if (last && up * (end.y - last.y) < LABEL && Math.abs(end.x - last.x) < 80) Object.assign(end, { x: Math.max(end.x, last.x), y: last.y + up * LABEL });
  });
  return inOrder.map(({ x, y, k }) => book.svg("text", { x: x + 8, y: y + 4, class: `name ${KINDS[k][1]}` }, KINDS[k][0]));
};

const draw = (chart, curves, former) => {
  const width = book.pixels(chart, HEIGHT) - LEFT - RIGHT, steps = curves[0].length - 1;
  const x = (back) => LEFT + (width * back) / steps;
  const rules = [];
  for (let power = PLOT.low; power <= PLOT.high; power += 2) {
    rules.push(
      book.svg("line", { x1: LEFT, x2: LEFT + width, y1: level(power), y2: level(power), class: power ? "rule" : "one" }),
      text(LEFT - 8, level(power) + 4, power ? `10${raised(power)}` : "1", "end"));
  }
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => text(x(share * steps), PLOT.top + PLOT.height + 18, `${Math.round(share * steps)}`, "middle"));
  const lines = curves.map((lengths) => points(lengths, x));
  const ends = curves.flatMap((lengths, k) => (reach(lengths) === undefined ? [] : [
    book.svg("circle", { cx: x(reach(lengths)), cy: level(FEW), r: 4, class: KINDS[k][1] })]));
  chart.replaceChildren(
    ...rules, ...ticks, text(LEFT + 4, PLOT.top + 16, "length of the gradient"),
    book.svg("line", { x1: LEFT, x2: LEFT + width, y1: level(FEW), y2: level(FEW), class: "few" }),
    text(LEFT + width, level(FEW) - 6, "a thousandth", "end"),
    ...(former?.[0].length === curves[0].length ? former : []).map((lengths, k) => path(points(lengths, x), { class: `ghost ${KINDS[k][1]}` })),
    ...lines.map((at, k) => path(at, { class: KINDS[k][1], "stroke-dasharray": KINDS[k][2] })),
    ...ends, ...names(lines.map((at) => at.at(-1))),
    text(LEFT + width, HEIGHT - 6, "steps back from the loss →", "end"),
  );
};

class Vanishing extends book.Figure {
  static label = "How far back a gradient reaches, to play with";

  build() {
    Object.assign(this, { radius: 1, bias: 0, steps: 100, seed: 0 });
    const slider = (label, name, min, max, step, digits) => book.slider({
      label, min, max, step, digits, value: this[name], change: (value) => { this.keep(); this[name] = value; this.update(); },
    });
    this.addEventListener("change", () => (this.held = false)); // a slider is let go
    this.chart = book.svg("svg", { role: "img", "aria-label": "Length of the gradient, by steps back" });
    return [
      this.chart,
      slider("Bias of the gate that keeps", "bias", -2, 6, 0.5, 1),
      slider("Spectral radius of U", "radius", 0.2, 2, 0.05, 2),
      slider("Steps", "steps", 20, 200, 10, 0),
      this.words,
      book.html("div", { class: "book-buttons" }, book.button("Draw other weights", () => { this.keep(); this.held = false; this.seed++; this.update(); })),
    ];
  }

  /** The curves before a change stay behind the new ones; one pull at a slider is one change. */
  keep() {
    if (!this.held) this.former = this.curves;
    this.held = true;
  }

  update() {
    const { radius, bias, steps, seed } = this;
    const curves = this.curves = KINDS.map(([kind]) => book.gradientLengths(book.randomNetwork(kind, { radius, bias, steps, seed })));
    draw(this.chart, curves, this.former);
    const each = (words) => KINDS.map(([kind], k) => `${kind} ${words(curves[k])}`).join(", ");
    this.say(`Length ${steps} steps back: ${each((lengths) => brief(lengths.at(-1)))}. ` +
      `Steps to a thousandth: ${each((lengths) => reach(lengths) ?? `over ${steps}`)}.`);
  }
}

customElements.define("gru-vanishing", Vanishing);
}
