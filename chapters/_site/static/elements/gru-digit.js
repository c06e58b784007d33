// Draw a digit: the GRU(64) of the chapter on MNIST reads it row by row.
"use strict";
{
const SIDE = 28; // pixels of an image, and rows to read
const PAUSE = 90; // milliseconds between two rows

const likeliest = ({ p }) => p.indexOf(Math.max(...p));

class Digit extends book.Figure {
  build() {
    this.strokes = [];
    this.steps = [];
    this.row = SIDE;
    this.pen = [SIDE / 2, SIDE / 2];
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
    this.units = book.unitSquares();
    this.slider = book.slider({
      label: "Rows read", min: 0, max: SIDE, step: 1, value: SIDE, digits: 0,
      change: (row) => { this.player.stop(); this.go(row); },
    });
    this.player = book.player({ first: 0, last: SIDE, pause: PAUSE, label: "Read row by row", now: () => this.row, go: (row) => this.go(row) });
    this.undo = book.button("Undo", () => this.takeBack());
    this.answer = book.html("p", { class: "gru-answer", "aria-hidden": true }, book.html("b"), book.html("span")); // the words say it too
    this.strip = answers((row) => { this.player.stop(); this.go(row); });
    this.samples = book.html("div", { class: "book-buttons", role: "group", "aria-label": "Digits of MNIST's test part" });
    this.whenNear(["mnist", "digits"], () => this.start());
    const { named } = book;
    return [
      book.html("div", { class: "book-columns" },
        book.html("div", {}, named("draw here", this.sheet),
          book.html("div", { class: "book-buttons" }, this.undo, book.button("Clear", () => this.choose()))),
        book.html("div", { class: "gru-reading" },
          named("what it reads", this.seen), this.bars,
          ...this.units.figures)),
      book.html("div", { class: "gru-said" }, this.answer, named("what it says after each row", this.strip)),
      this.slider, this.words,
      book.html("div", { class: "book-buttons" }, ...this.player.buttons),
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
        type: "button", class: "gru-sample", onclick: () => { this.choose(image, truth); this.player.start(); },
      }, small, words);
    }));
    if (this.strokes.length) this.read(book.asInMnist(this.strokes));
    else this.choose(samples[0].image, samples[0].truth);
  }

  read(image, truth) {
    this.player.stop();
    Object.assign(this, { image, truth, row: SIDE, steps: image && this.network ? book.readDigit(image, this.network) : [] });
    this.update();
  }

  /** Take an image as it is, in place of what was drawn; without one the sheet is empty. */
  choose(image, truth) {
    this.strokes = [];
    this.lift();
    this.read(image, truth);
  }

  go(row) {
    this.row = row;
    this.update();
  }

  /** Take back the last stroke. */
  takeBack() {
    this.strokes.pop();
    this.lift();
    this.read(this.strokes.length ? book.asInMnist(this.strokes) : null);
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
    this.units.show(step);
    const best = step && likeliest(step), [digit, sure] = this.answer.children;
    digit.textContent = step ? best : "";
    sure.textContent = step ? `${Math.round(100 * step.p[best])} % sure` : "";
    this.strip.show(this.steps, this.row);
    this.undo.disabled = !this.strokes.length;
    this.say(this.inWords(step), this.player.playing());
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

/** A strip with a place for each row: the darker the surer, with the digit where the answer changes. */
const answers = (choose) => {
  const strip = book.svg("svg", { class: "gru-answers", role: "img", onclick: ({ clientX }) => {
    const { left, width } = strip.getBoundingClientRect();
    choose(Math.min(SIDE, 1 + Math.floor((SIDE * (clientX - left)) / width)));
  } });
  strip.show = (steps, row) => {
    const width = book.pixels(strip, 40), column = width / SIDE, said = steps.map(likeliest);
    const turns = said.flatMap((digit, t) => (digit === said[t - 1] ? [] : [t]));
    const long = (t, k) => (turns[k + 1] ?? SIDE) - t >= 2 || column > 16;
    strip.setAttribute("aria-label", turns.map((t) => `${said[t]} from row ${t + 1}`).join(", ") || "nothing is read");
    strip.replaceChildren(
      ...steps.map(({ p }, t) => book.svg("rect", {
        x: t * column + 0.5, y: 16, width: column - 1, height: 20, class: t < row ? "said" : "ahead", opacity: 0.12 + 0.88 * p[said[t]] ** 2,
      })),
      ...turns.map((t) => book.svg("line", { x1: t * column, x2: t * column, y1: 4, y2: 36, class: "turn" })),
      ...turns.filter(long).map((t) => book.svg("text", { x: t * column + 4, y: 12 }, `${said[t]}`)));
  };
  return strip;
};

customElements.define("gru-digit", Digit);
}
