package dev.tegula.nat;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tegula.kernel.Op;
import dev.tegula.kernel.Scoring;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;

/** The C function {@code tegula_attention_…} of attention.h: its structs, its scratch memory, the call. */
final class AttentionCall {
    /** Queries of a unit at most, ATT_QUERIES. */
    static final int QUERIES = 96;
    /** Units of one call at most, ATT_UNITS. */
    static final int UNITS = 64;

    /** {@code struct attention}, up to its slopes. */
    private static final StructLayout SHAPE = MemoryLayout.structLayout(JAVA_LONG.withName("q_stride"),
            JAVA_LONG.withName("y_stride"), JAVA_LONG.withName("layer"), JAVA_LONG.withName("block_bytes"),
            JAVA_LONG.withName("head_bytes"), JAVA_INT.withName("head_size"), JAVA_INT.withName("group"),
            JAVA_INT.withName("window"), JAVA_INT.withName("kind"), JAVA_FLOAT.withName("scale"),
            JAVA_FLOAT.withName("soft_cap"), JAVA_INT.withName("biased"), JAVA_INT.withName("unused"));
    /** Bytes of a {@code struct attention_unit}. */
    private static final long UNIT_BYTES = 6L * Integer.BYTES + Long.BYTES;
    /** In place of a segment's number: all of them. */
    static final int ALL = -1;
    /** {@code struct attention_scratch} fits, as attention_unit.h asserts. */
    private static final long HEADER_BYTES = 16 * 1024;
    /** Of shape, q, cache, sinks, y, parts, rows, tables, table length, scratch and units, after the function's address. */
    private static final MethodHandle CALL = Linker.nativeLinker()
            .downcallHandle(FunctionDescriptor.ofVoid(ADDRESS,
                    ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG));

    private AttentionCall() {}

    /** Writes a {@code struct attention}. */
    static MemorySegment shape(Op.Attention op, KvLayout layout, long qStride, long yStride) {
        Scoring scoring = op.scoring();
        long slopes = SHAPE.byteSize();
        MemorySegment shape = Arena.ofAuto().allocate(slopes + 4L * op.heads(), SHAPE.byteAlignment());
        long[] longs = {qStride, yStride, layout.keyOffset(op.layer(), 0, 0), layout.blockBytes(), layout.headBytes()};
        for (int i = 0; i < longs.length; i++) {
            shape.setAtIndex(JAVA_LONG, i, longs[i]);
        }
        int[] ints = {op.headSize(), op.heads() / op.kvHeads(), scoring.window(), KvKind.of(layout.type())};
        for (int i = 0; i < ints.length; i++) {
            shape.set(JAVA_INT, 40 + 4L * i, ints[i]);
        }
        shape.set(JAVA_FLOAT, 56, scoring.scale());
        shape.set(JAVA_FLOAT, 60, scoring.softCap());
        shape.set(JAVA_INT, 64, scoring.maxBias() > 0 ? 1 : 0);
        for (int h = 0; h < op.heads(); h++) {
            shape.set(JAVA_FLOAT, slopes + 4L * h, scoring.slope(h, op.heads()));
        }
        return shape;
    }

    /** Bytes of a worker's memory: queries by chunks of 64, their sums twice by 16, and a block as F32. */
    static long scratchBytes(int headSize, DType cache) {
        long heads = Math.ceilDiv(headSize, 64) * 64L + 2 * (Math.ceilDiv(headSize, 16) * 16L);
        return HEADER_BYTES
                + Float.BYTES * (QUERIES * heads + (cache != DType.F32 ? 2L * KvLayout.BLOCK * headSize : 0));
    }

    /**
     * Writes a {@code struct attention_unit} into scratch memory.
     *
     * @param i which one
     * @param sequence index of the sequence
     * @param row its first row in the batch, or the unit's row where there is a segment
     * @param first first query, counted from that row's first
     * @param count queries
     * @param kvHead KV head
     * @param segment segment of the context that is computed, or {@link #ALL}
     * @param part where the part of the first query lies, if there is a segment
     */
    static void unit(MemorySegment scratch, int i, int sequence, int row, int first, int count, int kvHead,
            int segment, long part) {
        long at = UNIT_BYTES * i;
        scratch.set(JAVA_INT, at, sequence);
        scratch.set(JAVA_INT, at + 4, row);
        scratch.set(JAVA_INT, at + 8, first);
        scratch.set(JAVA_INT, at + 12, count);
        scratch.set(JAVA_INT, at + 16, kvHead);
        scratch.set(JAVA_INT, at + 20, segment);
        scratch.set(JAVA_LONG, at + 24, part);
    }

    /** Computes the units that were written. */
    static void call(MemorySegment function, MemorySegment shape, MemorySegment q, MemorySegment cache,
            MemorySegment sinks, MemorySegment y, MemorySegment parts, MemorySegment rows, MemorySegment tables,
            long tableLength, MemorySegment scratch, long units) {
        try {
            CALL.invokeExact(function, shape, q, cache, sinks, y, parts, rows, tables, tableLength, scratch, units);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
