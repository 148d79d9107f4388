package dev.tegula.bench.kernel;

import dev.tegula.bench.Call;
import dev.tegula.kernel.Activations;
import dev.tegula.kernel.Cost;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import dev.tegula.tensor.Storage;
import dev.tegula.tile.Packing;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What happens to a weight matrix when its model is loaded: it is laid out as the kernel that a plan gets reads it. One thread. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class PackBench {
    /** A layer of a published model, or NxK. */
    @Param("llama-3.2-1b/ffn_down")
    public String shape = "llama-3.2-1b/ffn_down";

    /** Format of the weights. */
    @Param({"F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_K", "Q6_K", "TQ2_0"})
    public DType format = DType.Q4_0;

    private Storage storage;
    private Packing packing;
    private Operand.Weights weights;
    private MemorySegment packed;

    /**
     * Makes weights, and lets the kernel compute with such as are packed in this way.
     *
     * @throws IllegalStateException when it finds others in them than its scalar twin does
     */
    @Setup
    public void open() {
        LayerShape layer = LayerShape.of(shape, 1);
        Spec x = new Spec(Activations.typeFor(format), Dim.TOKENS, layer.k());
        Spec w = new Spec(format, Dim.of(layer.n()), layer.k());
        Spec y = new Spec(DType.F32, Dim.TOKENS, layer.n());
        KernelRequest request = new KernelRequest(new Op.MatMul(false, false), List.of(x, w), List.of(y));
        KernelTable.Choice choice = KernelTable.load().choose(request);
        KernelFactory kernel = choice.factory();
        packing = kernel.packing();
        try (KernelCase checked = new KernelCase(choice.provider().engine(), KernelBench.USUAL, request, 1, 0, 1)) {
            checked.check();
        }
        storage = new Storage("bench");
        weights = (Operand.Weights) new Operands(storage, 1, 0).input(request, 1);
        packed = storage.allocate(packing.bytes(format, layer.n(), layer.k()));
        Call.of(new Cost(0, weights.segment().byteSize() + packed.byteSize())).say();
    }

    /** Frees the memory. */
    @TearDown
    public void close() {
        storage.close();
    }

    /** Packs the whole matrix; the kernel that was checked had its weights packed by the same loop. */
    @Benchmark
    public void run() {
        Operands.pack(weights, packing, packed);
    }
}
