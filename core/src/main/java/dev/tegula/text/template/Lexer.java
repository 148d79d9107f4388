package dev.tegula.text.template;

import dev.tegula.text.template.Token.Type;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Cuts a template into tokens, with Jinja's rules for white space: a newline after a block or comment is dropped, white
 * space before a block or comment that starts its line is dropped, {@code -} drops all white space on its side, {@code +}
 * keeps it; one newline at the template's end is dropped.
 */
final class Lexer {
    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private final Deque<Character> brackets = new ArrayDeque<>();
    private int position;
    private int line = 1;
    /** Whether the last tag ended with a newline (or none came yet), so that text after it starts a line. */
    private boolean lineStarting = true;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokenize(String text) {
        String source = text.replace("\r\n", "\n").replace('\r', '\n');
        if (source.endsWith("\n")) {
            source = source.substring(0, source.length() - 1);
        }
        Lexer lexer = new Lexer(source);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        while (position < source.length()) {
            int tag = nextTag(position);
            if (tag < 0) {
                add(Type.DATA, source.substring(position), null);
                break;
            }
            char kind = source.charAt(tag + 1);
            int inside = tag + 2;
            char sign = inside < source.length() ? source.charAt(inside) : 0;
            boolean signed = sign == '-' || sign == '+';
            data(source.substring(position, tag), signed ? sign : 0, kind != '{');
            int rawBody = kind == '%' ? rawBegin(tag) : -1;
            if (rawBody >= 0) {
                advance(tag, rawBody);
                raw();
                continue;
            }
            advance(tag, signed ? inside + 1 : inside);
            if (kind == '#') {
                comment();
            } else {
                add(kind == '%' ? Type.BLOCK_BEGIN : Type.VARIABLE_BEGIN, source.substring(tag, inside), null);
                tag(kind == '%');
            }
        }
        add(Type.EOF, "", null);
    }

    /** The place of the next opening of a tag at or after {@code from}, or -1. */
    private int nextTag(int from) {
        for (int at = source.indexOf('{', from); at >= 0
                && at + 1 < source.length(); at = source.indexOf('{', at + 1)) {
            char next = source.charAt(at + 1);
            if (next == '%' || next == '{' || next == '#') {
                return at;
            }
        }
        return -1;
    }

    /** Adds text in front of a tag, stripped as the tag's sign and kind say. */
    private void data(String text, char sign, boolean blockOrComment) {
        String kept = text;
        if (sign == '-') {
            kept = stripEnd(text);
        } else if (sign != '+' && blockOrComment) {
            int lineStart = text.lastIndexOf('\n') + 1;
            if ((lineStart > 0 || lineStarting) && lineStart < text.length()
                    && PyText.isSpace(text.substring(lineStart))) {
                kept = text.substring(0, lineStart);
            }
        }
        if (!kept.isEmpty()) {
            add(Type.DATA, kept, null);
        }
        line += newlines(text);
    }

    /** Where the body of a raw block starts if the tag at {@code tag} opens one, else -1. */
    private int rawBegin(int tag) {
        int at = tag + 2;
        if (at < source.length() && (source.charAt(at) == '-' || source.charAt(at) == '+')) {
            at++;
        }
        at = skipSpace(at);
        if (!source.startsWith("raw", at)) {
            return -1;
        }
        at = skipSpace(at + 3);
        if (source.startsWith("-%}", at)) {
            return skipSpace(at + 3);
        }
        return source.startsWith("%}", at) ? at + 2 : -1;
    }

    private void raw() {
        if (position >= source.length()) {
            return;
        }
        for (int at = source.indexOf("{%", position); at >= 0; at = source.indexOf("{%", at + 1)) {
            int name = at + 2;
            char sign = name < source.length() ? source.charAt(name) : 0;
            boolean signed = sign == '-' || sign == '+';
            name = skipSpace(signed ? name + 1 : name);
            if (!source.startsWith("endraw", name)) {
                continue;
            }
            int end = blockEnd(skipSpace(name + 6));
            if (end >= 0) {
                data(source.substring(position, at), signed ? sign : 0, true);
                advance(at, end);
                return;
            }
        }
        throw fault("Missing end of raw directive");
    }

    private void comment() {
        if (position >= source.length()) {
            return;
        }
        int end = source.indexOf("#}", position);
        if (end < 0) {
            throw fault("Missing end of comment tag");
        }
        char before = end > position ? source.charAt(end - 1) : 0;
        int after = end + 2;
        if (before == '-') {
            after = skipSpace(after);
        } else if (before != '+' && after < source.length() && source.charAt(after) == '\n') {
            after++;
        }
        advance(position, after);
    }

