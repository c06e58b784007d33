// A deck: every slide is made to fit its frame, and then reveal.js takes over.
const tall = matchMedia("(orientation: portrait) and (max-width: 500px)");
const frame = tall.matches ? { width: 640, height: Math.round((640 * innerHeight) / innerWidth) } : { width: 1280, height: 720 };
const printed = /print-pdf/.test(location.search);

// Figures to move are drawn by elements of their own, which have to be there before they are measured.
const drawn = [...document.querySelectorAll(".slides *")]
  .filter((one) => one.localName.startsWith("gru-"))
  .map((one) => customElements.whenDefined(one.localName));

// The parts of a slide are as large as its frame lets them be. A change of size changes where lines break,
// so the interval is halved until the largest that fits is known.
function fit(slide) {
  const parts = slide.querySelector(".parts");
  const { bottom: end, height } = slide.getBoundingClientRect();
  const bottom = end - (parseFloat(getComputedStyle(slide).paddingBottom) * height) / frame.height;
  const boxes = [parts, ...parts.querySelectorAll(".katex-display, pre, .pst-scrollable-table-container, .output")];
  const fits = (zoom) => {
    parts.style.zoom = zoom;
    return parts.getBoundingClientRect().bottom <= bottom && boxes.every((box) => box.scrollWidth <= box.clientWidth + 1);
  };
  let [small, large] = [0.3, 1.4];
  if (fits(large)) return;
  for (let i = 0; i < 7; i++) {
    const middle = (small + large) / 2;
    if (fits(middle)) small = middle;
    else large = middle;
  }
  fits(0.97 * small); // on its own screen a letter may be a hair wider
}

async function start() {
  document.documentElement.classList.toggle("tall", tall.matches);
  document.documentElement.classList.toggle("printed", printed);
  const slides = document.querySelector(".slides");
  slides.style.setProperty("--width", `${frame.width}px`);
  slides.style.setProperty("--height", `${frame.height}px`);
  slides.classList.add("measured"); // fonts and pictures come once they are laid out
  await Promise.all(drawn);
  await Promise.all([...document.images].map((image) => {
    image.loading = "eager";
    return image.decode().catch(() => {});
  }));
  slides.getBoundingClientRect();
  await document.fonts.ready;
  [...slides.children].forEach(fit);
  slides.classList.remove("measured");
  await Reveal.initialize({
    ...frame,
    margin: 0,
    minScale: 0.1,
    maxScale: 3,
    center: false,
    hash: true,
    slideNumber: "c/t",
    transition: "none",
    pdfSeparateFragments: false,
    scrollActivationWidth: null,
    plugins: [RevealNotes],
  });
  Reveal.addKeyBinding({ keyCode: 68, key: "D", description: "Day or night" }, () => {
    const page = document.documentElement.dataset;
    page.theme = page.theme === "dark" ? "light" : "dark";
  });
  // what is played with may grow
  const grown = new ResizeObserver(([entry]) => {
    const slide = entry.target.closest("section");
    if (slide === Reveal.getCurrentSlide()) fit(slide);
  });
  document.querySelectorAll(".play .shown > *").forEach((one) => grown.observe(one));
  Reveal.on("slidechanged", ({ currentSlide }) => currentSlide.matches(".play") && fit(currentSlide));
  tall.addEventListener("change", () => location.reload());
  document.documentElement.dataset.ready = "";
}

start();
