package dev.tegula.text.template;

import dev.tegula.text.template.Token.Type;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/** Parses expressions, from the loosest binding (conditional) down to names and literals. */
final class ExprParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

    final TokenStream stream;
    /** The names read inside each macro that is being parsed, innermost last. */
    final Deque<Set<String>> readNames = new ArrayDeque<>();
    /** Whether an unknown filter or test is only an error when it is reached: inside a condition's branches. */
    boolean soft;

    ExprParser(TokenStream stream) {
        this.stream = stream;
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
            node = primary();
        }
        node = postfix(node);
        if (withFilters) {
            node = filtersAndTests(node);
        }
        stream.leave();
        return node;
    }

    private Expr primary() {
        Token token = stream.current();
        switch (token.type()) {
            case NAME -> {
                stream.next();
                return name(token.text());
            }
            case STRING -> {
                StringBuilder text = new StringBuilder();
                while (stream.current().type() == Type.STRING) {
                    text.append(stream.next().value());
                }
                return new Expr.Const(text.toString());
            }
            case INTEGER, FLOAT -> {
                return new Expr.Const(stream.next().value());
            }
            case OPERATOR -> {
                if (stream.skipOperator("(")) {
                    Expr inner = tuple(true, true, null);
                    stream.expectOperator(")");
                    return inner;
                }
                if (token.text().equals("[")) {
                    return list();
                }
                if (token.text().equals("{")) {
                    return dict();
                }
            }
            default -> {
            }
        }
        throw stream.fault("unexpected '" + token.described() + "'", token.line());
    }

    private Expr name(String text) {
        switch (text) {
            case "true", "True" -> {
                return new Expr.Const(true);
            }
            case "false", "False" -> {
                return new Expr.Const(false);
            }
            case "none", "None" -> {
                return new Expr.Const(null);
            }
            default -> {
                readNames.forEach(names -> names.add(text));
                return new Expr.Name(text);
            }
        }
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

    private Expr list() {
        stream.expectOperator("[");
        List<Expr> items = new ArrayList<>();
        while (!stream.current().isOperator("]")) {
            if (!items.isEmpty()) {
                stream.expectOperator(",");
            }
            if (stream.current().isOperator("]")) {
                break;
            }
            items.add(expression());
        }
        stream.expectOperator("]");
        return new Expr.ListOf(items);
    }

    private Expr dict() {
        stream.expectOperator("{");
        List<Expr> keys = new ArrayList<>();
        List<Expr> values = new ArrayList<>();
        while (!stream.current().isOperator("}")) {
            if (!keys.isEmpty()) {
                stream.expectOperator(",");
            }
            if (stream.current().isOperator("}")) {
                break;
            }
            keys.add(expression());
            stream.expectOperator(":");
            values.add(expression());
        }
        stream.expectOperator("}");
        return new Expr.DictOf(keys, values);
    }

    private Expr postfix(Expr start) {
        Expr node = start;
        while (true) {
            if (stream.skipOperator(".")) {
                Token member = stream.next();
                if (member.type() == Type.NAME) {
                    node = new Expr.Attribute(node, member.text());
                } else if (member.type() == Type.INTEGER) {
                    node = new Expr.Item(node, new Expr.Const(member.value()));
                } else {
                    throw stream.fault("expected name or number", member.line());
                }
            } else if (stream.skipOperator("[")) {
                node = new Expr.Item(node, subscript());
            } else if (stream.current().isOperator("(")) {
                node = new Expr.Call(node, arguments());
            } else {
                return node;
            }
        }
    }

    private Expr subscript() {
        List<Expr> keys = new ArrayList<>();
        while (!stream.current().isOperator("]")) {
            if (!keys.isEmpty()) {
                stream.expectOperator(",");
            }
            keys.add(key());
        }
        stream.expectOperator("]");
        return keys.size() == 1 ? keys.get(0) : new Expr.TupleOf(keys);
    }

    private Expr key() {
        Expr start = null;
        if (!stream.current().isOperator(":")) {
            start = expression();
            if (!stream.current().isOperator(":")) {
                return start;
            }
        }
        stream.next();
        Expr stop = sliceEnds() || stream.current().isOperator(":") ? null : expression();
        Expr step = null;
        if (stream.skipOperator(":") && !sliceEnds()) {
            step = expression();
        }
        return new Expr.Slice(start, stop, step);
    }

    private boolean sliceEnds() {
        return stream.current().isOperator("]") || stream.current().isOperator(",");
    }

    private Expr.Arguments arguments() {
        int line = stream.current().line();
        stream.expectOperator("(");
        List<Expr> positional = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<Expr> named = new ArrayList<>();
        Expr star = null;
        Expr doubleStar = null;
        boolean comma = false;
        while (!stream.current().isOperator(")")) {
            if (comma) {
                stream.expectOperator(",");
                if (stream.current().isOperator(")")) {
                    break;
                }
            }
            boolean valid = doubleStar == null;
            if (stream.skipOperator("*")) {
                valid &= star == null;
                star = expression();
            } else if (stream.skipOperator("**")) {
                doubleStar = expression();
            } else if (stream.current().type() == Type.NAME && stream.look().isOperator("=")) {
                String name = stream.next().text();
                valid &= !names.contains(name);
                names.add(name);
                stream.next();
                named.add(expression());
            } else {
                valid &= star == null && names.isEmpty();
                positional.add(expression());
            }
            if (!valid) {
                throw stream.fault("invalid syntax for function call expression", line);
            }
            comma = true;
        }
        stream.expectOperator(")");
        return new Expr.Arguments(positional, names, named, star, doubleStar);
    }

    private Expr filtersAndTests(Expr start) {
        Expr node = start;
        while (true) {
            if (stream.current().isOperator("|")) {
                node = filters(node, false);
            } else if (stream.current().isName("is")) {
                node = test(node);
            } else if (stream.current().isOperator("(")) {
                node = new Expr.Call(node, arguments());
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
            Expr.Arguments arguments = stream.current().isOperator("(") ? arguments() : Expr.Arguments.NONE;
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
            arguments = arguments();
        } else if (startsOperand(token)) {
            if (token.isName("is")) {
                throw stream.fault("You cannot chain multiple tests with is", token.line());
            }
            arguments = new Expr.Arguments(List.of(postfix(primary())), List.of(), List.of(), null, null);
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
