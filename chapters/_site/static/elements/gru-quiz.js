// Questions with options to choose from: each says at once why it is right or wrong. What was chosen is kept in this browser.
"use strict";
{
const KEY = "book:quiz"; // {id of a question: [places of the options chosen]}; an id changes with the words

const kept = () => {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {}; // it holds something else
  }
};

customElements.define("gru-quiz", class extends HTMLElement {
  connectedCallback() {
    if (this.classList.contains("book-live")) return;
    this.classList.add("book-live");
    this.questions = [...this.querySelectorAll(".quiz-question")].map((box) => this.#open(box));
    this.words = book.html("p", { role: "status" });
    this.again = book.button("Start again", () => this.#forget());
    this.append(book.html("div", { class: "quiz-foot" }, this.words, this.again));
    const chosen = kept();
    for (const question of this.questions) for (const place of chosen[question.id] ?? []) question.options[place]?.show();
    this.#count();
  }

  /** Make buttons of the options, each with room for its reason. */
  #open(box) {
    const [options, reasons] = box.querySelectorAll("ol");
    const question = { id: box.id, chosen: [] };
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", `Question ${box.querySelector("strong").textContent.replace(".", "")}`);
    question.options = [...options.children].map((item, place) => {
      const right = item.classList.contains("is-right");
      const button = book.html("button", { type: "button", "aria-pressed": false }, ...item.childNodes);
      const reason = book.html("div", { class: "quiz-reason", role: "status" });
      const show = () => {
        if (question.chosen.includes(place)) return;
        question.chosen.push(place);
        button.setAttribute("aria-pressed", true);
        button.classList.add(right ? "right" : "wrong");
        reason.replaceChildren(...reasons.children[place].cloneNode(true).childNodes);
      };
      const clear = () => {
        button.setAttribute("aria-pressed", false);
        button.classList.remove("right", "wrong");
        reason.replaceChildren();
      };
      button.addEventListener("click", () => {
        show();
        this.#keep();
      });
      item.replaceChildren(button, reason);
      return { right, show, clear };
    });
    box.querySelector(".quiz-answers").hidden = true;
    return question;
  }

  #forget() {
    for (const question of this.questions) {
      question.chosen = [];
      question.options.forEach((option) => option.clear());
    }
    this.#keep();
    this.querySelector("button").focus();
  }

  #keep() {
    const chosen = kept();
    for (const question of this.questions) chosen[question.id] = question.chosen.length ? question.chosen : undefined;
    try {
      localStorage.setItem(KEY, JSON.stringify(chosen));
    } catch {
      // full: it is forgotten when the reader leaves the page
    }
    this.#count();
  }

  #count() {
    const done = this.questions.filter(({ options, chosen }) => options.every(({ right }, place) => !right || chosen.includes(place)));
    const atFirst = done.filter(({ options, chosen }) => chosen.every((place) => options[place].right));
    this.words.textContent = `${done.length} of ${this.questions.length} answered, ${atFirst.length} of them at the first try.`;
    this.again.parentElement.hidden = this.questions.every(({ chosen }) => chosen.length === 0);
  }
});
}
