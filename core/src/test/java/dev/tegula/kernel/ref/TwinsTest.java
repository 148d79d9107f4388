package dev.tegula.kernel.ref;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.kernel.Activation;
import dev.tegula.kernel.Activations;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Scoring;
import dev.tegula.kernel.Operand;
import dev.tegula.kernel.Scratch;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import dev.tegula.tensor.Storage;
import dev.tegula.tensor.TensorView;
import dev.tegula.tensor.codec.Codecs;
import dev.tegula.tile.Packing;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The twins against the textbook formulas in double precision. */
class TwinsTest {
    private final Storage storage = new Storage("twins");
    private final Random random = new Random(3);

    @AfterEach
    void close() {
        storage.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K",
        "Q6_K", "IQ4_NL", "IQ4_XS", "TQ1_0", "TQ2_0", "TQ2_F32", "INT3_G32", "INT8_G128", "UINT5_G128", "UINT1_G32"})
    void matMul(DType type) {
        int k = 512;
        int n = 9;
        int rows = 3;
        Operand.Weights w = weights(type, n, k);
        TensorView x = x(rows, k);
        TensorView bias = x(1, n);
        TensorView residual = x(rows, n);
        DType activations = Activations.typeFor(type);
        TensorView input = x;
        if (activations != DType.F32) {
            input = TensorView.allocate(storage, activations, rows, k);
            run(new Op.Quantize(), rows, List.of(matrix(x)), List.of(input));
        }
        TensorView y = TensorView.allocate(storage, DType.F32, rows, n);
        run(new Op.MatMul(true, true), rows, List.of(matrix(input), w, matrix(bias), matrix(residual)), List.of(y));
        double[][] wide = decode(w);
        for (int r = 0; r < rows; r++) {
            double[] a = activation(input, r);
            for (int j = 0; j < n; j++) {
                double right = at(bias, 0, j) + at(residual, r, j);
                double size = Math.abs(right);
                for (int i = 0; i < k; i++) {
                    right += a[i] * wide[j][i];
                    size += Math.abs(a[i] * wide[j][i]);
                }
                assertEquals(right, at(y, r, j), 1e-5 * size, "row " + r + " column " + j);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"Q8_A32, 32", "Q8_A128, 32", "Q8_A256, 16"})
    void quantize(DType type, int sumLength) {
        int n = 768;
        TensorView x = x(2, n);
        TensorView y = TensorView.allocate(storage, type, 2, n);
        run(new Op.Quantize(), 2, List.of(matrix(x)), List.of(y));
        int length = type.blockLength();
        for (int b = 0; b < n / length; b++) {
            long block = y.rowOffset(1) + (long) b * type.blockBytes();
            float scale = y.segment().get(ValueLayout.JAVA_FLOAT, block);
            long values = block + 4 + 4L * (length / sumLength);
            double largest = 0;
            for (int s = 0; s < length / sumLength; s++) {
                int sum = 0;
                for (int i = s * sumLength; i < (s + 1) * sumLength; i++) {
                    int q = y.segment().get(ValueLayout.JAVA_BYTE, values + i);
                    double v = at(x, 1, b * length + i);
                    largest = Math.max(largest, Math.abs(v));
                    assertEquals(v, (double) q * scale, scale * 0.50001);
                    sum += q;
                }
                assertEquals(sum, y.segment().get(ValueLayout.JAVA_INT, block + 4 + 4L * s));
            }
            assertEquals((float) (largest / 127), scale);
        }
    }

    @Test
    void quantizesTiesToEvenAndSpecialBlocks() {
        TensorView x = TensorView.allocate(storage, DType.F32, 1, 128);
        float[] first = {127f, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -127f};
        for (int i = 0; i < first.length; i++) {
            set(x, 0, i, first[i]);
        }
        set(x, 0, 64, Float.NaN);
        set(x, 0, 96, 1e-38f);
        TensorView y = TensorView.allocate(storage, DType.Q8_A32, 1, 128);
        run(new Op.Quantize(), 1, List.of(matrix(x)), List.of(y));
        byte[] right = {127, 0, 2, 2, 0, -2, -127};
        for (int i = 0; i < right.length; i++) {
            assertEquals(right[i], y.segment().get(ValueLayout.JAVA_BYTE, 8L + i));
        }
        assertEquals(0f, y.segment().get(ValueLayout.JAVA_FLOAT, 40));
        assertTrue(Float.isNaN(y.segment().get(ValueLayout.JAVA_FLOAT, 80)));
        assertEquals(0f, y.segment().get(ValueLayout.JAVA_FLOAT, 120));
    }

    @Test
    void norms() {
        int n = 83;
        TensorView x = x(2, 2 * n);
        TensorView w = x(1, n);
        TensorView y = TensorView.allocate(storage, DType.F32, 2, 2 * n);
        run(new Op.RmsNorm(1e-5f, 2), 2, List.of(matrix(x), matrix(w)), List.of(y));
        double squares = 0;
        for (int i = n; i < 2 * n; i++) {
            squares += at(x, 1, i) * at(x, 1, i);
        }
        for (int i = 0; i < n; i++) {
            assertEquals(at(x, 1, n + i) / Math.sqrt(squares / n + 1e-5) * at(w, 0, i), at(y, 1, n + i), 1e-5);
        }
        TensorView wide = x(1, 2 * n);
        TensorView b = x(1, 2 * n);
        run(new Op.LayerNorm(1e-5f), 2, List.of(matrix(x), matrix(wide), matrix(b)), List.of(y));
        double mean = 0;
        double variance = 0;
        for (int i = 0; i < 2 * n; i++) {
            mean += at(x, 0, i) / (2 * n);
        }
        for (int i = 0; i < 2 * n; i++) {
            variance += Math.pow(at(x, 0, i) - mean, 2) / (2 * n);
        }
        for (int i = 0; i < 2 * n; i++) {
            double right = (at(x, 0, i) - mean) / Math.sqrt(variance + 1e-5) * at(wide, 0, i) + at(b, 0, i);
            assertEquals(right, at(y, 0, i), 1e-5);
        }
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void rope(boolean halves) {
        int size = 10;
        int dims = 6;
        TensorView x = x(3, 2 * size);
        TensorView table = x(8, dims);
        TensorView y = TensorView.allocate(storage, DType.F32, 3, 2 * size);
        run(new Op.Rope(2, size, dims, halves), 3, List.of(matrix(x), matrix(table)), List.of(y));
        for (int r = 0; r < 3; r++) {
            for (int h = 0; h < 2 * size; h += size) {
                for (int i = 0; i < dims / 2; i++) {
                    int a = h + (halves ? i : 2 * i);
                    int b = h + (halves ? i + dims / 2 : 2 * i + 1);
                    double c = at(table, r, i);
                    double s = at(table, r, dims / 2 + i);
                    assertEquals(at(x, r, a) * c - at(x, r, b) * s, at(y, r, a), 1e-5);
                    assertEquals(at(x, r, a) * s + at(x, r, b) * c, at(y, r, b), 1e-5);
                }
                assertEquals(at(x, r, h + dims), at(y, r, h + dims));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"F32, 0, 0, 0, false, 1e-5", "F32, 70, 0, 0, false, 1e-5", "F32, 600, 0, 0, false, 1e-5",
        "F16, 0, 0, 0, false, 2e-3", "BF16, 0, 0, 0, false, 1e-2", "Q8_0, 0, 0, 0, false, 2e-2",
        "F32, 0, 1.5, 0, false, 1e-5", "F32, 0, 0, 8, false, 1e-5",
        "F32, 0, 0, 0, true, 1e-5", "F32, 600, 1.5, 2, true, 1e-5"})
    void attention(DType cacheType, int window, float cap, float maxBias, boolean sink, double tolerance) {
        int rows = 1100;
        int heads = 4;
        int kvHeads = 2;
        int size = cacheType == DType.Q8_0 ? 32 : 12;
        TensorView q = x(rows, heads * size);
        TensorView k = x(rows, kvHeads * size);
        TensorView v = x(rows, kvHeads * size);
        KvLayout layout = new KvLayout(cacheType, 2, kvHeads, size, rows / 32 + 1);
        Operand.Cache cache = new Operand.Cache(storage.allocate(layout.bytes()), layout);
        cache.segment().fill((byte) 0xFF);
        run(new Op.KvWrite(1, kvHeads, size), rows, List.of(matrix(k), matrix(v), cache), List.of());
        TensorView y = TensorView.allocate(storage, DType.F32, rows, heads * size);
        TensorView sinks = x(1, heads);
        Scoring scoring = new Scoring(0.3f, window, cap, maxBias, sink);
        run(new Op.Attention(1, heads, kvHeads, size, scoring), rows,
                sink ? List.of(matrix(q), cache, matrix(sinks)) : List.of(matrix(q), cache), List.of(y));
        for (int r : new int[]{0, 1, 31, 32, 69, 70, 511, 512, 700, 1023, 1024, 1099}) {
            int first = window == 0 ? 0 : Math.max(0, r - window + 1);
            for (int h = 0; h < heads; h++) {
                int kv = h / 2 * size;
                double[] sum = new double[size];
                double total = sink ? Math.exp(at(sinks, 0, h)) : 0;
                for (int p = first; p <= r; p++) {
                    double s = 0;
                    for (int d = 0; d < size; d++) {
                        s += at(q, r, h * size + d) * at(k, p, kv + d);
                    }
                    s *= 0.3f;
                    s = cap == 0 ? s : cap * Math.tanh(s / cap);
                    double e = Math.exp(s - (maxBias == 0 ? 0 : Math.pow(2, -maxBias * (h + 1) / heads) * (r - p)));
                    total += e;
                    for (int d = 0; d < size; d++) {
                        sum[d] += e * at(v, p, kv + d);
                    }
                }
                for (int d = 0; d < size; d++) {
                    assertEquals(sum[d] / total, at(y, r, h * size + d), tolerance, "row " + r + " head " + h);
                }
            }
        }
    }

    @Test
    void softmaxGateAddSelectEmbed() {
        TensorView x = x(2, 50);
        TensorView other = x(2, 50);
        TensorView y = TensorView.allocate(storage, DType.F32, 2, 50);
        run(new Op.Softmax(), 2, List.of(matrix(x)), List.of(y));
        double total = 0;
        for (int i = 0; i < 50; i++) {
            total += Math.exp(at(x, 1, i));
        }
        for (int i = 0; i < 50; i++) {
            assertEquals(Math.exp(at(x, 1, i)) / total, at(y, 1, i), 1e-7);
        }
        run(new Op.Gate(Activation.SILU), 2, List.of(matrix(x), matrix(other)), List.of(y));
        assertEquals(at(x, 1, 7) / (1 + Math.exp(-at(x, 1, 7))) * at(other, 1, 7), at(y, 1, 7), 1e-6);
        run(new Op.Add(), 2, List.of(matrix(x), matrix(other)), List.of(y));
        assertEquals((float) at(x, 1, 7) + (float) at(other, 1, 7), (float) at(y, 1, 7));
        run(new Op.SelectRows(), 2, List.of(matrix(x)), List.of(y));
        assertEquals(at(x, 1, 7), at(y, 0, 7), "the last row is the only one whose logits are wanted");
        Operand.Weights w = weights(DType.Q4_K, 5, 256);
        TensorView row = TensorView.allocate(storage, DType.F32, 2, 256);
        long bytes = DType.Q4_K.bytes(256);
        Operand.Table table = new Operand.Table(
                (i, dst, to) -> MemorySegment.copy(w.segment(), i * bytes, dst, to, bytes), DType.Q4_K, 5, 256);
        run(new Op.Embed(), 2, List.of(table), List.of(row));
        assertEquals(decode(w)[1][77], at(row, 1, 77), "token 1 is in row 1");
    }

    /** Runs a twin on a batch of one sequence in which row r is token r at position r. */
    private void run(Op op, int rows, List<Operand> inputs, List<TensorView> outputs) {
        List<Spec> in = inputs.stream().map(TwinsTest::spec).toList();
        Dim count = op instanceof Op.SelectRows ? Dim.OUTPUTS : Dim.TOKENS;
        List<Spec> out = outputs.stream().map(view -> new Spec(view.type(), count, view.cols())).toList();
        List<Spec> symbolic = new ArrayList<>(in);
        symbolic.set(0, new Spec(in.get(0).type(), op instanceof Op.Embed ? in.get(0).rows() : Dim.TOKENS,
                in.get(0).cols()));
        KernelRequest request = new KernelRequest(op, symbolic, out);
        KernelFactory factory = KernelTable.of(List.of(new RefProvider())).choose(request).factory();
        Kernel kernel = factory.bind(new KernelArgs(request, inputs, outputs));
        int blocks = rows / KvLayout.BLOCK + 1;
        Batch batch = new Batch(storage, rows, 1, blocks);
        int[] table = new int[blocks];
        for (int i = 0; i < blocks; i++) {
            table[i] = blocks - 1 - i;
        }
        batch.addSequence(table, blocks);
        for (int r = 0; r < rows; r++) {
            batch.addRow(r, r, r == rows - 1);
        }
        Scratch scratch = Scratch.allocate(storage, factory.scratch(request));
        int portions = kernel.portions(batch, 3);
        for (int p = 0; p < portions; p++) {
            kernel.run(batch, p, portions, scratch);
        }
    }

    private static Spec spec(Operand operand) {
        return switch (operand) {
            case Operand.Matrix(TensorView view) -> new Spec(view.type(), Dim.of(view.rows()), view.cols());
            case Operand.Weights w -> new Spec(w.type(), Dim.of(w.rows()), w.cols());
            case Operand.Table t -> new Spec(t.type(), Dim.of(t.rows()), t.cols());
            case Operand.Cache c -> new Spec(c.layout().type(), Dim.CONTEXT, c.layout().headSize());
        };
    }

    private static Operand matrix(TensorView view) {
        return new Operand.Matrix(view);
    }

    private TensorView x(int rows, int cols) {
        TensorView view = TensorView.allocate(storage, DType.F32, rows, cols);
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < cols; i++) {
                set(view, r, i, (float) random.nextGaussian());
            }
        }
        return view;
    }

    /** Random blocks whose values are finite and of a size. */
    private Operand.Weights weights(DType type, int rows, int cols) {
        MemorySegment segment = storage.allocate(rows * type.bytes(cols));
        float[] values = new float[type.blockLength()];
        for (long at = 0; at < segment.byteSize(); at += type.blockBytes()) {
            float largest;
            do {
                largest = 0;
                for (int i = 0; i < type.blockBytes(); i++) {
                    segment.set(ValueLayout.JAVA_BYTE, at + i, (byte) random.nextInt());
                }
                Codecs.decoder(type).decode(segment, at, values, 0, 1);
                for (float value : values) {
                    largest = Float.isNaN(value) ? value : Math.max(largest, Math.abs(value));
                }
            } while (!(largest < 100));
        }
        return new Operand.Weights(segment, 0, type, rows, cols, Packing.STORED);
    }

    private static double[][] decode(Operand.Weights w) {
        double[][] wide = new double[(int) w.rows()][w.cols()];
        float[] row = new float[w.cols()];
        for (int r = 0; r < w.rows(); r++) {
            Codecs.decoder(w.type())
                    .decode(w.segment(), r * w.type().bytes(w.cols()), row, 0,
                            w.cols() / w.type().blockLength());
            for (int i = 0; i < row.length; i++) {
                wide[r][i] = row[i];
            }
        }
        return wide;
    }

    /** A row of activations as the numbers they stand for. */
    private static double[] activation(TensorView x, int row) {
        double[] values = new double[x.cols()];
        int length = x.type().blockLength();
        int header = x.type().blockBytes() - length;
        for (int i = 0; i < values.length; i++) {
            long block = x.rowOffset(row) + (long) (i / length) * x.type().blockBytes();
            values[i] = x.type() == DType.F32
                    ? at(x, row, i)
                    : (double) x.segment().get(ValueLayout.JAVA_FLOAT, block)
                            * x.segment().get(ValueLayout.JAVA_BYTE, block + header + i % length);
        }
        return values;
    }

    private static double at(TensorView view, int row, int i) {
        return view.segment().get(ValueLayout.JAVA_FLOAT, view.rowOffset(row) + 4L * i);
    }

    private static void set(TensorView view, int row, int i, float value) {
        view.segment().set(ValueLayout.JAVA_FLOAT, view.rowOffset(row) + 4L * i, value);
    }
}
