package dev.tegula.text.template;

import dev.tegula.text.template.Values.Scope;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** The {@code loop} variable of a for loop. It looks one item ahead, and only when asked to. */
final class LoopContext {
    private static final Object MISSING = new Object();

    /** The loop itself and where it stands, for the recursive form. */
    final Stmt.For loop;
    final Scope scope;
    final long depth;
    private final Meter meter;
    private final Object iterable;
    private Iterator<Object> iterator;
    private long index = -1;
    private long length = -1;
    private Object after = MISSING;
    private Object current;
    private Object before;
    private List<Object> changed;

    LoopContext(Stmt.For loop, Scope scope, Object iterable, Iterator<Object> iterator, long depth, Meter meter) {
        this.loop = loop;
        this.scope = scope;
        this.iterable = iterable;
        this.iterator = iterator;
        this.depth = depth;
        this.meter = meter;
    }

    boolean advance() {
        Object next = peek();
        if (next == MISSING) {
            return false;
        }
        after = MISSING;
        index++;
        before = current;
        current = next;
        return true;
    }

    private Object peek() {
        if (after == MISSING && iterator.hasNext()) {
            after = iterator.next();
        }
        return after;
    }

    Object current() {
        return current;
    }

    long index0() {
        return index;
    }

    long length() {
        if (length < 0) {
            length = iterable == iterator ? -1 : Py.lengthOrMinusOne(iterable);
            if (length < 0) {
                List<Object> rest = new ArrayList<>();
                while (iterator.hasNext()) {
                    meter.step();
                    meter.items(1);
                    rest.add(iterator.next());
                }
                iterator = rest.iterator();
                length = rest.size() + index + 1 + (after == MISSING ? 0 : 1);
            }
        }
        return length;
    }

    /** An attribute of the loop, or null where there is none of that name. */
    Object attribute(String name) {
        return switch (name) {
            case "index" -> index + 1;
            case "index0" -> index;
            case "revindex" -> length() - index;
            case "revindex0" -> length() - index - 1;
            case "first" -> index == 0;
            case "last" -> peek() == MISSING;
            case "length" -> length();
            case "depth" -> depth + 1;
            case "depth0" -> depth;
            case "cycle" -> new Values.Function("cycle", "method", this::cycle);
            case "changed" -> new Values.Function("changed", "method", this::changed);
            default -> null;
        };
    }

    Object previous() {
        return index == 0 ? Undefined.because("there is no previous item") : before;
    }

    Object next() {
        Object next = peek();
        return next == MISSING ? Undefined.because("there is no next item") : next;
    }

    private Object cycle(Args args) {
        List<Object> items = args.positional();
        if (items.isEmpty()) {
            throw TemplateException.runtime("no items for cycling given");
        }
        return items.get((int) (index % items.size()));
    }

    private Object changed(Args args) {
        if (changed != null && Py.equal(changed, args.positional(), meter)) {
            return false;
        }
        changed = args.positional();
        return true;
    }
}
