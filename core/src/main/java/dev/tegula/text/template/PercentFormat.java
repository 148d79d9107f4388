package dev.tegula.text.template;

import dev.tegula.text.template.Values.Tuple;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Python's percent operator on a string: {@code %[(key)][flags][width][.precision]type}. */
final class PercentFormat {
    private final String format;
    private final Object operand;
    private final boolean escape;
    private final Meter meter;
    private final StringBuilder out = new StringBuilder();
    private int at;
    private int used;
    private boolean left;
    private boolean plus;
    private boolean space;
    private boolean alternate;
    private boolean zero;
    private int width;
    private int precision;

    private PercentFormat(String format, Object operand, boolean escape, Meter meter) {
        this.format = format;
        this.operand = operand;
        this.escape = escape;
        this.meter = meter;
    }

    static String format(String format, Object operand, boolean escape, Meter meter) {
        return new PercentFormat(format, operand, escape, meter).run();
    }

    private String run() {
        while (at < format.length()) {
            int percent = format.indexOf('%', at);
            if (percent < 0) {
                break;
            }
            out.append(format, at, percent);
            at = percent + 1;
            conversion();
            meter.step();
            meter.output(out.length());
        }
        out.append(format, at, format.length());
        boolean left = operand instanceof Tuple tuple
                ? used < tuple.items().size()
                : used == 0 && !(operand instanceof Map<?, ?>) && !(operand instanceof List<?>);
        if (left) {
            throw TemplateException.runtime("not all arguments converted during string formatting");
        }
        meter.text(out.length());
        return out.toString();
    }

    private char peek() {
        if (at >= format.length()) {
            throw TemplateException.runtime("incomplete format");
        }
        return format.charAt(at);
    }

    private void conversion() {
        Object keyed = null;
        boolean hasKey = peek() == '(';
        if (hasKey) {
            keyed = byKey();
        }
        flags();
        width = number();
        precision = -1;
        if (peek() == '.') {
            at++;
            precision = number();
        }
        while ("hlL".indexOf(peek()) >= 0) {
            at++;
        }
        char type = peek();
        at++;
        if (type == '%') {
            out.append('%');
            return;
        }
        Object value = hasKey ? keyed : next();
        pad(type, convert(type, value));
    }

    private Object byKey() {
        int end = format.indexOf(')', at);
        if (end < 0) {
            throw TemplateException.runtime("incomplete format key");
        }
        if (!(operand instanceof Map<?, ?> map)) {
            throw TemplateException.runtime("format requires a mapping");
        }
        String key = format.substring(at + 1, end);
        at = end + 1;
        used++;
        if (!Dicts.contains(map, key)) {
            throw TemplateException.runtime(PyText.repr(key));
        }
        return Dicts.get(map, key);
    }

    private void flags() {
        left = false;
        plus = false;
        space = false;
        alternate = false;
        zero = false;
        for (;; at++) {
            switch (peek()) {
                case '-' -> left = true;
                case '+' -> plus = true;
                case ' ' -> space = true;
                case '#' -> alternate = true;
                case '0' -> zero = true;
                default -> {
                    return;
                }
            }
        }
    }

    private int number() {
        if (peek() == '*') {
            at++;
            int given = Args.integer(next(), "width");
            left |= given < 0;
            return Math.abs(Math.max(given, -Integer.MAX_VALUE));
        }
        int from = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        return FormatSpec.size(format, from, at);
    }

    private Object next() {
        boolean many = operand instanceof Tuple;
        if (many ? used >= ((Tuple) operand).items().size() : used > 0) {
            throw TemplateException.runtime("not enough arguments for format string");
        }
        return many ? ((Tuple) operand).items().get(used++) : single();
    }

    private Object single() {
        used++;
        return operand;
    }

    private String convert(char type, Object value) {
        return switch (type) {
            case 's' -> cut(escape ? Html.escape(value) : PyText.str(value));
            case 'r', 'a' -> cut(PyText.repr(value));
            case 'c' -> Py.stringOrNull(value) != null
                    ? one(Py.stringOrNull(value))
                    : Character.toString(FormatSpec.codePoint(number(type, value)));
            case 'd', 'i', 'u' -> {
                Object number = number(type, value);
                yield integer(number instanceof Double real ? Numbers.truncate(real) : number, 10, "");
            }
            case 'x' -> integer(whole(type, value), 16, "0x");
            case 'X' -> integer(whole(type, value), 16, "0X").toUpperCase(Locale.ROOT);
            case 'o' -> integer(whole(type, value), 8, "0o");
            case 'e', 'E', 'f', 'F', 'g', 'G' -> signed(real(type, Numbers.real(number(type, value))));
            default -> throw TemplateException.runtime("unsupported format character '" + type + "' (0x"
                    + Integer.toHexString(type) + ") at index " + (at - 1));
        };
    }

    private String cut(String text) {
        return precision >= 0 && precision < StringOps.length(text) ? StringOps.substring(text, 0, precision) : text;
    }

    private static String one(String text) {
        if (StringOps.length(text) != 1) {
            throw TemplateException.runtime("%c requires int or char");
        }
        return text;
    }

    private static Object number(char type, Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (!Numbers.isNumber(value)) {
            throw TemplateException.runtime("eEfFgG".indexOf(type) >= 0
                    ? "must be real number, not " + Py.typeName(value)
                    : "%" + type + " format: a real number is required, not " + Py.typeName(value));
        }
        return Numbers.plain(value);
    }

    private static Object whole(char type, Object value) {
        Object number = number(type, value);
        if (number instanceof Double) {
            throw TemplateException.runtime("%" + type + " format: an integer is required, not float");
        }
        return number;
    }

    private String integer(Object number, int radix, String prefix) {
        BigInteger value = Numbers.big(number);
        String digits = radix == 10 ? PyText.digits(value.abs()) : value.abs().toString(radix);
        if (precision > digits.length()) {
            digits = StringOps.repeat("0", precision - digits.length(), meter) + digits;
        }
        return signed((value.signum() < 0 ? "-" : "") + (alternate ? prefix : "") + digits);
    }

    private String real(char type, double value) {
        return switch (type) {
            case 'f', 'F' -> FormatSpec.fixed(value, precision < 0 ? 6 : precision);
            case 'e', 'E' -> FormatSpec.scientific(value, precision < 0 ? 6 : precision, type == 'E');
            default -> FormatSpec.general(value, precision, alternate, type == 'G');
        };
    }

    private String signed(String digits) {
        return digits.startsWith("-") ? digits : plus ? "+" + digits : space ? " " + digits : digits;
    }

    private void pad(char type, String text) {
        int missing = Math.max(0, width - StringOps.length(text));
        meter.output((long) out.length() + text.length() + missing);
        meter.text(missing);
        if (left) {
            out.append(text).append(" ".repeat(missing));
        } else if (zero && "sracu".indexOf(type) < 0) {
            int sign = !text.isEmpty() && "+- ".indexOf(text.charAt(0)) >= 0 ? 1 : 0;
            int body = sign + (alternate && "xXo".indexOf(type) >= 0 ? 2 : 0);
            out.append(text, 0, body).append("0".repeat(missing)).append(text, body, text.length());
        } else {
            out.append(" ".repeat(missing)).append(text);
        }
    }
}
