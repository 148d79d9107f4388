package dev.tegula.text.template;

import dev.tegula.text.template.Values.Markup;
import dev.tegula.text.template.Values.Tuple;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Values as JSON, laid out as Python's {@code json.dumps} does. */
final class JsonText {
    private final StringBuilder out = new StringBuilder();
    private final boolean ascii;
    /** One level's indentation, or null for everything on one line. */
    private final String indent;
    private final String itemSeparator;
    private final String keySeparator;
    private final boolean sorted;
    private final Meter meter;

    private JsonText(boolean ascii, String indent, String itemSeparator, String keySeparator, boolean sorted,
            Meter meter) {
        this.ascii = ascii;
        this.indent = indent;
        this.itemSeparator = itemSeparator;
        this.keySeparator = keySeparator;
        this.sorted = sorted;
        this.meter = meter;
    }

    /** The filter {@code tojson(ensure_ascii=False, indent=None, separators=None, sort_keys=False)}. */
    static String filter(Object value, Args args, Meter meter) {
        Object[] given = args.bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
        String indent = null;
        if (Args.present(given[1]) && given[1] != null) {
            indent = given[1] instanceof String text
                    ? text
                    : StringOps.repeat(" ", Args.integer(given[1], "indent"), meter);
        }
        String item = indent == null ? ", " : ",";
        String key = ": ";
        if (Args.present(given[2]) && given[2] != null) {
            List<Object> pair = Py.list(given[2], meter);
            if (pair.size() != 2) {
                throw TemplateException.runtime("separators must be two strings");
            }
            item = PyText.str(pair.get(0));
            key = PyText.str(pair.get(1));
        }
        JsonText writer = new JsonText(Args.present(given[0]) && Py.truth(given[0]), indent, item, key,
                Args.present(given[3]) && Py.truth(given[3]), meter);
        writer.write(value, 0);
        meter.text(writer.out.length());
        return writer.out.toString();
    }

    private void write(Object value, int level) {
        meter.enter();
        switch (value) {
            case null -> out.append("null");
            case String text -> string(text);
            case Markup markup -> string(markup.text());
            case Boolean flag -> out.append(flag.booleanValue());
            case Long number -> out.append(number.longValue());
            case BigInteger number -> out.append(PyText.digits(number));
            case Double number -> out.append(real(number));
            case List<?> list -> list(list, level);
            case Tuple tuple -> list(tuple.items(), level);
            case Map<?, ?> map -> map(map, level);
            default -> throw TemplateException
                    .runtime("Object of type " + Py.typeName(value) + " is not JSON serializable");
        }
        meter.output(out.length());
        meter.leave();
    }

    private static String real(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        return Double.isInfinite(value) ? value > 0 ? "Infinity" : "-Infinity" : PyText.real(value);
    }

    private void list(List<?> items, int level) {
        if (items.isEmpty()) {
            out.append("[]");
            return;
        }
        out.append('[');
        for (int i = 0; i < items.size(); i++) {
            out.append(i == 0 ? "" : itemSeparator);
            newline(level + 1);
            write(items.get(i), level + 1);
        }
        newline(level);
        out.append(']');
    }

    private void map(Map<?, ?> map, int level) {
        if (map.isEmpty()) {
            out.append("{}");
            return;
        }
        List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
        if (sorted) {
            entries.sort((a, b) -> Py.compare(a.getKey(), b.getKey(), "<", meter));
        }
        out.append('{');
        boolean first = true;
        for (Map.Entry<?, ?> entry : entries) {
            out.append(first ? "" : itemSeparator);
            first = false;
            newline(level + 1);
            string(key(entry.getKey()));
            out.append(keySeparator);
            write(entry.getValue(), level + 1);
        }
        newline(level);
        out.append('}');
    }

    private static String key(Object key) {
        return switch (key) {
            case null -> "null";
            case String text -> text;
            case Markup markup -> markup.text();
            case Boolean flag -> flag ? "true" : "false";
            case Double number -> real(number);
            case Long number -> number.toString();
            case BigInteger number -> PyText.digits(number);
            default -> throw TemplateException
                    .runtime("keys must be str, int, float, bool or None, not " + Py.typeName(key));
        };
    }

    private void newline(int level) {
        if (indent != null) {
            meter.output((long) out.length() + (long) indent.length() * level);
            out.append('\n').append(indent.repeat(level));
        }
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\f' -> out.append("\\f");
                case '\b' -> out.append("\\b");
                default -> {
                    if (c < 0x20 || ascii && c > 0x7e) {
                        out.append(c == 0x7f ? "\u007f" : "\\u" + PyText.hex(c, 4));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
