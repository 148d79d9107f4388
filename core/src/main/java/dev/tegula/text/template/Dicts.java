package dev.tegula.text.template;

import dev.tegula.text.template.Values.Markup;
import dev.tegula.text.template.Values.Tuple;
import java.math.BigInteger;
import java.util.Map;

/** Dict look-ups by Python's equality of keys: 1, 1.0 and True are one key, a string and its markup as well. */
final class Dicts {
    private Dicts() {}

    /** The key under which {@code key} is stored in the map, or {@code key} itself where it is not there. */
    private static Object stored(Map<?, ?> map, Object key) {
        Object plain = checked(key);
        if (map.containsKey(plain) || !Numbers.isNumber(plain)) {
            return plain;
        }
        if (plain instanceof Double real && real.isNaN()) {
            return plain;
        }
        for (Object candidate : new Object[]{asLong(plain), asReal(plain), Boolean.TRUE, Boolean.FALSE}) {
            if (candidate != null && map.containsKey(candidate) && Numbers.compare(candidate, plain) == 0) {
                return candidate;
            }
        }
        return plain;
    }

    private static Object asLong(Object number) {
        return number instanceof Double real
                ? (real == Math.rint(real) && Math.abs(real) < 0x1p62
                        ? (Object) real
                                .longValue()
                        : null)
                : Numbers.plain(number);
    }

    private static Object asReal(Object number) {
        return number instanceof Double || number instanceof BigInteger ? null : (Object) Numbers.real(number);
    }

    /** A key as it may be stored: a scalar or a flat tuple. */
    static Object checked(Object key) {
        if (key instanceof Markup markup) {
            return markup.text();
        }
        if (key instanceof Tuple tuple) {
            tuple.items().forEach(Dicts::checkScalar);
            return key;
        }
        checkScalar(key);
        return key;
    }

    private static void checkScalar(Object key) {
        if (key != null && !(key instanceof String) && !Numbers.isNumber(key)) {
            throw TemplateException.runtime("unhashable type: '" + Py.typeName(key) + "'");
        }
    }

    /** Whether a value can be a key at all. */
    static boolean hashable(Object key) {
        return key == null || key instanceof String || key instanceof Markup || Numbers.isNumber(key)
                || key instanceof Tuple tuple && tuple.items()
                        .stream()
                        .allMatch(
                                item -> item == null || item instanceof String || Numbers.isNumber(item));
    }

    static boolean contains(Map<?, ?> map, Object key) {
        return map.containsKey(stored(map, key));
    }

    static Object get(Map<?, ?> map, Object key) {
        return map.get(stored(map, key));
    }

    static void put(Map<Object, Object> map, Object key, Object value) {
        map.put(stored(map, key), value);
    }
}
