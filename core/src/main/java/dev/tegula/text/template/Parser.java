package dev.tegula.text.template;

import dev.tegula.text.template.Stmt.Target;
import dev.tegula.text.template.Token.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Parses a template's statements. */
final class Parser {
    private final TokenStream stream;
    private final ExprParser expressions;
    /** How many loops of the body being parsed are open: break and continue need one. */
    private int loops;

    private Parser(TokenStream stream) {
        this.stream = stream;
        this.expressions = new ExprParser(stream);
    }

    static List<Stmt> parse(String source) {
        Parser parser = new Parser(new TokenStream(Lexer.tokenize(source)));
        return parser.statements(Set.of());
    }

    /** Statements up to a tag in {@code ends}, whose name is then the current token; all of them if that is empty. */
    private List<Stmt> statements(Set<String> ends) {
        stream.enter();
        List<Stmt> body = new ArrayList<>();
        while (stream.current().type() != Type.EOF) {
            Token token = stream.next();
            switch (token.type()) {
                case DATA -> body.add(new Stmt.Data(token.text(), token.line()));
                case VARIABLE_BEGIN -> {
                    body.add(new Stmt.Print(expressions.tuple(true, false, null), token.line()));
                    stream.expect(Type.VARIABLE_END, "end of print statement");
                }
                case BLOCK_BEGIN -> {
                    if (stream.current().type() == Type.NAME && ends.contains(stream.current().text())) {
                        stream.leave();
                        return body;
                    }
                    statement(body, ends);
                    stream.expect(Type.BLOCK_END, "end of statement block");
                }
                default -> throw stream.fault("unexpected '" + token.described() + "'", token.line());
            }
        }
        if (!ends.isEmpty()) {
            throw stream.fault("Unexpected end of template. Jinja was looking for the following tags: "
                    + ends.stream().sorted().map(end -> "'" + end + "'").reduce((a, b) -> a + " or " + b).orElse("")
                    + ".",
                    stream.current().line());
        }
        stream.leave();
        return body;
    }

    /** The rest of an opening tag and the body behind it; an unknown filter in it is an error if {@code hard}. */
    private List<Stmt> body(boolean hard, String... ends) {
        stream.skipOperator(":");
        stream.expect(Type.BLOCK_END, "end of statement block");
        boolean outer = expressions.soft;
        expressions.soft = !hard;
        List<Stmt> body = statements(Set.of(ends));
        expressions.soft = outer;
        return body;
    }

    /** A body that ends with one known tag, which is consumed. */
    private List<Stmt> closedBody(String end) {
        List<Stmt> body = body(true, end);
        stream.next();
        return body;
    }

    private void statement(List<Stmt> out, Set<String> ends) {
        Token token = stream.current();
        if (token.type() != Type.NAME) {
            throw stream.fault("tag name expected", token.line());
        }
        stream.next();
        int line = token.line();
        switch (token.text()) {
            case "for" -> out.add(forLoop(line));
            case "if" -> out.add(conditional(line));
            case "set" -> out.add(assignment(line));
            case "with" -> out.add(with(line));
            case "macro" -> out.add(macro(line));
            case "call" -> out.add(callBlock(line));
            case "filter" -> out.add(
                    new Stmt.FilterBlock(expressions.filters(null, true), closedBody("endfilter"), line));
            case "generation" -> out.add(new Stmt.Block(false, withoutLoops("endgeneration"), line));
            case "block" -> out.add(block(line));
            case "print" -> print(out, line);
            case "break", "continue" -> {
                if (loops == 0) {
                    throw stream.fault("'" + token.text() + "' outside loop", line);
                }
                out.add(token.text().equals("break") ? new Stmt.Break(line) : new Stmt.Continue(line));
            }
            case "include", "import", "from", "extends" -> {
                while (stream.current().type() != Type.BLOCK_END && stream.current().type() != Type.EOF) {
                    stream.next();
                }
                out.add(new Stmt.NeedsLoader(line));
            }
            default -> throw stream.fault("Encountered unknown tag '" + token.text() + "'."
                    + (ends.isEmpty() ? "" : " Jinja was looking for one of " + ends.stream().sorted().toList() + "."),
                    line);
        }
    }

    private Stmt forLoop(int line) {
        Target target = target(true, "in");
        refuseLoopVariable(target, line);
        stream.expectName("in");
        Expr iterable = expressions.tuple(false, false, "recursive");
        Expr filter = stream.skipName("if") ? expressions.expression() : null;
        boolean recursive = stream.skipName("recursive");
        loops++;
        List<Stmt> body = body(true, "endfor", "else");
        loops--;
        List<Stmt> otherwise = List.of();
        if (stream.next().text().equals("else")) {
            otherwise = closedBody("endfor");
        }
        return new Stmt.For(target, iterable, filter, recursive, body, otherwise, line);
    }

    private void refuseLoopVariable(Target target, int line) {
        boolean refused = switch (target) {
            case Target.Variable variable -> variable.name().equals("loop");
            case Target.Many many -> many.targets().stream().anyMatch(new Target.Variable("loop")::equals);
            case Target.NamespaceAttribute attribute -> false;
        };
        if (refused) {
            throw stream.fault("Can't assign to special loop variable in for-loop target", line);
        }
    }

