package dev.tegula.text.template;

import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads number and string literals as Python does. */
final class Literals {
    /** A number and the place after it. */
    record Number(Object value, int end) {}

    private static final Pattern FLOAT = Pattern.compile(
            "(?<!\\.)[0-9]++(?:_[0-9]++)*+(?:(?:\\.[0-9]++(?:_[0-9]++)*+)?[eE][+-]?[0-9]++(?:_[0-9]++)*+"
                    + "|\\.[0-9]++(?:_[0-9]++)*+)");
    private static final Pattern INTEGER = Pattern
            .compile("0[bB](?:_?[01])++|0[oO](?:_?[0-7])++|0[xX](?:_?[0-9a-fA-F])++"
                    + "|[1-9][0-9]*+(?:_[0-9]++)*+|0(?:_?0)*+");
    /** Python refuses longer decimal numbers too (its limit for converting integers). */
    static final int MAX_DIGITS = 4300;

    private Literals() {}

    /** The number at {@code at}, where a digit is known to stand. */
    static Number number(String source, int at) {
        Matcher real = FLOAT.matcher(source).useTransparentBounds(true).region(at, source.length());
        if (real.lookingAt()) {
            return new Number(Double.valueOf(real.group().replace("_", "")), real.end());
        }
        Matcher whole = INTEGER.matcher(source).region(at, source.length());
        if (!whole.lookingAt()) {
            throw TemplateException.runtime("no number at " + at);
        }
        String digits = whole.group().replace("_", "");
        int radix = 10;
        if (digits.length() > 1) {
            radix = switch (Character.toLowerCase(digits.charAt(1))) {
                case 'b' -> 2;
                case 'o' -> 8;
                case 'x' -> 16;
                default -> 10;
            };
        }
        String body = radix == 10 ? digits : digits.substring(2);
        if (body.length() > MAX_DIGITS) {
            throw new TemplateException(TemplateException.Kind.LIMIT,
                    "a number of more than " + MAX_DIGITS + " digits", 0);
        }
        return new Number(Numbers.norm(new BigInteger(body, radix)), whole.end());
    }

    /** A string literal's text with its escapes resolved; an unknown escape stays as it is. */
    static String unescape(String raw, int line) {
        if (raw.indexOf('\\') < 0) {
            return raw;
        }
        StringBuilder out = new StringBuilder(raw.length());
        int at = 0;
        while (at < raw.length()) {
            char c = raw.charAt(at++);
            if (c != '\\' || at == raw.length()) {
                out.append(c);
                continue;
            }
            char escape = raw.charAt(at++);
            switch (escape) {
                case '\n' -> {
                }
                case '\\', '\'', '"' -> out.append(escape);
                case 'a' -> out.append('\u0007');
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'n' -> out.append('\n');
                case 'r' -> out.append('\r');
                case 't' -> out.append('\t');
                case 'v' -> out.append('\u000b');
                case 'x' -> at = hex(raw, at, 2, out, line);
                case 'u' -> at = hex(raw, at, 4, out, line);
                case 'U' -> at = hex(raw, at, 8, out, line);
                case 'N' -> at = named(raw, at, out, line);
                default -> at = octal(raw, at, escape, out);
            }
        }
        return out.toString();
    }

    private static int octal(String raw, int at, char first, StringBuilder out) {
        if (first < '0' || first > '7') {
            out.append('\\').append(first);
            return at;
        }
        int end = at;
        int value = first - '0';
        while (end < raw.length() && end < at + 2 && raw.charAt(end) >= '0' && raw.charAt(end) <= '7') {
            value = value * 8 + raw.charAt(end++) - '0';
        }
        out.append((char) value);
        return end;
    }

    private static int hex(String raw, int at, int digits, StringBuilder out, int line) {
        int value = 0;
        for (int i = at; i < at + digits; i++) {
            int digit = i < raw.length() ? Character.digit(raw.charAt(i), 16) : -1;
            if (digit < 0 || value > 0x10FFFF >> 4) {
                throw new TemplateException(TemplateException.Kind.SYNTAX, "truncated or illegal escape in a string",
                        line);
            }
            value = value * 16 + digit;
        }
        if (digits == 4) {
            out.append((char) value);
        } else {
            out.appendCodePoint(value);
        }
        return at + digits;
    }

    private static int named(String raw, int at, StringBuilder out, int line) {
        int end = raw.indexOf('}', at);
        if (at < raw.length() && raw.charAt(at) == '{' && end > 0) {
            try {
                out.appendCodePoint(Character.codePointOf(raw.substring(at + 1, end)));
                return end + 1;
            } catch (IllegalArgumentException e) {
                throw new TemplateException(TemplateException.Kind.SYNTAX, "unknown Unicode character name", line);
            }
        }
        throw new TemplateException(TemplateException.Kind.SYNTAX, "malformed \\N character escape", line);
    }
}
