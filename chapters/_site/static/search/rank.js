// The order of the answers. MiniSearch ranks sections (BM25, by field); what is a word here, such as 1-z, GRU(64) or
// recurrent_kernel, is ours. Needs minisearch.js; what is looked through is in sections.js.
"use strict";

const NAME = /[\p{L}\p{N}_]+/gu;
// GRU(64 and ndim=3; 1-z, however it is set apart; 18,048; 0.693
const WHOLE = /[\p{L}_][\p{L}\p{N}_]*[(=]\d+(?!\w)|\d+ ?- ?[a-z](?![a-z])|(?<!\w)\d{1,3}(?:,\d{3})+(?!\d)|\d+\.\d+/gu;
const SMALL = new Set(`a an and are as at be but by can do does for from has have how i if in into is isn it its me my of
  on or our s so t that the then there these this to was we what when where which who why will with you your`.split(/\s+/));
// by their forms
const MEANS = { __proto__: null, pytorch: "torch", tensorflow: "tf", bptt: "backpropag", backprop: "backpropag",
  movi: "film", parameter: "param", "σ": "sigma" };

// where an idea is explained, and what was reported to other projects, whose titles are full of names
const WEIGHTS = [[/\/foundations\//, 1.2], [/\/upstream\./, 0.5]];

const HUMPS = /[A-Z][a-z]+(?=[A-Z])|(?<=[a-z])[A-Z][a-z]+/g; // InvalidArgumentError

/** The words of a text: wholes, names, and the parts of names. */
const split = (text) => {
  const plain = text.toLowerCase().replaceAll("−", "-");
  const wholes = (plain.match(WHOLE) ?? []).map((whole) => whole.replace(/[ ,]/g, ""));
  const names = plain.match(NAME) ?? [];
  const parts = names.filter((name) => name.includes("_")).flatMap((name) => name.split("_"));
  return [...wholes, ...names, ...parts, ...(text.match(HUMPS) ?? []).map((hump) => hump.toLowerCase())];
};

/** One form of a word, in singular and plural, British and American, and by its other names; of a small word none. */
const word = (name) => {
  if (!name || SMALL.has(name)) return null;
  if (!/^\p{L}{4,}$/u.test(name)) return MEANS[name] ?? name;
  const stem = name
    .replace(/(?:ie|y|ies)$/, "i")
    .replace(/(?<=...)(?:(?<=[sxz])es|(?<![aisu])s|ing|ed|(?<=.{5})ation)$/, "")
    .replace(/(?<=...)e$/, "")
    .replace(/iz(?=$|[aei])/, "is")
    .replace(/our$/, "or");
  return MEANS[name] ?? MEANS[stem] ?? stem;
};

/** A function that answers a question with sections, the best first. */
const rankSections = (pages) => {
  const sections = pages.flatMap(([page, chapter, entries]) =>
    entries.map(([place, title, text, code]) => ({ page, chapter, place, title, text, code })));
  const forms = new Map(); // of each word of the book: the same 90,000 times
  const form = (name) => forms.has(name) ? forms.get(name) : forms.set(name, word(name)).get(name);
  const engine = new MiniSearch({ fields: ["title", "chapter", "text", "code"], tokenize: split, processTerm: form });
  engine.addAll(sections.map((section, id) => ({ id, ...section })));
  const known = new Set(forms.values());
  const letters = (term, least) => term.length >= least && /^\p{L}+$/u.test(term);
  const options = {
    processTerm: word,
    boost: { title: 4, chapter: 1.5, code: 0.4 },
    prefix: (term) => letters(term, 3),
    boostDocument: (id) => WEIGHTS.find(([pages]) => pages.test(sections[id].page))?.[1] ?? 1,
    fuzzy: (term) => letters(term, 5) && !known.has(term) && 0.2, // a slip of the pen
  };
  return (question) => engine.search(question, options).map(({ id, score, terms }) => ({ ...sections[id], score, terms }));
};
