/**
 * Python, in a thread of its own, so that no loop can hold the page up.
 *
 * It is sent the cells down to the one that shall run, [[number, code], …], and all cells of the page, as the book has
 * them and as they stand, where these differ. It answers { output } as often as there is one; of the latter two what each
 * cell rests on, { output: { bases } }; then { done: ok }. While something loads it says { loaded } bytes; what cannot be mended is { broken: message }.
 */
const MEMORY = 2 ** 30; // bytes; without a limit a cell takes all that the browser has
const PAGE = 2 ** 16; // bytes that WebAssembly grows by
const QUIET = { messageCallback() {} };

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
from page_kernel.bases import bases
from page_kernel.cell import Session

def start(fetch):
    session = Session(fetch)

    async def run(asked, post):
        cells, pages = json.loads(asked)
        ok = await session.run(cells, lambda output: post(json.dumps(output)))
        if pages:
            post(json.dumps({"bases": [bases(page) for page in pages]}))
        return ok

    return run

start
`;

async function start() {
  const { loadPyodide } = await import(`${PYTHON}pyodide.mjs`);
  const library = fetch(`./library.zip?v=${VERSION}`).then((response) => response.arrayBuffer());
  const env = { MPLBACKEND: "module://page_kernel.backend", PYTHONHASHSEED: "0" }; // a new Python finds the same bases
  const python = await loadPyodide({ indexURL: PYTHON, packages: ["numpy"], env });
  python.unpackArchive(await library, "zip", { extractDir: "/book" });
  const bring = async (name) => (await python.loadPackagesFromImports(`import ${name}`, QUIET)).length > 0;
  return python.runPython(START)(bring);
}

const started = start();
started.then(
  () => postMessage({ ready: true }),
  (error) => postMessage({ broken: String(error.message ?? error) }),
);

self.onmessage = async ({ data: asked }) => {
  try {
    const run = await started;
    const done = await run(JSON.stringify(asked), (output) => postMessage({ output: JSON.parse(output) }));
    postMessage({ done });
  } catch (error) {
    postMessage({ broken: String(error.message ?? error) });
  }
};
