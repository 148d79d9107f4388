package dev.tegula.tensor.codec;

/** The 16 integers that the codes of IQ4_NL and IQ4_XS stand for: denser near 0, as weights are. */
final class Iq4Table {

    private static final int[] VALUES = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

    private Iq4Table() {}

    static int value(int code) {
        return VALUES[code];
    }
}
