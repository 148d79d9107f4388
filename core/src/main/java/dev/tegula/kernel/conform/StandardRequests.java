package dev.tegula.kernel.conform;

import dev.tegula.kernel.Activation;
import dev.tegula.kernel.Activations;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Scoring;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import dev.tegula.tensor.codec.Codecs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The requests on which kernels are compared: for each op and format, shapes with and without tails of every kind. */
public final class StandardRequests {
    private static final float EPS = 1e-5f;
    /** Columns of row-wise ops: below, at and beside multiples of 16, and a model's. */
    private static final int[] COLUMNS = {1, 7, 16, 40, 64, 129, 1056};
    private static final int[] BLOCKED_COLUMNS = {256, 1280};

    private StandardRequests() {}

    /** All requests of an op, by its name in kernel ids. */
    public static List<KernelRequest> of(String op) {
        return all().stream().filter(request -> request.op().name().equals(op)).toList();
    }

    /** The requests that a kernel accepts. */
    public static List<KernelRequest> of(KernelFactory factory) {
        return of(factory.id().op()).stream().filter(request -> factory.refuse(request).isEmpty()).toList();
    }

    /** All requests. */
    public static List<KernelRequest> all() {
        List<KernelRequest> all = new ArrayList<>();
        for (DType type : DType.values()) {
            if (type == DType.F32 || type == DType.F16 || type == DType.BF16 || Codecs.hasCodes(type)) {
                if (type.fields().isPresent()) {
                    fields(all, type);
                } else {
                    linear(all, type, Activations.typeFor(type));
                }
            }
        }
        linear(all, DType.BF16, DType.BF16);
        rowWise(all);
        topK(all);
        quantizing(all);
        for (DType type : KvLayout.TYPES) {
            attention(all, type);
        }
        return all;
    }

    private static Spec tokens(DType type, int cols) {
        return new Spec(type, Dim.TOKENS, cols);
    }

    private static Spec fixed(DType type, int rows, int cols) {
        return new Spec(type, Dim.of(rows), cols);
    }

    private static void linear(List<KernelRequest> all, DType type, DType x) {
        int block = type.blockLength();
        int[] ks = block == 1 ? new int[]{1, 16, 70, 300} : new int[]{block, 3 * block, block == 32 ? 288 : 2 * block};
        int[] ns = {1, 7, 16, 33, 80};
        for (int k : ks) {
            for (int n : ns) {
                matMul(all, type, x, n, k, false, false);
            }
            if (x == Activations.typeFor(type)) {
                all.add(new KernelRequest(new Op.Embed(), List.of(fixed(type, 37, k)), List.of(tokens(DType.F32, k))));
            }
        }
        matMul(all, type, x, 40, ks[2], true, false);
        matMul(all, type, x, 40, ks[2], false, true);
        matMul(all, type, x, 40, ks[1], true, true);
        for (Activation activation : Activation.values()) {
            for (int n : new int[]{7, 48}) {
                all.add(new KernelRequest(new Op.GateUp(activation),
                        List.of(tokens(x, ks[2]), fixed(type, n, ks[2]), fixed(type, n, ks[2])),
                        List.of(tokens(DType.F32, n))));
            }
        }
    }

    /** Formats of N-bit integers, of which there are many that share their code: few shapes each. */
    private static void fields(List<KernelRequest> all, DType type) {
        DType x = Activations.typeFor(type);
        int group = type.blockLength();
        int k = 3 * group + (group == 32 ? 192 : 0);
        matMul(all, type, x, 33, group, false, false);
        matMul(all, type, x, 40, k, true, true);
        all.add(new KernelRequest(new Op.Embed(), List.of(fixed(type, 37, k)), List.of(tokens(DType.F32, k))));
        all.add(new KernelRequest(new Op.GateUp(Activation.SILU),
                List.of(tokens(x, k), fixed(type, 48, k), fixed(type, 48, k)), List.of(tokens(DType.F32, 48))));
    }

    private static void matMul(List<KernelRequest> all, DType type, DType x, int n, int k, boolean bias,
            boolean residual) {
        List<Spec> inputs = new ArrayList<>(List.of(tokens(x, k), fixed(type, n, k)));
        if (bias) {
            inputs.add(fixed(DType.F32, 1, n));
        }
        if (residual) {
            inputs.add(tokens(DType.F32, n));
        }
        all.add(new KernelRequest(new Op.MatMul(bias, residual), inputs, List.of(tokens(DType.F32, n))));
    }

    private static void rowWise(List<KernelRequest> all) {
        for (int n : COLUMNS) {
            Spec x = tokens(DType.F32, n);
            Spec vector = fixed(DType.F32, 1, n);
            all.add(new KernelRequest(new Op.RmsNorm(EPS, 1), List.of(x, vector), List.of(x)));
            all.add(new KernelRequest(new Op.RmsNorm(EPS, 3), List.of(tokens(DType.F32, 3 * n), vector),
                    List.of(tokens(DType.F32, 3 * n))));
            all.add(new KernelRequest(new Op.LayerNorm(EPS), List.of(x, vector, vector), List.of(x)));
            all.add(new KernelRequest(new Op.Add(), List.of(x, x), List.of(x)));
            all.add(new KernelRequest(new Op.Softmax(), List.of(x), List.of(x)));
            all.add(new KernelRequest(new Op.SelectRows(), List.of(x), List.of(new Spec(DType.F32, Dim.OUTPUTS, n))));
            for (Activation activation : Activation.values()) {
                all.add(new KernelRequest(new Op.Gate(activation), List.of(x, x), List.of(x)));
            }
        }
    }

