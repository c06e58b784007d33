// Reading a digit: a drawing made into an image as MNIST's were, and the GRU(64) that reads it row by row.
"use strict";
{
const SIDE = 28, BOX = 20, CENTRE = 14.5; // pixels of an image, of the digit in it, and where MNIST has its centre of mass
const PEN = 1.35, EDGE = 1; // half the width of a stroke, for as much ink as in MNIST, and how far its edge fades

/** An image of 784 numbers from 0 to 1, with ink along strokes; a stroke is a list of points [x, y]. */
book.inked = (strokes) => {
  const image = new Float64Array(SIDE * SIDE);
  for (const stroke of strokes) {
    stroke.forEach(([x1, y1], i) => {
      const [x0, y0] = stroke[Math.max(0, i - 1)], dx = x1 - x0, dy = y1 - y0, square = dx * dx + dy * dy || 1;
      for (let k = 0; k < image.length; k++) {
        const x = (k % SIDE) + 0.5 - x0, y = Math.floor(k / SIDE) + 0.5 - y0;
        const along = Math.min(1, Math.max(0, (x * dx + y * dy) / square));
        const away = Math.sqrt((x - along * dx) ** 2 + (y - along * dy) ** 2);
        image[k] = Math.max(image[k], Math.min(1, (PEN - away) / EDGE + 0.5));
      }
    });
  }
  return image;
};

const centreOfMass = (image) => {
  let ink = 0, x = 0, y = 0;
  image.forEach((value, k) => { ink += value; x += value * ((k % SIDE) + 0.5); y += value * (Math.floor(k / SIDE) + 0.5); });
  return [x / ink, y / ink];
};

/** Strokes made into an image as MNIST's digits were: to fit 20 × 20, then with the centre of mass in the middle. */
book.asInMnist = (strokes) => {
  const points = strokes.flat();
  if (!points.length) return new Float64Array(SIDE * SIDE);
  const [left, top] = [0, 1].map((axis) => Math.min(...points.map((point) => point[axis])));
  const [right, bottom] = [0, 1].map((axis) => Math.max(...points.map((point) => point[axis])));
  const scale = (BOX - 2 * PEN) / Math.max(right - left, bottom - top, 4); // a dot stays a dot
  const around = (x, y) => book.inked(strokes.map((stroke) =>
    stroke.map((point) => [CENTRE + scale * (point[0] - x), CENTRE + scale * (point[1] - y)])));
  const x = (left + right) / 2, y = (top + bottom) / 2, [massX, massY] = centreOfMass(around(x, y));
  return around(x + (massX - CENTRE) / scale, y + (massY - CENTRE) / scale);
};

/** The layers out of one run of numbers, in Keras's order; batch normalisation is inside the last. */
book.digitNetwork = ({ units: n, features: m, numbers }) => {
  const all = book.numbers(numbers, Float32Array);
  let start = 0;
  const next = (size) => all.subarray(start, (start += size));
  const network = {
    gru: { kernel: next(m * 3 * n), recurrentKernel: next(n * 3 * n), bias: next(2 * 3 * n) },
    kernel: next(n * 10), bias: next(10),
  };
  if (start !== all.length) throw new Error("the model is not whole");
  return network;
};

/** Read an image of 784 numbers: after each row the gates, the state and the ten probabilities. */
book.readDigit = (image, { gru, kernel, bias }) => {
  const rows = Array.from({ length: SIDE }, (_, t) => image.slice(t * SIDE, (t + 1) * SIDE));
  return book.gruForward(rows, gru).map((step) => ({ ...step, p: book.softmax(book.dense(step.h, kernel, bias)) }));
};
}
