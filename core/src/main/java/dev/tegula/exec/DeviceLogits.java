package dev.tegula.exec;

import dev.tegula.device.Device;
import dev.tegula.device.DeviceBuffer;
import dev.tegula.device.DeviceCall;
import dev.tegula.device.DeviceKernelFactory;
import dev.tegula.device.DeviceOperand;
import dev.tegula.device.DeviceProgram;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.Op;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Logits that lie on a device after a call: whole rows are downloaded when they are asked for, or only the first of each by
 * rank. For the thread that runs the executor.
 */
final class DeviceLogits implements AutoCloseable {
    /** More than this of a row are found on the host: a device may pass over the row for each. */
    private static final int MOST = 64;

    private final Device device;
    private final DeviceOperand.Matrix there;
    private final TensorView host;
    private final boolean[] downloaded;
    private final List<First> firsts = new ArrayList<>();
    private Batch batch;
    private int outputs;

    /**
     * Nothing is there before a call.
     *
     * @param there the logits on the device
     * @param host memory for them on the host
     */
    DeviceLogits(Device device, DeviceOperand.Matrix there, TensorView host) {
        this.device = device;
        this.there = there;
        this.host = host;
        this.downloaded = new boolean[Math.toIntExact(host.rows())];
    }

    /** Forgets what was downloaded, since a call has computed others. */
    void computed(Batch rows) {
        batch = rows;
        outputs = rows.outputs();
        Arrays.fill(downloaded, false);
        for (int i = 0; i < firsts.size(); i++) {
            firsts.get(i).found = false;
        }
    }

    /** Whether a row of the last call is on the host. */
    boolean isDownloaded(int row) {
        return downloaded[row];
    }

    /** Downloads a row of the last call, unless it is there. */
    void download(int row) {
        if (!downloaded[row]) {
            long bytes = host.rowBytes();
            there.buffer().read(there.offset() + row * bytes, host.segment(), host.rowOffset(row), bytes);
            downloaded[row] = true;
        }
    }

    /** Downloads all rows of the last call. */
    void downloadAll() {
        for (int row = 0; row < outputs; row++) {
            download(row);
        }
    }

    /**
     * The first logits of a row of the last call by rank, found on the device.
     *
     * @param values takes {@code k} logits
     * @param ids takes their tokens
     * @return false when the device cannot find so many
     */
    boolean first(int row, int k, float[] values, int[] ids) {
        First first = k > MOST ? null : first(k);
        if (first == null) {
            return false;
        }
        first.find();
        MemorySegment.copy(first.host, ValueLayout.JAVA_FLOAT, 4L * row * k, values, 0, k);
        MemorySegment.copy(first.host, ValueLayout.JAVA_INT, first.idsAt() + 4L * row * k, ids, 0, k);
        return true;
    }

    private First first(int k) {
        for (int i = 0; i < firsts.size(); i++) {
            if (firsts.get(i).k == k) {
                return firsts.get(i);
            }
        }
        KernelRequest request = new KernelRequest(new Op.TopK(k),
                List.of(new Spec(DType.F32, Dim.OUTPUTS, there.cols())),
                List.of(new Spec(DType.F32, Dim.OUTPUTS, k), new Spec(DType.I32, Dim.OUTPUTS, k)));
        Optional<KernelFactory> kernel = device.kernels()
                .kernels()
                .stream()
                .filter(each -> each.refuse(request).isEmpty())
                .findFirst();
        if (kernel.isEmpty()) {
            return null;
        }
        First made = new First(k, (DeviceKernelFactory) kernel.get(), request);
        firsts.add(made);
        return made;
    }

    /** The first k of every row: on the device, and downloaded for the call at hand if found. */
    private final class First implements AutoCloseable {
        private final int k;
        private final DeviceBuffer buffer;
        private final DeviceProgram program;
        private final Arena arena = Arena.ofAuto();
        private final MemorySegment host;
        private boolean found;

        First(int k, DeviceKernelFactory kernel, KernelRequest request) {
            this.k = k;
            long rows = there.rows();
            this.buffer = device.allocate(idsAt() + 4L * k * rows, "the first " + k + " logits");
            try {
                this.program = device.program(List.of(new DeviceCall(kernel, request, List.of(there), List.of(
                        new DeviceOperand.Matrix(buffer, 0, DType.F32, rows, k),
                        new DeviceOperand.Matrix(buffer, idsAt(), DType.I32, rows, k)))));
            } catch (RuntimeException | Error e) {
                buffer.close();
                throw e;
            }
            this.host = arena.allocate(buffer.bytes(), 64);
        }

        /** Where the tokens lie behind the values. */
        private long idsAt() {
            return Math.ceilDiv(4L * k * there.rows(), 64L) * 64;
        }

        void find() {
            if (!found) {
                if (batch.outputs() != outputs) {
                    throw new IllegalStateException("the batch was filled again before its logits were looked at");
                }
                program.run(batch);
                long bytes = 4L * k * outputs;
                buffer.read(0, host, 0, bytes);
                buffer.read(idsAt(), host, idsAt(), bytes);
                found = true;
            }
        }

        @Override
        public void close() {
            program.close();
            buffer.close();
        }
    }

    /** Frees what finding the first ones took. Idempotent. */
    @Override
    public void close() {
        firsts.forEach(First::close);
        firsts.clear();
    }
}
