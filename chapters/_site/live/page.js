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

/** Whether most cells need what the page lacks, so that it is not said at each. */
export const isMostlyElsewhere = () => 2 * document.querySelectorAll("live-cell[needs]").length > cells().length;

const cells = () => [...document.querySelectorAll("live-cell")];
let before = Promise.resolve();

/** Run a cell after those that were asked for before it. */
export function run(cell) {
  return (before = before.then(() => runNow(cell)));
}

export function stop() {
  kernel.end();
}

async function runNow(cell) {
  const order = cells();
  const listed = order.slice(0, order.indexOf(cell) + 1);
  const patience = Math.max(3, ...listed.map(({ minutes }) => minutes || 0));
  speaker = cell;
  cell.begin(kernel.isReady ? "Running" : `Loading Python, ${SIZE}, once`);
  try {
    let failed;
    const ok = await kernel.run(listed.map((one) => [one.number, one.code, one.hasAttribute("needs")]), (output) => {
      if (output.above) cell.say(`First what it needs of cell ${output.above}: ${output.done} of ${output.of}`);
      else if (output.cell) failed = listed.find((one) => one.number === output.cell).fail(output);
      else if (output.begins) cell.say("Running");
      else cell.take(output);
    }, patience);
    if (!failed) return cell.end(ok);
    cell.rest(`Cell ${failed.number} comes first, and it has failed: see there.`);
    failed.scrollIntoView({ block: "center" });
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    cell.rest(error.message);
  }
  return false;
}
