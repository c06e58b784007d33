/** Outputs of a cell as the page shows them: in the forms and under the classes of those that are stored. */

/** @returns {HTMLElement} */
export function make(name, className = "", text = "") {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}

/** Put one output behind the others; text goes on where text ended. */
export function show(output, place) {
  const kind = output.output_type;
  if (kind === "stream") return showText(output, place);
  if (kind === "error") return place.append(error(output));
  if (kind === "lacking") return place.append(lacking(output.module));
  place.append(value(output.data));
}

function showText({ name, text }, place) {
  const last = place.lastElementChild;
  if (last?.dataset.stream === name) {
    last.querySelector("pre").append(text);
    return;
  }
  const block = make("div", `output stream ${name === "stderr" ? "live-stderr " : ""}highlight-myst-ansi notranslate`);
  block.dataset.stream = name;
  block.append(preformatted(text));
  place.append(block);
}

function preformatted(text) {
  const box = make("div", "highlight");
  box.append(make("pre", "", text));
  return box;
}

function value(data) {
  const block = make("div", "output");
  if (data["image/svg+xml"]) {
    const picture = new DOMParser().parseFromString(data["image/svg+xml"], "image/svg+xml").documentElement;
    block.append(document.importNode(picture, true));
  } else if (data["image/png"]) {
    const picture = new Image();
    picture.src = `data:image/png;base64,${data["image/png"]}`;
    picture.alt = "The figure that the code above draws now.";
    block.append(picture);
  } else if (data["text/html"]) {
    block.classList.add("text_html");
    block.innerHTML = data["text/html"];
    block.querySelectorAll("table.dataframe").forEach(set);
  } else {
    block.classList.add("text_plain");
    block.append(preformatted(data["text/plain"]));
  }
  return block;
}

const NUMBER = /^[-+−]?\d[\d,]*(\.\d+)?(e[-+]\d+)?( ?%)?$/;

/** A table as the build sets it (tables.py): numbers under each other, the first column in sight. */
function set(table) {
  table.removeAttribute("border");
  table.className = "book-table passing";
  const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
  for (let at = 0; at < (rows[0]?.cells.length ?? 0); at++) {
    const column = rows.map((row) => row.cells[at]).filter(Boolean);
    const words = column.map((cell) => cell.textContent.trim()).filter((text) => text && text !== "–");
    if (!words.length || !words.every((text) => NUMBER.test(text))) continue;
    for (const cell of [table.tHead?.rows[table.tHead.rows.length - 1].cells[at], ...column]) cell?.classList.add("number");
  }
}

/** A picture stands where the book's stood, with its number and caption, so that links lead to it. */
export function caption(block, figure) {
  const framed = figure.cloneNode();
  framed.append(...block.childNodes, figure.querySelector("figcaption").cloneNode(true));
  block.append(framed);
}

function error({ ename, evalue, traceback, hint, lacking: module }) {
  const block = make("div", "output live-error");
  block.append(make("p", "", `${ename}: ${evalue}`));
  if (traceback.length) block.append(preformatted(traceback.join("\n")));
  if (hint) block.append(make("p", "", hint));
  if (module) block.append(lacking(module));
  return block;
}

const WHY = {
  lzma: "These reviews are packed in a way that a browser cannot read.",
  subprocess: "This starts a process, which a browser does not do.",
  time: "A browser's clock is too coarse to measure this.",
};

/** A sentence on what the page's Python lacks, with the way to a Python that has it. */
export function lacking(module) {
  const note = make("p", "live-lacking", `${WHY[module] ?? `This page does not load ${module}.`} `);
  const colab = document.querySelector('a[href^="https://colab.research.google.com/"]')?.href;
  const own = document.querySelector('.btn-download-source-button[href$=".ipynb"]')?.href;
  const link = make(colab || own ? "a" : "span", "", colab ? "Open in Colab" : "The notebook");
  if (colab || own) link.href = colab ?? own;
  note.append(link, colab ? "" : " runs on your own machine.");
  return note;
}
