package dev.tegula.opencl;

import dev.tegula.device.DeviceCall;
import dev.tegula.device.DeviceOperand;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Scoring;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Ops that turn heads, and that write and read the KV cache. */
final class CacheOps {
    private static final DType F32 = DType.F32;
    /** Memory for parts of attention at most: rows enough to fill a large GPU by then need none. */
    private static final long PARTS_BYTES = 16 << 20;
    /** Attention is cut over the context when it has fewer groups of work-items than this for each compute unit. */
    private static final int GROUPS_PER_UNIT = 4;
    /** Query heads that a group of work-items has on GPUs at most, and work-items of a small group. */
    private static final int MOST_HEADS = 4;
    private static final int FEW_ITEMS = 128;
    /** Floats of a part before its values. */
    private static final int PART_HEAD = 16;

    private CacheOps() {}

    static List<OpenClKernel> kernels() {
        List<OpenClKernel> kernels = new ArrayList<>();
        kernels.add(OpenClKernel.of(id("rope", F32, F32), Op.Rope.class, List.of(F32, F32), List.of(F32), Set.of(),
                CacheOps::rope));
        for (DType type : KvLayout.TYPES) {
            Set<OpenClKernel.Need> needs = type == DType.Q8_0 ? Set.of(OpenClKernel.Need.DOUBLE) : Set.of();
            kernels.add(OpenClKernel.of(id("kvwrite", type, F32), Op.KvWrite.class, List.of(F32, F32, type), List.of(),
                    needs, CacheOps::kvWrite));
            kernels.add(OpenClKernel.of(id("ropekvwrite", type, F32), Op.RopeKvWrite.class,
                    List.of(F32, F32, F32, F32, type), List.of(F32), needs, CacheOps::ropeKvWrite));
            kernels.add(
                    OpenClKernel.of(id("attention", F32, type), Op.Attention.class, List.of(F32, type), List.of(F32),
                            Set.of(OpenClKernel.Need.DIVISION), CacheOps::attention));
        }
        return kernels;
    }

    private static KernelId id(String op, DType dst, DType rhs) {
        return KernelId.of(op, dst, F32, rhs, "row", OpenClKernel.ENGINE);
    }

    private static OpenClProgram.Step rope(DeviceCall call, OpenClProgram program) {
        Op.Rope op = (Op.Rope) call.request().op();
        return RowOps.rope(call, program, call.matrix(0), call.output(), call.matrix(1), op.headSize(), op.dims(),
                op.halves());
    }

    private static OpenClProgram.Step kvWrite(DeviceCall call, OpenClProgram program) {
        return write(call, program, call.matrix(0), call.matrix(1), call.cache(2));
    }

    private static OpenClProgram.Step ropeKvWrite(DeviceCall call, OpenClProgram program) {
        Op.RopeKvWrite op = (Op.RopeKvWrite) call.request().op();
        DeviceOperand.Matrix q = call.matrix(0);
        DeviceOperand.Matrix k = call.matrix(1);
        DeviceOperand.Matrix table = call.matrix(3);
        OpenClProgram.Step turnQ = RowOps.rope(call, program, q, call.output(), table, op.headSize(), op.dims(),
                op.halves());
        OpenClProgram.Step turnK = RowOps.rope(call, program, k, k, table, op.headSize(), op.dims(), op.halves());
        OpenClProgram.Step write = write(call, program, k, call.matrix(2), call.cache(4));
        return batch -> {
            turnQ.run(batch);
            turnK.run(batch);
            write.run(batch);
        };
    }

    private static String cacheType(KvLayout layout) {
        return "#define KV KV_" + layout.type();
    }

    private static OpenClProgram.Step write(DeviceCall call, OpenClProgram program, DeviceOperand.Matrix k,
            DeviceOperand.Matrix v, DeviceOperand.Cache cache) {
        program.readsBatch();
        KvLayout layout = cache.layout();
        Source source = Source.of("writing the KV cache, " + layout.type(), cacheType(layout), "cache.cl",
                "kv_write.cl");
        Launch launch = program.launch(call, source, "kv_write", RowOps.FLAT)
                .matrix(k)
                .matrix(v)
                .buffer(OpenClBuffer.of(cache))
                .number(layout.kvHeads())
                .number(layout.headSize());
        int batchAt = launch.arguments();
        int perRow = layout.kvHeads() * layout.headSize() / layout.type().blockLength();
        return batch -> launch.from(batchAt)
                .buffer(program.rows())
                .buffer(program.tables())
                .number(batch.maxBlocks())
                .number(batch.rows())
                .run((long) batch.rows() * perRow, 1, 1);
    }

