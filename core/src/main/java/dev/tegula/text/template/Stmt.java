package dev.tegula.text.template;

import java.util.List;

/** A statement. */
sealed interface Stmt {
    int line();

    record Data(String text, int line) implements Stmt {}

    record Print(Expr value, int line) implements Stmt {}

    /** One condition and one body for each if and elif; the first that holds is taken. */
    record If(List<Expr> conditions, List<List<Stmt>> bodies, List<Stmt> otherwise, int line) implements Stmt {}

    record For(Target target, Expr iterable, Expr filter, boolean recursive, List<Stmt> body, List<Stmt> otherwise,
            int line) implements Stmt {}

    record Break(int line) implements Stmt {}

    record Continue(int line) implements Stmt {}

    record Set(Target target, Expr value, int line) implements Stmt {}

    /** The block form of set; {@code filter} may be null. */
    record SetBlock(Target target, Expr.Filter filter, List<Stmt> body, int line) implements Stmt {}

    record With(List<Target> targets, List<Expr> values, List<Stmt> body, int line) implements Stmt {}

    record FilterBlock(Expr.Filter filter, List<Stmt> body, int line) implements Stmt {}

    record MacroDefinition(MacroBody macro, int line) implements Stmt {}

    record CallBlock(Expr.Call call, MacroBody body, int line) implements Stmt {}

    /** A body with variables of its own: a generation block or a named block, which sees the root's variables only. */
    record Block(boolean fromRoot, List<Stmt> body, int line) implements Stmt {}

    /** A statement that needs other templates, which there are none of. */
    record NeedsLoader(int line) implements Stmt {}

    /**
     * Parameters and body of a macro or call block.
     *
     * @param name the macro's name, or null for a call block
     * @param defaults defaults of the last parameters
     * @param caller whether the body uses {@code caller} without naming it as a parameter; likewise the other two
     */
    record MacroBody(String name, List<String> parameters, List<Expr> defaults, List<Stmt> body, boolean caller,
            boolean kwargs, boolean varargs) {}

    /** What a value is assigned to. */
    sealed interface Target {
        record Variable(String name) implements Target {}

        record NamespaceAttribute(String namespace, String attribute) implements Target {}

        record Many(List<Target> targets) implements Target {}
    }
}
