package dev.tegula.text.template;

import java.util.ArrayList;
import java.util.List;

/**
 * Operations on strings that count code points, as Python does, where Java counts UTF-16 units. A string without
 * surrogates takes the quick way.
 */
final class StringOps {
    private StringOps() {}

    /** Whether a code point of the string takes more than one unit. */
    static boolean wide(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** The unit offset of a code point's index, which lies in the string. */
    static int offset(String text, int index) {
        return wide(text) ? text.offsetByCodePoints(0, index) : index;
    }

    /** The code points from {@code from} to {@code to}, both within the string. */
    static String substring(String text, int from, int to) {
        if (from >= to) {
            return "";
        }
        if (!wide(text)) {
            return text.substring(from, to);
        }
        int start = text.offsetByCodePoints(0, from);
        return text.substring(start, text.offsetByCodePoints(start, to - from));
    }

    /** The characters of a string as strings. */
    static List<Object> characters(String text, Meter meter) {
        meter.items(text.length());
        List<Object> out = new ArrayList<>(text.length());
        for (int at = 0; at < text.length();) {
            int size = Character.charCount(text.codePointAt(at));
            out.add(text.substring(at, at + size));
            at += size;
        }
        return out;
    }

    static String repeat(String text, int times, Meter meter) {
        if (times <= 0 || text.isEmpty()) {
            return "";
        }
        meter.text((long) text.length() * times);
        return text.repeat(times);
    }

    static String concat(String left, String right, Meter meter) {
        meter.text((long) left.length() + right.length());
        return left.concat(right);
    }

    /** {@code replace(old, new, count)}; a negative count replaces all. */
    static String replace(String text, String old, String with, int count, Meter meter) {
        meter.scan(text.length());
        StringBuilder out = new StringBuilder();
        int from = 0;
        int left = count < 0 ? Integer.MAX_VALUE : count;
        if (old.isEmpty()) {
            meter.text(text.length() + (text.length() + 1L) * with.length());
            while (left > 0 && from <= text.length()) {
                out.append(with);
                left--;
                if (from == text.length()) {
                    return out.toString();
                }
                int size = Character.charCount(text.codePointAt(from));
                out.append(text, from, from + size);
                from += size;
            }
            return out.append(text, from, text.length()).toString();
        }
        for (int at = text.indexOf(old); at >= 0 && left > 0; at = text.indexOf(old, from)) {
            out.append(text, from, at).append(with);
            meter.output(out.length());
            from = at + old.length();
            left--;
        }
        String result = from == 0 ? text : out.append(text, from, text.length()).toString();
        meter.text(result.length());
        return result;
    }

    /** How often {@code part} occurs without overlap. */
    static long count(String text, String part) {
        if (part.isEmpty()) {
            return length(text) + 1L;
        }
        long count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }

    /** Without the characters of {@code chars} (null: white space) on the sides asked for. */
    static String strip(String text, String chars, boolean left, boolean right) {
        int start = 0;
        int end = text.length();
        while (left && start < end && strips(text.codePointAt(start), chars)) {
            start += Character.charCount(text.codePointAt(start));
        }
        while (right && start < end && strips(text.codePointBefore(end), chars)) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(start, end);
    }

    private static boolean strips(int cp, String chars) {
        return chars == null ? PyText.isSpace(cp) : chars.indexOf(cp) >= 0;
    }

    /** {@code split}: by a separator, or by white space where that is null; at most {@code limit} cuts if not negative. */
    static List<Object> split(String text, String separator, int limit, boolean fromRight, Meter meter) {
        if (separator != null && separator.isEmpty()) {
            throw TemplateException.runtime("empty separator");
        }
        meter.scan(text.length());
        int cuts = limit < 0 ? Integer.MAX_VALUE : limit;
        List<Object> parts = separator == null
                ? (fromRight ? wordsFromRight(text, cuts) : words(text, cuts))
                : (fromRight ? partsFromRight(text, separator, cuts) : parts(text, separator, cuts));
        meter.items(parts.size());
        meter.text(text.length());
        return parts;
    }

    private static List<Object> parts(String text, String separator, int cuts) {
        List<Object> parts = new ArrayList<>();
        int from = 0;
        for (int at = text.indexOf(separator); at >= 0 && parts.size() < cuts; at = text.indexOf(separator, from)) {
            parts.add(text.substring(from, at));
            from = at + separator.length();
        }
        parts.add(text.substring(from));
        return parts;
    }

    private static List<Object> partsFromRight(String text, String separator, int cuts) {
        List<Object> parts = new ArrayList<>();
        int end = text.length();
        while (parts.size() < cuts) {
            int at = end < separator.length() ? -1 : text.lastIndexOf(separator, end - separator.length());
            if (at < 0) {
                break;
            }
            parts.add(text.substring(at + separator.length(), end));
            end = at;
        }
        parts.add(text.substring(0, end));
        return new ArrayList<>(parts.reversed());
    }

    private static List<Object> words(String text, int cuts) {
        List<Object> words = new ArrayList<>();
        int at = skip(text, 0, true);
        while (at < text.length()) {
            if (words.size() == cuts) {
                words.add(text.substring(at));
                break;
            }
            int end = skip(text, at, false);
            words.add(text.substring(at, end));
            at = skip(text, end, true);
        }
        return words;
    }

    private static int skip(String text, int from, boolean space) {
        int at = from;
        while (at < text.length() && PyText.isSpace(text.charAt(at)) == space) {
            at++;
        }
        return at;
    }

    private static List<Object> wordsFromRight(String text, int cuts) {
        List<Object> words = new ArrayList<>();
        int end = strip(text, null, false, true).length();
        while (end > 0) {
            if (words.size() == cuts) {
                words.add(text.substring(0, end));
                break;
            }
            int start = end;
            while (start > 0 && !PyText.isSpace(text.charAt(start - 1))) {
                start--;
            }
            words.add(text.substring(start, end));
            end = strip(text.substring(0, start), null, false, true).length();
        }
        return new ArrayList<>(words.reversed());
    }

    /** The lines of a string, cut at every line end that Python knows. */
    static List<Object> lines(String text, boolean keepEnds, Meter meter) {
        meter.text(text.length());
        List<Object> lines = new ArrayList<>();
        int from = 0;
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c >= '\n' && c <= '\r' || c >= 28 && c <= 30 || c == 0x85 || c == 0x2028 || c == 0x2029) {
                int end = at;
                if (c == '\r' && at + 1 < text.length() && text.charAt(at + 1) == '\n') {
                    at++;
                }
                lines.add(text.substring(from, keepEnds ? at + 1 : end));
                from = at + 1;
            }
        }
        if (from < text.length()) {
            lines.add(text.substring(from));
        }
        meter.items(lines.size());
        return lines;
    }
}
