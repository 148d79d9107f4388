package dev.tegula.text.template;

import dev.tegula.text.template.Values.Macro;
import dev.tegula.text.template.Values.Markup;
import dev.tegula.text.template.Values.Scope;
import dev.tegula.text.template.Values.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Evaluates expressions. */
final class Evaluator {
    final Meter meter;
    private final Interpreter interpreter;

    Evaluator(Interpreter interpreter) {
        this.interpreter = interpreter;
        this.meter = interpreter.meter;
    }

    Object evaluate(Expr expression, Scope scope) {
        if (expression instanceof Expr.Const constant) {
            return constant.value();
        }
        if (expression instanceof Expr.Name name) {
            meter.step();
            return scope.get(name.name());
        }
        meter.enter();
        Object value = compound(expression, scope);
        meter.leave();
        return value;
    }

    private Object compound(Expr expression, Scope scope) {
        return switch (expression) {
            case Expr.Attribute attribute ->
                Members.attribute(evaluate(attribute.owner(), scope), attribute.name(), this);
            case Expr.Item item -> item(item, scope);
            case Expr.Call call -> {
                Object callee = evaluate(call.callee(), scope);
                yield call(callee, arguments(call.arguments(), scope));
            }
            case Expr.Filter filter ->
                filter(filter.name(), evaluate(filter.value(), scope), arguments(filter.arguments(), scope));
            case Expr.Test test ->
                test(test.name(), evaluate(test.value(), scope), arguments(test.arguments(), scope));
            case Expr.Binary binary -> Operators.binary(binary.operator(), evaluate(binary.left(), scope),
                    evaluate(binary.right(), scope), this);
            case Expr.Unary unary -> Operators.unary(unary.operator(), evaluate(unary.operand(), scope));
            case Expr.And and -> {
                Object left = evaluate(and.left(), scope);
                yield Py.truth(left) ? evaluate(and.right(), scope) : left;
            }
            case Expr.Or or -> {
                Object left = evaluate(or.left(), scope);
                yield Py.truth(left) ? left : evaluate(or.right(), scope);
            }
            case Expr.Not not -> !Py.truth(evaluate(not.operand(), scope));
            case Expr.Concat concat -> concat(concat, scope);
            case Expr.Compare compare -> compare(compare, scope);
            case Expr.Conditional conditional -> conditional(conditional, scope);
            case Expr.ListOf list -> evaluateAll(list.items(), scope);
            case Expr.TupleOf tuple -> new Tuple(evaluateAll(tuple.items(), scope));
            case Expr.DictOf dict -> dict(dict, scope);
            case Expr.Slice slice -> throw TemplateException.runtime("unhashable type: 'slice'");
            case Expr.Const constant -> constant.value();
            case Expr.Name name -> scope.get(name.name());
        };
    }

    private Object item(Expr.Item item, Scope scope) {
        Object owner = evaluate(item.owner(), scope);
        if (item.key() instanceof Expr.Slice slice) {
            return Slices.slice(owner, bound(slice.start(), scope), bound(slice.stop(), scope),
                    bound(slice.step(), scope), meter);
        }
        return Members.item(owner, evaluate(item.key(), scope), this);
    }

    private Object bound(Expr expression, Scope scope) {
        return expression == null ? null : evaluate(expression, scope);
    }

    private Object concat(Expr.Concat concat, Scope scope) {
        List<String> parts = new ArrayList<>();
        long length = 0;
        for (Expr part : concat.parts()) {
            String text = text(evaluate(part, scope));
            length += text.length();
            parts.add(text);
        }
        meter.text(length);
        return String.join("", parts);
    }

