package dev.tegula.text.template;

import dev.tegula.text.template.Values.Lazy;
import dev.tegula.text.template.Values.Markup;
import dev.tegula.text.template.Values.Range;
import dev.tegula.text.template.Values.Tuple;
import dev.tegula.text.template.Values.View;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** What Python does with any value: truth, length, iteration, equality, order, membership. */
final class Py {
    private Py() {}

    /** The name of a value's type as Python's messages give it. */
    static String typeName(Object value) {
        return switch (value) {
            case null -> "NoneType";
            case String text -> "str";
            case Markup markup -> "Markup";
            case Boolean flag -> "bool";
            case Long number -> "int";
            case BigInteger number -> "int";
            case Double number -> "float";
            case List<?> list -> "list";
            case Tuple tuple -> tuple.names().isEmpty() ? "tuple" : "_GroupTuple";
            case Map<?, ?> map -> "dict";
            case Range range -> "range";
            case View view -> view.kind();
            case Lazy lazy -> lazy.type;
            case Undefined undefined -> "Undefined";
            case Values.Namespace namespace -> "Namespace";
            case Values.Cycler cycler -> "Cycler";
            case Values.Macro macro -> "Macro";
            case Values.Function function -> function.type();
            case LoopContext loop -> "LoopContext";
            default -> "object";
        };
    }

    static boolean truth(Object value) {
        return switch (value) {
            case null -> false;
            case Boolean flag -> flag;
            case String text -> !text.isEmpty();
            case Markup markup -> !markup.text().isEmpty();
            case Long number -> number != 0;
            case Double number -> number != 0;
            case BigInteger number -> number.signum() != 0;
            case Undefined undefined -> false;
            default -> {
                long length = lengthOrMinusOne(value);
                yield length != 0;
            }
        };
    }

    /** A value's length, or -1 where it has none. */
    static long lengthOrMinusOne(Object value) {
        return switch (value) {
            case null -> -1;
            case String text -> StringOps.length(text);
            case Markup markup -> StringOps.length(markup.text());
            case List<?> list -> list.size();
            case Tuple tuple -> tuple.items().size();
            case Map<?, ?> map -> map.size();
            case Range range -> range.length();
            case View view -> view.map().size();
            case Undefined undefined -> 0;
            case LoopContext loop -> loop.length();
            default -> -1;
        };
    }

    static long length(Object value) {
        long length = lengthOrMinusOne(value);
        if (length < 0) {
            throw TemplateException.runtime("object of type '" + typeName(value) + "' has no len()");
        }
        return length;
    }

    /** An iterator over a value, or null where it cannot be iterated. */
    @SuppressWarnings("unchecked")
    static Iterator<Object> iterateOrNull(Object value, Meter meter) {
        return switch (value) {
            case null -> null;
            case String text -> StringOps.characters(text, meter).iterator();
            case Markup markup -> StringOps.characters(markup.text(), meter).iterator();
            case List<?> list -> (Iterator<Object>) list.iterator();
            case Tuple tuple -> tuple.items().iterator();
            case Map<?, ?> map -> (Iterator<Object>) map.keySet().iterator();
            case Range range -> new Values.Generator() {
                private long next;

                @Override
                Object produce() {
                    return next < range.length() ? (Object) range.at(next++) : END;
                }
            };
            case View view -> viewItems(view).iterator();
            case Lazy lazy -> lazy;
            case Undefined undefined -> List.of().iterator();
            default -> null;
        };
    }

    static Iterator<Object> iterate(Object value, Meter meter) {
        Iterator<Object> iterator = iterateOrNull(value, meter);
        if (iterator == null) {
            throw TemplateException.runtime("'" + typeName(value) + "' object is not iterable");
        }
        return iterator;
    }

    /** The items that a view of a dict shows. */
    static List<Object> viewItems(View view) {
        return switch (view.kind()) {
            case "dict_keys" -> new ArrayList<>(view.map().keySet());
            case "dict_values" -> new ArrayList<>(view.map().values());
            default -> {
                List<Object> items = new ArrayList<>(view.map().size());
                view.map().forEach((key, value) -> items.add(Tuple.of(key, value)));
                yield items;
            }
        };
    }

    /** {@code list(value)}: a new list of what iterating gives. */
    static List<Object> list(Object value, Meter meter) {
        Iterator<Object> iterator = iterate(value, meter);
        List<Object> out = new ArrayList<>();
        while (iterator.hasNext()) {
            meter.step();
            out.add(iterator.next());
            meter.items(1);
            meter.output(out.size());
        }
        return out;
    }

    /** The items of a list or tuple, else null. */
    @SuppressWarnings("unchecked")
    static List<Object> items(Object value) {
        return value instanceof List<?> list
                ? (List<Object>) list
                : value instanceof Tuple tuple ? tuple.items() : null;
    }

