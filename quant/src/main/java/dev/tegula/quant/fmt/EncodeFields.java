package dev.tegula.quant.fmt;

import dev.tegula.tensor.DType;
import dev.tegula.tensor.Fields;
import java.lang.foreign.MemorySegment;

/**
 * N-bit integers with an F16 scale per group, and a zero point if the format has one. The scale, which may be negative, is
 * the one of least squared error among some around that which maps the largest value to the last code; with a zero point,
 * which maps the range of the values, 0 included, to all codes.
 */
public final class EncodeFields extends Quantizer {
    /** As in {@link Symmetric}: how far the search strays, as a part of the range, and in how many steps. */
    private static final double REACH = 0.15;
    private static final int STEPS = 6;

    private final Fields fields;

    /**
     * The encoder of a format; it has no state.
     *
     * @throws java.util.NoSuchElementException when the format has no {@link DType#fields}
     */
    public EncodeFields(DType type) {
        super(type, 0);
        this.fields = type.fields().orElseThrow();
    }

    @Override
    void encodeBlock(float[] x, int[] codes, MemorySegment dst, long out) {
        int zero = 0;
        double d;
        if (fields.hasZero()) {
            Ranged best = search(x);
            zero = best.zero;
            d = best.d;
            put8(dst, out + Fields.ZERO, zero);
        } else {
            d = Symmetric.search(x, 0, x.length, fields.low(), fields.high(), true);
        }
        Symmetric.codes(x, 0, x.length, d, fields.low() - zero, fields.high() - zero, codes);
        putF16(dst, out, (float) d);
        for (int i = 0; i < x.length; i++) {
            Fields.set(dst, out + fields.codes(), (long) i * fields.bits(), fields.bits(), codes[i] + zero);
        }
    }

    /** A scale, a zero point and the squared error with them. */
    private record Ranged(double d, int zero, double error) {}

    /** The best of some scales, each with the zero points about where the range puts 0. */
    private Ranged search(float[] x) {
        double lowest = 0;
        double highest = 0;
        for (float v : x) {
            lowest = Math.min(lowest, v);
            highest = Math.max(highest, v);
        }
        if (lowest == highest) {
            return new Ranged(0, 0, 0);
        }
        Ranged best = new Ranged(0, 0, Double.POSITIVE_INFINITY);
        int codes = fields.high();
        for (int k = 0; k <= STEPS; k++) {
            double start = (highest - lowest) / codes * (1 - REACH + 2 * k * REACH / STEPS);
            int zero = Math.clamp((long) Math.rint(-lowest / start), 0, codes);
            for (int z = Math.max(0, zero - 1); z <= Math.min(codes, zero + 1); z++) {
                double d = Symmetric.fitted(x, 0, x.length, start, -z, codes - z);
                double error = Symmetric.error(x, 0, x.length, d, -z, codes - z);
                if (error < best.error) {
                    best = new Ranged(d, z, error);
                }
            }
        }
        return best;
    }
}
