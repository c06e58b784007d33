// Read a review: the GRU for 3,000 words of the chapter on IMDB, word by word.
"use strict";
{
const START = 1, UNKNOWN = 2, FIRST_WORD = 4, LONGEST = 300;
const SEPARATORS = /[!"#$%&()*+,\-./:;<=>?@[\\\]^_`{|}~\t\n]/g;
const TYPESET = { "‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "." }; // what phones make of typed marks
const SAMPLES = {
  Positive: "A quiet film with wonderful actors, and a story that moved me to tears.",
  Negative: "Two hours of boredom: a dull script, and terrible acting.",
  Negation: "This is not a great film, and nothing in it is wonderful or beautiful.",
  Irony: "A perfect film for everybody who loves to sleep well. I enjoyed my nap.",
  "A turn": "The first hour is slow and boring, but the ending is one of the best I have ever seen.",
};

/** Whole numbers of eight bits, and a factor for each column: the matrix that they stand for. */
book.unpacked = ({ factors, numbers }) => {
  const factor = book.numbers(factors, Float32Array);
  return Float64Array.from(book.numbers(numbers, Int8Array), (value, k) => value * factor[k % factor.length]);
};

/** The layers out of their packed parts; the words in order of their numbers. */
book.reviewNetwork = (parts) => {
  const network = {
    numberOf: new Map(parts.words.split(" ").map((word, i) => [word, i + FIRST_WORD])),
    table: book.unpacked(parts.table),
    gru: {
      kernel: book.unpacked(parts.kernel), recurrentKernel: book.unpacked(parts.recurrentKernel),
      bias: book.numbers(parts.bias, Float32Array),
    },
    kernel: book.numbers(parts.denseKernel, Float32Array), bias: book.numbers(parts.denseBias, Float32Array),
  };
  const { numberOf, table, gru, kernel: { length: n } } = network, features = gru.kernel.length / (3 * n);
  const sizes = [(numberOf.size + FIRST_WORD) * features, 3 * n * n, 6 * n, 1];
  if ([table, gru.recurrentKernel, gru.bias, network.bias].some((part, i) => part.length !== sizes[i])) {
    throw new Error("the model is not whole");
  }
  return network;
};

/** The words of a text, each with its number; 2 stands for every word that the network does not know. */
book.wordNumbers = (text, numberOf) =>
  text.replace(/[‘’“”–—…]/g, (mark) => TYPESET[mark]).toLowerCase().replace(SEPARATORS, " ").split(" ").filter(Boolean)
    .map((word) => ({ word, number: numberOf.get(word) ?? UNKNOWN }));

/** The log-odds of a positive review before anything is read, after the start mark, and after each word; the last 300 are read. */
book.readReview = (numbers, { numberOf, table, gru, kernel, bias }) => {
  const features = table.length / (numberOf.size + FIRST_WORD);
  const inputs = [START, ...numbers].slice(-LONGEST).map((number) => table.subarray(number * features, (number + 1) * features));
  return [bias[0], ...book.gruForward(inputs, gru).map(({ h }) => book.dense(h, kernel, bias)[0])];
};

const signed = (value, digits) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(digits)}`;
const percent = (share) => `${(100 * share).toFixed(2)}\u00a0%`;

class Review extends book.Figure {
  build() {
    const id = "gru-review-text";
    this.text = book.html("textarea", { id, rows: 3, spellcheck: false, oninput: () => this.update() });
    this.text.value = SAMPLES.Positive;
    this.marked = book.html("p", { class: "gru-words" });
    this.chart = book.svg("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", role: "img", "aria-label": "probability of a positive review after each word" });
    this.cost = book.html("p", { class: "gru-note" });
    this.whenNear(["reviews"], () => this.start());
    const sample = ([name, text]) => book.button(name, () => { this.text.value = text; this.update(); });
    const key = (name, words) => [book.html("span", { class: name, style: "--much:.4" }, words), " "];
    return [
      book.html("label", { for: id }, "A review, in English; write your own"),
      this.text,
      book.html("div", { class: "book-buttons", role: "group", "aria-label": "Samples" }, ...Object.entries(SAMPLES).map(sample)),
      this.marked,
      book.html("p", { class: "gru-words gru-note" }, ...key("up", "bar above: towards positive"), ...key("down", "bar below: towards negative"),
        ...key("unknown", "a word that it does not know")),
      book.html("p", { class: "gru-note" }, "Probability of a positive review, word by word:"),
      book.html("div", { class: "gru-chart" },
        book.html("div", { class: "gru-axis" }, ...["1.0", "0.5", "0.0"].map((value) => book.html("span", {}, value))), this.chart),
      this.cost,
    ];
  }

  start() {
    const { reviews } = book.models, { reviews: count, before, packed } = reviews.accuracy;
    this.network = book.reviewNetwork(reviews);
    this.cost.textContent = `Of the ${count.toLocaleString("en")} test reviews this network reads ${percent(packed)} rightly. ` +
      `Before its weights were rounded to eight bits, it was ${percent(before)}.`;
    this.update();
  }

  update() {
    if (!this.network) return;
    const words = book.wordNumbers(this.text.value, this.network.numberOf).slice(-LONGEST);
    const odds = book.readReview(words.map(({ number }) => number), this.network).slice(-words.length - 1);
    const moved = words.map((_, t) => odds[t + 1] - odds[t]);
    this.marked.replaceChildren(...words.flatMap(({ word, number }, t) => [
      book.html("span", {
        class: `${moved[t] > 0 ? "up" : "down"}${number === UNKNOWN ? " unknown" : ""}`,
        style: `--much:${Math.min(1, Math.abs(moved[t]) / 2).toFixed(1)}`,
        title: `log-odds ${signed(moved[t], 2)}, then ${book.sigmoid(odds[t + 1]).toFixed(2)} for positive`,
      }, word), " ",
    ]));
    this.draw(odds.map(book.sigmoid));
    this.say(this.inWords(words, moved, book.sigmoid(odds.at(-1))));
  }

  draw(p) {
    const line = book.path(p, { width: 100, height: 100, low: 0, high: 1 });
    this.chart.replaceChildren(
      ...[0, 50, 100].map((y) => book.svg("path", { class: "rule", d: `M0 ${y}H100` })),
      book.svg("path", { class: "h", d: line }));
  }

  inWords(words, moved, p) {
    if (!words.length) return "Nothing is written.";
    const strongest = words.map(({ word }, t) => ({ word, by: moved[t] })).sort((a, b) => Math.abs(b.by) - Math.abs(a.by)).slice(0, 3);
    const known = words.filter(({ number }) => number !== UNKNOWN).length;
    return `Probability of a positive review ${p.toFixed(2)} after ${words.length} ${words.length === 1 ? "word" : "words"}, of which it knows ${known}. ` +
      `What moved its log-odds most: ${strongest.map(({ word, by }) => `${word} (${signed(by, 1)})`).join(", ")}.`;
  }
}

customElements.define("gru-review", Review);
}
