package dev.tegula.text.template;

import dev.tegula.text.template.Token.Type;
import java.util.ArrayList;
import java.util.List;

/** Parses what operators stand between: names and literals, with the attributes, items and calls behind them. */
final class OperandParser {
    private final ExprParser expressions;
    private final TokenStream stream;

    OperandParser(ExprParser expressions) {
        this.expressions = expressions;
        this.stream = expressions.stream;
    }

    Expr primary() {
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
                    Expr inner = expressions.tuple(true, true, null);
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
                expressions.readNames.forEach(names -> names.add(text));
                return new Expr.Name(text);
            }
        }
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
            items.add(expressions.expression());
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
            keys.add(expressions.expression());
            stream.expectOperator(":");
            values.add(expressions.expression());
        }
        stream.expectOperator("}");
        return new Expr.DictOf(keys, values);
    }

    Expr postfix(Expr start) {
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
            start = expressions.expression();
            if (!stream.current().isOperator(":")) {
                return start;
            }
        }
        stream.next();
        Expr stop = sliceEnds() || stream.current().isOperator(":") ? null : expressions.expression();
        Expr step = null;
        if (stream.skipOperator(":") && !sliceEnds()) {
            step = expressions.expression();
        }
        return new Expr.Slice(start, stop, step);
    }

    private boolean sliceEnds() {
        return stream.current().isOperator("]") || stream.current().isOperator(",");
    }

    Expr.Arguments arguments() {
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
                star = expressions.expression();
            } else if (stream.skipOperator("**")) {
                doubleStar = expressions.expression();
            } else if (stream.current().type() == Type.NAME && stream.look().isOperator("=")) {
                String name = stream.next().text();
                valid &= !names.contains(name);
                names.add(name);
                stream.next();
                named.add(expressions.expression());
            } else {
                valid &= star == null && names.isEmpty();
                positional.add(expressions.expression());
            }
            if (!valid) {
                throw stream.fault("invalid syntax for function call expression", line);
            }
            comma = true;
        }
        stream.expectOperator(")");
        return new Expr.Arguments(positional, names, named, star, doubleStar);
    }
}
