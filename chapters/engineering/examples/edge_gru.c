/* A GRU with its output layer, one step at a time: the state h goes in and comes out,
   nothing else is kept, and no memory is asked for.
   gru_lib.porting.edge writes edge_weights.h: sizes, matrices, biases, scales. */
#include <math.h>
#include <stdint.h>
#include "edge_weights.h"
#if EDGE_FORMAT != 1
#error "edge_weights.h has another format than this file reads: export it again"
#endif

#if EDGE_INT8 /* factors of 8 bits, sums of 32; a factor q stands for q * unit */
typedef int8_t factor;
typedef int32_t total;
#define SCALE(matrix) matrix##_scale
static factor narrow(float a, float unit) {
    return (factor)fmaxf(-127, fminf(127, roundf(a / unit)));
}
#else
typedef float factor, total;
#define SCALE(matrix) 0
static factor narrow(float a, float unit) { (void)unit; return a; }
#endif

typedef struct {
    int rows, columns;
    const factor *weights;
    const float *scale, *bias; /* a scale for each column */
} layer;
static const layer input = {M, 3 * N, W, SCALE(W), b};
static const layer recurrent = {N, 3 * N, U, SCALE(U), c};
static const layer output = {N, K, V, SCALE(V), d};

/* y = bias + a times the weights */
static void product(float *y, const float *a, float unit, const layer *to) {
    total sums[MOST] = {0};
    for (int i = 0; i < to->rows; i++) {
        const factor *row = to->weights + i * to->columns, a_i = narrow(a[i], unit);
        for (int j = 0; j < to->columns; j++) sums[j] += a_i * row[j];
    }
    for (int j = 0; j < to->columns; j++)
        y[j] = to->bias[j] + sums[j] * (to->scale ? unit * to->scale[j] : 1);
}

static float sigmoid(float a) { return 1 / (1 + expf(-a)); }

void gru_step(const float x[M], float h[N]) { /* h is kept in float */
    float a[3 * N], u[3 * N];
    product(a, x, X_UNIT, &input);
    product(u, h, H_UNIT, &recurrent);
    for (int i = 0; i < N; i++) {
        float z = sigmoid(a[i] + u[i]), r = sigmoid(a[N + i] + u[N + i]);
        float g = tanhf(a[2 * N + i] + r * u[2 * N + i]);
        h[i] = z * h[i] + (1 - z) * g;
    }
}

void gru_answer(const float h[N], float y[K]) { product(y, h, H_UNIT, &output); }