    /** The place after a block's end that starts at {@code at}, or -1 where there is none. */
    private int blockEnd(int at) {
        if (source.startsWith("+%}", at)) {
            return at + 3;
        }
        if (source.startsWith("-%}", at)) {
            return skipSpace(at + 3);
        }
        if (source.startsWith("%}", at)) {
            return at + 2 < source.length() && source.charAt(at + 2) == '\n' ? at + 3 : at + 2;
        }
        return -1;
    }

    private int variableEnd(int at) {
        if (source.startsWith("-}}", at)) {
            return skipSpace(at + 3);
        }
        return source.startsWith("}}", at) ? at + 2 : -1;
    }

    private void tag(boolean block) {
        brackets.clear();
        while (true) {
            int end = brackets.isEmpty() ? (block ? blockEnd(position) : variableEnd(position)) : -1;
            if (end >= 0) {
                add(block ? Type.BLOCK_END : Type.VARIABLE_END, source.substring(position, end), null);
                advance(position, end);
                return;
            }
            if (position >= source.length()) {
                return;
            }
            int start = position;
            int next = skipSpace(start);
            if (next == start) {
                next = token(start);
            }
            advance(start, next);
        }
    }

    private int token(int at) {
        char first = source.charAt(at);
        if (first >= '0' && first <= '9') {
            return number(at);
        }
        int cp = source.codePointAt(at);
        if (isWord(cp)) {
            int end = at;
            while (end < source.length() && isWord(source.codePointAt(end))) {
                end += Character.charCount(source.codePointAt(end));
            }
            String name = source.substring(at, end);
            if (!PyText.isIdentifier(name)) {
                throw fault("Invalid character in identifier");
            }
            add(Type.NAME, name, null);
            return end;
        }
        if (first == '\'' || first == '"') {
            return string(at, first);
        }
        return operator(at);
    }

    private int number(int at) {
        Literals.Number number = Literals.number(source, at);
        add(number.value() instanceof Double ? Type.FLOAT : Type.INTEGER, source.substring(at, number.end()),
                number.value());
        return number.end();
    }

    private int string(int at, char quote) {
        int end = at + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw fault("unexpected char " + PyText.repr(String.valueOf(quote)) + " at " + at);
        }
        String raw = source.substring(at + 1, end);
        add(Type.STRING, source.substring(at, end + 1), Literals.unescape(raw, line));
        return end + 1;
    }

    private static final String[] OPERATORS = {"//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[",
        "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"};

    private int operator(int at) {
        for (String operator : OPERATORS) {
            if (source.startsWith(operator, at)) {
                balance(operator.charAt(0));
                add(Type.OPERATOR, operator, null);
                return at + operator.length();
            }
        }
        throw fault("unexpected char " + PyText.repr(Character.toString(source.codePointAt(at))) + " at " + at);
    }

    private void balance(char operator) {
        switch (operator) {
            case '{' -> brackets.push('}');
            case '(' -> brackets.push(')');
            case '[' -> brackets.push(']');
            case '}', ')', ']' -> {
                if (brackets.isEmpty()) {
                    throw fault("unexpected '" + operator + "'");
                }
                char expected = brackets.pop();
                if (expected != operator) {
                    throw fault("unexpected '" + operator + "', expected '" + expected + "'");
                }
            }
            default -> {
            }
        }
    }

    private static boolean isWord(int cp) {
        return cp == '_' || Character.isLetterOrDigit(cp) || cp > 127 && Character.isUnicodeIdentifierPart(cp);
    }

    private int skipSpace(int from) {
        int at = from;
        while (at < source.length() && PyText.isSpace(source.charAt(at))) {
            at++;
        }
        return at;
    }

    private static String stripEnd(String text) {
        int end = text.length();
        while (end > 0 && PyText.isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    private void advance(int from, int to) {
        line += newlines(source.substring(from, to));
        lineStarting = to > from && source.charAt(to - 1) == '\n';
        position = to;
    }

    private static int newlines(String text) {
        int count = 0;
        for (int at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
            count++;
        }
        return count;
    }

    private void add(Type type, String text, Object value) {
        tokens.add(new Token(type, text, value, line));
    }

    private TemplateException fault(String message) {
        return new TemplateException(TemplateException.Kind.SYNTAX, message, line);
    }
}
