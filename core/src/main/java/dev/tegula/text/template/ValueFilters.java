package dev.tegula.text.template;

import java.math.BigInteger;
import java.util.Locale;
import java.util.Map;

/** Filters of single values: numbers, defaults, attributes. */
final class ValueFilters {
    private ValueFilters() {}

    static void addTo(Map<String, Filters.Filter> filters) {
        Filters.simple(filters, "abs", (value, args, in) -> {
            number(value, "abs()");
            Object plain = Numbers.plain(value);
            return plain instanceof Double real
                    ? (Object) Math.abs(real)
                    : Numbers.big(plain).signum() < 0 ? Numbers.negate(plain) : plain;
        });
        filters.put("attr", (value, args, in) -> {
            String name = Args.text(args.bind("attr", 1, "name")[0], "name");
            return Members.has(value, name, in)
                    ? Members.attribute(value, name, in)
                    : Undefined.member(value, name);
        });
        filters.put("default", ValueFilters::defaulted);
        filters.put("d", ValueFilters::defaulted);
        filters.put("int", ValueFilters::integer);
        filters.put("float", ValueFilters::real);
        filters.put("round", ValueFilters::round);
        filters.put("filesizeformat", ValueFilters::fileSize);
    }

    private static void number(Object value, String operation) {
        if (value instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (!Numbers.isNumber(value)) {
            throw TemplateException.runtime("bad operand type for " + operation + ": '" + Py.typeName(value) + "'");
        }
    }

    private static Object defaulted(Object value, Args args, Evaluator in) {
        Object[] given = args.bind("default", 0, "default_value", "boolean");
        if (value instanceof Undefined || Args.flag(given[1], false) && !Py.truth(value)) {
            return Args.or(given[0], "");
        }
        return value;
    }

    private static Object integer(Object value, Args args, Evaluator in) {
        Object[] given = args.bind("int", 0, "default", "base");
        Object otherwise = Args.or(given[0], 0L);
        int base = Args.integer(given[1], "base", 10);
        if (value instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (Numbers.isInteger(value)) {
            return Numbers.plain(value);
        }
        if (value instanceof Double real) {
            if (real.isInfinite()) {
                throw TemplateException.runtime("cannot convert float infinity to integer");
            }
            return real.isNaN() ? otherwise : Numbers.truncate(real);
        }
        String text = Py.stringOrNull(value);
        if (text == null) {
            return otherwise;
        }
        Object whole = parseInteger(StringOps.strip(text, null, true, true), base);
        if (whole != null) {
            return whole;
        }
        Double real = parseReal(text);
        return real == null || real.isNaN() || real.isInfinite() ? otherwise : Numbers.truncate(real);
    }

    /** {@code int(text, base)}, or null where the text is no such number. */
    private static Object parseInteger(String text, int base) {
        if (base < 2 && base != 0 || base > 36) {
            return null;
        }
        boolean negative = text.startsWith("-");
        String digits = negative || text.startsWith("+") ? text.substring(1) : text;
        int radix = base;
        String prefix = digits.length() > 2 ? digits.substring(0, 2).toLowerCase(Locale.ROOT) : "";
        int prefixed = switch (prefix) {
            case "0x" -> 16;
            case "0o" -> 8;
            case "0b" -> 2;
            default -> 0;
        };
        if (prefixed != 0 && (base == prefixed || base == 0)) {
            radix = prefixed;
            digits = digits.substring(digits.charAt(2) == '_' ? 3 : 2);
        } else if (base == 0) {
            radix = 10;
        }
        if (digits.isEmpty() || digits.length() > Literals.MAX_DIGITS || digits.startsWith("_")
                || digits.endsWith("_") || digits.contains("__")) {
            return null;
        }
        digits = digits.replace("_", "");
        for (int i = 0; i < digits.length(); i++) {
            if (Character.digit(digits.charAt(i), radix) < 0) {
                return null;
            }
        }
        BigInteger value = new BigInteger(digits, radix);
        return Numbers.norm(negative ? value.negate() : value);
    }

    private static Object real(Object value, Args args, Evaluator in) {
        Object otherwise = Args.or(args.bind("float", 0, "default")[0], 0.0);
        if (value instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (Numbers.isNumber(value)) {
            return Numbers.real(value);
        }
        String text = Py.stringOrNull(value);
        Double parsed = text == null ? null : parseReal(text);
        return parsed == null ? otherwise : parsed;
    }

    /** {@code float(text)}, or null where the text is no number. */
    private static Double parseReal(String text) {
        String trimmed = StringOps.strip(text, null, true, true);
        String lower = trimmed.toLowerCase(Locale.ROOT);
        String unsigned = lower.startsWith("-") || lower.startsWith("+") ? lower.substring(1) : lower;
        boolean negative = lower.startsWith("-");
        if (unsigned.equals("inf") || unsigned.equals("infinity")) {
            return negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        if (unsigned.equals("nan")) {
            return Double.NaN;
        }
        if (unsigned.length() > 4 * Literals.MAX_DIGITS
                || !unsigned.matches("(\\d+(_\\d+)*\\.?(\\d+(_\\d+)*)?|\\.\\d+(_\\d+)*)(e[+-]?\\d+(_\\d+)*)?")) {
            return null;
        }
        return Double.valueOf(lower.replace("_", ""));
    }

    private static Object round(Object value, Args args, Evaluator in) {
        Object[] given = args.bind("round", 0, "precision", "method");
        int precision = Args.integer(given[0], "precision", 0);
        String method = Args.present(given[1]) ? Args.text(given[1], "method") : "common";
        number(value, "round()");
        switch (method) {
            case "common" -> {
                Object plain = Numbers.plain(value);
                if (plain instanceof Double real) {
                    return Numbers.round(real, precision);
                }
                return precision >= 0 ? plain : roundInteger(Numbers.big(plain), -precision);
            }
            case "ceil", "floor" -> {
                Object scale = Numbers.binary("**", 10L, (long) precision);
                Object scaled = Numbers.binary("*", value, scale);
                Object whole = scaled instanceof Double real
                        ? Numbers.truncate(method.equals("ceil") ? Math.ceil(real) : Math.floor(real))
                        : scaled;
                return Numbers.binary("/", whole, scale);
            }
            default -> throw TemplateException.runtime("method must be common, ceil or floor");
        }
    }

    private static Object roundInteger(BigInteger value, int zeros) {
        if (zeros > Literals.MAX_DIGITS) {
            return 0L;
        }
        return Numbers.norm(new java.math.BigDecimal(value).setScale(-zeros, java.math.RoundingMode.HALF_EVEN)
                .toBigInteger());
    }

    private static Object fileSize(Object value, Args args, Evaluator in) {
        boolean binary = Args.flag(args.bind("filesizeformat", 0, "binary")[0], false);
        Object bytes = real(value, Args.of(0.0), in);
        double size = (Double) bytes;
        int base = binary ? 1024 : 1000;
        if (size == 1) {
            return "1 Byte";
        }
        if (size < base) {
            return PyText.str(Numbers.truncate(size)) + " Bytes";
        }
        String prefixes = "kMGTPEZY";
        double unit = base;
        for (int i = 0; i < prefixes.length(); i++) {
            unit *= base;
            if (size < unit || i == prefixes.length() - 1) {
                String prefix = binary && i == 0 ? "K" : prefixes.substring(i, i + 1);
                return FormatSpec.fixed(base * size / unit, 1) + " " + prefix + (binary ? "iB" : "B");
            }
        }
        throw new IllegalStateException("no unit for " + size);
    }
}
