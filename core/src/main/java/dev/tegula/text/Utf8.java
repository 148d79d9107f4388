package dev.tegula.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** UTF-8 as the tokenizers need it: from UTF-16 with U+FFFD for lone surrogates, and lengths from lead bytes. */
final class Utf8 {

    static final int REPLACEMENT = 0xFFFD;

    private Utf8() {}

    /** The text in UTF-8; a surrogate without its partner becomes U+FFFD. */
    static byte[] encode(CharSequence text) {
        int n = text.length();
        byte[] out = new byte[Math.addExact(n, n >> 1) + 4];
        int p = 0;
        for (int i = 0; i < n; i++) {
            int c = text.charAt(i);
            if (Character.isSurrogate((char) c)) {
                boolean pair = Character.isHighSurrogate((char) c) && i + 1 < n
                        && Character.isLowSurrogate(text.charAt(i + 1));
                c = pair ? Character.toCodePoint((char) c, text.charAt(++i)) : REPLACEMENT;
            }
            if (out.length - p < 4) {
                out = Arrays.copyOf(out, Math.addExact(out.length, out.length >> 1) + 4);
            }
            p = put(out, p, c);
        }
        return Arrays.copyOf(out, p);
    }

    /** Writes one code point at {@code at} and returns the position behind it. */
    static int put(byte[] out, int at, int c) {
        int p = at;
        if (c < 0x80) {
            out[p++] = (byte) c;
            return p;
        }
        if (c < 0x800) {
            out[p++] = (byte) (0xC0 | c >> 6);
        } else {
            if (c < 0x10000) {
                out[p++] = (byte) (0xE0 | c >> 12);
            } else {
                out[p++] = (byte) (0xF0 | c >> 18);
                out[p++] = (byte) (0x80 | c >> 12 & 0x3F);
            }
            out[p++] = (byte) (0x80 | c >> 6 & 0x3F);
        }
        out[p++] = (byte) (0x80 | c & 0x3F);
        return p;
    }

    /** The length of the character that {@code lead} begins by its high bits; 1 for a byte that begins none. */
    static int length(byte lead) {
        int b = lead & 0xff;
        if (b < 0xC0) {
            return 1;
        }
        return b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
    }

    /** The code point at {@code at}, or -1 if no well-formed character lies there before {@code to}. */
    static int codePoint(byte[] text, int at, int to) {
        int b = text[at] & 0xff;
        if (b < 0x80) {
            return b;
        }
        int n = length(text[at]);
        if (b < 0xC2 || b > 0xF4 || at + n > to) {
            return -1;
        }
        int c = b & 0x7F >> n;
        for (int i = 1; i < n; i++) {
            int next = text[at + i] & 0xff;
            if ((next & 0xC0) != 0x80) {
                return -1;
            }
            c = c << 6 | next & 0x3F;
        }
        boolean overlong = n == 3 && c < 0x800 || n == 4 && c < 0x10000;
        return overlong || c > Character.MAX_CODE_POINT || c >= 0xD800 && c <= 0xDFFF ? -1 : c;
    }

    /**
     * The text of bytes. What is not well-formed becomes U+FFFD, one for each maximal beginning of a character, as the
     * Unicode standard recommends (section 3.9); the platform's decoder counts otherwise where surrogates are encoded.
     */
    static String decode(byte[] text, int from, int to) {
        StringBuilder out = null;
        int done = from;
        for (int at = from; at < to;) {
            if (codePoint(text, at, to) >= 0) {
                at += length(text[at]);
                continue;
            }
            out = out == null ? new StringBuilder(to - from) : out;
            out.append(new String(text, done, at - done, StandardCharsets.UTF_8)).append((char) REPLACEMENT);
            at += prefixLength(text, at, to);
            done = at;
        }
        String rest = new String(text, done, to - done, StandardCharsets.UTF_8);
        return out == null ? rest : out.append(rest).toString();
    }

    /** The number of bytes from {@code at} on that begin a well-formed character, at least 1. */
    static int prefixLength(byte[] text, int at, int to) {
        int lead = text[at] & 0xff;
        if (lead < 0xC2 || lead > 0xF4 || at + 1 == to) {
            return 1;
        }
        int second = text[at + 1] & 0xff; // it alone decides on overlong forms, surrogates and the upper limit
        int low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        int high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        if (second < low || second > high) {
            return 1;
        }
        int n = 2;
        while (n < length(text[at]) && at + n < to && (text[at + n] & 0xC0) == 0x80) {
            n++;
        }
        return n;
    }
}
