/** The cells of a page and their one Python, which runs first what a cell needs of those above it. */
import { Ended, Kernel } from "./kernel.js";

const folder = new URL(".", document.currentScript.src).href;
const megabytes = (bytes) => `${Math.ceil(bytes / 1e6)} MB`;

export const SIZE = megabytes(BYTES + BYTES_SCRIPTS);
let speaker; // the cell that runs
const kernel = new Kernel(folder, (loaded) => {
  const [what, all] = kernel.isReady ? ["Matplotlib", BYTES_FIGURES] : ["Python", BYTES];
  const share = (kernel.isReady ? loaded - BYTES : loaded) / all;
  const size = kernel.isReady ? megabytes(BYTES_FIGURES) : SIZE;
  speaker.say(share < 1 ? `Loading ${what}, ${size}, once: ${Math.floor(100 * share)} %` : `Starting ${what} …`);
});

/** The editor, which comes with the first cell that is edited or run. */
export const editor = () => import(`${folder}editor.js?v=${VERSION}`);

/** Act once a reader is near a place. */
export function whenNear(place, act) {
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    act();
  }, { rootMargin: "200px" });
  observer.observe(place);
}

/** Whether most cells need what the page lacks, so that it is not said at each. */
export const isMostlyElsewhere = () => 2 * document.querySelectorAll("live-cell[needs]").length > cells().length;

const cells = () => [...document.querySelectorAll("live-cell")];
const isChanged = (cell) => cell.code !== cell.original || cell.basis !== undefined;
let before = Promise.resolve();

/** Run a cell after those that were asked for before it. */
export function run(cell) {
  return (before = before.then(() => runNow(cell)));
}

export function stop() {
  kernel.end();
}

let original; // what each cell rests on in the book

/** Say of each output whether it rests on cells above that have changed since. */
function compare(now) {
  for (const cell of cells()) cell.rests((cell.basis ?? original[cell.number]) === now[cell.number]);
}

/** A cell and its output are the book's again. */
export function restored(cell) {
  cell.basis = undefined;
  cell.rests(true);
  if (original && cells().every((one) => one.code === one.original)) compare(original);
}

async function runNow(cell) {
  const order = cells();
  const listed = order.slice(0, order.indexOf(cell) + 1);
  const patience = Math.max(3, ...listed.map(({ minutes }) => minutes || 0));
  speaker = cell;
  cell.begin(kernel.isReady ? "Running" : `Loading Python, ${SIZE}, once`);
  try {
    let failed;
    const listing = (some, code) => some.map((one) => [one.number, one[code], one.hasAttribute("needs")]);
    const pages = order.some(isChanged) ? [listing(order, "original"), listing(order, "code")] : [];
    const ok = await kernel.run(listing(listed, "code"), pages, (output) => {
      if (output.bases) {
        const [book, now] = output.bases;
        original = book;
        cell.basis = now[cell.number];
        compare(now);
      } else if (output.above) cell.say(`First what it needs of cell ${output.above}: ${output.done} of ${output.of}`);
      else if (output.cell) failed = listed.find((one) => one.number === output.cell).fail(output);
      else if (output.begins) cell.say("Running");
      else cell.take(output);
    }, patience);
    if (!failed) return cell.end(ok);
    cell.rest(`Cell ${failed.number} comes first, and it has failed: see there.`);
    failed.dispatchEvent(new Event("beforematch", { bubbles: true })); // a question may hide it
    failed.scrollIntoView({ block: "center" });
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    cell.rest(error.message);
  }
  return false;
}
