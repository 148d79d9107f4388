package dev.tegula.kernel.ref;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.kernel.Scratch;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import dev.tegula.tensor.Storage;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.ValueLayout;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The twin of {@link Op.TopK} against a sort of the whole row. */
class TopKTest {
    private static final float NAN = Float.NaN;
    private static final float INFINITY = Float.POSITIVE_INFINITY;

    /** NaN first, zeros equal, the lower column between equals. */
    private static int[] sorted(float[] row) {
        Comparator<Integer> isNumber = Comparator.comparing(i -> !Float.isNaN(row[i]));
        return IntStream.range(0, row.length)
                .boxed()
                .sorted(isNumber.thenComparingDouble(i -> Float.isNaN(row[i]) || row[i] == 0 ? 0 : -(double) row[i])
                        .thenComparing(i -> i))
                .mapToInt(i -> i)
                .toArray();
    }

    private static void check(float... row) {
        int[] order = sorted(row);
        for (int k : new int[]{1, 2, 3, row.length / 2, row.length - 1, row.length}) {
            if (k >= 1 && k <= row.length) {
                int[] right = IntStream.of(order).limit(k).toArray();
                float[] values = new float[k];
                int[] ids = topK(k, row, values);
                assertArrayEquals(right, ids);
                for (int i = 0; i < k; i++) {
                    assertArrayEquals(new int[]{Float.floatToRawIntBits(row[right[i]])},
                            new int[]{Float.floatToRawIntBits(values[i])});
                }
            }
        }
    }

    private static KernelRequest request(int cols, int k, int ids) {
        return new KernelRequest(new Op.TopK(k), List.of(new Spec(DType.F32, Dim.OUTPUTS, cols)),
                List.of(new Spec(DType.F32, Dim.OUTPUTS, k), new Spec(DType.I32, Dim.OUTPUTS, ids)));
    }

    private static int[] topK(int k, float[] row, float[] values) {
        try (Storage storage = new Storage("test")) {
            TensorView x = TensorView.allocate(storage, DType.F32, 1, row.length);
            x.segment().asByteBuffer().order(java.nio.ByteOrder.nativeOrder()).asFloatBuffer().put(row);
            TensorView first = TensorView.allocate(storage, DType.F32, 1, k);
            TensorView columns = TensorView.allocate(storage, DType.I32, 1, k);
            KernelRequest request = request(row.length, k, k);
            KernelFactory factory = RefTopK.factory();
            Kernel kernel = factory
                    .bind(new KernelArgs(request, List.of(new Operand.Matrix(x)), List.of(first, columns)));
            Batch batch = new Batch(storage, 1, 1, 1);
            batch.addSequence(new int[1], 1);
            batch.addRow(0, 0, true);
            kernel.run(batch, 0, kernel.portions(batch, 1), Scratch.allocate(storage, factory.scratch(request)));
            System.arraycopy(first.segment().toArray(ValueLayout.JAVA_FLOAT), 0, values, 0, k);
            return columns.segment().toArray(ValueLayout.JAVA_INT);
        }
    }

    @Test
    void orderIsTotal() {
        check(3);
        check(0f, -0f, 0f, -1);
        check(-0f, 0f, -0f, 1, 1, 1);
        check(1, NAN, 5, NAN, INFINITY, -INFINITY, NAN, 2);
        check(-INFINITY, -INFINITY, -INFINITY);
        check(NAN, NAN, NAN, NAN);
        check(Float.MAX_VALUE, INFINITY, -Float.MAX_VALUE, Float.MIN_VALUE, -Float.MIN_VALUE, 0);
    }

    @Test
    void anyRowEqualsItsSort() {
        Random random = new Random(5);
        for (int round = 0; round < 300; round++) {
            float[] row = new float[1 + random.nextInt(400)];
            int kind = random.nextInt(5);
            for (int i = 0; i < row.length; i++) {
                row[i] = switch (kind) {
                    case 0 -> (float) random.nextGaussian();
                    case 1 -> random.nextInt(5) - 2;
                    case 2 -> i;
                    case 3 -> -i;
                    default -> new float[]{NAN, INFINITY, -INFINITY, 0f, -0f, 1}[random.nextInt(6)];
                };
            }
            check(row);
        }
    }

    @Test
    void shapesMustFit() {
        try (Storage storage = new Storage("test")) {
            Operand x = new Operand.Matrix(TensorView.allocate(storage, DType.F32, 1, 8));
            for (int[] shape : new int[][]{{9, 9}, {3, 4}}) {
                KernelRequest request = request(8, shape[0], shape[1]);
                assertThrows(IllegalArgumentException.class, () -> RefTopK.factory()
                        .bind(new KernelArgs(request, List.of(x),
                                List.of(TensorView.allocate(storage, DType.F32, 1, shape[0]),
                                        TensorView.allocate(storage, DType.I32, 1, shape[1])))));
            }
        }
    }
}
