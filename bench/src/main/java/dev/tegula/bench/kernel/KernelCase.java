package dev.tegula.bench.kernel;

import dev.tegula.bench.machine.Roofline;
import dev.tegula.bench.timing.Turns;
import dev.tegula.bench.timing.WarmUp;
import dev.tegula.device.Device;
import dev.tegula.device.DeviceKernelFactory;
import dev.tegula.device.Devices;
import dev.tegula.device.UploadedCall;
import dev.tegula.exec.Executor;
import dev.tegula.exec.Workers;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Cost;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.kernel.Refusal;
import dev.tegula.kernel.Scratch;
import dev.tegula.kernel.ref.RefProvider;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Storage;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A kernel bound to operands of its own, and its scalar twin bound to the same. */
public final class KernelCase implements AutoCloseable {
    /** Into how many portions the twin's call is cut, of which only some are computed. */
    private static final int TWIN_PORTIONS = 64;
    /** How long the twin may compute: it is slow and the shapes are those of real layers. */
    private static final long TWIN_NANOS = 500_000_000L;
    /** A NaN that no kernel computes: where it stays, the twin has written nothing. */
    private static final int UNTOUCHED = 0x7FA5A5A5;

    private final Storage storage = new Storage("bench");
    private final KernelRequest request;
    private final KernelFactory factory;
    private final List<Operand> inputs = new ArrayList<>();
    private final List<Operand> twinInputs = new ArrayList<>();
    private final List<TensorView> outputs;
    private final Batch batch;
    private final int firstPosition;
    /** Empty for an engine of the CPU. */
    private final Optional<Device> device;
    private final Optional<UploadedCall> there;
    private final Workers workers;
    private final Executor executor;

    /**
     * Makes operands with random values and binds an engine's kernel to them.
     *
     * @param engine the provider's name, or a device's id, such as opencl:0: then its kernel works on memory there
     * @param tile the kernel's tile, or {@link KernelBench#USUAL}
     * @param rows of the batch
     * @param firstPosition of the batch's first row in its sequence
     * @param threads workers that share a call
     * @throws IllegalStateException when the engine is unknown, unavailable or has no such kernel; says why
     */
    public KernelCase(String engine, String tile, KernelRequest request, int rows, int firstPosition, int threads) {
        this.request = request;
        this.firstPosition = firstPosition;
        this.device = engine.contains(":") ? Optional.of(Devices.open(engine)) : Optional.empty();
        KernelProvider provider = provider(engine);
        provider.unavailable()
                .ifPresent(refusal -> {
                    throw new IllegalStateException(refusal.toString());
                });
        this.factory = factory(provider, tile, request);
        int positions = Math.ceilDiv(firstPosition + rows, KvLayout.BLOCK) * KvLayout.BLOCK;
        this.batch = batch(rows, firstPosition, positions);
        Operands operands = new Operands(storage, rows, positions);
        for (int i = 0; i < request.inputs().size(); i++) {
            Operand input = operands.input(request, i);
            inputs.add(input);
            // Kernels that write to the cache change inputs; their twin gets its own.
            twinInputs.add(writesCache() ? operands.copy(input) : input);
        }
        this.outputs = outputs();
        List<Operand> packed = operands.packed(inputs, factory.packing());
        this.workers = new Workers(threads);
        this.there = device.map(opened -> new UploadedCall((DeviceKernelFactory) factory,
                new KernelArgs(request, packed, outputs)));
        this.executor = there.isPresent() ? null : executor(packed, positions);
    }

