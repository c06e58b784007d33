// Reading a review: the GRU for 3,000 words of the chapter on IMDB, and the bag of words beside it.
"use strict";
{
const START = 1, UNKNOWN = 2, FIRST_WORD = 4, LONGEST = 300;
const SEPARATORS = /[!"#$%&()*+,\-./:;<=>?@[\\\]^_`{|}~\t\n]/g;
const TYPESET = { "‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "." }; // what phones make of typed marks

book.UNKNOWN_WORD = UNKNOWN;
book.LONGEST_REVIEW = LONGEST;

/** The layers out of their packed parts; the words in order of their numbers. */
book.reviewNetwork = (parts) => {
  const network = {
    numberOf: new Map(parts.words.split(" ").map((word, i) => [word, i + FIRST_WORD])),
    table: book.unpacked(parts.table),
    gru: {
      kernel: book.unpacked(parts.kernel), recurrentKernel: book.unpacked(parts.recurrentKernel),
      bias: book.numbers(parts.bias, Float32Array),
    },
    kernel: book.numbers(parts.denseKernel, Float32Array), bias: book.numbers(parts.denseBias, Float32Array),
  };
  const { numberOf, table, gru, kernel: { length: n } } = network, features = gru.kernel.length / (3 * n);
  const sizes = [(numberOf.size + FIRST_WORD) * features, 3 * n * n, 6 * n, 1];
  if ([table, gru.recurrentKernel, gru.bias, network.bias].some((part, i) => part.length !== sizes[i])) {
    throw new Error("the model is not whole");
  }
  return network;
};

/** The words of a text, each with its number; 2 stands for every word that the network does not know. */
book.wordNumbers = (text, numberOf) =>
  text.replace(/[‘’“”–—…]/g, (mark) => TYPESET[mark]).toLowerCase().replace(SEPARATORS, " ").split(" ").filter(Boolean)
    .map((word) => ({ word, number: numberOf.get(word) ?? UNKNOWN }));

/** The log-odds of a positive review before anything is read, after the start mark, and after each word; the last 300 are read. */
book.readReview = (numbers, { numberOf, table, gru, kernel, bias }) => {
  const features = table.length / (numberOf.size + FIRST_WORD);
  const inputs = [START, ...numbers].slice(-LONGEST).map((number) => table.subarray(number * features, (number + 1) * features));
  return [bias[0], ...book.gruForward(inputs, gru).map(({ h }) => book.dense(h, kernel, bias)[0])];
};

/** The two numbers of each word: how much a rare word counts, and what it says. */
book.bagOfWords = ({ rarity, weights, bias }, words) => {
  const bag = { rarity: book.unpacked(rarity), weights: book.unpacked(weights), bias };
  if (bag.rarity.length !== words || bag.weights.length !== words) throw new Error("the model is not whole");
  return bag;
};

/** The log-odds by a bag of words before anything is read and after each word: tf-idf of length 1, times the weights. */
book.readBag = (numbers, { rarity, weights, bias }) => {
  const counts = new Map();
  let sum = 0, square = 0;
  return [bias, ...numbers.map((number) => {
    const word = number - FIRST_WORD, count = counts.get(word) ?? 0;
    if (word >= 0) {
      counts.set(word, count + 1);
      sum += rarity[word] * weights[word];
      square += rarity[word] ** 2 * (2 * count + 1);
    }
    return bias + (square ? sum / Math.sqrt(square) : 0);
  })];
};
}
