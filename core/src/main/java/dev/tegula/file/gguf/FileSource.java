package dev.tegula.file.gguf;

import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;

/**
 * A file on disk, memory-mapped or read by system calls.
 *
 * <p>A mapped file that another process cuts off faults when its lost pages are touched. The platform turns that into an
 * {@link InternalError} if it happens in a memory copy made by Java code, though it may deliver it a little later; so
 * every copy is followed by a look at the file's length, which forces the delivery and finds what did not fault: the
 * rest of the last page, which reads as zeros.
 *
 * <p>A {@link RandomAccessFile} and not a channel, since an interrupt of a thread that uses a channel closes it for all.
 */
final class FileSource implements GgufSource {
    /** Bytes per system call without a mapping: enough to make the call's cost disappear. */
    private static final int CHUNK = 1 << 20;

    private final String name;
    private final Path path;
    private final FileTime modified;
    private final RandomAccessFile file;
    private final long size;
    private final Arena arena;
    /** Null when the file is not mapped. */
    private final MemorySegment mapping;
    /** Where bytes pass through that are not mapped; guarded by {@link #file}. */
    private byte[] chunk = {};
    private boolean closed;

    FileSource(Path path, boolean map) throws IOException {
        name = path.toString();
        this.path = path;
        if (!Files.exists(path)) {
            throw new NoSuchFileException(name);
        }
        if (!Files.isRegularFile(path)) {
            throw new GgufException(GgufErrorCode.NOT_GGUF, name, "file", -1, null, null, "is not a regular file");
        }
        // Before it is opened: a file that is exchanged in between is then known by a time that is not its own, and what
        // was derived from it is made again. The other way round it would pass for the new one.
        modified = Files.getLastModifiedTime(path);
        arena = Arena.ofShared();
        try {
            Opened opened = map ? openMapped(path, arena) : open(path, null);
            file = opened.file();
            size = opened.size();
            mapping = opened.mapping();
        } catch (IOException | RuntimeException | Error failure) {
            arena.close();
            throw failure;
        }
    }

    /** An open file; the mapping is null for none. */
    private record Opened(RandomAccessFile file, long size, MemorySegment mapping) {}

    /** An interrupt closes the channel that maps, and the file with it, so it has to wait. */
    private static Opened openMapped(Path path, Arena arena) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return open(path, arena);
                } catch (ClosedByInterruptException e) {
                    interrupted = true;
                    Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Opens a file, and maps it in an arena if one is given. */
    private static Opened open(Path path, Arena arena) throws IOException {
        RandomAccessFile file = new RandomAccessFile(path.toFile(), "r");
        try {
            long size = file.length();
            return new Opened(file, size, arena != null && size > 0
                    ? file.getChannel().map(FileChannel.MapMode.READ_ONLY, 0, size, arena)
                    : null);
        } catch (IOException | RuntimeException | Error failure) {
            file.close();
            throw failure;
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
    public Optional<FileTime> modified() throws IOException {
        FileTime now = Files.getLastModifiedTime(path);
        if (!now.equals(modified) || Files.size(path) != size) {
            throw new IOException(name + " was modified while it was open");
        }
        return Optional.of(modified);
    }

    @Override
    public void read(long position, byte[] target, int at, int length) throws IOException {
        synchronized (file) {
            file.seek(position);
            file.readFully(target, at, length);
        }
    }

    @Override
    public void copy(String field, long position, MemorySegment target, long at, long length) {
        if (mapping == null) {
            readInto(field, position, target, at, length);
            return;
        }
        try {
            MemorySegment.copy(mapping, position, target, at, length);
            if (currentLength(field) < position + length) {
                throw truncated(field, position, length, null);
            }
        } catch (InternalError fault) {
            throw truncated(field, position, length, fault);
        }
    }

    private void readInto(String field, long position, MemorySegment target, long at, long length) {
        synchronized (file) {
            checkOpen();
            if (chunk.length < Math.min(CHUNK, length)) {
                chunk = new byte[(int) Math.min(CHUNK, length)];
            }
            try {
                for (long done = 0; done < length;) {
                    int step = (int) Math.min(chunk.length, length - done);
                    read(position + done, chunk, 0, step);
                    MemorySegment.copy(chunk, 0, target, ValueLayout.JAVA_BYTE, at + done, step);
                    done += step;
                }
            } catch (EOFException end) {
                throw truncated(field, position, length, end);
            } catch (IOException failure) {
                throw failed(field, position, failure);
            }
        }
    }

    private long currentLength(String field) {
        try {
            synchronized (file) {
                checkOpen();
                return file.length();
            }
        } catch (IOException failure) {
            throw failed(field, 0, failure);
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException(name + " is closed");
        }
    }

    private GgufException truncated(String field, long position, long length, Throwable cause) {
        return new GgufException(GgufErrorCode.TRUNCATED_WHILE_OPEN, name, field, position,
                length + " bytes to read", null, "the file was truncated while it was open", cause);
    }

    private GgufException failed(String field, long position, IOException cause) {
        return new GgufException(GgufErrorCode.READ_FAILED, name, field, position, null, null,
                "cannot be read: " + cause.getMessage(), cause);
    }

    @Override
    public void close() {
        synchronized (file) {
            if (closed) {
                return;
            }
            arena.close(); // first: it refuses while a copy is going on
            closed = true;
            try {
                file.close();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }
}