    private static OpenClProgram.Step attention(DeviceCall call, OpenClProgram program) {
        program.readsBatch();
        Op.Attention op = (Op.Attention) call.request().op();
        Scoring scoring = op.scoring();
        KvLayout layout = call.cache(1).layout();
        boolean gpu = program.device().shape().isGpu();
        // On GPUs a group of work-items has several query heads that share their keys and values, on CPUs one.
        int perKv = op.heads() / op.kvHeads();
        int together = gpu ? Math.min(perKv, MOST_HEADS) : 1;
        // No more than have an element of values to add up.
        int items = !gpu ? 1 : together * op.headSize() <= FEW_ITEMS ? FEW_ITEMS : 2 * FEW_ITEMS;
        Source source = Source.of("attention, " + layout.type() + ", heads of " + op.headSize(), cacheType(layout),
                "#define SIZE " + op.headSize(), "#define HEADS " + together, "#define WORKERS " + items, "cache.cl",
                "attention.cl",
                gpu ? "attention_heads.cl" : "attention_rows.cl");
        Launch whole = program.launch(call, source, "attention", items)
                .matrix(call.matrix(0))
                .buffer(OpenClBuffer.of(call.cache(1)));
        Launch merge = program.launch(call, source, "merge_parts", RowOps.FLAT);
        for (Launch launch : List.of(whole, merge)) {
            if (scoring.sinks()) {
                launch.matrix(call.matrix(2));
            } else {
                launch.noMatrix();
            }
            launch.matrix(call.output()).number(op.heads());
        }
        OpenClBuffer parts = parts(call, op, program);
        whole.number(op.kvHeads())
                .number(scoring.scale())
                .number(scoring.window())
                .number(scoring.softCap())
                .number(scoring.maxBias() == 0 ? 0 : 1)
                .number(scoring.sinks() ? 1 : 0)
                .buffer(slopes(op, program));
        merge.number(scoring.window()).number(scoring.sinks() ? 1 : 0);
        int wholeAt = whole.arguments();
        int mergeAt = merge.arguments();
        int few = program.device().facts().computeUnits() * GROUPS_PER_UNIT;
        int across = op.kvHeads() * Math.ceilDiv(perKv, together);
        return batch -> {
            int segments = segments(batch, scoring);
            int heads = batch.rows() * op.heads();
            boolean cut = segments > 1 && batch.rows() * across < few
                    && (long) heads * segments * partBytes(op) <= parts.bytes();
            whole.from(wholeAt)
                    .buffer(program.rows())
                    .buffer(program.tables())
                    .number(batch.maxBlocks())
                    .number(cut ? 1 : 0)
                    .buffer(parts)
                    .number(segments)
                    .run((long) across * items, batch.rows(), cut ? segments : 1);
            if (cut) {
                merge.from(mergeAt)
                        .buffer(program.rows())
                        .buffer(parts)
                        .number(segments)
                        .number(batch.rows())
                        .run((long) heads * op.headSize(), 1, 1);
            }
        };
    }

    /** The most segments that a row of the batch sees. */
    private static int segments(Batch batch, Scoring scoring) {
        int most = 0;
        for (int r = 0; r < batch.rows(); r++) {
            int position = batch.position(r);
            most = Math.max(most, position / KvLayout.SEGMENT - scoring.first(position) / KvLayout.SEGMENT + 1);
        }
        return most;
    }

    private static long partBytes(Op.Attention op) {
        return 4L * (PART_HEAD + op.headSize());
    }

    /** Memory for the parts of any batch that could be cut, or of some of them. */
    private static OpenClBuffer parts(DeviceCall call, Op.Attention op, OpenClProgram program) {
        long segments = (long) call.cache(1).layout().blocks() * KvLayout.BLOCK / KvLayout.SEGMENT + 1;
        long all = call.output().rows() * op.heads() * segments * partBytes(op);
        return program.between(Math.min(all, PARTS_BYTES));
    }

    private static OpenClBuffer slopes(Op.Attention op, OpenClProgram program) {
        OpenClBuffer buffer = program.allocate(4L * op.heads(), "slopes of heads");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment slopes = arena.allocate(4L * op.heads(), 4);
            for (int h = 0; h < op.heads(); h++) {
                slopes.setAtIndex(ValueLayout.JAVA_FLOAT, h, op.scoring().slope(h, op.heads()));
            }
            buffer.write(0, slopes, 0, slopes.byteSize());
        }
        return buffer;
    }
}
