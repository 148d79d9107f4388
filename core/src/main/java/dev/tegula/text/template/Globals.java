package dev.tegula.text.template;

import dev.tegula.text.template.Values.Function;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The functions that every template has. */
final class Globals {
    /** The sandbox's limit for the length of a range. */
    private static final long MAX_RANGE = 100_000;

    private Globals() {}

    static Map<String, Object> of(TemplateOptions options, Meter meter) {
        Map<String, Object> globals = new HashMap<>();
        globals.put("range", new Function("range", "type", Globals::range));
        globals.put("dict", new Function("dict", "type", args -> dict(args, meter)));
        globals.put("namespace", new Function("namespace", "type", args -> namespace(args, meter)));
        globals.put("cycler", new Function("cycler", "type", args -> {
            if (args.positional().isEmpty()) {
                throw TemplateException.runtime("at least one item has to be provided");
            }
            return new Values.Cycler(args.positional());
        }));
        globals.put("joiner", new Function("joiner", "type", args -> joiner(Args.or(args.bind("joiner", 0, "sep")[0],
                ", "))));
        globals.put("raise_exception", new Function("raise_exception", args -> {
            String message = PyText.str(args.bind("raise_exception", 1, "message")[0]);
            throw new TemplateException(TemplateException.Kind.RAISED, message, 0);
        }));
        globals.put("strftime_now", new Function("strftime_now", args -> Strftime.format(
                Args.text(args.bind("strftime_now", 1, "format")[0], "format"), LocalDateTime.now(options.clock()),
                meter)));
        return globals;
    }

    private static Object range(Args args) {
        List<Object> given = args.positional();
        if (given.isEmpty() || given.size() > 3 || !args.named().isEmpty()) {
            throw TemplateException.runtime("range expected 1 to 3 arguments, got " + given.size());
        }
        long[] numbers = new long[given.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Args.integer(given.get(i), "range");
        }
        long start = numbers.length == 1 ? 0 : numbers[0];
        long stop = numbers.length == 1 ? numbers[0] : numbers[1];
        long step = numbers.length == 3 ? numbers[2] : 1;
        if (step == 0) {
            throw TemplateException.runtime("range() arg 3 must not be zero");
        }
        Values.Range range = new Values.Range(start, stop, step);
        if (range.length() > MAX_RANGE) {
            throw TemplateException.limit(
                    "Range too big. The sandbox blocks ranges larger than MAX_RANGE (" + MAX_RANGE + ").");
        }
        return range;
    }

    private static Map<Object, Object> dict(Args args, Meter meter) {
        if (args.positional().size() > 1) {
            throw TemplateException.runtime("dict expected at most 1 argument, got " + args.positional().size());
        }
        Map<Object, Object> made = Values.dict();
        if (!args.positional().isEmpty()) {
            Object source = args.positional().get(0);
            if (source instanceof Map<?, ?> map) {
                made.putAll(map);
            } else {
                for (Object pair : Py.list(source, meter)) {
                    List<Object> items = Py.list(pair, meter);
                    if (items.size() != 2) {
                        throw TemplateException.runtime("dictionary update sequence element has length " + items.size()
                                + "; 2 is required");
                    }
                    Dicts.put(made, items.get(0), items.get(1));
                }
            }
        }
        made.putAll(args.named());
        meter.items(2L * made.size());
        return made;
    }

    private static Object namespace(Args args, Meter meter) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        dict(args, meter).forEach((name, value) -> attributes.put(PyText.str(name), value));
        return new Values.Namespace(attributes);
    }

    /** A function that gives nothing when first called and the separator ever after. */
    private static Function joiner(Object separator) {
        boolean[] used = new boolean[1];
        return new Function("joiner", "Joiner", args -> {
            Object text = used[0] ? separator : "";
            used[0] = true;
            return text;
        });
    }
}
