package dev.tegula.text.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/**
 * Python's format specification: {@code [[fill]align][sign][#][0][width][grouping][.precision][type]}, and the number
 * formats that it shares with the percent operator.
 */
final class FormatSpec {
    /** More digits after the point than this are refused; a double has no more than 1,074. */
    private static final int MAX_PRECISION = 1100;

    private String fill = " ";
    private char align;
    private char sign = '-';
    private boolean alternate;
    private int width;
    private String grouping = "";
    private int precision = -1;
    private char type;

    private FormatSpec() {}

    /** {@code format(value, specification)}. */
    static String format(Object value, String specification, Meter meter) {
        if (specification.isEmpty()) {
            return PyText.str(value);
        }
        FormatSpec spec = parse(specification);
        String text = Py.stringOrNull(value);
        if (text != null) {
            return spec.string(text, meter);
        }
        if (value instanceof Boolean && spec.type == 0) {
            return spec.string(PyText.str(value), meter);
        }
        if (Numbers.isNumber(value)) {
            return spec.number(Numbers.plain(value), meter);
        }
        if (value instanceof Undefined undefined) {
            throw undefined.fault();
        }
        throw TemplateException
                .runtime("unsupported format string passed to " + Py.typeName(value) + ".__format__");
    }

    private static FormatSpec parse(String text) {
        FormatSpec spec = new FormatSpec();
        int at = 0;
        int first = Character.charCount(text.codePointAt(0));
        if (text.length() > first && "<>=^".indexOf(text.charAt(first)) >= 0) {
            spec.fill = text.substring(0, first);
            spec.align = text.charAt(first);
            at = first + 1;
        } else if ("<>=^".indexOf(text.charAt(0)) >= 0) {
            spec.align = text.charAt(0);
            at = 1;
        }
        if (at < text.length() && "+- ".indexOf(text.charAt(at)) >= 0) {
            spec.sign = text.charAt(at++);
        }
        if (at < text.length() && text.charAt(at) == '#') {
            spec.alternate = true;
            at++;
        }
        if (at < text.length() && text.charAt(at) == '0') {
            if (spec.align == 0) {
                spec.align = '=';
                spec.fill = "0";
            }
            at++;
        }
        int end = digits(text, at);
        spec.width = size(text, at, end);
        at = end;
        if (at < text.length() && (text.charAt(at) == ',' || text.charAt(at) == '_')) {
            spec.grouping = text.substring(at, ++at);
        }
        if (at < text.length() && text.charAt(at) == '.') {
            end = digits(text, at + 1);
            if (end == at + 1) {
                throw TemplateException.runtime("Format specifier missing precision");
            }
            spec.precision = size(text, at + 1, end);
            at = end;
        }
        if (at < text.length()) {
            spec.type = text.charAt(at++);
        }
        if (at < text.length()) {
            throw TemplateException.runtime("Invalid format specifier '" + text + "'");
        }
        return spec;
    }

    private static int digits(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at;
    }

    static int size(String text, int from, int to) {
        if (to - from > 9) {
            throw TemplateException.limit("a width or precision of more than nine digits");
        }
        return to == from ? 0 : Integer.parseInt(text.substring(from, to));
    }

    private String string(String text, Meter meter) {
        if (type != 0 && type != 's') {
            throw TemplateException.runtime("Unknown format code '" + type + "' for object of type 'str'");
        }
        if (align == '=' && !fill.equals("0")) {
            throw TemplateException.runtime("'=' alignment not allowed in string format specifier");
        }
        String cut = precision >= 0 && precision < StringOps.length(text)
                ? StringOps.substring(text, 0, precision)
                : text;
        return pad("", cut, align == 0 || align == '=' ? '<' : align, meter);
    }

    private String number(Object value, Meter meter) {
        boolean negative = Numbers.compare(value, 0L) < 0 || value instanceof Double real && 1 / real < 0 && real == 0;
        String digits;
        String prefix = negative ? "-" : sign == '-' ? "" : String.valueOf(sign);
        if (value instanceof Double || type != 0 && "eEfFgG%".indexOf(type) >= 0) {
            digits = real(Math.abs(Numbers.real(value)));
        } else {
            BigInteger magnitude = Numbers.big(value).abs();
            digits = switch (type) {
                case 0, 'd', 'n' -> PyText.digits(magnitude);
                case 'x' -> magnitude.toString(16);
                case 'X' -> magnitude.toString(16).toUpperCase(Locale.ROOT);
                case 'o' -> magnitude.toString(8);
                case 'b' -> magnitude.toString(2);
                case 'c' -> Character.toString(codePoint(value));
                default -> throw TemplateException
                        .runtime("Unknown format code '" + type + "' for object of type 'int'");
            };
            if (alternate && "xXob".indexOf(type) >= 0) {
                prefix += "0" + type;
            }
        }
        if (!grouping.isEmpty()) {
            digits = grouped(digits);
        }
        return pad(prefix, digits, align == 0 ? type == 'c' ? '<' : '>' : align, meter);
    }

