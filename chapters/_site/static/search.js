// On the search page: what Sphinx's script, which has brought its index by now, leaves open.
"use strict";
// A page that was opened from a folder must not read other files; the results come without excerpts.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
// What every object of JavaScript has, such as a constructor, is no word of the book.
for (const words of [Search._index.terms, Search._index.titleterms]) {
  Object.setPrototypeOf(words, { __proto__: null, hasOwnProperty: Object.prototype.hasOwnProperty });
}