    private Object compare(Expr.Compare compare, Scope scope) {
        Object left = evaluate(compare.first(), scope);
        for (int i = 0; i < compare.operators().size(); i++) {
            Object right = evaluate(compare.rest().get(i), scope);
            if (!Operators.compare(compare.operators().get(i), left, right, meter)) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private Object conditional(Expr.Conditional conditional, Scope scope) {
        if (Py.truth(evaluate(conditional.condition(), scope))) {
            return evaluate(conditional.then(), scope);
        }
        if (conditional.otherwise() == null) {
            return Undefined.because("the inline if-expression on line " + conditional.line()
                    + " evaluated to false and no else section was defined.");
        }
        return evaluate(conditional.otherwise(), scope);
    }

    private List<Object> evaluateAll(List<Expr> expressions, Scope scope) {
        meter.items(expressions.size());
        List<Object> values = new ArrayList<>(expressions.size());
        for (Expr expression : expressions) {
            values.add(evaluate(expression, scope));
        }
        return values;
    }

    private Object dict(Expr.DictOf dict, Scope scope) {
        meter.items(2L * dict.keys().size());
        Map<Object, Object> map = Values.dict();
        for (int i = 0; i < dict.keys().size(); i++) {
            Object key = evaluate(dict.keys().get(i), scope);
            Dicts.put(map, key, evaluate(dict.values().get(i), scope));
        }
        return map;
    }

    Args arguments(Expr.Arguments arguments, Scope scope) {
        if (arguments == Expr.Arguments.NONE) {
            return Args.NONE;
        }
        List<Object> positional = evaluateAll(arguments.positional(), scope);
        Map<String, Object> named = new LinkedHashMap<>();
        for (int i = 0; i < arguments.names().size(); i++) {
            named.put(arguments.names().get(i), evaluate(arguments.named().get(i), scope));
        }
        if (arguments.star() != null) {
            positional.addAll(Py.list(evaluate(arguments.star(), scope), meter));
        }
        if (arguments.doubleStar() != null) {
            Object more = evaluate(arguments.doubleStar(), scope);
            if (!(more instanceof Map<?, ?> map)) {
                throw TemplateException.runtime("argument after ** must be a mapping, not " + Py.typeName(more));
            }
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                if (!(entry.getKey() instanceof String name)) {
                    throw TemplateException.runtime("keywords must be strings");
                }
                if (named.putIfAbsent(name, entry.getValue()) != null) {
                    throw TemplateException.runtime("got multiple values for keyword argument '" + name + "'");
                }
            }
        }
        return new Args(positional, named);
    }

    Object call(Object callee, Args args) {
        return switch (callee) {
            case Values.Function function -> function.body().call(args);
            case Macro macro -> {
                meter.enter();
                String text = interpreter.call(macro, args);
                meter.leave();
                yield text;
            }
            case LoopContext loop -> interpreter.recurse(loop, args);
            case Undefined undefined -> throw undefined.fault();
            case null, default -> throw TemplateException
                    .runtime("'" + Py.typeName(callee) + "' object is not callable");
        };
    }

    Object filter(String name, Object value, Args args) {
        Filters.Filter filter = Filters.find(name);
        if (filter == null) {
            throw TemplateException.runtime("No filter named " + PyText.repr(name) + " found.");
        }
        return filter.apply(value, args, this);
    }

    boolean test(String name, Object value, Args args) {
        Tests.Test test = Tests.find(name);
        if (test == null) {
            throw TemplateException.runtime("No test named " + PyText.repr(name) + " found.");
        }
        return test.holds(value, args, meter);
    }

    /** A chain of filters that starts with a block's text. */
    Object filterBlock(Expr.Filter filter, String text, Scope scope) {
        Object value = filter.value() == null ? text : filterBlock((Expr.Filter) filter.value(), text, scope);
        return filter(filter.name(), value, arguments(filter.arguments(), scope));
    }

    /** A value as printed text; what must be made for it is charged. */
    String text(Object value) {
        if (value instanceof String text) {
            return text;
        }
        if (value instanceof Markup markup) {
            return markup.text();
        }
        String text = PyText.str(value);
        meter.text(text.length());
        return text;
    }
}
