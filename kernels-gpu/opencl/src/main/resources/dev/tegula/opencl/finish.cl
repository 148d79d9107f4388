// What a linear layer does with a sum: + bias, then + residual; or f(y) * sum, the second half of a gated layer.
#define WITH_BIAS 1
#define WITH_RESIDUAL 2
#define GATED 4

// Writes element j of a row of y that begins at `at`.
void finish(float value, long at, int j, global const float *bias, global const float *residual, global float *y,
            int flags, int activation) {
    if (flags & WITH_BIAS) {
        value += bias[j];
    }
    if (flags & WITH_RESIDUAL) {
        value += residual[at + j];
    }
    if (flags & GATED) {
        value = activate(activation, y[at + j]) * value;
    }
    y[at + j] = value;
}
