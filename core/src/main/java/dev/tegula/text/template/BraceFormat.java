package dev.tegula.text.template;

import java.util.List;
import java.util.Map;

/** Python's {@code str.format}: {@code {field!conversion:specification}}, with attributes and items of fields. */
final class BraceFormat {
    private final List<Object> positional;
    private final Map<String, Object> named;
    private final Evaluator evaluator;
    private int next;

    private BraceFormat(List<Object> positional, Map<String, Object> named, Evaluator evaluator) {
        this.positional = positional;
        this.named = named;
        this.evaluator = evaluator;
    }

    static String format(String format, List<Object> positional, Map<String, Object> named, Evaluator evaluator) {
        String text = new BraceFormat(positional, named, evaluator).expand(format, 0);
        evaluator.meter.text(text.length());
        return text;
    }

    private String expand(String format, int depth) {
        if (depth > 2) {
            throw TemplateException.runtime("Max string recursion exceeded");
        }
        StringBuilder out = new StringBuilder();
        for (int at = 0; at < format.length(); at++) {
            char c = format.charAt(at);
            boolean doubled = at + 1 < format.length() && format.charAt(at + 1) == c;
            if (c == '}' || c == '{' && doubled) {
                if (!doubled) {
                    throw TemplateException.runtime("Single '}' encountered in format string");
                }
                out.append(c);
                at++;
            } else if (c == '{') {
                int end = close(format, at);
                out.append(field(format.substring(at + 1, end), depth));
                at = end;
            } else {
                out.append(c);
            }
            evaluator.meter.output(out.length());
        }
        return out.toString();
    }

    private static int close(String format, int open) {
        int depth = 0;
        for (int at = open; at < format.length(); at++) {
            char c = format.charAt(at);
            if (c == '{') {
                depth++;
            } else if (c == '}' && --depth == 0) {
                return at;
            }
        }
        throw TemplateException.runtime(open == format.length() - 1
                ? "Single '{' encountered in format string"
                : "expected '}' before end of string");
    }

    private String field(String field, int depth) {
        evaluator.meter.step();
        int nameEnd = 0;
        int brackets = 0;
        while (nameEnd < field.length()
                && (brackets > 0 || field.charAt(nameEnd) != ':' && field.charAt(nameEnd) != '!')) {
            brackets += field.charAt(nameEnd) == '[' ? 1 : field.charAt(nameEnd) == ']' ? -1 : 0;
            nameEnd++;
        }
        String specification = "";
        char conversion = 0;
        int at = nameEnd;
        if (at < field.length() && field.charAt(at) == '!') {
            if (at + 1 >= field.length()) {
                throw TemplateException.runtime("end of string while looking for conversion specifier");
            }
            conversion = field.charAt(at + 1);
            at += 2;
        }
        if (at < field.length()) {
            if (field.charAt(at) != ':') {
                throw TemplateException.runtime("expected ':' after conversion specifier");
            }
            specification = field.substring(at + 1);
        }
        Object value = value(field.substring(0, nameEnd));
        value = switch (conversion) {
            case 0 -> value;
            case 's' -> PyText.str(value);
            case 'r', 'a' -> PyText.repr(value);
            default -> throw TemplateException.runtime("Unknown conversion specifier '" + conversion + "'");
        };
        return FormatSpec.format(value, expand(specification, depth + 1), evaluator.meter);
    }

    private Object value(String name) {
        int end = 0;
        while (end < name.length() && name.charAt(end) != '.' && name.charAt(end) != '[') {
            end++;
        }
        Object value = root(name.substring(0, end));
        while (end < name.length()) {
            if (name.charAt(end) == '[') {
                int close = name.indexOf(']', end);
                if (close < 0) {
                    throw TemplateException.runtime("Missing ']' in format string");
                }
                String key = name.substring(end + 1, close);
                value = Members.item(value, number(key) ? (Object) Long.valueOf(key) : key, evaluator);
                end = close + 1;
            } else {
                int stop = end + 1;
                while (stop < name.length() && name.charAt(stop) != '.' && name.charAt(stop) != '[') {
                    stop++;
                }
                value = Members.attribute(value, name.substring(end + 1, stop), evaluator);
                end = stop;
            }
        }
        return value;
    }

    private Object root(String name) {
        if (name.isEmpty() || number(name)) {
            int index = name.isEmpty() ? next++ : Integer.parseInt(name);
            if (index >= positional.size()) {
                throw TemplateException
                        .runtime("Replacement index " + index + " out of range for positional args tuple");
            }
            return positional.get(index);
        }
        if (!named.containsKey(name)) {
            throw TemplateException.runtime(PyText.repr(name));
        }
        return named.get(name);
    }

    private static boolean number(String text) {
        return !text.isEmpty() && text.length() < 9 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
