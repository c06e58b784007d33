// A GRU that writes letter by letter, and the counts of letters that do the same: both of the chapter Train it yourself.
"use strict";
{
/** The layers out of their packed parts. */
book.writingNetwork = (parts) => {
  const letters = [...parts.letters];
  const network = {
    letters, numberOf: new Map(letters.map((letter, i) => [letter, i])),
    gru: {
      kernel: book.unpacked(parts.kernel), recurrentKernel: book.unpacked(parts.recurrentKernel),
      bias: book.numbers(parts.bias, Float32Array),
    },
    kernel: book.unpacked(parts.denseKernel), bias: book.numbers(parts.denseBias, Float32Array),
  };
  const { length: m } = letters, { length: columns } = network.gru.bias, n = columns / 6;
  const sizes = [m * 3 * n, n * 3 * n, n * m, m];
  if ([network.gru.kernel, network.gru.recurrentKernel, network.kernel, network.bias].some((part, i) => part.length !== sizes[i])) {
    throw new Error("the model is not whole");
  }
  return network;
};

/** The numbers of a text's letters; those that the network has never seen are left out, and named. */
book.letterNumbers = (text, numberOf) => {
  const found = [...text];
  return {
    numbers: found.filter((letter) => numberOf.has(letter)).map((letter) => numberOf.get(letter)),
    unknown: [...new Set(found.filter((letter) => !numberOf.has(letter)))],
  };
};

/** Read one letter: gates and state after it, and a score for each letter that may come next. */
book.readLetter = (number, h, { letters, gru, kernel, bias }) => {
  const x = new Float64Array(letters.length);
  x[number] = 1;
  const step = book.gruStep(x, h, gru);
  return { ...step, scores: book.dense(step.h, kernel, bias) };
};

/** Probabilities at a temperature, out of scores. */
book.tempered = (scores, temperature) => {
  if (!(temperature > 0)) throw new RangeError("The temperature must be more than 0: the scores are divided by it.");
  return book.softmax(Array.from(scores, (score) => score / temperature));
};

/** The letter that a random number from 0 to 1 draws. */
book.drawn = (p, random) => {
  let sum = 0;
  const found = p.findIndex((one) => (sum += one) > random);
  return found < 0 ? p.length - 1 : found;
};

/** Tables of counts out of their bytes: for 0 to `longest` letters of context, what followed and how often. */
book.countTables = ({ counts, counted, letters: { length: letters } }, longest) => {
  const bytes = book.numbers(counts, Uint8Array), tables = Array.from({ length: longest + 1 }, () => new Map());
  let place = 0, context = 0, total = 0;
  const next = () => {
    let value = 0, shift = 0, byte;
    do {
      byte = bytes[place++];
      value += (byte & 127) << shift;
      shift += 7;
    } while (byte > 127);
    return value;
  };
  const add = (table, key, letter, count) => {
    if (!table.has(key)) table.set(key, new Map());
    table.get(key).set(letter, (table.get(key).get(letter) ?? 0) + count);
  };
  while (place < bytes.length) {
    context += next();
    for (let followers = next(); followers > 0; followers--) {
      const letter = next(), count = next();
      total += count;
      tables.forEach((table, k) => add(table, context % letters ** k, letter, count)); // the last k letters of the context
    }
  }
  if (total !== counted) throw new Error("the model is not whole");
  return tables;
};

/** Probabilities by counting, with `longest` letters of context: each table mixed with the next shorter one. */
book.countedProbabilities = (numbers, tables, letters, longest) => {
  let p = new Float64Array(letters).fill(1 / letters);
  for (let k = 0; k <= Math.min(longest, numbers.length); k++) {
    const key = numbers.slice(numbers.length - k).reduce((sum, number) => sum * letters + number, 0);
    const followers = tables[k].get(key);
    if (!followers) continue;
    let total = 0;
    for (const count of followers.values()) total += count;
    const { size } = followers;
    p = p.map((before, letter) => ((followers.get(letter) ?? 0) + size * before) / (total + size));
  }
  return p;
};

/** Counting's probabilities after some letters, at a temperature. */
book.countingAt = (numbers, { tables, network, context, temperature }) =>
  book.tempered(book.countedProbabilities(numbers, tables, network.letters.length, context).map(Math.log), temperature);

/** Read a beginning and write on: a step for each letter, with its number. */
book.writeOn = (beginning, length, { network, temperature, seed }, random = book.random(seed)) => {
  const steps = [];
  let h = new Float64Array(network.gru.bias.length / 6);
  while (steps.length < beginning.length + length) {
    const at = steps.length;
    const number = at < beginning.length ? beginning[at] : book.drawn(book.tempered(steps[at - 1].scores, temperature), random());
    steps.push({ number, ...book.readLetter(number, h, network) });
    h = steps[at].h;
  }
  return steps;
};

/** The same by counting: the numbers of the letters. */
book.countOn = (beginning, length, counting, random = book.random(counting.seed)) => {
  const numbers = [...beginning];
  while (numbers.length < beginning.length + length) numbers.push(book.drawn(book.countingAt(numbers, counting), random()));
  return numbers;
};
}
