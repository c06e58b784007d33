/**
 * <live-cell number="3">: a code cell of the notebook that runs in the page; with needs="keras" it says what is lacking,
 * with minutes="10" how long it takes.
 *
 * For whoever builds on it:
 *   cell.code          the code as it stands now; set it to change it
 *   cell.original      the code of the notebook
 *   cell.run()         runs it, and first what it needs of the cells above; a promise of whether it went well
 *   cell.edit()        opens the editor; a promise
 *   cell.reset()       brings the notebook's code and output back
 * and its events, which bubble:
 *   live:ran           detail { ok, outputs }: outputs as in a notebook, errors too (output_type "error", ename, evalue)
 *   live:edited        detail { code }
 *   live:reset
 */
import { caption, lacking, make, show } from "./outputs.js";
import { SIZE, editor, isMostlyElsewhere, restored, run, stop, whenNear } from "./page.js";
import { forget, keep, recall } from "./typed.js";

const LEAVE = "Tab indents. To leave the code with the keyboard press Escape, then Tab.";

const isPicture = ({ data }) => Boolean(data?.["image/svg+xml"] || data?.["image/png"]);

class LiveCell extends HTMLElement {
  #code;
  #editor;
  #outputs = [];
  #began;
  #ticking;

  connectedCallback() {
    if (this.input) return;
    this.number = Number(this.getAttribute("number"));
    this.input = this.querySelector(".cell_input");
    this.original = this.input.querySelector("pre").textContent.replace(/\n$/, "");
    this.#code = this.original;
    const needs = this.getAttribute("needs");
    if (needs) {
      if (!isMostlyElsewhere()) this.input.after(lacking(needs));
      return;
    }
    this.stored = this.querySelector(".cell_output");
    this.minutes = Number(this.getAttribute("minutes"));
    this.#addButtons();
    if (this.minutes) this.say(`Takes about ${this.minutes} minutes in a page; with fewer steps less.`);
    addEventListener("book:forgotten", () => this.code !== this.original && this.reset());
    const typed = recall(this.number);
    if (typed === null) return;
    this.code = typed;
    this.say(`Your code of last time${this.stored ? "; what stands below is the book's" : ""}.`);
    whenNear(this, () => this.edit().catch(() => {})); // for its colours
  }

  get code() {
    return this.#code;
  }

  set code(code) {
    this.#change(code);
    if (this.#editor) this.#editor.set(code);
    else this.input.querySelector("pre").textContent = code;
  }

  run() {
    this.edit().catch(() => {}); // without an editor it runs all the same
    return run(this);
  }

  async edit() {
    if (this.#editor) return this.#editor;
    const { edit } = await editor();
    const highlight = this.input.querySelector(".highlight");
    const { font, padding } = getComputedStyle(highlight.querySelector("pre"));
    Object.assign(highlight.style, { font, padding }); // a cell looks the same when it can be edited
    highlight.replaceChildren();
    this.#editor = edit(highlight, {
      code: this.#code,
      label: `Code of cell ${this.number}`,
      describedBy: this.leave.id,
      onChange: (code) => code !== this.#code && this.#change(code),
      onRun: () => this.run(),
    });
    return this.#editor;
  }

  reset() {
    this.code = this.original;
    forget(this.number);
    this.result?.replaceWith(...(this.stored && !this.stored.isConnected ? [this.stored] : []));
    this.result = undefined;
    this.classList.remove("live-changed");
    this.say("");
    this.buttons.reset.hidden = true;
    restored(this);
    this.dispatchEvent(new CustomEvent("live:reset", { bubbles: true }));
  }

