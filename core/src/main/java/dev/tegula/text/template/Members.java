package dev.tegula.text.template;

import dev.tegula.text.template.Values.Markup;
import dev.tegula.text.template.Values.Range;
import dev.tegula.text.template.Values.Tuple;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Attributes and items of values, as the immutable sandbox allows them: {@code a.b} prefers the attribute, {@code a['b']}
 * the item, and whatever would change a list or dict is out of reach.
 */
final class Members {
    private static final Set<String> UNSAFE_DICT = Set.of("clear", "pop", "popitem", "setdefault", "update");
    private static final Set<String> UNSAFE_LIST = Set.of("append", "clear", "pop", "reverse", "insert", "sort",
            "extend",
            "remove");
    /** Attributes that every Python object has; the sandbox refuses them all. */
    private static final Set<String> UNSAFE_OBJECT = Set.of("__class__", "__doc__", "__init__", "__new__", "__dir__",
            "__repr__", "__str__", "__hash__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__format__",
            "__getattribute__", "__setattr__", "__delattr__", "__reduce__", "__reduce_ex__", "__sizeof__",
            "__subclasshook__", "__init_subclass__", "__getstate__");

    private Members() {}

    /** {@code owner.name}. */
    static Object attribute(Object owner, String name, Evaluator evaluator) {
        Object attribute = own(owner, name, evaluator);
        if (attribute != MISSING) {
            return attribute;
        }
        if (owner instanceof Map<?, ?> map && map.containsKey(name)) {
            return map.get(name);
        }
        return Undefined.member(owner, name);
    }

    /** {@code owner[key]}. */
    static Object item(Object owner, Object key, Evaluator evaluator) {
        if (owner instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (owner instanceof Map<?, ?> map) {
            if (Dicts.hashable(key) && Dicts.contains(map, key)) {
                return Dicts.get(map, key);
            }
        } else if (Numbers.isInteger(key)
                && (Py.stringOrNull(owner) != null || Py.items(owner) != null || owner instanceof Range)) {
            return Slices.at(owner, key, evaluator.meter);
        }
        String name = Py.stringOrNull(key);
        if (name != null) {
            Object attribute = own(owner, name, evaluator);
            return attribute == MISSING ? Undefined.member(owner, name) : attribute;
        }
        return Undefined.member(owner, key);
    }

    /** Stands for an attribute that is not there. */
    static final Object MISSING = new Object();

    /** Whether a value has an attribute of its own, safe or not. */
    static boolean has(Object owner, String name, Evaluator evaluator) {
        return own(owner, name, evaluator) != MISSING;
    }

    private static Object own(Object owner, String name, Evaluator evaluator) {
        if (owner instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (UNSAFE_OBJECT.contains(name) || owner instanceof Map<?, ?> && UNSAFE_DICT.contains(name)
                || owner instanceof List<?> && UNSAFE_LIST.contains(name)) {
            return Undefined.unsafe(owner, name);
        }
        return switch (owner) {
            case null -> MISSING;
            case String text -> StringMethods.bound(text, name, false, evaluator);
            case Markup markup -> StringMethods.bound(markup.text(), name, true, evaluator);
            case Map<?, ?> map -> CollectionMethods.ofDict(map, name, evaluator);
            case List<?> list -> CollectionMethods.ofSequence(list, list, name, evaluator);
            case Tuple tuple -> tuple.names().contains(name)
                    ? tuple.items().get(tuple.names().indexOf(name))
                    : CollectionMethods.ofSequence(tuple, tuple.items(), name, evaluator);
            case Values.Namespace namespace -> namespace.attributes().containsKey(name)
                    ? namespace.attributes().get(name)
                    : MISSING;
            case Values.Cycler cycler -> CollectionMethods.ofCycler(cycler, name);
            case LoopContext loop -> loop(loop, name);
            case Values.Macro macro -> macro(macro, name);
            case Range range -> range(range, name);
            default -> Numbers.isNumber(owner) ? number(owner, name) : MISSING;
        };
    }

    private static Object loop(LoopContext loop, String name) {
        return switch (name) {
            case "previtem" -> loop.previous();
            case "nextitem" -> loop.next();
            default -> {
                Object value = loop.attribute(name);
                yield value == null ? MISSING : value;
            }
        };
    }

    private static Object macro(Values.Macro macro, String name) {
        return switch (name) {
            case "name" -> macro.code().name();
            case "arguments" -> macro.code().parameters();
            case "caller" -> macro.code().caller();
            case "catch_kwargs" -> macro.code().kwargs();
            case "catch_varargs" -> macro.code().varargs();
            default -> MISSING;
        };
    }

    private static Object range(Range range, String name) {
        return switch (name) {
            case "start" -> range.start();
            case "stop" -> range.stop();
            case "step" -> range.step();
            default -> MISSING;
        };
    }

    private static Object number(Object number, String name) {
        boolean integer = Numbers.isInteger(number);
        return switch (name) {
            case "real" -> Numbers.plain(number);
            case "imag" -> integer ? (Object) 0L : (Object) 0.0;
            case "numerator" -> integer ? Numbers.plain(number) : MISSING;
            case "denominator" -> integer ? (Object) 1L : MISSING;
            case "bit_length" -> integer
                    ? new Values.Function(name, "builtin_function_or_method",
                            args -> (long) Numbers.big(number).abs().bitLength())
                    : MISSING;
            case "is_integer" -> new Values.Function(name, "builtin_function_or_method",
                    args -> number instanceof Double real
                            ? real == Math.rint(real) && !Double.isInfinite(real)
                            : number instanceof BigInteger || integer);
            default -> MISSING;
        };
    }
}
