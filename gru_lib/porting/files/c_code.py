"""Write a file of C99 that holds the weights and runs them: no allocation but for what lies between two layers."""

from string import Template

import numpy as np
from numpy.typing import NDArray

from gru_lib.porting.stack import StackedGRU, both_rows
from gru_lib.scratch import GRUWeights

GATES = {"sigmoid": "1 / (1 + exp(-a))", "hard_sigmoid_0.2": "cut(0.2 * a + 0.5)", "hard_sigmoid_6": "cut(a / 6 + 0.5)"}
CANDIDATES = {"tanh": "tanh(a)", "relu": "a > 0 ? a : 0"}
RESET = {True: "r[j] * q[2 * n + j]", False: "q[2 * n + j]"}
BEFORE = """
        for (int j = 0; j < n; j++) { rh[j] = r[j] * h[j]; q[2 * n + j] = 0; }
        add(q + 2 * n, rh, g->U + 2 * n, n, n, 3 * n);"""

FILE = Template("""/* GRU: $about.
   Written by gru_lib.porting. Include it, or compile it with -DGRU_MAIN into a program that maps
   the sequence on stdin, T rows of $features numbers as they are in memory, to the states on stdout. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef $real gru_real;
enum { GRU_FEATURES = $features, GRU_OUTPUTS = $outputs, GRU_LAYERS = $layers, GRU_MOST = $most };
typedef struct { int m, n; const gru_real *W, *U, *b, *c; } gru_direction;
static int gru(const gru_real *x, size_t steps, gru_real *states);

static double cut(double a) { return a < 0 ? 0 : a > 1 ? 1 : a; }
static double gate(double a) { (void)cut; return $gate; }
static double candidate(double a) { return $candidate; }

/* y += x M, for x of `rows` numbers and `columns` columns of M, whose rows are `width` apart */
static void add(gru_real *y, const gru_real *x, const gru_real *M, int rows, int columns, int width) {
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++) y[j] += x[i] * M[i * width + j];
}

/* one direction: states y of n numbers, `width` apart; gates z, r, h side by side in the columns */
static void run(const gru_direction *g, const gru_real *x, size_t steps, gru_real *y, int width, int backwards) {
    const int n = g->n;
    static const gru_real zero[GRU_MOST];
    const gru_real *h = zero;
    gru_real a[3 * GRU_MOST], q[3 * GRU_MOST], r[GRU_MOST], rh[GRU_MOST];
    (void)rh;
    for (size_t step = 0; step < steps; step++) {
        size_t t = backwards ? steps - 1 - step : step;
        memcpy(a, g->b, 3 * n * sizeof *a);
        memcpy(q, g->c, 3 * n * sizeof *q);
        add(a, x + t * g->m, g->W, g->m, 3 * n, 3 * n);
        add(q, h, g->U, n, 3 * n, 3 * n);
        for (int j = 0; j < n; j++) r[j] = gate(a[n + j] + q[n + j]);$before
        for (int j = 0; j < n; j++) {
            gru_real z = gate(a[j] + q[j]);
            y[t * width + j] = z * h[j] + (1 - z) * candidate(a[2 * n + j] + $reset);
        }
        h = y + t * width;
    }
}

$arrays
static const gru_direction gru_layers[][2] = {$table};

/* x: steps rows of GRU_FEATURES; states: steps rows of GRU_OUTPUTS. Not 0 if memory is lacking. */
static int gru(const gru_real *x, size_t steps, gru_real *states) {
    const gru_real *below = x;
    gru_real *mine = NULL;
    for (int k = 0; k < GRU_LAYERS; k++) {
        const gru_direction *g = gru_layers[k];
        int width = g[0].n + g[1].n;
        gru_real *y = k == GRU_LAYERS - 1 ? states : malloc(steps * width * sizeof *y + 1);
        if (y) for (int d = 0; d < 2 && g[d].n; d++) run(g + d, below, steps, y + d * g[0].n, width, d);
        free(mine);
        if (!y) return 1;
        below = y;
        mine = k == GRU_LAYERS - 1 ? NULL : y;
    }
    return 0;
}

#ifdef GRU_MAIN
#include <stdio.h>
int main(void) {
    size_t steps = 0, room = 0;
    gru_real *x = NULL, *states, row[GRU_FEATURES];
    while (fread(row, sizeof row, 1, stdin) == 1) {
        if (steps == room && !(x = realloc(x, (room = 2 * room + 64) * sizeof row))) return 1;
        memcpy(x + GRU_FEATURES * steps++, row, sizeof row);
    }
    states = malloc(steps * GRU_OUTPUTS * sizeof *states + 1);
    if (!states || gru(x, steps, states)) return 1;
    return fwrite(states, GRU_OUTPUTS * sizeof *states, steps, stdout) != steps;
}
#endif
""")


def write(stack: StackedGRU) -> bytes:
    """Return the file; its function ``gru`` computes the states of one sequence from zeros on."""
    first, last = stack.layers[0][0], stack.layers[-1]
    arrays = {
        f"{part}_{k}_{d}": array
        for k, layer in enumerate(stack.layers)
        for d, gru in enumerate(layer)
        for part, array in zip("WUbc", (gru.kernel, gru.recurrent_kernel, *both_rows(gru)), strict=True)
    }
    text = FILE.substitute(
        about=stack.describe(),
        real="float" if first.dtype == np.float32 else "double",
        features=first.input_size,
        outputs=len(last) * last[0].units,
        layers=len(stack.layers),
        most=max(layer[0].units for layer in stack.layers),
        gate=GATES[stack.activations[0]],
        candidate=CANDIDATES[stack.activations[1]],
        before="" if stack.reset_after else BEFORE,
        reset=RESET[stack.reset_after],
        arrays="\n".join(_array(name, array) for name, array in arrays.items()),
        table=", ".join(_row(k, layer) for k, layer in enumerate(stack.layers)),
    )
    return text.encode()


def _row(k: int, layer: tuple[GRUWeights, ...]) -> str:
    """Write the two directions of a layer, zeros for one that is not there."""
    cells = ["{0, 0, 0, 0, 0, 0}"] * 2
    for d, gru in enumerate(layer):
        cells[d] = f"{{{gru.input_size}, {gru.units}, {', '.join(f'{part}_{k}_{d}' for part in 'WUbc')}}}"
    return f"{{{', '.join(cells)}}}"


def _array(name: str, array: NDArray) -> str:
    """Write numbers in base 16, which is exact."""
    numbers = [float(number).hex() for number in array.ravel()]
    lines = [", ".join(numbers[k : k + 6]) for k in range(0, len(numbers), 6)]
    return f"static const gru_real {name}[] = {{\n    " + ",\n    ".join(lines) + "};"
