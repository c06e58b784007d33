// A GRU of one unit: ten numbers as weights, and what every wire of its cell carries at each step.
"use strict";

/** The weights by name: w of the input, u of the state, b the bias; c is the candidate's second bias. */
book.UNIT_WEIGHTS = ["wz", "uz", "bz", "wr", "ur", "br", "wh", "uh", "bh", "ch"];

/**
 * Run a sequence from a state of 0.
 *
 * cell: {weights, inputs, resetAfter, keeps}. Where an update gate of 1 takes the candidate (`keeps` false), the gate
 * that keeps is 1 − z, and that is σ of minus the sum. Returns for each step a number for each part of the cell.
 */
book.runUnit = ({ weights: w, inputs, resetAfter = true, keeps = true }) => {
  const sign = keeps ? 1 : -1;
  const arrays = {
    kernel: [sign * w.wz, w.wr, w.wh],
    recurrentKernel: [sign * w.uz, w.ur, w.uh],
    bias: [sign * w.bz, w.br, w.bh, 0, 0, w.ch],
  };
  let old = 0;
  return book.gruForward(inputs.map((x) => [x]), arrays, resetAfter).map((step, t) => {
    const [keep, r, g, h, seen] = [step.z, step.r, step.g, step.h, step.resetPart].map(([value]) => value);
    const z = keeps ? keep : 1 - keep, x = inputs[t];
    const parts = {
      x, old, z, not: 1 - z, r, g, h, seen, keep,
      past: resetAfter ? old * w.uh + w.ch : r * old, fresh: x * w.wh + w.bh,
      kept: keep * old, written: (1 - keep) * g,
    };
    old = h;
    return parts;
  });
};
