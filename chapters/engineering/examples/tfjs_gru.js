const tf = require("@tensorflow/tfjs");
process.on("uncaughtException", (error) => console.log(JSON.stringify({ error: error.message })));

require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { x, kernel, recurrent_kernel, bias, h0 } = JSON.parse(line);
  const options = { units: recurrent_kernel.length, useBias: bias !== null, recurrentActivation: "sigmoid" };
  const quick = { recurrentInitializer: "zeros" }; // its own takes seconds for many units
  const layer = tf.layers.gru({ ...options, ...quick, returnSequences: true });
  const inputs = h0 ? [tf.tensor(x), tf.tensor(h0)] : tf.tensor(x);
  layer.apply(inputs); // makes its weights
  layer.setWeights([kernel, recurrent_kernel, ...(bias ? [bias] : [])].map((array) => tf.tensor(array)));
  console.log(JSON.stringify({ states: layer.apply(inputs).arraySync() }));
});
