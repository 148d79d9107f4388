package dev.tegula.kernel.conform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import dev.tegula.tensor.Storage;
import dev.tegula.tensor.TensorView;
import dev.tegula.tile.Packing;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

class BoundsTest {
    private static final int K = 64;

    private static Tolerance product(Storage storage, float x, float w) {
        KernelRequest request = new KernelRequest(new Op.MatMul(false, false),
                List.of(new KernelRequest.Spec(DType.F32, Dim.TOKENS, K),
                        new KernelRequest.Spec(DType.F32, Dim.of(1), K)),
                List.of(new KernelRequest.Spec(DType.F32, Dim.TOKENS, 1)));
        TensorView rows = filled(storage, x);
        Operand.Weights weights = new Operand.Weights(filled(storage, w).segment(), 0, DType.F32, 1, K, Packing.STORED);
        Batch batch = new Batch(storage, 1, 1, 1);
        return Bounds.of(request, List.of(new Operand.Matrix(rows), weights), batch, 0,
                TensorView.allocate(storage, DType.F32, 1, 1));
    }

    private static TensorView filled(Storage storage, float value) {
        TensorView view = TensorView.allocate(storage, DType.F32, 1, K);
        for (int i = 0; i < K; i++) {
            view.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
        }
        return view;
    }

    /** 2 γ(64 + 8) · 64 · 3 and four roundings more. */
    @Test
    void productsByTheirNorms() {
        try (Storage storage = new Storage("test")) {
            double bound = product(storage, 3, 1).of(0, 0);
            assertEquals((2 * 72 + 4) * 0x1p-24 * 192, bound, 1e-5 * bound);
        }
    }

    @Test
    void nothingIsPromisedWhereSumsMayOverflowOrOperandsAreNoNumbers() {
        try (Storage storage = new Storage("test")) {
            assertTrue(product(storage, 1e20f, 1e20f).of(0, 0) == Double.POSITIVE_INFINITY);
            assertTrue(product(storage, Float.POSITIVE_INFINITY, 1).of(0, 0) == Double.POSITIVE_INFINITY);
            assertTrue(Double.isNaN(product(storage, Float.NaN, 1).of(0, 0)), "NaN is what the result must be");
        }
    }
}
