// Draw a digit: the GRU(64) of the chapter on MNIST reads it row by row.
"use strict";
{
const SIDE = 28, BOX = 20, CENTRE = 14.5; // pixels of an image, of the digit in it, and where MNIST has its centre of mass
const PEN = 1.35, EDGE = 1; // half the width of a stroke, for as much ink as in MNIST, and how far its edge fades
const PAUSE = 90; // milliseconds between two rows
const STATES = { z: "update gates z", r: "reset gates r", h: "states h (hollow: negative)" };

/** An image of 784 numbers from 0 to 1, with ink along strokes; a stroke is a list of points [x, y]. */
book.inked = (strokes) => {
  const image = new Float64Array(SIDE * SIDE);
  for (const stroke of strokes) {
    stroke.forEach(([x1, y1], i) => {
      const [x0, y0] = stroke[Math.max(0, i - 1)], dx = x1 - x0, dy = y1 - y0, square = dx * dx + dy * dy || 1;
      for (let k = 0; k < image.length; k++) {
        const x = (k % SIDE) + 0.5 - x0, y = Math.floor(k / SIDE) + 0.5 - y0;
        const along = Math.min(1, Math.max(0, (x * dx + y * dy) / square));
        const away = Math.sqrt((x - along * dx) ** 2 + (y - along * dy) ** 2);
        image[k] = Math.max(image[k], Math.min(1, (PEN - away) / EDGE + 0.5));
      }
    });
  }
  return image;
};

const centreOfMass = (image) => {
  let ink = 0, x = 0, y = 0;
  image.forEach((value, k) => { ink += value; x += value * ((k % SIDE) + 0.5); y += value * (Math.floor(k / SIDE) + 0.5); });
  return [x / ink, y / ink];
};

/** Strokes made into an image as MNIST's digits were: to fit 20 × 20, then with the centre of mass in the middle. */
book.asInMnist = (strokes) => {
  const points = strokes.flat();
  if (!points.length) return new Float64Array(SIDE * SIDE);
  const [left, top] = [0, 1].map((axis) => Math.min(...points.map((point) => point[axis])));
  const [right, bottom] = [0, 1].map((axis) => Math.max(...points.map((point) => point[axis])));
  const scale = (BOX - 2 * PEN) / Math.max(right - left, bottom - top, 4); // a dot stays a dot
  const around = (x, y) => book.inked(strokes.map((stroke) =>
    stroke.map((point) => [CENTRE + scale * (point[0] - x), CENTRE + scale * (point[1] - y)])));
  const x = (left + right) / 2, y = (top + bottom) / 2, [massX, massY] = centreOfMass(around(x, y));
  return around(x + (massX - CENTRE) / scale, y + (massY - CENTRE) / scale);
};

/** The layers out of one run of numbers, in Keras's order; batch normalisation is inside the last. */
book.digitNetwork = ({ units: n, features: m, numbers }) => {
  const all = book.numbers(numbers, Float32Array);
  let start = 0;
  const next = (size) => all.subarray(start, (start += size));
  const network = {
    gru: { kernel: next(m * 3 * n), recurrentKernel: next(n * 3 * n), bias: next(2 * 3 * n) },
    kernel: next(n * 10), bias: next(10),
  };
  if (start !== all.length) throw new Error("the model is not whole");
  return network;
};

/** Read an image of 784 numbers: after each row the gates, the state and the ten probabilities. */
book.readDigit = (image, { gru, kernel, bias }) => {
  const rows = Array.from({ length: SIDE }, (_, t) => image.slice(t * SIDE, (t + 1) * SIDE));
  return book.gruForward(rows, gru).map((step) => ({ ...step, p: book.softmax(book.dense(step.h, kernel, bias)) }));
};

const likeliest = ({ p }) => p.indexOf(Math.max(...p));

class Digit extends book.Figure {
  build() {
    this.strokes = [];
    this.steps = [];
    this.row = SIDE;
    this.pen = [SIDE / 2, SIDE / 2];
    this.still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.ink = book.svg("path");
    this.point = book.svg("circle", { r: 1 });
    this.sheet = book.svg("svg", {
      viewBox: `0 0 ${SIDE} ${SIDE}`, tabindex: 0, role: "application", class: "gru-sheet",
      "aria-label": "sheet to draw on; the arrow keys move the pen, with Shift it draws",
      onpointerdown: (event) => this.press(event),
      onpointermove: (event) => { if (this.sheet.hasPointerCapture(event.pointerId)) this.extend(this.at(event)); },
      onlostpointercapture: () => this.lift(),
      onkeydown: (event) => this.key(event),
    }, this.ink, this.point);
    this.seen = pixels({ role: "img", "aria-label": "the image that the network reads; rows that it has not read are faint" });
    this.bars = book.html("ol", { class: "gru-bars", start: 0, "aria-label": "probability of each digit" },
      ...Array.from({ length: 10 }, (_, digit) => book.html("li", {},
        book.html("b", {}, String(digit)), book.html("i"), book.html("span"))));
    this.units = Object.fromEntries(Object.keys(STATES).map((name) => [name, book.svg("svg", {
      viewBox: "0 0 8 8", class: `gru-units ${name}`, role: "img", "aria-label": `${STATES[name]} of the 64 units, as squares`,
    }, book.svg("path"), book.svg("path", { class: "hollow" }))]));
    this.slider = book.slider({
      label: "Rows read", min: 0, max: SIDE, step: 1, value: SIDE, digits: 0,
      change: (row) => { clearInterval(this.playing); this.row = row; this.update(); },
    });
    this.samples = book.html("div", { class: "book-buttons", role: "group", "aria-label": "Digits of MNIST's test part" });
    this.whenNear(["mnist", "digits"], () => this.start());
    const named = (words, part) => book.html("figure", {}, part, book.html("figcaption", {}, words));
    return [
      book.html("div", { class: "book-columns" },
        named("draw here", this.sheet),
        book.html("div", { class: "gru-reading" },
          named("what it reads", this.seen), this.bars,
          ...Object.entries(STATES).map(([name, words]) => named(words, this.units[name])))),
      this.slider,
      book.html("div", { class: "book-buttons" },
        ...(this.still ? [] : [book.button("Read row by row", () => this.play())]),
        book.button("Clear", () => this.choose())),
      this.samples,
    ];
  }

  start() {
    this.network = book.digitNetwork(book.models.mnist);
    const samples = book.models.digits.map(({ truth, read, image }) =>
      ({ truth, read, image: Float64Array.from(book.numbers(image, Uint8Array), (value) => value / 255) }));
    this.samples.append(...samples.map(({ truth, read, image }) => {
      const small = pixels({ "aria-hidden": true }), words = truth === read ? `${truth}` : `${truth}, read as ${read}`;
      paint(small, image);
      return book.html("button", {
        type: "button", class: "gru-sample", onclick: () => { this.choose(image, truth); this.play(); },
      }, small, words);
    }));
    if (this.strokes.length) this.read(book.asInMnist(this.strokes));
    else this.choose(samples[0].image, samples[0].truth);
  }

  read(image, truth) {
    clearInterval(this.playing);
    Object.assign(this, { image, truth, row: SIDE, steps: image && this.network ? book.readDigit(image, this.network) : [] });
    this.update();
  }

  /** Take an image as it is, in place of what was drawn; without one the sheet is empty. */
  choose(image, truth) {
    this.strokes = [];
    this.lift();
    this.read(image, truth);
  }

  play() {
    clearInterval(this.playing);
    if (this.still || !this.steps.length) return;
    this.row = 0;
    this.update();
    this.playing = setInterval(() => {
      this.row++;
      if (this.row === SIDE) clearInterval(this.playing);
      this.update();
    }, PAUSE);
  }

  update() {
    const step = this.steps[this.row - 1];
    this.slider.set(this.row);
    this.ink.setAttribute("d", this.strokes.map((stroke) => `M${stroke[0]}L${stroke.join("L")}`).join(""));
    book.fill(this.point, { cx: this.pen[0], cy: this.pen[1] }, []);
    paint(this.seen, this.image ?? [], this.row);
    [...this.bars.children].forEach((item, digit) => {
      item.style.setProperty("--p", step ? step.p[digit] : 0);
      item.classList.toggle("best", Boolean(step) && digit === likeliest(step));
      item.lastChild.textContent = step ? step.p[digit].toFixed(2) : "";
    });
    for (const [name, drawing] of Object.entries(this.units)) {
      [1, -1].forEach((sign, i) => drawing.children[i].setAttribute("d", squares(step?.[name] ?? [], sign)));
    }
    this.say(this.inWords(step));
  }

  inWords(step) {
    if (!this.network) return "The network comes when the figure is near.";
    if (!this.image) return "Draw a digit, or choose one of MNIST’s.";
    if (!step) return "No row is read yet.";
    const best = likeliest(step), words = [`After ${this.row} of ${SIDE} rows: ${best}, with probability ${step.p[best].toFixed(2)}.`];
    if (this.row === SIDE) {
      const other = this.steps.findLastIndex((one) => likeliest(one) !== best);
      words.push(`It has said so since row ${other + 2}.`);
    }
    if (this.truth !== undefined) words.push(`MNIST’s label is ${this.truth}.`);
    return words.join(" ");
  }

  at({ clientX, clientY }) {
    const { left, top, width, height } = this.sheet.getBoundingClientRect();
    return [(SIDE * (clientX - left)) / width, (SIDE * (clientY - top)) / height];
  }

  press(event) {
    if (!event.isPrimary || event.button) return;
    this.sheet.setPointerCapture(event.pointerId);
    this.lift();
    this.extend(this.at(event));
  }

  key(event) {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!by) return;
    event.preventDefault();
    const before = this.pen;
    this.pen = before.map((value, axis) => Math.min(SIDE - 1, Math.max(1, value + by[axis])));
    if (event.shiftKey) {
      if (!this.stroke) this.extend(before);
      this.extend(this.pen);
    } else {
      this.lift();
      this.update();
      this.say(`The pen is at column ${this.pen[0]}, row ${this.pen[1]}, of ${SIDE}.`);
    }
  }

  /** Draw on to a point; after `lift` it begins a stroke. */
  extend(point) {
    if (!this.stroke) this.strokes.push((this.stroke = []));
    this.stroke.push(point);
    this.read(book.asInMnist(this.strokes));
  }

  lift() {
    this.stroke = null;
  }
}

const pixels = (attributes) => book.html("canvas", { width: SIDE, height: SIDE, ...attributes });

/** Ink on a canvas, one pixel for each number; rows that are not read yet are faint. */
const paint = (canvas, image, read = SIDE) => {
  const context = canvas.getContext("2d"), picture = context.createImageData(SIDE, SIDE);
  image.forEach((ink, k) => (picture.data[4 * k + 3] = 255 * ink * (k < read * SIDE ? 1 : 0.25)));
  context.putImageData(picture, 0, 0);
};

/** The values of one sign as squares in rows of eight, in area what the values are in size. */
const squares = (values, sign) => Array.from(values, (value, k) => {
  if (value * sign <= 0) return "";
  const side = 0.94 * Math.sqrt(value * sign), x = (k % 8) + (1 - side) / 2, y = Math.floor(k / 8) + (1 - side) / 2;
  return `M${x.toFixed(2)} ${y.toFixed(2)}h${side.toFixed(2)}v${side.toFixed(2)}h${(-side).toFixed(2)}z`;
}).join("");

customElements.define("gru-digit", Digit);
}
