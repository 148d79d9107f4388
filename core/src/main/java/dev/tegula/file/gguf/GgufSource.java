package dev.tegula.file.gguf;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.attribute.FileTime;
import java.util.Optional;

/** The bytes of one file, wherever they are. Reading is thread-safe. */
interface GgufSource extends AutoCloseable {
    /** The name used in messages. */
    String name();

    /** The length in bytes when the source was opened. */
    long size();

    /**
     * When the file was last modified, as far as that was known before it was opened; empty for what is no file.
     *
     * @throws IOException when the file, or another one in its place, has been modified since
     */
    Optional<FileTime> modified() throws IOException;

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
