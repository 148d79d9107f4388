package dev.tegula.tornado;

import dev.tegula.device.Device;
import dev.tegula.device.DeviceCall;
import dev.tegula.device.DeviceException;
import dev.tegula.device.DeviceHoldings;
import dev.tegula.device.DeviceInfo;
import dev.tegula.device.DeviceProgram;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.conform.Conformance;
import dev.tegula.kernel.conform.Report;
import dev.tegula.tensor.Bf16;
import dev.tegula.tensor.DType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** A device in use. Its lock guards all its buffers and programs. */
final class OpenedDevice implements Device {
    private static final int SHORTS = 1 << 16;

    private final DeviceInfo info;
    private final TornadoDevice hardware;
    private final TornadoKernels kernels;
    private final FloatArray halves = new FloatArray(SHORTS);
    private final FloatArray brains = new FloatArray(SHORTS);
    private final DeviceHoldings holdings;
    /** Kernels that have had their twins' results; a lock of its own, which a comparison holds. */
    private final Set<KernelId> checked = new HashSet<>();
    /** The kernel that is being compared; guarded by {@link #checked}. */
    private KernelId comparing;

    OpenedDevice(DeviceInfo info, TornadoDevice hardware) {
        this.info = info;
        this.hardware = hardware;
        this.holdings = new DeviceHoldings(info);
        this.kernels = new TornadoKernels(this);
        for (int bits = 0; bits < SHORTS; bits++) {
            halves.set(bits, Float.float16ToFloat((short) bits));
            brains.set(bits, Bf16.toF32((short) bits));
        }
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    TornadoDevice hardware() {
        return hardware;
    }

    /** The number that each 16 bits of F16 or BF16 mean. */
    FloatArray numbers(DType type) {
        return switch (type) {
            case F16 -> halves;
            case BF16 -> brains;
            default -> throw new IllegalArgumentException(type + " has no 16 bits");
        };
    }

    /** What is open, under the lock. */
    DeviceHoldings holdings() {
        return holdings;
    }

    @Override
    public KernelProvider kernels() {
        return kernels;
    }

    @Override
    public synchronized TornadoBuffer allocate(long bytes, String what) {
        holdings.checkRoom(bytes, what);
        TornadoBuffer buffer = new TornadoBuffer(this, what, bytes);
        holdings.add(buffer);
        return buffer;
    }

    @Override
    public synchronized long allocatedBytes() {
        return holdings.bytes();
    }

    /** Runs wait for what they ask for. */
    @Override
    public synchronized void finish() {
        holdings.checkOpen();
    }

    @Override
    public DeviceProgram program(List<DeviceCall> calls) {
        TornadoProgram program;
        synchronized (this) {
            holdings.checkOpen();
            program = new TornadoProgram(this, calls);
            holdings.add(program);
        }
        try {
            calls.stream().map(call -> (TornadoKernel) call.kernel()).forEach(this::check);
        } catch (RuntimeException | Error e) {
            program.close();
            throw e;
        }
        return program;
    }

    /**
     * Runs a kernel once beside its twin: what the compiler gets wrong, it gets wrong silently. Whoever asks for the same
     * kernel meanwhile waits for the answer.
     */
    private void check(TornadoKernel kernel) {
        synchronized (checked) {
            // The comparison itself makes programs of the kernel, on this thread.
            if (kernel.id().equals(comparing) || checked.contains(kernel.id())) {
                return;
            }
            comparing = kernel.id();
            try {
                Report report = Conformance.sample(kernel);
                if (!report.passed()) {
                    throw new DeviceException(info.id(), kernel.id().toString(),
                            "its results are not the twin's: " + report);
                }
                checked.add(kernel.id());
            } finally {
                comparing = null;
            }
        }
    }

    @Override
    public synchronized void close() {
        holdings.close();
    }
}
