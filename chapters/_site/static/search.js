// On the search page: what Sphinx's script, which has brought its index by now, leaves open.
"use strict";
// A page that was opened from a folder must not read other files; the results come without excerpts.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
// What every object of JavaScript has, such as a constructor, is no word of the book.
for (const words of [Search._index.terms, Search._index.titleterms]) {
  Object.setPrototypeOf(words, { __proto__: null, hasOwnProperty: Object.prototype.hasOwnProperty });
}
{
  const { terms, titleterms, alltitles, docnames, filenames, titles } = Search._index;
  const [parse, find, stemmer] = [Search._parseQuery, Search.performTermsSearch, new Stemmer()];
  const stemmed = (text) => {
    const words = splitQuery(text.toLowerCase()).filter((word) => !stopwords.includes(word));
    return new Set(words.map((word) => stemmer.stemWord(word)));
  };

  // Numbers are words too. Of what the index does not know, such as gru_17 or GRU(65), the known parts are looked for.
  Search._parseQuery = (query) => {
    const [whole, wanted, unwanted, marked, objects] = parse(query);
    for (const word of stemmed(query)) wanted.add(word);
    const unknown = [...wanted].filter((word) => /[\d_]/.test(word) && !terms[word] && !titleterms[word]);
    if (unknown.length < wanted.size) unknown.forEach((word) => wanted.delete(word));
    for (const word of wanted) if (/^\d+$/.test(word)) marked.add(word);
    return [whole, wanted, unwanted, marked, objects];
  };

  // A title that has all that is asked, or most of which is asked, as in a pasted message, leads to its section.
  const sections = (wanted) =>
    Object.entries(alltitles)
      .flatMap(([title, places]) => {
        const words = stemmed(title);
        const common = [...words].filter((word) => wanted.has(word)).length;
        if (common < wanted.size && (common < 3 || common < 0.6 * words.size)) return [];
        const score = 20 + (20 * common) / Math.max(words.size, wanted.size);
        return places
          .filter(([, place]) => place)
          .map(([page, place]) => [docnames[page], `${titles[page]} > ${title}`, `#${place}`, null, score, filenames[page]]);
      })
      .sort((a, b) => b[4] - a[4])
      .slice(0, 10);
  Search.performTermsSearch = (wanted, unwanted) => [...find(wanted, unwanted), ...(wanted.size ? sections(wanted) : [])];
}
