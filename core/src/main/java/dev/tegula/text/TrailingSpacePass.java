package dev.tegula.text;

/** Matches the white space at the end of a piece: {@code \s+$}. */
final class TrailingSpacePass extends SplitPass {

    @Override
    int match(CodePoints text, int at, int to) {
        int end = spaceEnd(text, at, to);
        return end == to ? to : ~Math.max(end, at + 1);
    }
}
