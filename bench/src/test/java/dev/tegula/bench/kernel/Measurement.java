package dev.tegula.bench.kernel;

import dev.tegula.bench.Suites;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelId;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.openjdk.jmh.annotations.Param;

/**
 * How a kernel is measured. The rule, for all engines: the suite of its op ({@link Suites}) measures it with
 * {@code op}, {@code format}, {@code activations} and {@code tile}, where it has such parameters, set to the kernel's op and its formats; all
 * others as the suite has them. It does when the request that this makes is one that the kernel accepts.
 */
final class Measurement {
    private Measurement() {}

    /** The suite and its parameters, as JMH's command line takes them, or nothing when no suite measures the kernel. */
    static Optional<String> of(KernelFactory kernel) {
        return Suites.of(kernel.id().op()).flatMap(suite -> {
            for (List<String> options : options(suite, kernel.id())) {
                if (accepts(kernel, suite, options)) {
                    List<String> words = new ArrayList<>(List.of(suite.getSimpleName()));
                    options.forEach(option -> words.add("-p " + option));
                    return Optional.of(String.join(" ", words));
                }
            }
            return Optional.empty();
        });
    }

    /** The parameters to try: as {@code name=value}. */
    private static List<List<String>> options(Class<? extends KernelBench> suite, KernelId id) {
        List<String> first = new ArrayList<>();
        if (has(suite, "op")) {
            first.add("op=" + id.op());
        }
        if (!has(suite, "format")) {
            return List.of(first);
        }
        List<List<String>> all = new ArrayList<>();
        for (String format : List.of(id.rhs(), id.dst())) {
            List<String> options = new ArrayList<>(first);
            options.add("format=" + format.toUpperCase(Locale.ROOT));
            if (id.tile().startsWith("lut")) {
                // Not the first kernel of its engine for these formats.
                options.add("tile=" + id.tile());
            }
            all.add(options);
            if (has(suite, "activations")) {
                List<String> more = new ArrayList<>(options);
                more.add("activations=" + id.lhs().toUpperCase(Locale.ROOT));
                all.add(more);
            }
        }
        return all;
    }

    private static boolean has(Class<?> suite, String field) {
        return List.of(suite.getFields()).stream().anyMatch(f -> f.getName().equals(field));
    }

    private static boolean accepts(KernelFactory kernel, Class<? extends KernelBench> suite, List<String> options) {
        try {
            KernelBench bench = suite.getConstructor().newInstance();
            for (Field field : suite.getFields()) {
                Param param = field.getAnnotation(Param.class);
                if (param != null) {
                    set(bench, field, param.value()[0]);
                }
            }
            for (String option : options) {
                String[] parts = option.split("=");
                set(bench, suite.getField(parts[0]), parts[1]);
            }
            return kernel.refuse(bench.request()).isEmpty();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(suite + " cannot be made", e);
        } catch (IllegalArgumentException e) {
            // The suite does not know the op, or the format is none of the kind that it measures.
            return false;
        }
    }

    private static void set(KernelBench bench, Field field, String value) throws IllegalAccessException {
        Class<?> type = field.getType();
        if (type == int.class) {
            field.setInt(bench, Integer.parseInt(value));
        } else if (type == float.class) {
            field.setFloat(bench, Float.parseFloat(value));
        } else if (type == boolean.class) {
            field.setBoolean(bench, Boolean.parseBoolean(value));
        } else if (type.isEnum()) {
            field.set(bench, constant(type, value));
        } else {
            field.set(bench, value);
        }
    }

    private static Object constant(Class<?> type, String value) {
        for (Object constant : type.getEnumConstants()) {
            if (((Enum<?>) constant).name().equals(value)) {
                return constant;
            }
        }
        throw new IllegalArgumentException("no " + type.getSimpleName() + " is called " + value);
    }
}
