package dev.tegula.text.template;

import dev.tegula.text.template.Values.Function;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The methods of dicts, lists and tuples that change nothing. */
final class CollectionMethods {
    private static final String TYPE = "builtin_function_or_method";

    private CollectionMethods() {}

    @SuppressWarnings("unchecked")
    static Object ofDict(Map<?, ?> source, String name, Evaluator evaluator) {
        Map<Object, Object> map = (Map<Object, Object>) source;
        return switch (name) {
            case "items", "keys", "values" -> new Function(name, TYPE, args -> {
                args.bind(name, 0);
                return new Values.View("dict_" + name, map);
            });
            case "get" -> new Function(name, TYPE, args -> {
                Object[] given = args.bind("get", 1, "key", "default");
                if (given[0] instanceof Undefined) {
                    return Args.or(given[1], null);
                }
                return Dicts.contains(map, given[0]) ? Dicts.get(map, given[0]) : Args.or(given[1], null);
            });
            case "copy" -> new Function(name, TYPE, args -> {
                evaluator.meter.items(2L * map.size());
                return new LinkedHashMap<>(map);
            });
            case "fromkeys" -> new Function(name, TYPE, args -> {
                Object[] given = args.bind("fromkeys", 1, "iterable", "value");
                Map<Object, Object> made = Values.dict();
                Py.list(given[0], evaluator.meter).forEach(key -> Dicts.put(made, key, Args.or(given[1], null)));
                return made;
            });
            default -> Members.MISSING;
        };
    }

    static Object ofSequence(Object owner, List<?> items, String name, Evaluator evaluator) {
        return switch (name) {
            case "count" -> new Function(name, TYPE, args -> {
                Object wanted = args.bind("count", 1, "value")[0];
                long count = 0;
                for (Object item : items) {
                    evaluator.meter.step();
                    count += item == wanted || Py.equal(item, wanted, evaluator.meter) ? 1 : 0;
                }
                return count;
            });
            case "index" -> new Function(name, TYPE, args -> index(owner, items, args, evaluator.meter));
            case "copy" -> owner instanceof List<?> ? new Function(name, TYPE, args -> {
                evaluator.meter.items(items.size());
                return new ArrayList<Object>(items);
            }) : Members.MISSING;
            default -> Members.MISSING;
        };
    }

    private static long index(Object owner, List<?> items, Args args, Meter meter) {
        Object[] given = args.bind("index", 1, "value", "start", "stop");
        int size = items.size();
        int start = Args.integer(given[1], "start", 0);
        int stop = Args.integer(given[2], "stop", size);
        int from = start < 0 ? Math.max(0, start + size) : start;
        int to = Math.min(size, stop < 0 ? stop + size : stop);
        for (int i = from; i < to; i++) {
            meter.step();
            if (items.get(i) == given[0] || Py.equal(items.get(i), given[0], meter)) {
                return i;
            }
        }
        throw TemplateException.runtime(owner instanceof List<?>
                ? PyText.repr(given[0]) + " is not in list"
                : "tuple.index(x): x not in tuple");
    }

    static Object ofCycler(Values.Cycler cycler, String name) {
        return switch (name) {
            case "current" -> cycler.items.get(cycler.position);
            case "items" -> new Values.Tuple(cycler.items);
            case "pos" -> (long) cycler.position;
            case "next" -> new Function(name, "method", args -> {
                Object current = cycler.items.get(cycler.position);
                cycler.position = (cycler.position + 1) % cycler.items.size();
                return current;
            });
            case "reset" -> new Function(name, "method", args -> {
                cycler.position = 0;
                return null;
            });
            default -> Members.MISSING;
        };
    }
}
