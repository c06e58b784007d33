/**
 * Python, in a thread of its own, so that no loop can hold the page up.
 *
 * It is sent { source, number } and answers { output } as often as there is one, then { done: ok }.
 * While it loads it says { loaded } bytes; what cannot be mended is { broken: message }.
 */
const MEMORY = 2 ** 30; // bytes; without a limit a cell takes all that the browser has
const PAGE = 2 ** 16; // bytes that WebAssembly grows by

const fetchAsItIs = self.fetch;
let loaded = 0;

/** Fetches as ever, counts what comes, and unpacks WebAssembly, which lies packed beside the page. */
self.fetch = async (request, options) => {
  const address = request.url ?? String(request);
  const packed = address.endsWith(".wasm");
  const response = await fetchAsItIs(packed ? `${address}.gzip` : request, options);
  if (!response.ok) return response;
  const count = new TransformStream({
    transform(piece, out) {
      loaded += piece.byteLength;
      postMessage({ loaded });
      out.enqueue(piece);
    },
  });
  const counted = response.body.pipeThrough(count);
  return packed
    ? new Response(counted.pipeThrough(new DecompressionStream("gzip")), { headers: { "Content-Type": "application/wasm" } })
    : new Response(counted, { headers: response.headers });
};

const grow = WebAssembly.Memory.prototype.grow;
WebAssembly.Memory.prototype.grow = function (pages) {
  if (this.buffer.byteLength + pages * PAGE > MEMORY) throw new RangeError("the page's Python has one gigabyte");
  return grow.call(this, pages);
};

const START = `
import json, sys
sys.path.insert(0, "/book")
from page_kernel.cell import run
lambda source, number, post: run(source, number, lambda output: post(json.dumps(output)))
`;

async function start() {
  const { loadPyodide } = await import(`${PYTHON}pyodide.mjs`);
  const python = await loadPyodide({ indexURL: PYTHON, env: { MPLBACKEND: "module://page_kernel.backend" } });
  const [library] = await Promise.all([fetch(`./library.zip?v=${VERSION}`), python.loadPackage("numpy", { messageCallback() {} })]);
  python.unpackArchive(await library.arrayBuffer(), "zip", { extractDir: "/book" });
  return { python, run: python.runPython(START) };
}

const started = start();
started.then(
  () => postMessage({ ready: true }),
  (error) => postMessage({ broken: String(error.message ?? error) }),
);

self.onmessage = async ({ data: { source, number } }) => {
  try {
    const { python, run } = await started;
    await python.loadPackagesFromImports(source, { messageCallback() {} }).catch(() => {}); // a mistake is told by the run
    const done = run(source, number, (output) => postMessage({ output: JSON.parse(output) }));
    postMessage({ done });
  } catch (error) {
    postMessage({ broken: String(error.message ?? error) });
  }
};
