package dev.tegula.nat;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tegula.kernel.AttentionPart;
import dev.tegula.kv.KvLayout;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Where the operands of a C function lie, worked out from its arguments: what {@link Emulator} must carry over. */
abstract class EmulatedCall {
    private static final int ROW_BYTES = 16;

    private final int arguments;

    private EmulatedCall(int arguments) {
        this.arguments = arguments;
    }

    /** An argument that points to so many bytes. */
    record Memory(int argument, long bytes, boolean written) {}

    /** How many there are. */
    final int arguments() {
        return arguments;
    }

    /** Adds the operands. */
    abstract void describe(Operands o);

    /** The operands of a call. */
    final List<Memory> memory(long[] values) {
        Operands operands = new Operands(values);
        describe(operands);
        return operands.all;
    }

    /** The description of a function by its name. */
    static EmulatedCall of(String name) {
        if (name.startsWith("tegula_linear_")) {
            return new Linear();
        }
        if (name.startsWith("tegula_attention_")) {
            return new Attention();
        }
        if (name.startsWith("tegula_top_k_")) {
            return new TopK();
        }
        if (name.startsWith("tegula_peak_")) {
            return new Peak(name.matches("tegula_peak_(fma|int8|bf16).*"), name.contains("read"));
        }
        return name.startsWith("tegula_rope_") ? new Rope() : new Rows();
    }

    /** Arguments, with the memory that they point to. */
    static final class Operands {
        private final long[] values;
        private final List<Memory> all = new ArrayList<>();

        private Operands(long[] values) {
            this.values = values;
        }

        long value(int argument) {
            return values[argument];
        }

        MemorySegment read(int argument, long bytes) {
            add(argument, bytes, false);
            return MemorySegment.ofAddress(values[argument]).reinterpret(bytes);
        }

        void written(int argument, long bytes) {
            add(argument, bytes, true);
        }

        private void add(int argument, long bytes, boolean written) {
            if (values[argument] != 0) {
                all.add(new Memory(argument, bytes, written));
            }
        }

        /** Tables of so many sequences; how many KV blocks there must be. */
        long blocks(int argument, long sequences, long length) {
            long most = 0;
            for (int block : read(argument, sequences * length * Integer.BYTES).toArray(JAVA_INT)) {
                most = Math.max(most, block + 1L);
            }
            return most;
        }
    }

    /** A field of 64 bits. */
    private static long field(MemorySegment shape, int i) {
        return shape.getAtIndex(JAVA_LONG, i);
    }

    /** LINEAR_ARGS of linear.h. */
    private static final class Linear extends EmulatedCall {
        Linear() {
            super(11);
        }

        @Override
        void describe(Operands o) {
            MemorySegment shape = o.read(0, LinearCall.SHAPE.byteSize());
            long n = field(shape, 0);
            long rows = o.value(8);
            long weights = Math.ceilDiv(n, 16) * field(shape, 2);
            o.read(1, weights);
            o.read(2, weights);
            o.read(3, rows * field(shape, 3));
            o.read(4, n * Float.BYTES);
            o.read(5, rows * field(shape, 4));
            o.written(6, rows * field(shape, 5));
            o.read(7, LinearKernel.SCRATCH_BYTES);
        }
    }

    /** ROWS_ARGS of rows.h. */
    private static final class Rows extends EmulatedCall {
        Rows() {
            super(7);
        }

        @Override
        void describe(Operands o) {
            MemorySegment shape = o.read(0, 64);
            long rows = Math.ceilDiv(o.value(6), field(shape, 1));
            long piece = field(shape, 2) * Float.BYTES;
            long second = field(shape, 4);
            o.read(1, rows * field(shape, 3));
            o.read(2, second == 0 ? piece : rows * second);
            o.read(3, piece);
            o.written(4, rows * field(shape, 5));
        }
    }

