// Writes own/, and the states that TensorFlow.js computes with own/ and with what its converter wrote.
const tf = require("@tensorflow/tfjs");
const fs = require("fs");

const x = [0, 1].map((b) => [0, 1, 2, 3, 4, 5].map((t) => [0, 1, 2].map((i) => Math.sin(1 + 7 * b + 3 * t + 5 * i))));
const random = { biasInitializer: "randomNormal", recurrentInitializer: "glorotUniform", returnSequences: true };

function model() {
  const { gru, gruCell, rnn, bidirectional, dense, stackedRNNCells } = tf.layers;
  const inner = tf.sequential({ name: "inner" });
  inner.add(gru({ name: "within", units: 2, activation: "relu", inputShape: [null, 4], ...random }));
  const outer = tf.sequential();
  outer.add(gru({ name: "hard", units: 3, inputShape: [null, 3], ...random }));
  outer.add(bidirectional({ name: "both", layer: gru({ units: 2, recurrentActivation: "sigmoid", ...random }) }));
  outer.add(rnn({ name: "cell", cell: gruCell({ units: 4, useBias: false }), returnSequences: true }));
  outer.add(inner);
  outer.add(rnn({
    name: "cells",
    cell: stackedRNNCells({ cells: [gruCell({ units: 2 }), gruCell({ units: 3 })] }),
    returnSequences: true,
  }));
  outer.add(dense({ name: "dense", units: 1 }));
  return outer;
}

async function write(made) {
  await made.save(tf.io.withSaveHandler(async (artifacts) => {
    const { modelTopology, format, generatedBy, convertedBy, weightSpecs, weightData } = artifacts;
    const weightsManifest = [{ paths: ["./weights.bin"], weights: weightSpecs }]; // as a browser's download has it
    fs.mkdirSync("own", { recursive: true });
    fs.writeFileSync("own/model.json", JSON.stringify({ modelTopology, format, generatedBy, convertedBy, weightsManifest }));
    fs.writeFileSync("own/weights.bin", Buffer.from(weightData));
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
  }));
}

async function read(folder) {
  const { modelTopology, weightsManifest } = JSON.parse(fs.readFileSync(`${folder}/model.json`));
  const shards = weightsManifest.flatMap((group) => group.paths.map((name) => fs.readFileSync(`${folder}/${name}`)));
  const weightData = new Uint8Array(Buffer.concat(shards)).buffer;
  const weightSpecs = weightsManifest.flatMap((group) => group.weights);
  return tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
}

async function states(folder) {
  const loaded = await read(folder);
  const layers = loaded.layers.filter((layer) => !/Input|Dense/.test(layer.getClassName()));
  const outputs = tf.model({ inputs: loaded.inputs, outputs: layers.map((layer) => layer.getOutputAt(layer.inboundNodes.length - 1)) }).predict(tf.tensor(x));
  const rounded = (tensor) => tensor.arraySync().flat(2).map((number) => Number(number.toPrecision(9)));
  return Object.fromEntries(layers.map((layer, k) => [layer.name, rounded(outputs[k])]));
}

(async () => {
  await tf.setBackend("cpu");
  if (!fs.existsSync("own")) await write(model());
  const found = { x };
  for (const folder of ["own", "uint8", "uint16", "float16"]) found[folder] = await states(folder);
  fs.writeFileSync("states.json", JSON.stringify(found));
})();
