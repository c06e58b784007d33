// The GRU of the website's figures as a program that the book's kit can ask: a line of JSON in, a line of JSON out.
const { readFileSync } = require("fs"), { join } = require("path"), { runInThisContext } = require("vm");

runInThisContext(readFileSync(join(__dirname, "../../_site/static/elements/gru.js"), "utf8"));

require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { x, h0, kernel, recurrent_kernel, bias } = JSON.parse(line), units = recurrent_kernel.length;
  const zeros = new Array(6 * units).fill(0);
  const weights = { kernel: kernel.flat(), recurrentKernel: recurrent_kernel.flat(), bias: bias ? bias.flat() : zeros };
  const states = x.map((sequence, row) => {
    let h = Float64Array.from(h0 ? h0[row] : new Array(units).fill(0));
    return sequence.map((x_t) => Array.from((h = book.gruStep(x_t, h, weights).h)));
  });
  console.log(JSON.stringify({ states }));
});
