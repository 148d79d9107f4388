package dev.tegula.cpu.attn;

import dev.tegula.cpu.Lanes;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * A head's keys or values of one KV block from Q8_0 to F32, exactly: code · scale. The layout is {@link KvLayout}'s:
 *
 * <pre>
 * scales F16 [size / 32][32 positions] | codes int8, keys [size][32], values [32][size]
 * </pre>
 *
 * <p>The scales of a group of 32 elements are widened first, to where softmax folds its sums later.
 */
final class Decode {
    /** Positions of a KV block, and elements of a block of the format. */
    private static final int BLOCK = KvLayout.BLOCK;
    /** As many bytes as a vector has lanes, or null where there is no such vector (4 bytes). */
    private static final VectorSpecies<Byte> NARROW = Lanes.COUNT == 16
            ? ByteVector.SPECIES_128
            : Lanes.COUNT == 8 ? ByteVector.SPECIES_64 : null;

    static {
        if (DType.Q8_0.blockLength() != BLOCK) {
            throw new AssertionError("a block of Q8_0 has as many elements as a KV block positions");
        }
    }

    private Decode() {}

    /** Keys: lanes run over positions, each of which has its own scale. */
    static void keys(MemorySegment kv, long from, MemorySegment scratch, long to, int size) {
        for (int group = 0; group < size; group += BLOCK) {
            Widen.f16(kv, from + 2L * group, scratch, Tile.SCALES, BLOCK);
            long codes = from + 2L * size + (long) BLOCK * group;
            long floats = to + 4L * BLOCK * group;
            if (NARROW == null) {
                for (int i = 0; i < BLOCK * BLOCK; i++) {
                    one(kv, codes + i, scratch, Tile.SCALES + 4L * (i % BLOCK), floats + 4L * i);
                }
            } else {
                keyGroup(kv, codes, scratch, floats);
            }
        }
    }

    private static void keyGroup(MemorySegment kv, long codes, MemorySegment scratch, long floats) {
        for (int column = 0; column < BLOCK; column += Lanes.COUNT) {
            FloatVector scale = FloatVector.fromMemorySegment(Lanes.F32, scratch, Tile.SCALES + 4L * column, Lanes.LE);
            for (int i = column; i < BLOCK * BLOCK; i += BLOCK) {
                ((FloatVector) ((IntVector) ByteVector.fromMemorySegment(NARROW, kv, codes + i, Lanes.LE)
                        .convertShape(VectorOperators.B2I, Lanes.I32, 0)).convert(VectorOperators.I2F, 0))
                        .mul(scale)
                        .intoMemorySegment(scratch, floats + 4L * i, Lanes.LE);
            }
        }
    }

    /** Values: lanes run over elements of one position, which share its scale. */
    static void values(MemorySegment kv, long from, MemorySegment scratch, long to, int size) {
        for (int group = 0; group < size; group += BLOCK) {
            Widen.f16(kv, from + 2L * group, scratch, Tile.SCALES, BLOCK);
            long codes = from + 2L * size + group;
            long floats = to + 4L * group;
            if (NARROW == null) {
                for (int i = 0; i < BLOCK * BLOCK; i++) {
                    long at = (long) i / BLOCK * size + i % BLOCK;
                    one(kv, codes + at, scratch, Tile.SCALES + 4L * (i / BLOCK), floats + 4L * at);
                }
            } else {
                valueGroup(kv, codes, scratch, floats, size);
            }
        }
    }

    private static void valueGroup(MemorySegment kv, long codes, MemorySegment scratch, long floats, int size) {
        for (int column = 0; column < BLOCK; column += Lanes.COUNT) {
            for (int i = 0; i < BLOCK; i++) {
                long at = (long) i * size + column;
                ((FloatVector) ((IntVector) ByteVector.fromMemorySegment(NARROW, kv, codes + at, Lanes.LE)
                        .convertShape(VectorOperators.B2I, Lanes.I32, 0)).convert(VectorOperators.I2F, 0))
                        .mul(scratch.get(Lanes.FLOAT, Tile.SCALES + 4L * i))
                        .intoMemorySegment(scratch, floats + 4L * at, Lanes.LE);
            }
        }
    }

    private static void one(MemorySegment kv, long code, MemorySegment scratch, long scale, long to) {
        scratch.set(Lanes.FLOAT, to, kv.get(ValueLayout.JAVA_BYTE, code) * scratch.get(Lanes.FLOAT, scale));
    }
}
