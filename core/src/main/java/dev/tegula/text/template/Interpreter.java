package dev.tegula.text.template;

import dev.tegula.text.template.Stmt.Target;
import dev.tegula.text.template.Values.Macro;
import dev.tegula.text.template.Values.Scope;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Runs a template's statements. One object renders once. */
final class Interpreter {
    /** How a statement ended. */
    private enum Signal {
        NEXT, BREAK, CONTINUE
    }

    final Meter meter;
    private final Map<List<Stmt>, Set<String>> unset;
    private final Evaluator evaluator;
    private final Scope root;
    private StringBuilder out = new StringBuilder();
    /** Characters in the buffers around the present one. */
    private long outer;
    private int line;

    Interpreter(Scope globals, Map<List<Stmt>, Set<String>> unset, Meter meter) {
        this.unset = unset;
        this.meter = meter;
        this.evaluator = new Evaluator(this);
        this.root = new Scope(globals);
    }

    /** The rendered text. */
    String render(List<Stmt> template) {
        try {
            runFrame(template, root);
            return out.toString();
        } catch (TemplateException e) {
            throw e.atLine(line);
        } catch (StackOverflowError e) {
            // The depth limit is counted in levels, not in bytes of stack: a thread with a small stack can end here.
            throw TemplateException.limit("nested too deep for the thread's stack").atLine(line);
        }
    }

    /** Runs a body that has a scope of its own. */
    private Signal runFrame(List<Stmt> body, Scope scope) {
        Set<String> names = unset.isEmpty() ? null : unset.get(body);
        if (names != null) {
            scope.unset(names);
        }
        return run(body, scope);
    }

    private Signal run(List<Stmt> body, Scope scope) {
        for (Stmt statement : body) {
            Signal signal = run(statement, scope);
            if (signal != Signal.NEXT) {
                return signal;
            }
        }
        return Signal.NEXT;
    }

    private Signal run(Stmt statement, Scope scope) {
        line = statement.line();
        switch (statement) {
            case Stmt.Data data -> {
                meter.step();
                write(data.text());
            }
            case Stmt.Print print -> write(evaluator.text(evaluator.evaluate(print.value(), scope)));
            case Stmt.Set set -> assign(set.target(), evaluator.evaluate(set.value(), scope), scope);
            case Stmt.Break stop -> {
                return Signal.BREAK;
            }
            case Stmt.Continue next -> {
                return Signal.CONTINUE;
            }
            default -> {
                meter.enter();
                Signal signal = compound(statement, scope);
                meter.leave();
                return signal;
            }
        }
        return Signal.NEXT;
    }

    private Signal compound(Stmt statement, Scope scope) {
        switch (statement) {
            case Stmt.If choice -> {
                return choose(choice, scope);
            }
            case Stmt.For loop -> loop(loop, evaluator.evaluate(loop.iterable(), scope), scope, 0);
            case Stmt.SetBlock set -> {
                Scope inner = new Scope(scope);
                String text = capture(set.body(), inner);
                Object value = set.filter() == null ? text : evaluator.filterBlock(set.filter(), text, inner);
                assign(set.target(), value, scope);
            }
            case Stmt.With with -> {
                Scope inner = new Scope(scope);
                for (int i = 0; i < with.targets().size(); i++) {
                    assign(with.targets().get(i), evaluator.evaluate(with.values().get(i), scope), inner);
                }
                return runFrame(with.body(), inner);
            }
            case Stmt.FilterBlock filter -> {
                Scope inner = new Scope(scope);
                String text = capture(filter.body(), inner);
                write(evaluator.text(evaluator.filterBlock(filter.filter(), text, inner)));
            }
            case Stmt.MacroDefinition definition ->
                scope.set(definition.macro().name(), new Macro(definition.macro(), scope));
            case Stmt.CallBlock block -> {
                Args args = evaluator.arguments(block.call().arguments(), scope);
                Map<String, Object> named = new HashMap<>(args.named());
                named.put("caller", new Macro(block.body(), scope));
                Object callee = evaluator.evaluate(block.call().callee(), scope);
                write(evaluator.text(evaluator.call(callee, new Args(args.positional(), named))));
            }
            case Stmt.Block block -> runFrame(block.body(), new Scope(block.fromRoot() ? root : scope));
            case Stmt.NeedsLoader other -> throw TemplateException.runtime("no loader for this environment specified");
            default -> throw new IllegalStateException("no such statement: " + statement);
        }
        return Signal.NEXT;
    }

    private Signal choose(Stmt.If choice, Scope scope) {
        for (int i = 0; i < choice.conditions().size(); i++) {
            if (Py.truth(evaluator.evaluate(choice.conditions().get(i), scope))) {
                return run(choice.bodies().get(i), scope);
            }
        }
        return run(choice.otherwise(), scope);
    }

