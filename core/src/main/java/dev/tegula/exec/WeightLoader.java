package dev.tegula.exec;

import dev.tegula.graph.Value;
import dev.tegula.tile.Packing;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Copies weights from the file into the layouts that the kernels want, all workers taking groups of rows in turn. */
final class WeightLoader {
    /** Bytes of the file that a worker takes at a time: enough to hide the call, small enough for its cache. */
    private static final long CHUNK = 1 << 18;

    private final WeightSource source;
    private final Workers workers;
    private final Loading loading;
    private final long total;
    private long done;

    WeightLoader(WeightSource source, Workers workers, Loading loading, long total) {
        this.source = source;
        this.workers = workers;
        this.loading = loading;
        this.total = total;
    }

    /** Fills {@code dst} with a weight matrix in its layout. */
    MemorySegment load(Plan.Weight weight, MemorySegment dst) {
        Value value = weight.value();
        Packing packing = weight.packing();
        long rows = value.rows().size();
        long rowBytes = value.type().bytes(value.cols());
        long groups = Math.ceilDiv(rows, (long) packing.groupRows());
        long groupBytes = packing.groupBytes(value.type(), value.cols());
        long step = Math.max(1, CHUNK / (rowBytes * packing.groupRows()));
        AtomicLong next = new AtomicLong();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Workers.Job job = worker -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment chunk = arena.allocate(step * packing.groupRows() * rowBytes, 64);
                long first;
                while ((first = next.getAndAdd(step)) < groups && failure.get() == null) {
                    long last = Math.min(groups, first + step);
                    long firstRow = first * packing.groupRows();
                    long chunkRows = Math.min(rows, last * packing.groupRows()) - firstRow;
                    source.read(value, firstRow * rowBytes, chunk, 0, chunkRows * rowBytes);
                    for (long g = first; g < last; g++) {
                        long row = g * packing.groupRows();
                        packing.packGroup(value.type(), value.cols(), (int) Math.min(packing.groupRows(), rows - row),
                                chunk, (row - firstRow) * rowBytes, dst, g * groupBytes);
                    }
                }
            } catch (RuntimeException | Error e) {
                failure.set(e);
            }
        };
        workers.run(job);
        switch (failure.get()) {
            case null -> {
            }
            case Error e -> throw e;
            case Throwable e -> throw (RuntimeException) e;
        }
        done += weight.bytes();
        loading.progress(done, total);
        return dst;
    }
}
