package dev.tegula.cpu.attn;

import dev.tegula.cpu.Lanes;
import dev.tegula.cpu.elem.Exp;
import dev.tegula.kv.KvLayout;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/** Maximum, exponentials and their sum over the 32 positions of a block. */
final class BlockSoftmax {
    private static final int BLOCK = KvLayout.BLOCK;

    /** Bring lanes that are so far to the right to where they are to be added. */
    private static final VectorShuffle<Float> BY_8 = VectorShuffle.iota(Lanes.F32, 8, 1, true);
    private static final VectorShuffle<Float> BY_4 = VectorShuffle.iota(Lanes.F32, 4, 1, true);
    private static final VectorShuffle<Float> BY_2 = VectorShuffle.iota(Lanes.F32, 2, 1, true);

    private BlockSoftmax() {}

    /**
     * Sets what lies outside {@code first … end − 1} to −∞ and gives the largest score, or {@code max} where that is
     * larger. NaN gives NaN, where the twin passes over it and meets it again in the sum: either way the whole result
     * is NaN.
     */
    static float max(MemorySegment scratch, long scores, int first, int end, float max) {
        for (int i = 0; i < first; i++) {
            scratch.set(Lanes.FLOAT, scores + 4L * i, Float.NEGATIVE_INFINITY);
        }
        for (int i = end; i < BLOCK; i++) {
            scratch.set(Lanes.FLOAT, scores + 4L * i, Float.NEGATIVE_INFINITY);
        }
        FloatVector best = FloatVector.broadcast(Lanes.F32, max);
        for (int i = 0; i < BLOCK; i += Lanes.COUNT) {
            best = best.max(FloatVector.fromMemorySegment(Lanes.F32, scratch, scores + 4L * i, Lanes.LE));
        }
        return best.reduceLanes(VectorOperators.MAX);
    }

    /**
     * Turns scores into p = exp(s − max).
     *
     * @return the sum of p, folded by halves: 16, 8, 4, 2, 1
     */
    static float exp(MemorySegment scratch, long scores, float max) {
        Exp.shifted(scratch, scores, max, scratch, scores, BLOCK);
        FloatVector sum = half(scratch, scores);
        // Halves of the block that are more than a vector; one loop would keep vectors as objects.
        if (Lanes.COUNT == 8) {
            sum = sum.add(half(scratch, scores + Lanes.BYTES));
        } else if (Lanes.COUNT == 4) {
            FloatVector upper = half(scratch, scores + Lanes.BYTES).add(half(scratch, scores + 3L * Lanes.BYTES));
            sum = sum.add(half(scratch, scores + 2L * Lanes.BYTES)).add(upper);
        }
        // Not in narrower vectors: where the compiler has seen two widths of a vector class, it keeps vectors as objects, in all kernels.
        if (Lanes.COUNT > 8) {
            sum = sum.add(sum.rearrange(BY_8));
        }
        if (Lanes.COUNT > 4) {
            sum = sum.add(sum.rearrange(BY_4));
        }
        sum = sum.add(sum.rearrange(BY_2));
        return sum.lane(0) + sum.lane(1);
    }

    /** A vector of the block's lower half and one of the upper, added. */
    private static FloatVector half(MemorySegment scratch, long at) {
        return FloatVector.fromMemorySegment(Lanes.F32, scratch, at, Lanes.LE)
                .add(FloatVector.fromMemorySegment(Lanes.F32, scratch, at + 2L * BLOCK, Lanes.LE));
    }
}
