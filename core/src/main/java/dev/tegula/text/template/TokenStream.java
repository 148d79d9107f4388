package dev.tegula.text.template;

import dev.tegula.text.template.Token.Type;
import java.util.List;

/** The tokens of a template with a place in them, and the nesting depth of what is being parsed. */
final class TokenStream {
    /** Deeper templates are refused: a recursive descent needs a stack of bounded height. */
    private static final int MAX_DEPTH = 150;

    private final List<Token> tokens;
    private int at;
    private int depth;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token current() {
        return tokens.get(at);
    }

    Token look() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = tokens.get(at);
        if (at < tokens.size() - 1) {
            at++;
        }
        return token;
    }

    boolean skipName(String name) {
        if (current().isName(name)) {
            next();
            return true;
        }
        return false;
    }

    boolean skipOperator(String operator) {
        if (current().isOperator(operator)) {
            next();
            return true;
        }
        return false;
    }

    Token expectName() {
        return expect(Type.NAME, "name");
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw expected(name);
        }
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw expected(operator);
        }
    }

    Token expect(Type type, String described) {
        if (current().type() != type) {
            throw expected(described);
        }
        return next();
    }

    private TemplateException expected(String what) {
        Token token = current();
        return fault(token.type() == Type.EOF
                ? "unexpected end of template, expected '" + what + "'."
                : "expected token '" + what + "', got '" + token.described() + "'", token.line());
    }

    void enter() {
        if (++depth > MAX_DEPTH) {
            throw new TemplateException(TemplateException.Kind.LIMIT,
                    "nested more than " + MAX_DEPTH + " levels deep", current().line());
        }
    }

    void leave() {
        depth--;
    }

    TemplateException fault(String message, int line) {
        return new TemplateException(TemplateException.Kind.SYNTAX, message, line);
    }
}
