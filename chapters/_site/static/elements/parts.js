// What the interactive figures are made of: a base class, sliders, choices, and small drawings.
"use strict";

/** Make an HTML element; attributes that start with "on" are listeners, children are nodes or text. */
book.html = (name, attributes = {}, ...children) => book.fill(document.createElement(name), attributes, children);

/** Make an SVG element. */
book.svg = (name, attributes = {}, ...children) =>
  book.fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);

book.fill = (element, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
};

/** Round for the eye, with a real minus sign. */
book.shown = (value, digits = 2) => value.toFixed(digits).replace(/^-(?=0\.?0*$)/, "").replace("-", "−");

let labels = 0;

/** A labelled slider that shows its value; `change(value)` is called whenever it moves. */
book.slider = ({ label, min, max, step = 0.1, value, digits = 1, change }) => {
  const id = `book-slider-${labels++}`;
  const output = book.html("output", { for: id, "aria-live": "off" }, book.shown(value, digits)); // its slider says it too
  const input = book.html("input", {
    id, type: "range", min, max, step, value,
    oninput: () => {
      output.value = book.shown(+input.value, digits);
      change(+input.value);
    },
  });
  const row = book.html("div", { class: "book-slider" }, book.html("label", { for: id }, label), input, output);
  row.set = (to) => {
    input.value = to;
    output.value = book.shown(to, digits);
  };
  return row;
};

/** A group of radio buttons; `options` is [[value, label], …]. */
book.choice = ({ legend, options, value, change }) => {
  const name = `book-choice-${labels++}`;
  const buttons = options.map(([key, label]) => {
    const radio = book.html("input", { type: "radio", name, value: key, onchange: () => change(key) });
    radio.checked = key === value;
    return book.html("label", {}, radio, label);
  });
  const group = book.html("fieldset", { class: "book-choice" }, book.html("legend", {}, legend), ...buttons);
  group.set = (to) => buttons.forEach((label) => (label.firstChild.checked = label.firstChild.value === to));
  return group;
};

/** A button; one that shows a sign has a name besides. */
book.button = (label, click, name = null) => book.html("button", { type: "button", onclick: click, "aria-label": name, title: name }, label);

/** Does the reader want nothing to move? */
book.still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * Buttons that go through steps from `first` to `last`: `now()` is the step, `go(step)` moves to one. Where nothing may
 * move, there is no Play.
 */
book.player = ({ first = 1, last, pause, label = "Play", now, go }) => {
  let playing = null;
  const to = (step) => go(Math.min(last, Math.max(first, step)));
  const show = (timer) => {
    playing = timer;
    play.textContent = timer ? "Pause" : label;
    play.closest(".book-live")?.classList.toggle("gru-playing", Boolean(timer));
  };
  const stop = () => { clearInterval(playing); show(null); };
  const start = () => {
    if (now() === last) go(first);
    show(setInterval(() => {
      if (now() + 1 >= last) stop(); // the last step is one to come to rest at
      to(now() + 1);
    }, pause));
  };
  const by = (step) => () => { stop(); to(now() + step); };
  const play = book.button(label, () => (playing ? stop() : start()));
  const buttons = [...(book.still() ? [] : [play]), book.button("◂", by(-1), "Step back"), book.button("▸", by(1), "Step on")];
  return { buttons, start: () => { stop(); if (!book.still()) start(); }, stop, playing: () => Boolean(playing) };
};

/** A line over steps: numbers into the d of a path, in a box of the given size, `low` at its foot. */
book.path = (values, { width, height, low, high }) =>
  Array.from(values, (value, t) => {
    const x = (width * (t + 0.5)) / values.length, y = height * (1 - (value - low) / (high - low));
    return `${t ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
  }).join("");

/** Let one unit of a drawing be one pixel, so that its words keep their size on a phone; returns its width. */
book.pixels = (drawing, height) => {
  const width = Math.max(drawing.getBoundingClientRect().width, 240);
  drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
  return width;
};

/** Bring a script that is needed only once somebody plays, such as weights; resolves when it has run. */
book.load = (url) =>
  (book.load.known ??= {})[url] ??= new Promise((resolve, reject) => {
    const failed = () => {
      delete book.load.known[url];
      reject(new Error(`${url} could not be read`));
    };
    document.head.append(book.html("script", { src: url, onload: resolve, onerror: failed }));
  });

/** Where this site keeps its interactive figures, from any page. */
book.folder = new URL(".", document.currentScript.src).href;

/** Numbers out of base64, little-endian, as `Type`. */
book.numbers = (text, Type) => new Type(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);

/** Whole numbers of eight bits, and a factor for each column: the matrix that they stand for. */
book.unpacked = ({ factors, numbers }) => {
  const factor = book.numbers(factors, Float32Array);
  return Float64Array.from(book.numbers(numbers, Int8Array), (value, k) => value * factor[k % factor.length]);
};

/**
 * An interactive figure. What stands inside the element is for readers without JavaScript, or on paper; `build()`
 * returns what takes its place, and `update()` draws it, at once and whenever the width has changed. `say(text)` tells
 * in words what is to be seen, to the eye and to a screen reader; the words stand last, unless build() places them.
 */
book.Figure = class extends HTMLElement {
  connectedCallback() {
    if (this.classList.contains("book-live")) return;
    this.words = book.html("p", { class: "book-words", "aria-live": "polite" });
    const parts = this.build();
    this.replaceChildren(...parts);
    if (!this.words.isConnected) this.append(this.words);
    this.classList.add("book-live");
    this.setAttribute("role", "group");
    if (this.constructor.label) this.setAttribute("aria-label", this.constructor.label);
    this.update?.();
    let drawn = this.clientWidth;
    new ResizeObserver(() => {
      if (this.clientWidth === drawn) return;
      drawn = this.clientWidth;
      this.update?.();
    }).observe(this);
  }

  /** Bring trained networks once the reader is near, then `start()`; where that fails, say only that. */
  whenNear(names, start) {
    const observer = new IntersectionObserver(async (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      try {
        await Promise.all(names.map((name) => book.load(`${book.folder}models/${name}.js`)));
        start();
      } catch (error) {
        console.error(error);
        this.update = null;
        this.replaceChildren(this.words);
        this.say("There is nothing to play with: the model could not be read.");
      }
    }, { rootMargin: "200px" });
    observer.observe(this);
  }

  /** `passing`: one sentence of many in a row, for the eye alone. */
  say(text, passing = false) {
    clearTimeout(this.saying); // a slider that moves says where it came to rest, not every stop
    this.words.setAttribute("aria-live", passing ? "off" : "polite");
    this.words.setAttribute("aria-busy", true);
    const say = () => {
      this.words.textContent = text;
      if (!passing) this.words.removeAttribute("aria-busy");
    };
    if (passing || this.passing) say(); // nor the last of them waits
    else this.saying = setTimeout(say, this.words.textContent ? 250 : 0);
    this.passing = passing;
  }
};
