package dev.tegula.text;

import java.util.Arrays;

/**
 * Cuts the spellings of special tokens out of a text: those of the longest tokens first over the whole text, then of the
 * next shorter ones in what is left, from left to right. Tokens may swallow the white space before or behind them.
 *
 * <p>
 * One pass a distinct length, each skipping all places whose two first bytes begin no token of this length.
 */
final class SpecialSplitter {

    /** Entries a part: id or -1 for text, first byte, byte behind. */
    static final int STRIDE = 3;

    private final Vocabulary vocabulary;
    private final ByteStrings spellings = new ByteStrings(16);
    private final IntList ids = new IntList(16);
    private final int[] lengths; // distinct, longest first
    private final long[][] starts; // beside lengths: bit set of the first two bytes (the first alone for length 1)

    /**
     * Collects the tokens to look for.
     *
     * @param wanted
     *            attributes of which a token needs one
     * @param unwanted
     *            attributes of which a token must have none
     */
    SpecialSplitter(Vocabulary vocabulary, int wanted, int unwanted) {
        this.vocabulary = vocabulary;
        IntList found = new IntList(8);
        ByteStrings tokens = vocabulary.tokens();
        boolean[] seen = new boolean[tokens.longest() + 1];
        for (int id = 0; id < tokens.count(); id++) {
            int attributes = vocabulary.attributes(id);
            if ((attributes & wanted) != 0 && (attributes & unwanted) == 0 && tokens.length(id) > 0) {
                spellings.add(tokens.get(id));
                ids.add(id);
                if (!seen[tokens.length(id)]) {
                    seen[tokens.length(id)] = true;
                    found.add(tokens.length(id));
                }
            }
        }
        int[] ascending = found.toArray();
        Arrays.sort(ascending);
        lengths = new int[ascending.length];
        starts = new long[ascending.length][];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = ascending[lengths.length - 1 - i];
            starts[i] = new long[1 << 10];
        }
        for (int s = 0; s < spellings.count(); s++) {
            int i = 0;
            while (lengths[i] != spellings.length(s)) {
                i++;
            }
            int key = key(spellings.byteAt(s, 0), lengths[i] > 1 ? spellings.byteAt(s, 1) : 0);
            starts[i][key >> 6] |= 1L << key;
        }
    }

    private static int key(byte first, byte second) {
        return (first & 0xff) << 8 | second & 0xff;
    }

    /** The parts of a text that is not empty, {@link #STRIDE} entries each; white space swallowed is in none. */
    IntList split(byte[] text) {
        IntList parts = new IntList(8);
        part(parts, -1, 0, text.length);
        for (int i = 0; i < lengths.length; i++) {
            IntList finer = null;
            for (int p = 0; p < parts.size(); p += STRIDE) {
                int from = parts.get(p + 1);
                int to = parts.get(p + 2);
                if (parts.get(p) < 0 && find(text, from, to, i) >= 0) {
                    if (finer == null) {
                        finer = copy(parts, p);
                    }
                    cut(text, from, to, i, finer);
                } else if (finer != null) {
                    part(finer, parts.get(p), from, to);
                }
            }
            parts = finer == null ? parts : finer;
        }
        return parts;
    }

    private void cut(byte[] text, int from, int to, int lengthIndex, IntList parts) {
        int at = from;
        int match = find(text, from, to, lengthIndex);
        while (match >= 0) {
            int end = match + lengths[lengthIndex];
            int id = ids.get(spellings.indexOf(text, match, end));
            int left = match;
            if (vocabulary.has(id, Vocabulary.STRIP_LEFT)) {
                while (left > at && isSpace(text[left - 1])) {
                    left--;
                }
            }
            if (left > at) {
                part(parts, -1, at, left);
            }
            part(parts, id, match, end);
            at = end;
            if (vocabulary.has(id, Vocabulary.STRIP_RIGHT)) {
                while (at < to && isSpace(text[at])) {
                    at++;
                }
            }
            match = find(text, at, to, lengthIndex);
        }
        if (at < to) {
            part(parts, -1, at, to);
        }
    }

    /** The first place in {@code [from, to)} that spells a token of the given length, or -1. */
    private int find(byte[] text, int from, int to, int lengthIndex) {
        int length = lengths[lengthIndex];
        long[] first = starts[lengthIndex];
        for (int at = from; at <= to - length; at++) {
            int key = key(text[at], length > 1 ? text[at + 1] : 0);
            if ((first[key >> 6] >>> key & 1) != 0 && spellings.indexOf(text, at, at + length) >= 0) {
                return at;
            }
        }
        return -1;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b >= 0x09 && b <= 0x0D;
    }

    private static void part(IntList parts, int id, int from, int to) {
        parts.add(id);
        parts.add(from);
        parts.add(to);
    }

    private static IntList copy(IntList parts, int entries) {
        IntList out = new IntList(parts.size() + 8 * STRIDE);
        for (int i = 0; i < entries; i++) {
            out.add(parts.get(i));
        }
        return out;
    }
}
