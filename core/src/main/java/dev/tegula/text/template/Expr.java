package dev.tegula.text.template;

import java.util.List;

/** An expression. */
sealed interface Expr {
    record Const(Object value) implements Expr {}

    record Name(String name) implements Expr {}

    record ListOf(List<Expr> items) implements Expr {}

    record TupleOf(List<Expr> items) implements Expr {}

    record DictOf(List<Expr> keys, List<Expr> values) implements Expr {}

    record Attribute(Expr owner, String name) implements Expr {}

    record Item(Expr owner, Expr key) implements Expr {}

    /** {@code start:stop:step}; each may be null. Only inside an {@link Item}. */
    record Slice(Expr start, Expr stop, Expr step) implements Expr {}

    record Call(Expr callee, Arguments arguments) implements Expr {}

    /** A filter; {@code value} is null where it stands on a block. */
    record Filter(Expr value, String name, Arguments arguments) implements Expr {}

    record Test(Expr value, String name, Arguments arguments) implements Expr {}

    record Binary(String operator, Expr left, Expr right) implements Expr {}

    record Unary(String operator, Expr operand) implements Expr {}

    record And(Expr left, Expr right) implements Expr {}

    record Or(Expr left, Expr right) implements Expr {}

    record Not(Expr operand) implements Expr {}

    record Concat(List<Expr> parts) implements Expr {}

    /** A chain of comparisons: each operator stands between two neighbours. */
    record Compare(Expr first, List<String> operators, List<Expr> rest) implements Expr {}

    /** {@code then if condition else otherwise}; {@code otherwise} may be null. */
    record Conditional(Expr condition, Expr then, Expr otherwise, int line) implements Expr {}

    /** Arguments of a call; {@code star} and {@code doubleStar} may be null. */
    record Arguments(List<Expr> positional, List<String> names, List<Expr> named, Expr star, Expr doubleStar) {
        static final Arguments NONE = new Arguments(List.of(), List.of(), List.of(), null, null);
    }
}
