package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.LSHR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** F16 to F32 in vectors: exact for all values, with no step on subnormal floats, which would cost 150 cycles each. */
final class Halves {
    private static final int EXPONENT = 0x7C000000;
    private static final int SIGN = 0x80000000;
    /** Exponent and mantissa after the shift by 3. */
    private static final int MAGNITUDE = 0x0FFFE000;
    /** Difference of the exponents' biases, 127 - 15. */
    private static final int REBIAS = 112 << 23;

    private Halves() {}

    /** The F16 in the upper half of each lane; the lower half does not matter. */
    static FloatVector upper(IntVector bits) {
        IntVector magnitude = bits.lanewise(LSHR, 3).and(MAGNITUDE);
        IntVector exponent = bits.and(EXPONENT);
        IntVector normal = magnitude.add(REBIAS);
        // A subnormal is m / 1024 * 2^-14: read as (1 + m / 1024) * 2^-14, then less 2^-14.
        IntVector tiny = magnitude.add(REBIAS + (1 << 23)).reinterpretAsFloats().sub(0x1p-14f).reinterpretAsInts();
        IntVector special = magnitude.add(2 * REBIAS);
        return normal.blend(tiny, exponent.compare(EQ, 0))
                .blend(special, exponent.compare(EQ, EXPONENT))
                .or(bits.and(SIGN))
                .reinterpretAsFloats();
    }
}
