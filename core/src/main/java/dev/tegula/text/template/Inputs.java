package dev.tegula.text.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The door for the caller's variables: copies them into the kinds of value that a template knows. */
final class Inputs {
    private static final int MAX_DEPTH = 200;

    private Inputs() {}

    /** A variable's value as a template sees it; {@code name} is for messages. */
    static Object convert(Object value, String name) {
        return convert(value, name, 0);
    }

    private static Object convert(Object value, String name, int depth) {
        if (depth > MAX_DEPTH) {
            throw TemplateException.limit("variable " + name + " is nested more than " + MAX_DEPTH + " levels deep");
        }
        return switch (value) {
            case null -> null;
            case String text -> text;
            case CharSequence text -> text.toString();
            case Boolean flag -> flag;
            case Long number -> number;
            case Integer number -> number.longValue();
            case Short number -> number.longValue();
            case Byte number -> number.longValue();
            case BigInteger number -> Numbers.norm(number);
            case Double number -> number;
            case Float number -> number.doubleValue();
            case BigDecimal number -> number.doubleValue();
            case List<?> list -> {
                List<Object> out = new ArrayList<>(list.size());
                for (Object item : list) {
                    out.add(convert(item, name, depth + 1));
                }
                yield out;
            }
            case Map<?, ?> map -> {
                Map<Object, Object> out = Values.dict();
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    Object key = convert(entry.getKey(), name, depth + 1);
                    Dicts.put(out, key, convert(entry.getValue(), name, depth + 1));
                }
                yield out;
            }
            default -> throw TemplateException.runtime("variable " + name + " holds a " + value.getClass().getName()
                    + "; a template takes strings, numbers, booleans, lists, maps and null");
        };
    }
}