    /** tegula_top_k of topk.h. */
    private static final class TopK extends EmulatedCall {
        TopK() {
            super(6);
        }

        @Override
        void describe(Operands o) {
            MemorySegment shape = o.read(0, 40);
            long rows = o.value(5);
            o.read(1, rows * field(shape, 2));
            o.written(2, rows * field(shape, 3));
            o.written(3, rows * field(shape, 4));
        }
    }

    /** PEAK_ARGS of peaks.h. */
    private static final class Peak extends EmulatedCall {
        private final boolean multiplies;
        private final boolean reads;

        Peak(boolean multiplies, boolean reads) {
            super(5);
            this.multiplies = multiplies;
            this.reads = reads;
        }

        @Override
        void describe(Operands o) {
            long vector = Isa.NEON.vectorBytes();
            long bytes = multiplies ? PeakLoop.SUMS * vector : o.value(3);
            o.written(0, reads ? PeakLoop.GRAIN : bytes);
            o.read(1, bytes);
            o.read(2, multiplies ? 2 * vector : bytes);
        }
    }

    /** tegula_rope of rope.h. */
    private static final class Rope extends EmulatedCall {
        Rope() {
            super(13);
        }

        @Override
        void describe(Operands o) {
            MemorySegment shape = o.read(0, 112);
            long count = Math.ceilDiv(o.value(12), o.value(10));
            int[] rows = o.read(1, count * ROW_BYTES).toArray(JAVA_INT);
            long positions = 0;
            long sequences = 0;
            for (int r = 0; r < count; r++) {
                positions = Math.max(positions, rows[4 * r + 1] + 1L);
                sequences = Math.max(sequences, rows[4 * r + 2] + 1L);
            }
            long blocks = o.blocks(2, sequences, o.value(3));
            o.read(4, count * field(shape, 6));
            o.written(5, count * field(shape, 7));
            o.read(6, count * field(shape, 8));
            o.read(7, positions * field(shape, 9));
            o.written(8, field(shape, 11) + blocks * field(shape, 12));
            o.written(9, count * field(shape, 10));
        }
    }

    /** tegula_attention of attention.h. */
    private static final class Attention extends EmulatedCall {
        Attention() {
            super(11);
        }

        @Override
        void describe(Operands o) {
            MemorySegment fixed = MemorySegment.ofAddress(o.value(0)).reinterpret(72);
            int headSize = fixed.get(JAVA_INT, 40);
            int group = fixed.get(JAVA_INT, 44);
            MemorySegment units = o.read(9,
                    AttentionCall.scratchBytes(headSize, KvLayout.TYPES.get(fixed.get(JAVA_INT, 52))));
            long rows = 0;
            long sequences = 0;
            long heads = 0;
            long parts = 0;
            for (long u = 0; u < o.value(10); u++) {
                MemorySegment unit = units.asSlice(u * 32, 32);
                int count = unit.get(JAVA_INT, 12);
                sequences = Math.max(sequences, unit.get(JAVA_INT, 0) + 1L);
                rows = Math.max(rows, unit.get(JAVA_INT, 4) + (unit.get(JAVA_INT, 8) + count - 1) / group + 1L);
                heads = Math.max(heads, (unit.get(JAVA_INT, 16) + 1L) * group);
                if (unit.get(JAVA_INT, 20) >= 0) {
                    parts = Math.max(parts, unit.get(JAVA_LONG, 24) + count * AttentionPart.bytes(headSize));
                }
            }
            o.read(0, 72 + heads * Float.BYTES);
            long blocks = o.blocks(7, sequences, o.value(8));
            o.read(1, rows * field(fixed, 0));
            o.read(2, field(fixed, 2) + blocks * field(fixed, 3));
            o.read(3, heads * Float.BYTES);
            o.written(4, rows * field(fixed, 1));
            if (parts > 0) {
                o.written(5, parts);
            }
            o.read(6, rows * ROW_BYTES);
        }
    }
}
