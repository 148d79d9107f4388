package dev.tegula.cpu.attn;

import dev.tegula.cpu.Lanes;
import dev.tegula.kv.KvLayout;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Scores of four queries and the 32 positions of a block: s[query][position] = (sum over d of q[d] · k[d][position]) ·
 * scale, the sum by fma in the order of d. Lanes run over positions, which is how the cache holds keys.
 */
final class Scores {
    private static final int BLOCK = KvLayout.BLOCK;

    private Scores() {}

    /**
     * Fills the scores of four queries.
     *
     * @param scratch holds queries, {@code [size][4]} from {@code queries}, and takes scores, {@code [4][32]} from
     *            {@code scores}
     * @param kv holds keys, {@code [size][32]} F32 from {@code keys}
     * @param size elements per head
     */
    static void four(MemorySegment scratch, long queries, MemorySegment kv, long keys, int size, float scale,
            long scores) {
        for (int column = 0; column < BLOCK; column += 2 * Lanes.COUNT) {
            FloatVector a0 = FloatVector.zero(Lanes.F32);
            FloatVector a1 = a0;
            FloatVector b0 = a0;
            FloatVector b1 = a0;
            FloatVector c0 = a0;
            FloatVector c1 = a0;
            FloatVector d0 = a0;
            FloatVector d1 = a0;
            long k = keys + 4L * column;
            for (int d = 0; d < size; d++) {
                FloatVector k0 = FloatVector.fromMemorySegment(Lanes.F32, kv, k + 4L * BLOCK * d, Lanes.LE);
                FloatVector k1 = FloatVector.fromMemorySegment(Lanes.F32, kv, k + 4L * BLOCK * d + Lanes.BYTES,
                        Lanes.LE);
                long at = queries + 16L * d;
                FloatVector q = FloatVector.broadcast(Lanes.F32, scratch.get(Lanes.FLOAT, at));
                a0 = q.fma(k0, a0);
                a1 = q.fma(k1, a1);
                q = FloatVector.broadcast(Lanes.F32, scratch.get(Lanes.FLOAT, at + 4));
                b0 = q.fma(k0, b0);
                b1 = q.fma(k1, b1);
                q = FloatVector.broadcast(Lanes.F32, scratch.get(Lanes.FLOAT, at + 8));
                c0 = q.fma(k0, c0);
                c1 = q.fma(k1, c1);
                q = FloatVector.broadcast(Lanes.F32, scratch.get(Lanes.FLOAT, at + 12));
                d0 = q.fma(k0, d0);
                d1 = q.fma(k1, d1);
            }
            long to = scores + 4L * column;
            a0.mul(scale).intoMemorySegment(scratch, to, Lanes.LE);
            a1.mul(scale).intoMemorySegment(scratch, to + Lanes.BYTES, Lanes.LE);
            b0.mul(scale).intoMemorySegment(scratch, to + 4L * BLOCK, Lanes.LE);
            b1.mul(scale).intoMemorySegment(scratch, to + 4L * BLOCK + Lanes.BYTES, Lanes.LE);
            c0.mul(scale).intoMemorySegment(scratch, to + 8L * BLOCK, Lanes.LE);
            c1.mul(scale).intoMemorySegment(scratch, to + 8L * BLOCK + Lanes.BYTES, Lanes.LE);
            d0.mul(scale).intoMemorySegment(scratch, to + 12L * BLOCK, Lanes.LE);
            d1.mul(scale).intoMemorySegment(scratch, to + 12L * BLOCK + Lanes.BYTES, Lanes.LE);
        }
    }
}
