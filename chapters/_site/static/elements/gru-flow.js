// A sequence flows through a GRU of one unit, for as long as one looks: small inputs pass by, a large one is written.
"use strict";
{
const SHOWN = 22, PAUSE = 1700, GLIDE = 700; // steps in the strip, milliseconds of a step, and of its movement
const EVERY = 7; // on average the inputs between two large ones
const LARGE = [1, 0.75], SMALL = 0.12;
const WEIGHTS = { wz: -12, uz: 0, bz: 7, wr: 0, ur: 0, br: 6, wh: 8, uh: 0, bh: -7, ch: 0 };
const LEFT = 30, HEIGHT = 196;
const STRIPS = { x: { top: 26, height: 40, low: 0, high: 1 }, h: { top: 96, height: 84, low: -1, high: 1 } };

const level = ({ top, height, low, high }, value) => top + (height * (high - value)) / (high - low);
const text = (x, y, words, anchor = "start") => book.svg("text", { x, y, "text-anchor": anchor }, words);

/** An endless sequence, the same for each reader: the first input is large, and then one here and there. */
const sequence = () => {
  const random = book.random(4);
  let since = EVERY, large = 0;
  return () => {
    since++;
    if (since < 4 || random() > 1 / (EVERY - 3)) return SMALL * (2 * random() - 1);
    since = 0;
    return LARGE[large++ % LARGE.length];
  };
};

class Flow extends book.Figure {
  static label = "A sequence flows through a GRU of one unit";

  build() {
    const next = sequence();
    Object.assign(this, { next, inputs: Array.from({ length: SHOWN }, next), bias: WEIGHTS.bz });
    this.cell = book.cellPicture({ resetAfter: true, keeps: true }, { role: "img", "aria-label": "The cell: inputs enter below, the state runs along the top" });
    this.moving = book.svg("g");
    this.ground = book.svg("g");
    this.strip = book.svg("svg", { class: "gru-strip", role: "img", "aria-label": "The last inputs as bars, and the state as a line" }, this.ground, this.moving);
    this.slider = book.slider({
      label: "Bias of the update gate", min: -2, max: 7, step: 0.5, value: WEIGHTS.bz, change: (bias) => { this.bias = bias; this.update(); },
    });
    this.still = book.still();
    this.button = this.still ? book.button("Next step", () => this.step()) : book.button("Pause", () => this.run(!this.wanted));
    this.wanted = !this.still; // what the reader wants; it runs only in sight
    new IntersectionObserver(([{ isIntersecting }]) => { this.seen = isIntersecting; this.run(this.wanted); }).observe(this);
    document.addEventListener("visibilitychange", () => this.run(this.wanted));
    const inside = book.html("details", {}, book.html("summary", {}, "Look into the cell"), this.cell);
    const wide = matchMedia("(min-width: 701px)"); // there is room for both beside each other
    (wide.onchange = () => (inside.open = wide.matches))();
    return [
      book.html("div", { class: "gru-cells" }, inside,
        book.html("div", {}, this.strip, this.words, this.slider, book.html("div", { class: "book-buttons" }, this.button))),
    ];
  }

  run(wanted) {
    this.wanted = wanted;
    clearInterval(this.running);
    this.runs = wanted && this.seen && !document.hidden;
    if (this.runs) this.running = setInterval(() => this.step(), PAUSE);
    this.classList.toggle("gru-playing", this.runs);
    if (!this.still) this.button.textContent = wanted ? "Pause" : "Go on";
  }

  step() {
    this.inputs = [...this.inputs, this.next()].slice(-4 * SHOWN); // long enough for what it remembers
    const column = this.update();
    if (this.runs) this.moving.animate([{ transform: `translateX(${column}px)` }, { transform: "none" }], { duration: GLIDE, easing: "ease-in-out" });
  }

  /** Draw the last steps; returns how wide one is. */
  update() {
    const steps = book.runUnit({ weights: { ...WEIGHTS, bz: this.bias }, inputs: this.inputs }), now = steps.at(-1);
    this.cell.show(now);
    const kept = Math.round(100 * now.keep);
    this.say(now.x > 0.5 ? `A large input: ${100 - kept} % of the candidate is written.`
      : `A small input: ${kept} % of the old state stays.`, this.runs);
    return this.draw(steps.slice(-SHOWN));
  }

  draw(steps) {
    const width = book.pixels(this.strip, HEIGHT), column = (width - LEFT - 6) / SHOWN;
    const x = (t) => LEFT + column * (t + 0.5), { x: inputs, h: states } = STRIPS;
    const rule = (strip, mark) => book.svg("line", { x1: LEFT, x2: width - 6, y1: level(strip, mark), y2: level(strip, mark), class: "rule" });
    this.ground.replaceChildren(
      book.svg("rect", { x: x(SHOWN - 1) - column / 2, width: column, y: 20, height: 164, rx: 4, class: "here" }),
      ...[1, 0, -1].flatMap((mark) => [rule(states, mark), text(LEFT - 7, level(states, mark) + 4, book.shown(mark, 0), "end")]),
      rule(inputs, 0), text(LEFT, 14, "inputs"), text(LEFT, 88, "state"), text(width - 6, 14, "now", "end"));
    this.moving.replaceChildren(
      ...steps.map((step, t) => {
        const top = level(inputs, Math.max(0, step.x)), foot = level(inputs, Math.min(0, step.x));
        return book.svg("rect", { x: x(t) - 0.3 * column, width: 0.6 * column, y: top, height: Math.max(1.5, foot - top), rx: 2, class: `x${step.x > 0.5 ? " large" : ""}` });
      }),
      book.svg("path", { class: "h", d: `M${steps.map((step, t) => `${x(t).toFixed(1)} ${level(states, step.h).toFixed(1)}`).join("L")}` }),
      ...steps.map((step, t) => book.svg("circle", { cx: x(t), cy: level(states, step.h), r: 2.6, class: "dot" })));
    return column;
  }
}

customElements.define("gru-flow", Flow);
}
