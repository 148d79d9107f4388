package dev.tegula.nat;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tegula.tensor.TensorView;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The C functions of rows.h, rope.h and topk.h. Memory is passed as segments, not as bare addresses: the linker then keeps their
 * storage open during the call, and a call after it was closed is an exception.
 */
final class RowsCall {
    /** Of {@code struct rows}, a, b, c, y, first and last; the function's address comes before them. */
    private static final MethodHandle ROWS = Linker.nativeLinker()
            .downcallHandle(
                    FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG));
    /** Of {@code struct rope}, rows, tables, max_blocks, q, k, v, table, cache, y, pieces, first and last. */
    private static final MethodHandle ROPE = Linker.nativeLinker()
            .downcallHandle(FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS,
                    ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    /** Of {@code struct topk}, x, values, ids, first and last. */
    private static final MethodHandle TOP_K = Linker.nativeLinker()
            .downcallHandle(FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG));

    private RowsCall() {}

    /** Writes a struct of which every field is 64 bits long. */
    static MemorySegment shape(long... fields) {
        return Arena.ofAuto().allocateFrom(JAVA_LONG, fields);
    }

    /**
     * The memory of a matrix of F32, BF16 or Q8 blocks that is read.
     *
     * @param what the matrix, for the message
     * @throws IllegalArgumentException when there is no row, or one does not lie at a multiple of 4 bytes (of 2 for BF16)
     */
    static MemorySegment memory(String what, TensorView view) {
        MemorySegment memory = view.segment().asSlice(view.offset(), view.bytes());
        if (view.rows() < 1) {
            throw new IllegalArgumentException(what + " has no rows");
        }
        int unit = Math.min(Float.BYTES, view.type().blockBytes());
        if (memory.address() % unit != 0 || view.rowBytes() % unit != 0) {
            throw new IllegalArgumentException(what + " must lie at multiples of " + unit + " bytes, not at "
                    + memory.address() + " with " + view.rowBytes() + " bytes a row");
        }
        return memory;
    }

    /**
     * The memory of a matrix that is written.
     *
     * @throws IllegalArgumentException as {@link #memory} does, and when it is read-only
     */
    static MemorySegment output(String what, TensorView view) {
        if (view.segment().isReadOnly()) {
            throw new IllegalArgumentException(what + " is read-only");
        }
        return memory(what, view);
    }

    /**
     * Into how many portions a call is cut: none smaller than a grain, one per worker, and several where each of them is
     * still much work, so that a worker that comes late leaves its share to the others.
     *
     * @param units pieces of work that cannot be cut further, at least 1
     * @param grains how much there is to do, in portions that are just worth handing out
     */
    static int portions(int units, long grains, int workers) {
        long most = Math.min(4L * workers, Math.max(workers, grains / 4));
        return workers == 1 ? 1 : (int) Math.max(1, Math.min(Math.min(units, grains), most));
    }

    /** Calls a function of rows.h. */
    static void rows(MemorySegment function, MemorySegment shape, MemorySegment a, MemorySegment b, MemorySegment c,
            MemorySegment y, long first, long last) {
        try {
            ROWS.invokeExact(function, shape, a, b, c, y, first, last);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Calls the function of rope.h. */
    static void rope(MemorySegment function, MemorySegment shape, MemorySegment rows, MemorySegment tables,
            long maxBlocks, MemorySegment q, MemorySegment k, MemorySegment v, MemorySegment table,
            MemorySegment cache, MemorySegment y, long pieces, long first, long last) {
        try {
            ROPE.invokeExact(function, shape, rows, tables, maxBlocks, q, k, v, table, cache, y, pieces, first, last);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Calls the function of topk.h. */
    static void topK(MemorySegment function, MemorySegment shape, MemorySegment x, MemorySegment values,
            MemorySegment ids, long first, long last) {
        try {
            TOP_K.invokeExact(function, shape, x, values, ids, first, last);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
