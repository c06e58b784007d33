// A filter above the claims, by verdict and by source; without it the page is the whole list.
"use strict";
{
  const sections = [...document.querySelectorAll("section:has(> .claims)")];
  const rows = sections.flatMap((section) => [...section.querySelectorAll(".claims tbody tr")]);
  const verdict = (row) => row.cells[1].textContent.trim();
  const [says, form] = [document.createElement("p"), document.createElement("form")];

  const choice = (label, name, entries) => {
    const select = Object.assign(document.createElement("select"), { name, className: "form-select" });
    select.append(new Option("all", ""), ...entries.map(([text, value]) => new Option(text, value)));
    const around = document.createElement("label");
    around.append(`${label} `, select);
    return around;
  };
  const verdicts = rows.map(verdict);
  const count = (name) => verdicts.filter((one) => one === name).length;
  const title = (section) => section.querySelector("h2").textContent.replace("#", "").trim();
  form.append(
    choice("Verdict", "verdict", [...new Set(verdicts)].map((name) => [`${name} (${count(name)})`, name])),
    choice("Source", "source", sections.map((section) => [title(section), section.id])),
    says);
  form.className = "claims-filter";
  says.role = "status";

  const show = () => {
    const [wanted, source] = [form.elements.verdict.value, form.elements.source.value];
    for (const section of sections) {
      const own = [...section.querySelectorAll(".claims tbody tr")];
      for (const row of own) row.hidden = Boolean(wanted && wanted !== verdict(row));
      section.hidden = Boolean((source && source !== section.id) || own.every((row) => row.hidden));
    }
    const left = rows.filter((row) => !row.hidden && !row.closest("section").hidden).length;
    says.textContent = left === rows.length ? "" : `${left} of ${rows.length} claims`;
  };
  form.addEventListener("change", show);
  // A link to one claim shows it, whatever was chosen.
  addEventListener("hashchange", () => {
    form.reset();
    show();
    document.getElementById(location.hash.slice(1))?.scrollIntoView();
  });
  sections[0].before(form);
}
