package dev.tegula.text;

/**
 * Byte-level BPE (Radford et al., 2019). Every byte of the text is written as one letter, which leaves spaces and control
 * characters visible in the vocabulary; the pre-tokenizer cuts the text into words; inside a word the pair that comes
 * first in the merge list merges first.
 */
final class BpeTokenizer extends BaseTokenizer {

    /** The letter of each byte: itself where it is printable in Latin-1, otherwise the next one from U+0100 on. */
    private static final char[] LETTERS = new char[256];
    private static final int LAST_LETTER = 0x143; // 256 + 67, as 68 bytes are not printable
    private static final short[] BYTES = new short[LAST_LETTER + 1];

    static {
        java.util.Arrays.fill(BYTES, (short) -1);
        int next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = b >= 0x21 && b <= 0x7E || b >= 0xA1 && b <= 0xFF && b != 0xAD;
            LETTERS[b] = (char) (printable ? b : next++);
            BYTES[LETTERS[b]] = (short) b;
        }
    }

    private final PreTokenizer preTokenizer;
    private final MergeTable merges;
    private final int[] byteSymbols = new int[256];

    BpeTokenizer(Vocabulary vocabulary) {
        super(vocabulary);
        preTokenizer = vocabulary.preTokenizer();
        merges = vocabulary.merges();
        byte[] letter = new byte[4];
        for (int b = 0; b < 256; b++) {
            byteSymbols[b] = merges.find(letter, 0, Utf8.put(letter, 0, LETTERS[b]));
        }
    }

    @Override
    Encoding encoding(int textLength) {
        return new Words();
    }

    private final class Words extends Encoding {

        private final Merger merger = new Merger() {
            @Override
            long rate(int left, int right) {
                long found = merges.find(symbols[left], symbols[right]);
                return found < 0 ? NO_MERGE : found;
            }
        };
        private byte[] letters = new byte[64];

        @Override
        void encode(byte[] text, int from, int to, boolean behindSpecial, IntList ids) {
            CodePoints points = new CodePoints(text, from, to);
            IntList ends = preTokenizer.split(points);
            int start = from;
            for (int i = 0; i < ends.size(); i++) {
                int end = points.offsets[ends.get(i)];
                word(text, start, end, ids);
                start = end;
            }
        }

        private void word(byte[] text, int from, int to, IntList ids) {
            if (preTokenizer.ignoreMerges()) {
                int id = wholeWord(text, from, to);
                if (id >= 0) {
                    ids.add(id);
                    return;
                }
            }
            merger.clear();
            for (int i = from; i < to; i++) {
                merger.add(i, 1, byteSymbols[text[i] & 0xff]);
            }
            merger.merge();
            for (int i = 0; i >= 0; i = merger.after(i)) {
                append(merger.symbols[i], ids);
            }
        }

        private int wholeWord(byte[] text, int from, int to) {
            if (to - from > vocabulary.tokens().longest()) {
                return -1;
            }
            if (letters.length < 2 * (to - from) + 4) {
                letters = new byte[4 * (to - from) + 4];
            }
            int n = 0;
            for (int i = from; i < to; i++) {
                n = Utf8.put(letters, n, LETTERS[text[i] & 0xff]);
            }
            return vocabulary.tokens().indexOf(letters, 0, n);
        }

        /** A symbol that is no token falls apart into those of its letters that are; the rest is unknown. */
        private void append(int symbol, IntList ids) {
            if (symbol >= 0 && symbol < vocabulary.size()) {
                ids.add(symbol);
                return;
            }
            int unknown = vocabulary.special(SpecialToken.UNK);
            if (symbol < 0) {
                if (unknown >= 0) {
                    ids.add(unknown);
                }
                return;
            }
            byte[] spelling = merges.text(symbol);
            for (int at = 0; at < spelling.length;) {
                int end = Math.min(spelling.length, at + Utf8.length(spelling[at]));
                int id = vocabulary.tokens().indexOf(spelling, at, end);
                if (id >= 0 || unknown >= 0) {
                    ids.add(id >= 0 ? id : unknown);
                }
                at = end;
            }
        }
    }

    @Override
    byte[] plainBytes(byte[] spelling) {
        byte[] out = new byte[spelling.length];
        int n = 0;
        for (int at = 0; at < spelling.length;) {
            int c = Utf8.codePoint(spelling, at, spelling.length);
            int length = c < 0 ? 1 : Utf8.length(spelling[at]);
            if (c >= 0 && c <= LAST_LETTER && BYTES[c] >= 0) {
                out[n++] = (byte) BYTES[c];
            } else { // not spelt in letters for bytes: taken as it is
                System.arraycopy(spelling, at, out, n, length);
                n += length;
            }
            at += length;
        }
        return java.util.Arrays.copyOf(out, n);
    }
}
