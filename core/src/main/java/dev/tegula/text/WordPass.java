package dev.tegula.text;

/**
 * The patterns that followed cl100k: Llama 3, Qwen 2, Tekken, GPT-4o and their kin, which differ in the {@link Options}:
 *
 * <pre>
 * contraction | [^\r\n\p{L}\p{N}]? word suffix? | \p{N}{1,digits} | ?[^\s\p{L}\p{N}]+[\r\n/]* | \s*[\r\n]+ | \s+(?!\S) | \s+
 * </pre>
 *
 * It matches at every position.
 */
final class WordPass extends SplitPass {

    /**
     * What differs.
     *
     * @param contractionFirst
     *            contractions are pieces of their own
     * @param contractionSuffix
     *            contractions end the word before them
     * @param cased
     *            a word ends before an upper-case ASCII letter that follows a lower-case one
     * @param marks
     *            combining marks belong to words
     * @param digits
     *            longest run of numbers
     * @param slash
     *            a slash may follow symbols among the line ends
     */
    record Options(boolean contractionFirst, boolean contractionSuffix, boolean cased, boolean marks, int digits,
            boolean slash) {}

    private final Options options;

    WordPass(Options options) {
        this.options = options;
    }

    @Override
    int match(CodePoints text, int at, int to) {
        if (options.contractionFirst) {
            int end = contraction(text, at, to, true);
            if (end > at) {
                return end;
            }
        }
        int end = word(text, at, to);
        if (end > at) {
            return options.contractionSuffix && end < to ? contraction(text, end, to, true) : end;
        }
        if (text.classes[at] == CodePoints.NUMBER) {
            return numbers(text, at, to);
        }
        end = symbols(text, at, to);
        if (end > at) {
            return end;
        }
        return whiteSpace(text, at, to);
    }

    private int word(CodePoints text, int at, int to) {
        int c = text.points[at];
        byte kind = text.classes[at];
        boolean leads = kind != CodePoints.LETTER && kind != CodePoints.NUMBER && !isNewline(c);
        if (leads && at + 1 < to && inWord(text.classes[at + 1])) {
            return wordEnd(text, at + 1, to);
        }
        return inWord(kind) ? wordEnd(text, at, to) : at;
    }

    private boolean inWord(byte kind) {
        return kind == CodePoints.LETTER || options.marks && kind == CodePoints.MARK;
    }

    /**
     * Plain words are runs of letters. Cased ones are {@code A*B+|A+B*} with A = letters but a-z and B = letters but A-Z:
     * as many of A as there are, then of B; if no B follows, the last of A that is in B too must do for it.
     */
    private int wordEnd(CodePoints text, int from, int to) {
        int p = from;
        if (!options.cased) {
            while (p < to && inWord(text.classes[p])) {
                p++;
            }
            return p;
        }
        int lastInBoth = -1;
        while (p < to && inWord(text.classes[p]) && !isLower(text.points[p])) {
            if (!isUpper(text.points[p])) {
                lastInBoth = p;
            }
            p++;
        }
        if (p < to && inWord(text.classes[p])) {
            while (p < to && inWord(text.classes[p]) && !isUpper(text.points[p])) {
                p++;
            }
            return p;
        }
        return lastInBoth >= 0 ? lastInBoth + 1 : p;
    }

    private static boolean isLower(int c) {
        return c >= 'a' && c <= 'z';
    }

    private static boolean isUpper(int c) {
        return c >= 'A' && c <= 'Z';
    }

    private int numbers(CodePoints text, int at, int to) {
        int p = at;
        while (p < to && p - at < options.digits && text.classes[p] == CodePoints.NUMBER) {
            p++;
        }
        return p;
    }

    private int symbols(CodePoints text, int at, int to) {
        int p = text.points[at] == ' ' ? at + 1 : at;
        int start = p;
        while (p < to && isSymbol(text.classes[p])) {
            p++;
        }
        if (p == start) {
            return at;
        }
        while (p < to && (isNewline(text.points[p]) || options.slash && text.points[p] == '/')) {
            p++;
        }
        return p;
    }

    private boolean isSymbol(byte kind) {
        return kind != CodePoints.SPACE && kind != CodePoints.NUMBER && !inWord(kind);
    }

    /** {@code \s*[\r\n]+|\s+(?!\S)|\s+}. */
    static int whiteSpace(CodePoints text, int at, int to) {
        int end = spaceEnd(text, at, to);
        for (int p = end - 1; p >= at; p--) {
            if (isNewline(text.points[p])) {
                return p + 1;
            }
        }
        return spaces(at, end, to);
    }
}
