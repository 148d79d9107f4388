package dev.tegula.text;

/**
 * GPT-2's pattern (Radford et al., 2019):
 * {@code 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+}. It matches at every position.
 */
final class Gpt2Pass extends SplitPass {

    @Override
    int match(CodePoints text, int at, int to) {
        int end = contraction(text, at, to, false);
        if (end > at) {
            return end;
        }
        int p = text.points[at] == ' ' && at + 1 < to ? at + 1 : at;
        byte kind = group(text.classes[p]);
        if (kind == CodePoints.SPACE) {
            return spaces(at, spaceEnd(text, at, to), to);
        }
        while (p < to && group(text.classes[p]) == kind) {
            p++;
        }
        return p;
    }

    /** The four groups of the pattern: letters, numbers, white space and all else. */
    private static byte group(byte kind) {
        return kind == CodePoints.LETTER || kind == CodePoints.NUMBER || kind == CodePoints.SPACE
                ? kind
                : CodePoints.OTHER;
    }
}
