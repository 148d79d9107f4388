package dev.tegula.kernel.conform;

import java.util.SplittableRandom;

/** What the operands of a comparison hold. {@link Blocks} says what each means for blocks of quantized formats. */
enum Fill {
    /** Values as a model has them; of weights in blocks any bytes with finite scales. */
    USUAL {
        @Override
        float next(SplittableRandom random, int i) {
            return (float) random.nextGaussian();
        }
    },
    /** Every exponent up to 2^20 in magnitude, subnormals and both zeros too; activations of ±127. */
    WIDE {
        @Override
        float next(SplittableRandom random, int i) {
            int bits = random.nextInt();
            return random.nextInt(8) == 0
                    ? Math.copySign(0f, bits)
                    : Float.intBitsToFloat(bits & 0x807FFFFF | random.nextInt(147) << 23);
        }
    },
    /** Zeros. */
    ZERO {
        @Override
        float next(SplittableRandom random, int i) {
            return 0f;
        }
    },
    /** Large and small side by side, now and then an infinity or NaN; any bytes as weights in blocks. */
    SPECIAL {
        @Override
        float next(SplittableRandom random, int i) {
            return switch (random.nextInt(200)) {
                case 0 -> Float.NaN;
                case 1 -> Float.POSITIVE_INFINITY;
                case 2 -> Float.NEGATIVE_INFINITY;
                case 3, 4, 5 -> Float.MAX_VALUE;
                case 6, 7, 8 -> Float.MIN_VALUE;
                case 9, 10, 11 -> -0f;
                default -> (float) random.nextGaussian();
            };
        }
    },
    /**
     * The largest sums there can be: in blocks every code and integer scale at its end, and all activations ±127 with the
     * sign that makes every product add to the same side, so that the narrowest accumulator is filled to its bound.
     * Elsewhere the largest F16, with either sign.
     */
    EXTREME {
        @Override
        float next(SplittableRandom random, int i) {
            return random.nextBoolean() ? LARGEST_F16 : -LARGEST_F16;
        }
    },
    /**
     * Large products of alternating sign that cancel, to the last bits; a few small values between them. What is left of
     * the sum depends on the order of the additions and on every rounding. In blocks the products cancel within a block in
     * one row of activations, and between blocks in the next.
     */
    CANCELLING {
        @Override
        float next(SplittableRandom random, int i) {
            if (random.nextInt(8) == 0) {
                return (float) random.nextGaussian();
            }
            float large = 0x1p12f * (1 + random.nextInt(8) * 0x1p-23f);
            return (i & 1) == 0 ? large : -large;
        }
    },
    /**
     * Scales of blocks at the ends of their format: zeros of both signs, the least and the largest subnormal, the least
     * normal, the largest of both signs, infinities, NaN. A row has one such, so that most results are numbers. Other
     * values are often subnormal.
     */
    SCALES {
        @Override
        float next(SplittableRandom random, int i) {
            return random.nextInt(4) == 0
                    ? Float.intBitsToFloat(random.nextInt() & 0x807FFFFF)
                    : (float) random.nextGaussian();
        }
    },
    /** Zeros of either sign, scales too: −0.0 is kept where IEEE 754 keeps it. */
    SIGNED_ZERO {
        @Override
        float next(SplittableRandom random, int i) {
            return random.nextBoolean() ? 0f : -0f;
        }
    };

    private static final float LARGEST_F16 = 65504f;

    /**
     * The next value.
     *
     * @param i its place in the row, for fills that follow a pattern
     */
    abstract float next(SplittableRandom random, int i);
}
