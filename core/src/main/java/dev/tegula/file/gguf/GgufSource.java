package dev.tegula.file.gguf;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** The bytes of one file, wherever they are. Reading is thread-safe. */
interface GgufSource extends AutoCloseable {
    /** The name used in messages. */
    String name();

    /** The length in bytes when the source was opened. */
    long size();

    /** Copies header bytes; the range lies inside {@link #size}. */
    void read(long position, byte[] target, int at, int length) throws IOException;

    /**
     * Copies tensor bytes; both ranges have been checked.
     *
     * @throws GgufException when the file got shorter or cannot be read any more
     * @throws IllegalStateException when the source is closed
     */
    void copy(String field, long position, MemorySegment target, long at, long length);

    @Override
    void close();
}