    static boolean equal(Object left, Object right, Meter meter) {
        if (left == right) {
            return !Numbers.isNaN(left);
        }
        if (left == null || right == null) {
            return false;
        }
        if (Numbers.isNumber(left)) {
            return Numbers.isNumber(right) && !Numbers.isNaN(left) && !Numbers.isNaN(right)
                    && Numbers.compare(left, right) == 0;
        }
        return switch (left) {
            case String text -> {
                meter.scan(text.length());
                yield text.equals(right instanceof Markup markup ? markup.text() : right);
            }
            case Markup markup -> equal(markup.text(), right, meter);
            case List<?> list -> right instanceof List<?> other && equalItems(list, other, meter);
            case Tuple tuple -> right instanceof Tuple other && equalItems(tuple.items(), other.items(), meter);
            case Map<?, ?> map -> right instanceof Map<?, ?> other && equalMaps(map, other, meter);
            case Undefined undefined -> right instanceof Undefined;
            case Range range -> right instanceof Range other && range.length() == other.length()
                    && (range.length() == 0 || range.start() == other.start()
                            && (range.length() == 1 || range.step() == other.step()));
            default -> false;
        };
    }

    private static boolean equalItems(List<?> left, List<?> right, Meter meter) {
        if (left.size() != right.size()) {
            return false;
        }
        meter.enter();
        boolean equal = true;
        for (int i = 0; equal && i < left.size(); i++) {
            meter.step();
            equal = equal(left.get(i), right.get(i), meter) || left.get(i) == right.get(i);
        }
        meter.leave();
        return equal;
    }

    private static boolean equalMaps(Map<?, ?> left, Map<?, ?> right, Meter meter) {
        if (left.size() != right.size()) {
            return false;
        }
        meter.enter();
        boolean equal = true;
        for (Map.Entry<?, ?> entry : left.entrySet()) {
            meter.step();
            equal = equal && Dicts.contains(right, entry.getKey())
                    && equal(entry.getValue(), Dicts.get(right, entry.getKey()), meter);
        }
        meter.leave();
        return equal;
    }

    /** The order of two values, for the operator that a message names. */
    static int compare(Object left, Object right, String operator, Meter meter) {
        if (left instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (right instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return Numbers.compare(left, right);
        }
        String a = stringOrNull(left);
        String b = stringOrNull(right);
        if (a != null && b != null) {
            meter.scan(Math.min(a.length(), b.length()));
            return compareText(a, b);
        }
        if (left instanceof List<?> x && right instanceof List<?> y) {
            return compareItems(x, y, operator, meter);
        }
        if (left instanceof Tuple x && right instanceof Tuple y) {
            return compareItems(x.items(), y.items(), operator, meter);
        }
        throw TemplateException.runtime("'" + operator + "' not supported between instances of '" + typeName(left)
                + "' and '" + typeName(right) + "'");
    }

    private static int compareItems(List<?> left, List<?> right, String operator, Meter meter) {
        meter.enter();
        int order = Integer.compare(left.size(), right.size());
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            meter.step();
            if (!equal(left.get(i), right.get(i), meter)) {
                order = compare(left.get(i), right.get(i), operator, meter);
                break;
            }
        }
        meter.leave();
        return order;
    }

    /** Strings in the order of their code points. */
    private static int compareText(String left, String right) {
        int common = Math.min(left.length(), right.length());
        for (int i = 0; i < common; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a != b) {
                boolean wideA = Character.isSurrogate(a);
                boolean wideB = Character.isSurrogate(b);
                return wideA != wideB ? (wideA ? 1 : -1) : Character.compare(a, b);
            }
        }
        return Integer.compare(left.length(), right.length());
    }

    /** A string's or markup's text, else null. */
    static String stringOrNull(Object value) {
        return value instanceof String text ? text : value instanceof Markup markup ? markup.text() : null;
    }

    /** {@code item in container}. */
    static boolean contains(Object container, Object item, Meter meter) {
        String text = stringOrNull(container);
        if (text != null) {
            String part = stringOrNull(item);
            if (part == null) {
                throw TemplateException
                        .runtime("'in <string>' requires string as left operand, not " + typeName(item));
            }
            meter.scan(text.length());
            return text.contains(part);
        }
        if (container instanceof Map<?, ?> map) {
            return Dicts.contains(map, item);
        }
        if (container instanceof View view && view.kind().equals("dict_keys")) {
            return Dicts.contains(view.map(), item);
        }
        if (container instanceof Range range && item instanceof Long number) {
            long offset = number - range.start();
            return offset % range.step() == 0 && offset / range.step() >= 0
                    && offset / range.step() < range.length();
        }
        Iterator<Object> iterator = iterateOrNull(container, meter);
        if (iterator == null) {
            throw TemplateException.runtime("argument of type '" + typeName(container) + "' is not iterable");
        }
        while (iterator.hasNext()) {
            meter.step();
            Object next = iterator.next();
            if (next == item || equal(next, item, meter)) {
                return true;
            }
        }
        return false;
    }
}
