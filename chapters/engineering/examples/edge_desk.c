/* edge_gru.c as a program, to try on a desk what will run on a chip.
   cc -std=c99 -O2 -o edge edge_desk.c -lm
   Asked: a number of steps (int32), a state h (N floats), the inputs (M floats each).
   Answered: what each step says (K floats each), the state. Until its input ends. */
#include <float.h>
#include <stdio.h>
#include "edge_gru.c"

static int refuse(const char *why) { return fputs(why, stderr), fputc('\n', stderr), 1; }

static int take(float *a, int count, float most) {
    if (fread(a, sizeof *a, count, stdin) != (size_t)count) return 0;
    for (int i = 0; i < count; i++)
        if (!(fabsf(a[i]) <= most)) return 0; /* which nan fails too */
    return 1;
}

int main(void) {
    int32_t steps;
    float x[M], h[N], y[K];
    size_t got;
    while ((got = fread(&steps, 1, sizeof steps, stdin)) == sizeof steps) {
        if (steps < 0) return refuse("the number of steps is below zero");
        if (!take(h, N, EDGE_INT8 ? 1 : FLT_MAX)) return refuse("this is no state of mine");
        for (; steps; steps--) {
            if (!take(x, M, FLT_MAX)) return refuse("an input is missing, or no number");
            gru_step(x, h);
            gru_answer(h, y);
            fwrite(y, sizeof *y, K, stdout);
        }
        fwrite(h, sizeof *h, N, stdout);
        fflush(stdout);
    }
    return got ? refuse("a request ends too early") : 0;
}
