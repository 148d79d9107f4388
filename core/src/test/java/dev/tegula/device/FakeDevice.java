package dev.tegula.device;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Cost;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.kernel.Refusal;
import dev.tegula.kernel.Scratch;
import dev.tegula.kernel.ref.RefProvider;
import dev.tegula.tensor.Storage;
import dev.tegula.tensor.TensorView;
import dev.tegula.tile.Packing;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A device whose memory is the host's, filled with bytes that mean nothing, and whose kernels are the scalar twins. What
 * reaches them has therefore been uploaded, and nothing else.
 */
public final class FakeDevice implements Device {
    private final DeviceInfo info;
    private final Predicate<Op> takes;
    private final List<KernelFactory> kernels = new ArrayList<>();
    private final Set<FakeBuffer> open = new HashSet<>();
    private final Set<FakeProgram> programs = new HashSet<>();
    private long written;
    private long read;
    private String failing;
    private boolean closed;

    /**
     * A device.
     *
     * @param memoryBytes bytes of its memory
     * @param takes ops that it has kernels for
     */
    public FakeDevice(long memoryBytes, Predicate<Op> takes) {
        this(memoryBytes, memoryBytes, takes);
    }

    /** The same, of which a buffer may take a part only. */
    public FakeDevice(long memoryBytes, long largestBufferBytes, Predicate<Op> takes) {
        this.info = new DeviceInfo("fake:0", DeviceInfo.Kind.OTHER, "Fake", "made for tests", memoryBytes,
                largestBufferBytes, List.of());
        this.takes = takes;
        new RefProvider().kernels().forEach(twin -> kernels.add(new FakeFactory(twin)));
    }

    /** A device that takes all ops but {@link Op.Embed}, whose table stays in the file. */
    public static FakeDevice ofBytes(long memoryBytes) {
        return new FakeDevice(memoryBytes, op -> true);
    }

    /** Bytes uploaded so far. */
    public long written() {
        return written;
    }

    /** Bytes downloaded so far. */
    public long read() {
        return read;
    }

    /** Programs that are open. */
    public int programs() {
        return programs.size();
    }

