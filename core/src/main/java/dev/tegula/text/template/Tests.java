package dev.tegula.text.template;

import dev.tegula.text.template.Values.Lazy;
import dev.tegula.text.template.Values.Markup;
import dev.tegula.text.template.Values.Range;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The built-in tests: what may stand behind {@code is}. */
final class Tests {
    /** A test. */
    interface Test {
        boolean holds(Object value, Args args, Meter meter);
    }

    private static final Map<String, Test> TESTS = new HashMap<>();

    static {
        addTypes();
        addStates();
        addComparisons();
    }

    private Tests() {}

    static boolean exists(String name) {
        return TESTS.containsKey(name);
    }

    static Test find(String name) {
        return TESTS.get(name);
    }

    private static void add(String name, java.util.function.Predicate<Object> test) {
        TESTS.put(name, (value, args, meter) -> {
            args.bind("test " + name, 0);
            return test.test(value);
        });
    }

    private static void addTypes() {
        add("boolean", value -> value instanceof Boolean);
        add("integer", value -> value instanceof Long || value instanceof BigInteger);
        add("float", value -> value instanceof Double);
        add("number", Numbers::isNumber);
        add("string", value -> Py.stringOrNull(value) != null);
        add("mapping", value -> value instanceof Map<?, ?>);
        add("sequence", value -> Py.stringOrNull(value) != null || Py.items(value) != null
                || value instanceof Map<?, ?> || value instanceof Range || value instanceof Undefined);
        add("iterable", value -> Py.stringOrNull(value) != null || Py.items(value) != null
                || value instanceof Map<?, ?> || value instanceof Range || value instanceof Values.View
                || value instanceof Lazy || value instanceof Undefined || value instanceof LoopContext);
        add("callable", value -> value instanceof Values.Function || value instanceof Values.Macro
                || value instanceof LoopContext || value instanceof Undefined);
        add("escaped", value -> value instanceof Markup);
    }

    private static void addStates() {
        add("defined", value -> !(value instanceof Undefined));
        add("undefined", value -> value instanceof Undefined);
        add("none", value -> value == null);
        add("true", value -> Boolean.TRUE.equals(value));
        add("false", value -> Boolean.FALSE.equals(value));
        add("lower", value -> TextCase.isLower(PyText.str(value)));
        add("upper", value -> TextCase.isUpper(PyText.str(value)));
        add("filter", value -> value instanceof String name && Filters.exists(name));
        add("test", value -> value instanceof String name && exists(name));
        TESTS.put("odd", (value, args, meter) -> divides(value, 2L, 1L));
        TESTS.put("even", (value, args, meter) -> divides(value, 2L, 0L));
        TESTS.put("divisibleby",
                (value, args, meter) -> divides(value, args.bind("divisibleby", 1, "num")[0], 0L));
        TESTS.put("sameas", (value, args, meter) -> same(value, args.bind("sameas", 1, "other")[0]));
        TESTS.put("in", (value, args, meter) -> Py.contains(args.bind("in", 1, "seq")[0], value, meter));
    }

    private static void addComparisons() {
        Map<String, List<String>> names = Map.of("==", List.of("==", "eq", "equalto"), "!=", List.of("!=", "ne"), ">",
                List.of(">", "gt", "greaterthan"), ">=", List.of(">=", "ge"), "<", List.of("<", "lt", "lessthan"), "<=",
                List.of("<=", "le"));
        names.forEach((operator, aliases) -> aliases.forEach(alias -> TESTS.put(alias,
                (value, args, meter) -> Operators.compare(operator, value, args.bind(alias, 1, "other")[0], meter))));
    }

    private static boolean divides(Object value, Object by, long rest) {
        for (Object operand : new Object[]{value, by}) {
            if (operand instanceof Undefined undefined) {
                throw undefined.fault();
            }
            if (!Numbers.isNumber(operand)) {
                throw TemplateException.runtime("unsupported operand type(s) for %: '" + Py.typeName(value) + "' and '"
                        + Py.typeName(by) + "'");
            }
        }
        return Numbers.compare(Numbers.binary("%", value, by), rest) == 0;
    }

    /** Identity: for small immutable values the same value is the same object. */
    private static boolean same(Object left, Object right) {
        if (left instanceof Boolean || left instanceof Long || left instanceof String) {
            return left.equals(right);
        }
        return left == right;
    }
}