    private void loop(Stmt.For loop, Object iterable, Scope scope, long depth) {
        Iterator<Object> items = Py.iterate(iterable, meter);
        Object counted = iterable;
        if (loop.filter() != null) {
            items = filtered(loop, items, scope);
            counted = items;
        }
        LoopContext context = new LoopContext(loop, scope, counted, items, depth, meter);
        boolean completed = false;
        while (context.advance()) {
            meter.step();
            Scope inner = new Scope(scope);
            inner.set("loop", context);
            assign(loop.target(), context.current(), inner);
            Signal signal = runFrame(loop.body(), inner);
            if (signal == Signal.BREAK) {
                break;
            }
            completed |= signal == Signal.NEXT;
        }
        // As in Jinja, a loop of which no round ran to its end counts as one without items.
        if (!completed) {
            runFrame(loop.otherwise(), new Scope(scope));
        }
    }

    private Iterator<Object> filtered(Stmt.For loop, Iterator<Object> items, Scope scope) {
        return new Values.Generator() {
            @Override
            Object produce() {
                while (items.hasNext()) {
                    Object item = items.next();
                    meter.step();
                    Scope inner = new Scope(scope);
                    assign(loop.target(), item, inner);
                    if (Py.truth(evaluator.evaluate(loop.filter(), inner))) {
                        return item;
                    }
                }
                return END;
            }
        };
    }

    /** The text of a recursive loop's body over other items, one level deeper. */
    String recurse(LoopContext context, Args args) {
        if (!context.loop.recursive()) {
            throw TemplateException
                    .runtime("The loop must have the 'recursive' marker to be called recursively.");
        }
        Object iterable = args.bind("loop", 1, "iterable")[0];
        return captured(() -> loop(context.loop, iterable, context.scope, context.depth + 1));
    }

    private void assign(Target target, Object value, Scope scope) {
        switch (target) {
            case Target.Variable variable -> scope.set(variable.name(), value);
            case Target.NamespaceAttribute attribute -> {
                if (!(scope.get(attribute.namespace()) instanceof Values.Namespace namespace)) {
                    throw TemplateException.runtime("cannot assign attribute on non-namespace object");
                }
                namespace.attributes().put(attribute.attribute(), value);
            }
            case Target.Many many -> {
                List<Object> items = Py.items(value) != null ? Py.items(value) : Py.list(value, meter);
                int wanted = many.targets().size();
                if (items.size() > wanted) {
                    throw TemplateException.runtime("too many values to unpack (expected " + wanted + ")");
                }
                if (items.size() < wanted) {
                    throw TemplateException
                            .runtime("not enough values to unpack (expected " + wanted + ", got " + items.size() + ")");
                }
                for (int i = 0; i < wanted; i++) {
                    assign(many.targets().get(i), items.get(i), scope);
                }
            }
        }
    }

    /** The text that a macro renders for arguments. */
    String call(Macro macro, Args args) {
        Stmt.MacroBody code = macro.code();
        int count = code.parameters().size();
        Map<String, Object> named = new java.util.LinkedHashMap<>(args.named());
        Scope scope = new Scope(macro.closure());
        Set<String> given = new HashSet<>();
        if (code.caller()) {
            Object caller = named.remove("caller");
            scope.set("caller", caller == null ? Undefined.because("No caller defined") : caller);
        }
        // A default sees every argument that was given, and not yet given ones have no value, whatever is outside.
        scope.unset(new HashSet<>(code.parameters()));
        for (int i = 0; i < count; i++) {
            String parameter = code.parameters().get(i);
            if (i < args.positional().size()) {
                scope.set(parameter, args.positional().get(i));
            } else if (named.containsKey(parameter)) {
                scope.set(parameter, named.remove(parameter));
                given.add(parameter);
            }
        }
        for (int i = args.positional().size(); i < count; i++) {
            String parameter = code.parameters().get(i);
            int withDefault = i - (count - code.defaults().size());
            if (!given.contains(parameter)) {
                scope.set(parameter, withDefault >= 0
                        ? evaluator.evaluate(code.defaults().get(withDefault), scope)
                        : Undefined.because("parameter " + PyText.repr(parameter) + " was not provided"));
            }
        }
        String name = code.name() == null ? "None" : PyText.repr(code.name());
        if (code.kwargs()) {
            Map<Object, Object> rest = Values.dict();
            rest.putAll(named);
            scope.set("kwargs", rest);
        } else if (!named.isEmpty()) {
            throw TemplateException
                    .runtime("macro " + name + " takes no keyword argument "
                            + PyText.repr(named.keySet().iterator().next()));
        }
        if (code.varargs()) {
            List<Object> positional = args.positional();
            scope.set("varargs",
                    new Values.Tuple(positional.subList(Math.min(count, positional.size()), positional.size())));
        } else if (args.positional().size() > count) {
            throw TemplateException.runtime("macro " + name + " takes not more than " + count + " argument(s)");
        }
        return capture(code.body(), scope);
    }

    private String capture(List<Stmt> body, Scope scope) {
        return captured(() -> runFrame(body, scope));
    }

    private String captured(Runnable body) {
        StringBuilder saved = out;
        long savedOuter = outer;
        outer += saved.length();
        out = new StringBuilder();
        int savedLine = line;
        body.run();
        String text = out.toString();
        out = saved;
        outer = savedOuter;
        line = savedLine;
        meter.text(text.length());
        return text;
    }

    private void write(String text) {
        meter.output(outer + out.length() + text.length());
        meter.scan(text.length());
        out.append(text);
    }
}
