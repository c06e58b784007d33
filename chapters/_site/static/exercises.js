/**
 * <book-exercise name="equations/by-hand">: a cell that waits for an answer, and its solution.
 *
 * Where the cell runs in the page (live/live.js) its answer is judged by what `check` prints, a right one is remembered,
 * and the solution opens after a try. Elsewhere the element does nothing.
 */
const REPORT = /^([✓✗○]) (\S+): (?:not answered yet\. |right\.)?(.*)((?:\n  .*)*)\n?/m; // what `check` prints: sign, name, message and the next hint
const KINDS = { "✓": ["right", "Right."], "✗": ["wrong", "Not yet:"], "○": ["open", "Not answered yet."] };

/** A text whose code stands between backticks, as nodes. */
const coded = (text) => text.split("`").map((part, at) => (at % 2 ? element("code", "", part) : part));

class BookExercise extends HTMLElement {
  connectedCallback() {
    const [cell] = this.querySelectorAll("live-cell:not([needs])");
    if (!cell || this.cell) return;
    this.cell = cell;
    this.name = this.getAttribute("name");
    customElements.whenDefined("live-cell").then(() => this.#begin());
  }

  #begin() {
    this.classList.add("is-live");
    this.verdict = element("div", "exercise-verdict", "");
    this.verdict.setAttribute("role", "status");
    this.cell.after(this.verdict);
    const { run } = this.cell.buttons;
    Object.assign(run, { textContent: "Check", title: run.title.replace("Run this cell", "Check the answer") });
    this.cell.input.addEventListener("click", () => this.#edit());
    this.cell.addEventListener("live:ran", ({ detail }) => this.#judge(detail));
    this.cell.addEventListener("live:reset", () => this.verdict.replaceChildren());
    this.tried = solved.names().includes(this.name);
    this.querySelector("details > summary").addEventListener("click", (event) => this.#open(event));
  }

  #edit() {
    if (this.editing) return;
    this.editing = true;
    this.cell.edit().then((editor) => editor.focus(), () => (this.editing = false));
  }

  /** Keep the solution shut until there was a try. */
  #open(event) {
    if (this.tried) return;
    event.preventDefault();
    this.#say("○", "The solution opens after your first answer, right or wrong.");
  }

  #judge({ outputs }) {
    const error = outputs.find((output) => output.output_type === "error");
    const printed = outputs.map((output) => (output.output_type === "stream" ? output.text : "")).join("");
    const report = printed.match(REPORT);
    this.tried ||= Boolean(error || report?.[1] === "✓" || report?.[1] === "✗");
    if (error) return this.#say("✗", `the code stopped with ${error.ename}. Its message is above.`);
    if (!report) return this.#say("○", `The cell must end with check("${this.name}", …).`);
    this.#takeOut(report[0]);
    const [, sign, , message, hint] = report;
    const remark = sign !== "✓" || solved.add(this.name) ? "" : sayOnce();
    this.#say(sign, message, hint.trim());
    if (remark) this.verdict.append(element("p", "", remark));
  }

  /** What is said in the verdict is not shown as printed too. */
  #takeOut(report) {
    for (const text of this.cell.querySelectorAll(".live-output pre")) {
      text.textContent = text.textContent.replace(report, "");
      if (!text.textContent) text.closest(".output").remove();
    }
  }

  #say(sign, message, hint = "") {
    const [kind, word] = KINDS[sign];
    this.verdict.className = `exercise-verdict ${kind}`;
    const line = element("p", "", "");
    line.append(element("strong", "", `${sign} ${word}`.trim()), " ", ...coded(message));
    this.verdict.replaceChildren(line);
    if (!hint) return;
    const help = element("p", "hint", "Hint: ");
    help.append(...coded(hint));
    this.verdict.append(help);
  }
}

customElements.define("book-exercise", BookExercise);
