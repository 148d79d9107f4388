package dev.tegula.text.template;

import dev.tegula.text.template.Values.Markup;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The arguments of one call: by position and by name. */
record Args(List<Object> positional, Map<String, Object> named) {
    static final Args NONE = new Args(List.of(), Map.of());
    /** Stands for an argument that was not given. */
    private static final Object ABSENT = new Object();

    static Args of(Object... positional) {
        return new Args(Arrays.asList(positional), Map.of());
    }

    /** The arguments in the order of {@code names}; the first {@code required} must be given. */
    Object[] bind(String function, int required, String... names) {
        if (positional.size() > names.length) {
            throw TemplateException.runtime(function + "() takes at most " + names.length + " arguments ("
                    + positional.size() + " given)");
        }
        Object[] bound = new Object[names.length];
        Arrays.fill(bound, ABSENT);
        for (int i = 0; i < positional.size(); i++) {
            bound[i] = positional.get(i);
        }
        for (Map.Entry<String, Object> entry : named.entrySet()) {
            int at = Arrays.asList(names).indexOf(entry.getKey());
            if (at < 0) {
                throw TemplateException
                        .runtime(function + "() got an unexpected keyword argument '" + entry.getKey() + "'");
            }
            if (bound[at] != ABSENT) {
                throw TemplateException.runtime(function + "() got multiple values for argument '" + names[at] + "'");
            }
            bound[at] = entry.getValue();
        }
        for (int i = 0; i < required; i++) {
            if (bound[i] == ABSENT) {
                throw TemplateException.runtime(function + "() missing required argument '" + names[i] + "'");
            }
        }
        return bound;
    }

    static boolean present(Object bound) {
        return bound != ABSENT;
    }

    /** An argument, or {@code otherwise} where it was not given. */
    static Object or(Object bound, Object otherwise) {
        return bound == ABSENT ? otherwise : bound;
    }

    /** An integer argument, cut to the int range. */
    static int integer(Object bound, String name) {
        if (bound instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (!Numbers.isInteger(bound)) {
            throw TemplateException.runtime("'" + Py.typeName(bound) + "' object cannot be interpreted as an integer"
                    + " (" + name + ")");
        }
        return Numbers.clamp(bound);
    }

    static int integer(Object bound, String name, int otherwise) {
        return bound == ABSENT ? otherwise : integer(bound, name);
    }

    static boolean flag(Object bound, boolean otherwise) {
        return bound == ABSENT ? otherwise : Py.truth(bound);
    }

    /** A string argument. */
    static String text(Object bound, String name) {
        return switch (bound) {
            case String text -> text;
            case Markup markup -> markup.text();
            case Undefined undefined -> throw undefined.fault();
            case null, default -> throw TemplateException
                    .runtime("argument " + name + " must be str, not " + Py.typeName(bound));
        };
    }
}
