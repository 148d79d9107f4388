package dev.tegula.text.template;

import dev.tegula.text.template.Values.Markup;
import dev.tegula.text.template.Values.Tuple;
import java.util.ArrayList;
import java.util.List;

/** Python's operators on any two values. */
final class Operators {
    private Operators() {}

    static Object binary(String operator, Object left, Object right, Evaluator evaluator) {
        if (left instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (operator.equals("%") && Py.stringOrNull(left) != null) {
            String text = PercentFormat.format(Py.stringOrNull(left), right, left instanceof Markup, evaluator.meter);
            return left instanceof Markup ? new Markup(text) : text;
        }
        if (right instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return Numbers.binary(operator, left, right);
        }
        return switch (operator) {
            case "+" -> add(left, right, evaluator.meter);
            case "*" -> multiply(left, right, evaluator.meter);
            default -> throw unsupported(operator.equals("**") ? "** or pow()" : operator, left, right);
        };
    }

    private static Object add(Object left, Object right, Meter meter) {
        if (left instanceof Markup || right instanceof Markup) {
            if (Py.stringOrNull(left) != null && Py.stringOrNull(right) != null) {
                return new Markup(StringOps.concat(Html.escape(left), Html.escape(right), meter));
            }
        }
        if (left instanceof String a) {
            if (right instanceof String b) {
                return StringOps.concat(a, b, meter);
            }
            throw TemplateException
                    .runtime("can only concatenate str (not \"" + Py.typeName(right) + "\") to str");
        }
        if (left instanceof List<?> a && right instanceof List<?> b) {
            return joined(a, b, meter);
        }
        if (left instanceof Tuple a && right instanceof Tuple b) {
            return new Tuple(joined(a.items(), b.items(), meter));
        }
        if (left instanceof List<?> || left instanceof Tuple) {
            String type = Py.typeName(left);
            throw TemplateException
                    .runtime("can only concatenate " + type + " (not \"" + Py.typeName(right) + "\") to " + type);
        }
        throw unsupported("+", left, right);
    }

    private static List<Object> joined(List<?> left, List<?> right, Meter meter) {
        meter.items((long) left.size() + right.size());
        List<Object> out = new ArrayList<>(left.size() + right.size());
        out.addAll(left);
        out.addAll(right);
        return out;
    }

    private static Object multiply(Object left, Object right, Meter meter) {
        if (Numbers.isInteger(left)) {
            if (!Numbers.isInteger(right) && repeatable(right)) {
                return multiply(right, left, meter);
            }
            throw unsupported("*", left, right);
        }
        if (!repeatable(left)) {
            throw unsupported("*", left, right);
        }
        if (!Numbers.isInteger(right)) {
            throw TemplateException
                    .runtime("can't multiply sequence by non-int of type '" + Py.typeName(right) + "'");
        }
        int times = Math.max(0, Numbers.clamp(right));
        return switch (left) {
            case String text -> StringOps.repeat(text, times, meter);
            case Markup markup -> new Markup(StringOps.repeat(markup.text(), times, meter));
            case Tuple tuple -> new Tuple(repeated(tuple.items(), times, meter));
            default -> repeated((List<?>) left, times, meter);
        };
    }

    private static boolean repeatable(Object value) {
        return Py.stringOrNull(value) != null || value instanceof List<?> || value instanceof Tuple;
    }

    private static List<Object> repeated(List<?> items, int times, Meter meter) {
        meter.items((long) items.size() * times);
        List<Object> out = new ArrayList<>();
        for (int i = 0; i < times && !items.isEmpty(); i++) {
            out.addAll(items);
        }
        return out;
    }

    static Object unary(String operator, Object operand) {
        if (operand instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (!Numbers.isNumber(operand)) {
            throw TemplateException
                    .runtime("bad operand type for unary " + operator + ": '" + Py.typeName(operand) + "'");
        }
        return operator.equals("-") ? Numbers.negate(operand) : Numbers.plain(operand);
    }

    static boolean compare(String operator, Object left, Object right, Meter meter) {
        return switch (operator) {
            case "==" -> Py.equal(left, right, meter);
            case "!=" -> !Py.equal(left, right, meter);
            case "in" -> Py.contains(right, left, meter);
            case "not in" -> !Py.contains(right, left, meter);
            default -> ordered(operator, left, right, meter);
        };
    }

    private static boolean ordered(String operator, Object left, Object right, Meter meter) {
        if ((Numbers.isNaN(left) && Numbers.isNumber(right)) || (Numbers.isNaN(right) && Numbers.isNumber(left))) {
            return false;
        }
        int order = Py.compare(left, right, operator, meter);
        return switch (operator) {
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            default -> order >= 0;
        };
    }

    private static TemplateException unsupported(String operator, Object left, Object right) {
        return TemplateException.runtime("unsupported operand type(s) for " + operator + ": '" + Py.typeName(left)
                + "' and '" + Py.typeName(right) + "'");
    }
}
