package dev.tegula.cpu.attn;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** F16 to F32. The compiler turns this loop into the CPU's own conversion; the Vector API has none for F16. */
final class Widen {
    private static final ValueLayout.OfShort F16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(Lanes.LE);

    private Widen() {}

    static void run(MemorySegment src, long from, MemorySegment dst, long to, int n) {
        for (int i = 0; i < n; i++) {
            dst.set(Lanes.FLOAT, to + 4L * i, Float.float16ToFloat(src.get(F16, from + 2L * i)));
        }
    }
}
