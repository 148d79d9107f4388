package dev.tegula.text;

/** Matches runs of characters of one set: {@code \s?[set]{min,max}}, the space being optional to the pattern too. */
final class RunPass extends SplitPass {

    /** The sets that published pre-tokenizers use. */
    enum Set {
        NEWLINE,
        DIGIT,
        NUMBER,
        LETTER,
        PUNCTUATION,
        CASED_LETTER,
        WIDE_PUNCTUATION,
        CJK,
        CJK_KANA,
        FALCON_PUNCTUATION,
        DEFAULT_PUNCTUATION;

        boolean has(int c, byte kind) {
            return switch (this) {
                case NEWLINE -> isNewline(c);
                case DIGIT -> c >= '0' && c <= '9';
                case NUMBER -> kind == CodePoints.NUMBER;
                case LETTER -> kind == CodePoints.LETTER;
                case PUNCTUATION -> kind == CodePoints.PUNCTUATION;
                case CASED_LETTER -> CasedLetters.has(c);
                // full-width forms and quotation marks beside ASCII; the ideographic space counts as white space only
                case WIDE_PUNCTUATION -> c >= '!' && c <= '/' || c >= ':' && c <= '~' || c >= 0xFF01 && c <= 0xFF0F
                        || c >= 0xFF1A && c <= 0xFF5E || c >= 0x2018 && c <= 0x201F || c >= 0x3001 && c <= 0x3002;
                case CJK -> c >= 0x0800 && c <= 0x9FA5 && kind != CodePoints.SPACE || c >= 0xAC00 && c <= 0xD7FF;
                case CJK_KANA -> c >= 0x4E00 && c <= 0x9FA5 || c >= 0x3040 && c <= 0x30FF;
                case FALCON_PUNCTUATION -> kind == CodePoints.PUNCTUATION || c < 128 && "$+<=>^~|`".indexOf(c) >= 0;
                case DEFAULT_PUNCTUATION -> kind == CodePoints.PUNCTUATION || c < 128 && "$+<=>^~|".indexOf(c) >= 0;
            };
        }
    }

    private final Set set;
    private final boolean leadingSpace;
    private final int min;
    private final int max;

    RunPass(Set set, boolean leadingSpace, int min, int max) {
        this.set = set;
        this.leadingSpace = leadingSpace;
        this.min = min;
        this.max = max;
    }

    static RunPass runs(Set set) {
        return new RunPass(set, false, 1, Integer.MAX_VALUE);
    }

    static RunPass singles(Set set) {
        return new RunPass(set, false, 1, 1);
    }

    static RunPass spacedRuns(Set set) {
        return new RunPass(set, true, 1, Integer.MAX_VALUE);
    }

    @Override
    int match(CodePoints text, int at, int to) {
        int p = at;
        if (leadingSpace && text.classes[p] == CodePoints.SPACE && p + 1 < to
                && set.has(text.points[p + 1], text.classes[p + 1])) {
            p++;
        }
        int start = p;
        while (p < to && p - start < max && set.has(text.points[p], text.classes[p])) {
            p++;
        }
        // a run shorter than min holds no match that begins later
        return p - start >= min ? p : ~Math.max(p, at + 1);
    }
}
