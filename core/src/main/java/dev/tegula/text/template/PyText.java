package dev.tegula.text.template;

import dev.tegula.text.template.Values.Markup;
import dev.tegula.text.template.Values.Range;
import dev.tegula.text.template.Values.Tuple;
import dev.tegula.text.template.Values.View;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;

/** Values as the text that Python's {@code str} and {@code repr} give, and Python's classes of characters. */
final class PyText {
    /** A value that holds another one many times over can be exponentially longer in print than in memory. */
    private static final int MAX_REPR = 1 << 24;

    private PyText() {}

    /** {@code str(value)}. */
    static String str(Object value) {
        return switch (value) {
            case null -> "None";
            case String text -> text;
            case Markup markup -> markup.text();
            case Undefined undefined -> "";
            default -> repr(value);
        };
    }

    /** {@code repr(value)}. */
    static String repr(Object value) {
        if (value instanceof String text && text.length() < 64) {
            StringBuilder out = new StringBuilder(text.length() + 2);
            quote(text, out);
            return out.toString();
        }
        StringBuilder out = new StringBuilder();
        repr(value, out);
        return out.toString();
    }

    private static void repr(Object value, StringBuilder out) {
        if (out.length() > MAX_REPR) {
            throw TemplateException.limit("a printed value of more than " + MAX_REPR + " characters");
        }
        switch (value) {
            case null -> out.append("None");
            case String text -> quote(text, out);
            case Markup markup -> {
                out.append("Markup(");
                quote(markup.text(), out);
                out.append(')');
            }
            case Boolean flag -> out.append(flag ? "True" : "False");
            case Long number -> out.append(number.longValue());
            case BigInteger number -> out.append(digits(number));
            case Double number -> out.append(real(number));
            case List<?> list -> sequence("[", list, "]", out);
            case Tuple tuple -> tuple(tuple, out);
            case Map<?, ?> map -> mapping(map, out);
            case Undefined undefined -> out.append("Undefined");
            default -> object(value, out);
        }
    }

    private static void object(Object value, StringBuilder out) {
        switch (value) {
            case Range range -> {
                out.append("range(").append(range.start()).append(", ").append(range.stop());
                out.append(range.step() == 1 ? ")" : ", " + range.step() + ")");
            }
            case View view -> {
                out.append(view.kind()).append('(');
                sequence("[", Py.viewItems(view), "]", out);
                out.append(')');
            }
            case Values.Namespace namespace -> {
                out.append("<Namespace ");
                mapping(namespace.attributes(), out);
                out.append('>');
            }
            case Values.Macro macro -> out.append(
                    macro.code().name() == null ? "<Macro anonymous>" : "<Macro " + repr(macro.code().name()) + ">");
            case LoopContext loop -> out.append("<LoopContext ")
                    .append(loop.index0() + 1)
                    .append('/')
                    .append(loop.length())
                    .append('>');
            default -> out.append('<').append(Py.typeName(value)).append(" object>");
        }
    }

    private static void tuple(Tuple tuple, StringBuilder out) {
        sequence("(", tuple.items(), tuple.items().size() == 1 ? ",)" : ")", out);
    }

    private static void sequence(String open, List<?> items, String close, StringBuilder out) {
        out.append(open);
        for (int i = 0; i < items.size(); i++) {
            out.append(i == 0 ? "" : ", ");
            repr(items.get(i), out);
        }
        out.append(close);
    }

    private static void mapping(Map<?, ?> map, StringBuilder out) {
        out.append('{');
        String separator = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            out.append(separator);
            repr(entry.getKey(), out);
            out.append(": ");
            repr(entry.getValue(), out);
            separator = ", ";
        }
        out.append('}');
    }

    /** An integer's digits; as in Python, a longer number than its limit cannot be printed. */
    static String digits(BigInteger number) {
        if (number.bitLength() > Literals.MAX_DIGITS * 3.33) {
            throw TemplateException.runtime("Exceeds the limit (" + Literals.MAX_DIGITS
                    + " digits) for integer string conversion");
        }
        return number.toString();
    }

    /** {@code repr} of a float: the shortest digits that read back as the same number. */
    static String real(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        if (decimal.precision() == 2) {
            // Java always gives two digits, Python one where that is enough (5e-324).
            BigDecimal shorter = decimal.round(new MathContext(1, RoundingMode.HALF_EVEN));
            decimal = shorter.doubleValue() == value ? shorter : decimal;
        }
        String digits = decimal.unscaledValue().abs().toString();
        int exponent = digits.length() - 1 - decimal.scale();
        String sign = value < 0 ? "-" : "";
        if (exponent < -4 || exponent >= 16) {
            String point = digits.length() > 1 ? "." + digits.substring(1) : "";
            int size = Math.abs(exponent);
            return sign + digits.charAt(0) + point + (exponent < 0 ? "e-" : "e+") + (size < 10 ? "0" : "") + size;
        }
        String plain = decimal.abs().toPlainString();
        return sign + (plain.indexOf('.') < 0 ? plain + ".0" : plain);
    }

    private static void quote(String text, StringBuilder out) {
        char mark = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        out.append(mark);
        for (int at = 0; at < text.length();) {
            int cp = text.codePointAt(at);
            at += Character.charCount(cp);
            switch (cp) {
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (cp == mark) {
                        out.append('\\').append(mark);
                    } else if (isPrintable(cp)) {
                        out.appendCodePoint(cp);
                    } else {
                        out.append(
                                cp < 256 ? "\\x" + hex(cp, 2) : cp < 65536 ? "\\u" + hex(cp, 4) : "\\U" + hex(cp, 8));
                    }
                }
            }
        }
        out.append(mark);
    }

    static String hex(int value, int width) {
        String digits = Integer.toHexString(value);
        return "0".repeat(Math.max(0, width - digits.length())) + digits;
    }

    static boolean isPrintable(int cp) {
        if (cp == ' ') {
            return true;
        }
        return switch (Character.getType(cp)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED,
                    Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SPACE_SEPARATOR ->
                false;
            default -> true;
        };
    }

    /** White space as Python's strings know it. */
    static boolean isSpace(int cp) {
        return cp >= 9 && cp <= 13 || cp >= 28 && cp <= 32 || cp == 0x85 || cp == 0xA0 || cp == 0x1680
                || cp >= 0x2000 && cp <= 0x200A || cp == 0x2028 || cp == 0x2029 || cp == 0x202F || cp == 0x205F
                || cp == 0x3000;
    }

    /** Whether a string has nothing but white space, and some. */
    static boolean isSpace(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isSpace(text.charAt(i))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    static boolean isIdentifier(String text) {
        if (text.isEmpty()) {
            return false;
        }
        int first = text.codePointAt(0);
        return (first == '_' || Character.isUnicodeIdentifierStart(first))
                && text.codePoints()
                        .skip(1)
                        .allMatch(cp -> cp == '_' || Character.isUnicodeIdentifierPart(cp)
                                && !Character.isIdentifierIgnorable(cp));
    }
}
