// Commit to an answer first: the options of a question are buttons, and what tells the answer opens after a choice.
"use strict";
{
/** All that may tell the answer: what stands between a question and the next heading or question. */
const telling = (question) => {
  const found = [];
  for (let next = question.nextElementSibling; next && !next.matches("section, gru-predict"); next = next.nextElementSibling) found.push(next);
  return found;
};

/** An answer in quotation marks, with its formulas, and with one stop. */
const quoted = (button) => {
  const words = [...(button.querySelector("p") ?? button).cloneNode(true).childNodes];
  return ["“", ...words, /[.?!…]\s*$/.test(button.textContent) ? "”" : ".”"];
};

customElements.define("gru-predict", class extends HTMLElement {
  connectedCallback() {
    if (this.classList.contains("book-live")) return;
    const list = this.querySelector("ol"), hidden = telling(this);
    if (!list || !hidden.length) return;
    const words = book.html("p", { class: "book-words", "aria-live": "polite" }, "Choose, and the result opens below.");
    const buttons = [...list.children].map((item) => book.html("button", { type: "button", "aria-pressed": false }, ...item.childNodes));
    const right = buttons[this.getAttribute("answer") - 1];
    const open = () => {
      skip.remove();
      hidden.splice(0).forEach((one) => one.removeAttribute("hidden"));
      dispatchEvent(new Event("resize")); // figures that draw themselves by their width
    };
    const skip = book.html("button", { type: "button", class: "gru-skip", onclick: () => {
      open();
      words.replaceChildren("The result stands below.");
    } }, "Show without choosing");
    const lead = () => {
      const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (place && hidden.some((one) => one.contains(place))) open();
    };
    buttons.forEach((button) => button.addEventListener("click", () => {
      for (const one of buttons) one.setAttribute("aria-pressed", one === button);
      right.classList.add("right");
      words.replaceChildren(...(button === right ? ["That is what was measured."] : ["Not so. What was measured: ", ...quoted(right)]),
        " The result stands below.");
      open();
    }));
    list.replaceWith(book.html("div", { class: "gru-options" }, ...buttons));
    this.append(words, skip);
    this.classList.add("book-live");
    for (const one of hidden) {
      one.setAttribute("hidden", "onbeforematch" in one ? "until-found" : ""); // a search in the page and a link open it
      one.addEventListener("beforematch", open);
    }
    lead(); // by hand too, for browsers that know no until-found
    addEventListener("hashchange", lead);
  }
});
}
