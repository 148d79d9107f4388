package dev.tegula.kernel.conform;

import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import dev.tegula.tensor.codec.BlockCodes;
import dev.tegula.tensor.codec.Codecs;
import dev.tegula.tensor.codec.Codes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/**
 * What blocks of quantized weights and activations hold under each {@link Fill}.
 *
 * <pre>
 *              weights: codes, scale                       activations: values, scale
 * EXTREME      even rows greatest, least, greatest, …      all +127, all −127, … in even rows, the other way
 *              odd rows the other way; any finite scale    round in odd ones; usual scales
 * CANCELLING   greatest; one scale, to the last bits       even rows +127, −127, … of one scale to the last bits,
 *                                                          odd rows +127 and the scale of alternating sign
 * SCALES       any; in each row one block at an end        any; in each row one block at an end
 * SIGNED_ZERO  any; ±0                                     any; ±0
 * WIDE         any; finite                                 ±127; any up to 2^20
 * others       any; finite but for SPECIAL                 any; the fill's
 * </pre>
 */
final class Blocks {
    private final SplittableRandom random;
    private final Fill fill;

    Blocks(SplittableRandom random, Fill fill) {
        this.random = random;
        this.fill = fill;
    }

    /** Fills a matrix of weights in the file's layout. */
    void weights(DType type, long rows, int cols, MemorySegment dst) {
        BlockLimits limits = BlockLimits.of(type);
        int blocks = cols / type.blockLength();
        for (int r = 0; r < rows; r++) {
            int end = random.nextInt(blocks);
            for (int b = 0; b < blocks; b++) {
                long at = ((long) r * blocks + b) * type.blockBytes();
                any(type, dst, at);
                switch (fill) {
                    case EXTREME -> {
                        limits.write((r + b) % 2 == 0, dst, at);
                        limits.setScales(dst, at, (float) random.nextGaussian());
                    }
                    case CANCELLING -> {
                        limits.write(true, dst, at);
                        limits.setScales(dst, at, nearly(1));
                    }
                    case SCALES -> limits.setScales(dst, at,
                            b == end ? limits.scale(r) : (float) random.nextGaussian());
                    case SIGNED_ZERO -> limits.setScales(dst, at, fill.next(random, b));
                    default -> {
                        // Any bytes will do.
                    }
                }
            }
        }
    }

    /** Random bytes, so that every code occurs; the scales are finite but for {@link Fill#SPECIAL}. */
    private void any(DType type, MemorySegment dst, long at) {
        BlockCodes codec = Codecs.codes(type);
        Codes codes = new Codes();
        do {
            for (int i = 0; i < type.blockBytes(); i++) {
                dst.set(ValueLayout.JAVA_BYTE, at + i, (byte) random.nextInt());
            }
            codec.unpack(dst, at, codes);
        } while (fill != Fill.SPECIAL && !(Float.isFinite(codes.d) && Float.isFinite(codes.dmin)));
    }

    /** Fills a row of activations in Q8: scales, sums and values. */
    void activations(TensorView view, int row) {
        DType type = view.type();
        int length = type.blockLength();
        int sumLength = length == 256 ? 16 : 32;
        int blocks = view.cols() / length;
        int end = random.nextInt(blocks);
        for (int b = 0; b < blocks; b++) {
            long at = view.rowOffset(row) + (long) b * type.blockBytes();
            view.segment().set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, scale(row, b, b == end));
            long values = at + 4 + 4L * (length / sumLength);
            for (int s = 0; s < length / sumLength; s++) {
                int sum = 0;
                for (int i = s * sumLength; i < (s + 1) * sumLength; i++) {
                    int q = value(row, b, i);
                    view.segment().set(ValueLayout.JAVA_BYTE, values + i, (byte) q);
                    sum += q;
                }
                view.segment().set(ValueLayout.JAVA_INT_UNALIGNED, at + 4 + 4L * s, sum);
            }
        }
    }

    private float scale(int row, int block, boolean end) {
        return switch (fill) {
            case EXTREME -> Math.abs((float) random.nextGaussian());
            case CANCELLING -> row % 2 == 1 && block % 2 == 1 ? -nearly(1) : nearly(1);
            case SCALES -> end
                    ? BlockLimits.Ends.F32[row % BlockLimits.Ends.F32.length]
                    : (float) random.nextGaussian();
            default -> fill.next(random, block);
        };
    }

    private int value(int row, int block, int i) {
        return switch (fill) {
            case WIDE -> random.nextBoolean() ? 127 : -127;
            case EXTREME -> (row + block) % 2 == 0 ? 127 : -127;
            case CANCELLING -> row % 2 == 0 && i % 2 == 1 ? -127 : 127;
            default -> random.nextInt(-127, 128);
        };
    }

    /** A number that differs from another in the last bits only. */
    private float nearly(float value) {
        return value * (1 + random.nextInt(8) * 0x1p-23f);
    }
}
