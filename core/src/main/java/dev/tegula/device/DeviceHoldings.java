package dev.tegula.device;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What is open on a device: buffers with their bytes, and programs. A backend's device has one and calls it under its own
 * lock.
 */
public final class DeviceHoldings {
    private final DeviceInfo info;
    private final Set<DeviceBuffer> buffers = new LinkedHashSet<>();
    private final Set<DeviceProgram> programs = new LinkedHashSet<>();
    private long bytes;
    private boolean closed;

    /** Nothing is open yet. */
    public DeviceHoldings(DeviceInfo info) {
        this.info = info;
    }

    /**
     * Whether the device is open.
     *
     * @throws IllegalStateException after {@link #close}
     */
    public void checkOpen() {
        if (closed) {
            throw new IllegalStateException(info.id() + " is closed");
        }
    }

    /** Whether {@link #close} has been called. */
    public boolean isClosed() {
        return closed;
    }

    /**
     * Whether a buffer may be asked for.
     *
     * @param wanted bytes, at least 1
     * @param what what it is for
     * @throws OutOfMemoryError when the device's memory or its largest buffer is too small for it
     */
    public void checkRoom(long wanted, String what) {
        checkOpen();
        if (wanted < 1) {
            throw new IllegalArgumentException(what + ": " + wanted + " bytes; must be at least 1");
        }
        if (wanted > info.largestBufferBytes() || wanted > info.memoryBytes() - bytes) {
            throw outOfMemory(wanted, what, String.format(Locale.ROOT, "it has %,d, buffers of at most %,d",
                    info.memoryBytes(), info.largestBufferBytes()));
        }
    }

    /** The error of a buffer for which there is no memory. */
    public OutOfMemoryError outOfMemory(long wanted, String what, String reason) {
        return new OutOfMemoryError(String.format(Locale.ROOT, "%s: %s: %,d bytes asked for, %,d held; %s", info.id(),
                what, wanted, bytes, reason));
    }

    /** A buffer that has been opened. */
    public void add(DeviceBuffer buffer) {
        if (buffers.add(buffer)) {
            bytes += buffer.bytes();
        }
    }

    /** A program that has been opened. */
    public void add(DeviceProgram program) {
        programs.add(program);
    }

    /** A buffer that is being closed. */
    public void remove(DeviceBuffer buffer) {
        if (buffers.remove(buffer)) {
            bytes -= buffer.bytes();
        }
    }

    /** A program that is being closed. */
    public void remove(DeviceProgram program) {
        programs.remove(program);
    }

    /** Bytes of the open buffers. */
    public long bytes() {
        return bytes;
    }

    /**
     * Closes programs and then buffers, each of them although others fail. Idempotent.
     *
     * @throws RuntimeException the first failure, with the others suppressed
     */
    public void close() {
        if (!closed) {
            closed = true;
            List<Runnable> all = new ArrayList<>();
            programs.forEach(program -> all.add(program::close));
            buffers.forEach(buffer -> all.add(buffer::close));
            releaseAll(all);
        }
    }

    /**
     * Does everything of a list, although some of it fails.
     *
     * @throws RuntimeException the first failure, or an {@link Error}, with the others suppressed
     */
    public static void releaseAll(Collection<? extends Runnable> releases) {
        Throwable first = null;
        for (Runnable release : releases) {
            try {
                release.run();
            } catch (RuntimeException | Error e) {
                if (first == null) {
                    first = e;
                } else if (first != e) {
                    first.addSuppressed(e);
                }
            }
        }
        switch (first) {
            case null -> {
                // All is released.
            }
            case Error e -> throw e;
            case RuntimeException e -> throw e;
            default -> throw new AssertionError(first);
        }
    }
}
