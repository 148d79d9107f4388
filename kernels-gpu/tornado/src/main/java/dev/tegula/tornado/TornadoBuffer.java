package dev.tegula.tornado;

import dev.tegula.device.DeviceBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Memory as programs share it. It lies on the host; programs have copies of parts of it on the device, which are newer once
 * they have run. Those are downloaded when someone asks for what they hold.
 */
final class TornadoBuffer implements DeviceBuffer {
    private final OpenedDevice device;
    private final String what;
    private final long bytes;
    /** TornadoVM's header, which it writes itself, then the bytes. */
    private MemorySegment memory;
    /** What is newer on the device, in the order in which it was written. */
    private final List<Newer> newer = new ArrayList<>();
    private long version;

    /** A view that a program has written. */
    private record Newer(TornadoProgram program, View view) {}

    TornadoBuffer(OpenedDevice device, String what, long bytes) {
        this.device = device;
        this.what = what;
        this.bytes = bytes;
        // Arrays of programs may outlive the buffer, so nobody frees it but the collector.
        this.memory = Arena.ofAuto().allocate(Math.ceilDiv(TornadoNativeArray.ARRAY_HEADER + bytes, 4L) * 4, 64);
    }

    @Override
    public OpenedDevice device() {
        return device;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    /** The bytes on the host. */
    MemorySegment memory() {
        return withHeader().asSlice(TornadoNativeArray.ARRAY_HEADER);
    }

    /** The same with the header before them. */
    MemorySegment withHeader() {
        if (memory == null) {
            throw new IllegalStateException(device.info().id() + ": the memory of " + what + " is closed");
        }
        return memory;
    }

    /** Counts what was written from the host. */
    long version() {
        return version;
    }

    @Override
    public void write(long offset, MemorySegment src, long srcOffset, long count) {
        checkCopy(offset, src, srcOffset, count);
        synchronized (device) {
            MemorySegment host = memory();
            newer.removeIf(n -> offset <= n.view().key().offset()
                    && n.view().key().offset() + n.view().key().bytes() <= offset + count);
            download(offset, count);
            MemorySegment.copy(src, srcOffset, host, offset, count);
            version++;
        }
    }

    @Override
    public void read(long offset, MemorySegment dst, long dstOffset, long count) {
        if (dst.isReadOnly()) {
            throw new IllegalArgumentException("the memory on the host is read-only");
        }
        checkCopy(offset, dst, dstOffset, count);
        synchronized (device) {
            MemorySegment host = memory();
            if (!newer.isEmpty() && !downloadFromLast(offset, count)) {
                download(offset, count);
            }
            MemorySegment.copy(host, offset, dst, dstOffset, count);
        }
    }

    /** Downloads a range that the last view to touch it has as a whole; says whether there is such a view. */
    private boolean downloadFromLast(long offset, long count) {
        for (int i = newer.size() - 1; i >= 0; i--) {
            View.Key key = newer.get(i).view().key();
            if (key.overlaps(offset, count)) {
                boolean whole = key.offset() <= offset && offset + count <= key.offset() + key.bytes();
                if (whole) {
                    newer.get(i).program().download(newer.get(i).view(), offset - key.offset(), count);
                }
                return whole;
            }
        }
        return true;
    }

    /** Makes the host's memory of a range the newest. */
    void download(long offset, long count) {
        for (Newer n : List.copyOf(newer)) {
            View.Key key = n.view().key();
            if (key.overlaps(offset, count)) {
                n.program().download(n.view(), 0, key.bytes());
                newer.remove(n);
            }
        }
    }

    /** Downloads what is newer in others than a program's own copy. */
    void downloadFromOthers(TornadoProgram program, View view) {
        View.Key key = view.key();
        boolean others = newer.stream()
                .anyMatch(n -> n.view() != view && n.view().key().overlaps(key.offset(), key.bytes()));
        if (others) {
            download(key.offset(), key.bytes());
            version++;
        }
    }

    /** A program has written a view, which is the newest now. */
    void written(TornadoProgram program, View view) {
        newer.removeIf(n -> n.view() == view);
        newer.add(new Newer(program, view));
    }

    /** A program goes: what it has written is kept, unless the buffer has gone before. */
    void forget(TornadoProgram program) {
        if (memory != null) {
            for (Newer n : List.copyOf(newer)) {
                if (n.program() == program) {
                    download(n.view().key().offset(), n.view().key().bytes());
                }
            }
        }
    }

    @Override
    public void close() {
        synchronized (device) {
            if (memory != null) {
                memory = null;
                newer.clear();
                device.holdings().remove(this);
            }
        }
    }
}