  #change(code) {
    this.#code = code;
    this.classList.add("live-changed");
    this.buttons.reset.hidden = false;
    if (!keep(this.number, code)) this.say("The browser keeps nothing: what you type is lost when the page is closed.");
    this.dispatchEvent(new CustomEvent("live:edited", { bubbles: true, detail: { code } }));
  }

  #addButtons() {
    const bar = make("div", "live-bar");
    const button = (name, label, action, hidden = false) => {
      const one = make("button", `live-${name}`, name);
      Object.assign(one, { type: "button", title: label, hidden, onclick: action });
      bar.append(one);
      return one;
    };
    this.buttons = {
      run: button("Run", `Run this cell. The first run loads Python, ${SIZE}, once.`, () => this.run()),
      stop: button("Stop", "End Python", stop, true),
      edit: button("Edit", "Edit this cell", () => this.edit().then((one) => one.focus(), () => this.say("The editor did not come."))),
      reset: button("Reset", "Bring the code and the output of the book back", () => this.reset(), true),
    };
    this.status = make("span", "live-status");
    this.status.setAttribute("role", "status");
    this.leave = make("small", "live-leave", LEAVE);
    this.leave.id = `live-leave-${this.number}`;
    this.clock = make("span", "live-clock");
    this.clock.setAttribute("aria-hidden", "true");
    bar.append(this.status, this.clock, this.leave);
    this.input.after(bar);
  }

  /** Say in a line what happens; while the cell runs a clock counts from there. */
  say(text) {
    this.#began = performance.now();
    this.clock.textContent = "";
    this.status.textContent = text;
  }

  #seconds(digits = 0) {
    return `${((performance.now() - this.#began) / 1000).toFixed(digits)} s`;
  }

  /** The page says what becomes of the cell: it begins, gives outputs, ends or rests; or it fails another that needs it. */
  begin(message) {
    this.classList.add("live-running");
    this.buttons.stop.hidden = false;
    this.#outputs = [];
    this.#editor?.mark(null);
    this.#ticking = setInterval(() => (this.clock.textContent = this.#seconds()), 1000);
    this.say(message);
  }

  take(output) {
    if (!this.#outputs.length) this.#clear();
    this.#outputs.push(output);
    show(output, this.result);
    if (isPicture(output) && !this.stored?.isConnected) {
      const figure = this.stored?.querySelectorAll("figure:has(figcaption)")[this.#outputs.filter(isPicture).length - 1];
      if (figure) caption(this.result.lastElementChild, figure);
    }
    if (output.output_type === "error") this.#editor?.mark(output.line);
  }

  end(ok) {
    if (!this.#outputs.length) this.#clear();
    this.classList.remove("live-changed");
    this.rest(ok ? `Ran in ${this.#seconds(1)}.` : "");
    this.dispatchEvent(new CustomEvent("live:ran", { bubbles: true, detail: { ok, outputs: this.#outputs } }));
    return ok;
  }

  rest(message) {
    clearInterval(this.#ticking);
    this.classList.remove("live-running");
    this.buttons.stop.hidden = true;
    this.buttons.reset.hidden = false;
    this.say(message);
  }

  /** Whether its output still rests on what stands above. */
  rests(does) {
    if (!this.old === does) return;
    this.old?.remove();
    this.old = does ? undefined : make("p", "live-old", "A cell above has changed since: run this one to see what comes now.");
    const output = this.result ?? this.stored;
    if (this.old) output?.before(this.old);
  }

  fail(error) {
    this.#outputs = [];
    this.take(error);
    this.buttons.reset.hidden = false;
    return this;
  }

  /** Make room for new outputs, in place of the former ones. */
  #clear() {
    const place = make("div", "cell_output docutils container live-output");
    if (this.result) this.result.replaceWith(place);
    else if (!this.stored) this.input.closest(".cell").append(place);
    else if (this.stored.contains(this.input)) this.stored.after(place); // checks and their code are one fold
    else this.stored.replaceWith(place);
    this.result = place;
    for (let fold = place; (fold = fold.parentElement.closest("live-cell details")); ) fold.open = true;
  }
}

customElements.define("live-cell", LiveCell);
