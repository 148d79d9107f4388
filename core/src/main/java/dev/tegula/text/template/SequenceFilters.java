package dev.tegula.text.template;

import dev.tegula.text.template.Values.Lazy;
import dev.tegula.text.template.Values.Range;
import dev.tegula.text.template.Values.Tuple;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Filters of sequences that keep, order or cut all items. */
final class SequenceFilters {
    private SequenceFilters() {}

    static void addTo(Map<String, Filters.Filter> filters) {
        Filters.simple(filters, "length", (value, args, in) -> Py.length(value));
        filters.put("count", filters.get("length"));
        Filters.simple(filters, "list", (value, args, in) -> Py.list(value, in.meter));
        Filters.simple(filters, "first", (value, args, in) -> {
            Iterator<Object> items = Py.iterate(value, in.meter);
            return items.hasNext() ? items.next() : Undefined.because("No first item, sequence was empty.");
        });
        Filters.simple(filters, "last", (value, args, in) -> {
            List<Object> items = reversible(value, in);
            return items.isEmpty() ? Undefined.because("No last item, sequence was empty.") : items.getLast();
        });
        filters.put("join", SequenceFilters::join);
        filters.put("reverse", SequenceFilters::reverse);
        filters.put("sort", SequenceFilters::sort);
        filters.put("dictsort", SequenceFilters::dictsort);
        filters.put("groupby", SequenceFilters::groupby);
        filters.put("sum", SequenceFilters::sum);
        filters.put("batch", SequenceFilters::batch);
        filters.put("slice", SequenceFilters::slice);
        Filters.simple(filters, "items", (value, args, in) -> {
            if (!(value instanceof Undefined) && !(value instanceof Map<?, ?>)) {
                throw TemplateException.runtime("Can only get item pairs from a mapping.");
            }
            return new Lazy("generator", value instanceof Undefined
                    ? List.of().iterator()
                    : Py.viewItems(new Values.View("dict_items", dict(value))).iterator());
        });
        filters.put("min", (value, args, in) -> extreme(value, args, in, "min", -1));
        filters.put("max", (value, args, in) -> extreme(value, args, in, "max", 1));
    }

    @SuppressWarnings("unchecked")
    private static Map<Object, Object> dict(Object value) {
        return (Map<Object, Object>) value;
    }

    private static List<Object> reversible(Object value, Evaluator in) {
        if (value instanceof Lazy) {
            throw TemplateException.runtime("'" + Py.typeName(value) + "' object is not reversible");
        }
        return Py.list(value, in.meter);
    }

    private static Object join(Object value, Args args, Evaluator in) {
        Object[] given = args.bind("join", 0, "d", "attribute");
        String separator = in.text(Args.or(given[0], ""));
        Object attribute = Args.or(given[1], null);
        Function<Object, Object> getter = Filters.getter(attribute, null, false, in);
        Iterator<Object> items = Py.iterate(value, in.meter);
        StringBuilder out = new StringBuilder();
        boolean first = true;
        while (items.hasNext()) {
            in.meter.step();
            String text = in.text(getter.apply(items.next()));
            in.meter.output((long) out.length() + separator.length() + text.length());
            out.append(first ? "" : separator).append(text);
            first = false;
        }
        in.meter.text(out.length());
        return out.toString();
    }

    private static Object reverse(Object value, Args args, Evaluator in) {
        String text = Py.stringOrNull(value);
        if (text != null) {
            return Slices.slice(value, null, null, -1L, in.meter);
        }
        if (value instanceof Lazy || value instanceof Undefined) {
            return Py.list(value, in.meter).reversed();
        }
        String type = value instanceof List<?>
                ? "list_reverseiterator"
                : value instanceof Range ? "range_iterator" : "reversed";
        return new Lazy(type, Py.list(value, in.meter).reversed().iterator());
    }

    /** Sorts stably by keys; one sort is charged for all its comparisons by the comparisons themselves. */
    private static List<Object> sorted(List<Object> items, Function<Object, Object> key, boolean reverse,
            Evaluator in) {
        record Keyed(Object key, Object item) {}
        List<Keyed> keyed = new ArrayList<>(items.size());
        items.forEach(item -> keyed.add(new Keyed(key.apply(item), item)));
        Comparator<Keyed> order = (a, b) -> {
            in.meter.step();
            return Py.compare(a.key(), b.key(), "<", in.meter);
        };
        keyed.sort(reverse ? order.reversed() : order);
        List<Object> out = new ArrayList<>(items.size());
        keyed.forEach(entry -> out.add(entry.item()));
        return out;
    }

    private static Object sort(Object value, Args args, Evaluator in) {
        Object[] given = args.bind("sort", 0, "reverse", "case_sensitive", "attribute");
        boolean ignoreCase = !Args.flag(given[1], false);
        Object attribute = Args.or(given[2], null);
        List<Function<Object, Object>> getters = new ArrayList<>();
        if (attribute instanceof String paths) {
            for (String path : paths.split(",", -1)) {
                getters.add(Filters.getter(path, null, ignoreCase, in));
            }
        } else {
            getters.add(Filters.getter(attribute, null, ignoreCase, in));
        }
        return sorted(Py.list(value, in.meter), item -> {
            List<Object> keys = new ArrayList<>();
            getters.forEach(getter -> keys.add(getter.apply(item)));
            return keys;
        }, Args.flag(given[0], false), in);
    }

