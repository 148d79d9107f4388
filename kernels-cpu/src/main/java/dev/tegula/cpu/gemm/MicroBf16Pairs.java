package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Scratch;
import dev.tegula.tensor.Bf16;
import dev.tegula.tile.PackFloats;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.IntVector;

/**
 * BF16 weights, packed by {@link PackFloats}, with activations in BF16: pair by pair the product of the odd elements, then that
 * of the even ones, subnormals being zeros ({@link FlushingTile}). Records and panels have the two elements of a pair the other
 * way round and no subnormals.
 */
final class MicroBf16Pairs extends Floats {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(Lanes.LE);

    @Override
    long stepBytes() {
        return 16 * 64L;
    }

    @Override
    void record(MemorySegment x, long from, int k0, int count, float[] dst, int to) {
        for (int i = 0; i < count; i++) {
            float value = Bf16.toF32(x.get(SHORT, from + 2L * (k0 + i)));
            dst[to + (i ^ 1)] = Math.abs(value) < Float.MIN_NORMAL ? Math.copySign(0f, value) : value;
        }
        if (count % 2 != 0) {
            dst[to + count - 1] = 0f;
        }
        // Past the end -0, whose product with a zero of the padded weights changes no sum.
        Arrays.fill(dst, to + (count + 1 & ~1), to + Rows.LENGTH, -0f);
    }

    @Override
    public void gemv(MemorySegment w, long w0, long w1, int k, Scratch scratch, int row, int outAt) {
        float[] f = scratch.floats();
        MemorySegment panel = scratch.bytes();
        int a = floatRow(k, row);
        Arrays.fill(f, outAt, outAt + Tile.STEP, 0f);
        for (int k0 = 0; k0 < k; k0 += Rows.LENGTH) {
            int count = Math.min(Rows.LENGTH, k - k0);
            decode(w, w0, k, k0, count, scratch, 0);
            decode(w, w1, k, k0, count, scratch, 1);
            FlushingTile.row(panel, f, a + k0, outAt);
        }
    }

    @Override
    void decodeStep(MemorySegment w, long at, MemorySegment panel, long to) {
        for (int i = 0; i < STEP / 2; i++) {
            IntVector x = IntVector.fromMemorySegment(Lanes.I32, w, at + 64L * i, Lanes.LE);
            IntVector odd = x.and(0xFFFF0000);
            IntVector even = x.lanewise(LSHL, 16);
            odd = odd.and(
                    odd.and(Integer.MAX_VALUE).sub(FlushingTile.NORMAL).lanewise(ASHR, 31).not().or(FlushingTile.SIGN));
            even = even.and(even.and(Integer.MAX_VALUE)
                    .sub(FlushingTile.NORMAL)
                    .lanewise(ASHR, 31)
                    .not()
                    .or(FlushingTile.SIGN));
            odd.reinterpretAsFloats().intoMemorySegment(panel, to + 2 * i * Panel.STEP, Lanes.LE);
            even.reinterpretAsFloats().intoMemorySegment(panel, to + (2 * i + 1) * Panel.STEP, Lanes.LE);
        }
    }

    @Override
    public void multiply(Scratch scratch, int row, int outAt, int rows) {
        for (int r = 0; r < rows; r++) {
            FlushingTile.row(scratch.bytes(), scratch.floats(), Rows.floatsAt(row + r), outAt + r * Tile.STEP);
        }
    }
}
