package dev.tegula.nat;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.DType;
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
            MemorySegment shape = o.read(0, 56);
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
            super(9);
        }

        @Override
        void describe(Operands o) {
            MemorySegment shape = o.read(0, 64);
            int headSize = shape.get(JAVA_INT, 40);
            int group = shape.get(JAVA_INT, 44);
            DType type = shape.get(JAVA_INT, 52) == 0 ? DType.F32 : DType.F16;
            MemorySegment units = o.read(7, AttentionCall.scratchBytes(headSize, type));
            long rows = 0;
            long sequences = 0;
            for (long u = 0; u < o.value(8); u++) {
                int[] unit = units.asSlice(u * 20, 20).toArray(JAVA_INT);
                sequences = Math.max(sequences, unit[0] + 1L);
                rows = Math.max(rows, unit[1] + (unit[2] + unit[3] - 1) / group + 1L);
            }
            long blocks = o.blocks(5, sequences, o.value(6));
            o.read(1, rows * field(shape, 0));
            o.read(2, field(shape, 2) + blocks * field(shape, 3));
            o.written(3, rows * field(shape, 1));
            o.read(4, rows * ROW_BYTES);
        }
    }
}
