package dev.tegula.cpu.attn;

import dev.tegula.cpu.Lanes;
import dev.tegula.cpu.elem.Exp;
import dev.tegula.kv.KvLayout;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Maximum, exponentials and their sum over the 32 positions of a block. */
final class BlockSoftmax {
    private static final int BLOCK = KvLayout.BLOCK;

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
     * @param fold 32 floats of scratch memory
     * @return the sum of p, folded by halves: 16, 8, 4, 2, 1
     */
    static float exp(MemorySegment scratch, long scores, float max, long fold) {
        Exp.shifted(scratch, scores, max, scratch, scores, BLOCK);
        for (int i = 0; i < BLOCK / 2; i += Lanes.COUNT) {
            FloatVector.fromMemorySegment(Lanes.F32, scratch, scores + 4L * i, Lanes.LE)
                    .add(FloatVector.fromMemorySegment(Lanes.F32, scratch, scores + 4L * (i + BLOCK / 2), Lanes.LE))
                    .intoMemorySegment(scratch, fold + 4L * i, Lanes.LE);
        }
        return fold16(scratch, fold);
    }

    /**
     * Folds 16 floats by halves. Not in narrower vectors: where the compiler has seen two widths of a vector class, it keeps
     * vectors as objects, in all kernels.
     */
    private static float fold16(MemorySegment scratch, long at) {
        for (int half = 8; half > 1; half /= 2) {
            for (int i = 0; i < half; i++) {
                float sum = scratch.get(Lanes.FLOAT, at + 4L * i) + scratch.get(Lanes.FLOAT, at + 4L * (i + half));
                scratch.set(Lanes.FLOAT, at + 4L * i, sum);
            }
        }
        return scratch.get(Lanes.FLOAT, at) + scratch.get(Lanes.FLOAT, at + 4);
    }
}
