package dev.tegula.cpu.gemm;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Scratch;
import dev.tegula.tile.GroupPacking;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Formats of 256-element blocks whose GEMV reads one vector of rows after the other, so that memory is one stream.
 *
 * <p>Java has no instruction that asks for memory ahead; the CPU has to see for itself where a loop will read next. It looks
 * at each instruction alone: on a Zen 5 it follows one whose addresses are up to seven lines of 64 bytes apart, also where
 * the distance changes, and loses one that jumps over eight, for a long time. A unit's scales before its codes are such a
 * jump. So the loops over codes read in each step as many lines as the unit has to a step, from its first to its last, at
 * distances that differ by a line at most, and do nothing with them: from memory that is 1.5 to 2 times as fast.
 */
abstract class Streamed256 extends Blocks256 {
    @Override
    public final void gemv(MemorySegment w, long w0, long w1, int k, Scratch scratch, int row, int outAt) {
        float[] f = scratch.floats();
        int[] n = scratch.ints();
        Arrays.fill(f, outAt, outAt + Tile.STEP, 0f);
        int blocks = k / Rows.LENGTH;
        int at = pairsRow(k, row);
        // All blocks of a group; where both vectors are parts of one group, as many as stay in the first-level cache.
        int span = Lanes.COUNT == GroupPacking.ROWS ? blocks : Memory.CHUNK / 8;
        for (int b = 0; b < blocks; b += span) {
            int end = Math.min(b + span, blocks);
            part(w, w0, b, end, f, n, at, outAt, 0);
            part(w, w1, b, end, f, n, at, outAt, 1);
        }
    }

    /**
     * Adds the products of blocks {@code from … to − 1} of one vector of rows to its outputs.
     *
     * @param at offset of the vector of rows
     * @param row the prepared activation row, in ints
     * @param outAt outputs of both vectors, in floats
     * @param vector 0 or 1
     */
    abstract void part(MemorySegment w, long at, int from, int to, float[] f, int[] n, int row, int outAt, int vector);
}
