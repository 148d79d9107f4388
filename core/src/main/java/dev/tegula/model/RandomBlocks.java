package dev.tegula.model;

import dev.tegula.file.gguf.I2sBlocks;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Fields;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/** Random weights in any format: random codes under scales that give about the standard deviation asked for. */
public final class RandomBlocks {
    private RandomBlocks() {}

    /**
     * Fills memory with whole blocks; with a whole tensor, if it is one of I2_S.
     *
     * @param data as many bytes as the blocks take
     * @param type a format of weights
     * @param deviation standard deviation of the weights, about
     * @param random where they come from
     */
    public static void fill(MemorySegment data, DType type, float deviation, SplittableRandom random) {
        switch (type) {
            case F32 -> {
                for (long i = 0; i < data.byteSize(); i += 4) {
                    data.set(ValueLayout.JAVA_FLOAT_UNALIGNED, i, deviation * (float) random.nextGaussian());
                }
            }
            case F16 -> {
                for (long i = 0; i < data.byteSize(); i += 2) {
                    half(data, i, deviation * (float) random.nextGaussian());
                }
            }
            case BF16 -> {
                for (long i = 0; i < data.byteSize(); i += 2) {
                    int bits = Float.floatToRawIntBits(deviation * (float) random.nextGaussian());
                    data.set(ValueLayout.JAVA_SHORT_UNALIGNED, i, (short) (bits >>> 16));
                }
            }
            case I2_S -> i2s(data, deviation, random);
            default -> blocks(data, type, deviation, random);
        }
    }

    private static void i2s(MemorySegment data, float deviation, SplittableRandom random) {
        long tail = data.byteSize() - I2sBlocks.TAIL_BYTES;
        randomBytes(data, tail, random);
        withoutThrees(data, 0, tail);
        data.set(ValueLayout.JAVA_FLOAT_UNALIGNED, tail, 1.2f * deviation);
    }

    private static void blocks(MemorySegment data, DType type, float deviation, SplittableRandom random) {
        randomBytes(data, data.byteSize(), random);
        for (long block = 0; block < data.byteSize(); block += type.blockBytes()) {
            scales(data, block, type, deviation * (0.75f + 0.5f * (float) random.nextDouble()));
        }
    }

    private static void randomBytes(MemorySegment data, long bytes, SplittableRandom random) {
        for (long i = 0; i < bytes; i++) {
            data.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt(256));
        }
    }

    /** Scales by the largest code of a format, so that uniform codes spread by about {@code s}. */
    private static void scales(MemorySegment data, long b, DType type, float s) {
        switch (type) {
            case Q4_0 -> half(data, b, s / 4.6f);
            case Q4_1 -> halves(data, b, s / 4.6f, -7.5f * s / 4.6f);
            case Q5_0 -> half(data, b, s / 9.2f);
            case Q5_1 -> halves(data, b, s / 9.2f, -15.5f * s / 9.2f);
            case Q8_0 -> half(data, b, s / 74f);
            case Q2_K -> halves(data, b + 80, s / 8f, s / 8f);
            case Q3_K -> half(data, b + 108, s / 40f);
            case Q4_K -> halves(data, b, s / 160f, s / 25f);
            case Q5_K -> halves(data, b, s / 320f, s / 25f);
            case Q6_K -> half(data, b + 208, s / 1400f);
            case IQ4_NL -> half(data, b, s / 70f);
            case IQ4_XS -> half(data, b, s / 1200f);
            case TQ1_0 -> half(data, b + 52, s * 1.2f);
            case TQ2_0 -> {
                withoutThrees(data, b, 64);
                half(data, b + 64, s * 1.2f);
            }
            case TQ2_F32 -> {
                withoutThrees(data, b, 64);
                data.set(ValueLayout.JAVA_FLOAT_UNALIGNED, b + 64, s * 1.2f);
            }
            case MXFP4 -> data.set(ValueLayout.JAVA_BYTE, b, (byte) (127 + Math.getExponent(s / 3)));
            default -> fields(data, b, type.fields().orElseThrow(), s);
        }
    }

    /** 2^N uniform codes, of which the zero point is the middle, spread by 2^N / sqrt(12). */
    private static void fields(MemorySegment data, long b, Fields fields, float s) {
        half(data, b, s * (float) (Math.sqrt(12) / (1 << fields.bits())));
        if (fields.hasZero()) {
            data.set(ValueLayout.JAVA_BYTE, b + Fields.ZERO, (byte) (1 << fields.bits() - 1));
        }
    }

    /** Random bits hold the code 3 in a quarter of the fields, which no quantizer writes: make it 1, a zero. */
    private static void withoutThrees(MemorySegment data, long from, long bytes) {
        for (long i = from; i < from + bytes; i++) {
            int codes = data.get(ValueLayout.JAVA_BYTE, i);
            int threes = codes & codes >> 1 & 0x55;
            data.set(ValueLayout.JAVA_BYTE, i, (byte) (codes & ~(threes << 1)));
        }
    }

    private static void halves(MemorySegment data, long offset, float first, float second) {
        half(data, offset, first);
        half(data, offset + 2, second);
    }

    private static void half(MemorySegment data, long offset, float value) {
        data.set(ValueLayout.JAVA_SHORT_UNALIGNED, offset, Float.floatToFloat16(value));
    }
}
