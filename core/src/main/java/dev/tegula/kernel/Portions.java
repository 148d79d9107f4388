package dev.tegula.kernel;

/** How work is cut: units 0 … n − 1 in order, each portion a run of them. */
public final class Portions {
    private Portions() {}

    /**
     * Portions of a call with so many units.
     *
     * @param units pieces of work that cannot be cut further, 0 or more
     * @param workers who shares them
     */
    public static int of(long units, int workers) {
        return (int) Math.min(units, workers);
    }

    /** The first unit of a portion; {@code first(units, portion + 1, portions)} is the unit after its last. */
    public static int first(int units, int portion, int portions) {
        return (int) ((long) units * portion / portions);
    }
}
