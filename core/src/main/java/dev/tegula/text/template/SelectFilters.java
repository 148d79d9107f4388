package dev.tegula.text.template;

import dev.tegula.text.template.Values.Lazy;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/** Filters that pass items one by one, when they are asked for. */
final class SelectFilters {
    private SelectFilters() {}

    static void addTo(Map<String, Filters.Filter> filters) {
        filters.put("map", SelectFilters::map);
        filters.put("select", (value, args, in) -> select(value, args, in, true, false));
        filters.put("reject", (value, args, in) -> select(value, args, in, false, false));
        filters.put("selectattr", (value, args, in) -> select(value, args, in, true, true));
        filters.put("rejectattr", (value, args, in) -> select(value, args, in, false, true));
        filters.put("unique", SelectFilters::unique);
    }

    private static Object map(Object value, Args args, Evaluator in) {
        return lazily(value, in, () -> {
            if (args.positional().isEmpty() && args.named().containsKey("attribute")) {
                Map<String, Object> named = new LinkedHashMap<>(args.named());
                Object attribute = named.remove("attribute");
                Object otherwise = named.remove("default");
                if (!named.isEmpty()) {
                    throw TemplateException.runtime(
                            "Unexpected keyword argument " + PyText.repr(named.keySet().iterator().next()));
                }
                return Filters.getter(attribute, otherwise, false, in);
            }
            if (args.positional().isEmpty()) {
                throw TemplateException.runtime("map requires a filter argument");
            }
            String name = name(args.positional().get(0), "filter");
            Args rest = rest(args, 1);
            return item -> in.filter(name, item, rest);
        }, null);
    }

    private static String name(Object value, String kind) {
        if (value instanceof Undefined undefined) {
            throw TemplateException.runtime("No " + kind + " named Undefined. (" + undefined.fault().detail()
                    + "; did you forget to quote the callable name?)");
        }
        return PyText.str(value);
    }

    private static Args rest(Args args, int from) {
        List<Object> positional = args.positional();
        return new Args(positional.subList(Math.min(from, positional.size()), positional.size()), args.named());
    }

    private static Object select(Object value, Args args, Evaluator in, boolean keep, boolean byAttribute) {
        return lazily(value, in, Function::identity, () -> {
            int offset = byAttribute ? 1 : 0;
            if (args.positional().size() < offset) {
                throw TemplateException.runtime("Missing parameter for attribute name");
            }
            Function<Object, Object> getter = byAttribute
                    ? Filters.getter(args.positional().get(0), null, false, in)
                    : Function.identity();
            if (args.positional().size() == offset) {
                return item -> Py.truth(getter.apply(item)) == keep;
            }
            String name = name(args.positional().get(offset), "test");
            Args rest = rest(args, offset + 1);
            return item -> in.test(name, getter.apply(item), rest) == keep;
        });
    }

    private static Object unique(Object value, Args args, Evaluator in) {
        Object[] given = args.bind("unique", 0, "case_sensitive", "attribute");
        Function<Object, Object> getter = Filters.getter(Args.or(given[1], null), null,
                !Args.flag(given[0], false), in);
        Map<Object, Object> seen = Values.dict();
        List<Object> undefined = new ArrayList<>();
        Py.iterate(value, in.meter);
        return lazily(value, in, Function::identity, () -> item -> {
            Object key = getter.apply(item);
            if (key instanceof Undefined) {
                return undefined.isEmpty() && undefined.add(key);
            }
            if (Dicts.contains(seen, key)) {
                return false;
            }
            in.meter.items(1);
            Dicts.put(seen, key, key);
            return true;
        });
    }

    /** Prepares what is done with each item; only when the first is asked for, so that nothing fails before. */
    private interface Preparation<T> {
        T prepare();
    }

    private static Lazy lazily(Object value, Evaluator in, Preparation<Function<Object, Object>> change,
            Preparation<Predicate<Object>> keep) {
        return new Lazy("generator", new Values.Generator() {
            private Iterator<Object> items;
            private Function<Object, Object> changed;
            private Predicate<Object> kept;

            @Override
            Object produce() {
                if (items == null) {
                    // As in Jinja, an empty value is not even looked at: its filter or test may be unknown.
                    boolean empty = !Py.truth(value);
                    items = empty ? List.of().iterator() : Py.iterate(value, in.meter);
                    changed = empty ? null : change.prepare();
                    kept = empty || keep == null ? item -> true : keep.prepare();
                }
                while (items.hasNext()) {
                    in.meter.step();
                    Object item = items.next();
                    if (kept.test(item)) {
                        return changed.apply(item);
                    }
                }
                return END;
            }
        });
    }
}