    /** The call as a plan of its own: the kernel, and what completes it. */
    private Executor executor(List<Operand> packed, int positions) {
        MemorySegment shared = storage.allocate(KernelArgs.sharedBytes(request, workers.count(), positions));
        Kernel kernel = factory.bind(new KernelArgs(request, packed, outputs, shared));
        List<Kernel[]> stages = new ArrayList<>(List.of(new Kernel[][]{{kernel}}));
        kernel.finish().ifPresent(finish -> stages.add(new Kernel[]{finish}));
        Scratch[] scratch = new Scratch[workers.count()];
        Arrays.setAll(scratch, i -> Scratch.allocate(storage, factory.scratch(request)));
        // Its result, of which nothing is asked here, must have a row for each of the batch.
        TensorView rows = TensorView.allocate(storage, DType.F32, batch.maxRows(), 1);
        return new Executor(workers, stages.toArray(Kernel[][]::new), rows, scratch);
    }

    private KernelProvider provider(String engine) {
        if (device.isPresent()) {
            return device.get().kernels();
        }
        Devices.backends().stream().filter(backend -> backend.kernels().engine().equals(engine)).forEach(backend -> {
            throw new IllegalStateException("engine '" + engine + "' works on devices; name one of them, such as "
                    + backend.name() + ":0 ('tegula devices' lists them)");
        });
        List<KernelProvider> providers = KernelTable.load().providers();
        return providers.stream()
                .filter(p -> p.engine().equals(engine))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no engine '" + engine + "'; there are "
                        + providers.stream().map(KernelProvider::engine).toList()
                        + " and devices, such as opencl:0"));
    }

    /** The first kernel for a request, of a tile unless that is {@link KernelBench#USUAL}. */
    static KernelFactory factory(KernelProvider provider, String tile, KernelRequest request) {
        List<Refusal> refusals = new ArrayList<>();
        for (KernelFactory row : provider.kernels()) {
            if (row.id().op().equals(request.op().name())
                    && (tile.equals(KernelBench.USUAL) || tile.equals(row.id().tile()))) {
                Optional<Refusal> refusal = row.refuse(request);
                if (refusal.isEmpty()) {
                    return row;
                }
                refusals.add(refusal.get());
            }
        }
        throw new IllegalStateException(provider.engine() + " has no kernel for " + request + " " + refusals);
    }

    /**
     * Runs a side that calls the kernel until its speed no longer changes. One in Java is compiled when it comes for the first time,
     * with one row or with many: these have loops of their own.
     */
    public void warmUp(WarmUp warmUp, Turns.Side side) throws InterruptedException {
        if (factory.id().engine().startsWith("nat-")) {
            warmUp.settle(side);
        } else {
            warmUp.compile(List.of(factory.id(), batch.rows() == 1), side);
        }
    }

    private Batch batch(int rows, int firstPosition, int positions) {
        int blocks = positions / KvLayout.BLOCK;
        Batch made = new Batch(storage, rows, 1, blocks);
        int[] table = new int[blocks];
        for (int i = 0; i < blocks; i++) {
            table[i] = i;
        }
        made.addSequence(table, blocks);
        for (int r = 0; r < rows; r++) {
            made.addRow(r * 7919 % KernelBench.VOCABULARY, firstPosition + r, true);
        }
        return made;
    }

    private List<TensorView> outputs() {
        List<TensorView> views = new ArrayList<>();
        for (KernelRequest.Spec spec : request.outputs()) {
            TensorView view = TensorView.allocate(storage, spec.type(), batch.maxRows(), spec.cols());
            for (long at = 0; at < view.bytes(); at += Integer.BYTES) {
                view.segment().set(ValueLayout.JAVA_INT, at, UNTOUCHED);
            }
            views.add(view);
        }
        return views;
    }

    /** What a call costs at least. Its rows are those of one sequence, which share the keys and values that each of them sees. */
    public Cost cost() {
        int rows = batch.maxRows();
        Cost alone = factory.cost(request, rows, 0);
        long cached = factory.cost(request, 1, firstPosition + rows).bytes() - factory.cost(request, 1, 0).bytes();
        return new Cost(factory.cost(request, rows, firstPosition + (rows + 1) / 2).multiplyAdds(),
                alone.bytes() + cached);
    }

    /** Whether it multiplies matrices. */
    public boolean multiplies() {
        return request.op() instanceof Op.MatMul || request.op() instanceof Op.GateUp
                || request.op() instanceof Op.Attention;
    }

    /** Whether it runs on the CPU, whose peaks say nothing of a device. */
    public boolean isOfCpu() {
        return device.isEmpty();
    }

    /** What holds a call back most, on the CPU. */
    public String limit(Roofline roofline) {
        return multiplies() ? roofline.of(request.input(0).type(), cost()) : roofline.ofReading(cost().bytes());
    }

    /** The id of the kernel that was bound. */
    public String id() {
        return factory.id().toString();
    }

    /** Computes the whole output, on a device in its memory. */
    public void run() {
        if (there.isPresent()) {
            there.get().run(batch);
            device.get().finish();
        } else {
            executor.run(batch);
        }
    }

    /**
     * Runs the kernel once and compares its output with as much of the twin's as is computed in half a second, but at least
     * two portions.
     *
     * @throws IllegalStateException at the first difference
     */
    public void check() {
        run();
        there.ifPresent(call -> call.download(batch));
        KernelFactory right = KernelTable.of(List.of(new RefProvider())).choose(request).factory();
        List<TensorView> expected = outputs();
        Kernel twin = right.bind(new KernelArgs(request, twinInputs, expected));
        Scratch twinScratch = Scratch.allocate(storage, right.scratch(request));
        int cut = twin.portions(batch, TWIN_PORTIONS);
        long end = System.nanoTime() + TWIN_NANOS;
        for (int i = 0; i < cut && (i < 2 || writesCache() || System.nanoTime() < end); i++) {
            // First, last, second, last but one, …: tails first.
            twin.run(batch, i % 2 == 0 ? i / 2 : cut - 1 - i / 2, cut, twinScratch);
        }
        long compared = 0;
        for (int i = 0; i < expected.size(); i++) {
            compared += compare(expected.get(i), outputs.get(i));
        }
        for (int i = 0; i < inputs.size() && writesCache(); i++) {
            if (inputs.get(i) instanceof Operand.Cache ours && twinInputs.get(i) instanceof Operand.Cache its) {
                compared += compare(pool(its), pool(ours));
            }
        }
        if (compared == 0) {
            throw new IllegalStateException(factory.id() + ": the twin computed nothing to compare with");
        }
    }

    /** Whether the op writes keys and values to the cache. */
    private boolean writesCache() {
        return request.op() instanceof Op.KvWrite || request.op() instanceof Op.RopeKvWrite;
    }

    /** The memory of a cache as one row. */
    private static TensorView pool(Operand.Cache cache) {
        DType type = cache.layout().type();
        int elements = Math.toIntExact(cache.layout().bytes() / type.blockBytes() * type.blockLength());
        return TensorView.dense(cache.segment(), 0, type, 1, elements);
    }

    /** Compares the words that the twin has written, NaNs of F32 being equal; returns how many there are. */
    private long compare(TensorView expected, TensorView actual) {
        long words = 0;
        for (long at = 0; at < expected.bytes(); at += Integer.BYTES) {
            int right = expected.segment().get(ValueLayout.JAVA_INT, at);
            int got = actual.segment().get(ValueLayout.JAVA_INT, at);
            if (right == UNTOUCHED) {
                continue;
            }
            words++;
            boolean nans = expected.type() == DType.F32 && Float.isNaN(Float.intBitsToFloat(right))
                    && Float.isNaN(Float.intBitsToFloat(got));
            if (right != got && !nans) {
                throw new IllegalStateException("%s: wrong result for %s in row %d, byte %d: %08x, the twin has %08x"
                        .formatted(factory.id(), request, at / expected.rowBytes(), at % expected.rowBytes(), got,
                                right));
            }
        }
        return words;
    }

    /** Ends the workers and frees the memory. */
    @Override
    public void close() {
        there.ifPresent(UploadedCall::close);
        device.ifPresent(Device::close);
        workers.close();
        storage.close();
    }
}
