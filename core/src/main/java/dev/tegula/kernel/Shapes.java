package dev.tegula.kernel;

import dev.tegula.kv.KvLayout;

/** Whether the shapes of a request fit together, op by op. */
final class Shapes {
    private Shapes() {}

    /**
     * Checks what the op's description says of its inputs' and outputs' columns.
     *
     * @throws IllegalArgumentException naming the request and the two numbers that do not fit
     */
    static void check(KernelRequest r) {
        int out = r.output().cols();
        switch (r.op()) {
            case Op.Embed o -> same(r, "columns of the table", cols(r, 0), out);
            case Op.RmsNorm o -> {
                same(r, "columns", cols(r, 0), out);
                multiple(r, "columns", out, o.groups());
                same(r, "weights", cols(r, 1), out / o.groups());
            }
            case Op.LayerNorm o -> {
                same(r, "columns", cols(r, 0), out);
                same(r, "weights", cols(r, 1), out);
                same(r, "biases", cols(r, 2), out);
            }
            case Op.NormQuantize o -> {
                same(r, "columns", cols(r, 0), out);
                same(r, "weights", cols(r, 1), out);
            }
            case Op.MatMul o -> {
                int extra = (o.bias() ? 1 : 0) + (o.residual() ? 1 : 0);
                same(r, "inputs", r.inputs().size(), 2 + extra);
                linear(r, 1, out);
                for (int i = 2; i < 2 + extra; i++) {
                    same(r, "columns of input " + i, cols(r, i), out);
                }
            }
            case Op.GateUp o -> {
                linear(r, 1, out);
                linear(r, 2, out);
            }
            case Op.Add o -> elementwise(r, out);
            case Op.Gate o -> elementwise(r, out);
            case Op.Quantize o -> same(r, "columns", cols(r, 0), out);
            case Op.SelectRows o -> same(r, "columns", cols(r, 0), out);
            case Op.Softmax o -> same(r, "columns", cols(r, 0), out);
            case Op.TopK o -> {
                same(r, "k and columns of the values", o.k(), out);
                same(r, "k and columns of the ids", o.k(), r.outputs().get(1).cols());
                if (o.k() < 1 || o.k() > cols(r, 0)) {
                    throw new IllegalArgumentException(r + ": " + o.k() + " of " + cols(r, 0) + " columns");
                }
            }
            case Op.Rope o -> {
                same(r, "columns", cols(r, 0), out);
                rope(r, 0, 1, o.heads(), o.headSize(), o.dims());
            }
            case Op.KvWrite o -> {
                same(r, "columns of k", cols(r, 0), o.kvHeads() * o.headSize());
                same(r, "columns of v", cols(r, 1), o.kvHeads() * o.headSize());
            }
            case Op.RopeKvWrite o -> {
                same(r, "columns", cols(r, 0), out);
                rope(r, 0, 3, o.heads(), o.headSize(), o.dims());
                rope(r, 1, 3, o.kvHeads(), o.headSize(), o.dims());
                same(r, "columns of v", cols(r, 2), o.kvHeads() * o.headSize());
            }
            case Op.Attention o -> {
                same(r, "columns", cols(r, 0), out);
                same(r, "columns of q", cols(r, 0), o.heads() * o.headSize());
                multiple(r, "heads", o.heads(), o.kvHeads());
            }
            default -> throw new IllegalArgumentException(r + ": evaluated at load, not by a kernel");
        }
    }

    /** Checks that an op's layer, heads and head size are those of the cache. */
    static void checkCache(KernelRequest r, KvLayout layout) {
        switch (r.op()) {
            case Op.KvWrite o -> cache(r, layout, o.layer(), o.kvHeads(), o.headSize());
            case Op.RopeKvWrite o -> cache(r, layout, o.layer(), o.kvHeads(), o.headSize());
            case Op.Attention o -> cache(r, layout, o.layer(), o.kvHeads(), o.headSize());
            default -> throw new IllegalArgumentException(r + ": takes no KV cache");
        }
    }

    private static void cache(KernelRequest r, KvLayout layout, int layer, int kvHeads, int headSize) {
        if (layer < 0 || layer >= layout.layers()) {
            throw new IllegalArgumentException(r + ": layer " + layer + " of " + layout.layers());
        }
        same(r, "KV heads", kvHeads, layout.kvHeads());
        same(r, "head size", headSize, layout.headSize());
    }

    private static void elementwise(KernelRequest r, int out) {
        same(r, "columns", cols(r, 0), out);
        same(r, "columns", cols(r, 1), out);
    }

    private static void linear(KernelRequest r, int weights, int out) {
        same(r, "columns of x and W", cols(r, 0), cols(r, weights));
        if (r.input(weights).rows().size() != out) {
            throw new IllegalArgumentException(
                    r + ": W has " + r.input(weights).rows() + " rows, y " + out + " columns");
        }
    }

    private static void rope(KernelRequest r, int x, int table, int heads, int headSize, int dims) {
        same(r, "columns of input " + x, cols(r, x), heads * headSize);
        same(r, "columns of the table", cols(r, table), dims);
        multiple(r, "dims", dims, 2);
        if (dims < 2 || dims > headSize) {
            throw new IllegalArgumentException(r + ": rotates " + dims + " of " + headSize + " elements");
        }
    }

    private static int cols(KernelRequest r, int input) {
        return r.input(input).cols();
    }

    private static void same(KernelRequest r, String what, int a, int b) {
        if (a != b) {
            throw new IllegalArgumentException(r + ": " + what + ": " + a + " and " + b);
        }
    }

    private static void multiple(KernelRequest r, String what, int a, int b) {
        if (b < 1 || a % b != 0) {
            throw new IllegalArgumentException(r + ": " + what + ": " + a + " is no multiple of " + b);
        }
    }
}