    /** One, a few, as many as a wide vector has lanes, many, all. */
    private static void topK(List<KernelRequest> all) {
        int[][] shapes = {{1, 1}, {7, 7}, {16, 3}, {129, 16}, {1056, 1}, {1056, 1056}, {5000, 40}, {5000, 300}};
        for (int[] shape : shapes) {
            int k = shape[1];
            all.add(new KernelRequest(new Op.TopK(k), List.of(tokens(DType.F32, shape[0])),
                    List.of(tokens(DType.F32, k), tokens(DType.I32, k))));
        }
    }

    private static void quantizing(List<KernelRequest> all) {
        for (int n : COLUMNS) {
            all.add(new KernelRequest(new Op.Quantize(), List.of(tokens(DType.F32, n)),
                    List.of(tokens(DType.BF16, n))));
        }
        for (DType type : List.of(DType.Q8_A32, DType.Q8_A128, DType.Q8_A256)) {
            int[] odd = switch (type) {
                case Q8_A32 -> new int[]{32, 96, 1056};
                case Q8_A128 -> new int[]{128, 384};
                default -> new int[]{};
            };
            int[] columns = Arrays.copyOf(BLOCKED_COLUMNS, BLOCKED_COLUMNS.length + odd.length);
            System.arraycopy(odd, 0, columns, BLOCKED_COLUMNS.length, odd.length);
            for (int n : columns) {
                Spec x = tokens(DType.F32, n);
                all.add(new KernelRequest(new Op.Quantize(), List.of(x), List.of(tokens(type, n))));
                all.add(new KernelRequest(new Op.NormQuantize(EPS), List.of(x, fixed(DType.F32, 1, n)),
                        List.of(tokens(type, n))));
            }
        }
    }

    private static void attention(List<KernelRequest> all, DType type) {
        int[][] shapes = {{4, 2, 64, 64}, {8, 1, 16, 16}, {3, 3, 40, 24}, {2, 2, 6, 2}, {4, 1, 128, 128}};
        for (int[] shape : shapes) {
            int heads = shape[0];
            int kvHeads = shape[1];
            int size = shape[2];
            int dims = shape[3];
            if (size % type.blockLength() != 0) {
                continue;
            }
            Spec q = tokens(DType.F32, heads * size);
            Spec kv = tokens(DType.F32, kvHeads * size);
            Spec table = new Spec(DType.F32, Dim.CONTEXT, dims);
            Spec cache = new Spec(type, Dim.CONTEXT, 2 * kvHeads * size);
            for (boolean halves : new boolean[]{false, true}) {
                if (type == DType.F32) {
                    all.add(new KernelRequest(new Op.Rope(heads, size, dims, halves), List.of(q, table), List.of(q)));
                }
                all.add(new KernelRequest(new Op.RopeKvWrite(1, heads, kvHeads, size, dims, halves),
                        List.of(q, kv, kv, table, cache), List.of(q)));
            }
            all.add(new KernelRequest(new Op.KvWrite(1, kvHeads, size), List.of(kv, kv, cache), List.of()));
            // All windows in the formats that attention computes on as they are; the others only decode differently.
            boolean everyWindow = size == 64 && (type == DType.F32 || type == DType.F16);
            for (int window : everyWindow ? new int[]{0, 1, 45, 600} : new int[]{size == 64 ? 45 : 0, 600}) {
                scores(all, type, heads, kvHeads, size, Scoring.scaled(scale(size), window));
            }
        }
        scorings(all, type);
    }

    /** Each part of a {@link Scoring} alone, then all of them for the head sizes of models, and windows of some of them. */
    private static void scorings(List<KernelRequest> all, DType type) {
        float scale = scale(64);
        if (type == DType.F32 || type == DType.F16) {
            scores(all, type, 4, 2, 64, new Scoring(scale, 0, 3, 0, false));
            scores(all, type, 4, 2, 64, new Scoring(scale, 0, 0, 8, false));
            scores(all, type, 4, 2, 64, new Scoring(scale, 0, 0, 0, true));
        }
        int[][] shapes = {{2, 1, 32, 0}, {3, 1, 80, 600}, {2, 2, 96, 0}, {5, 1, 256, 45}};
        for (int[] shape : shapes) {
            if (shape[2] % type.blockLength() == 0) {
                scores(all, type, shape[0], shape[1], shape[2], new Scoring(scale(shape[2]), shape[3], 30, 4, true));
            }
        }
    }

    private static float scale(int headSize) {
        return (float) (1 / Math.sqrt(headSize));
    }

    private static void scores(List<KernelRequest> all, DType type, int heads, int kvHeads, int size,
            Scoring scoring) {
        Spec q = tokens(DType.F32, heads * size);
        List<Spec> inputs = new ArrayList<>(List.of(q, new Spec(type, Dim.CONTEXT, 2 * kvHeads * size)));
        if (scoring.sinks()) {
            inputs.add(fixed(DType.F32, 1, heads));
        }
        all.add(new KernelRequest(new Op.Attention(1, heads, kvHeads, size, scoring), inputs, List.of(q)));
    }
}
