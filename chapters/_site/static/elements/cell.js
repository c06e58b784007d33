// The GRU cell as the book draws it, alive: a wire is as thick as what it carries, and lights up with its symbol.
"use strict";
{
const COLOURS = { z: "z", not: "z", r: "r", g: "g", written: "g" }; // all others are the state's
const DOWN = "down", UP = "up", RIGHT = "right";
const TIPS = { [UP]: "l7.5 15h-15z", [DOWN]: "l7.5 -15h-15z", [RIGHT]: "l-15 7.5v-15z" };

/** Where the wires run: part, paths, tips as [x, y, direction]; the places are those of images/gru-cell.svg. */
const wires = ({ resetAfter, keeps }) => {
  const top = ["M122 182V124", [122, 119, UP]], across = ["M122 182H524", [528, 182, RIGHT]];
  const [ofZ, ofNot] = keeps ? [top, across] : [across, top];
  const into = resetAfter ? 499 : 484; // where the old state comes to the candidate
  return [
    ["old", `M14 98H96M52 98V528Q52 540 64 540H390Q402 540 402 528V${into + 5}M102 540V504M242 540V504`,
      [102, 98, RIGHT], [402, into, UP], [102, 499, UP], [242, 499, UP]],
    ["x", "M14 596H536Q548 596 548 584V504M146 596V504M286 596V504", [548, 499, UP], [146, 499, UP], [286, 499, UP]],
    ["z", `M122 430V182${ofZ[0]}`, ofZ[1]],
    ["not", ofNot[0], ofNot[1]],
    ["kept", "M142 98H522", [528, 98, RIGHT]],
    resetAfter ? ["r", "M262 430V364Q262 352 274 352H376", [382, 352, RIGHT]] : ["r", "M314 464H376", [382, 464, RIGHT]],
    resetAfter ? ["past", "M402 430V378", [402, 372, UP]] : ["past", "M402 444V392", [402, 387, UP]],
    ["seen", resetAfter ? "M422 352H522" : "M440 352H522", [528, 352, RIGHT]],
    ["fresh", "M548 430V378M548 332V308", [548, 372, UP], [548, 303, UP]],
    ["g", "M548 246V208", [548, 202, UP]],
    ["written", "M548 162V124", [548, 119, UP]],
    ["h", "M568 98H620", [628, 98, RIGHT]],
  ];
};

/** Where each part says its symbol and its value: x, y, anchor; parts of no place here have none. */
const PLACES = {
  old: [14, 46, "start"], h: [628, 46, "end"], x: [14, 574, "start"], z: [138, 408, "start"], r: [278, 408, "start"],
  g: [530, 234, "end"], kept: [332, 78, "middle"], written: [522, 140, "end"],
};
const BARE = { not: [410, 172, "middle"], seen: [478, 340, "middle"], past: [414, 412, "start"], fresh: [560, 412, "start"] };

const label = (markup, [x, y, anchor], attributes = {}) => {
  const index = (letters) => book.svg("tspan", { class: "index", dy: 7 }, letters);
  const pieces = book.typeset(markup, (letters) => book.svg("tspan", { class: "italic" }, letters), index);
  const back = pieces.map((piece, i) => // after an index the line goes back up
    i && pieces[i - 1].classList?.contains("index") ? book.svg("tspan", { dy: -7 }, piece) : piece);
  return book.svg("text", { x, y, "text-anchor": anchor, ...attributes }, ...back);
};

const box = (x, y, width, height, name, markup) => book.svg("g", {},
  book.svg("rect", { x: x - width / 2, y: y - height / 2, width, height, rx: 12, class: `box ${name}` }),
  label(markup, [x, y + 9, "middle"], { class: "maths" }));

const node = (x, y, name, sign) => book.svg("g", {}, book.svg("circle", { cx: x, cy: y, r: 20, class: `box ${name}` }),
  ...(sign === "⊙" ? [book.svg("circle", { cx: x, cy: y, r: 4.5, class: `centre ${name}` })]
    : [book.svg("path", { d: `M${x - 9} ${y}h18M${x} ${y - 9}v18`, class: `sign ${name}` })]));

const width = (value) => 2.5 + 8 * Math.min(1, Math.abs(value));

/** The drawing of a cell; its `show(parts)` tells it what its wires carry. */
book.cellPicture = (kind, attributes = {}) => {
  const values = {};
  const parts = wires(kind).map(([part, d, ...tips]) => {
    const name = COLOURS[part] ?? "h", place = PLACES[part] ?? BARE[part];
    const line = book.svg("path", { d, class: `line ${name}` });
    const value = book.svg("tspan", { class: "value", dx: PLACES[part] && 9 });
    const words = PLACES[part] ? label(book.partWords(part, kind)[0], place, { class: `maths ${name}` })
      : book.svg("text", { x: place[0], y: place[1], "text-anchor": place[2] });
    if (words.lastChild?.classList?.contains("index")) value.setAttribute("dy", -7);
    words.append(value);
    const flow = book.svg("path", { d, class: `flow ${name}` });
    values[part] = { line, flow, value };
    return book.svg("g", { "data-part": part, class: "wire" },
      book.svg("path", { d, class: "reach" }), line, flow,
      ...tips.map(([x, y, way]) => book.svg("path", { d: `M${x} ${y}${TIPS[way]}`, class: `tip ${name}` })), words);
  });
  const [turnX, turnY] = kind.keeps ? [256, 182] : [122, 152];
  const drawing = book.svg("svg", { viewBox: "0 0 640 632", class: "gru-cell", ...attributes },
    ...parts,
    box(122, 464, 104, 68, "z", "σ"), box(262, 464, 104, 68, "r", "σ"), box(548, 274, 104, 56, "g", "tanh"),
    kind.resetAfter ? box(402, 464, 124, 68, "h", "h u + c") : box(402, 352, 76, 68, "h", "u"),
    box(548, 464, 124, 68, "h", "x w + b"), box(turnX, turnY, 92, 40, "z", "1 − z"),
    kind.resetAfter ? node(402, 352, "r", "⊙") : node(402, 464, "r", "⊙"),
    node(122, 98, "z", "⊙"), node(548, 182, "g", "⊙"), node(548, 98, "h", "+"), node(548, 352, "h", "+"));
  drawing.show = (step) => {
    for (const [part, { line, flow, value }] of Object.entries(values)) {
      line.style.strokeWidth = width(step[part]);
      flow.style.strokeWidth = width(step[part]) / 4;
      value.textContent = book.shown(step[part]);
    }
  };
  return drawing;
};
}
