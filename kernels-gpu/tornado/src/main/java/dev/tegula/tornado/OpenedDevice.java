package dev.tegula.tornado;

import dev.tegula.device.Device;
import dev.tegula.device.DeviceBuffer;
import dev.tegula.device.DeviceCall;
import dev.tegula.device.DeviceException;
import dev.tegula.device.DeviceInfo;
import dev.tegula.device.DeviceProgram;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.conform.Conformance;
import dev.tegula.kernel.conform.Report;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** A device in use. Its lock guards all its buffers and programs. */
final class OpenedDevice implements Device {
    private static final int HALVES = 1 << 16;

    private final DeviceInfo info;
    private final TornadoDevice hardware;
    private final TornadoKernels kernels;
    private final FloatArray halves = new FloatArray(HALVES);
    private final Set<TornadoBuffer> buffers = new LinkedHashSet<>();
    private final Set<TornadoProgram> programs = new LinkedHashSet<>();
    private final Set<KernelId> checked = new HashSet<>();
    private long allocated;
    private boolean closed;

    OpenedDevice(DeviceInfo info, TornadoDevice hardware) {
        this.info = info;
        this.hardware = hardware;
        this.kernels = new TornadoKernels(this);
        for (int bits = 0; bits < HALVES; bits++) {
            halves.set(bits, Float.float16ToFloat((short) bits));
        }
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    TornadoDevice hardware() {
        return hardware;
    }

    /** The number that each 16 bits of F16 mean. */
    FloatArray halves() {
        return halves;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException(info.id() + " is closed");
        }
    }

    @Override
    public KernelProvider kernels() {
        return kernels;
    }

    @Override
    public synchronized TornadoBuffer allocate(long bytes, String what) {
        checkOpen();
        if (bytes < 1) {
            throw new IllegalArgumentException(what + ": " + bytes + " bytes; must be at least 1");
        }
        if (bytes > info.largestBufferBytes() || bytes > info.memoryBytes() - allocated) {
            throw new OutOfMemoryError(String.format(Locale.ROOT,
                    "%s: %s: %,d bytes asked for, %,d held; it has %,d, buffers of at most %,d", info.id(), what, bytes,
                    allocated, info.memoryBytes(), info.largestBufferBytes()));
        }
        TornadoBuffer buffer = new TornadoBuffer(this, what, bytes);
        buffers.add(buffer);
        allocated += bytes;
        return buffer;
    }

    /** Called by a buffer that is being closed. */
    void forget(TornadoBuffer buffer) {
        if (buffers.remove(buffer)) {
            allocated -= buffer.bytes();
        }
    }

    /** Called by a program that is being closed. */
    void forget(TornadoProgram program) {
        programs.remove(program);
    }

    @Override
    public synchronized long allocatedBytes() {
        return allocated;
    }

    /** Runs wait for what they ask for. */
    @Override
    public synchronized void finish() {
        checkOpen();
    }

    @Override
    public DeviceProgram program(List<DeviceCall> calls) {
        TornadoProgram program;
        synchronized (this) {
            checkOpen();
            program = new TornadoProgram(this, calls);
            programs.add(program);
        }
        try {
            calls.stream().map(call -> (TornadoKernel) call.kernel()).forEach(this::check);
        } catch (RuntimeException | Error e) {
            program.close();
            throw e;
        }
        return program;
    }

    /** Runs a kernel once beside its twin: what the compiler gets wrong, it gets wrong silently. */
    private void check(TornadoKernel kernel) {
        synchronized (this) {
            // Before it is: the check itself makes programs.
            if (!checked.add(kernel.id())) {
                return;
            }
        }
        boolean passed = false;
        try {
            Report report = Conformance.sample(kernel);
            passed = report.passed();
            if (!passed) {
                throw new DeviceException(info.id(), kernel.id().toString(),
                        "its results are not the twin's: " + report);
            }
        } finally {
            synchronized (this) {
                if (!passed) {
                    checked.remove(kernel.id());
                }
            }
        }
    }

    /**
     * A buffer of this device.
     *
     * @throws IllegalArgumentException when it is of another
     */
    TornadoBuffer own(DeviceBuffer buffer) {
        if (buffer instanceof TornadoBuffer mine && mine.device() == this) {
            return mine;
        }
        throw new IllegalArgumentException("the memory is not of " + info.id());
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Set.copyOf(programs).forEach(TornadoProgram::close);
            Set.copyOf(buffers).forEach(TornadoBuffer::close);
        }
    }
}
