// How large a gradient is after many steps back: SimpleRNN, GRU and LSTM with random weights, backpropagated by hand.
"use strict";
{
const normal = (random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const matrix = (rows, columns, entry) => Array.from({ length: rows }, () => Float64Array.from({ length: columns }, entry));
const dot = (a, b) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};
const times = (W, x) => Float64Array.from(W, (row) => dot(row, x)); // W xᵀ: a column
const turned = (W) => Array.from(W[0], (_, j) => Float64Array.from(W, (row) => row[j]));
const scaled = (W, factor) => W.map((row) => row.map((w) => w * factor));

/** A random rotation (rows orthonormal, by Gram and Schmidt): all its eigenvalues have modulus 1. */
const rotation = (n, random) => {
  const rows = matrix(n, n, () => normal(random));
  rows.forEach((row, i) => {
    for (const before of rows.slice(0, i)) {
      const share = dot(row, before);
      row.forEach((_, j) => (row[j] -= share * before[j]));
    }
    const length = Math.sqrt(dot(row, row));
    row.forEach((_, j) => (row[j] /= length));
  });
  return rows;
};

const BLOCKS = { SimpleRNN: ["h"], GRU: ["z", "r", "h"], LSTM: ["i", "f", "g", "o"] };
const LONG_MEMORY = { GRU: "z", LSTM: "f" }; // the gate whose bias keeps the state

/**
 * A network with random weights and a random input sequence. For each block a, W[a] is (m, n), U[a] (n, n) of the
 * given spectral radius, and b[a] one number, the bias of every unit.
 */
book.randomNetwork = (kind, { radius, bias, steps, seed = 0, units = 24, features = 8 }) => {
  const random = book.random(seed + 1), limit = Math.sqrt(6 / (units + features)); // Glorot's
  const inputs = matrix(steps, features, () => normal(random));
  const network = { kind, units, inputs, W: {}, U: {}, b: {} };
  for (const a of BLOCKS[kind]) {
    network.W[a] = matrix(features, units, () => limit * (2 * random() - 1));
    network.U[a] = scaled(rotation(units, random), radius);
    network.b[a] = a === LONG_MEMORY[kind] ? bias : 0;
  }
  return network;
};

/** Forward: what each step needs on the way back. */
const walk = ({ kind, units, inputs, W, U, b }) => {
  const WT = Object.fromEntries(Object.entries(W).map(([a, w]) => [a, turned(w)]));
  const UT = Object.fromEntries(Object.entries(U).map(([a, u]) => [a, turned(u)]));
  let h = new Float64Array(units), c = new Float64Array(units);
  return inputs.map((x) => {
    const input = (a) => times(WT[a], x).map((value) => value + b[a]);
    const sum = (a) => { const s = times(UT[a], h); return input(a).map((value, i) => value + s[i]); };
    const step = { past: h };
    if (kind === "SimpleRNN") {
      step.h = sum("h").map(Math.tanh);
    } else if (kind === "GRU") {
      const z = sum("z").map(book.sigmoid), r = sum("r").map(book.sigmoid), term = times(UT.h, h);
      const g = input("h").map((value, i) => Math.tanh(value + r[i] * term[i]));
      Object.assign(step, { z, r, g, term, h: z.map((zi, i) => zi * h[i] + (1 - zi) * g[i]) });
    } else {
      const [i, f, o] = ["i", "f", "o"].map((a) => sum(a).map(book.sigmoid)), g = sum("g").map(Math.tanh);
      const cell = c.map((cj, j) => f[j] * cj + i[j] * g[j]);
      Object.assign(step, { i, f, g, o, memory: c, cell, h: o.map((oj, j) => oj * Math.tanh(cell[j])) });
      c = cell;
    }
    h = step.h;
    return step;
  });
};

const add = (out, more) => out.forEach((_, i) => (out[i] += more[i]));

/** One step back: the gradient of (h, c) after a step into that before it. */
const BACK = {
  SimpleRNN: (d, step, U) => ({ h: times(U.h, d.h.map((di, i) => di * (1 - step.h[i] ** 2))) }),
  GRU: (d, { past, z, r, g, term }, U) => {
    const out = d.h.map((di, i) => di * z[i]);
    const dG = d.h.map((di, i) => di * (1 - z[i]) * (1 - g[i] ** 2));
    add(out, times(U.z, d.h.map((di, i) => di * (past[i] - g[i]) * z[i] * (1 - z[i]))));
    add(out, times(U.r, dG.map((di, i) => di * term[i] * r[i] * (1 - r[i]))));
    add(out, times(U.h, dG.map((di, i) => di * r[i])));
    return { h: out };
  },
  LSTM: (d, { i, f, g, o, memory, cell }, U) => {
    const t = cell.map(Math.tanh);
    const dC = d.c.map((dj, j) => dj + d.h[j] * o[j] * (1 - t[j] ** 2));
    const out = times(U.o, d.h.map((dj, j) => dj * t[j] * o[j] * (1 - o[j])));
    add(out, times(U.i, dC.map((dj, j) => dj * g[j] * i[j] * (1 - i[j]))));
    add(out, times(U.f, dC.map((dj, j) => dj * memory[j] * f[j] * (1 - f[j]))));
    add(out, times(U.g, dC.map((dj, j) => dj * i[j] * (1 - g[j] ** 2))));
    return { h: out, c: dC.map((dj, j) => dj * f[j]) };
  },
};

/**
 * The length of the gradient with respect to the state (of the LSTM: to h and c together), 0, 1, 2, … steps back, of
 * a loss whose gradient in the last h points in the direction (1, …, 1) and has length 1.
 */
book.gradientLengths = (network) => {
  const { kind, units, U } = network, length = (d) => Math.sqrt(dot(d.h, d.h) + (d.c ? dot(d.c, d.c) : 0));
  let d = { h: new Float64Array(units).fill(1 / Math.sqrt(units)), c: kind === "LSTM" ? new Float64Array(units) : null };
  const lengths = [length(d)];
  for (const step of walk(network).reverse()) {
    d = BACK[kind](d, step, U);
    lengths.push(length(d));
  }
  return lengths;
};
}
