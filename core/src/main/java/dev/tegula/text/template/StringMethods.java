package dev.tegula.text.template;

import dev.tegula.text.template.Values.Markup;
import dev.tegula.text.template.Values.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;

/** Python's methods of strings. */
final class StringMethods {
    /** A method of a string. */
    private interface Method {
        Object call(String text, Args args, Evaluator evaluator);
    }

    private static final Map<String, Method> METHODS = new HashMap<>();

    static {
        addCases();
        addCuts();
        addSearches();
        addPadding();
        addClasses();
    }

    private StringMethods() {}

    /** A method bound to a string, or {@link Members#MISSING}. On markup the results are markup too. */
    static Object bound(String text, String name, boolean markup, Evaluator evaluator) {
        Method method = METHODS.get(name);
        if (method == null) {
            return Members.MISSING;
        }
        return new Values.Function(name, "builtin_function_or_method", args -> {
            evaluator.meter.scan(text.length());
            Object result = method.call(text, args, evaluator);
            return markup && result instanceof String string ? new Markup(string) : result;
        });
    }

    private static void addCases() {
        simple("upper", (text, args, in) -> made(TextCase.upper(text), in));
        simple("lower", (text, args, in) -> made(TextCase.lower(text), in));
        simple("casefold", (text, args, in) -> made(TextCase.fold(text), in));
        simple("capitalize", (text, args, in) -> made(TextCase.capitalize(text), in));
        simple("title", (text, args, in) -> made(TextCase.title(text), in));
        simple("swapcase", (text, args, in) -> made(TextCase.swap(text), in));
    }

    /** Adds a method without arguments. */
    private static void simple(String name, Method method) {
        METHODS.put(name, (text, args, in) -> {
            args.bind(name, 0);
            return method.call(text, args, in);
        });
    }

    private static void addCuts() {
        METHODS.put("strip", (text, args, in) -> strip(text, args, true, true));
        METHODS.put("lstrip", (text, args, in) -> strip(text, args, true, false));
        METHODS.put("rstrip", (text, args, in) -> strip(text, args, false, true));
        METHODS.put("split", (text, args, in) -> split(text, args, false, in));
        METHODS.put("rsplit", (text, args, in) -> split(text, args, true, in));
        METHODS.put("splitlines", (text, args, in) -> StringOps.lines(text,
                Args.flag(args.bind("splitlines", 0, "keepends")[0], false), in.meter));
        METHODS.put("partition", (text, args, in) -> partition(text, args, false));
        METHODS.put("rpartition", (text, args, in) -> partition(text, args, true));
        METHODS.put("removeprefix", (text, args, in) -> {
            String prefix = Args.text(args.bind("removeprefix", 1, "prefix")[0], "prefix");
            return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
        });
        METHODS.put("removesuffix", (text, args, in) -> {
            String suffix = Args.text(args.bind("removesuffix", 1, "suffix")[0], "suffix");
            return text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
        });
        METHODS.put("replace", (text, args, in) -> {
            Object[] given = args.bind("replace", 2, "old", "new", "count");
            return StringOps.replace(text, Args.text(given[0], "old"), Args.text(given[1], "new"),
                    Args.integer(given[2], "count", -1), in.meter);
        });
        METHODS.put("join", (text, args, in) -> join(text, args.bind("join", 1, "iterable")[0], in.meter));
        METHODS.put("format", (text, args, in) -> BraceFormat.format(text, args.positional(), args.named(), in));
        METHODS.put("format_map", (text, args, in) -> {
            Object map = args.bind("format_map", 1, "mapping")[0];
            Map<String, Object> named = new HashMap<>();
            if (map instanceof Map<?, ?> mapping) {
                mapping.forEach((key, value) -> named.put(PyText.str(key), value));
            }
            return BraceFormat.format(text, List.of(), named, in);
        });
    }

