// A box that answers while one types: on the search page and in the dialogue of every page. What it needs is asked for
// when a box is used for the first time.
"use strict";
{
  const ROOT = document.documentElement.dataset.content_root ?? "./";
  const PARTS = ["minisearch.js", "sections.js", "rank.js"];
  const MOST = 20; // answers
  const LONGEST = 220; // characters of an excerpt

  const bring = (name) => new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: `${ROOT}_static/search/${name}`, async: false });
    script.onload = resolve;
    script.onerror = () => reject(new Error(name));
    document.head.append(script);
  });
  let ranking;
  const ranker = () => ranking ??= Promise.all(PARTS.map(bring)).then(() => rankSections(bookSections));

  const element = (tag, properties = {}, ...inside) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...inside);
    return made;
  };

  /** The sentence that has most of what was asked, with the words marked. */
  const excerpt = (text, terms) => {
    const asked = (name) => split(name).some((part) => terms.includes(word(part)));
    const worth = (sentence) => new Set((sentence.match(NAME) ?? []).filter(asked).map((name) => name.toLowerCase())).size;
    const sentences = text.split(/(?<=[.?!]) /);
    const values = sentences.map(worth);
    let best = sentences[values.indexOf(Math.max(...values))];
    if (best.length > LONGEST) {
      const first = Math.max(0, best.split(" ").slice(0, -25).findIndex(asked) - 5);
      best = `${first ? "… " : ""}${best.split(" ").slice(first, first + 30).join(" ")} …`;
    }
    return best.split(/([\p{L}\p{N}_]+)/u).map((part, i) => (i % 2 && asked(part) ? element("mark", {}, part) : part));
  };

  const answer = ({ page, place, title, chapter, text, terms }) => {
    const link = element("a", { href: `${ROOT}${page}#${place}` }, title);
    const where = title === chapter ? [] : [element("small", {}, chapter)];
    return element("li", {}, link, ...where, element("p", {}, ...excerpt(text, terms)));
  };

  const attach = (form) => {
    const input = form.elements.q;
    const says = element("p", { className: "search-says", role: "status" });
    const list = element("ol", { className: "search-found" });
    form.after(says, list);

    const show = async () => {
      const question = input.value.trim();
      try {
        if (!question) return list.replaceChildren(says.textContent = "");
        if (!ranking) says.textContent = "Fetching the words of the book …";
        const found = (await ranker())(question);
        if (question !== input.value.trim()) return; // typed on meanwhile
        const good = found.filter(({ score }) => score > found[0].score / 10).slice(0, MOST);
        says.textContent = good.length ? `${good.length} ${good.length === 1 ? "place" : "places"}, the best first`
          : `The book has nothing on “${question}”.`;
        list.replaceChildren(...good.map(answer));
      } catch {
        ranking = undefined;
        says.textContent = "The words of the book could not be fetched. Type again to try once more.";
      }
    };
    const step = (event) => {
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!by) return;
      const stops = [input, ...list.querySelectorAll("a")];
      stops[stops.indexOf(document.activeElement) + by]?.focus();
      event.preventDefault();
    };
    input.addEventListener("focus", () => ranker().catch(() => ranking = undefined), { once: true });
    input.addEventListener("input", show);
    for (const one of [input, list]) one.addEventListener("keydown", step);
    return show;
  };

  for (const form of document.querySelectorAll("form.bd-search")) {
    const show = attach(form);
    if (form.closest("dialog")) continue; // there Enter leads to the search page
    form.elements.q.value = new URLSearchParams(location.search).get("q") ?? "";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      history.replaceState(null, "", `?${new URLSearchParams({ q: form.elements.q.value })}`);
    });
    show();
  }
}
