package dev.tegula.kernel.conform;

import dev.tegula.tensor.DType;
import dev.tegula.tensor.Storage;
import dev.tegula.tensor.codec.BlockCodes;
import dev.tegula.tensor.codec.Codecs;
import dev.tegula.tensor.codec.Codes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Two blocks of a quantized format whose integers lie at their limits, and where its scales are. Both are found by asking
 * the format's codec, so that a new format needs nothing here.
 */
final class BlockLimits {
    private static final Map<DType, BlockLimits> KNOWN = new EnumMap<>(DType.class);
    /**
     * The bytes that a search begins with. Where both a code and its scale have a sign, the best product of two negative ends
     * is not found from positive ones, nor the other way round: all bits clear and all set lead to one of them each.
     */
    private static final int[] STARTS = {0, 0xFF};
    /** Scales and codes in turn: the second pass settles what the first left, a third finds nothing to do. */
    private static final int PASSES = 4;

    private final BlockCodes codec;
    private final Codes codes = new Codes();
    private final int bytes;
    private final byte[] greatest;
    private final byte[] least;
    private final int[] d;
    private final int[] dmin;

    private BlockLimits(DType type) {
        this.codec = Codecs.codes(type);
        this.bytes = type.blockBytes();
        try (Storage storage = new Storage("limits")) {
            MemorySegment block = storage.allocate(bytes);
            SplittableRandom random = new SplittableRandom(17);
            this.d = placesOf(block, random, false);
            this.dmin = placesOf(block, random, true);
            this.greatest = search(block, 1);
            this.least = search(block, -1);
        }
    }

    /** The limits of a format; found once, which takes some tenths of a second. */
    static BlockLimits of(DType type) {
        synchronized (KNOWN) {
            return KNOWN.computeIfAbsent(type, BlockLimits::new);
        }
    }

    /** Writes the block whose {@code sum of scale * q} is the greatest there is, or the least; minimums are greatest. */
    void write(boolean most, MemorySegment dst, long at) {
        MemorySegment.copy(most ? greatest : least, 0, dst, ValueLayout.JAVA_BYTE, at, bytes);
    }

    /** Sets both scales of a block to one value, rounded to what their format has; {@link #scale} gives the values. */
    void setScales(MemorySegment dst, long at, float value) {
        put(dst, at, d, value);
        put(dst, at, dmin, value);
    }

    private static void put(MemorySegment dst, long at, int[] places, float value) {
        switch (places.length) {
            case 0 -> {
                // The format has no minimums.
            }
            case 1 -> dst.set(ValueLayout.JAVA_BYTE, at + places[0], (byte) (Float.floatToRawIntBits(value) >>> 23));
            case 2 -> dst.set(ValueLayout.JAVA_SHORT_UNALIGNED, at + places[0], Float.floatToFloat16(value));
            default -> dst.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at + places[0], value);
        }
    }

    /**
     * A value at an end of the format of the scales.
     *
     * @param which any number; the ends take turns
     */
    float scale(int which) {
        return d.length == 2 ? Ends.F16[which % Ends.F16.length] : Ends.F32[which % Ends.F32.length];
    }

    /** Zeros, the least and the largest subnormal, the least normal, the largest, infinities, NaN. */
    static final class Ends {
        static final float[] F16 = {0f, -0f, 0x1p-24f, -0x1.ff8p-15f, 0x1p-14f, 65504f, -65504f,
            Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN};
        static final float[] F32 = {0f, -0f, Float.MIN_VALUE, -0x1.fffffcp-127f, Float.MIN_NORMAL, Float.MAX_VALUE,
            -Float.MAX_VALUE, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN};

        private Ends() {}
    }

    /** The bytes that a block's scale, or the scale of its minimums, depends on. */
    private int[] placesOf(MemorySegment block, SplittableRandom random, boolean mins) {
        for (int i = 0; i < bytes; i++) {
            block.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
        }
        codec.unpack(block, 0, codes);
        int before = Float.floatToRawIntBits(mins ? codes.dmin : codes.d);
        return IntStream.range(0, bytes).filter(i -> {
            byte was = block.get(ValueLayout.JAVA_BYTE, i);
            block.set(ValueLayout.JAVA_BYTE, i, (byte) ~was);
            codec.unpack(block, 0, codes);
            block.set(ValueLayout.JAVA_BYTE, i, was);
            return Float.floatToRawIntBits(mins ? codes.dmin : codes.d) != before;
        }).toArray();
    }

    /** Changes one byte after the other to the value that raises the sum most, until none does. */
    private byte[] search(MemorySegment block, int sign) {
        byte[] best = null;
        long bestSum = Long.MIN_VALUE;
        for (int start : STARTS) {
            block.fill((byte) start);
            long sum = sum(block, sign);
            for (int pass = 0; pass < PASSES; pass++) {
                long before = sum;
                for (int i = 0; i < bytes; i++) {
                    sum = raise(block, i, sign, sum);
                }
                if (sum == before) {
                    break;
                }
            }
            if (sum > bestSum) {
                bestSum = sum;
                best = block.toArray(ValueLayout.JAVA_BYTE);
            }
        }
        return best;
    }

    private long raise(MemorySegment block, int i, int sign, long sum) {
        byte bestByte = block.get(ValueLayout.JAVA_BYTE, i);
        long bestSum = sum;
        for (int value = 0; value < 256; value++) {
            block.set(ValueLayout.JAVA_BYTE, i, (byte) value);
            long candidate = sum(block, sign);
            if (candidate > bestSum) {
                bestSum = candidate;
                bestByte = (byte) value;
            }
        }
        block.set(ValueLayout.JAVA_BYTE, i, bestByte);
        return bestSum;
    }

    /** Sum of scale * q, with a sign, and of the minimums. */
    private long sum(MemorySegment block, int sign) {
        codec.unpack(block, 0, codes);
        int length = codec.subBlockLength();
        long sum = 0;
        for (int i = 0; i < codec.type().blockLength(); i++) {
            sum += sign * codes.scale[i / length] * codes.q[i];
        }
        for (int j = 0; j < codec.type().blockLength() / length; j++) {
            sum += codes.min[j];
        }
        return sum;
    }
}
