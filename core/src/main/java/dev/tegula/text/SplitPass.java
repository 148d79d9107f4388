package dev.tegula.text;

/**
 * One pass of a pre-tokenizer: cuts a piece of text at every match of a pattern, keeping both the matches and what lies
 * between them. Each pass is written by hand, in time linear in the text, where published tokenizers use a regular
 * expression.
 */
abstract class SplitPass {

    /**
     * Looks for a match at a position.
     *
     * @param text
     *            the whole text
     * @param at
     *            position
     * @param to
     *            end of the piece; nothing behind it is looked at
     * @return the match's end, greater than {@code at}; or, if none begins here, the bitwise complement of the next
     *         position at which one may begin
     */
    abstract int match(CodePoints text, int at, int to);

    /** Cuts {@code [from, to)} and appends the end of every part. */
    final void split(CodePoints text, int from, int to, IntList ends) {
        int done = from;
        int at = from;
        while (at < to) {
            int end = match(text, at, to);
            if (end < 0) {
                at = ~end;
                continue;
            }
            if (at > done) {
                ends.add(at);
            }
            ends.add(end);
            done = end;
            at = end;
        }
        if (done < to) {
            ends.add(to);
        }
    }

    static boolean isNewline(int c) {
        return c == '\r' || c == '\n';
    }

    /**
     * The end of an English contraction ('s 't 'm 'd 're 've 'll) that begins with the apostrophe at {@code at}, or
     * {@code at} if there is none.
     */
    static int contraction(CodePoints text, int at, int to, boolean anyCase) {
        if (text.points[at] != '\'' || at + 1 >= to) {
            return at;
        }
        int a = letter(text.points[at + 1], anyCase);
        if (a == 's' || a == 't' || a == 'm' || a == 'd') {
            return at + 2;
        }
        if (at + 2 >= to) {
            return at;
        }
        int b = letter(text.points[at + 2], anyCase);
        return a == 'r' && b == 'e' || a == 'v' && b == 'e' || a == 'l' && b == 'l' ? at + 3 : at;
    }

    private static int letter(int c, boolean anyCase) {
        return anyCase && c >= 'A' && c <= 'Z' ? c + 32 : c;
    }

    /** The end of the run of white space that begins at {@code at}. */
    static int spaceEnd(CodePoints text, int at, int to) {
        int p = at;
        while (p < to && text.classes[p] == CodePoints.SPACE) {
            p++;
        }
        return p;
    }

    /** {@code \s+(?!\S)|\s+}: a run of white space, without its last character if more than one and text follows. */
    static int spaces(int at, int runEnd, int to) {
        return runEnd < to && runEnd - at > 1 ? runEnd - 1 : runEnd;
    }
}
