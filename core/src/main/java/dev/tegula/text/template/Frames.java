package dev.tegula.text.template;

import dev.tegula.text.template.Stmt.Target;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the names that start a body without a value even though a variable of the caller has that name.
 *
 * <p>In Jinja a body (the template, a loop's or macro's body, and so on, but not that of an if) decides about each of its
 * names once. A name that the body itself assigns, outside of an if and before reading it, belongs to the body from its
 * start: what stands inside (a loop, a macro, the block form of set) sees no value before the assignment has run, not
 * the caller's variable. Example: {@code {% set x %}{{ x }}{% endset %}} gives nothing for any {@code x}.
 */
final class Frames {
    private final Frames parent;
    private final Map<List<Stmt>, Set<String>> found;
    private Set<String> known = new HashSet<>();
    private Set<String> stored = new HashSet<>();
    private Set<String> unset = new HashSet<>();

    private Frames(Frames parent, Map<List<Stmt>, Set<String>> found) {
        this.parent = parent;
        this.found = found;
    }

    /** The names without a value at the start, for each body (by identity) that has some. */
    static Map<List<Stmt>, Set<String>> unset(List<Stmt> template) {
        Map<List<Stmt>, Set<String>> found = new IdentityHashMap<>();
        new Frames(null, found).body(template);
        return found;
    }

    private void body(List<Stmt> body) {
        visit(body);
        if (!unset.isEmpty()) {
            found.put(body, unset);
        }
        descend(body);
    }

    private boolean knows(String name) {
        return known.contains(name) || parent != null && parent.knows(name);
    }

    private void read(String name) {
        if (!knows(name)) {
            known.add(name);
        }
    }

    private void parameter(String name) {
        known.add(name);
        stored.add(name);
        unset.remove(name);
    }

    private void store(String name) {
        stored.add(name);
        if (known.add(name) && (parent == null || !parent.knows(name))) {
            unset.add(name);
        }
    }

    private void target(Target target, boolean parameter) {
        switch (target) {
            case Target.Variable variable when parameter -> parameter(variable.name());
            case Target.Variable variable -> store(variable.name());
            case Target.NamespaceAttribute attribute -> read(attribute.namespace());
            case Target.Many many -> many.targets().forEach(each -> target(each, parameter));
        }
    }

    /** Reads and assignments of the body itself, in their order; what has a body of its own is not entered. */
    private void visit(List<Stmt> body) {
        for (Stmt statement : body) {
            switch (statement) {
                case Stmt.Print print -> Names.read(print.value(), this::read);
                case Stmt.If choice -> choice(choice);
                case Stmt.For loop -> Names.read(loop.iterable(), this::read);
                case Stmt.Set set -> {
                    Names.read(set.value(), this::read);
                    target(set.target(), false);
                }
                case Stmt.SetBlock set -> target(set.target(), false);
                case Stmt.With with -> with.values().forEach(value -> Names.read(value, this::read));
                case Stmt.FilterBlock filter -> Names.read(filter.filter(), this::read);
                case Stmt.MacroDefinition definition -> store(definition.macro().name());
                case Stmt.CallBlock block -> Names.read(block.call(), this::read);
                default -> {
                }
            }
        }
    }

    private void choice(Stmt.If choice) {
        Names.read(choice.conditions().get(0), this::read);
        Frames then = branch();
        then.visit(choice.bodies().get(0));
        Frames elif = branch();
        for (int i = 1; i < choice.conditions().size(); i++) {
            elif.choice(new Stmt.If(List.of(choice.conditions().get(i)), List.of(choice.bodies().get(i)), List.of(),
                    choice.line()));
        }
        Frames otherwise = branch();
        otherwise.visit(choice.otherwise());
        Set<String> before = Set.copyOf(stored);
        for (Frames branch : List.of(then, elif, otherwise)) {
            known.addAll(branch.known);
            stored.addAll(branch.stored);
            unset.addAll(branch.unset);
        }
        // A name that only a branch assigns may keep its value from outside: it is looked up.
        unset.removeIf(name -> stored.contains(name) && !before.contains(name));
    }

    private Frames branch() {
        Frames copy = new Frames(parent, found);
        copy.known = new HashSet<>(known);
        copy.stored = new HashSet<>(stored);
        copy.unset = new HashSet<>(unset);
        return copy;
    }

    /** Enters the bodies inside. */
    private void descend(List<Stmt> body) {
        for (Stmt statement : body) {
            switch (statement) {
                case Stmt.If choice -> {
                    choice.bodies().forEach(this::descend);
                    descend(choice.otherwise());
                }
                case Stmt.For loop -> {
                    Frames inner = new Frames(this, found);
                    inner.parameter("loop");
                    inner.target(loop.target(), true);
                    inner.body(loop.body());
                    new Frames(this, found).body(loop.otherwise());
                }
                case Stmt.SetBlock set -> new Frames(this, found).body(set.body());
                case Stmt.With with -> {
                    Frames inner = new Frames(this, found);
                    with.targets().forEach(target -> inner.target(target, true));
                    inner.body(with.body());
                }
                case Stmt.FilterBlock filter -> new Frames(this, found).body(filter.body());
                case Stmt.MacroDefinition definition -> macro(definition.macro());
                case Stmt.CallBlock block -> macro(block.body());
                case Stmt.Block block -> new Frames(block.fromRoot() ? null : this, found).body(block.body());
                default -> {
                }
            }
        }
    }

    private void macro(Stmt.MacroBody macro) {
        Frames inner = new Frames(this, found);
        macro.parameters().forEach(inner::parameter);
        if (macro.caller()) {
            inner.parameter("caller");
        }
        if (macro.kwargs()) {
            inner.parameter("kwargs");
        }
        if (macro.varargs()) {
            inner.parameter("varargs");
        }
        macro.defaults().forEach(value -> Names.read(value, inner::read));
        inner.body(macro.body());
    }
}