    static int codePoint(Object value) {
        int cp = Numbers.clamp(value);
        if (cp < 0 || cp > 0x10FFFF) {
            throw TemplateException.runtime("%c arg not in range(0x110000)");
        }
        return cp;
    }

    private String grouped(String digits) {
        int end = digits(digits, 0);
        StringBuilder out = new StringBuilder(digits);
        int step = "xXob".indexOf(type) >= 0 && type != 0 ? 4 : 3;
        for (int at = (step == 4 ? digits.length() : end) - step; at > 0; at -= step) {
            out.insert(at, grouping);
        }
        return out.toString();
    }

    private String real(double value) {
        return switch (type) {
            case 0 -> precision < 0 ? PyText.real(value) : generalWithPoint(value);
            case 'f', 'F' -> fixed(value, precision < 0 ? 6 : precision);
            case 'e', 'E' -> scientific(value, precision < 0 ? 6 : precision, type == 'E');
            case 'g', 'n' -> general(value, precision, alternate, false);
            case 'G' -> general(value, precision, alternate, true);
            case '%' -> fixed(value * 100, precision < 0 ? 6 : precision) + "%";
            default -> throw TemplateException
                    .runtime("Unknown format code '" + type + "' for object of type 'float'");
        };
    }

    /** Like general, but with at least one digit behind the point. */
    private String generalWithPoint(double value) {
        String text = general(value, precision, alternate, false);
        boolean whole = text.chars().allMatch(c -> c >= '0' && c <= '9');
        return whole ? text + ".0" : text;
    }

    private String pad(String prefix, String body, char side, Meter meter) {
        int missing = Math.max(0, width - StringOps.length(prefix) - StringOps.length(body));
        meter.text((long) prefix.length() + body.length() + missing);
        return switch (side) {
            case '<' -> prefix + body + fill.repeat(missing);
            case '^' -> fill.repeat(missing / 2) + prefix + body + fill.repeat(missing - missing / 2);
            case '=' -> prefix + fill.repeat(missing) + body;
            default -> fill.repeat(missing) + prefix + body;
        };
    }

    private static String special(double value) {
        return Double.isNaN(value) ? "nan" : Double.isInfinite(value) ? value > 0 ? "inf" : "-inf" : null;
    }

    private static void checkPrecision(int digits) {
        if (digits > MAX_PRECISION) {
            throw TemplateException.limit("a precision of more than " + MAX_PRECISION + " digits");
        }
    }

    /** Fixed-point notation, rounded exactly, halves to even. */
    static String fixed(double value, int digits) {
        checkPrecision(digits);
        String special = special(value);
        if (special != null) {
            return special;
        }
        String text = new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN).abs().toPlainString();
        return value < 0 || 1 / value < 0 ? "-" + text : text;
    }

    /** Scientific notation with an exponent of at least two digits. */
    static String scientific(double value, int digits, boolean upper) {
        checkPrecision(digits);
        String special = special(value);
        if (special != null) {
            return special;
        }
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(digits + 1, RoundingMode.HALF_EVEN)).abs();
        StringBuilder all = new StringBuilder(rounded.unscaledValue().toString());
        int exponent = value == 0 ? 0 : all.length() - 1 - rounded.scale();
        while (all.length() <= digits) {
            all.append('0');
        }
        all.setLength(digits + 1);
        if (digits > 0) {
            all.insert(1, '.');
        }
        int size = Math.abs(exponent);
        all.append(upper ? 'E' : 'e').append(exponent < 0 ? '-' : '+').append(size < 10 ? "0" : "").append(size);
        return value < 0 || 1 / value < 0 ? "-" + all : all.toString();
    }

    /** The shorter of the two notations, without trailing zeros unless they are asked for. */
    static String general(double value, int precision, boolean keepZeros, boolean upper) {
        String special = special(value);
        if (special != null) {
            return special;
        }
        int digits = precision < 0 ? 6 : Math.max(1, precision);
        String scientific = scientific(value, digits - 1, upper);
        int mark = scientific.lastIndexOf(upper ? 'E' : 'e');
        int exponent = Integer.parseInt(scientific.substring(mark + 1));
        if (exponent < -4 || exponent >= digits) {
            String mantissa = scientific.substring(0, mark);
            return (keepZeros ? mantissa : trimZeros(mantissa)) + scientific.substring(mark);
        }
        String fixed = fixed(value, digits - 1 - exponent);
        return keepZeros ? fixed : trimZeros(fixed);
    }

    private static String trimZeros(String text) {
        if (text.indexOf('.') < 0) {
            return text;
        }
        int end = text.length();
        while (text.charAt(end - 1) == '0') {
            end--;
        }
        return text.substring(0, text.charAt(end - 1) == '.' ? end - 1 : end);
    }
}
