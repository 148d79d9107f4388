package dev.tegula.exec;

import dev.tegula.graph.Value;
import java.lang.foreign.MemorySegment;

/** Where the bytes of weights come from: a model file. Thread-safe; a read that succeeds allocates nothing. */
public interface WeightSource {
    /**
     * Copies part of a tensor as the file has it.
     *
     * @param weight the tensor
     * @param byteOffset first byte, from the tensor's start
     * @param dst native memory
     * @param dstOffset where to in {@code dst}
     * @param bytes how many
     */
    void read(Value weight, long byteOffset, MemorySegment dst, long dstOffset, long bytes);
}
