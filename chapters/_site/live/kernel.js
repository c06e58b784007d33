/** The page's side of its Python: one worker, started by the first cell and ended by Stop, a limit or a fault. */

const STOPPED = "Stopped. The variables are gone; the next run makes them again.";

/** Python has ended, and all variables with it; the message says why. */
export class Ended extends Error {}

export class Kernel {
  isReady = false;
  #worker;
  #waiting;
  #timer;

  /**
   * @param {string} folder where the worker lies
   * @param {(loaded: number) => void} onProgress is told how many bytes have come
   */
  constructor(folder, onProgress) {
    this.folder = folder;
    this.onProgress = onProgress;
  }

  /**
   * Run the last of some cells after the one before has ended.
   *
   * @param {[number, string, boolean][]} cells number and code of it and of all above it, and whether they lack something
   * @param {[number, string, boolean][][]} pages all cells as the book has them, and as they stand; or nothing
   * @param {(output: object) => void} onOutput
   * @param {number} patience minutes without a word, after which Python is ended
   * @returns {Promise<boolean>} whether it went well; rejects with Ended
   */
  run(cells, pages, onOutput, patience) {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject, onOutput, patience };
      try {
        this.#worker ??= this.#start();
      } catch (error) {
        this.end(`A browser starts no Python ${error.message}.`);
        return;
      }
      this.#worker.postMessage([cells, pages]);
      if (this.isReady) this.#limit();
    });
  }

  /** End Python at once. */
  end(message = STOPPED) {
    clearTimeout(this.#timer);
    this.#worker?.terminate();
    this.#worker = undefined;
    this.isReady = false;
    this.#waiting?.reject(new Ended(message));
    this.#waiting = undefined;
  }

  #start() {
    if (location.protocol === "file:") throw new Error("from a folder; serve it: python3 -m http.server -d _build/html");
    if (typeof WebAssembly !== "object") throw new Error("without WebAssembly");
    if (typeof Worker !== "function") throw new Error("without workers");
    const worker = new Worker(`${this.folder}worker.js?v=${VERSION}`, { type: "module" });
    worker.onmessage = ({ data }) => this.#hear(data);
    worker.onerror = () => this.end("Python could not be loaded: there is no network, or the browser has no module workers.");
    return worker;
  }

  #hear({ loaded, ready, output, done, broken }) {
    if (loaded) this.onProgress(loaded);
    if (ready) this.isReady = true;
    if (ready || output) this.#limit();
    if (output) this.#waiting.onOutput(output);
    if (broken) this.end(`Python has ended: ${broken}. The variables are gone; the next run makes them again.`);
    if (done === undefined) return;
    clearTimeout(this.#timer);
    this.#waiting.resolve(done);
  }

  #limit() {
    clearTimeout(this.#timer);
    const { patience } = this.#waiting;
    const said = `The cell said nothing for ${patience} minutes and was stopped. The variables are gone; the next run makes them again.`;
    this.#timer = setTimeout(() => this.end(said), 60_000 * patience);
  }
}
