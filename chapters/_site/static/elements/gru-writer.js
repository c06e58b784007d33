// A GRU that has read Shakespeare goes on with a beginning; beside it counting, and what both expect after each letter.
"use strict";
{
const LENGTH = 160, LONGEST = 3, LIKELY = 6, PAUSE = 90; // letters to write, of context, and shown; milliseconds a letter
const NAMES = { "\n": "line end", " ": "space" };
const SIGNS = { "\n": "↵", " ": "␣" };

const NUMBERS = ["no", "one", "two", "three"];
const shown = (p) => (p < 0.005 ? "0.00" : p.toFixed(2));

class Writer extends book.Figure {
  static label = "A GRU that writes, letter by letter";

  build() {
    Object.assign(this, { seed: 1, temperature: 0.7, context: LONGEST, read: [], chosen: 0 });
    const id = "gru-writer-beginning";
    this.beginning = book.html("textarea", { id, rows: 2, maxlength: 300, spellcheck: false, oninput: () => this.write() });
    this.beginning.value = "ROMEO:\n";
    const turn = (name, settings) => book.slider({ ...settings, change: (value) => { this[name] = value; this.write(); } });
    this.player = book.player({
      first: 0, last: LENGTH, pause: PAUSE, label: "Write letter by letter",
      now: () => Math.max(0, this.chosen - this.first()), go: (t) => { if (!this.read.length) this.player.stop(); this.choose(this.first() + t); },
    });
    this.warning = book.html("p", { class: "gru-warning" });
    this.texts = { gru: book.html("p", { class: "gru-text" }), counts: book.html("p", { class: "gru-text" }) };
    this.texts.gru.addEventListener("click", ({ target }) => { if (target.dataset.t) { this.player.stop(); this.choose(+target.dataset.t); } });
    this.counting = book.html("p", { class: "gru-head" });
    this.slider = book.slider({
      label: "Letters read", min: 1, max: 1, step: 1, digits: 0, value: 1, change: (t) => { this.player.stop(); this.choose(t); },
    });
    this.units = book.unitSquares();
    this.next = book.html("tbody");
    this.cost = book.html("p", { class: "gru-note" });
    this.whenNear(["letters"], () => this.start());
    return [
      book.html("label", { for: id }, "A beginning; write your own"), this.beginning,
      turn("temperature", { label: "Temperature", min: 0, max: 2, value: this.temperature }),
      turn("context", { label: "Letters that counting sees", min: 0, max: LONGEST, step: 1, digits: 0, value: LONGEST }),
      book.html("div", { class: "book-buttons" }, ...this.player.buttons, book.button("Draw other letters", () => { this.seed++; this.write(); })),
      this.warning,
      book.html("div", { class: "book-columns" },
        book.html("div", {}, book.html("p", { class: "gru-head" }, "The GRU writes"), this.texts.gru),
        book.html("div", {}, this.counting, this.texts.counts)),
      this.slider, this.words,
      book.html("div", { class: "book-columns gru-inside" },
        book.html("div", { class: "gru-three" }, ...this.units.figures),
        book.html("table", {}, book.html("caption", {}, "What comes next"),
          book.html("thead", {}, book.html("tr", {}, ...["letter", "GRU", "counting"].map((name) => book.html("th", { scope: "col" }, name)))),
          this.next)),
      this.cost,
    ];
  }

  start() {
    const { letters } = book.models;
    this.network = book.writingNetwork(letters);
    this.tables = book.countTables(letters, LONGEST);
    const { packed, before, counting } = letters.bits;
    this.cost.textContent = `On text put aside this GRU pays ${packed.toFixed(2)} bits per letter (${before.toFixed(2)} before its weights ` +
      `were rounded to eight bits); counting pays ${counting.map((bits, k) => `${bits.toFixed(2)} with ${NUMBERS[k]}`).join(", ")} letters of context.`;
    this.write();
  }

  /** How many letters have been read when the first is to be written. */
  first() {
    return this.begun?.length ?? 0;
  }

  /** Begin anew, and write all letters; the reader then looks at them one by one. */
  write() {
    if (!this.network) return;
    this.player.stop();
    const { numbers, unknown } = book.letterNumbers(this.beginning.value, this.network.numberOf);
    this.begun = numbers;
    const warnings = unknown.length ? [`${unknown.map((letter) => `“${letter}”`).join(", ")} never stood in the plays, so it is passed over.`] : [];
    if (!numbers.length) warnings.push("Write a beginning of one letter at least: it has nothing to go on.");
    if (!(this.temperature > 0)) warnings.push("The temperature must be more than 0, since the scores are divided by it.");
    this.warning.textContent = warnings.join(" ");
    const able = numbers.length > 0 && this.temperature > 0;
    this.read = able ? book.writeOn(numbers, LENGTH, this) : [];
    this.counted = able ? book.countOn(numbers, LENGTH, this) : [];
    this.slider.querySelector("input").max = Math.max(1, this.read.length);
    this.choose(this.read.length);
  }

  choose(t) {
    this.chosen = Math.min(t, this.read.length);
    this.update();
  }

  update() {
    if (!this.network) return this.say("The network comes when the figure is near.");
    const { chosen, read } = this, step = read[chosen - 1];
    const letter = (number, t) => book.html("span", {
      "data-t": t + 1, class: `${t < this.first() ? "begun" : ""}${t + 1 === chosen ? " chosen" : ""}`,
    }, t + 1 === chosen && this.sign(number) === "↵" ? "↵\n" : this.network.letters[number]);
    this.texts.gru.replaceChildren(...read.slice(0, chosen).map(({ number }, t) => letter(number, t)));
    this.texts.counts.replaceChildren(...this.counted.slice(0, chosen).map((number, t) => book.html("span", { class: t < this.first() ? "begun" : null }, this.network.letters[number])));
    this.counting.textContent = `Counting, with ${NUMBERS[this.context]} letter${this.context === 1 ? "" : "s"} of context`;
    this.slider.set(chosen);
    this.units.show(step);
    const expected = step ? this.expected(step) : [];
    const likely = [...expected].sort((a, b) => Math.max(b[1], b[2]) - Math.max(a[1], a[2])).slice(0, LIKELY);
    this.next.replaceChildren(...likely.sort((a, b) => b[1] - a[1]).map(([number, ...both]) => book.html("tr", {},
      book.html("th", { scope: "row" }, this.sign(number), book.html("span", { class: "visually-hidden" }, NAMES[this.network.letters[number]] ?? "")),
      ...both.map((p) => book.html("td", {}, book.html("i", { style: `--p:${p.toFixed(3)}` }), shown(p))))));
    this.say(step ? this.inWords(step, expected) : "Nothing is written.", this.player.playing());
  }

  sign(number) {
    const letter = this.network.letters[number];
    return SIGNS[letter] ?? letter;
  }

  /** What may come after a step: each letter with the GRU's probability and that of counting. */
  expected(step) {
    const numbers = this.read.slice(0, this.chosen).map(({ number }) => number);
    const gru = book.tempered(step.scores, this.temperature), counts = book.countingAt(numbers, this);
    return gru.map((p, number) => [number, p, counts[number]]);
  }

  inWords(step, expected) {
    const name = (number) => NAMES[this.network.letters[number]] ?? `“${this.network.letters[number]}”`;
    const [[best, p], [second, q]] = [...expected].sort((a, b) => b[1] - a[1]);
    const kept = step.z.reduce((sum, z) => sum + z) / step.z.length;
    return `After ${this.chosen} letters, the last of them ${name(step.number)}: next it expects ${name(best)} with probability ${shown(p)}, ` +
      `then ${name(second)} with ${shown(q)}. Its update gates keep ${Math.round(100 * kept)} % of the state on average.`;
  }
}

customElements.define("gru-writer", Writer);
}
