// A GRU in plain JavaScript: reset after, one sequence of the batch and one unit after the other.
const sigmoid = (a) => 1 / (1 + Math.exp(-a));
const dot = (vector, matrix, column) => vector.reduce((sum, value, row) => sum + value * matrix[row][column], 0);

function step(h, x, { kernel, recurrent_kernel, bias }) {
  const n = h.length;
  const input = (j) => dot(x, kernel, j) + (bias ? bias[0][j] : 0);
  const recurrent = (j) => dot(h, recurrent_kernel, j) + (bias ? bias[1][j] : 0);
  return h.map((old, i) => {
    const z = sigmoid(input(i) + recurrent(i)), r = sigmoid(input(n + i) + recurrent(n + i));
    return z * old + (1 - z) * Math.tanh(input(2 * n + i) + r * recurrent(2 * n + i));
  });
}

require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const request = JSON.parse(line);
  const states = request.x.map((sequence, row) => {
    let h = request.h0 ? request.h0[row] : new Array(request.recurrent_kernel.length).fill(0);
    return sequence.map((x) => (h = step(h, x, request)));
  });
  console.log(JSON.stringify({ states }));
});
