// A GRU in plain JavaScript, in the notation of the book: row vectors, columns in the order z, r, h, as Keras stores
// them. It runs from a folder as well as from a server, so it is a script and not a module; all it adds is `book`.
"use strict";

const book = { models: {} };

book.sigmoid = (a) => 0.5 * Math.tanh(0.5 * a) + 0.5;

/**
 * out += x W for the columns `from` to `to` of W, (x.length, columns) row by row.
 */
book.addProduct = (out, x, W, columns, from = 0, to = columns) => {
  for (let i = 0; i < x.length; i++) {
    if (x[i] !== 0) for (let j = from; j < to; j++) out[j] += x[i] * W[i * columns + j];
  }
};

/**
 * One step of a GRU.
 *
 * weights: {kernel (m, 3n), recurrentKernel (n, 3n), bias}, flat arrays; bias is (2, 3n) with reset after, (3n) with
 * reset before. Returns z, r, g, h, each of n numbers, and resetPart, what the reset gate lets through.
 */
book.gruStep = (x, h, { kernel, recurrentKernel, bias }, resetAfter = true) => {
  const n = h.length, columns = 3 * n;
  const fromInput = Float64Array.from({ length: columns }, (_, j) => bias[j]);
  const fromState = Float64Array.from({ length: columns }, (_, j) => (resetAfter ? bias[columns + j] : 0));
  book.addProduct(fromInput, x, kernel, columns);
  book.addProduct(fromState, h, recurrentKernel, columns, 0, resetAfter ? columns : 2 * n);

  const gate = (first) => Float64Array.from(h, (_, i) => book.sigmoid(fromInput[first + i] + fromState[first + i]));
  const z = gate(0), r = gate(n);
  if (!resetAfter) book.addProduct(fromState, r.map((ri, i) => ri * h[i]), recurrentKernel, columns, 2 * n, columns);
  const resetPart = r.map((ri, i) => fromState[2 * n + i] * (resetAfter ? ri : 1));
  const g = r.map((_, i) => Math.tanh(fromInput[2 * n + i] + resetPart[i]));
  return { z, r, g, resetPart, h: z.map((zi, i) => zi * h[i] + (1 - zi) * g[i]) };
};

/** Run a sequence from a state of zeros; returns the steps in order. */
book.gruForward = (inputs, weights, resetAfter = true) => {
  let h = new Float64Array(Math.round(Math.sqrt(weights.recurrentKernel.length / 3)));  // (n, 3n)
  return inputs.map((x) => {
    const step = book.gruStep(x, h, weights, resetAfter);
    h = step.h;
    return step;
  });
};

/** A layer without memory: x W + b. */
book.dense = (x, kernel, bias) => {
  const out = Float64Array.from(bias);
  book.addProduct(out, x, kernel, out.length);
  return out;
};

book.softmax = (logits) => {
  const largest = Math.max(...logits), powers = Array.from(logits, (a) => Math.exp(a - largest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((p) => p / sum);
};

/** Random numbers in [0, 1) that a seed repeats (mulberry32). */
book.random = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let a = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  a = (a + Math.imul(a ^ (a >>> 7), 61 | a)) ^ a;
  return ((a ^ (a >>> 14)) >>> 0) / 4294967296;
};
