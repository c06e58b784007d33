"""What a reader of a narrow screen cannot see, and is not told of."""

# Formulas never scroll. Tables and text may, in a box whose edge shows that there is more (see fit.css).
# Words of a cell stay in it, or they are printed over those of the next one; so do those of a plot.
# Outside the article, too, no box cuts what is wider. What a question hides until it is answered is looked at as well.
HIDDEN = """() => {
  document.documentElement.dataset.whole = "true";
  const folded = [...document.querySelectorAll(".bd-article details:not([open])")];
  for (const one of folded) one.open = true;
  const waiting = [...document.querySelectorAll("gru-predict ~ [hidden]")];
  for (const one of waiting) one.removeAttribute("hidden");
  const wide = (one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1;
  const told = (box) => {
    const { overflowX, backgroundImage, backgroundAttachment } = getComputedStyle(box);
    return overflowX === "auto" && backgroundImage.includes("gradient") && /local.*scroll/.test(backgroundAttachment);
  };
  const cuts = (one) => wide(one) && one.clientWidth > 1 && /hidden|clip/.test(getComputedStyle(one).overflowX);
  const rect = (one) => one.getBoundingClientRect();
  const ink = (one) => {  // a line is higher than what is printed in it
    const { left, right, top, bottom, height } = rect(one);
    return { left, right, top: top + height / 4, bottom: bottom - height / 4 };
  };
  const before = (a, b) => a.right <= b.left + 1 || a.bottom <= b.top + 1;
  const beside = (a, b) => before(a, b) || before(b, a);
  const around = (out, { left, top, right, bottom }) =>
    out.left - 1 <= left && out.top - 1 <= top && right <= out.right + 1 && bottom <= out.bottom + 1;
  const small = (one) => {
    const { a, b } = one.getScreenCTM();
    return parseFloat(getComputedStyle(one).fontSize) * Math.hypot(a, b) < 7.5;
  };
  const texts = (plot) => [...plot.querySelectorAll("text")].filter((one) => one.textContent.trim());
  const upright = (one) => /^(|rotate\\(-?(0|90) .*)$/.test(one.getAttribute("transform") ?? "");
  const overprinted = (plot) => {
    const straight = texts(plot).filter(upright);
    return straight.filter((one, at) => straight.slice(at + 1).some((other) => !beside(ink(one), ink(other))));
  };
  const says = (kind, one) => `${kind}: ${one.textContent.trim().slice(0, 60)}`;
  const all = (boxes) => [...document.querySelectorAll(boxes)].filter((one) => one.checkVisibility());
  const plots = all("svg.plot");
  const found = [
    ...plots.flatMap((plot) => texts(plot).filter((one) => !around(rect(plot), rect(one))))
      .map((one) => says("cut in a plot", one)),
    ...plots.flatMap(overprinted).map((one) => says("overprinted in a plot", one)),
    ...plots.flatMap(texts).filter(small).map((one) => says("too small in a plot", one)),
    ...all(".bd-article .katex-display").filter(wide).map((one) => says("formula", one)),
    ...all(".bd-article :is(pre, .output, .pst-scrollable-table-container)").filter((one) => wide(one) && !told(one))
      .map((one) => says("cut without a sign", one)),
    ...all(".bd-article :is(p, li, dd, td, th)").filter(wide).map((one) => says("text beyond its box", one)),
    ...all(".bd-main :not(.bd-article, .bd-article *)").filter(cuts).map((one) => says("cut at its box", one)),
  ];
  for (const one of folded) one.open = false;
  for (const one of waiting) one.setAttribute("hidden", "until-found");
  return found;
}"""
