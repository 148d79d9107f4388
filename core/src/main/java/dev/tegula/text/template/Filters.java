package dev.tegula.text.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The built-in filters by name, and how they read attributes. */
final class Filters {
    /** A filter. */
    interface Filter {
        Object apply(Object value, Args args, Evaluator evaluator);
    }

    private static final Map<String, Filter> FILTERS = new HashMap<>();

    static {
        TextFilters.addTo(FILTERS);
        ValueFilters.addTo(FILTERS);
        SequenceFilters.addTo(FILTERS);
        SelectFilters.addTo(FILTERS);
    }

    private Filters() {}

    /** Adds a filter without arguments. */
    static void simple(Map<String, Filter> filters, String name, Filter filter) {
        filters.put(name, (value, args, in) -> {
            args.bind(name, 0);
            return filter.apply(value, args, in);
        });
    }

    static boolean exists(String name) {
        return FILTERS.containsKey(name);
    }

    static Filter find(String name) {
        return FILTERS.get(name);
    }

    /** Reads an attribute path such as {@code a.b.0}; null reads the item itself. */
    static Function<Object, Object> getter(Object attribute, Object otherwise, boolean ignoreCase,
            Evaluator evaluator) {
        List<Object> parts = parts(attribute);
        return item -> {
            Object value = item;
            for (Object part : parts) {
                value = Members.item(value, part, evaluator);
                if (otherwise != null && value instanceof Undefined) {
                    value = otherwise;
                }
            }
            return ignoreCase ? ignoreCase(value) : value;
        };
    }

    static Object ignoreCase(Object value) {
        String text = Py.stringOrNull(value);
        return text == null ? value : TextCase.lower(text);
    }

    private static List<Object> parts(Object attribute) {
        if (attribute == null) {
            return List.of();
        }
        if (!(attribute instanceof String path)) {
            return List.of(attribute);
        }
        List<Object> parts = new ArrayList<>();
        for (String part : path.split("\\.", -1)) {
            boolean number = !part.isEmpty() && part.length() < 10 && part.chars().allMatch(c -> c >= '0' && c <= '9');
            parts.add(number ? (Object) Long.valueOf(part) : part);
        }
        return parts;
    }
}
