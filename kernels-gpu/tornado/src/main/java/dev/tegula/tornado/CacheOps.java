package dev.tegula.tornado;

import dev.tegula.device.DeviceCall;
import dev.tegula.device.DeviceOperand;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Scoring;
import dev.tegula.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Ops that turn heads, and that write and read the KV cache. */
final class CacheOps {
    private static final DType F32 = DType.F32;
    /** A group keeps a head, and two blocks of scores, in local memory: 32 KiB are what any device has. */
    private static final int LARGEST_HEAD = 4096;

    private CacheOps() {}

    static List<TornadoKernel> kernels() {
        List<TornadoKernel> kernels = new ArrayList<>();
        kernels.add(TornadoKernel.of(id("rope", F32, F32), Op.Rope.class, List.of(F32, F32), List.of(F32),
                CacheOps::rope));
        for (DType type : List.of(F32, DType.F16, DType.BF16)) {
            kernels.add(TornadoKernel.of(id("kvwrite", type, F32), Op.KvWrite.class, List.of(F32, F32, type),
                    List.of(), CacheOps::kvWrite));
            kernels.add(TornadoKernel.of(id("ropekvwrite", type, F32), Op.RopeKvWrite.class,
                    List.of(F32, F32, F32, F32, type), List.of(F32), CacheOps::ropeKvWrite));
            kernels.add(TornadoKernel
                    .of(id("attention", F32, type), Op.Attention.class, List.of(F32, type), List.of(F32),
                            CacheOps::attention)
                    .withCondition(CacheOps::lacks));
        }
        return kernels;
    }

    private static KernelId id(String op, DType dst, DType rhs) {
        return KernelId.of(op, dst, F32, rhs, "row", TornadoKernel.ENGINE);
    }

    private static String lacks(KernelRequest request) {
        Op.Attention op = (Op.Attention) request.op();
        Scoring scoring = op.scoring();
        if (op.headSize() > LARGEST_HEAD) {
            return "heads of at most " + LARGEST_HEAD + " elements, not " + op.headSize();
        }
        return scoring.maxBias() != 0 || scoring.sinks()
                ? "scores are scaled and capped, and not biased; there are no sinks"
                : null;
    }

    private static void rope(DeviceCall call, TornadoProgram program) {
        Op.Rope op = (Op.Rope) call.request().op();
        turn(call, program, program.input(call, 0), program.output(call), program.input(call, 1),
                call.output().cols(), op.headSize(), op.dims(), op.halves());
    }

    private static void ropeKvWrite(DeviceCall call, TornadoProgram program) {
        Op.RopeKvWrite op = (Op.RopeKvWrite) call.request().op();
        View k = program.input(call, 1);
        View table = program.input(call, 3);
        turn(call, program, program.input(call, 0), program.output(call), table, call.output().cols(), op.headSize(),
                op.dims(), op.halves());
        turn(call, program, k, k, table, call.matrix(1).cols(), op.headSize(), op.dims(), op.halves());
        write(call, program, k, program.input(call, 2), call.cache(4));
    }

    private static void kvWrite(DeviceCall call, TornadoProgram program) {
        write(call, program, program.input(call, 0), program.input(call, 1), call.cache(2));
    }

    private static void turn(DeviceCall call, TornadoProgram program, View x, View y, View table, int cols, int size,
            int dims, boolean halves) {
        IntArray batch = program.batch();
        program.step(call, cols / size * (size - dims / 2), RowOps.FLAT, Batch::rows, List.of(x, table), List.of(y),
                List.of(batch), (graph, name, c) -> graph.task(name, CacheKernels::turn, c, batch, x.floats(),
                        table.floats(), y.floats(), cols, size, dims, halves ? 1 : 0));
    }

    private static void write(DeviceCall call, TornadoProgram program, View k, View v, DeviceOperand.Cache operand) {
        IntArray batch = program.batch();
        View cache = program.cache(operand);
        int heads = operand.layout().kvHeads();
        int size = operand.layout().headSize();
        int bf16 = operand.layout().type() == DType.BF16 ? 1 : 0;
        Step.Task task = operand.layout().type() == F32
                ? (graph, name, c) -> graph.task(name, CacheKernels::writeFloats, c, batch, k.floats(), v.floats(),
                        cache.floats(), heads, size)
                : (graph, name, c) -> graph.task(name, CacheKernels::writeShorts, c, batch, k.floats(), v.floats(),
                        cache.shorts(), heads, size, bf16);
        // What others wrote stays, so it must be there before.
        program.step(call, heads * size, RowOps.FLAT, Batch::rows, List.of(k, v, cache), List.of(cache),
                List.of(batch), task);
    }

    private static void attention(DeviceCall call, TornadoProgram program) {
        Op.Attention op = (Op.Attention) call.request().op();
        IntArray batch = program.batch();
        DType type = call.cache(1).layout().type();
        FloatArray table = type == F32 ? null : program.numbers(type);
        View q = program.input(call, 0);
        View cache = program.cache(call.cache(1));
        View y = program.output(call);
        int heads = op.heads();
        int kvHeads = op.kvHeads();
        int size = op.headSize();
        float scale = op.scoring().scale();
        int window = op.scoring().window();
        float softCap = op.scoring().softCap();
        Step.Task task = type == F32
                ? (graph, name, c) -> graph.task(name, CacheKernels::attentionFloats, c, batch, q.floats(),
                        cache.floats(), y.floats(), heads, kvHeads, size, scale, window, softCap)
                : (graph, name, c) -> graph.task(name, CacheKernels::attentionShorts, c, batch, q.floats(),
                        cache.shorts(), table, y.floats(), heads, kvHeads, size, scale, window, softCap);
        program.step(call, heads * CacheKernels.BLOCK, CacheKernels.BLOCK, Batch::rows, List.of(q, cache), List.of(y),
                type == F32 ? List.of(batch) : List.of(batch, table), task);
    }
}
