package dev.tegula.text.template;

import dev.tegula.text.template.Token.Type;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/** Parses expressions, from the loosest binding (conditional) down to signs, filters and tests. */
final class ExprParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

    final TokenStream stream;
    private final OperandParser operands;
    /** The names read inside each macro that is being parsed, innermost last. */
    final Deque<Set<String>> readNames = new ArrayDeque<>();
    /** Whether an unknown filter or test is only an error when it is reached: inside a condition's branches. */
    boolean soft;

    ExprParser(TokenStream stream) {
        this.stream = stream;
        this.operands = new OperandParser(this);
    }

    Expr expression() {
        stream.enter();
        Expr then = or();
        while (stream.current().isName("if")) {
            int line = stream.next().line();
            boolean outer = soft;
            soft = true;
            Expr condition = or();
            Expr otherwise = stream.skipName("else") ? expression() : null;
            soft = outer;
            then = new Expr.Conditional(condition, then, otherwise, line);
        }
        stream.leave();
        return then;
    }

    Expr or() {
        Expr left = and();
        while (stream.skipName("or")) {
            left = new Expr.Or(left, and());
        }
        return left;
    }

    private Expr and() {
        Expr left = not();
        while (stream.skipName("and")) {
            left = new Expr.And(left, not());
        }
        return left;
    }

    private Expr not() {
        if (!stream.skipName("not")) {
            return compare();
        }
        stream.enter();
        Expr operand = not();
        stream.leave();
        return new Expr.Not(operand);
    }

    private Expr compare() {
        Expr first = sum();
        List<String> operators = new ArrayList<>();
        List<Expr> rest = new ArrayList<>();
        while (true) {
            Token token = stream.current();
            if (token.type() == Type.OPERATOR && COMPARISONS.contains(token.text())) {
                operators.add(stream.next().text());
            } else if (stream.skipName("in")) {
                operators.add("in");
            } else if (token.isName("not") && stream.look().isName("in")) {
                stream.next();
                stream.next();
                operators.add("not in");
            } else {
                return operators.isEmpty() ? first : new Expr.Compare(first, operators, rest);
            }
            rest.add(sum());
        }
    }

    private Expr sum() {
        Expr left = concat();
        while (stream.current().isOperator("+") || stream.current().isOperator("-")) {
            left = new Expr.Binary(stream.next().text(), left, concat());
        }
        return left;
    }

    private Expr concat() {
        Expr first = product();
        if (!stream.current().isOperator("~")) {
            return first;
        }
        List<Expr> parts = new ArrayList<>();
        parts.add(first);
        while (stream.skipOperator("~")) {
            parts.add(product());
        }
        return new Expr.Concat(parts);
    }

    private Expr product() {
        Expr left = power();
        while (stream.current().isOperator("*") || stream.current().isOperator("/") || stream.current().isOperator("//")
                || stream.current().isOperator("%")) {
            left = new Expr.Binary(stream.next().text(), left, power());
        }
        return left;
    }

    private Expr power() {
        Expr left = unary(true);
        while (stream.skipOperator("**")) {
            left = new Expr.Binary("**", left, unary(true));
        }
        return left;
    }

    private Expr unary(boolean withFilters) {
        stream.enter();
        Expr node;
        if (stream.current().isOperator("-") || stream.current().isOperator("+")) {
            String operator = stream.next().text();
            node = new Expr.Unary(operator, unary(false));
        } else {
            node = operands.primary();
        }
        node = operands.postfix(node);
        if (withFilters) {
            node = filtersAndTests(node);
        }
        stream.leave();
        return node;
    }

    /** One expression, or several with commas, which make a tuple. {@code endName} is a name that ends it, or null. */
    Expr tuple(boolean conditional, boolean parentheses, String endName) {
        List<Expr> items = new ArrayList<>();
        boolean many = false;
        while (true) {
            if (!items.isEmpty()) {
                stream.expectOperator(",");
            }
            if (tupleEnds(endName)) {
                break;
            }
            items.add(conditional ? expression() : or());
            if (!stream.current().isOperator(",")) {
                break;
            }
            many = true;
        }
        if (many || items.isEmpty() && parentheses) {
            return new Expr.TupleOf(items);
        }
        if (items.isEmpty()) {
            throw stream.fault("Expected an expression, got '" + stream.current().described() + "'",
                    stream.current().line());
        }
        return items.get(0);
    }

    boolean tupleEnds(String endName) {
        Token token = stream.current();
        return token.type() == Type.VARIABLE_END || token.type() == Type.BLOCK_END || token.isOperator(")")
                || endName != null && token.isName(endName);
    }

    private Expr filtersAndTests(Expr start) {
        Expr node = start;
        while (true) {
            if (stream.current().isOperator("|")) {
                node = filters(node, false);
            } else if (stream.current().isName("is")) {
                node = test(node);
            } else if (stream.current().isOperator("(")) {
                node = new Expr.Call(node, operands.arguments());
            } else {
                return node;
            }
        }
    }

    /** A chain of filters; where {@code inline}, the first comes without a bar. The result may be null without any. */
    Expr.Filter filters(Expr value, boolean inline) {
        Expr node = value;
        boolean first = inline;
        while (first || stream.skipOperator("|")) {
            first = false;
            int line = stream.current().line();
            String name = dottedName();
            Expr.Arguments arguments = stream.current().isOperator("(") ? operands.arguments() : Expr.Arguments.NONE;
            if (!soft && !Filters.exists(name)) {
                throw stream.fault("No filter named " + PyText.repr(name) + ".", line);
            }
            node = new Expr.Filter(node, name, arguments);
        }
        return (Expr.Filter) node;
    }

    private String dottedName() {
        StringBuilder name = new StringBuilder(stream.expectName().text());
        while (stream.skipOperator(".")) {
            name.append('.').append(stream.expectName().text());
        }
        return name.toString();
    }

    private Expr test(Expr value) {
        int line = stream.next().line();
        boolean negated = stream.skipName("not");
        String name = dottedName();
        Expr.Arguments arguments = Expr.Arguments.NONE;
        Token token = stream.current();
        if (token.isOperator("(")) {
            arguments = operands.arguments();
        } else if (startsOperand(token)) {
            if (token.isName("is")) {
                throw stream.fault("You cannot chain multiple tests with is", token.line());
            }
            arguments = new Expr.Arguments(List.of(operands.postfix(operands.primary())), List.of(), List.of(), null,
                    null);
        }
        if (!soft && !Tests.exists(name)) {
            throw stream.fault("No test named " + PyText.repr(name) + ".", line);
        }
        Expr node = new Expr.Test(value, name, arguments);
        return negated ? new Expr.Not(node) : node;
    }

    private static boolean startsOperand(Token token) {
        return switch (token.type()) {
            case NAME -> !token.isName("else") && !token.isName("or") && !token.isName("and");
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> token.text().equals("[") || token.text().equals("{");
            default -> false;
        };
    }
}