    /** Makes kernels of an op fail from now on; of none when null. */
    public void failAt(String op) {
        failing = op;
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public KernelProvider kernels() {
        return new KernelProvider() {
            @Override
            public String engine() {
                return "fake";
            }

            @Override
            public int rank() {
                return 1;
            }

            @Override
            public Optional<Refusal> unavailable() {
                return Optional.empty();
            }

            @Override
            public List<KernelFactory> kernels() {
                return kernels;
            }
        };
    }

    @Override
    public DeviceBuffer allocate(long bytes, String what) {
        if (closed) {
            throw new IllegalStateException(info.id() + " is closed");
        }
        if (bytes < 1 || bytes > info.largestBufferBytes() || bytes > info.memoryBytes() - allocatedBytes()) {
            throw new OutOfMemoryError(info.id() + ": " + what + ": " + bytes + " bytes asked for, " + allocatedBytes()
                    + " held");
        }
        FakeBuffer buffer = new FakeBuffer(bytes);
        open.add(buffer);
        return buffer;
    }

    @Override
    public long allocatedBytes() {
        return open.stream().mapToLong(DeviceBuffer::bytes).sum();
    }

    @Override
    public void finish() {
        // It does everything at once.
    }

    @Override
    public DeviceProgram program(List<DeviceCall> calls) {
        return new FakeProgram(calls);
    }

    @Override
    public void close() {
        closed = true;
        List.copyOf(programs).forEach(FakeProgram::close);
        List.copyOf(open).forEach(FakeBuffer::close);
    }

    private final class FakeBuffer implements DeviceBuffer {
        private final Storage storage = new Storage("fake device");
        private final MemorySegment memory;

        FakeBuffer(long bytes) {
            memory = storage.allocate(bytes).fill((byte) 0xA5);
        }

        @Override
        public Device device() {
            return FakeDevice.this;
        }

        @Override
        public long bytes() {
            return memory.byteSize();
        }

        @Override
        public void write(long offset, MemorySegment src, long srcOffset, long bytes) {
            MemorySegment.copy(src, srcOffset, memory, offset, bytes);
            written += bytes;
        }

        @Override
        public void read(long offset, MemorySegment dst, long dstOffset, long bytes) {
            MemorySegment.copy(memory, offset, dst, dstOffset, bytes);
            read += bytes;
        }

        @Override
        public void close() {
            open.remove(this);
            storage.close();
        }
    }

    private final class FakeProgram implements DeviceProgram {
        private final List<DeviceCall> calls;
        private final List<Kernel> bound;

        FakeProgram(List<DeviceCall> calls) {
            this.calls = calls;
            this.bound = calls.stream().map(call -> ((FakeFactory) call.kernel()).bind(call)).toList();
            programs.add(this);
        }

        @Override
        public void run(Batch batch) {
            if (!programs.contains(this)) {
                throw new IllegalStateException("the program is closed");
            }
            for (int i = 0; i < bound.size(); i++) {
                DeviceCall call = calls.get(i);
                if (call.request().op().name().equals(failing)) {
                    throw new DeviceException(info.id(), call.kernel().id().toString(), "made to fail");
                }
                try (Storage storage = new Storage("scratch")) {
                    Scratch scratch = Scratch.allocate(storage,
                            ((FakeFactory) call.kernel()).twin.scratch(call.request()));
                    int portions = bound.get(i).portions(batch, 1);
                    for (int p = 0; p < portions; p++) {
                        bound.get(i).run(batch, p, portions, scratch);
                    }
                }
            }
        }

        @Override
        public void close() {
            programs.remove(this);
        }
    }

    /** A scalar twin under another name, bound to the device's memory. */
    private final class FakeFactory implements DeviceKernelFactory {
        private final KernelFactory twin;

        FakeFactory(KernelFactory twin) {
            this.twin = twin;
        }

        @Override
        public KernelId id() {
            KernelId id = twin.id();
            return new KernelId(id.op(), id.dst(), id.lhs(), id.rhs(), id.tile(), "fake");
        }

        @Override
        public Optional<Refusal> refuse(KernelRequest request) {
            return takes.test(request.op()) && !(request.op() instanceof Op.Embed)
                    ? twin.refuse(request)
                    : Optional.of(new Refusal(id().toString(), "was told not to"));
        }

        @Override
        public Packing packing() {
            return twin.packing();
        }

        @Override
        public Cost cost(KernelRequest request, int rows, int context) {
            return twin.cost(request, rows, context);
        }

        @Override
        public Device device() {
            return FakeDevice.this;
        }

        Kernel bind(DeviceCall call) {
            List<Operand> inputs = call.inputs().stream().map(this::operand).toList();
            List<TensorView> outputs = call.outputs().stream().map(this::view).toList();
            KernelRequest request = new KernelRequest(inLayerZero(call.request().op()), call.request().inputs(),
                    call.request().outputs());
            return twin.bind(new KernelArgs(request, inputs, outputs));
        }

        private Operand operand(DeviceOperand operand) {
            return switch (operand) {
                case DeviceOperand.Matrix matrix -> new Operand.Matrix(view(matrix));
                case DeviceOperand.Weights w -> new Operand.Weights(memory(w.buffer()), 0, w.type(), w.rows(), w.cols(),
                        w.packing());
                case DeviceOperand.Cache(var buffer, var layout) -> new Operand.Cache(memory(buffer), layout);
            };
        }

        private TensorView view(DeviceOperand.Matrix matrix) {
            assertAligned(matrix.offset());
            return TensorView.dense(memory(matrix.buffer()), matrix.offset(), matrix.type(), matrix.rows(),
                    matrix.cols());
        }

        private static void assertAligned(long offset) {
            if (offset % 64 != 0) {
                throw new AssertionError("offset " + offset);
            }
        }

        private MemorySegment memory(DeviceBuffer buffer) {
            if (!open.contains(buffer)) {
                throw new IllegalStateException("a buffer of another device, or a closed one");
            }
            return ((FakeBuffer) buffer).memory;
        }

        /** A device has a buffer per layer of the cache, the twins one of all layers. */
        private static Op inLayerZero(Op op) {
            return switch (op) {
                case Op.KvWrite w -> new Op.KvWrite(0, w.kvHeads(), w.headSize());
                case Op.RopeKvWrite w -> new Op.RopeKvWrite(0, w.heads(), w.kvHeads(), w.headSize(), w.dims(),
                        w.halves());
                case Op.Attention a -> new Op.Attention(0, a.heads(), a.kvHeads(), a.headSize(), a.scoring());
                default -> op;
            };
        }
    }
}
