// One dot product and one product of 16 by SUB and SUB by 8 bytes by a sub-group, for a comparison with what Java computes.
kernel void probe(global int *out) {
    MMA_SCRATCH;
    int item = get_local_id(0);
    int a[A_WORDS];
    int b[B_WORDS];
    int c[4] = {item, 0, -item, 7};
    for (int i = 0; i < A_WORDS; i++) {
        a[i] = (item * A_WORDS + i + 1) * 0x9E3779B1;
    }
    for (int i = 0; i < B_WORDS; i++) {
        b[i] = (item * B_WORDS + i + 1) * 0x85EBCA6B;
    }
    MMA(a, b, c, item);
    for (int i = 0; i < 4; i++) {
        out[5 * item + i] = c[i];
    }
    out[5 * item + 4] = dot4(a[0], b[0], item);
}