    private static void addSearches() {
        METHODS.put("startswith", (text, args, in) -> affix(text, args, String::startsWith));
        METHODS.put("endswith", (text, args, in) -> affix(text, args, String::endsWith));
        METHODS.put("find", (text, args, in) -> find(text, args, false));
        METHODS.put("rfind", (text, args, in) -> find(text, args, true));
        METHODS.put("index", (text, args, in) -> index(find(text, args, false)));
        METHODS.put("rindex", (text, args, in) -> index(find(text, args, true)));
        METHODS.put("count", (text, args, in) -> {
            Object[] given = args.bind("count", 1, "sub", "start", "end");
            return StringOps.count(window(text, given[1], given[2]), Args.text(given[0], "sub"));
        });
    }

    private static void addPadding() {
        METHODS.put("center", (text, args, in) -> pad(text, args, 'c', in.meter));
        METHODS.put("ljust", (text, args, in) -> pad(text, args, 'l', in.meter));
        METHODS.put("rjust", (text, args, in) -> pad(text, args, 'r', in.meter));
        METHODS.put("zfill", (text, args, in) -> {
            int missing = Args.integer(args.bind("zfill", 1, "width")[0], "width") - StringOps.length(text);
            boolean signed = text.startsWith("-") || text.startsWith("+");
            String zeros = StringOps.repeat("0", missing, in.meter);
            return signed ? text.charAt(0) + zeros + text.substring(1) : zeros + text;
        });
        METHODS.put("expandtabs", (text, args, in) -> expandTabs(text,
                Args.integer(args.bind("expandtabs", 0, "tabsize")[0], "tabsize", 8), in.meter));
    }

    private static void addClasses() {
        simple("isalpha", (text, args, in) -> all(text, Character::isLetter));
        simple("isdigit", (text, args, in) -> all(text, TextCase::isDigit));
        simple("isdecimal", (text, args, in) -> all(text, Character::isDigit));
        simple("isnumeric", (text, args, in) -> all(text, TextCase::isNumeric));
        simple("isalnum",
                (text, args, in) -> all(text, cp -> Character.isLetter(cp) || TextCase.isNumeric(cp)));
        simple("isspace", (text, args, in) -> PyText.isSpace(text));
        simple("isascii", (text, args, in) -> text.chars().allMatch(c -> c < 128));
        simple("isprintable", (text, args, in) -> text.codePoints().allMatch(PyText::isPrintable));
        simple("isidentifier", (text, args, in) -> PyText.isIdentifier(text));
        simple("isupper", (text, args, in) -> TextCase.isUpper(text));
        simple("islower", (text, args, in) -> TextCase.isLower(text));
        simple("istitle", (text, args, in) -> TextCase.isTitle(text));
    }

    private static String made(String text, Evaluator evaluator) {
        evaluator.meter.text(text.length());
        return text;
    }

    private static boolean all(String text, java.util.function.IntPredicate holds) {
        return !text.isEmpty() && text.codePoints().allMatch(holds);
    }

    private static String strip(String text, Args args, boolean left, boolean right) {
        Object chars = Args.or(args.bind("strip", 0, "chars")[0], null);
        return StringOps.strip(text, chars == null ? null : Args.text(chars, "chars"), left, right);
    }

    private static Object split(String text, Args args, boolean fromRight, Evaluator evaluator) {
        Object[] given = args.bind("split", 0, "sep", "maxsplit");
        Object separator = Args.or(given[0], null);
        return StringOps.split(text, separator == null ? null : Args.text(separator, "sep"),
                Args.integer(given[1], "maxsplit", -1), fromRight, evaluator.meter);
    }

    private static Object partition(String text, Args args, boolean fromRight) {
        String separator = Args.text(args.bind("partition", 1, "sep")[0], "sep");
        if (separator.isEmpty()) {
            throw TemplateException.runtime("empty separator");
        }
        int at = fromRight ? text.lastIndexOf(separator) : text.indexOf(separator);
        if (at < 0) {
            return fromRight ? Tuple.of("", "", text) : Tuple.of(text, "", "");
        }
        return Tuple.of(text.substring(0, at), separator, text.substring(at + separator.length()));
    }