    private Stmt conditional(int line) {
        List<Expr> conditions = new ArrayList<>();
        List<List<Stmt>> bodies = new ArrayList<>();
        while (true) {
            boolean outer = expressions.soft;
            expressions.soft = true;
            conditions.add(expressions.tuple(false, false, null));
            expressions.soft = outer;
            bodies.add(body(false, "elif", "else", "endif"));
            String tag = stream.next().text();
            if (tag.equals("elif")) {
                continue;
            }
            List<Stmt> otherwise = List.of();
            if (tag.equals("else")) {
                otherwise = body(false, "endif");
                stream.next();
            }
            return new Stmt.If(conditions, bodies, otherwise, line);
        }
    }

    private Stmt assignment(int line) {
        Target target = target(true, null);
        if (stream.skipOperator("=")) {
            return new Stmt.Set(target, expressions.tuple(true, false, null), line);
        }
        Expr.Filter filter = stream.current().isOperator("|") ? expressions.filters(null, false) : null;
        return new Stmt.SetBlock(target, filter, closedBody("endset"), line);
    }

    private Stmt with(int line) {
        List<Target> targets = new ArrayList<>();
        List<Expr> values = new ArrayList<>();
        while (stream.current().type() != Type.BLOCK_END) {
            if (!targets.isEmpty()) {
                stream.expectOperator(",");
            }
            targets.add(target(false, null));
            stream.expectOperator("=");
            values.add(expressions.expression());
        }
        return new Stmt.With(targets, values, closedBody("endwith"), line);
    }

    private Stmt macro(int line) {
        String name = targetName();
        return new Stmt.MacroDefinition(signatureAndBody(name, true, "endmacro", null), line);
    }

    private Stmt callBlock(int line) {
        Expr[] call = new Expr[1];
        Stmt.MacroBody body = signatureAndBody(null, stream.current().isOperator("("), "endcall", call);
        if (!(call[0] instanceof Expr.Call target)) {
            throw stream.fault("expected call", line);
        }
        return new Stmt.CallBlock(target, body, line);
    }

    /** Parameters, for a call block the call itself (put into {@code call}), and the body. */
    private Stmt.MacroBody signatureAndBody(String name, boolean signature, String end, Expr[] call) {
        List<String> parameters = new ArrayList<>();
        List<Expr> defaults = new ArrayList<>();
        if (signature) {
            signature(parameters, defaults);
        }
        if (call != null) {
            call[0] = expressions.expression();
        }
        Set<String> read = new HashSet<>();
        expressions.readNames.addLast(read);
        List<Stmt> body = withoutLoops(end);
        expressions.readNames.removeLast();
        return new Stmt.MacroBody(name, parameters, defaults, body, implicit("caller", read, parameters),
                implicit("kwargs", read, parameters), implicit("varargs", read, parameters));
    }

    private static boolean implicit(String name, Set<String> read, List<String> parameters) {
        return read.contains(name) && !parameters.contains(name);
    }

    private void signature(List<String> parameters, List<Expr> defaults) {
        stream.expectOperator("(");
        while (!stream.current().isOperator(")")) {
            if (!parameters.isEmpty()) {
                stream.expectOperator(",");
            }
            int line = stream.current().line();
            String parameter = targetName();
            if (parameters.contains(parameter)) {
                throw stream.fault("duplicate argument '" + parameter + "' in macro definition", line);
            }
            parameters.add(parameter);
            if (stream.skipOperator("=")) {
                defaults.add(expressions.expression());
            } else if (!defaults.isEmpty()) {
                throw stream.fault("non-default argument follows default argument", line);
            }
        }
        stream.expectOperator(")");
    }

    private List<Stmt> withoutLoops(String end) {
        int outer = loops;
        loops = 0;
        List<Stmt> body = closedBody(end);
        loops = outer;
        return body;
    }

    private Stmt block(int line) {
        String name = stream.expectName().text();
        stream.skipName("scoped");
        stream.skipName("required");
        List<Stmt> body = withoutLoops("endblock");
        stream.skipName(name);
        return new Stmt.Block(true, body, line);
    }

    private void print(List<Stmt> out, int line) {
        boolean first = true;
        while (stream.current().type() != Type.BLOCK_END) {
            if (!first) {
                stream.expectOperator(",");
            }
            first = false;
            out.add(new Stmt.Print(expressions.expression(), line));
        }
    }

    /** What a value is assigned to: a name, where allowed a namespace's attribute, or several of them. */
    private Target target(boolean attributes, String endName) {
        List<Target> targets = new ArrayList<>();
        boolean many = false;
        do {
            if (expressions.tupleEnds(endName)) {
                break;
            }
            targets.add(single(attributes && endName == null));
            many |= stream.current().isOperator(",");
        } while (stream.skipOperator(","));
        if (targets.isEmpty()) {
            throw stream.fault("Expected an expression, got '" + stream.current().described() + "'",
                    stream.current().line());
        }
        return many ? new Target.Many(targets) : targets.get(0);
    }

    private Target single(boolean attributes) {
        if (stream.skipOperator("(")) {
            stream.enter();
            Target inner = target(false, null);
            stream.leave();
            stream.expectOperator(")");
            return inner;
        }
        String name = targetName();
        if (attributes && stream.skipOperator(".")) {
            return new Target.NamespaceAttribute(name, stream.expectName().text());
        }
        return new Target.Variable(name);
    }

    private String targetName() {
        Token token = stream.expectName();
        if (Set.of("true", "True", "false", "False", "none", "None").contains(token.text())) {
            throw stream.fault("can't assign to 'const'", token.line());
        }
        return token.text();
    }
}
