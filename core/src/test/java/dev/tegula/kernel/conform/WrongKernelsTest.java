package dev.tegula.kernel.conform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.kernel.ref.RefProvider;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kernels that are not exact pass just inside their bounds and fail just outside, op by op. */
class WrongKernelsTest {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

    private static KernelFactory twin(String name) {
        return new RefProvider().kernels()
                .stream()
                .filter(twin -> twin.id().toString().startsWith(name + "."))
                .findFirst()
                .orElseThrow();
    }

    /** Moves the last element of the last row by so many times its bound. */
    private static void move(KernelArgs args, Batch batch, double times) {
        TensorView y = args.output();
        boolean inPlace = args.inputs()
                .stream()
                .anyMatch(in -> in instanceof Operand.Matrix(var view)
                        && view.segment().address() == y.segment().address());
        if (inPlace) {
            // What the bound is made of is gone.
            return;
        }
        int row = batch.rows() - 1;
        int col = y.cols() - 1;
        double bound = Bounds.of(args.request(), args.inputs(), batch, 0, y).of(row, col);
        long at = y.rowOffset(row) + 4L * col;
        float right = y.segment().get(F32, at);
        // That of a gate is of the norms' product, however small its result.
        assertTrue(bound > 0 && (args.request().op() instanceof Op.GateUp
                ? Double.isFinite(bound)
                : bound < Math.max(1, Math.abs(right))), "a bound of " + bound + " for " + right);
        float moved = (float) (right + times * bound);
        while (times > 1 && moved - (double) right <= bound) {
            moved = Math.nextUp(moved);
        }
        while (times < 1 && moved - (double) right > bound) {
            moved = Math.nextDown(moved);
        }
        y.segment().set(F32, at, moved);
    }

    @ParameterizedTest
    @ValueSource(strings = {"matmul.f32.f32.f32", "matmul.f32.f32.f16", "matmul.f32.q8_a32.q8_0",
        "matmul.f32.q8_a32.q4_0", "matmul.f32.q8_a256.q6_k", "gateup.f32.f32.f32", "gateup.f32.q8_a32.q4_0",
        "rmsnorm.f32.f32.f32", "gate.f32.f32.f32", "add.f32.f32.f32", "rope.f32.f32.f32", "ropekvwrite.f16.f32.f32",
        "attention.f32.f32.f32", "attention.f32.f32.f16"})
    void aLittleBeyondTheBoundIsWrong(String name) {
        Report right = Conformance.sample(new Inexact(twin(name), (args, batch) -> move(args, batch, 0.9)));
        assertTrue(right.passed(), right::toString);
        Report wrong = Conformance.sample(new Inexact(twin(name), (args, batch) -> move(args, batch, 1.1)));
        assertFalse(wrong.passed(), wrong::toString);
        assertEquals(wrong.calls(), right.calls());
    }

    /** The twin's own bits lie within half a step of what was rounded; truncated codes do not, though next to the twin's. */
    @ParameterizedTest
    @ValueSource(strings = {"quantize.q8_a32.f32.f32", "quantize.q8_a128.f32.f32", "quantize.q8_a256.f32.f32",
        "normquantize.q8_a32.f32.f32", "normquantize.q8_a256.f32.f32"})
    void truncatedCodesAreWrong(String name) {
        KernelFactory twin = twin(name);
        List<KernelRequest> requests = StandardRequests.of(twin);
        Report right = Conformance.check(new Inexact(twin), requests, 5);
        assertTrue(right.passed(), right::toString);
        double share = right.deviation().orElseThrow().error() / right.deviation().orElseThrow().bound();
        assertTrue(share > 0.95, "some number lies in the middle between two steps: " + share);
        Report wrong = Conformance.sample(new Inexact(twin, WrongKernelsTest::oneCodeLess));
        assertFalse(wrong.passed(), wrong::toString);
    }

    /** The first code that is not 0 moves by a step to 0, as some do by truncation; the sum of its codes with it. */
    private static void oneCodeLess(KernelArgs args, Batch batch) {
        TensorView y = args.output();
        DType type = y.type();
        MemorySegment memory = y.segment();
        long codes = y.rowOffset(0) + type.blockBytes() - type.blockLength();
        int i = 0;
        while (memory.get(ValueLayout.JAVA_BYTE, codes + i) == 0) {
            i++;
        }
        int step = Integer.signum(memory.get(ValueLayout.JAVA_BYTE, codes + i));
        memory.set(ValueLayout.JAVA_BYTE, codes + i, (byte) (memory.get(ValueLayout.JAVA_BYTE, codes + i) - step));
        int perSum = type.blockLength() / ((type.blockBytes() - type.blockLength() - 4) / 4);
        long sum = y.rowOffset(0) + 4 + 4L * (i / perSum);
        memory.set(ValueLayout.JAVA_INT, sum, memory.get(ValueLayout.JAVA_INT, sum) - step);
    }

    /** A NaN among the operands is in the result; a kernel that loses it has compared with it and gone the other way. */
    @ParameterizedTest
    @ValueSource(strings = {"matmul.f32.f32.f32", "gateup.f32.f32.f32", "rmsnorm.f32.f32.f32", "gate.f32.f32.f32",
        "add.f32.f32.f32", "rope.f32.f32.f32", "attention.f32.f32.f16"})
    void aNumberForNaNIsWrong(String name) {
        KernelFactory twin = twin(name);
        List<KernelRequest> last = List.of(StandardRequests.of(twin).getLast());
        Report right = Conformance.check(new Inexact(twin), last, 3);
        assertTrue(right.passed(), right::toString);
        Report wrong = Conformance.check(new Inexact(twin, WrongKernelsTest::zeroForNaN), last, 3);
        assertTrue(wrong.differences().stream().anyMatch(line -> line.contains("NaN")), wrong::toString);
        assertEquals(Long.MAX_VALUE, wrong.ulps());
    }

    private static void zeroForNaN(KernelArgs args, Batch batch) {
        TensorView y = args.output();
        for (int row = 0; row < batch.rows(); row++) {
            for (int col = 0; col < y.cols(); col++) {
                long at = y.rowOffset(row) + 4L * col;
                if (Float.isNaN(y.segment().get(F32, at))) {
                    y.segment().set(F32, at, 0);
                }
            }
        }
    }
}
