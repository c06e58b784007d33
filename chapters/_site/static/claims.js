// A filter above the claims, by verdict and by source, and a way to open all; without it the page is the whole list.
"use strict";
{
  const sections = [...document.querySelectorAll("section:has(> .claims)")];
  const claims = [...document.querySelectorAll(".claim")];
  const verdict = (claim) => claim.querySelector(".chip").textContent;
  const form = Object.assign(document.createElement("form"), { className: "claims-filter" });
  const says = Object.assign(document.createElement("p"), { role: "status" });

  const labelled = (words, control, first) => {
    const around = document.createElement("label");
    around.append(...(first ? [control, words] : [words, control]));
    return around;
  };
  const choice = (label, name, entries) => {
    const select = Object.assign(document.createElement("select"), { name, className: "form-select" });
    select.append(new Option("all", ""), ...entries.map(([text, value]) => new Option(text, value)));
    return labelled(label, select);
  };
  const count = (name) => claims.filter((claim) => verdict(claim) === name).length;
  const title = (section) => section.querySelector("h2").textContent.replace("#", "").trim();
  const all = Object.assign(document.createElement("input"), { type: "checkbox", name: "open", className: "form-check-input" });
  form.append(
    choice("Verdict", "verdict", [...new Set(claims.map(verdict))].map((name) => [`${name} (${count(name)})`, name])),
    choice("Source", "source", sections.map((section) => [title(section), section.id])),
    labelled("Show what was found", all, true),
    says);

  const show = () => {
    const [wanted, source] = [form.elements.verdict.value, form.elements.source.value];
    for (const claim of claims) claim.hidden = Boolean(wanted && wanted !== verdict(claim));
    for (const section of sections) {
      const shown = section.querySelector(".claim:not([hidden])");
      section.hidden = Boolean((source && source !== section.id) || !shown);
    }
    const left = claims.filter((claim) => !claim.closest("[hidden]")).length;
    says.textContent = left === claims.length ? "" : `${left} of ${claims.length} claims`;
  };
  form.addEventListener("change", ({ target }) => {
    if (target === all) claims.forEach((claim) => (claim.open = all.checked));
    show();
  });
  // A verdict of the table above chooses it.
  for (const chip of document.querySelectorAll(".verdicts .chip")) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: chip.className, textContent: chip.textContent });
    button.title = `Show what is ${chip.textContent}`;
    button.addEventListener("click", () => {
      form.elements.verdict.value = chip.textContent;
      show();
      form.scrollIntoView();
    });
    chip.replaceWith(button);
  }
  // A link to one claim shows and opens it, whatever was chosen.
  const visit = () => {
    const place = document.getElementById(location.hash.slice(1));
    if (!place?.closest(".claim")) return;
    form.reset();
    show();
    place.closest(".claim").open = true;
    place.scrollIntoView();
  };
  addEventListener("hashchange", visit);
  sections[0].before(form);
  visit();
}
