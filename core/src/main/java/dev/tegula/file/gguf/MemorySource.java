package dev.tegula.file.gguf;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.attribute.FileTime;
import java.util.Optional;

/** A file held in native memory: a resource of the application, or bytes that it has. */
final class MemorySource implements GgufSource {
    /** Alignment of the copy: a page, as a mapping would have. */
    private static final long PAGE = 4096;

    private final String name;
    private final Arena arena;
    private final MemorySegment bytes;
    private final long size;

    private MemorySource(String name, Arena arena, MemorySegment bytes, long size) {
        this.name = name;
        this.arena = arena;
        this.bytes = bytes;
        this.size = size;
    }

    static MemorySource of(byte[] content, String name, GgufLimits limits) {
        checkLength(content.length, name, limits);
        Arena arena = Arena.ofShared();
        MemorySegment copy = arena.allocate(Math.max(1, content.length), PAGE);
        MemorySegment.copy(content, 0, copy, ValueLayout.JAVA_BYTE, 0, content.length);
        return new MemorySource(name, arena, copy, content.length);
    }

    /** Reads to the stream's end, doubling the memory as the bytes come, since a stream does not say how many. */
    static MemorySource of(InputStream stream, String name, GgufLimits limits) throws IOException {
        Arena arena = Arena.ofShared();
        try {
            byte[] chunk = new byte[1 << 16];
            MemorySegment bytes = arena.allocate(Math.max(PAGE, 4L * stream.available()), PAGE);
            long size = 0;
            for (int got = stream.read(chunk); got >= 0; got = stream.read(chunk)) {
                checkLength(size + got, name, limits);
                if (size + got > bytes.byteSize()) {
                    Arena larger = Arena.ofShared();
                    MemorySegment moved = larger.allocate(Math.max(2 * bytes.byteSize(), size + got), PAGE);
                    MemorySegment.copy(bytes, 0, moved, 0, size);
                    arena.close();
                    arena = larger;
                    bytes = moved;
                }
                MemorySegment.copy(chunk, 0, bytes, ValueLayout.JAVA_BYTE, size, got);
                size += got;
            }
            return new MemorySource(name, arena, bytes, size);
        } catch (IOException | RuntimeException | Error failure) {
            arena.close();
            throw failure;
        }
    }

    private static void checkLength(long length, String name, GgufLimits limits) {
        if (length > limits.embeddedBytes()) {
            throw new GgufException(GgufErrorCode.LIMIT_EXCEEDED, name, "file length", -1, length + " bytes or more",
                    Long.toString(limits.embeddedBytes()), "over the limit embeddedBytes");
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public Optional<FileTime> modified() {
        return Optional.empty();
    }

    @Override
    public void read(long position, byte[] target, int at, int length) {
        MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, position, target, at, length);
    }

    @Override
    public void copy(String field, long position, MemorySegment target, long at, long length) {
        MemorySegment.copy(bytes, position, target, at, length);
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
