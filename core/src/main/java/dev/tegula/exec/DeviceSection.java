package dev.tegula.exec;

import dev.tegula.device.Device;
import dev.tegula.device.DeviceBuffer;
import dev.tegula.device.DeviceProgram;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.RowCount;
import dev.tegula.kernel.Scratch;
import dev.tegula.tensor.Dim;
import dev.tegula.tensor.TensorView;
import java.util.List;

/** Steps that follow one another on a device, as the host's executor sees them: one kernel of one portion. */
final class DeviceSection implements Kernel {
    private final Device device;
    private final DeviceProgram program;
    private final DeviceBuffer activations;
    private final List<Crossing> uploads;
    private final List<Crossing> downloads;

    /**
     * Activations that are copied between host and device.
     *
     * @param host where they lie on the host
     * @param offset byte offset on the device
     * @param rows how many rows a batch has of them
     */
    record Crossing(TensorView host, long offset, Dim rows) {
        private long bytes(Batch batch) {
            int used = RowCount.of(rows).in(batch);
            if (used > host.rows()) {
                throw new IllegalArgumentException("a batch of " + used + " rows: the plan has " + host.rows());
            }
            return used * host.rowBytes();
        }
    }

    DeviceSection(Device device, DeviceProgram program, DeviceBuffer activations, List<Crossing> uploads,
            List<Crossing> downloads) {
        this.device = device;
        this.program = program;
        this.activations = activations;
        this.uploads = List.copyOf(uploads);
        this.downloads = List.copyOf(downloads);
    }

    @Override
    public int portions(Batch batch, int workers) {
        return 1;
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        for (int i = 0; i < uploads.size(); i++) {
            Crossing up = uploads.get(i);
            activations.write(up.offset(), up.host().segment(), up.host().offset(), up.bytes(batch));
        }
        program.run(batch);
        for (int i = 0; i < downloads.size(); i++) {
            Crossing down = downloads.get(i);
            activations.read(down.offset(), down.host().segment(), down.host().offset(), down.bytes(batch));
        }
        if (downloads.isEmpty()) {
            // A failure must be this call's: once it has returned, keys and values count as there.
            device.finish();
        }
    }
}
