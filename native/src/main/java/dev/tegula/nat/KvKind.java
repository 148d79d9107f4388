package dev.tegula.nat;

import dev.tegula.kernel.Operand;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/** The KV cache as the C kernels take it. */
final class KvKind {
    private KvKind() {}

    /** The number of a format in kv.h. */
    static int of(DType type) {
        return KvLayout.TYPES.indexOf(type);
    }

    /**
     * The pool's memory.
     *
     * @throws IllegalArgumentException when it is not native, or does not lie at a multiple of 4 bytes
     */
    static MemorySegment pool(Operand.Cache cache) {
        MemorySegment pool = cache.segment().asSlice(0, cache.layout().bytes());
        if (!pool.isNative() || pool.address() % Float.BYTES != 0) {
            throw new IllegalArgumentException("the KV cache must be native memory at a multiple of 4 bytes: " + pool);
        }
        return pool;
    }
}
