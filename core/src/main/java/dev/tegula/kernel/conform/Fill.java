package dev.tegula.kernel.conform;

import java.util.SplittableRandom;

/** What the operands of a comparison hold. */
enum Fill {
    /** Values as a model has them. */
    USUAL {
        @Override
        float next(SplittableRandom random) {
            return (float) random.nextGaussian();
        }
    },
    /** Every exponent up to 2^20 in magnitude, subnormals and both zeros too. */
    WIDE {
        @Override
        float next(SplittableRandom random) {
            int bits = random.nextInt();
            return random.nextInt(8) == 0
                    ? Math.copySign(0f, bits)
                    : Float.intBitsToFloat(bits & 0x807FFFFF | random.nextInt(147) << 23);
        }
    },
    /** Zeros. */
    ZERO {
        @Override
        float next(SplittableRandom random) {
            return 0f;
        }
    },
    /** Large and small side by side, now and then an infinity or NaN. */
    SPECIAL {
        @Override
        float next(SplittableRandom random) {
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
    };

    /** The next value. */
    abstract float next(SplittableRandom random);

    /** Whether scales of weights may be infinite or NaN too. */
    boolean anyScale() {
        return this == SPECIAL;
    }
}
