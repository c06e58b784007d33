/** The cells of a page and their one Python: a cell runs after those above it that have not run. */
import { Ended, Kernel } from "./kernel.js";

const folder = new URL(".", document.currentScript.src).href;
const megabytes = (bytes) => `${Math.ceil(bytes / 1e6)} MB`;

export const SIZE = megabytes(BYTES);
let speaker; // the cell whose click loads Python
const kernel = new Kernel(folder, (loaded) => {
  const figures = kernel.isReady ? `, and Matplotlib for the figures` : "";
  const all = kernel.isReady ? BYTES + BYTES_FIGURES : BYTES;
  speaker?.say(`Loading Python${figures}, ${megabytes(all)}, once: ${Math.min(99, Math.floor((100 * loaded) / all))} %`);
});

/** The editor, which comes with the first cell that is edited or run. */
export const editor = () => import(`${folder}editor.js?v=${VERSION}`);

const cells = () => [...document.querySelectorAll("live-cell:not([needs])")];
let before = Promise.resolve();

/** Run a cell, and first whatever above it has not run with the code that it has now. */
export function run(cell) {
  return (before = before.then(() => runInOrder(cell)));
}

export function stop() {
  kernel.end();
}

async function runInOrder(cell) {
  speaker = cell;
  const order = cells();
  const due = order.slice(0, order.indexOf(cell)).filter((one) => !one.hasRun);
  try {
    for (const [done, earlier] of due.entries()) {
      cell.say(`First the cells above that have not run: ${done + 1} of ${due.length}`);
      if ((await one(earlier)) || earlier.closest("book-exercise")) continue; // no exercise needs another's answer
      cell.fail(`The cell that comes first has failed: cell ${earlier.number}.`, earlier);
      return false;
    }
    return await one(cell);
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    for (const every of order) every.hasRun = false;
    cell.fail(error.message);
    return false;
  }
}

async function one(cell) {
  cell.begin();
  const ok = await kernel.run(cell.code, cell.number, (output) => cell.take(output));
  cell.end(ok);
  return ok;
}
