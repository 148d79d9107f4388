package dev.tegula.text;

/**
 * The last pattern of DeepSeek V3's pre-tokenizer:
 *
 * <pre>
 * ASCII punctuation [A-Za-z]+ | [^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+ | ?[\p{P}\p{S}]+[\r\n]* | \s*[\r\n]+ | \s+(?!\S) | \s+
 * </pre>
 */
final class DeepSeekV3Pass extends SplitPass {

    @Override
    int match(CodePoints text, int at, int to) {
        int end = punctuatedWord(text, at, to);
        if (end == at) {
            end = word(text, at, to);
        }
        if (end == at) {
            end = symbols(text, at, to);
        }
        if (end == at && text.classes[at] == CodePoints.SPACE) {
            end = WordPass.whiteSpace(text, at, to);
        }
        return end > at ? end : ~(at + 1);
    }

    private static int punctuatedWord(CodePoints text, int at, int to) {
        int c = text.points[at];
        boolean ascii = c < 128
                && (text.classes[at] == CodePoints.PUNCTUATION || text.classes[at] == CodePoints.SYMBOL);
        int p = at + 1;
        while (ascii && p < to && isAsciiLetter(text.points[p])) {
            p++;
        }
        return ascii && p > at + 1 ? p : at;
    }

    private static int word(CodePoints text, int at, int to) {
        byte kind = text.classes[at];
        boolean leads = kind != CodePoints.LETTER && !isSymbol(text, at) && !isNewline(text.points[at]);
        int p = leads && at + 1 < to && inWord(text.classes[at + 1]) ? at + 1 : at;
        while (p < to && inWord(text.classes[p])) {
            p++;
        }
        return p;
    }

    private static int symbols(CodePoints text, int at, int to) {
        int p = text.points[at] == ' ' ? at + 1 : at;
        int start = p;
        while (p < to && isSymbol(text, p)) {
            p++;
        }
        if (p == start) {
            return at;
        }
        while (p < to && isNewline(text.points[p])) {
            p++;
        }
        return p;
    }

    private static boolean inWord(byte kind) {
        return kind == CodePoints.LETTER || kind == CodePoints.MARK;
    }

    private static boolean isSymbol(CodePoints text, int at) {
        byte kind = text.classes[at];
        return kind == CodePoints.PUNCTUATION || kind == CodePoints.SYMBOL;
    }

    private static boolean isAsciiLetter(int c) {
        return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
    }
}
