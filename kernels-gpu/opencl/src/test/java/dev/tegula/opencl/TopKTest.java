package dev.tegula.opencl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.tegula.device.DeviceBuffer;
import dev.tegula.device.DeviceCall;
import dev.tegula.device.DeviceKernelFactory;
import dev.tegula.device.DeviceOperand;
import dev.tegula.device.DeviceProgram;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Op;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import dev.tegula.tensor.Storage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that are arranged so that the two passes of GPUs keep more than they have room for, and others. */
class TopKTest {
    private static final int N = 8192;
    private static final int K = 128;

    private static int[] found(float[] row) {
        KernelRequest.Spec values = new KernelRequest.Spec(DType.F32, Dim.TOKENS, K);
        KernelRequest.Spec ids = new KernelRequest.Spec(DType.I32, Dim.TOKENS, K);
        KernelRequest request = new KernelRequest(new Op.TopK(K),
                List.of(new KernelRequest.Spec(DType.F32, Dim.TOKENS, N)), List.of(values, ids));
        try (OpenedDevice device = TestDevice.open(Shape.GPU);
                Storage storage = new Storage("test");
                Arena arena = Arena.ofConfined()) {
            DeviceKernelFactory kernel = (DeviceKernelFactory) device.kernels()
                    .kernels()
                    .stream()
                    .filter(k -> k.id().op().equals("topk"))
                    .findFirst()
                    .orElseThrow();
            DeviceBuffer x = device.allocate(4L * N, "a row");
            DeviceBuffer best = device.allocate(4L * K, "values");
            DeviceBuffer where = device.allocate(4L * K, "ids");
            x.write(0, arena.allocateFrom(ValueLayout.JAVA_FLOAT, row), 0, 4L * N);
            DeviceProgram program = device.program(List.of(new DeviceCall(kernel, request,
                    List.of(new DeviceOperand.Matrix(x, 0, DType.F32, 1, N)),
                    List.of(new DeviceOperand.Matrix(best, 0, DType.F32, 1, K),
                            new DeviceOperand.Matrix(where, 0, DType.I32, 1, K)))));
            Batch batch = new Batch(storage, 1, 1, 1);
            batch.addSequence(new int[1], 1);
            batch.addRow(0, 0, true);
            program.run(batch);
            MemorySegment got = arena.allocate(4L * K, 4);
            where.read(0, got, 0, 4L * K);
            return got.toArray(ValueLayout.JAVA_INT);
        }
    }

    private static int[] right(float[] row) {
        return IntStream.range(0, row.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(i -> -row[i]).thenComparingInt(i -> i))
                .limit(K)
                .mapToInt(i -> i)
                .toArray();
    }

    /** Of 256 work-items so many have all large values, which every column that is as large follows. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 64, 127, 128, 255})
    void fewWorkItemsHaveAllLargeValues(int owners) {
        float[] row = new float[N];
        for (int i = 0; i < N; i++) {
            row[i] = (i % 256 < owners ? 1000 : 0) + (i * 7919 % N) / 8192f;
        }
        assertArrayEquals(right(row), found(row));
    }

    @Test
    void equalValuesCountByColumn() {
        float[] row = new float[N];
        assertArrayEquals(IntStream.range(0, K).toArray(), found(row));
        row[N - 1] = 1;
        assertArrayEquals(right(row), found(row));
    }
}
