package dev.tegula.exec;

import dev.tegula.device.DeviceBuffer;
import dev.tegula.graph.Value;
import dev.tegula.tile.Packing;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Copies weights from the file into the layouts that the kernels want, all workers taking groups of rows in turn. */
final class WeightLoader {
    private final WeightSource source;
    private final Workers workers;
    private final Loading loading;
    private final long total;
    private long done;

    /**
     * A loader.
     *
     * @param total bytes of everything that will be packed
     */
    WeightLoader(WeightSource source, Workers workers, Loading loading, long total) {
        this.source = source;
        this.workers = workers;
        this.loading = loading;
        this.total = total;
    }

    /** Fills {@code dst} with a weight matrix in its layout. */
    MemorySegment load(Plan.Weight weight, MemorySegment dst) {
        load(weight, PackTarget.memory(dst, weight.groupBytes()));
        return dst;
    }

    /** Fills a buffer on a device with a weight matrix in its layout. */
    void load(Plan.Weight weight, DeviceBuffer dst) {
        load(weight, PackTarget.device(dst, weight.groupBytes()));
    }

    private void load(Plan.Weight weight, PackTarget target) {
        try {
            pack(weight, target);
        } catch (IOException e) {
            throw new AssertionError("memory does not fail", e);
        }
    }

    /**
     * Packs a weight matrix.
     *
     * @throws IOException when the target fails
     */
    void pack(Plan.Weight weight, PackTarget target) throws IOException {
        Value value = weight.value();
        Packing packing = weight.packing();
        long rows = value.rows().size();
        long rowBytes = value.type().bytes(value.cols());
        long step = GroupRuns.length(packing.groupRows() * rowBytes);
        GroupRuns.forAll(workers, weight.groups(), step, (worker, arena) -> {
            MemorySegment chunk = arena.allocate(step * packing.groupRows() * rowBytes, 64);
            PackTarget.Lane lane = target.lane(worker, arena, step);
            return (first, count) -> {
                long firstRow = first * packing.groupRows();
                long chunkRows = Math.min(rows, (first + count) * packing.groupRows()) - firstRow;
                source.read(value, firstRow * rowBytes, chunk, 0, chunkRows * rowBytes);
                MemorySegment packed = lane.begin(first, count);
                for (int g = 0; g < count; g++) {
                    long row = (long) g * packing.groupRows();
                    packing.packGroup(value.type(), value.cols(), (int) Math.min(packing.groupRows(), chunkRows - row),
                            chunk, row * rowBytes, packed, g * weight.groupBytes());
                }
                lane.end();
            };
        });
        done += weight.bytes();
        loading.progress(done, total);
    }
}
