// Commit to an answer first: the options of a question are buttons, and what decides it opens after a choice.
"use strict";
{
/** The outputs of the next cell: what stands after a question and answers it. */
const decides = (question) => {
  for (let next = question.nextElementSibling; next; next = next.nextElementSibling) {
    if (next.matches("div.cell, live-cell")) return next.querySelector(".cell_output");
  }
  return null;
};

customElements.define("gru-predict", class extends HTMLElement {
  connectedCallback() {
    if (this.classList.contains("book-live")) return;
    const list = this.querySelector("ol"), output = decides(this);
    if (!list || !output) return;
    const words = book.html("p", { class: "book-words", "aria-live": "polite" }, "Choose, and the result opens below.");
    const buttons = [...list.children].map((item) => book.html("button", { type: "button", "aria-pressed": false }, ...item.childNodes));
    const right = buttons[this.getAttribute("answer") - 1];
    const open = () => {
      output.hidden = false;
      dispatchEvent(new Event("resize")); // figures that draw themselves by their width
    };
    buttons.forEach((button) => button.addEventListener("click", () => {
      for (const one of buttons) one.setAttribute("aria-pressed", one === button);
      right.classList.add("right");
      words.textContent = button === right
        ? "That is what was measured. The result stands below."
        : `Not so: what was measured is “${right.textContent.trim()}”. The result stands below.`;
      open();
    }));
    list.replaceWith(book.html("div", { class: "gru-options" }, ...buttons));
    this.append(words);
    this.classList.add("book-live");
    output.setAttribute("hidden", "until-found"); // a search in the page and a link open it
    output.addEventListener("beforematch", open);
  }
});
}
