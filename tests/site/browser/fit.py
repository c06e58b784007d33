"""What a reader of a narrow screen cannot see, and is not told of."""

# Formulas never scroll. Tables and text may, in a box whose edge shows that there is more (see fit.css).
# Words of a cell stay in it, or they are printed over those of the next one.
HIDDEN = """() => {
  document.documentElement.dataset.whole = "true";
  const folded = [...document.querySelectorAll(".bd-article details:not([open])")];
  for (const one of folded) one.open = true;
  const wide = (one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1;
  const told = (box) => {
    const { overflowX, backgroundImage, backgroundAttachment } = getComputedStyle(box);
    return overflowX === "auto" && backgroundImage.includes("gradient") && /local.*scroll/.test(backgroundAttachment);
  };
  const says = (kind, one) => `${kind}: ${one.textContent.trim().slice(0, 60)}`;
  const all = (boxes) => [...document.querySelectorAll(boxes)].filter((one) => one.checkVisibility());
  const found = [
    ...all(".bd-article .katex-display").filter(wide).map((one) => says("formula", one)),
    ...all(".bd-article :is(pre, .output, .pst-scrollable-table-container)").filter((one) => wide(one) && !told(one))
      .map((one) => says("cut without a sign", one)),
    ...all(".bd-article :is(p, li, dd, td, th)").filter(wide).map((one) => says("text beyond its box", one)),
  ];
  for (const one of folded) one.open = false;
  return found;
}"""
