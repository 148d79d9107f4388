package dev.tegula.text.template;

/** A template that could not be compiled or rendered: what went wrong, of which kind, and on which line. */
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The kinds of fault. */
    public enum Kind {
        /** The template itself refused by calling {@code raise_exception}; the message is the template's own text. */
        RAISED,
        /** The source is no template: found by {@link ChatTemplate#compile}. */
        SYNTAX,
        /** An operation failed while rendering, for example an attribute of an undefined value. */
        RUNTIME,
        /** A limit of {@link TemplateOptions} was reached. */
        LIMIT
    }

    private final Kind kind;
    private final String detail;
    private final int line;

    /**
     * A fault at a line.
     *
     * @param kind what went wrong
     * @param detail the message without the line
     * @param line the template's line, counted from 1, or 0 where it is not known
     */
    public TemplateException(Kind kind, String detail, int line) {
        super(line > 0 && kind != Kind.RAISED ? "line " + line + ": " + detail : detail);
        this.kind = kind;
        this.detail = detail;
        this.line = line;
    }

    static TemplateException runtime(String detail) {
        return new TemplateException(Kind.RUNTIME, detail, 0);
    }

    static TemplateException limit(String detail) {
        return new TemplateException(Kind.LIMIT, detail, 0);
    }

    /** The same fault with a line, where it had none. */
    TemplateException atLine(int where) {
        if (line > 0 || where <= 0) {
            return this;
        }
        TemplateException located = new TemplateException(kind, detail, where);
        located.setStackTrace(getStackTrace());
        return located;
    }

    /** What kind of fault this is. */
    public Kind kind() {
        return kind;
    }

    /** The message without the line: for {@link Kind#RAISED} exactly the text given to {@code raise_exception}. */
    public String detail() {
        return detail;
    }

    /** The template's line, counted from 1, or 0 where it is not known. */
    public int line() {
        return line;
    }
}
