// A review read word by word, by a GRU and by a bag of words: what each makes of it, and how much of it they know.
"use strict";
{
const SAMPLES = {
  Positive: ["A quiet film with wonderful actors, and a story that moved me to tears."],
  Negative: ["Two hours of boredom: a dull script, and terrible acting."],
  "Not bad at all": ["This film is not bad at all.",
    "It is praise, and both say no: “bad” pulls down, and the “not” before it turns nothing round. A bag of words cannot see " +
    "the order. The GRU reads in order and could; yet here it adds up words all the same."],
  Negation: ["This is not a great film, and nothing in it is wonderful or beautiful.",
    "It is no praise. Delete the word “not”, and see how little changes: the GRU adds up words where it should turn one round."],
  Irony: ["A perfect film for everybody who loves to sleep well. I enjoyed my nap.",
    "Both take “perfect” and “enjoyed” at their word; no single word here is against the film."],
  "A turn": ["The first hour is slow and boring, but the ending is one of the best I have ever seen.",
    "“boring” pulls both down, and “best” brings neither back to the middle: that the second half of the sentence counts, they do not hear."],
};
const VERDICTS = [[0.9, "Positive"], [0.6, "Rather positive"], [0.4, "Undecided"], [0.1, "Rather negative"], [0, "Negative"]];

const shown = (value) => book.shown(value, 1);
const signed = (value) => `${value > 0 && shown(value) !== "0.0" ? "+" : ""}${shown(value)}`;
const percent = (share) => `${(100 * share).toFixed(2)}\u00a0%`;
const counted = (n, noun) => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
const verdict = (p) => VERDICTS.find(([from]) => p >= from)[1];

/** What a reader should know about a text before trusting the answer; a sentence each. */
book.reviewWarnings = (text, total, read, known) => {
  const warnings = [];
  if (total > read) warnings.push(`Your text has ${counted(total, "word")}, and only the last ${read} count.`);
  if (/[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u.test(text)) {
    warnings.push("It has learnt from English reviews alone, and words in another script are all unknown to it.");
  }
  if (/<\/?[a-z][^>]*>/i.test(text)) warnings.push("A tag of HTML is read as words, as it was when it learnt.");
  if (/\p{Extended_Pictographic}/u.test(text)) warnings.push("An emoji is a word that it does not know.");
  if (read && !known) warnings.push("It knows none of them, so its answer says nothing about your text.");
  else if (known < read / 2) warnings.push("It knows fewer than half of them, so do not rely on its answer.");
  return warnings.join(" ");
};

class Review extends book.Figure {
  static label = "A review, to write and to have judged";

  build() {
    const id = "gru-review-text";
    this.text = book.html("textarea", { id, rows: 3, spellcheck: false, oninput: () => this.change() });
    this.text.value = SAMPLES.Positive[0];
    this.samples = Object.keys(SAMPLES).map((name) => book.button(name, () => this.take(name)));
    this.verdicts = book.html("div", { class: "gru-verdicts" });
    this.warning = book.html("p", { class: "gru-warning" });
    this.lesson = book.html("p", { class: "gru-lesson" });
    this.marked = book.html("p", { class: "gru-words" });
    this.marked.addEventListener("click", ({ target }) => { if (target.dataset.t) this.choose(+target.dataset.t); });
    this.marked.addEventListener("pointerover", ({ target }) => { if (target.dataset.t) this.choose(+target.dataset.t); });
    this.chart = book.wordChart({ choose: (t) => this.choose(t) });
    this.slider = book.slider({ label: "Words read", min: 0, max: 1, step: 1, digits: 0, value: 0, change: (t) => this.choose(t) });
    this.place = book.html("p", { class: "gru-place" });
    this.cost = book.html("p", { class: "gru-note" });
    this.whenNear(["reviews", "bag"], () => this.start());
    const key = (name, words) => [book.html("span", { class: name, style: "--much:.4" }, words), " "];
    return [
      book.html("label", { for: id }, "A review, in English; write your own"),
      this.text,
      book.html("div", { class: "book-buttons", role: "group", "aria-label": "Samples" }, ...this.samples),
      this.verdicts, this.words, this.warning, this.lesson, this.marked,
      book.html("p", { class: "gru-words gru-note" }, ...key("up", "bar above: towards positive"), ...key("down", "bar below: towards negative"),
        ...key("unknown", "a word that it does not know")),
      this.chart, this.slider, this.place, this.cost,
    ];
  }

  start() {
    const { reviews, bag } = book.models, { reviews: count, before, packed } = reviews.accuracy;
    this.network = book.reviewNetwork(reviews);
    this.bag = book.bagOfWords(bag, this.network.numberOf.size);
    this.cost.textContent = `Of the ${count.toLocaleString("en")} test reviews this GRU judges ${percent(packed)} rightly ` +
      `(${percent(before)} before its weights were rounded to eight bits), and the bag of words ${percent(bag.accuracy)}.`;
    this.change("Positive");
  }

  take(name) {
    this.text.value = SAMPLES[name][0];
    this.change(name);
  }

  /** Read the text anew. */
  change(sample = null) {
    if (!this.network) return;
    for (const button of this.samples) button.setAttribute("aria-pressed", button.textContent === sample);
    const all = book.wordNumbers(this.text.value, this.network.numberOf);
    this.read = all.slice(-book.LONGEST_REVIEW);
    const numbers = this.read.map(({ number }) => number), { length } = numbers;
    this.odds = { gru: book.readReview(numbers, this.network).slice(-length - 1), bag: book.readBag(numbers, this.bag) };
    this.known = numbers.filter((number) => number !== book.UNKNOWN_WORD).length;
    this.warning.textContent = book.reviewWarnings(this.text.value, all.length, length, this.known);
    this.lesson.textContent = SAMPLES[sample]?.[1] ?? "";
    this.slider.querySelector("input").max = length;
    this.marked.replaceChildren(...this.read.flatMap(({ word, number }, t) => {
      const moved = this.odds.gru[t + 1] - this.odds.gru[t];
      return [book.html("span", {
        class: `${moved > 0 ? "up" : "down"}${number === book.UNKNOWN_WORD ? " unknown" : ""}`, "data-t": t + 1,
        style: `--much:${Math.min(1, Math.abs(moved) / 2).toFixed(1)}`,
      }, word), " "];
    }));
    this.chosen = length;
    this.update();
  }

  choose(t) {
    this.chosen = t;
    this.update();
  }

  update() {
    if (!this.network) return;
    const curves = Object.fromEntries(Object.entries(this.odds).map(([name, odds]) => [name, odds.map(book.sigmoid)]));
    const last = [["GRU", curves.gru.at(-1)], ["Bag of words", curves.bag.at(-1)]], { length } = this.read;
    this.verdicts.replaceChildren(...(length ? last : []).map(([name, p]) => book.html("div", { class: p < 0.4 ? "down" : p < 0.6 ? "" : "up" },
      book.html("span", {}, name), book.html("strong", {}, verdict(p)), book.html("span", {}, `${p.toFixed(2)} for positive`))));
    this.chart.show(this.read.map(({ word }) => word), curves, this.chosen);
    this.slider.set(this.chosen);
    for (const span of this.marked.children) span.classList.toggle("chosen", +span.dataset.t === this.chosen);
    this.place.textContent = this.atWord(curves);
    this.say(this.inWords(curves.gru.at(-1)));
  }

  /** What the curves say at the chosen word. */
  atWord({ gru, bag }) {
    const t = this.chosen, { gru: odds } = this.odds;
    if (!t) return `Before the first word: GRU ${gru[0].toFixed(2)}, bag of words ${bag[0].toFixed(2)}.`;
    return `After “${this.read[t - 1].word}”: GRU ${gru[t].toFixed(2)} (its log-odds move by ${signed(odds[t] - odds[t - 1])}), bag of words ${bag[t].toFixed(2)}.`;
  }

  inWords(p) {
    const { gru: odds } = this.odds, { length } = this.read;
    if (!length) return this.text.value.trim() ? "There is no word in it." : "Nothing is written.";
    const moves = this.read.map(({ word }, t) => ({ word, by: odds[t + 1] - odds[t] })).filter(({ by }) => shown(by) !== "0.0");
    const strongest = moves.sort((a, b) => Math.abs(b.by) - Math.abs(a.by)).slice(0, 3).map(({ word, by }) => `${word} (${signed(by)})`);
    return `${verdict(p)}: probability of a positive review ${p.toFixed(2)} after ${counted(length, "word")}. ` +
      `It knows ${this.known} of your ${counted(length, "word")}.` +
      (strongest.length ? ` What moved the log-odds most: ${strongest.join(", ")}.` : "");
  }
}

customElements.define("gru-review", Review);
}
