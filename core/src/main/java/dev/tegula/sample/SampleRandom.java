package dev.tegula.sample;

/**
 * The generator behind every draw: SplitMix64, written out so that a seed gives the same text on every Java version.
 *
 * <p>Not thread-safe; one per sequence. The whole state is one {@code long}.
 *
 * @see <a href="https://doi.org/10.1145/2660193.2660195">Steele, Lea, Flood: Fast Splittable Pseudorandom Number
 *      Generators (2014)</a>
 */
public final class SampleRandom {
    // The odd integer closest to 2^64 divided by the golden ratio: the paper's step between states.
    private static final long STEP = 0x9E3779B97F4A7C15L;
    // 53 bits fill a double's significand: multiples of 2^-53 in [0, 1).
    private static final double UNIT = 0x1.0p-53;

    private long state;

    /** @param seed any value; equal seeds give equal sequences */
    public SampleRandom(long seed) {
        this.state = seed;
    }

    /** The next 64 bits. */
    public long nextLong() {
        state += STEP;
        long z = state;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** The next number, uniform over the multiples of 2⁻⁵³ in [0, 1). */
    public double nextDouble() {
        return (nextLong() >>> 11) * UNIT;
    }

    /** The state: a generator made with this value as its seed continues where this one is. */
    public long state() {
        return state;
    }

    /** Goes back (or forward) to a state read by {@link #state()}, or to the start of a seed. */
    public void setState(long state) {
        this.state = state;
    }
}
