package dev.tegula.text;

/**
 * A text as code points with the class of each and its place in the UTF-8 bytes: what pre-tokenizers look at. A byte that
 * is part of no character counts as U+FFFD of one byte.
 */
final class CodePoints {

    // One class a code point. White space comes before the rest, as no letter, number, mark, symbol or punctuation is any.
    static final byte OTHER = 0;
    static final byte LETTER = 1;
    static final byte NUMBER = 2;
    static final byte MARK = 3;
    static final byte PUNCTUATION = 4;
    static final byte SYMBOL = 5;
    static final byte SPACE = 6;
    static final byte CONTROL = 7;

    private static final byte[] ASCII = new byte[128];

    static {
        for (int c = 0; c < 128; c++) {
            ASCII[c] = classify(c);
        }
    }

    final int[] points;
    final byte[] classes;
    /** First byte of each code point; one more entry for the end. */
    final int[] offsets;
    final int count;

    CodePoints(byte[] text, int from, int to) {
        int n = to - from;
        points = new int[n];
        classes = new byte[n];
        offsets = new int[n + 1];
        int i = 0;
        int at = from;
        while (at < to) {
            int c = Utf8.codePoint(text, at, to);
            offsets[i] = at;
            points[i] = c < 0 ? Utf8.REPLACEMENT : c;
            classes[i] = c < 0 ? SYMBOL : classOf(c);
            at += c < 0 ? 1 : Utf8.length(text[at]);
            i++;
        }
        offsets[i] = to;
        count = i;
    }

    static byte classOf(int c) {
        return c < 128 ? ASCII[c] : classify(c);
    }

    private static byte classify(int c) {
        if (isSpace(c)) {
            return SPACE;
        }
        return switch (Character.getType(c)) {
            case Character.UPPERCASE_LETTER, Character.LOWERCASE_LETTER, Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER ->
                LETTER;
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> NUMBER;
            case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK -> MARK;
            case Character.CONNECTOR_PUNCTUATION, Character.DASH_PUNCTUATION, Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION, Character.INITIAL_QUOTE_PUNCTUATION, Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION ->
                PUNCTUATION;
            case Character.MATH_SYMBOL, Character.CURRENCY_SYMBOL, Character.MODIFIER_SYMBOL, Character.OTHER_SYMBOL ->
                SYMBOL;
            case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE, Character.SURROGATE -> CONTROL;
            default -> OTHER;
        };
    }

    /** Unicode's property White_Space. */
    private static boolean isSpace(int c) {
        if (c < 0x80) {
            return c == ' ' || c >= 0x09 && c <= 0x0D;
        }
        return c == 0x85 || c == 0xA0 || c == 0x1680 || c >= 0x2000 && c <= 0x200A || c == 0x2028 || c == 0x2029
                || c == 0x202F || c == 0x205F || c == 0x3000;
    }
}
