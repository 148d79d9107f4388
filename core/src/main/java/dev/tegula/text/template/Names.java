package dev.tegula.text.template;

import java.util.List;
import java.util.function.Consumer;

/** Finds the names that an expression reads. */
final class Names {
    private Names() {}

    /** Gives every name that {@code expression} (which may be null) reads to {@code reader}. */
    static void read(Expr expression, Consumer<String> reader) {
        switch (expression) {
            case null -> {
            }
            case Expr.Const constant -> {
            }
            case Expr.Name name -> reader.accept(name.name());
            case Expr.ListOf list -> readAll(list.items(), reader);
            case Expr.TupleOf tuple -> readAll(tuple.items(), reader);
            case Expr.DictOf dict -> {
                readAll(dict.keys(), reader);
                readAll(dict.values(), reader);
            }
            case Expr.Attribute attribute -> read(attribute.owner(), reader);
            case Expr.Item item -> readAll(List.of(item.owner(), item.key()), reader);
            case Expr.Slice slice -> {
                read(slice.start(), reader);
                read(slice.stop(), reader);
                read(slice.step(), reader);
            }
            case Expr.Call call -> {
                read(call.callee(), reader);
                read(call.arguments(), reader);
            }
            case Expr.Filter filter -> {
                read(filter.value(), reader);
                read(filter.arguments(), reader);
            }
            case Expr.Test test -> {
                read(test.value(), reader);
                read(test.arguments(), reader);
            }
            case Expr.Binary binary -> readAll(List.of(binary.left(), binary.right()), reader);
            case Expr.Unary unary -> read(unary.operand(), reader);
            case Expr.And and -> readAll(List.of(and.left(), and.right()), reader);
            case Expr.Or or -> readAll(List.of(or.left(), or.right()), reader);
            case Expr.Not not -> read(not.operand(), reader);
            case Expr.Concat concat -> readAll(concat.parts(), reader);
            case Expr.Compare compare -> {
                read(compare.first(), reader);
                readAll(compare.rest(), reader);
            }
            case Expr.Conditional conditional -> {
                readAll(List.of(conditional.condition(), conditional.then()), reader);
                read(conditional.otherwise(), reader);
            }
        }
    }

    private static void read(Expr.Arguments arguments, Consumer<String> reader) {
        readAll(arguments.positional(), reader);
        readAll(arguments.named(), reader);
        read(arguments.star(), reader);
        read(arguments.doubleStar(), reader);
    }

    private static void readAll(List<Expr> expressions, Consumer<String> reader) {
        for (Expr expression : expressions) {
            read(expression, reader);
        }
    }
}
