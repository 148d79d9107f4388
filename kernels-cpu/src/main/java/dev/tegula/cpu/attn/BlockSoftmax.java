package dev.tegula.cpu.attn;

import dev.tegula.cpu.Lanes;
import dev.tegula.cpu.elem.Exp;
import dev.tegula.kv.KvLayout;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Maximum, exponentials and their sum over the 32 positions of a block. */
final class BlockSoftmax {
    private static final int BLOCK = KvLayout.BLOCK;
    private static final VectorSpecies<Float> EIGHT = FloatVector.SPECIES_256;
    private static final VectorSpecies<Float> FOUR = FloatVector.SPECIES_128;

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

    /** Folds 16 floats by halves; narrower vectors than {@link Lanes#F32} where that is wider than a half. */
    private static float fold16(MemorySegment scratch, long at) {
        if (Lanes.COUNT >= 8) {
            FloatVector.fromMemorySegment(EIGHT, scratch, at, Lanes.LE)
                    .add(FloatVector.fromMemorySegment(EIGHT, scratch, at + 32, Lanes.LE))
                    .intoMemorySegment(scratch, at, Lanes.LE);
        } else {
            for (long i = at; i < at + 32; i += 16) {
                FloatVector.fromMemorySegment(FOUR, scratch, i, Lanes.LE)
                        .add(FloatVector.fromMemorySegment(FOUR, scratch, i + 32, Lanes.LE))
                        .intoMemorySegment(scratch, i, Lanes.LE);
            }
        }
        FloatVector.fromMemorySegment(FOUR, scratch, at, Lanes.LE)
                .add(FloatVector.fromMemorySegment(FOUR, scratch, at + 16, Lanes.LE))
                .intoMemorySegment(scratch, at, Lanes.LE);
        return scratch.get(Lanes.FLOAT, at) + scratch.get(Lanes.FLOAT, at + 8)
                + (scratch.get(Lanes.FLOAT, at + 4) + scratch.get(Lanes.FLOAT, at + 12));
    }
}
