package dev.tegula.exec;

import dev.tegula.graph.Value;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/**
 * Where the bytes of weights come from: a model file. They come in the value's format, row after row, also where the file
 * lays them out in another way. Thread-safe; a read that succeeds allocates nothing.
 */
public interface WeightSource {
    /**
     * Copies whole blocks of a tensor.
     *
     * @param weight the tensor
     * @param byteOffset first byte of a block, from the tensor's start
     * @param dst native memory
     * @param dstOffset where to in {@code dst}
     * @param bytes how many, of whole blocks and at least one
     */
    void read(Value weight, long byteOffset, MemorySegment dst, long dstOffset, long bytes);

    /**
     * Facts by which the same bytes are known again without being read: a file's length and time, for example. Empty when
     * there are none, as for a model that came as a stream; a {@link WeightCache} is then of no use.
     *
     * @throws IOException when the source has changed since it was opened, or cannot be read
     */
    default Map<String, String> identity() throws IOException {
        return Map.of();
    }
}
