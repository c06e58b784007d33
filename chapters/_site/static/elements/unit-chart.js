// All steps of a unit, in three strips: inputs, gates, and candidate with state; the curves can be dragged.
"use strict";
{
const LEFT = 28, RIGHT = 4, HEIGHT = 312, THUMB = 7, NEAR = 16;
const INPUTS = { top: 24, height: 62, low: -1, high: 1 };
const SHARES = { top: 114, height: 62, low: 0, high: 1 };
const STATES = { top: 204, height: 84, low: -1, high: 1 };
const CURVES = { r: [SHARES, "7 4"], z: [SHARES, null], g: [STATES, "2 4"], h: [STATES, null] }; // dashes, for those who see no colours

/** Where a value stands in a strip; as high and low as the middle of a slider's thumb can go. */
const level = ({ top, height, low, high }, value) => top + THUMB + ((height - 2 * THUMB) * (high - value)) / (high - low);
const value = ({ top, height, low, high }, y) => high - ((high - low) * (y - top - THUMB)) / (height - 2 * THUMB);

const text = (x, y, words, anchor = "start", name = null) =>
  book.svg("text", { x, y, "text-anchor": anchor, class: name }, words);

const curve = (steps, name, x, attributes) => {
  const points = steps.map((step, t) => `${x(t).toFixed(1)} ${level(CURVES[name][0], step[name]).toFixed(1)}`);
  return book.svg("path", { d: `M${points.join("L")}`, "stroke-dasharray": CURVES[name][1], ...attributes });
};

/**
 * A chart; `choose(t)` is called where a reader presses, `drag(name, t, value)` while one pulls a curve, and `drop()`
 * at the end. A finger pulls the four handles of the chosen step, and scrolls the page from anywhere else.
 */
book.unitChart = ({ choose, drag, drop }) => {
  const drawn = book.svg("g");
  const handles = Object.fromEntries(Object.keys(CURVES).map((name) =>
    [name, book.svg("circle", { r: 11, class: "grab", "data-name": name })]));
  const chart = book.svg("svg", { role: "img", "aria-label": "Input, gates, candidate and state at each step" }, drawn, ...Object.values(handles));
  let now, pulled = null;
  const at = ({ clientX, clientY }) => {
    const box = chart.getBoundingClientRect(), column = (box.width - LEFT - RIGHT) / now.length;
    return [Math.min(now.length - 1, Math.max(0, Math.floor((clientX - box.left - LEFT) / column))), clientY - box.top];
  };
  const nearest = (t, y) => {
    const away = (name) => Math.abs(level(CURVES[name][0], now[t][name]) - y);
    const name = Object.keys(CURVES).reverse().reduce((best, one) => (away(one) < away(best) ? one : best));
    return away(name) < NEAR ? name : null;
  };
  chart.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button) return;
    const [t, y] = at(event), name = event.target.dataset.name || event.pointerType === "mouse" ? nearest(t, y) : null;
    if (!name) return;
    pulled = { name, t, from: y, moved: false };
    chart.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  chart.addEventListener("touchstart", (event) => { // in a drawing touch-action is heeded for the whole alone
    if (event.target.dataset.name) event.preventDefault();
  }, { passive: false });
  chart.addEventListener("pointermove", (event) => {
    const [t, y] = at(event);
    if (!pulled) chart.classList.toggle("gru-near", Boolean(nearest(t, y)));
    else if (pulled.moved ||= Math.abs(y - pulled.from) > 2) drag(pulled.name, pulled.t, value(CURVES[pulled.name][0], y));
  });
  chart.addEventListener("lostpointercapture", () => {
    if (pulled.moved) drop();
    else choose(pulled.t);
    pulled = null;
  });
  chart.addEventListener("click", (event) => { if (event.detail && !event.target.dataset.name) choose(at(event)[0]); });

  /** Draw the steps, the one that is chosen, and behind them the curves as they were. */
  chart.show = (steps, chosen, former) => {
    now = steps;
    const across = book.pixels(chart, HEIGHT), column = (across - LEFT - RIGHT) / steps.length;
    const x = (t) => LEFT + column * (t + 0.5);
    const rules = [INPUTS, SHARES, STATES].flatMap((strip) =>
      [-1, 0, 1].filter((mark) => mark >= strip.low).flatMap((mark) => [
        book.svg("line", { x1: LEFT, x2: across - RIGHT, y1: level(strip, mark), y2: level(strip, mark), class: "rule" }),
        text(LEFT - 7, level(strip, mark) + 4, book.shown(mark, 0), "end"),
      ]));
    const bars = steps.map((step, t) => book.svg("rect", {
      x: x(t) - 0.2 * column, width: 0.4 * column, class: "x",
      y: Math.min(level(INPUTS, step.x), level(INPUTS, 0)), height: Math.abs(level(INPUTS, step.x) - level(INPUTS, 0)),
    }));
    const ghosts = former ? Object.keys(CURVES).map((name) => curve(former, name, x, { class: `ghost ${name}` })) : [];
    const lines = Object.keys(CURVES).map((name) => curve(steps, name, x, { class: name, "data-curve": name }));
    const dots = steps.map((step, t) => book.svg("circle", { cx: x(t), cy: level(STATES, step.h), r: 3.5, class: "dot" }));
    const key = (from, { top }, name, words) => book.svg("g", { transform: `translate(${from} ${top - 4})` },
      book.svg("path", { d: "M0 -4h24", class: name, "stroke-dasharray": CURVES[name][1] }), text(31, 0, words));
    drawn.replaceChildren(
      book.svg("rect", { x: x(chosen) - column / 2, width: column, y: INPUTS.top, height: STATES.top + STATES.height - INPUTS.top, rx: 4, class: "here" }),
      ...rules, ...bars, ...ghosts, ...lines, ...dots,
      text(LEFT, INPUTS.top - 4, "input x: drag the handles"),
      key(LEFT, SHARES, "z", "update gate z"), key(LEFT + 128, SHARES, "r", "reset gate r"),
      key(LEFT, STATES, "h", "state h"), key(LEFT + 128, STATES, "g", "candidate g"),
      text(0, HEIGHT - 4, "step"), ...steps.map((_, t) => text(x(t), HEIGHT - 4, `${t + 1}`, "middle", t === chosen ? "chosen" : null)),
    );
    for (const [name, handle] of Object.entries(handles)) {
      book.fill(handle, { cx: x(chosen), cy: level(CURVES[name][0], steps[chosen][name]) }, []);
    }
  };

  /** Where the inputs' own sliders lie over the chart. */
  chart.inputs = `top: ${INPUTS.top}px; height: ${INPUTS.height}px; left: ${LEFT}px; right: ${RIGHT}px`;
  return chart;
};
}
