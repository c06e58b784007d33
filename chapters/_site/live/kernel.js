/** The page's side of its Python: one worker, started by the first cell and ended by Stop, a limit or a fault. */

const SECONDS = 180; // that one cell may run
const SLOW = "The cell ran for three minutes and was stopped. The variables are gone; the next run makes them again.";
const STOPPED = "Stopped. The variables are gone; the next run makes them again.";

/** Python has ended, and all variables with it; the message says why. */
export class Ended extends Error {}

export class Kernel {
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
    this.isReady = false;
  }

  /** Run one cell after the one before has ended; answers whether it did without an error, or throws Ended. */
  run(source, number, onOutput) {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject, onOutput };
      try {
        this.#worker ??= this.#start();
      } catch (error) {
        this.end(`Python cannot start in this browser (${error.message}).`);
        return;
      }
      this.#worker.postMessage({ source, number });
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
    if (typeof WebAssembly !== "object") throw new Error("it has no WebAssembly");
    const worker = new Worker(`${this.folder}worker.js?v=${VERSION}`, { type: "module" });
    worker.onmessage = ({ data }) => this.#hear(data);
    worker.onerror = () => this.end("Python could not be loaded: a file did not come, or the browser has no module workers.");
    return worker;
  }

  #hear({ loaded, ready, output, done, broken }) {
    if (loaded) this.onProgress(loaded);
    if (ready) {
      this.isReady = true;
      this.#limit();
    }
    if (output) this.#waiting.onOutput(output);
    if (broken) this.end(`Python has ended: ${broken}. The variables are gone; the next run makes them again.`);
    if (done === undefined) return;
    clearTimeout(this.#timer);
    this.#waiting.resolve(done);
  }

  #limit() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end(SLOW), 1000 * SECONDS);
  }
}