    private static Object dictsort(Object value, Args args, Evaluator in) {
        Object[] given = args.bind("dictsort", 0, "case_sensitive", "by", "reverse");
        String by = Args.present(given[1]) ? Args.text(given[1], "by") : "key";
        if (!by.equals("key") && !by.equals("value")) {
            throw TemplateException.runtime("You can only sort by either \"key\" or \"value\"");
        }
        if (!(value instanceof Map<?, ?>)) {
            throw value instanceof Undefined undefined
                    ? undefined.fault()
                    : TemplateException.runtime("'" + Py.typeName(value) + "' object has no attribute 'items'");
        }
        int at = by.equals("key") ? 0 : 1;
        boolean ignoreCase = !Args.flag(given[0], false);
        in.meter.items(((Map<?, ?>) value).size());
        return sorted(Py.viewItems(new Values.View("dict_items", dict(value))), item -> {
            Object key = ((Tuple) item).items().get(at);
            return ignoreCase ? Filters.ignoreCase(key) : key;
        }, Args.flag(given[2], false), in);
    }

    private static Object groupby(Object value, Args args, Evaluator in) {
        Object[] given = args.bind("groupby", 1, "attribute", "default", "case_sensitive");
        Object otherwise = Args.or(given[1], null);
        boolean ignoreCase = !Args.flag(given[2], false);
        Function<Object, Object> key = Filters.getter(given[0], otherwise, ignoreCase, in);
        Function<Object, Object> shown = Filters.getter(given[0], otherwise, false, in);
        List<Object> groups = new ArrayList<>();
        List<Object> group = null;
        Object groupKey = null;
        for (Object item : sorted(Py.list(value, in.meter), key, false, in)) {
            Object next = key.apply(item);
            if (group == null || !Py.equal(next, groupKey, in.meter)) {
                group = new ArrayList<>();
                groupKey = next;
                groups.add(new Tuple(java.util.Arrays.asList(shown.apply(item), group), List.of("grouper", "list")));
            }
            group.add(item);
        }
        return groups;
    }

    private static Object sum(Object value, Args args, Evaluator in) {
        Object[] given = args.bind("sum", 0, "attribute", "start");
        Function<Object, Object> getter = Filters.getter(Args.or(given[0], null), null, false, in);
        Object total = Args.or(given[1], 0L);
        if (Py.stringOrNull(total) != null) {
            throw TemplateException.runtime("sum() can't sum strings [use ''.join(seq) instead]");
        }
        Iterator<Object> items = Py.iterate(value, in.meter);
        while (items.hasNext()) {
            in.meter.step();
            total = Operators.binary("+", total, getter.apply(items.next()), in);
        }
        return total;
    }

    private static Object extreme(Object value, Args args, Evaluator in, String name, int sign) {
        Object[] given = args.bind(name, 0, "case_sensitive", "attribute");
        Function<Object, Object> key = Filters.getter(Args.or(given[1], null), null, !Args.flag(given[0], false), in);
        Iterator<Object> items = Py.iterate(value, in.meter);
        if (!items.hasNext()) {
            return Undefined.because("No aggregated item, sequence was empty.");
        }
        Object best = items.next();
        Object bestKey = key.apply(best);
        while (items.hasNext()) {
            in.meter.step();
            Object item = items.next();
            Object itemKey = key.apply(item);
            if (sign * Py.compare(itemKey, bestKey, sign > 0 ? ">" : "<", in.meter) > 0) {
                best = item;
                bestKey = itemKey;
            }
        }
        return best;
    }

    private static Object batch(Object value, Args args, Evaluator in) {
        Object[] given = args.bind("batch", 1, "linecount", "fill_with");
        int size = Args.integer(given[0], "linecount");
        Object fill = Args.or(given[1], null);
        List<Object> batches = new ArrayList<>();
        List<Object> current = new ArrayList<>();
        for (Object item : Py.list(value, in.meter)) {
            if (current.size() == size) {
                batches.add(current);
                current = new ArrayList<>();
            }
            current.add(item);
        }
        if (!current.isEmpty()) {
            if (fill != null) {
                in.meter.items(Math.max(0, (long) size - current.size()));
                while (current.size() < size) {
                    current.add(fill);
                }
            }
            batches.add(current);
        }
        return new Lazy("generator", batches.iterator());
    }

    private static Object slice(Object value, Args args, Evaluator in) {
        Object[] given = args.bind("slice", 1, "slices", "fill_with");
        List<Object> items = Py.list(value, in.meter);
        int count = Args.integer(given[0], "slices");
        Object fill = Args.or(given[1], null);
        if (count == 0) {
            throw TemplateException.runtime("integer division or modulo by zero");
        }
        in.meter.items(Math.max(0, count));
        int each = Math.floorDiv(items.size(), count);
        int extra = Math.floorMod(items.size(), count);
        List<Object> slices = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < count; i++) {
            int to = from + each + (i < extra ? 1 : 0);
            List<Object> part = new ArrayList<>(items.subList(from, to));
            if (fill != null && i >= extra) {
                part.add(fill);
            }
            slices.add(part);
            from = to;
        }
        return new Lazy("generator", slices.iterator());
    }
}
