/* A GRU in C99, reset after, in float. cc -O2 -o my_gru my_gru.c -lm
   Reads B T m n, x, kernel, recurrent_kernel, two rows of biases and h0; writes the states, a line for each request. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static float *numbers(int count) {
    float *a = malloc(count * sizeof *a);
    for (int i = 0; i < count; i++)
        if (scanf("%f", a + i) != 1) exit(1);
    return a;
}

static float sum(const float *v, int size, const float *matrix, int columns, int column, float start) {
    for (int i = 0; i < size; i++) start += v[i] * matrix[i * columns + column];
    return start;
}

static float sigmoid(float a) { return 1 / (1 + expf(-a)); }

int main(void) {
    int B, T, m, n;
    while (scanf("%d %d %d %d", &B, &T, &m, &n) == 4) {
        float *x = numbers(B * T * m), *W = numbers(m * 3 * n), *U = numbers(n * 3 * n);
        float *b = numbers(6 * n), *c = b + 3 * n, *h0 = numbers(B * n), *next = malloc(n * sizeof *next);
        for (int row = 0; row < B; row++)
            for (int t = 0; t < T; t++) {
                float *h = h0 + row * n, *x_t = x + (row * T + t) * m;
                for (int i = 0; i < n; i++) {
                    float in[3], re[3];
                    for (int g = 0; g < 3; g++) {
                        in[g] = sum(x_t, m, W, 3 * n, g * n + i, b[g * n + i]);
                        re[g] = sum(h, n, U, 3 * n, g * n + i, c[g * n + i]);
                    }
                    float z = sigmoid(in[0] + re[0]), r = sigmoid(in[1] + re[1]);
                    next[i] = z * h[i] + (1 - z) * tanhf(in[2] + r * re[2]);
                }
                for (int i = 0; i < n; i++) printf("%.9g ", h[i] = next[i]);
            }
        puts("");
        fflush(stdout);
        free(x), free(W), free(U), free(b), free(h0), free(next);
    }
}
