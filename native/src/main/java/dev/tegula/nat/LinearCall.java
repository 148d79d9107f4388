package dev.tegula.nat;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;

/**
 * The C function {@code tegula_linear_…} of linear.h. Memory is passed as segments, not as bare addresses: the linker then
 * keeps their storage open during the call, and a call after it was closed is an exception.
 */
final class LinearCall {
    /** {@code struct linear}. */
    static final StructLayout SHAPE = MemoryLayout.structLayout(JAVA_LONG.withName("n"),
            JAVA_LONG.withName("k"), JAVA_LONG.withName("group_bytes"), JAVA_LONG.withName("x_stride"),
            JAVA_LONG.withName("residual_stride"), JAVA_LONG.withName("y_stride"),
            JAVA_INT.withName("format"), JAVA_INT.withName("activation"), JAVA_INT.withName("mc"),
            JAVA_INT.withName("nc"), JAVA_INT.withName("kc"), JAVA_INT.withName("mr"),
            JAVA_INT.withName("record_bytes"), MemoryLayout.paddingLayout(4));
    /** Of shape, w, w2, x, bias, residual, y, scratch, rows, first and last; the function's address comes before them. */
    private static final MethodHandle CALL = Linker.nativeLinker()
            .downcallHandle(FunctionDescriptor.ofVoid(ADDRESS,
                    ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG));

    private LinearCall() {}

    /**
     * Writes a {@code struct linear}.
     *
     * @param format {@link LinearFormat#number}
     * @param longs its fields of 64 bits; strides are in bytes
     */
    static MemorySegment shape(int format, int activation, Blocking blocking, long... longs) {
        MemorySegment shape = Arena.ofAuto().allocate(SHAPE);
        for (int i = 0; i < longs.length; i++) {
            shape.setAtIndex(JAVA_LONG, i, longs[i]);
        }
        MemorySegment.copy(new int[]{format, activation, blocking.mc(), blocking.nc(), blocking.kc(), blocking.mr(),
            blocking.records()}, 0, shape, JAVA_INT, 8L * longs.length, 7);
        return shape;
    }

    /** Calls a function. */
    static void call(MemorySegment function, MemorySegment shape, MemorySegment w, MemorySegment w2, MemorySegment x,
            MemorySegment bias, MemorySegment residual, MemorySegment y, MemorySegment scratch, long rows, long first,
            long last) {
        try {
            CALL.invokeExact(function, shape, w, w2, x, bias, residual, y, scratch, rows, first, last);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