    static String join(String separator, Object iterable, Meter meter) {
        Iterator<Object> items = Py.iterate(iterable, meter);
        StringBuilder out = new StringBuilder();
        for (int i = 0; items.hasNext(); i++) {
            Object item = items.next();
            String text = Py.stringOrNull(item);
            if (text == null) {
                throw TemplateException.runtime(
                        "sequence item " + i + ": expected str instance, " + Py.typeName(item) + " found");
            }
            meter.output((long) out.length() + separator.length() + text.length());
            meter.scan(text.length());
            out.append(i == 0 ? "" : separator).append(text);
        }
        meter.text(out.length());
        return out.toString();
    }

    private static boolean affix(String text, Args args, BiPredicate<String, String> has) {
        Object[] given = args.bind("startswith", 1, "prefix", "start", "end");
        String part = window(text, given[1], given[2]);
        if (part == null) {
            return false;
        }
        List<Object> affixes = new ArrayList<>();
        if (given[0] instanceof Tuple tuple) {
            affixes.addAll(tuple.items());
        } else {
            affixes.add(given[0]);
        }
        for (Object affix : affixes) {
            if (has.test(part, Args.text(affix, "prefix or suffix"))) {
                return true;
            }
        }
        return false;
    }

    /** The part of the text between two optional positions. */
    private static String window(String text, Object start, Object end) {
        if (Args.or(start, null) == null && Args.or(end, null) == null) {
            return text;
        }
        int size = StringOps.length(text);
        return StringOps.substring(text, position(start, 0, size), position(end, size, size));
    }

    private static int position(Object bound, int otherwise, int size) {
        if (Args.or(bound, null) == null) {
            return otherwise;
        }
        int at = Args.integer(bound, "position");
        return Math.clamp(at < 0 ? (long) at + size : at, 0, size);
    }

    private static long find(String text, Args args, boolean last) {
        Object[] given = args.bind("find", 1, "sub", "start", "end");
        String part = Args.text(given[0], "sub");
        int size = StringOps.length(text);
        int from = position(given[1], 0, size);
        int to = position(given[2], size, size);
        if (from > to) {
            return -1;
        }
        String window = StringOps.substring(text, from, to);
        int at = last ? window.lastIndexOf(part) : window.indexOf(part);
        return at < 0 ? -1 : from + (long) window.codePointCount(0, at);
    }

    private static long index(long found) {
        if (found < 0) {
            throw TemplateException.runtime("substring not found");
        }
        return found;
    }

    private static String pad(String text, Args args, char side, Meter meter) {
        Object[] given = args.bind("center", 1, "width", "fillchar");
        String fill = Args.present(given[1]) ? Args.text(given[1], "fillchar") : " ";
        if (StringOps.length(fill) != 1) {
            throw TemplateException.runtime("The fill character must be exactly one character long");
        }
        return pad(text, Args.integer(given[0], "width"), fill, side, meter);
    }

    static String pad(String text, int width, String fill, char side, Meter meter) {
        int missing = Math.max(0, width - StringOps.length(text));
        // Python's rule for centring: the odd space goes left where the width is odd.
        int left = side == 'l' ? 0 : side == 'r' ? missing : missing / 2 + (missing & width & 1);
        meter.text((long) text.length() + missing);
        return fill.repeat(left) + text + fill.repeat(missing - left);
    }

    private static String expandTabs(String text, int size, Meter meter) {
        StringBuilder out = new StringBuilder();
        int column = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\t') {
                int spaces = size > 0 ? size - column % size : 0;
                meter.output((long) out.length() + spaces);
                out.append(" ".repeat(spaces));
                column += spaces;
            } else {
                out.append(c);
                column = c == '\n' || c == '\r' ? 0 : column + (Character.isLowSurrogate(c) ? 0 : 1);
            }
        }
        meter.text(out.length());
        return out.toString();
    }
}
