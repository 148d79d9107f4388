package dev.tegula.text.template;

import dev.tegula.text.template.Values.Markup;
import dev.tegula.text.template.Values.Range;
import dev.tegula.text.template.Values.Tuple;
import java.util.ArrayList;
import java.util.List;

/** Indexing and slicing by Python's rules: negative positions count from the end, slices are cut to the sequence. */
final class Slices {
    private Slices() {}

    /** A slice; a bound that was not given is null. */
    static Object slice(Object owner, Object start, Object stop, Object step, Meter meter) {
        if (owner instanceof Undefined undefined) {
            throw undefined.fault();
        }
        boolean sequence = Py.stringOrNull(owner) != null || Py.items(owner) != null || owner instanceof Range;
        if (!sequence) {
            throw TemplateException.runtime("'" + Py.typeName(owner) + "' object is not subscriptable by a slice");
        }
        int by = step == null ? 1 : bound(step);
        if (by == 0) {
            throw TemplateException.runtime("slice step cannot be zero");
        }
        long size = Py.length(owner);
        long from = start == null ? (by > 0 ? 0 : size - 1) : clip(bound(start), size, by);
        long to = stop == null ? (by > 0 ? size : -1) : clip(bound(stop), size, by);
        return switch (owner) {
            case String text -> text(text, (int) from, (int) to, by, meter);
            case Markup markup -> new Markup(text(markup.text(), (int) from, (int) to, by, meter));
            case Tuple tuple -> new Tuple(items(tuple.items(), from, to, by, meter));
            case Range range -> new Range(range.at(from), range.at(to), Math.multiplyExact(range.step(), by));
            default -> items((List<?>) owner, from, to, by, meter);
        };
    }

    private static int bound(Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (!Numbers.isInteger(value)) {
            throw TemplateException
                    .runtime("slice indices must be integers or None or have an __index__ method");
        }
        return Numbers.clamp(value);
    }

    private static long clip(long position, long size, int step) {
        long from = position < 0 ? position + size : position;
        long low = step > 0 ? 0 : -1;
        long high = step > 0 ? size : size - 1;
        return Math.max(low, Math.min(high, from));
    }

    private static String text(String text, int from, int to, int by, Meter meter) {
        meter.text(Math.abs((long) to - from));
        if (by == 1) {
            return StringOps.substring(text, from, to);
        }
        int[] points = text.codePoints().toArray();
        StringBuilder out = new StringBuilder();
        for (long i = from; by > 0 ? i < to : i > to; i += by) {
            out.appendCodePoint(points[(int) i]);
        }
        return out.toString();
    }

    private static List<Object> items(List<?> items, long from, long to, int by, Meter meter) {
        meter.items(Math.abs(to - from));
        List<Object> out = new ArrayList<>();
        for (long i = from; by > 0 ? i < to : i > to; i += by) {
            out.add(items.get((int) i));
        }
        return out;
    }

    /** The item at a position, or {@link Undefined} where there is none. */
    static Object at(Object owner, Object key, Meter meter) {
        long size = Py.length(owner);
        long position = Numbers.clamp(key);
        long index = position < 0 ? position + size : position;
        if (index < 0 || index >= size) {
            return Undefined.member(owner, key);
        }
        String text = Py.stringOrNull(owner);
        if (text != null) {
            meter.scan(text.length());
            String one = StringOps.substring(text, (int) index, (int) index + 1);
            return owner instanceof Markup ? new Markup(one) : one;
        }
        return owner instanceof Range range ? (Object) range.at(index) : Py.items(owner).get((int) index);
    }
}
