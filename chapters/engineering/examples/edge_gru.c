/* A GRU with its output layer, one step at a time: the state h goes in and comes out, and nothing else is kept.
   No memory is asked for. edge_weights.h is written by gru_lib.porting.edge; cc -std=c99 -O2 edge_gru.c -lm */
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include "edge_weights.h"
#if EDGE_FORMAT != 1
#error "edge_weights.h has another format than this program reads: export the network again"
#endif

#if EDGE_INT8 /* factors of 8 bits, sums of 32; a factor q stands for q * unit */
typedef int8_t factor;
typedef int32_t total;
#define SCALE(matrix) matrix##_scale
static factor narrow(float a, float unit) { return (factor)fmaxf(-127, fminf(127, roundf(a / unit))); }
#else
typedef float factor, total;
#define SCALE(matrix) 0
static factor narrow(float a, float unit) { (void)unit; return a; }
#endif
typedef struct { int rows, columns; const factor *weights; const float *scale, *bias; } layer;
static const layer input = {M, 3 * N, W, SCALE(W), b};
static const layer recurrent = {N, 3 * N, U, SCALE(U), c};
static const layer output = {N, K, V, SCALE(V), d};

/* y = bias + a times the weights, whose columns have a scale each */
static void product(float *y, const float *a, float unit, const layer *to) {
    total sums[MOST] = {0};
    for (int i = 0; i < to->rows; i++) {
        factor a_i = narrow(a[i], unit);
        for (int j = 0; j < to->columns; j++) sums[j] += a_i * to->weights[i * to->columns + j];
    }
    for (int j = 0; j < to->columns; j++) y[j] = to->bias[j] + sums[j] * (to->scale ? unit * to->scale[j] : 1);
}

static float sigmoid(float a) { return 1 / (1 + expf(-a)); }

void gru_step(const float *x, float *h) { /* x (M), h (N): multiplied in 8 bits perhaps, kept in 32 */
    float a[3 * N], u[3 * N];
    product(a, x, X_UNIT, &input);
    product(u, h, H_UNIT, &recurrent);
    for (int i = 0; i < N; i++) {
        float z = sigmoid(a[i] + u[i]), r = sigmoid(a[N + i] + u[N + i]);
        h[i] = z * h[i] + (1 - z) * tanhf(a[2 * N + i] + r * u[2 * N + i]);
    }
}

void gru_answer(const float *h, float *y) { product(y, h, H_UNIT, &output); } /* y (K) */

static int take(float *a, int count, float most) {
    if (fread(a, sizeof *a, count, stdin) != (size_t)count) return 0;
    for (int i = 0; i < count; i++) if (!(fabsf(a[i]) <= most)) return 0; /* which nan fails too */
    return 1;
}

int main(void) { /* asked: a number of steps, a state, the inputs; answered: what each step says, the state */
    int32_t steps;
    float x[M], h[N], y[K];
    size_t got;
    while ((got = fread(&steps, 1, sizeof steps, stdin)) == sizeof steps) {
        if (steps < 0 || !take(h, N, EDGE_INT8 ? 1 : FLT_MAX)) return fputs("no such state, or no such number\n", stderr), 1;
        for (; steps; steps--) {
            if (!take(x, M, FLT_MAX)) return fputs("an input is missing, or is no number\n", stderr), 1;
            gru_step(x, h), gru_answer(h, y);
            fwrite(y, sizeof *y, K, stdout);
        }
        fwrite(h, sizeof *h, N, stdout), fflush(stdout);
    }
    return got ? fputs("a request ends too early\n", stderr), 1 : 0;
}
