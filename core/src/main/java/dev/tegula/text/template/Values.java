package dev.tegula.text.template;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * The kinds of value that a template has beside Java's own. None is {@code null}; strings, booleans, Long or BigInteger,
 * Double, List and Map stand for Python's.
 */
final class Values {
    private Values() {}

    /** An immutable sequence; {@code names} are its fields' names where it is a named tuple, else empty. */
    record Tuple(List<Object> items, List<String> names) {
        Tuple(List<Object> items) {
            this(items, List.of());
        }

        static Tuple of(Object... items) {
            return new Tuple(java.util.Arrays.asList(items));
        }
    }

    /** A string marked as safe HTML: joining it with another string escapes that one. */
    record Markup(String text) {
        @Override
        public String toString() {
            return text;
        }
    }

    /** Whole numbers from start (inclusive) to stop (exclusive). */
    record Range(long start, long stop, long step) {
        long length() {
            if (step > 0 ? start >= stop : start <= stop) {
                return 0;
            }
            return step > 0 ? (stop - start - 1) / step + 1 : (start - stop - 1) / -step + 1;
        }

        long at(long index) {
            return start + index * step;
        }
    }

    /** The keys, values or items of a dict; {@code kind} is Python's type name. */
    record View(String kind, Map<Object, Object> map) {}

    /** A sequence that can be walked once; {@code type} is Python's type name. */
    static final class Lazy implements Iterator<Object> {
        final String type;
        private final Iterator<Object> source;

        Lazy(String type, Iterator<Object> source) {
            this.type = type;
            this.source = source;
        }

        @Override
        public boolean hasNext() {
            return source.hasNext();
        }

        @Override
        public Object next() {
            return source.next();
        }
    }

    /** An iterator made of a single method that gives the next item or {@link #END}. */
    abstract static class Generator implements Iterator<Object> {
        static final Object END = new Object();
        private Object ahead;
        private boolean known;

        abstract Object produce();

        @Override
        public boolean hasNext() {
            if (!known) {
                ahead = produce();
                known = true;
            }
            return ahead != END;
        }

        @Override
        public Object next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            known = false;
            return ahead;
        }
    }

    /** The object behind {@code namespace()}: the one thing whose attributes a template may set. */
    record Namespace(Map<String, Object> attributes) {}

    /** The object behind {@code cycler()}. */
    static final class Cycler {
        final List<Object> items;
        int position;

        Cycler(List<Object> items) {
            this.items = items;
        }
    }

    /** Something that can be called; {@code type} is Python's type name. */
    record Function(String name, String type, Body body) {
        Function(String name, Body body) {
            this(name, "function", body);
        }
    }

    /** What a function does. */
    interface Body {
        Object call(Args args);
    }

    /** A macro, or the body of a call block, with the scope that it was defined in. */
    record Macro(Stmt.MacroBody code, Scope closure) {}

    /** One level of variables. */
    static final class Scope {
        /** Stands for the value of a name that is this level's own but not assigned yet. */
        private static final Object UNSET = new Object();

        private final Scope parent;
        private final Map<String, Object> variables;

        Scope(Scope parent) {
            this(parent, new HashMap<>());
        }

        Scope(Scope parent, Map<String, Object> variables) {
            this.parent = parent;
            this.variables = variables;
        }

        Object get(String name) {
            for (Scope scope = this; scope != null; scope = scope.parent) {
                Object value = scope.variables.get(name);
                if (value != null || scope.variables.containsKey(name)) {
                    return value == UNSET ? Undefined.name(name) : value;
                }
            }
            return Undefined.name(name);
        }

        /** Makes names this level's own before they are assigned. */
        void unset(Set<String> names) {
            names.forEach(name -> variables.put(name, UNSET));
        }

        void set(String name, Object value) {
            variables.put(name, value);
        }
    }

    /** A dict with its keys in the order of insertion. */
    static Map<Object, Object> dict() {
        return new LinkedHashMap<>();
    }
}
