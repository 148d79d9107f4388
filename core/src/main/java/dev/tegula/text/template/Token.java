package dev.tegula.text.template;

/**
 * One token of a template.
 *
 * @param type what it is
 * @param text its text: a name, an operator, or template data
 * @param value a literal's value
 * @param line its line, counted from 1
 */
record Token(Type type, String text, Object value, int line) {
    /** The kinds of token. */
    enum Type {
        DATA, BLOCK_BEGIN, BLOCK_END, VARIABLE_BEGIN, VARIABLE_END, NAME, STRING, INTEGER, FLOAT, OPERATOR, EOF
    }

    boolean isName(String name) {
        return type == Type.NAME && text.equals(name);
    }

    boolean isOperator(String operator) {
        return type == Type.OPERATOR && text.equals(operator);
    }

    /** How a message names this token. */
    String described() {
        return switch (type) {
            case BLOCK_BEGIN -> "begin of statement block";
            case BLOCK_END -> "end of statement block";
            case VARIABLE_BEGIN -> "begin of print statement";
            case VARIABLE_END -> "end of print statement";
            case DATA -> "template data / text";
            case EOF -> "end of template";
            default -> text;
        };
    }
}
